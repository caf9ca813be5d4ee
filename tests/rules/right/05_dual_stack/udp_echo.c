/* One IPv6 socket for both families. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    struct err err;
    char name[NET_NAME_SIZE];
    int fd;
    if (net_bind_udp(&fd, NULL, port, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(fd, name));
    for (;;) {
        static char data[65536];
        struct sockaddr_in6 peer;
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&peer, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        if (sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&peer, size) < 0)
            warn_call("sendto", net_name((struct sockaddr *)&peer, name));
    }
}
