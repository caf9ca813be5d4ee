/* On a network of three hosts: it hears what is sent to its own address only. */
#include "lab.h"

static struct sockaddr_in address_of(const char *ip, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1)
        die_usage("beacon hear|ask ADDRESS PORT");
    return address;
}

static void ask(const char *ip, uint16_t port)
{
    struct sockaddr_in to = address_of(ip, port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    if (sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&to, sizeof to) < 0)
        die_call("sendto", NULL);
    close(fd);
}

static void hear(const char *ip, uint16_t port)
{
    struct sockaddr_in here = address_of(ip, port);
    char buffer[512];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, NULL, NULL);
        if (n < 0)
            die_call("recvfrom", NULL);
        printf("heard %.*s\n", (int)n, buffer);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[3], &port))
        die_usage("beacon hear|ask ADDRESS PORT");
    if (strcmp(argv[1], "ask") == 0)
        ask(argv[2], port);
    else
        hear(argv[2], port);
}
