/*
 * io - reading and writing a stream: see io.h.
 *
 * - A descriptor is never made non-blocking: it may be shared with another process. Instead every
 *   wait is a poll() with the time that is left, and every transfer after it is told not to wait.
 * - io_read_some is the only place that reads.
 */
#include "io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* Rounded up, so that a deadline is never a fraction of a millisecond early. */
static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + (now.tv_nsec + 999999) / 1000000;
}

int64_t io_deadline(int64_t milliseconds)
{
    int64_t now = now_ms();
    return milliseconds >= IO_FOREVER - now ? IO_FOREVER : now + milliseconds;
}

/* What poll() takes: -1 waits for ever. A wait that is longer than an int can say is cut, and then
 * simply comes round again. */
static int poll_timeout(int64_t deadline)
{
    if (deadline == IO_FOREVER)
        return -1;
    int64_t left = deadline - now_ms();
    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

enum status io_wait(int fd, short events, int64_t deadline, struct err *err)
{
    if (fd < 0) { /* poll() would pass over it and wait for ever */
        errno = EBADF;
        return err_call(err, "poll", NULL);
    }
    for (;;) {
        struct pollfd wanted = {.fd = fd, .events = events};
        int timeout = poll_timeout(deadline);
        int ready = poll(&wanted, 1, timeout);
        if (ready > 0)
            return STATUS_OK;
        if (ready < 0 && errno != EINTR)
            return err_call(err, "poll", NULL);
        if (ready == 0 && timeout == 0) {
            err_set(err, "nothing came in time");
            return STATUS_TIMEOUT;
        }
    }
}

/* recv() can be told not to wait, and read() cannot, but recv() is for sockets only. A read() after
 * poll() waits only if somebody else takes the bytes in between. */
static ssize_t take_bytes(int fd, void *buffer, size_t size)
{
    ssize_t n = recv(fd, buffer, size, MSG_DONTWAIT);
    if (n < 0 && errno == ENOTSOCK)
        n = read(fd, buffer, size);
    return n;
}

static bool try_again(void)
{
    return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
}

enum status io_read_some(int fd, void *buffer, size_t size, size_t *got, int64_t deadline,
                         struct err *err)
{
    if (size == 0) /* the call would return 0, and that must mean the end of the stream */
        return err_set(err, "read: no room for even one byte");
    for (;;) {
        enum status status = io_wait(fd, POLLIN, deadline, err);
        if (status != STATUS_OK)
            return status;
        ssize_t n = take_bytes(fd, buffer, size);
        if (n > 0) {
            *got = (size_t)n;
            return STATUS_OK;
        }
        if (n == 0) {
            err_set(err, "the other side has ended the stream");
            return STATUS_END;
        }
        if (!try_again())
            return err_call(err, "read", NULL);
    }
}

enum status io_read_exactly(int fd, void *buffer, size_t size, size_t *got, int64_t deadline,
                            struct err *err)
{
    enum status status = STATUS_OK;
    size_t have = 0;
    while (have < size && status == STATUS_OK) {
        size_t n = 0;
        status = io_read_some(fd, (char *)buffer + have, size - have, &n, deadline, err);
        have += n;
    }
    if (status == STATUS_END && have > 0)
        err_set(err, "the stream ended after %zu of %zu bytes", have, size);
    if (status == STATUS_TIMEOUT)
        err_set(err, "only %zu of %zu bytes came in time", have, size);
    if (got != NULL)
        *got = have;
    return status;
}

enum status io_write_all(int fd, const void *data, size_t size, int64_t deadline, struct err *err)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t n = send(fd, (const char *)data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
            continue;
        }
        if (!try_again())
            return err_call(err, "send", NULL);
        enum status status = io_wait(fd, POLLOUT, deadline, err);
        if (status == STATUS_TIMEOUT)
            err_set(err, "only %zu of %zu bytes could be sent in time", sent, size);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

void io_reader_init(struct io_reader *reader, int fd)
{
    reader->fd = fd;
    reader->start = 0;
    reader->end = 0;
}

/* Hands out length bytes of the buffer, and passes over skip more behind them (the newline). */
static void hand_out(struct io_reader *reader, struct io_line *line, size_t length, size_t skip)
{
    line->text = reader->buffer + reader->start;
    line->length = length;
    line->complete = skip > 0;
    line->text[length] = '\0';
    reader->start += length + skip;
}

enum status io_read_line(struct io_reader *reader, struct io_line *line, int64_t deadline,
                         struct err *err)
{
    for (;;) {
        char *start = reader->buffer + reader->start;
        size_t have = reader->end - reader->start;
        char *newline = memchr(start, '\n', have);
        if (newline != NULL) {
            hand_out(reader, line, (size_t)(newline - start), 1);
            return STATUS_OK;
        }
        if (have == IO_LINE_MAX)
            return err_set(err, "a line of more than %d bytes", IO_LINE_MAX);
        memmove(reader->buffer, start, have);
        reader->start = 0;
        reader->end = have;

        size_t n = 0;
        enum status status =
            io_read_some(reader->fd, reader->buffer + have, IO_LINE_MAX - have, &n, deadline, err);
        reader->end += n;
        if (status == STATUS_END && have > 0) {
            hand_out(reader, line, have, 0);
            return STATUS_OK;
        }
        if (status != STATUS_OK)
            return status;
    }
}

enum status io_read_body(struct io_reader *reader, void *buffer, size_t size, size_t *got,
                         int64_t deadline, struct err *err)
{
    size_t ahead = reader->end - reader->start;
    if (ahead > size)
        ahead = size;
    memcpy(buffer, reader->buffer + reader->start, ahead);
    reader->start += ahead;

    size_t rest = 0;
    enum status status =
        io_read_exactly(reader->fd, (char *)buffer + ahead, size - ahead, &rest, deadline, err);
    if (got != NULL)
        *got = ahead + rest;
    return status;
}
