/* Sends a line when there is one and prints an answer when one is complete: it does not wait for
 * the one before the other. */
#include "lab.h"

static unsigned char out[4 + (1 << 20)], in[4 + (1 << 20)];
static size_t have, taken, asked, answered;

static uint32_t number(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void ask(int fd)
{
    struct err err;
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(taken >> (24 - 8 * i) & 0xff);
    if (io_write_all(fd, out, 4 + taken, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    taken = 0;
    asked++;
}

static bool type(int fd)
{
    unsigned char piece[4096];
    ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n < 0)
        die_call("read", "standard input");
    for (ssize_t i = 0; i < n; i++) {
        if (piece[i] == '\n')
            ask(fd);
        else if (taken == 1 << 20)
            die("the line is too long");
        else
            out[4 + taken++] = piece[i];
    }
    if (n == 0 && taken > 0)
        ask(fd);
    return n > 0;
}

static void take(int fd)
{
    ssize_t n = recv(fd, in + have, sizeof in - have, 0);
    if (n < 0)
        die_call("recv", NULL);
    if (n == 0) {
        if (have == 0 && asked == answered)
            exit(0);
        die("the server has gone");
    }
    have += (size_t)n;
    while (have >= 4) {
        uint32_t length = number(in);
        if (length > 1 << 20)
            die("the answer is too long");
        if (have < 4 + length)
            return;
        fwrite(in + 4, 1, length, stdout);
        putchar('\n');
        fflush(stdout);
        have -= 4 + length;
        memmove(in, in + 4 + length, have);
        answered++;
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;

    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("framed_client HOST PORT");
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    struct pollfd both[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (both[0].fd >= 0 || asked > answered) {
        if (poll(both, 2, -1) < 0)
            die_call("poll", NULL);
        if (both[1].revents != 0)
            take(fd);
        if (both[0].fd >= 0 && both[0].revents != 0 && !type(fd)) {
            both[0].fd = -1;
            shutdown(fd, SHUT_WR);
        }
    }
    return 0;
}
