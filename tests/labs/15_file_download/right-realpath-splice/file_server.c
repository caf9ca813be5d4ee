/* Right in another way: poll() over all clients, realpath() and a comparison, one buffer a client.
 * (Between the look and the opening lies a gap, which no check can see.) */
#include "lab.h"

#include <limits.h>
#include <sys/stat.h>

enum { MOST = 40 };

struct client {
    int fd, file;
    bool leaving;
    size_t have, sent;
    long long rest;
    char bytes[8200];
};

static char root[PATH_MAX];
static struct client clients[MOST];

static const char *open_named(const char *name, struct client *c, long long offset, long long *size)
{
    char joined[PATH_MAX + 8300], real[PATH_MAX], plain[PATH_MAX + 8300];
    struct stat st;

    snprintf(joined, sizeof joined, "%s/%s", root, name);
    if (realpath(joined, real) == NULL)
        return strerror(errno);
    snprintf(plain, sizeof plain, "%s/%s", root, name);
    if (strcmp(real, plain) != 0) /* "..", "//" or a link */
        return "not that name";
    if (stat(real, &st) < 0 || !S_ISREG(st.st_mode))
        return "no file";
    if (offset > st.st_size)
        return "too far";
    c->file = open(real, O_RDONLY | O_CLOEXEC);
    if (c->file < 0)
        return strerror(errno);
    lseek(c->file, offset, SEEK_SET);
    *size = st.st_size;
    c->rest = st.st_size - offset;
    return NULL;
}

static void answer(struct client *c, char *end)
{
    const char *reason = "bad request";
    long long offset = 0, size = 0;
    char *blank, *stop;

    *end = '\0';
    if (strlen(c->bytes) == (size_t)(end - c->bytes) && strncmp(c->bytes, "GET ", 4) == 0) {
        blank = strchr(c->bytes + 4, ' ');
        errno = 0;
        if (blank != NULL) {
            *blank = '\0';
            offset = strtoll(blank + 1, &stop, 10);
        }
        if (blank == NULL || (blank[1] >= '0' && blank[1] <= '9' && *stop == '\0' && errno == 0))
            reason = open_named(c->bytes + 4, c, offset, &size);
    }
    c->sent = 0;
    if (reason == NULL)
        c->have = (size_t)snprintf(c->bytes, sizeof c->bytes, "OK %lld\n", size);
    else
        c->have = (size_t)snprintf(c->bytes, sizeof c->bytes, "ERR %s\n", reason);
    c->leaving = true;
}

static void drop(struct client *c)
{
    if (c->file >= 0)
        close(c->file);
    close(c->fd);
    c->fd = -1;
}

/* What poll() has said about a client. */
static void move(struct client *c)
{
    ssize_t n;

    if (!c->leaving) {
        n = recv(c->fd, c->bytes + c->have, sizeof c->bytes - 1 - c->have, MSG_DONTWAIT);
        if (n <= 0) {
            drop(c);
            return;
        }
        c->have += (size_t)n;
        char *end = memchr(c->bytes, '\n', c->have);
        if (end != NULL || c->have == sizeof c->bytes - 1)
            answer(c, end != NULL ? end : c->bytes);
        return;
    }
    if (c->sent == c->have) {
        n = c->rest > 0 ? read(c->file, c->bytes, sizeof c->bytes) : 0;
        if (n <= 0) {
            drop(c);
            return;
        }
        c->rest -= n;
        c->have = (size_t)n;
        c->sent = 0;
    }
    n = send(c->fd, c->bytes + c->sent, c->have - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN)
        drop(c);
    else if (n > 0)
        c->sent += (size_t)n;
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener;
    char name[NET_NAME_SIZE];

    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("file_server PORT DIR");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    if (realpath(argv[2], root) == NULL)
        die_call("realpath", argv[2]);
    if (net_listen(&listener, NULL, port, 50, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    for (int i = 0; i < MOST; i++)
        clients[i].fd = -1;
    for (;;) {
        struct pollfd polled[MOST + 1] = {{.fd = listener, .events = POLLIN}};
        for (int i = 0; i < MOST; i++)
            polled[i + 1] = (struct pollfd){.fd = clients[i].fd,
                                            .events = clients[i].leaving ? POLLOUT : POLLIN};
        if (poll(polled, MOST + 1, -1) < 0)
            die_call("poll", NULL);
        for (int i = 0; i < MOST; i++)
            if (polled[i + 1].fd >= 0 && polled[i + 1].revents != 0)
                move(&clients[i]);
        int fd = polled[0].revents != 0 ? accept(listener, NULL, NULL) : -1;
        for (int i = 0; i < MOST && fd >= 0; i++)
            if (clients[i].fd < 0) {
                clients[i] = (struct client){.fd = fd, .file = -1};
                fd = -1;
            }
        if (fd >= 0)
            close(fd);
    }
}
