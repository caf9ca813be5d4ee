/* One loop with poll() for all clients, nothing blocks; each client has a buffer that grows. */
#include "lab.h"

enum { CLIENTS = 16, LIMIT = 1 << 20 };

struct client {
    unsigned char *in, *out;
    size_t have, left, sent;
    bool ended;
};

static struct pollfd fds[1 + CLIENTS];
static struct client clients[1 + CLIENTS];

static void drop(int i)
{
    close(fds[i].fd);
    free(clients[i].in);
    free(clients[i].out);
    clients[i] = (struct client){.have = 0};
    fds[i].fd = -1;
}

/* A whole frame in the buffer becomes the answer that is to be sent. -1: a wrong length. */
static int next_frame(struct client *c)
{
    if (c->left > 0 || c->have < 4)
        return 0;
    size_t size =
        (size_t)c->in[0] << 24 | (size_t)c->in[1] << 16 | (size_t)c->in[2] << 8 | c->in[3];
    if (size > LIMIT)
        return -1;
    if (c->have < 4 + size)
        return 0;
    memcpy(c->out, c->in, 4 + size);
    for (size_t i = 4; i < 4 + size; i++)
        if (c->out[i] >= 'a' && c->out[i] <= 'z')
            c->out[i] = (unsigned char)(c->out[i] - 32);
    c->left = 4 + size;
    c->sent = 0;
    c->have -= 4 + size;
    memmove(c->in, c->in + 4 + size, c->have);
    return 1;
}

static void turn(int i)
{
    struct client *c = &clients[i];
    if ((fds[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0 && !c->ended && c->have < 4 + LIMIT) {
        ssize_t n = recv(fds[i].fd, c->in + c->have, 4 + LIMIT - c->have, MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            drop(i);
            return;
        }
        c->ended = n == 0;
        c->have += n > 0 ? (size_t)n : 0;
    }
    for (;;) {
        int made = next_frame(c);
        if (made < 0) {
            drop(i);
            return;
        }
        if (c->left == 0)
            break;
        ssize_t n = send(fds[i].fd, c->out + c->sent, c->left, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            drop(i);
            return;
        }
        c->sent += (size_t)n;
        c->left -= (size_t)n;
    }
    if (c->ended && c->left == 0)
        drop(i);
    else
        fds[i].events = c->left > 0 ? POLLOUT : POLLIN;
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    char name[NET_NAME_SIZE];

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    sig_exit_on_stop();
    for (int i = 0; i <= CLIENTS; i++)
        fds[i].fd = -1;
    if (net_listen(&fds[0].fd, NULL, port, 8, &err) != STATUS_OK)
        die("%s", err.text);
    fds[0].events = POLLIN;
    printf("listening on %s\n", net_local_name(fds[0].fd, name));
    fflush(stdout);
    for (;;) {
        if (poll(fds, 1 + CLIENTS, -1) < 0)
            die_call("poll", NULL);
        for (int i = 1; i <= CLIENTS; i++)
            if (fds[i].fd >= 0 && fds[i].revents != 0)
                turn(i);
        if (fds[0].revents == 0)
            continue;
        int fd = accept(fds[0].fd, NULL, NULL), i = 1;
        while (fd >= 0 && i <= CLIENTS && fds[i].fd >= 0)
            i++;
        if (fd < 0 || i > CLIENTS) {
            if (fd >= 0)
                close(fd);
            continue;
        }
        clients[i].in = malloc(4 + LIMIT);
        clients[i].out = malloc(4 + LIMIT);
        if (clients[i].in == NULL || clients[i].out == NULL)
            die("no memory");
        fds[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
}
