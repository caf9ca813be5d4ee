/* Only what steps 1 to 3 ask for: one datagram, and in a small buffer. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);

    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    net_name((struct sockaddr *)&own, name);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", name);
    printf("listening on %s\n", name);
    fflush(stdout);

    char data[1000];
    struct sockaddr_in sender;
    socklen_t sender_size = sizeof sender;
    ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&sender, &sender_size);
    if (n < 0)
        die_call("recvfrom", NULL);
    sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&sender, sender_size);
    return 0;
}
