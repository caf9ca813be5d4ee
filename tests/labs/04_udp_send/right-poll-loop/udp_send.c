/* Right in another way: short waits until the time is over; strangers' datagrams are passed over;
 * a message that is too long is refused before it is sent. */
#include "lab.h"

static void no_reply(void)
{
    puts("no reply");
    exit(1);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage("udp_send HOST PORT MESSAGE");
    sig_exit_on_stop();
    struct addrinfo *list, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    int rc = getaddrinfo(argv[1], argv[2], &hints, &list);
    if (rc != 0)
        die("getaddrinfo: %s: %s", argv[1], gai_strerror(rc));
    if (strlen(argv[3]) > 65507)
        die("MESSAGE has %zu bytes; the most is 65507", strlen(argv[3]));
    int fd = socket(list->ai_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct iovec data = {argv[3], strlen(argv[3])};
    struct msghdr message = {.msg_name = list->ai_addr,
                             .msg_namelen = list->ai_addrlen,
                             .msg_iov = &data,
                             .msg_iovlen = 1};
    if (sendmsg(fd, &message, 0) < 0)
        die_call("sendmsg", argv[1]);
    int64_t end = io_deadline(2000);
    for (;;) {
        struct err err;
        if (io_wait(fd, POLLIN, end, &err) == STATUS_TIMEOUT)
            no_reply();
        static char text[65536];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &size);
        char name[NET_NAME_SIZE], wanted[NET_NAME_SIZE];
        net_name((struct sockaddr *)&from, name);
        if (n < 0 || strcmp(name, net_name(list->ai_addr, wanted)) != 0)
            continue;
        fputs(name, stdout);
        fputs(">>>", stdout);
        for (ssize_t i = 0; i < n; i++)
            putchar(text[i]);
        putchar('\n');
        return 0;
    }
}
