/*
 * udp_chat - a conversation by datagrams: a menu sends a message to any address and port, and what
 * others send to our port is shown.
 */
#include "lab.h"

enum {
    DATAGRAM_MAX = 65507,        /* bytes of text that fit into one datagram over IPv4 */
    LINE_SIZE = DATAGRAM_MAX + 2 /* a typed line that is one byte too long, and a zero byte */
};

/* What has been typed and not yet been used. A line that is longer is taken in pieces. */
struct keyboard {
    char bytes[LINE_SIZE - 1];
    size_t have;
    bool ended;
};

/* [show] */
/* Takes one datagram out of the socket's queue and shows it, with the address it came from. */
static void show_message(int fd)
{
    static char text[DATAGRAM_MAX];
    struct sockaddr_storage sender;
    socklen_t sender_size = sizeof sender;
    ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&sender, &sender_size);
    if (n < 0)
        die_call("recvfrom", NULL);

    char name[NET_NAME_SIZE];
    printf("%s>>>", net_name((const struct sockaddr *)&sender, name));
    fwrite(text, 1, (size_t)n, stdout); /* n bytes: nobody has put a zero behind them */
    printf("\n");
    fflush(stdout);
}
/* [/show] */

/* [line] */
/* Moves the first typed line, without its newline, to line. False: there is no whole line yet. */
static bool take_line(struct keyboard *keys, char line[LINE_SIZE])
{
    const char *newline = memchr(keys->bytes, '\n', keys->have);
    bool full = keys->have == sizeof keys->bytes || (keys->ended && keys->have > 0);
    if (newline == NULL && !full)
        return false;

    size_t length = newline != NULL ? (size_t)(newline - keys->bytes) : keys->have;
    size_t used = newline != NULL ? length + 1 : length;
    memcpy(line, keys->bytes, length);
    line[length] = '\0';
    keys->have -= used;
    memmove(keys->bytes, keys->bytes + used, keys->have);
    return true;
}
/* [/line] */

static void read_keys(struct keyboard *keys)
{
    ssize_t n = read(STDIN_FILENO, keys->bytes + keys->have, sizeof keys->bytes - keys->have);
    if (n < 0)
        die_call("read", "standard input");
    keys->ended = n == 0;
    keys->have += (size_t)n;
}

/* [both] */
/* Asks, and waits for a line. Messages that come meanwhile are shown. False: the input ended. */
static bool ask(int fd, struct keyboard *keys, const char *question, char line[LINE_SIZE])
{
    enum { NETWORK, KEYBOARD };
    struct pollfd sources[] = {
        [NETWORK] = {.fd = fd, .events = POLLIN},
        [KEYBOARD] = {.fd = STDIN_FILENO, .events = POLLIN},
    };

    printf("%s", question);
    fflush(stdout);
    while (!take_line(keys, line)) {
        if (keys->ended)
            return false;
        if (poll(sources, 2, -1) < 0)
            die_call("poll", NULL);
        if (sources[NETWORK].revents != 0)
            show_message(fd);
        if (sources[KEYBOARD].revents != 0)
            read_keys(keys);
    }
    return true;
}
/* [/both] */

/* [send] */
/* Sends text as one datagram. What cannot be sent is told, and the conversation goes on. */
static void send_message(int fd, const char *text, const char *host, const char *port)
{
    uint16_t number;
    if (!net_parse_port(port, &number)) {
        warn("%s is no port", port);
        return;
    }

    /* The address must be of the family of our socket: one of IPv6 takes an IPv4 address in the
     * form ::ffff:127.0.0.1, and AI_V4MAPPED makes it so. */
    struct sockaddr_storage own;
    socklen_t own_size = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &own_size) < 0)
        die_call("getsockname", NULL);
    struct addrinfo wanted = {
        .ai_family = own.ss_family,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_V4MAPPED | AI_ALL,
    };
    struct addrinfo *address;
    int problem = getaddrinfo(host, port, &wanted, &address);
    if (problem != 0) {
        warn("%s: %s", host, gai_strerror(problem));
        return;
    }
    char name[NET_NAME_SIZE];
    if (sendto(fd, text, strlen(text), 0, address->ai_addr, address->ai_addrlen) < 0)
        warn_call("sendto", net_name(address->ai_addr, name));
    freeaddrinfo(address);
}
/* [/send] */

int main(int argc, char *argv[])
{
    static struct keyboard keys;
    static char choice[LINE_SIZE], text[LINE_SIZE], host[LINE_SIZE], port[LINE_SIZE];

    uint16_t own_port;
    if (argc != 2 || !net_parse_port(argv[1], &own_port))
        die_usage("udp_chat PORT");
    sig_exit_on_stop();

    int fd;
    struct err err;
    if (net_bind_udp(&fd, NULL, own_port, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(fd, name));

    /* [menu] */
    while (ask(fd, &keys, "1 send  2 receive  3 exit: ", choice) && strcmp(choice, "3") != 0) {
        if (strcmp(choice, "1") == 0) {
            if (ask(fd, &keys, "text: ", text) && ask(fd, &keys, "address: ", host) &&
                ask(fd, &keys, "port: ", port))
                send_message(fd, text, host, port);
        } else if (strcmp(choice, "2") == 0) {
            printf("messages are shown as they come\n");
        }
    }
    /* [/menu] */
    return EXIT_SUCCESS;
}
