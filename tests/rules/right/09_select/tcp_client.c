/* One loop with select(). */
#include "lab.h"

#include <sys/select.h>

static void send_all(int fd, const char *bytes, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t n = write(fd, bytes + sent, size - sent);
        if (n < 0)
            die_call("write", NULL);
        sent += (size_t)n;
    }
}

/* A line is sent when it is whole. False: it was `exit`. */
static bool pass_lines(int fd, char *bytes, size_t *have, bool ended)
{
    char *newline;
    while ((newline = memchr(bytes, '\n', *have)) != NULL || (ended && *have > 0)) {
        size_t size = newline != NULL ? (size_t)(newline + 1 - bytes) : *have;
        if ((size == 4 || size == 5) && memcmp(bytes, "exit\n", size) == 0)
            return false;
        send_all(fd, bytes, size);
        *have -= size;
        memmove(bytes, bytes + size, *have);
    }
    return !ended;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    signal(SIGPIPE, SIG_IGN);
    struct err err;
    int fd;
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    static char typed[100000], piece[500];
    size_t have = 0;
    bool typing = true;
    char name[NET_NAME_SIZE];
    net_peer_name(fd, name);
    for (;;) {
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(fd, &ready);
        if (typing)
            FD_SET(STDIN_FILENO, &ready);
        if (select(fd + 1, &ready, NULL, NULL, NULL) < 0)
            die_call("select", NULL);
        if (FD_ISSET(fd, &ready)) {
            ssize_t n = read(fd, piece, sizeof piece);
            if (n < 0)
                die_call("read", name);
            if (n == 0)
                return 0;
            if (write(STDOUT_FILENO, piece, (size_t)n) < 0)
                die_call("write", "stdout");
        }
        if (typing && FD_ISSET(STDIN_FILENO, &ready)) {
            ssize_t n = read(STDIN_FILENO, typed + have, sizeof typed - have);
            if (n < 0)
                die_call("read", "stdin");
            have += (size_t)n;
            typing = pass_lines(fd, typed, &have, n == 0);
            if (!typing)
                shutdown(fd, SHUT_WR);
        }
    }
}
