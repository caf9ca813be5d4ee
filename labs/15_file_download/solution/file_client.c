/*
 * file_client - fetches a file from a file_server.
 *
 * Usage: file_client HOST PORT NAME [OUT] [--from ENCODING]
 *
 * While it comes, the file is called OUT.part. When it is complete it is renamed, so OUT is never
 * half a file. What a broken transfer has left is kept, and the next run asks for the rest only.
 *
 * --from prints the file as UTF-8 on stdout when it has come. The file itself stays as it was sent.
 */
#define _GNU_SOURCE /* for splice() and F_SETPIPE_SZ, which only Linux has */
#include "lab.h"

#include <iconv.h>
#include <limits.h>
#include <sys/stat.h>

enum {
    BUFFER = 1024 * 1024, /* bytes that are taken with one call; also the room in the pipe */
    LINE = 1024,          /* at most, of the server's first line */
};

static const char usage[] = "file_client HOST PORT NAME [OUT] [--from ENCODING]";

struct args {
    const char *host, *name, *encoding;
    uint16_t port;
    char out[PATH_MAX], part[PATH_MAX + sizeof ".part"];
};

struct transfer {
    int fd, file;
    int64_t have, size; /* bytes in the file, and how many there will be */
    char *buffer;
    const char *bytes; /* of the file, which came with the server's line: they are in the buffer */
    size_t ahead;      /* how many */
    bool refused;      /* the server has answered ERR */
    int pipe[2];       /* between the socket and the file, for splice(); -1: there is none */
};

/* --- the arguments --- */

static void parse_args(int argc, char **argv, struct args *args)
{
    const char *plain[4] = {NULL};
    int count = 0;

    args->encoding = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            args->encoding = argv[++i];
        else if (count < 4 && strcmp(argv[i], "--from") != 0)
            plain[count++] = argv[i];
        else
            die_usage(usage);
    }
    if (count < 3 || !net_parse_port(plain[1], &args->port))
        die_usage(usage);
    args->host = plain[0];
    args->name = plain[2];
    if (args->name[0] == '\0' || strpbrk(args->name, " \n") != NULL)
        die("a request cannot hold the name \"%s\": it is empty, or has a blank or a newline in it",
            args->name);

    /* [base] */
    const char *out = plain[3];
    if (out == NULL) { /* the last part of NAME, and never a way out of the current folder */
        const char *slash = strrchr(args->name, '/');
        out = slash == NULL ? args->name : slash + 1;
        if (strcmp(out, "") == 0 || strcmp(out, ".") == 0 || strcmp(out, "..") == 0)
            die("%s is no name for a file here: say OUT", args->name);
    }
    /* [/base] */
    int length = snprintf(args->out, sizeof args->out, "%s", out);
    if (length < 0 || (size_t)length >= sizeof args->out)
        die("the name of OUT is too long");
    snprintf(args->part, sizeof args->part, "%s.part", out);
}

/* --- the partial file --- */

/* [part] */
/* Opens what an earlier run has left, or begins. */
static void open_part(const char *part, struct transfer *t)
{
    struct stat st;

    t->file = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (t->file < 0)
        die_call("open", part);
    if (fstat(t->file, &st) < 0 || (t->have = lseek(t->file, 0, SEEK_END)) < 0)
        die_call("lseek", part);
    if (!S_ISREG(st.st_mode))
        die("%s is not a regular file", part);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(t->file, F_SETLK, &whole) < 0)
        die("%s is in use: another file_client is writing to it", part);
}
/* [/part] */

/* [give-up] */
/* The end of a transfer that did not succeed. What has come is kept, and said. */
_Noreturn static void give_up(const struct args *args, const struct transfer *t, const char *why)
{
    if (t->have == 0)
        unlink(args->part);
    else
        warn("%s has the first %" PRId64 " bytes: the same command goes on from there", args->part,
             t->have);
    die("%s", why);
}
/* [/give-up] */

/* [write] */
/* To the disk, all of it. A short write() is no error yet; the next one says what is wrong. */
static bool save(struct transfer *t, const char *bytes, size_t size)
{
    size_t saved = 0;

    while (saved < size) {
        ssize_t n = write(t->file, bytes + saved, size - saved);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            saved += (size_t)n;
            t->have += n;
        }
    }
    return true;
}
/* [/write] */

/* --- the progress bar --- */

struct progress {
    bool shown;                /* on a terminal only: a file or a pipe wants no bar */
    int64_t from, began, last; /* bytes at the beginning; milliseconds */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void format_bytes(double bytes, char text[16])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit < 4; unit++)
        bytes /= 1024;
    snprintf(text, 16, "%.*f %s", unit == 0 || bytes >= 100 ? 0 : 1, bytes, units[unit]);
}

/* [progress] */
static void show_progress(struct progress *p, const struct transfer *t)
{
    int64_t now = now_ms();
    bool done = t->have == t->size;
    char size[16], rate[16], left[32] = "";

    if (!p->shown || (!done && now - p->last < 100)) /* ten times a second is enough for eyes */
        return;
    p->last = now;
    double seconds = (double)(now - p->began) / 1000;
    double speed = seconds > 0 ? (double)(t->have - p->from) / seconds : 0;
    double share = t->size > 0 ? (double)t->have / (double)t->size : 1;
    format_bytes((double)t->have, size);
    format_bytes(speed, rate);
    if (!done && speed > 0) {
        double rest = (double)(t->size - t->have) / speed;
        if (rest < 360000) /* 100 hours */
            snprintf(left, sizeof left, ", %d:%02d left", (int)rest / 60, (int)rest % 60);
    }
    char bar[] = "------------------------------";
    memset(bar, '#', (size_t)(share * (sizeof bar - 1)));
    printf("\r%3d%% [%s] %s, %s/s%-12s", (int)(share * 100), bar, size, rate, left);
    if (done)
        putchar('\n');
    fflush(stdout);
}
/* [/progress] */

/* --- the transfer --- */

/* [head] */
/* Reads the server's line into the buffer, and behind it perhaps the first bytes of the file. They
 * have come with the same recv(), and will not come again. NULL: err says why. */
static char *read_line(struct transfer *t, struct err *err)
{
    size_t have = 0;

    for (;;) {
        ssize_t n = recv(t->fd, t->buffer + have, LINE - have, 0);
        if (n < 0) {
            err_call(err, "recv", NULL);
            return NULL;
        }
        if (n == 0) {
            err_set(err, "the server has ended the connection without an answer");
            return NULL;
        }
        have += (size_t)n;
        char *end = memchr(t->buffer, '\n', have);
        if (end != NULL) {
            *end = '\0';
            t->bytes = end + 1;
            t->ahead = have - (size_t)(t->bytes - t->buffer);
            return t->buffer;
        }
        if (have == LINE) {
            err_set(err, "the server's answer is no line");
            return NULL;
        }
    }
}
/* [/head] */

/* [size] */
/* "OK SIZE": digits only, and a number that a file can have. */
static bool parse_ok(const char *line, int64_t *size)
{
    if (strncmp(line, "OK ", 3) != 0)
        return false;
    const char *digits = line + 3;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] != '\0')
        return false;
    errno = 0;
    *size = strtoll(digits, NULL, 10);
    return errno == 0;
}
/* [/size] */

/* What a server says may hold anything; a terminal would obey control characters. */
static const char *printable(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    return text;
}

/* [ask] */
/* Asks for the file from offset on, and reads the server's line. OK: the file's bytes follow. */
static enum status ask(const struct args *args, struct transfer *t, int64_t offset, struct err *err)
{
    if (net_dial(&t->fd, args->host, args->port, IO_FOREVER, err) != STATUS_OK)
        return STATUS_ERROR;
    int size = offset == 0
                   ? snprintf(t->buffer, BUFFER, "GET %s\n", args->name)
                   : snprintf(t->buffer, BUFFER, "GET %s %" PRId64 "\n", args->name, offset);
    if (io_write_all(t->fd, t->buffer, (size_t)size, IO_FOREVER, err) != STATUS_OK)
        return STATUS_ERROR;

    char *line = read_line(t, err);
    if (line == NULL)
        return STATUS_ERROR;
    if (parse_ok(line, &t->size) && t->size >= offset)
        return STATUS_OK;
    t->refused = strncmp(line, "ERR ", 4) == 0;
    if (t->refused)
        err_set(err, "%s: %s", args->name, printable(line + 4));
    else
        err_set(err, "the server's answer is not understood: %s", printable(line));
    return STATUS_ERROR;
}
/* [/ask] */

/* [pipe] */
/* splice() wants a pipe on one of its two sides, so one stands between the socket and the file.
 * Without it the bytes go through the buffer; if it may not be so large, in smaller pieces. */
static void open_pipe(struct transfer *t)
{
    if (pipe(t->pipe) < 0)
        t->pipe[0] = t->pipe[1] = -1;
    else
        fcntl(t->pipe[1], F_SETPIPE_SZ, BUFFER);
}

static void close_pipe(struct transfer *t)
{
    if (t->pipe[0] < 0)
        return;
    close(t->pipe[0]);
    close(t->pipe[1]);
    t->pipe[0] = t->pipe[1] = -1;
}

/* Why splice() failed: it does not know this file system (EINVAL) or is not there at all, as in
 * some sandboxes. recv(), read() and write() work everywhere. */
static bool has_no_splice(void)
{
    return errno == EINVAL || errno == ENOSYS || errno == EPERM;
}
/* [/pipe] */

/* [take] */
/* Takes what has come, and at most so much; returns what recv() would. With a pipe the bytes are in
 * it now, else in the buffer. */
static ssize_t take(struct transfer *t, size_t most)
{
    if (t->pipe[1] >= 0) {
        ssize_t n = splice(t->fd, NULL, t->pipe[1], NULL, most, 0);
        if (n >= 0 || !has_no_splice())
            return n;
        close_pipe(t);
    }
    return recv(t->fd, t->buffer, most, 0);
}
/* [/take] */

/* [put] */
/* What take() took, all of it into the file. Only what is in the file is counted: what is left in
 * the pipe when the disk is full goes with the pipe, and the next run asks for it again. */
static bool put(struct transfer *t, size_t size)
{
    struct err err;

    while (size > 0 && t->pipe[0] >= 0) {
        ssize_t n = splice(t->pipe[0], NULL, t->file, NULL, size, 0);
        if (n > 0) {
            size -= (size_t)n;
            t->have += n;
        } else if (n < 0 && has_no_splice()) { /* these bytes will not come again: read them */
            if (io_read_exactly(t->pipe[0], t->buffer, size, NULL, IO_FOREVER, &err) != STATUS_OK)
                return false;
            close_pipe(t);
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return save(t, t->buffer, size);
}
/* [/put] */

/* [fetch] */
/* Takes the rest of the file: so many bytes as were announced, and not one more. */
static void fetch(const struct args *args, struct transfer *t)
{
    struct progress progress = {isatty(STDOUT_FILENO) == 1, t->have, now_ms(), 0};
    int64_t rest = t->size - t->have;
    size_t ahead = (int64_t)t->ahead < rest ? t->ahead : (size_t)rest;
    bool saved = save(t, t->bytes, ahead);
    struct err err = {""};

    open_pipe(t);
    while (saved) {
        show_progress(&progress, t);
        rest = t->size - t->have;
        if (rest == 0) {
            close_pipe(t);
            return;
        }
        ssize_t n = take(t, rest < BUFFER ? (size_t)rest : BUFFER);
        if (n <= 0) {
            if (n < 0)
                err_call(&err, "recv", args->host);
            else
                err_set(&err, "the server ended after %" PRId64 " of %" PRId64 " bytes", t->have,
                        t->size);
            break;
        }
        saved = put(t, (size_t)n);
    }
    if (err.text[0] == '\0')
        err_call(&err, "write", args->part);
    if (progress.shown)
        putchar('\n');
    give_up(args, t, err.text);
}
/* [/fetch] */

/* [resume] */
/* Asks for the rest of a partial file. If the server does not like the offset, the file over there
 * may have become shorter: then it is asked for from the beginning. */
static void begin(const struct args *args, struct transfer *t)
{
    struct err err;

    if (ask(args, t, t->have, &err) == STATUS_OK)
        return;
    if (t->have == 0 || !t->refused)
        give_up(args, t, err.text);
    warn("%s; asking for all of it", err.text);
    close(t->fd);
    if (ask(args, t, 0, &err) != STATUS_OK)
        give_up(args, t, err.text);
    if (ftruncate(t->file, 0) < 0 || lseek(t->file, 0, SEEK_SET) < 0)
        die_call("ftruncate", args->part);
    t->have = 0;
}
/* [/resume] */

/* --- the text --- */

static void print_all(const char *text, size_t size)
{
    if (fwrite(text, 1, size, stdout) < size)
        die_call("write", "standard output");
}

/* [text] */
/* Prints the file as UTF-8. A character may be cut at the end of what was read: its bytes are kept
 * for the next turn. What is no character at all is shown as U+FFFD. */
static void print_text(const char *path, iconv_t converter, char *buffer)
{
    static const char unknown[] = "\xef\xbf\xbd";
    char text[8192];
    size_t have = 0;
    ssize_t n;

    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        die_call("open", path);
    while ((n = read(file, buffer + have, BUFFER - have)) > 0 || have > 0) {
        if (n < 0)
            break;
        have += (size_t)n;
        char *in = buffer;
        while (have > 0) {
            char *out = text;
            size_t room = sizeof text;
            size_t result = iconv(converter, &in, &have, &out, &room);
            int reason = errno;
            print_all(text, sizeof text - room);
            if (result != (size_t)-1 || reason == E2BIG)
                continue;
            if (reason == EINVAL && n > 0)
                break; /* the rest of this character has not been read yet */
            print_all(unknown, sizeof unknown - 1);
            in++;
            have--;
        }
        memmove(buffer, in, have);
    }
    if (n < 0)
        die_call("read", path);
    close(file);
    if (fflush(stdout) == EOF)
        die_call("write", "standard output");
}
/* [/text] */

int main(int argc, char **argv)
{
    static char buffer[BUFFER];
    static struct args args;
    struct transfer t = {.fd = -1, .buffer = buffer};
    iconv_t converter = NULL;
    struct stat st;

    parse_args(argc, argv, &args);
    signal(SIGPIPE, SIG_IGN);
    /* A file that grows beyond what is allowed is an error of write(), as a full disk is. */
    signal(SIGXFSZ, SIG_IGN);
    if (args.encoding != NULL && (converter = iconv_open("UTF-8", args.encoding)) == (iconv_t)-1)
        die_call("iconv_open", args.encoding);
    if (stat(args.out, &st) == 0 && S_ISDIR(st.st_mode))
        die("%s is a folder", args.out);

    /* [main] */
    open_part(args.part, &t);
    begin(&args, &t);
    fetch(&args, &t);
    close(t.fd);
    if (close(t.file) < 0) /* some file systems tell only now that there was no room */
        die_call("close", args.part);
    if (rename(args.part, args.out) < 0)
        die_call("rename", args.part);
    warn("saved %s, %" PRId64 " bytes", args.out, t.size);
    /* [/main] */

    if (converter != NULL) {
        print_text(args.out, converter, buffer);
        iconv_close(converter);
    }
}
