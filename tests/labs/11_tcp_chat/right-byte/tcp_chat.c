/* Reads byte by byte; at the end of the input it half-closes and listens to the end. */
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

static char line[70000];

/* The length without the newline; -1 at the end. */
static ssize_t next(int fd)
{
    ssize_t length = 0, n;
    char c;
    while ((n = read(fd, &c, 1)) == 1 && c != '\n')
        if (length < (ssize_t)sizeof line - 1)
            line[length++] = c;
    if (n < 0)
        die("read: %s", strerror(errno));
    line[length] = '\n';
    return n == 0 && length == 0 ? -1 : length;
}

int main(int argc, char **argv)
{
    bool ours, quiet = false;
    struct err err;
    sig_exit_on_stop();
    int fd = begin(argc, argv, &ours);
    for (;; ours = quiet ? false : !ours) {
        ssize_t n = next(ours ? STDIN_FILENO : fd);
        if (n < 0 && !ours)
            break;
        if (n < 0) {
            shutdown(fd, SHUT_WR);
            quiet = true;
            continue;
        }
        if (ours && io_write_all(fd, line, (size_t)n + 1, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        if (!ours && write(STDOUT_FILENO, line, (size_t)n + 1) < 0)
            die("write: %s", strerror(errno));
        if (n == 6 && memcmp(line, "byebye", 6) == 0)
            break;
    }
    shutdown(fd, SHUT_RDWR);
    close(fd);
    return 0;
}
