/* scene/stdio: see stdio.h. */
#include "scene/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"

enum { END_OF_INPUT = 4 }; /* ^D */

static bool is_terminal(const struct stdio *io)
{
    return io->kind == STDIO_PTY || io->kind == STDIO_TERMINAL;
}

static void read_end(struct stdio_end *end)
{
    char buffer[16384];
    for (;;) {
        ssize_t n = read(end->fd, buffer, sizeof buffer);
        if (n > 0) {
            if (is_terminal(end->owner) && end == &end->owner->out)
                end->owner->tty_read += (uint64_t)n;
            end->owner->fn(end->owner->arg, end->stream, buffer, (size_t)n);
            if (end->fd < 0 || n < (ssize_t)sizeof buffer)
                return; /* level-triggered: more of a flood has its turn, and the limits theirs */
            return;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        /* End of a pipe; a pty says EIO when the last one who had it open is gone. The master stays
         * open for typing until stdio_close. */
        loop_fd_remove(end->watch);
        end->watch = NULL;
        return;
    }
}

static void on_output(void *arg, int fd, uint32_t events)
{
    (void)fd, (void)events;
    read_end(arg);
}

static void watch_end(struct stdio *io, struct stdio_end *end, const char *stream, int fd)
{
    *end = (struct stdio_end){.owner = io, .stream = stream, .fd = fd};
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    end->watch = loop_fd_add(io->loop, fd, EPOLLIN, on_output, end);
}

static int open_terminal(int *master, int *slave, struct error *err)
{
    struct termios tio;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    *slave = -1;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0)
        *slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0) {
        error_errno(err, "cannot open a pseudo terminal");
        if (*master >= 0)
            close(*master);
        return -1;
    }
    int rc = tcgetattr(*slave, &tio);
    tio.c_oflag &= ~(tcflag_t)OPOST;
    tio.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ECHOCTL);
    if (rc == 0)
        rc = tcsetattr(*slave, TCSANOW, &tio);
    if (rc == 0)
        rc = ioctl(*slave, TIOCSWINSZ, &size);
    if (rc == 0)
        return 0;
    error_errno(err, "cannot set up a pseudo terminal");
    close(*slave);
    close(*master);
    *slave = -1;
    return -1;
}

/* Each of these leaves what it opened in `io` and `theirs`, also when it fails. */

static int duplicate(int fd, int *copy, struct error *err)
{
    *copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return *copy >= 0 ? 0 : error_errno(err, "cannot duplicate a program's standard stream");
}

static int open_own(int theirs[3], struct error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < 3; i++)
        if (fcntl(i, F_GETFD) >= 0) /* closed here: closed there */
            rc = duplicate(i, &theirs[i], err);
    return rc;
}

static int open_pipe(int *reads, int *writes, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_errno(err, "cannot make a pipe for a program's standard streams");
    *reads = ends[0];
    *writes = ends[1];
    return 0;
}

static int open_streams(struct stdio *io, int theirs[3], struct error *err)
{
    int reads = -1;
    if (is_terminal(io)) {
        int master;
        if (open_terminal(&master, &theirs[0], err) != 0)
            return -1;
        io->in = io->out.fd = master;
        if (duplicate(theirs[0], &theirs[1], err) != 0)
            return -1;
    } else {
        if (open_pipe(&theirs[0], &io->in, err) != 0 ||
            open_pipe(&io->out.fd, &theirs[1], err) != 0)
            return -1;
        fcntl(io->in, F_SETFL, O_NONBLOCK);
    }
    watch_end(io, &io->out, "stdout", io->out.fd);
    if (io->kind == STDIO_TERMINAL)
        return duplicate(theirs[1], &theirs[2], err);
    if (open_pipe(&reads, &theirs[2], err) != 0)
        return -1;
    watch_end(io, &io->err, "stderr", reads);
    return 0;
}

int stdio_open(struct stdio *io, enum stdio_kind kind, struct loop *loop, stdio_output_fn *fn,
               void *arg, int theirs[3], struct error *err)
{
    int rc = 0;
    *io = (struct stdio){
        .kind = kind, .loop = loop, .fn = fn, .arg = arg, .in = -1, .at_line_start = true};
    io->out.fd = io->err.fd = -1;
    strbuf_init(&io->typed);
    theirs[0] = theirs[1] = theirs[2] = -1;
    if (kind == STDIO_OWN)
        rc = open_own(theirs, err);
    else if (kind != STDIO_CLOSED)
        rc = open_streams(io, theirs, err);
    if (rc == 0)
        return 0;
    stdio_close(io);
    for (int i = 0; i < 3; i++) {
        if (theirs[i] >= 0)
            close(theirs[i]);
        theirs[i] = -1;
    }
    return -1;
}

static void close_input(struct stdio *io)
{
    loop_fd_remove(io->in_watch);
    io->in_watch = NULL;
    if (io->in >= 0 && io->in != io->out.fd)
        close(io->in);
    io->in = -1;
}

void stdio_close(struct stdio *io)
{
    loop_fd_remove(io->out.watch);
    loop_fd_remove(io->err.watch);
    io->out.watch = io->err.watch = NULL;
    close_input(io);
    if (io->out.fd >= 0)
        close(io->out.fd);
    if (io->err.fd >= 0)
        close(io->err.fd);
    io->out.fd = io->err.fd = -1;
    strbuf_free(&io->typed);
}

static void on_input_room(void *arg, int fd, uint32_t events);

static void push(struct stdio *io)
{
    while (io->typed.len > 0 && io->in >= 0) {
        /* A terminal takes a line of at most 4095 bytes; a pipe takes what it has room for. */
        ssize_t n = write(io->in, io->typed.data, io->typed.len < 1024 ? io->typed.len : 1024);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (io->in_watch == NULL && io->in != io->out.fd)
                io->in_watch = loop_fd_add(io->loop, io->in, EPOLLOUT, on_input_room, io);
            return;
        }
        if (n < 0) { /* the program has closed its end */
            strbuf_cut(&io->typed, 0);
            break;
        }
        strbuf_drop(&io->typed, (size_t)n);
    }
    if (io->in_ends)
        close_input(io);
}

static void on_input_room(void *arg, int fd, uint32_t events)
{
    struct stdio *io = arg;
    (void)fd, (void)events;
    loop_fd_remove(io->in_watch);
    io->in_watch = NULL;
    push(io);
}

void stdio_type(struct stdio *io, const void *data, size_t len)
{
    if (len == 0)
        return;
    strbuf_add(&io->typed, data, len);
    io->at_line_start = ((const char *)data)[len - 1] == '\n';
    io->on_its_way = is_terminal(io);
    push(io);
}

void stdio_end_input(struct stdio *io)
{
    const char keys[2] = {END_OF_INPUT, END_OF_INPUT};
    if (is_terminal(io)) {
        /* In the middle of a line the first ^D only hands the line over. */
        stdio_type(io, keys, io->at_line_start ? 1 : 2);
        io->at_line_start = true;
    } else {
        io->in_ends = true;
        push(io);
    }
}

void stdio_hand_over(struct stdio *io)
{
    if (!io->on_its_way || io->out.fd < 0)
        return;
    int other = ioctl(io->out.fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (other >= 0) {
        struct pollfd pfd = {other, POLLIN, 0};
        poll(&pfd, 1, 0);
        close(other);
    }
    /* A full terminal does not tell when it has room again. */
    push(io);
    io->on_its_way = io->typed.len > 0;
}

void stdio_drain(struct stdio *io)
{
    if (io->out.watch != NULL)
        read_end(&io->out);
    if (io->err.watch != NULL)
        read_end(&io->err);
}

bool stdio_finished(const struct stdio *io)
{
    return io->out.watch == NULL && io->err.watch == NULL;
}
