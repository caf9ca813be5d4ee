/* Bound to the broadcast address itself it hears just that; what it prints is wrong. */
#include "lab.h"

static void ask(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    to.sin_addr.s_addr = htonl(0x7fffffff);
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    if (sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&to, sizeof to) < 0)
        die_call("sendto", NULL);
    close(fd);
}

static void hear(uint16_t port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char buffer[512];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    here.sin_addr.s_addr = htonl(0x7fffffff);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, NULL, NULL);
        if (n < 0)
            die_call("recvfrom", NULL);
        printf("got %.*s\n", (int)n, buffer);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("beacon hear|ask PORT");
    if (strcmp(argv[1], "ask") == 0)
        ask(port);
    else
        hear(port);
}
