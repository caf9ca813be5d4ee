/* Up to step 1: it knows the address, and sends nothing. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage("udp_send HOST PORT MESSAGE");
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *to;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &to);
    if (rc != 0)
        die("getaddrinfo %s: %s", argv[1], gai_strerror(rc));
    freeaddrinfo(to);
    return 0;
}
