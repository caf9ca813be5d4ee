/*
 * framed_client - sends every line that is typed as a frame, and prints the frame that comes back.
 *
 * A frame is a length of 4 bytes, the high byte first, and then so many bytes, at most 1 MiB.
 */
#include "lab.h"

enum {
    HEADER = 4,
    LIMIT = 1024 * 1024, /* bytes of payload */
};

/* A frame as it goes over the wire. */
static unsigned char frame[HEADER + LIMIT];

/* [pack] */
static void pack_length(unsigned char bytes[HEADER], uint32_t length)
{
    bytes[0] = (unsigned char)(length >> 24);
    bytes[1] = (unsigned char)(length >> 16 & 0xff);
    bytes[2] = (unsigned char)(length >> 8 & 0xff);
    bytes[3] = (unsigned char)(length & 0xff);
}
/* [/pack] */

static uint32_t unpack_length(const unsigned char bytes[HEADER])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* [line] */
/* The next line of the input, without its newline. False: there is none. Any byte may stand in a
 * line, a zero too, so the line is bytes and a length, and no C string. */
static bool next_line(unsigned char *line, size_t *size)
{
    int c;

    *size = 0;
    while ((c = getc(stdin)) != EOF && c != '\n') {
        if (*size == LIMIT)
            die("a line of more than %d bytes does not fit into a frame", LIMIT);
        line[(*size)++] = (unsigned char)c;
    }
    if (ferror(stdin))
        die_call("read", "standard input");
    return c == '\n' || *size > 0;
}
/* [/line] */

/* [read-exactly] */
/* Waits until size bytes have come. Here, every other ending is one too early: the server owes an
 * answer. */
static void read_exactly(int fd, unsigned char *target, size_t size, const char *server)
{
    size_t have = 0;

    while (have < size) {
        ssize_t n = recv(fd, target + have, size - have, 0);
        if (n < 0)
            die_call("recv", server);
        if (n == 0)
            die("%s ended before its answer was complete", server);
        have += (size_t)n;
    }
}
/* [/read-exactly] */

/* [ask] */
/* Sends the frame, and puts the answer in its place. Returns the length of the answer. */
static size_t ask(int fd, size_t size, const char *server)
{
    struct err err;

    pack_length(frame, (uint32_t)size);
    if (io_write_all(fd, frame, HEADER + size, IO_FOREVER, &err) != STATUS_OK)
        die("%s: %s", server, err.text);

    read_exactly(fd, frame, HEADER, server);
    uint32_t length = unpack_length(frame);
    if (length > LIMIT) /* servers may be wrong, too */
        die("%s announces a frame of %" PRIu32 " bytes", server, length);
    read_exactly(fd, frame + HEADER, length, server);
    return length;
}
/* [/ask] */

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;
    char server[NET_NAME_SIZE];
    size_t size;

    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("framed_client HOST PORT");
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    net_peer_name(fd, server);

    /* [talk] */
    while (next_line(frame + HEADER, &size)) {
        size = ask(fd, size, server);
        if (fwrite(frame + HEADER, 1, size, stdout) < size || putchar('\n') == EOF ||
            fflush(stdout) == EOF)
            die_call("write", "standard output");
    }
    /* [/talk] */
    if (close(fd) < 0)
        die_call("close", server);
    return EXIT_SUCCESS;
}
