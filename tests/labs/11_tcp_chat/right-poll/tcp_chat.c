/* poll() on both; what comes out of turn is read, and kept. */
#include "lab.h"

static int begin(int argc, char **argv, bool *connects)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    *connects = argc == 4 && strcmp(argv[1], "connect") == 0;
    bool listens = argc == 3 && strcmp(argv[1], "listen") == 0;
    if ((!*connects && !listens) || !net_parse_port(argv[argc - 1], &port))
        die_usage("tcp_chat listen PORT | connect HOST PORT");
    if (*connects) {
        if (net_dial(&fd, argv[2], port, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        return fd;
    }
    if (net_listen(&listener, NULL, port, 1, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    return fd;
}

struct text {
    char bytes[20000];
    size_t have;
    bool ended;
};

static struct text typed, heard;

static void more(struct text *t, int fd)
{
    ssize_t n = read(fd, t->bytes + t->have, sizeof t->bytes - t->have);
    if (n < 0)
        die_call("read", NULL);
    t->ended = n == 0;
    t->have += (size_t)n;
}

/* The bytes of the first line with its newline; 0: there is none. */
static size_t whole(struct text *t)
{
    char *end = memchr(t->bytes, '\n', t->have);
    if (end == NULL && t->ended && t->have > 0) {
        t->bytes[t->have++] = '\n';
        return t->have;
    }
    return end == NULL ? 0 : (size_t)(end - t->bytes) + 1;
}

int main(int argc, char **argv)
{
    bool ours;
    struct err err;
    sig_exit_on_stop();
    int fd = begin(argc, argv, &ours);
    for (;;) {
        struct text *t = ours ? &typed : &heard;
        size_t n = whole(t);
        if (n == 0 && t->ended) {
            if (ours)
                io_write_all(fd, "byebye\n", 7, IO_FOREVER, NULL);
            break;
        }
        if (n == 0) {
            struct pollfd both[] = {
                {.fd = typed.ended ? -1 : STDIN_FILENO, .events = POLLIN},
                {.fd = heard.ended ? -1 : fd, .events = POLLIN},
            };
            if (poll(both, 2, -1) < 0)
                die_call("poll", NULL);
            if (both[0].revents != 0)
                more(&typed, STDIN_FILENO);
            if (both[1].revents != 0)
                more(&heard, fd);
            continue;
        }
        bool last = n == 7 && memcmp(t->bytes, "byebye\n", 7) == 0;
        if (ours && io_write_all(fd, t->bytes, n, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        if (!ours && (fwrite(t->bytes, 1, n, stdout) < n || fflush(stdout) == EOF))
            die_call("write", NULL);
        if (last)
            break;
        t->have -= n;
        memmove(t->bytes, t->bytes + n, t->have);
        ours = !ours;
    }
    shutdown(fd, SHUT_WR);
    char rest[100];
    while (recv(fd, rest, sizeof rest, 0) > 0)
        ;
    return 0;
}
