/*
 * tcp_server - an echo server: every byte that a client sends goes back to it. One client is served
 * to its end, then the next.
 */
#include "lab.h"

enum {
    QUEUE = 16,   /* finished connections that may wait for accept() */
    PIECE = 4096, /* bytes that are taken from the stream at a time; any size would do */
};

/* [stop] */
/* The kernel calls this when SIGINT or SIGTERM arrives, wherever the program is just then. So it
 * may call very little: _exit() is allowed, exit() and printf() are not. Nothing here needs tidying
 * up: the kernel closes the sockets. */
static void stop(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void prepare_signals(void)
{
    struct sigaction ending = {.sa_handler = stop};
    struct sigaction ignoring = {.sa_handler = SIG_IGN};

    sigemptyset(&ending.sa_mask);
    sigemptyset(&ignoring.sa_mask);
    if (sigaction(SIGINT, &ending, NULL) < 0 || sigaction(SIGTERM, &ending, NULL) < 0)
        die_call("sigaction", "SIGINT, SIGTERM");
    /* A send() to a client that has gone shall fail with EPIPE, and not kill the server. */
    if (sigaction(SIGPIPE, &ignoring, NULL) < 0)
        die_call("sigaction", "SIGPIPE");
}
/* [/stop] */

/* [listen] */
/* A socket that listens on this port, on every address of this machine. */
static int open_listener(uint16_t port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_call("socket", NULL);

    /* Before bind(), or it has no effect: the last run's connections may still be in TIME_WAIT. */
    int on = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", "SO_REUSEADDR");

    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    char name[NET_NAME_SIZE];
    net_name((const struct sockaddr *)&here, name);
    if (bind(listener, (const struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", name);
    if (listen(listener, QUEUE) < 0)
        die_call("listen", name);
    printf("listening on %s\n", name);
    return listener;
}
/* [/listen] */

/* [accept] */
/* Waits for the next client and takes its connection; name becomes the client's. */
static int take_client(int listener, char name[NET_NAME_SIZE])
{
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer; /* in: the room there is; out: what was filled */
        int client = accept(listener, (struct sockaddr *)&peer, &size);
        if (client >= 0) {
            if (fcntl(client, F_SETFD, FD_CLOEXEC) < 0)
                die_call("fcntl", "FD_CLOEXEC");
            net_name((const struct sockaddr *)&peer, name);
            return client;
        }
        /* A connection that failed while it waited in the queue is not the server's end. Any
         * other error would come again at once, for ever. */
        if (errno != ECONNABORTED && errno != EPROTO)
            die_call("accept", NULL);
    }
}
/* [/accept] */

/* [send-all] */
/* Sends all of it, in as many calls as it takes. False: the client has gone, errno says how. */
static bool send_all(int client, const char *bytes, size_t size)
{
    size_t sent = 0;

    while (sent < size) {
        ssize_t taken = send(client, bytes + sent, size - sent, 0);
        if (taken < 0)
            return false;
        sent += (size_t)taken;
    }
    return true;
}
/* [/send-all] */

/* [echo] */
/* Sends back what comes, until the client ends its stream or the connection fails. */
static void echo(int client, const char *name)
{
    char piece[PIECE];

    for (;;) {
        ssize_t got = recv(client, piece, sizeof piece, 0);
        if (got == 0) /* no error and no empty message: the client will never send again */
            return;
        if (got < 0) {
            warn_call("recv", name);
            return;
        }
        if (!send_all(client, piece, (size_t)got)) {
            warn_call("send", name);
            return;
        }
    }
}
/* [/echo] */

int main(int argc, char **argv)
{
    uint16_t port;

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    /* A line of the log shall be seen when it is printed, even if stdout is a file or a pipe. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    prepare_signals();

    int listener = open_listener(port);
    /* [serve] */
    for (;;) {
        char name[NET_NAME_SIZE];
        int client = take_client(listener, name);
        printf("%s connected\n", name);
        echo(client, name);
        if (close(client) < 0)
            warn_call("close", name);
        printf("%s closed\n", name);
    }
    /* [/serve] */
}
