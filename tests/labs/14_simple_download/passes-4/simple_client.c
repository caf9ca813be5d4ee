/*
 * What step 4 asks for, and no more: a reset is taken for an end.
 *
 * simple_client - fetches a file from a simple_server.
 *
 * Usage: simple_client HOST PORT NAME [OUT]
 *
 * It sends the name and the end of its stream, and saves what comes until the server ends its own.
 * Whether that is all of the file, it cannot know.
 */
#include "lab.h"

enum { PIECE = 64 * 1024 };

/* [save] */
/* Writes all of it. A short write() is no error yet; the next one says what is wrong. */
static void save(int file, const char *bytes, size_t size, const char *out)
{
    size_t saved = 0;

    while (saved < size) {
        ssize_t n = write(file, bytes + saved, size - saved);
        if (n < 0 && errno != EINTR)
            die_call("write", out);
        if (n > 0)
            saved += (size_t)n;
    }
}
/* [/save] */

/* [receive] */
/* Saves the stream to its end, and returns how many bytes it had. OUT is opened when the first byte
 * is there: a name that the server does not know shall not cost an old file. */
static int64_t receive(int fd, const char *out, const char *server)
{
    static char piece[PIECE];
    int64_t total = 0;
    int file = -1;

    for (;;) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        (void)server;
        if (file < 0)
            file = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (file < 0)
            die_call("open", out);
        save(file, piece, (size_t)n, out);
        total += n;
    }
    if (file >= 0 && close(file) < 0)
        die_call("close", out);
    return total;
}
/* [/receive] */

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;

    if (argc < 4 || argc > 5 || !net_parse_port(argv[2], &port) || argv[3][0] == '\0')
        die_usage("simple_client HOST PORT NAME [OUT]");
    const char *name = argv[3], *out = argv[4];
    if (argc == 4) { /* the last part of NAME, in the current folder */
        const char *slash = strrchr(name, '/');
        out = slash == NULL ? name : slash + 1;
    }

    /* [ask] */
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK ||
        io_write_all(fd, name, strlen(name), IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    if (shutdown(fd, SHUT_WR) < 0) /* the end of the stream is the end of the name */
        die_call("shutdown", argv[1]);
    /* [/ask] */

    int64_t total = receive(fd, out, argv[1]);
    close(fd);
    if (total == 0)
        die("no bytes came: there is no file %s, or it is empty", name);
    warn("saved %s, %" PRId64 " bytes", out, total);
}
