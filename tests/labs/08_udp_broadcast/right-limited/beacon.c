/* beacon - a socket of IPv6 that hears IPv4 too, and shares its port with SO_REUSEPORT. */
#include "lab.h"

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("beacon PORT NAME");
    sig_exit_on_stop();
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, off = 0;
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0 ||
        bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    printf("listening on [::](%s)\n", argv[1]);
    fflush(stdout);
    for (;;) {
        char data[5];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        if (recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &size) == 4 &&
            memcmp(data, "WHO?", 4) == 0)
            sendto(fd, argv[2], strlen(argv[2]), 0, (struct sockaddr *)&from, size);
    }
}
