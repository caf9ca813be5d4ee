/*
 * The same file transfer, with one thing better from rung to rung.
 *
 *     ladder serve PORT FILE HOW     sends FILE to whoever connects
 *     ladder fetch PORT OUT HOW      saves what comes as OUT
 *     ladder fill MIB OUT loop SIZE  writes so much that comes from nowhere: what no transfer
 *                                    can be quicker than
 *
 * HOW is what moves the bytes: "loop SIZE" with a buffer of SIZE bytes on both sides, "sendfile
 * SIZE" from the server without a buffer, "splice SIZE" in the client without one too, through a
 * pipe.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 20, ONE_CALL = 1 << 30 };

static char buffer[MOST];

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static void write_all(int fd, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, buffer + done, size - done);
        check(n > 0, "write");
        done += (size_t)n;
    }
}

/* Reads as much as one call gives, and hands it on. */
static void by_loop(int from, int to, size_t size)
{
    ssize_t n;
    while ((n = read(from, buffer, size)) > 0)
        write_all(to, (size_t)n);
    check(n == 0, "read");
}

static void by_sendfile(int from, int to)
{
    ssize_t n;
    while ((n = sendfile(to, from, NULL, ONE_CALL)) > 0) {
    }
    check(n == 0, "sendfile");
}

static void by_splice(int from, int to, size_t size)
{
    int pipes[2];
    ssize_t came;

    check(pipe(pipes) == 0, "pipe");
    fcntl(pipes[1], F_SETPIPE_SZ, (int)size);
    while ((came = splice(from, NULL, pipes[1], NULL, size, SPLICE_F_MOVE)) > 0) {
        for (ssize_t n; came > 0; came -= n) {
            n = splice(pipes[0], NULL, to, NULL, (size_t)came, SPLICE_F_MOVE);
            check(n > 0, "splice");
        }
    }
    check(came == 0, "splice");
}

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

static void serve(const char *port, const char *path, const char *how, size_t size)
{
    struct sockaddr_in self = loopback(port);
    int on = 1, client, listener = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(bind(listener, (struct sockaddr *)&self, sizeof self) == 0, "bind");
    check(listen(listener, 16) == 0, "listen");
    while ((client = accept(listener, NULL, NULL)) >= 0) {
        int file = open(path, O_RDONLY);
        check(file >= 0, path);
        if (strcmp(how, "loop") == 0)
            by_loop(file, client, size);
        else
            by_sendfile(file, client);
        close(file);
        close(client);
    }
}

static void fetch(const char *port, const char *path, const char *how, size_t size)
{
    struct sockaddr_in to = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    check(file >= 0, path);
    check(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
    if (strcmp(how, "splice") == 0)
        by_splice(fd, file, size);
    else
        by_loop(fd, file, size);
}

static void fill(const char *mib, const char *path, size_t size)
{
    size_t rest = strtoul(mib, NULL, 10) << 20;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    check(file >= 0, path);
    for (; rest > 0; rest -= size < rest ? size : rest)
        write_all(file, size < rest ? size : rest);
}

int main(int argc, char **argv)
{
    size_t size = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;

    if (size == 0 || size > MOST)
        return 2;
    if (strcmp(argv[1], "serve") == 0)
        serve(argv[2], argv[3], argv[4], size);
    else if (strcmp(argv[1], "fill") == 0)
        fill(argv[2], argv[3], size);
    else
        fetch(argv[2], argv[3], argv[4], size);
}
