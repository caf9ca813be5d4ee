/*
 * framed_server - answers every frame with the same text in capitals.
 *
 * A frame is a length of 4 bytes, the high byte first, and then so many bytes, at most 1 MiB.
 * One client is served to its end, then the next.
 */
#include "lab.h"

enum {
    HEADER = 4,
    LIMIT = 1024 * 1024, /* bytes of payload; whoever announces more is not served */
    AHEAD = 16 * 1024,   /* bytes that are taken from the kernel ahead; any size would do */
    QUEUE = 64,
};

/* [stream] */
/* What has come from a client and was not asked for yet. */
struct stream {
    int fd;
    size_t start, end; /* they are bytes[start] to bytes[end - 1] */
    unsigned char bytes[AHEAD];
};

/* How reading ended: an end between two frames is a good-bye, one inside a frame is none. */
enum got { GOT_ALL, GOT_END, GOT_CUT, GOT_ERROR };
/* [/stream] */

/* [read-exactly] */
/* Waits until size bytes have come, in however many pieces, and copies them to target. What comes
 * behind them stays in the stream for the next call. */
static enum got read_exactly(struct stream *stream, unsigned char *target, size_t size)
{
    size_t have = 0;

    while (have < size) {
        if (stream->start == stream->end) {
            /* What fills the buffer anyway need not be copied through it. */
            bool direct = size - have >= sizeof stream->bytes;
            ssize_t n = direct ? recv(stream->fd, target + have, size - have, 0)
                               : recv(stream->fd, stream->bytes, sizeof stream->bytes, 0);
            if (n < 0)
                return GOT_ERROR;
            if (n == 0)
                return have == 0 ? GOT_END : GOT_CUT;
            if (direct) {
                have += (size_t)n;
                continue;
            }
            stream->start = 0;
            stream->end = (size_t)n;
        }
        size_t piece = stream->end - stream->start;
        if (piece > size - have)
            piece = size - have;
        memcpy(target + have, stream->bytes + stream->start, piece);
        stream->start += piece;
        have += piece;
    }
    return GOT_ALL;
}
/* [/read-exactly] */

/* [unpack] */
/* Shifts work on the value of a number, so it does not matter how this machine stores one. */
static uint32_t unpack_length(const unsigned char bytes[HEADER])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}
/* [/unpack] */

/* [capitals] */
/* a to z only. toupper() would ask the locale, and change bytes that are no ASCII at all. */
static void to_capitals(unsigned char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (unsigned char)(text[i] - 'a' + 'A');
}
/* [/capitals] */

/* [serve] */
/* Answers frame after frame until the client ends its stream, or does what it should not: then it
 * gets no answer. */
static void serve(struct stream *stream, const char *name)
{
    static unsigned char frame[HEADER + LIMIT]; /* the length, and the payload behind it */
    struct err err;

    for (;;) {
        enum got got = read_exactly(stream, frame, HEADER);
        if (got == GOT_END)
            return;
        /* Nothing else may happen before the length is known to be a good one. */
        uint32_t length = got == GOT_ALL ? unpack_length(frame) : 0;
        if (length > LIMIT) {
            warn("%s announces a frame of %" PRIu32 " bytes", name, length);
            return;
        }
        if (got == GOT_ALL && length > 0)
            got = read_exactly(stream, frame + HEADER, length);
        if (got == GOT_ERROR) {
            warn_call("recv", name);
            return;
        }
        if (got != GOT_ALL) {
            warn("%s ended in the middle of a frame", name);
            return;
        }
        /* Capitals take as much room as small letters: the length in front stays what it was. Both
         * leave in one call. */
        to_capitals(frame + HEADER, length);
        if (io_write_all(stream->fd, frame, HEADER + length, IO_FOREVER, &err) != STATUS_OK) {
            warn("%s: %s", name, err.text);
            return;
        }
    }
}
/* [/serve] */

int main(int argc, char **argv)
{
    static struct stream stream;
    uint16_t port;
    struct err err;
    int listener;
    char name[NET_NAME_SIZE];

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    if (net_listen(&listener, NULL, port, QUEUE, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));

    for (;;) {
        if (net_accept(listener, &stream.fd, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        net_peer_name(stream.fd, name);
        /* A small answer shall not wait until the one before it has been acknowledged. */
        int on = 1;
        if (setsockopt(stream.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
            warn_call("setsockopt", "TCP_NODELAY");
        stream.start = stream.end = 0; /* what the last client left behind is not this one's */
        serve(&stream, name);
        if (close(stream.fd) < 0)
            warn_call("close", name);
    }
}
