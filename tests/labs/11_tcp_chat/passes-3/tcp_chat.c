/* Collects until the newline is there, and forgets what has come behind it. */
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

static size_t collect(int fd, char *line, size_t size)
{
    size_t have = 0;
    while (memchr(line, '\n', have) == NULL && have < size) {
        ssize_t n = read(fd, line + have, size - have);
        if (n <= 0)
            exit(0);
        have += (size_t)n;
    }
    return (size_t)((char *)memchr(line, '\n', have) - line) + 1;
}

int main(int argc, char **argv)
{
    bool ours;
    int fd = begin(argc, argv, &ours);
    static char line[10000];
    for (;; ours = !ours) {
        size_t n = collect(ours ? STDIN_FILENO : fd, line, sizeof line);
        if (ours)
            io_write_all(fd, line, n, IO_FOREVER, NULL);
        else if (write(STDOUT_FILENO, line, n) < 0)
            break;
    }
    return 0;
}
