/*
 * tcp_client - a terminal for any TCP server that speaks in lines: what is typed goes out line by
 * line, what the server sends is printed as it comes. The line "exit", or the end of input, says
 * that nothing more will be sent; then it listens until the server has finished too.
 */
#include "lab.h"

enum {
    PIECE = 4096,   /* bytes that are taken from the stream at a time; any size would do */
    LONGEST = 8192, /* a longer line is sent in several pieces */
};

/* What has been typed and not yet sent. */
struct input {
    char bytes[LONGEST];
    size_t have;
    bool inside; /* the first part of this line has been sent already */
};

/* [connect] */
/* Tries one address. -1: it did not work, and the reason has been told. */
static int try_address(const struct addrinfo *address)
{
    char name[NET_NAME_SIZE];
    net_name(address->ai_addr, name);

    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0) {
        warn_call("socket", name);
        return -1;
    }
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
        warn_call("connect", name);
        close(fd);
        return -1;
    }
    return fd;
}

/* One name may have several addresses: the first that answers is taken. */
static int connect_to(const char *host, const char *port, char server[NET_NAME_SIZE])
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(host, port, &wanted, &addresses);
    if (problem != 0)
        die("getaddrinfo %s: %s", host, gai_strerror(problem));

    int fd = -1;
    for (struct addrinfo *a = addresses; a != NULL && fd < 0; a = a->ai_next) {
        fd = try_address(a);
        net_name(a->ai_addr, server);
    }
    freeaddrinfo(addresses);
    if (fd < 0)
        die("no address of %s could be reached on port %s", host, port);
    return fd;
}
/* [/connect] */

/* [receive] */
/* Prints what has come. False: the server has ended its stream. */
static bool receive(int fd, const char *server)
{
    char piece[PIECE];
    ssize_t got = recv(fd, piece, sizeof piece, 0);

    if (got < 0)
        die_call("recv", server);
    if (got == 0)
        return false;
    /* Bytes, not a text: there may be a zero among them, and there is none at their end. */
    if (fwrite(piece, 1, (size_t)got, stdout) < (size_t)got || fflush(stdout) == EOF)
        die_call("write", "standard output");
    return true;
}
/* [/receive] */

/* [send-all] */
/* The server takes nothing at the moment. Perhaps it waits until we have read what it sends: so
 * read, or both would wait for ever. */
static void wait_for_room(int fd, const char *server)
{
    struct pollfd socket_ready = {.fd = fd, .events = POLLIN | POLLOUT};

    if (poll(&socket_ready, 1, -1) < 0)
        die_call("poll", server);
    if ((socket_ready.revents & POLLIN) != 0 && !receive(fd, server))
        die("%s ended before it had taken everything", server);
}

/* Sends all of it, in as many calls as it takes. */
static void send_all(int fd, const char *bytes, size_t size, const char *server)
{
    size_t sent = 0;

    while (sent < size) {
        ssize_t taken = send(fd, bytes + sent, size - sent, MSG_DONTWAIT);
        if (taken >= 0)
            sent += (size_t)taken;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            wait_for_room(fd, server);
        else
            die_call("send", server);
    }
}
/* [/send-all] */

/* [lines] */
/* The length of the first piece that can be sent now: a line with its newline, or, when more cannot
 * come or does not fit, what there is. 0: wait for more. */
static size_t next_piece(const struct input *input, bool ended)
{
    const char *newline = memchr(input->bytes, '\n', input->have);

    if (newline != NULL)
        return (size_t)(newline - input->bytes) + 1;
    return ended || input->have == sizeof input->bytes ? input->have : 0;
}

static bool is_exit(const struct input *input, size_t size)
{
    return !input->inside && (size == 4 || size == 5) && memcmp(input->bytes, "exit\n", size) == 0;
}

/* Reads what has been typed and sends the lines of it. False: nothing more is to be sent. */
static bool forward_input(int fd, const char *server, struct input *input)
{
    ssize_t got = read(STDIN_FILENO, input->bytes + input->have, sizeof input->bytes - input->have);
    if (got < 0)
        die_call("read", "standard input");
    bool ended = got == 0;
    input->have += (size_t)got;

    size_t size;
    while ((size = next_piece(input, ended)) > 0) {
        if (is_exit(input, size))
            return false;
        send_all(fd, input->bytes, size, server);
        input->inside = input->bytes[size - 1] != '\n';
        input->have -= size;
        memmove(input->bytes, input->bytes + size, input->have);
    }
    return !ended;
}
/* [/lines] */

/* [talk] */
/* Two things can happen, in any order: something is typed, or something comes from the server.
 * poll() waits for both. */
static void talk(int fd, const char *server)
{
    struct input input = {.have = 0};
    enum { SERVER, KEYBOARD };
    struct pollfd sources[] = {
        [SERVER] = {.fd = fd, .events = POLLIN},
        [KEYBOARD] = {.fd = STDIN_FILENO, .events = POLLIN},
    };

    for (;;) {
        if (poll(sources, 2, -1) < 0)
            die_call("poll", NULL);
        if (sources[SERVER].revents != 0 && !receive(fd, server))
            return;
        if (sources[KEYBOARD].revents != 0 && !forward_input(fd, server, &input)) {
            /* [half-close] */
            /* "I have said everything, and I am still listening." */
            if (shutdown(fd, SHUT_WR) < 0)
                die_call("shutdown", server);
            sources[KEYBOARD].fd = -1; /* poll() passes over negative descriptors */
            /* [/half-close] */
        }
    }
}
/* [/talk] */

int main(int argc, char **argv)
{
    uint16_t port;

    /* The port is looked at here, because getaddrinfo() would take 70000 and use 4464. */
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    /* Writing to somebody who has gone shall fail with EPIPE, and not kill the program. */
    struct sigaction ignoring = {.sa_handler = SIG_IGN};
    sigemptyset(&ignoring.sa_mask);
    if (sigaction(SIGPIPE, &ignoring, NULL) < 0)
        die_call("sigaction", "SIGPIPE");

    char server[NET_NAME_SIZE];
    int fd = connect_to(argv[1], argv[2], server);
    talk(fd, server);
    if (close(fd) < 0)
        die_call("close", server);
    return EXIT_SUCCESS;
}
