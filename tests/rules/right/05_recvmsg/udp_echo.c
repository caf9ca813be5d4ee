/* recvmsg() and sendmsg(), in two pieces of memory. */
#include "lab.h"

#include <sys/uio.h>

static int open_socket(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (fd < 0)
        die_call("socket", NULL);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    return fd;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int fd = open_socket(port);
    for (;;) {
        static char first[100], rest[65536];
        struct sockaddr_storage peer;
        struct iovec pieces[2] = {{first, sizeof first}, {rest, sizeof rest}};
        struct msghdr message = {
            .msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = pieces, .msg_iovlen = 2};
        ssize_t n = recvmsg(fd, &message, 0);
        if (n < 0)
            die_call("recvmsg", NULL);
        pieces[0].iov_len = (size_t)n < sizeof first ? (size_t)n : sizeof first;
        pieces[1].iov_len = (size_t)n - pieces[0].iov_len;
        if (sendmsg(fd, &message, 0) < 0)
            warn_call("sendmsg", NULL);
    }
}
