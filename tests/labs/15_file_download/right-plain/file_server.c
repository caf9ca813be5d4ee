/* Right in another way: one client after the other, read() and send(), and every part of a name is
 * looked at before it is opened. */
#include "lab.h"

#include <sys/stat.h>

static int root;

static int open_name(char *name)
{
    int at = dup(root);
    char *next = name;
    struct stat st;

    if (*name == '\0' || *name == '/')
        return -1;
    while (next != NULL && at >= 0) {
        char *part = next;
        next = strchr(part, '/');
        if (next != NULL)
            *next++ = '\0';
        int fd = -1;
        if (strcmp(part, "..") != 0 && fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            (next != NULL ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)))
            fd = openat(at, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        close(at);
        at = fd;
    }
    return at;
}

static void answer(int fd)
{
    static char line[6000], piece[1500];
    size_t have = 0;
    struct stat st;
    long long offset = 0;
    struct err err;
    int file = -1;

    while (memchr(line, '\n', have) == NULL && have < sizeof line) {
        ssize_t n = recv(fd, line + have, sizeof line - have, 0);
        if (n <= 0)
            return;
        have += (size_t)n;
    }
    char *end = memchr(line, '\n', have);
    if (end != NULL) {
        *end = '\0';
        char *blank = memchr(line + 4, ' ', strlen(line) > 4 ? strlen(line) - 4 : 0);
        if (blank != NULL) {
            *blank = '\0';
            char *stop;
            errno = 0;
            offset = strtoll(blank + 1, &stop, 10);
            if (blank[1] < '0' || blank[1] > '9' || *stop != '\0' || errno != 0)
                offset = -1;
        }
        if (strlen(line) + (blank != NULL ? strlen(blank + 1) + 1 : 0) == (size_t)(end - line) &&
            memcmp(line, "GET ", 4) == 0 && offset >= 0)
            file = open_name(line + 4);
    }
    if (file >= 0 && fstat(file, &st) == 0 && offset <= st.st_size) {
        snprintf(piece, sizeof piece, "OK %lld\n", (long long)st.st_size);
        if (lseek(file, offset, SEEK_SET) < 0 ||
            io_write_all(fd, piece, strlen(piece), IO_FOREVER, &err) != STATUS_OK)
            offset = st.st_size;
        ssize_t n;
        while (offset < st.st_size && (n = read(file, piece, sizeof piece)) > 0) {
            offset += n;
            if (io_write_all(fd, piece, (size_t)n, IO_FOREVER, &err) != STATUS_OK)
                break;
        }
    } else {
        io_write_all(fd, "ERR no\n", 7, IO_FOREVER, &err);
    }
    if (file >= 0)
        close(file);
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE], rest[1000];

    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("file_server PORT DIR");
    sig_exit_on_stop();
    setvbuf(stdout, NULL, _IOLBF, 0);
    root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        die_call("open", argv[2]);
    if (net_listen(&listener, NULL, port, 5, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    while (net_accept(listener, &fd, NULL, IO_FOREVER, &err) == STATUS_OK) {
        answer(fd);
        shutdown(fd, SHUT_WR);
        while (recv(fd, rest, sizeof rest, 0) > 0) {
        }
        close(fd);
    }
    die("%s", err.text);
}
