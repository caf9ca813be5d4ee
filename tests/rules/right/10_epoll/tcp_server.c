/* One loop with epoll and accept4(). */
#define _GNU_SOURCE
#include "lab.h"

#include <sys/epoll.h>

static int open_listener(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (fd < 0)
        die_call("socket", NULL);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", NULL);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    if (listen(fd, 64) < 0)
        die_call("listen", NULL);
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    return fd;
}

/* What one client sent and has not got back yet. */
struct client {
    int fd;
    size_t from, to;
    bool ended;
    char name[NET_NAME_SIZE];
    char bytes[3000];
};

/* False: the connection is over. */
static bool fill(struct client *c)
{
    ssize_t n = recv(c->fd, c->bytes, sizeof c->bytes, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->from = 0;
    c->to = (size_t)n;
    c->ended = n == 0;
    return n > 0;
}

static bool drain(struct client *c)
{
    ssize_t n = send(c->fd, c->bytes + c->from, c->to - c->from, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->from += (size_t)n;
    return true;
}

static void end(struct client *c)
{
    close(c->fd);
    printf("%s closed\n", c->name);
    c->fd = -1;
}

static void watch(int epoll, int op, struct client *c)
{
    struct epoll_event ev = {.events = c->from < c->to ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, op, c->fd, &ev) < 0)
        die_call("epoll_ctl", NULL);
}

static void welcome(int epoll, int listener)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    struct client *c = calloc(1, sizeof *c);
    c->fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (c->fd < 0)
        die_call("accept4", NULL);
    printf("%s connected\n", net_name((struct sockaddr *)&peer, c->name));
    watch(epoll, EPOLL_CTL_ADD, c);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int listener = open_listener(port), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL}, ready[8];
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev) < 0)
        die_call("epoll_ctl", NULL);
    for (;;) {
        int n = epoll_wait(epoll, ready, 8, -1);
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;
            if (c == NULL) {
                welcome(epoll, listener);
            } else if (!(c->from < c->to ? drain(c) : fill(c))) {
                end(c);
                free(c);
            } else {
                watch(epoll, EPOLL_CTL_MOD, c);
            }
        }
    }
}
