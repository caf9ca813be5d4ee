/*
 * file_server - hands out the files below a folder, to several clients at once.
 *
 * A client asks with a line, "GET NAME\n" or "GET NAME OFFSET\n". The answer is "OK SIZE\n" and the
 * bytes from OFFSET to the end, SIZE being that of the whole file; or "ERR REASON\n". Then the
 * connection ends.
 *
 * NAME may hold folders, "music/one.ogg". It never leads out of the folder, and no symbolic link is
 * followed anywhere on the way: a link may lead out too.
 */
#include "lab.h"

#include <limits.h>
#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum {
    QUEUE = 64,
    PATIENCE = 60,   /* seconds that a client has for its request, and for going away */
    PIECE = 1 << 30, /* bytes that are sent with one call; the kernel takes at most 2 GiB */
};

/* unistd.h has it too, but not under -std=c11: it is no part of POSIX. */
long syscall(long number, ...);

/* O_NONBLOCK, because opening a FIFO would wait for somebody to write to it. For the reading
 * of a regular file it means nothing. */
enum { TO_READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

/* --- the request --- */

struct request {
    char *name;
    off_t offset;
};

/* Digits and nothing else. strtoll() alone would take " 1", "+1", "-1" and "1x". */
static bool parse_offset(const char *text, off_t *offset)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0')
        return false;
    errno = 0;
    *offset = strtoll(text, NULL, 10);
    return errno == 0;
}

/* [name] */
/* What is wrong with a name before anybody looks at the disk; NULL if nothing is. */
static const char *refuse_name(const char *name)
{
    for (;;) {
        size_t size = strcspn(name, "/");
        if (size == 0)
            return "the name is absolute, or a part of it is empty";
        if (size == 2 && memcmp(name, "..", 2) == 0)
            return "the name leads out of the folder";
        if (name[size] == '\0')
            return NULL;
        name += size + 1;
    }
}
/* [/name] */

/* [parse] */
/* Takes the line apart, in place. Returns what is wrong with it, or NULL. */
static const char *parse(const struct io_line *line, struct request *request)
{
    if (!line->complete)
        return "the request has no newline at its end";
    if (strlen(line->text) != line->length) /* open() would see what stands before it only */
        return "there is a zero byte in the request";
    if (strncmp(line->text, "GET ", 4) != 0)
        return "the request is not GET NAME [OFFSET]";
    request->name = line->text + 4;
    request->offset = 0;
    char *blank = strchr(request->name, ' ');
    if (blank != NULL) {
        *blank = '\0';
        if (!parse_offset(blank + 1, &request->offset))
            return "the offset is not a number";
    }
    return refuse_name(request->name);
}
/* [/parse] */

/* --- the file --- */

/* [walk] */
/* Opens a name part by part. O_NOFOLLOW looks at the last part of a name only, so each part has to
 * be the last one once. */
static int open_part_by_part(const char *name)
{
    char part[NAME_MAX + 1];
    int folder = AT_FDCWD;

    for (;;) {
        size_t size = strcspn(name, "/");
        bool last = name[size] == '\0';
        int next = -1;
        errno = ENAMETOOLONG;
        if (size < sizeof part) {
            memcpy(part, name, size);
            part[size] = '\0';
            next = openat(folder, part, TO_READ | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
        }
        int saved = errno;
        if (folder != AT_FDCWD)
            close(folder);
        errno = saved;
        if (next < 0 || last)
            return next;
        folder = next;
        name += size + 1;
    }
}
/* [/walk] */

/* [open] */
/* Opens a file below the current folder. Linux can be told that no symbolic link may be followed,
 * and that the way may not lead out. A kernel before 5.6, and some sandboxes, do not know that
 * call. */
static int open_below(const char *name)
{
    const struct open_how how = {.flags = TO_READ,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    long fd = syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_part_by_part(name);
    return (int)fd;
}

/* The file and its size; or -1, and why not. */
static int open_file(const struct request *request, off_t *size, const char **reason)
{
    struct stat st;
    int file = open_below(request->name);

    if (file < 0) {
        *reason = errno == ELOOP ? "symbolic links are not followed" : strerror(errno);
        return -1;
    }
    if (fstat(file, &st) < 0)
        *reason = strerror(errno);
    else if (S_ISDIR(st.st_mode))
        *reason = "it is a folder";
    else if (!S_ISREG(st.st_mode))
        *reason = "it is not a regular file";
    else if (request->offset > st.st_size)
        *reason = "the offset is behind the end of the file";
    else {
        *size = st.st_size;
        return file;
    }
    close(file);
    return -1;
}
/* [/open] */

/* [send] */
/* From the file to the socket without a way through this program's memory. SIZE is a promise: of a
 * file that grows meanwhile only so much is sent; one that shrinks leaves the answer too short, and
 * the client will see it. */
static void send_file(int fd, int file, off_t offset, off_t size, const char *client)
{
    while (offset < size) {
        size_t rest = size - offset < PIECE ? (size_t)(size - offset) : PIECE;
        ssize_t sent = sendfile(fd, file, &offset, rest);
        if (sent < 0 && errno != EINTR) {
            warn_call("sendfile", client);
            return;
        }
        if (sent == 0) {
            warn("%s: the file has become shorter: %jd bytes of %jd", client, (intmax_t)offset,
                 (intmax_t)size);
            return;
        }
    }
}
/* [/send] */

/* --- the clients --- */

/* What a stranger has sent, for a log that people read in a terminal: no control characters. */
static const char *printable(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    return text;
}

/* [serve] */
static void serve(int fd, const char *client)
{
    struct io_reader reader;
    struct io_line line;
    struct request request = {.name = NULL};
    struct err err;
    const char *reason = NULL;
    char answer[sizeof err.text + sizeof "ERR \n"];
    off_t size = 0;
    int file = -1;

    io_reader_init(&reader, fd);
    enum status status = io_read_line(&reader, &line, IO_FOREVER, &err);
    if (status == STATUS_END) /* came, and went without a word */
        return;
    if (status != STATUS_OK)
        reason = err.text;
    else if ((reason = parse(&line, &request)) == NULL)
        file = open_file(&request, &size, &reason);
    alarm(0);

    if (file < 0)
        snprintf(answer, sizeof answer, "ERR %s\n", reason);
    else
        snprintf(answer, sizeof answer, "OK %jd\n", (intmax_t)size);
    printf("%s %s: %s", client, request.name == NULL ? "?" : printable(request.name), answer);
    if (io_write_all(fd, answer, strlen(answer), IO_FOREVER, &err) != STATUS_OK)
        warn("%s: %s", client, err.text);
    else if (file >= 0)
        send_file(fd, file, request.offset, size, client);
    if (file >= 0)
        close(file);
}
/* [/serve] */

/* [part] */
/* Says that this was all, and waits until the client has gone. A close() with bytes unread would be
 * a reset, and a reset may take away what the client has not read yet. */
static void finish(int fd)
{
    char rest[4096];

    shutdown(fd, SHUT_WR);
    while (recv(fd, rest, sizeof rest, 0) > 0) {
    }
}
/* [/part] */

/* [child] */
/* A process for this client alone. It may wait as long as the client likes; nobody waits with it,
 * and what it has open is closed when it ends. SIGALRM ends it, and no other. */
_Noreturn static void child(int fd)
{
    char client[NET_NAME_SIZE];

    net_peer_name(fd, client);
    alarm(PATIENCE);
    serve(fd, client);
    alarm(PATIENCE);
    finish(fd);
    _exit(0);
}
/* [/child] */

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("file_server PORT DIR");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    signal(SIGPIPE, SIG_IGN); /* sendfile() has no MSG_NOSIGNAL */
    signal(SIGCHLD, SIG_IGN); /* children that end are not waited for, and leave no zombies */
    if (chdir(argv[2]) < 0)
        die_call("chdir", argv[2]);
    if (net_listen(&listener, NULL, port, QUEUE, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));

    /* [clients] */
    for (;;) {
        if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        pid_t pid = fork();
        if (pid < 0)
            warn_call("fork", NULL);
        if (pid == 0) {
            close(listener);
            child(fd);
        }
        close(fd); /* the child has its own */
    }
    /* [/clients] */
}
