/*
 * io - bytes in and out of a stream, with the care that TCP asks for.
 *
 * A stream has no messages: one recv() may bring half a line or three. And one send() may take only
 * a part of what it was given. The loops that this needs are written here, once.
 *
 * - Every wait has a deadline: a point in time, not a duration, so that a loop cannot wait
 *   longer by waiting again.
 * - EINTR is never seen: an interrupted wait goes on, until the same deadline.
 * - On STATUS_END, STATUS_TIMEOUT and STATUS_ERROR, err (unless it is NULL) says why.
 */
#ifndef SOCKLINGS_IO_H
#define SOCKLINGS_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A deadline is milliseconds on the monotonic clock, which nobody can set back. */
#define IO_FOREVER INT64_MAX

/* The deadline that comes so many milliseconds from now. Never fails. */
int64_t io_deadline(int64_t milliseconds);

/* Waits until fd is ready for events (POLLIN or POLLOUT of <poll.h>) or has failed: then the next
 * call on it will not block, and tells which. OK, TIMEOUT or ERROR. */
enum status io_wait(int fd, short events, int64_t deadline, struct err *err);

/* Reads what is there, at least one byte and at most size (which must not be 0), into buffer.
 * Blocks until something comes. OK: *got bytes have come. fd may be a socket, a terminal or a pipe.
 */
enum status io_read_some(int fd, void *buffer, size_t size, size_t *got, int64_t deadline,
                         struct err *err);

/* Reads exactly size bytes. Anything but OK: only *got bytes came (got may be NULL), and they are
 * in buffer. END with *got == 0 is a stream that ended between two messages; END with more is a
 * message that was cut. */
enum status io_read_exactly(int fd, void *buffer, size_t size, size_t *got, int64_t deadline,
                            struct err *err);

/* Sends all of data over a socket. OK: everything is in the kernel's hands. That is not
 * yet in the peer's: only an answer of the peer can tell you so. Never raises SIGPIPE: a
 * peer that is gone is STATUS_ERROR. */
enum status io_write_all(int fd, const void *data, size_t size, int64_t deadline, struct err *err);

/*
 * The line reader. It reads ahead: whatever came behind the line stays in its buffer for the next
 * call. So use the same reader for as long as the descriptor is open, and never recv() beside it.
 *
 *     struct io_reader reader;
 *     io_reader_init(&reader, fd);
 *     while ((status = io_read_line(&reader, &line, IO_FOREVER, &err)) == STATUS_OK)
 *         printf("%s\n", line.text);
 */
enum { IO_LINE_MAX = 8192 }; /* bytes of a line, its newline included */

struct io_reader { /* private; buffer[start] to buffer[end - 1] was read but not yet handed out */
    int fd;
    size_t start, end;
    char buffer[IO_LINE_MAX + 1];
};

struct io_line {
    char *text; /* without its newline, with a zero byte at the end; belongs to the reader, and is
                   valid until the next call with it */
    size_t
        length; /* without the newline; smaller or greater than strlen() if a zero byte is inside */
    bool complete; /* false: the stream ended before a newline came */
};

/* The descriptor remains the caller's, who closes it. Nothing needs to be freed. */
void io_reader_init(struct io_reader *reader, int fd);

/* The next line. A "\r" before the newline is part of the text. END: no byte is left (bytes without
 * a newline before the end are a line, not complete). TIMEOUT: what came so far is kept, ask again.
 * ERROR also for a line that is longer than IO_LINE_MAX; the reader is of no use afterwards. */
enum status io_read_line(struct io_reader *reader, struct io_line *line, int64_t deadline,
                         struct err *err);

/* As io_read_exactly, but through the reader: takes first what it has read ahead. For a text header
 * that is followed by bytes. */
enum status io_read_body(struct io_reader *reader, void *buffer, size_t size, size_t *got,
                         int64_t deadline, struct err *err);

#endif
