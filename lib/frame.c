/*
 * frame - length-prefixed messages: see frame.h.
 *
 * - The stream never has an unfinished frame behind STATUS_OK or STATUS_END.
 * - A length is compared with the caller's room before it is used for anything.
 */
#include "frame.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "io.h"

/* Shifts know the value of a number and nothing of how this machine stores it. */
static void pack(unsigned char *bytes, size_t count, uint64_t number)
{
    for (size_t i = count; i-- > 0; number >>= 8)
        bytes[i] = (unsigned char)(number & 0xff);
}

static uint64_t unpack(const unsigned char *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

void frame_pack16(void *bytes, uint16_t number)
{
    pack(bytes, 2, number);
}

void frame_pack32(void *bytes, uint32_t number)
{
    pack(bytes, 4, number);
}

void frame_pack64(void *bytes, uint64_t number)
{
    pack(bytes, 8, number);
}

uint16_t frame_unpack16(const void *bytes)
{
    return (uint16_t)unpack(bytes, 2);
}

uint32_t frame_unpack32(const void *bytes)
{
    return (uint32_t)unpack(bytes, 4);
}

uint64_t frame_unpack64(const void *bytes)
{
    return unpack(bytes, 8);
}

enum status frame_read(int fd, void *buffer, size_t limit, size_t *size, int64_t deadline,
                       struct err *err)
{
    unsigned char header[FRAME_HEADER];
    size_t got = 0;

    enum status status = io_read_exactly(fd, header, sizeof header, &got, deadline, err);
    if (status == STATUS_END && got > 0)
        return err_set(err, "the stream ended in the length of a frame");
    if (status != STATUS_OK)
        return status;

    uint32_t length = frame_unpack32(header);
    if (length > limit)
        return err_set(err, "a frame of %" PRIu32 " bytes; at most %zu are allowed", length, limit);

    status = io_read_exactly(fd, buffer, length, &got, deadline, err);
    if (status == STATUS_END)
        return err_set(err, "the stream ended after %zu of the %" PRIu32 " bytes of a frame", got,
                       length);
    if (status == STATUS_OK)
        *size = length;
    return status;
}

enum status frame_write(int fd, const void *payload, size_t size, int64_t deadline, struct err *err)
{
    unsigned char header[FRAME_HEADER];

    if (size > UINT32_MAX)
        return err_set(err, "a frame of %zu bytes: its length does not fit into 32 bits", size);
    frame_pack32(header, (uint32_t)size);

    struct iovec parts[] = {
        {.iov_base = header, .iov_len = sizeof header},
        {.iov_base = (void *)payload, .iov_len = size}, /* is only read, sendmsg() cannot say so */
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = size > 0 ? 2 : 1};
    ssize_t taken = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
        return err_call(err, "send", NULL);

    /* What the kernel had no room for follows by and by. */
    size_t sent = taken < 0 ? 0 : (size_t)taken;
    if (sent < sizeof header) {
        enum status status = io_write_all(fd, header + sent, sizeof header - sent, deadline, err);
        if (status != STATUS_OK)
            return status;
        sent = sizeof header;
    }
    sent -= sizeof header;
    if (sent == size)
        return STATUS_OK;
    return io_write_all(fd, (const char *)payload + sent, size - sent, deadline, err);
}
