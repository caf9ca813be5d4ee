/*
 * teardown - one TCP connection, taken apart by hand: each line that is typed is a call, and behind
 * each call stands the state that the kernel's socket is in then.
 *
 *     send TEXT    shutdown    close    reset    state
 *
 * What comes from the peer is received as it comes. The end of the input closes.
 */
#include "lab.h"

#define USAGE "teardown listen PORT | teardown connect HOST PORT"

enum {
    PIECE = 4096,  /* bytes that are taken from the stream at a time */
    COMMAND = 512, /* bytes of a line that is typed */
    KEY_SIZE = 90, /* two addresses of 32 digits with their ports */
};

/* [state] */
/* The names of the states, as netinet/tcp.h numbers them from 1 on. */
static const char *state_name(unsigned state)
{
    static const char *const names[] = {
        "?",         "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
        "TIME_WAIT", "CLOSED",      "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING",
    };
    return state < sizeof names / sizeof names[0] ? names[state] : names[0];
}

/* Asks the kernel for the state of an open socket. */
static const char *socket_state(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof info;

    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        die_call("getsockopt", "TCP_INFO");
    return state_name(info.tcpi_state);
}
/* [/state] */

/* A call, what it was about or returned, and the state behind it. */
static void show(const char *call, const char *about, const char *state)
{
    printf("%s%s%s %s\n", call, about[0] == '\0' ? "" : " ", about, state);
}

/* --- a connection that outlives its socket --- */

struct connection {
    int fd;
    bool ipv6;
    char key[KEY_SIZE]; /* both ends, as /proc/net/tcp writes them */
};

/* [key] */
/* An address as /proc/net/tcp writes it: the bytes in words of four, each as the machine reads it,
 * and the port. */
static void add_key(char *key, size_t size, const struct sockaddr_storage *address)
{
    size_t used = strlen(key);
    const struct sockaddr_in *four = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;

    if (address->ss_family == AF_INET) {
        snprintf(key + used, size - used, "%08" PRIX32 ":%04X", four->sin_addr.s_addr,
                 (unsigned)ntohs(four->sin_port));
        return;
    }
    uint32_t words[4];
    memcpy(words, &six->sin6_addr, sizeof words);
    snprintf(key + used, size - used, "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 ":%04X",
             words[0], words[1], words[2], words[3], (unsigned)ntohs(six->sin6_port));
}

/* Remembers both ends: "0100007F:1B58 0100007F:9C41". The peer's is given, since getpeername()
 * knows it no more when the peer has been quick to reset. */
static void remember_ends(struct connection *c, const void *peer, socklen_t peer_size)
{
    struct sockaddr_storage here, there = {.ss_family = AF_UNSPEC};
    socklen_t here_size = sizeof here;

    if (getsockname(c->fd, (struct sockaddr *)&here, &here_size) < 0)
        die_call("getsockname", NULL);
    memcpy(&there, peer, peer_size);
    c->key[0] = '\0';
    add_key(c->key, sizeof c->key, &here);
    snprintf(c->key + strlen(c->key), sizeof c->key - strlen(c->key), " ");
    add_key(c->key, sizeof c->key, &there);
    c->ipv6 = here.ss_family == AF_INET6;
}
/* [/key] */

/* [proc] */
/* The kernel lists every connection until it is really over: "sl: LOCAL REMOTE STATE ...". */
static const char *listed_state(const struct connection *c)
{
    const char *path = c->ipv6 ? "/proc/net/tcp6" : "/proc/net/tcp";
    char line[512];
    unsigned state = TCP_CLOSE; /* what is not listed is gone */
    FILE *list = fopen(path, "re");

    if (list == NULL)
        die_call("open", path);
    while (fgets(line, sizeof line, list) != NULL) {
        const char *at = strstr(line, c->key);
        if (at != NULL && sscanf(at + strlen(c->key), "%x", &state) == 1)
            break;
    }
    fclose(list);
    return state_name(state);
}

/* In TIME_WAIT the kernel keeps only a note of the connection. The socket itself, which the program
 * may still hold, is CLOSED then, so the list knows more. */
static const char *connection_state(const struct connection *c)
{
    const char *state = socket_state(c->fd);
    return strcmp(state, "CLOSED") == 0 ? listed_state(c) : state;
}
/* [/proc] */

/* --- how it begins --- */

/* [open] */
static void wait_for_peer(struct connection *c, uint16_t port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    char name[NET_NAME_SIZE];
    int on = 1;

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_call("socket", NULL);
    show("socket", "", socket_state(listener));
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", "SO_REUSEADDR");
    net_name((const struct sockaddr *)&here, name);
    if (bind(listener, (const struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", name);
    show("bind", name, socket_state(listener));
    if (listen(listener, 1) < 0)
        die_call("listen", name);
    show("listen", "", socket_state(listener));
    printf("listening on %s\n", name);

    c->fd = accept(listener, (struct sockaddr *)&peer, &size);
    if (c->fd < 0)
        die_call("accept", name);
    if (fcntl(c->fd, F_SETFD, FD_CLOEXEC) < 0)
        die_call("fcntl", "FD_CLOEXEC");
    show("accept", net_name((const struct sockaddr *)&peer, name), socket_state(c->fd));
    close(listener);
    remember_ends(c, &peer, size);
}

static void call_peer(struct connection *c, const char *host, const char *port)
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(host, port, &wanted, &addresses);
    if (problem != 0)
        die("getaddrinfo %s: %s", host, gai_strerror(problem));

    c->fd = -1;
    for (const struct addrinfo *a = addresses; a != NULL && c->fd < 0; a = a->ai_next) {
        char name[NET_NAME_SIZE];
        net_name(a->ai_addr, name);
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0)
            die_call("socket", name);
        show("socket", "", socket_state(fd));
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            show("connect", name, socket_state(fd));
            c->fd = fd;
            remember_ends(c, a->ai_addr, a->ai_addrlen);
            break;
        }
        warn_call("connect", name);
        show("connect", "refused or unreachable", socket_state(fd));
        close(fd);
    }
    freeaddrinfo(addresses);
    if (c->fd < 0)
        exit(1);
}
/* [/open] */

/* --- the calls --- */

/* [receive] */
/* False: nothing more will come. A connection that was reset is over for the other calls too. */
static bool receive(const struct connection *c)
{
    char piece[PIECE], about[32];
    ssize_t got = recv(c->fd, piece, sizeof piece, 0);

    if (got < 0) {
        warn_call("recv", NULL); /* it leaves errno as it was */
        show("recv", errno == ECONNRESET ? "reset" : "failed", connection_state(c));
        exit(1);
    }
    snprintf(about, sizeof about, "%zd", got);
    show("recv", about, connection_state(c));
    return got > 0;
}
/* [/receive] */

/* [close] */
/* The socket is ours no more, but the connection may live on. */
static _Noreturn void close_socket(const struct connection *c, const char *how)
{
    if (close(c->fd) < 0)
        die_call("close", NULL);
    show(how, "", listed_state(c));
    exit(0);
}
/* [/close] */

/* [reset] */
/* With a linger time of zero, close() throws away what is not sent yet, and sends RST. */
static _Noreturn void reset_connection(const struct connection *c)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) < 0)
        die_call("setsockopt", "SO_LINGER");
    close_socket(c, "reset");
}
/* [/reset] */

static void send_text(const struct connection *c, const char *text)
{
    char line[COMMAND], about[32];
    int length = snprintf(line, sizeof line, "%s\n", text);
    /* Without SIGPIPE: a connection that is gone is an error like any other. */
    ssize_t sent = send(c->fd, line, (size_t)length, MSG_NOSIGNAL);

    if (sent < 0) {
        warn_call("send", NULL);
        show("send", "failed", connection_state(c));
        return;
    }
    snprintf(about, sizeof about, "%zd", sent);
    show("send", about, connection_state(c));
}

static void do_command(const struct connection *c, const char *command)
{
    if (strncmp(command, "send ", 5) == 0) {
        send_text(c, command + 5);
    } else if (strcmp(command, "shutdown") == 0) {
        if (shutdown(c->fd, SHUT_WR) < 0)
            warn_call("shutdown", NULL);
        show("shutdown", "", connection_state(c));
    } else if (strcmp(command, "close") == 0) {
        close_socket(c, "close");
    } else if (strcmp(command, "reset") == 0) {
        reset_connection(c);
    } else if (strcmp(command, "state") == 0) {
        show("state", "", connection_state(c));
    } else {
        warn("say one of: send TEXT, shutdown, close, reset, state");
    }
}

/* [serve] */
/* Two things may happen next, and nobody knows which: a line is typed, or something comes. */
static _Noreturn void serve(const struct connection *c)
{
    struct pollfd wanted[2] = {{.fd = c->fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    struct io_reader input;
    struct io_line line;
    struct err err;

    io_reader_init(&input, 0);
    for (;;) {
        if (poll(wanted, 2, -1) < 0)
            die_call("poll", NULL);
        /* After the end of the stream it would be "ready" for ever: do not ask any more. */
        if (wanted[0].revents != 0 && !receive(c))
            wanted[0].fd = -1;
        if (wanted[1].revents == 0)
            continue;
        /* One poll() may stand for several lines: all that the reader holds are taken. */
        do {
            enum status status = io_read_line(&input, &line, IO_FOREVER, &err);
            if (status == STATUS_ERROR)
                die("%s", err.text);
            if (status == STATUS_END)
                close_socket(c, "close");
            do_command(c, line.text);
        } while (memchr(input.buffer + input.start, '\n', input.end - input.start) != NULL);
    }
}
/* [/serve] */

int main(int argc, char **argv)
{
    uint16_t port;
    bool listens = argc == 3 && strcmp(argv[1], "listen") == 0;
    bool connects = argc == 4 && strcmp(argv[1], "connect") == 0;

    if ((!listens && !connects) || !net_parse_port(argv[argc - 1], &port))
        die_usage(USAGE);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();

    struct connection connection;
    if (listens)
        wait_for_peer(&connection, port);
    else
        call_peer(&connection, argv[2], argv[3]);
    serve(&connection);
}
