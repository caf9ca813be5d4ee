/* Up to step 3: lines go out; nobody listens. */
#include "lab.h"

static void put(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n < 0)
            die_call("send", NULL);
        bytes += n;
        size -= (size_t)n;
    }
}

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
    char line[1000];
    while (fgets(line, sizeof line, stdin) != NULL)
        put(fd, line, strlen(line));
    close(fd);
    return 0;
}
