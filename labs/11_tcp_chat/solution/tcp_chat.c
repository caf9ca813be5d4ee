/*
 * tcp_chat - two people talk over one connection, a line each in turn. Who has connected begins.
 * The line "byebye", from either side, ends the conversation on both.
 */
#include "lab.h"

enum {
    LONGEST = 8192,     /* bytes of a line, its newline included */
    FAREWELL_MS = 2000, /* so long the other side may take for its own end */
};

/* [lines] */
/* What was read from a stream and is not handed out yet: bytes[start] to bytes[end - 1]. */
struct lines {
    int fd;
    size_t start, end;
    bool ended; /* the stream has ended: what is left is all there will be */
    char bytes[LONGEST];
};

/* A line without its newline. It stands in the buffer of its lines until the next one is asked for.
 */
struct line {
    const char *text; /* no C string: it may hold a zero, and has none at its end */
    size_t size;
};

enum got { GOT_LINE, GOT_END, GOT_ERROR };
/* [/lines] */

/* [next-line] */
/* Hands out size bytes, and passes over skip bytes (the newline) behind them. */
static enum got hand_out(struct lines *lines, size_t size, size_t skip, struct line *line)
{
    line->text = lines->bytes + lines->start;
    line->size = size;
    lines->start += size + skip;
    if (size > 0 && line->text[size - 1] == '\r') /* some programs end their lines in "\r\n" */
        line->size--;
    return GOT_LINE;
}

/* Waits until a line is complete, in however many pieces it comes. What has come behind it stays
 * for the next call. */
static enum got next_line(struct lines *lines, struct line *line)
{
    for (;;) {
        size_t have = lines->end - lines->start;
        const char *first = lines->bytes + lines->start;
        const char *newline = memchr(first, '\n', have);
        if (newline != NULL)
            return hand_out(lines, (size_t)(newline - first), 1, line);
        if (lines->ended) /* bytes without a newline before the end are a line too */
            return have > 0 ? hand_out(lines, have, 0, line) : GOT_END;
        if (have == sizeof lines->bytes) {
            errno = EMSGSIZE;
            return GOT_ERROR;
        }
        memmove(lines->bytes, first, have);
        lines->start = 0;
        lines->end = have;

        ssize_t n = read(lines->fd, lines->bytes + have, sizeof lines->bytes - have);
        if (n < 0)
            return GOT_ERROR;
        lines->end += (size_t)n;
        lines->ended = n == 0;
    }
}
/* [/next-line] */

static bool is_byebye(const struct line *line)
{
    return line->size == 6 && memcmp(line->text, "byebye", 6) == 0;
}

/* [turns] */
/* Our turn: one line from the keyboard goes out. False: it was the last word. */
static bool speak(int fd, struct lines *keyboard, const char *other)
{
    static char message[LONGEST + 1];
    struct line line = {.text = "byebye", .size = 6}; /* the end of the input says so too */
    struct err err;

    if (next_line(keyboard, &line) == GOT_ERROR)
        die_call("read", "standard input");
    memcpy(message, line.text, line.size);
    message[line.size] = '\n';
    if (io_write_all(fd, message, line.size + 1, IO_FOREVER, &err) != STATUS_OK)
        die("%s: %s", other, err.text);
    return !is_byebye(&line);
}

/* The other's turn: one line comes in and is shown. False: it was the last word. */
static bool hear(struct lines *wire, const char *other)
{
    struct line line;
    enum got got = next_line(wire, &line);

    if (got == GOT_ERROR)
        die_call("read", other);
    if (got == GOT_END)
        return false;
    printf("%s: ", other);
    fwrite(line.text, 1, line.size, stdout);
    if (putchar('\n') == EOF || fflush(stdout) == EOF)
        die_call("write", "standard output");
    return !is_byebye(&line);
}

static void talk(int fd, const char *other, bool our_turn)
{
    static struct lines keyboard = {.fd = STDIN_FILENO}, wire;

    wire.fd = fd;
    while (our_turn ? speak(fd, &keyboard, other) : hear(&wire, other))
        our_turn = !our_turn;
}
/* [/turns] */

/* [farewell] */
/* "I have said everything." Then the other side may end, too, but it shall not hold us up. What it
 * still says is out of turn and is not shown; only, a close() with bytes unread would be a reset,
 * and might destroy our last word on its way. */
static void part(int fd)
{
    char piece[512];
    size_t got;
    int64_t deadline = io_deadline(FAREWELL_MS);

    if (shutdown(fd, SHUT_WR) == 0)
        while (io_deadline(0) < deadline &&
               io_read_some(fd, piece, sizeof piece, &got, deadline, NULL) == STATUS_OK)
            ;
    close(fd);
}
/* [/farewell] */

/* [begin] */
static int wait_for_call(uint16_t port)
{
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    if (net_listen(&listener, NULL, port, 1, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    close(listener); /* one conversation: whoever calls now is told that nobody listens */
    return fd;
}

static int call(const char *host, uint16_t port)
{
    struct err err;
    int fd;

    if (net_dial(&fd, host, port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    return fd;
}
/* [/begin] */

int main(int argc, char **argv)
{
    uint16_t port;
    bool listens = argc == 3 && strcmp(argv[1], "listen") == 0;
    bool connects = argc == 4 && strcmp(argv[1], "connect") == 0;

    if ((!listens && !connects) || !net_parse_port(argv[argc - 1], &port))
        die_usage("tcp_chat listen PORT | connect HOST PORT");
    sig_exit_on_stop();

    char other[NET_NAME_SIZE];
    int fd = listens ? wait_for_call(port) : call(argv[2], port);
    net_peer_name(fd, other);
    talk(fd, other, connects);
    part(fd);
    return EXIT_SUCCESS;
}
