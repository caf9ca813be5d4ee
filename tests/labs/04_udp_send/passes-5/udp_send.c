/* Up to step 5: every answer is printed; one that does not come is waited for. */
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
    int fd = socket(to->ai_family, to->ai_socktype, 0);
    if (fd < 0)
        die_call("socket", NULL);
    if (sendto(fd, argv[3], strlen(argv[3]), 0, to->ai_addr, to->ai_addrlen) < 0)
        die_call("sendto", argv[1]);
    freeaddrinfo(to);
    static char text[65536];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &size);
    if (n < 0)
        die_call("recvfrom", NULL);
    char name[NET_NAME_SIZE];
    printf("%s>>>%.*s\n", net_name((struct sockaddr *)&from, name), (int)n, text);
    return 0;
}
