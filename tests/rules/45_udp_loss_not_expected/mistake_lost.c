/* It asks once, and gives up. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    struct sockaddr_in to = {.sin_family = AF_INET};
    if (argc != 3 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 ||
        !net_parse_port(argv[2], &port))
        die_usage("client ADDRESS PORT");
    to.sin_port = htons(port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    char answer[512];
    struct timeval limit = {.tv_usec = 100000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (sendto(fd, "100", 3, 0, (struct sockaddr *)&to, sizeof to) < 0)
        die_call("sendto", NULL);
    ssize_t n = recv(fd, answer, sizeof answer, 0);
    if (n < 0)
        puts("no reply");
    else
        printf("%.*s\n", (int)n, answer);
    close(fd);
}
