/* Right in another way: an IPv6 socket from getaddrinfo() that serves IPv4 too; recvmsg, sendmsg.
 */
#include "lab.h"

static volatile sig_atomic_t unused;

static void stop(int number)
{
    unused = number;
    _exit(0);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port)) {
        fprintf(stderr, "Usage: %s PORT\n", argv[0]);
        return 2;
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    struct addrinfo hints = {.ai_family = AF_INET6,
                             .ai_socktype = SOCK_DGRAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list;
    if (getaddrinfo(NULL, argv[1], &hints, &list) != 0)
        die("getaddrinfo failed");
    int fd = socket(list->ai_family, list->ai_socktype, list->ai_protocol);
    int off = 0;
    if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
        die_call("socket", NULL);
    if (bind(fd, list->ai_addr, list->ai_addrlen) < 0)
        die_call("bind", argv[1]);
    freeaddrinfo(list);
    printf("udp_echo is listening on [::](%u), have fun\n", port);
    fflush(stdout);
    static char data[70000];
    for (;;) {
        struct sockaddr_in6 peer;
        struct iovec part = {.iov_base = data, .iov_len = sizeof data};
        struct msghdr message = {
            .msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t n = recvmsg(fd, &message, 0);
        if (n < 0)
            continue;
        part.iov_len = (size_t)n;
        message.msg_control = NULL;
        message.msg_controllen = 0;
        sendmsg(fd, &message, 0);
    }
}
