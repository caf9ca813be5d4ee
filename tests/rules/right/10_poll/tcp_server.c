/* One loop with poll(), non-blocking, answers kept until there is room. */
#include "lab.h"

static int open_listener(uint16_t port)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, off = 0;
    struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (fd < 0)
        die_call("socket", NULL);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", NULL);
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
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

static bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

enum { MOST = 64 };

static void welcome(int listener, struct client *clients)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int fd = accept(listener, (struct sockaddr *)&peer, &size);
    if (fd < 0 && errno != EAGAIN && errno != EINTR)
        die_call("accept", NULL);
    for (int i = 0; fd >= 0 && i < MOST; i++) {
        if (clients[i].fd >= 0)
            continue;
        clients[i] = (struct client){.fd = fd};
        set_nonblocking(fd);
        printf("%s connected\n", net_name((struct sockaddr *)&peer, clients[i].name));
        return;
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    static struct client clients[MOST];
    int listener = open_listener(port);
    set_nonblocking(listener);
    for (int i = 0; i < MOST; i++)
        clients[i].fd = -1;
    for (;;) {
        struct pollfd fds[MOST + 1] = {{.fd = listener, .events = POLLIN}};
        for (int i = 0; i < MOST; i++) {
            fds[i + 1].fd = clients[i].fd;
            fds[i + 1].events = clients[i].from < clients[i].to ? POLLOUT : POLLIN;
        }
        if (poll(fds, MOST + 1, -1) < 0 && errno != EINTR)
            die_call("poll", NULL);
        if (fds[0].revents != 0)
            welcome(listener, clients);
        for (int i = 0; i < MOST; i++) {
            if (clients[i].fd < 0 || fds[i + 1].fd < 0 || fds[i + 1].revents == 0)
                continue;
            if (!(clients[i].from < clients[i].to ? drain(&clients[i]) : fill(&clients[i])))
                end(&clients[i]);
        }
    }
}
