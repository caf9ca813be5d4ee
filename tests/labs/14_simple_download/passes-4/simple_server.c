/*
 * simple_server - sends a file to whoever names it.
 *
 * A client sends the name of a file, and then the end of its stream or a newline. It gets the bytes
 * of that file and the end of the stream; for a file that is not there, only the end.
 *
 * The file lies in DIR itself: a name with a "/" in it is no name here, and neither is a symbolic
 * link.
 */
#include "lab.h"

#include <limits.h>
#include <sys/stat.h>

enum {
    QUEUE = 64,
    PIECE = 64 * 1024,
    SILENCE = 2000,  /* milliseconds after which a name is taken to be complete */
    PATIENCE = 10000 /* milliseconds that a client may say nothing at all */
};

/* [name] */
/* Reads the name: up to a newline, or to the end of the stream. Some clients send neither; for
 * them, silence has to do. It is a guess, and a slow client is cut short by it: a protocol that
 * says where a name ends needs no guess. */
static bool read_name(int fd, char name[NAME_MAX + 2])
{
    size_t have = 0;
    enum status status = STATUS_OK;
    struct err err;

    while (status == STATUS_OK && have <= NAME_MAX && memchr(name, '\n', have) == NULL) {
        size_t got = 0;
        int64_t deadline = io_deadline(have == 0 ? PATIENCE : SILENCE);
        status = io_read_some(fd, name + have, NAME_MAX + 1 - have, &got, deadline, &err);
        have += got;
    }
    char *end = memchr(name, '\n', have);
    if (end != NULL)
        have = (size_t)(end - name);
    name[have] = '\0';
    /* A name with a zero byte in it is none: open() would see what stands before it only. */
    return status != STATUS_ERROR && have > 0 && have <= NAME_MAX && strlen(name) == have;
}
/* [/name] */

/* [open] */
/* A regular file of this folder, or -1. Opening a FIFO would wait for somebody to write to it, so
 * O_NONBLOCK. */
static int open_file(int folder, const char *name)
{
    struct stat st;

    if (strchr(name, '/') != NULL) /* "..", alone, is a folder */
        return -1;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return -1;
    if (fstat(file, &st) == 0 && S_ISREG(st.st_mode))
        return file;
    close(file);
    return -1;
}
/* [/open] */

/* [send] */
/* How many bytes are sent is what read() returned. A file is no text, and has no zero at its end.
 */
static bool send_file(int fd, int file, const char *client)
{
    static char piece[PIECE];
    struct err err;
    ssize_t n;

    while ((n = read(file, piece, sizeof piece)) > 0) {
        if (io_write_all(fd, piece, (size_t)n, IO_FOREVER, &err) != STATUS_OK) {
            warn("%s: %s", client, err.text);
            return false;
        }
    }
    if (n < 0)
        warn_call("read", client);
    return n == 0;
}
/* [/send] */

/* The end of our stream; then the client's, for a moment. A close() with bytes unread would be a
 * reset, and could take away what the client has not read yet. */
static void finish(int fd)
{
    char rest[4096];
    size_t got;
    int64_t deadline = io_deadline(SILENCE);

    shutdown(fd, SHUT_WR);
    while (io_read_some(fd, rest, sizeof rest, &got, deadline, NULL) == STATUS_OK) {
    }
}

/* [serve] */
static void serve(int fd, int folder)
{
    char name[NAME_MAX + 2], client[NET_NAME_SIZE];

    net_peer_name(fd, client);
    int file = read_name(fd, name) ? open_file(folder, name) : -1;
    bool whole = file >= 0 && send_file(fd, file, client);
    if (file >= 0)
        close(file);
    printf("%s %s\n", client, whole ? "got its file" : "got nothing, or not all");
    finish(fd);
}
/* [/serve] */

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("simple_server PORT DIR");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        die_call("open", argv[2]);
    if (net_listen(&listener, NULL, port, QUEUE, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));

    for (;;) {
        if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        serve(fd, folder);
        close(fd);
    }
}
