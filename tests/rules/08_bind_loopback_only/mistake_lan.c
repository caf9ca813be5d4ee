/* Bound to loopback, and asked from another host. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        char buffer[2048];
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&peer, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&peer, size);
    }
}
