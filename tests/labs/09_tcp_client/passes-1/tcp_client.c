/* Step 1 only: arguments and addresses. */
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
    freeaddrinfo(list);
    return 0;
}
