/*
 * room_client - a seat in a chat room: what is typed goes to the room, line by line, and what the
 * room sends is shown. It says "/leave" before it ends.
 */
#include "lab.h"

enum {
    DATAGRAM_MAX = 65507, /* bytes that fit into one datagram over IPv4 */
    PIECE = 4096,         /* bytes that are read from the keyboard at a time */
};

/* The line that is being typed. length goes on counting when it no longer fits. */
struct line {
    char text[DATAGRAM_MAX];
    size_t length;
};

/* [leave] */
static int room = -1; /* known to the whole file, because the signal handler needs it */

/* send() and _exit() are among the few calls that are allowed in a signal handler. */
static void leave(int signal_number)
{
    (void)signal_number;
    send(room, "/leave", strlen("/leave"), 0);
    _exit(0);
}

static void leave_on_signals(void)
{
    struct sigaction action = {.sa_handler = leave};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0)
        die_call("sigaction", "SIGINT, SIGTERM");
}
/* [/leave] */

/* [connect] */
/* connect() sends nothing on UDP. It notes the address: send() goes there from now on, only
 * datagrams from there are received, and when one comes back we are told. */
static int connect_to(const char *host, const char *port, char name[NET_NAME_SIZE])
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(host, port, &wanted, &addresses);
    if (problem != 0)
        die("%s: %s", host, gai_strerror(problem));

    int fd = -1;
    for (const struct addrinfo *a = addresses; a != NULL && fd < 0; a = a->ai_next) {
        net_name(a->ai_addr, name);
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd < 0)
            die_call("socket", NULL);
        if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) { /* there is no way to this address */
            warn_call("connect", name);
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(addresses);
    if (fd < 0)
        exit(EXIT_FAILURE);
    return fd;
}
/* [/connect] */

/* [send] */
static void send_text(const char *text, size_t size)
{
    if (send(room, text, size, 0) >= 0)
        return;
    if (errno == ECONNREFUSED) /* not this datagram, but one before it: nobody is at that port */
        die_call("send", "to the room");
    die_call("send", NULL); /* too long, for example: the next one may be shorter */
}
/* [/send] */

/* [receive] */
/* Shows one datagram. A byte that would move the cursor or begin a new line could make a text look
 * as if it were somebody else's, so it is shown as "?". */
static void show_message(const char *name)
{
    static char text[DATAGRAM_MAX + 1];
    ssize_t n = recv(room, text, DATAGRAM_MAX, 0);
    if (n < 0)
        die_call("recv", name);

    size_t size = (size_t)n;
    if (size > 0 && text[size - 1] == '\n')
        size--;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = '?';
    text[size] = '\n';
    fwrite(text, 1, size + 1, stdout);
    fflush(stdout);
}
/* [/receive] */

/* [lines] */
static void end_line(struct line *line)
{
    if (line->length > sizeof line->text) {
        warn("not sent: a text has at most %d bytes", DATAGRAM_MAX);
    } else {
        if (line->length == strlen("/leave") && memcmp(line->text, "/leave", line->length) == 0)
            leave(0);
        send_text(line->text, line->length);
    }
    line->length = 0;
}

/* Reads what has been typed, and sends each line that is complete. One read() may bring half a
 * line, or three. */
static void read_keyboard(struct line *line)
{
    char piece[PIECE];
    ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n < 0)
        die_call("read", "standard input");

    for (ssize_t i = 0; i < n; i++) {
        if (piece[i] == '\n') {
            end_line(line);
        } else {
            if (line->length < sizeof line->text)
                line->text[line->length] = piece[i];
            line->length++;
        }
    }
    if (n == 0) { /* the end of the input; a last line may be there without its newline */
        if (line->length > 0)
            end_line(line);
        leave(0);
    }
}
/* [/lines] */

int main(int argc, char *argv[])
{
    static struct line line;

    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port) || argv[3][0] == '\0')
        die_usage("room_client HOST PORT NAME");

    char name[NET_NAME_SIZE];
    room = connect_to(argv[1], argv[2], name);
    leave_on_signals();
    char join[256];
    int size = snprintf(join, sizeof join, "/join %s", argv[3]);
    if (size < 0 || (size_t)size >= sizeof join)
        die("this name is too long: %s", argv[3]);
    send_text(join, (size_t)size);

    /* [both] */
    enum { ROOM, KEYBOARD };
    struct pollfd sources[] = {
        [ROOM] = {.fd = room, .events = POLLIN},
        [KEYBOARD] = {.fd = STDIN_FILENO, .events = POLLIN},
    };
    for (;;) {
        if (poll(sources, 2, -1) < 0)
            die_call("poll", NULL);
        if (sources[ROOM].revents != 0)
            show_message(name);
        if (sources[KEYBOARD].revents != 0)
            read_keyboard(&line);
    }
    /* [/both] */
}
