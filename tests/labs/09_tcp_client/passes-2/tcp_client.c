/* Up to step 2: connected, and no more. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &list);
    if (rc != 0)
        die("getaddrinfo %s: %s", argv[1], gai_strerror(rc));
    char name[NET_NAME_SIZE];
    int fd = -1;
    for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, 0);
        if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
            warn_call("connect", net_name(a->ai_addr, name));
            close(fd);
            fd = -1;
        }
    }
    if (fd < 0)
        return 1;
    net_peer_name(fd, name);
    freeaddrinfo(list);
    close(fd);
    return 0;
}
