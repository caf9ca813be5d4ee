/* Steps 1 to 7: everything, for clients on this machine. */
#include "lab.h"

static void stop(int number)
{
    (void)number;
    _exit(0);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in own = {.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char name[NET_NAME_SIZE];
    net_name((struct sockaddr *)&own, name);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", name);
    printf("listening on %s\n", name);
    fflush(stdout);
    static char data[65536];
    for (;;) {
        struct sockaddr_storage sender;
        socklen_t size = sizeof sender;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&sender, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&sender, size);
    }
}
