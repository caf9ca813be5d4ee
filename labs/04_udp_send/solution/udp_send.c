/* udp_send - sends one datagram, and prints the answer to it, if one comes within two seconds. */
#include "lab.h"

#define USAGE "udp_send HOST PORT MESSAGE"

enum { PATIENCE = 2 }; /* seconds */

/* [size] */
/* UDP counts a datagram in 16 bits, its own header of 8 bytes included. (Over IPv4, 20 bytes less
 * are left for the data, because the packet around it has a length of 16 bits too.) */
enum { DATAGRAM_MAX = 65535 - 8 };
/* [/size] */

enum outcome { ANSWERED, SILENT, FAILED };

/* A socket that talks to this address and to no other. -1: it could not be had, and the reason has
 * been told. */
static int open_socket(const struct addrinfo *address, const char *name)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0) {
        warn_call("socket", name);
        return -1;
    }
    /* [patience] */
    struct timeval patience = {.tv_sec = PATIENCE};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
        die_call("setsockopt", "SO_RCVTIMEO");
    /* [/patience] */
    /* [connect] */
    /* Nothing is sent by this. The kernel notes whom the socket is for: it will hand us what comes
     * from there, the news that nobody is there included, and nothing else. */
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
        warn_call("connect", name);
        close(fd);
        return -1;
    }
    /* [/connect] */
    return fd;
}

/* [reply] */
/* Waits for the answer and prints it. */
static enum outcome print_reply(int fd, const char *name)
{
    static char text[DATAGRAM_MAX];
    ssize_t got = recv(fd, text, sizeof text, 0);

    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return SILENT; /* the time is over */
    if (got < 0) {
        warn_call("recv", name);
        return FAILED;
    }
    /* The length is what recv() returned. No zero byte ends the text, and it may be empty. */
    printf("%s>>>", name);
    fwrite(text, 1, (size_t)got, stdout);
    putchar('\n');
    if (fflush(stdout) == EOF || ferror(stdout))
        die_call("write", "standard output");
    return ANSWERED;
}
/* [/reply] */

/* [ask] */
/* Sends the message to one of the host's addresses, and waits for the answer. */
static enum outcome ask(const struct addrinfo *address, const char *message)
{
    char name[NET_NAME_SIZE];
    net_name(address->ai_addr, name);
    int fd = open_socket(address, name);
    if (fd < 0)
        return FAILED;

    enum outcome outcome = FAILED;
    if (send(fd, message, strlen(message), 0) < 0)
        warn_call("send", name);
    else
        outcome = print_reply(fd, name);
    close(fd);
    return outcome;
}
/* [/ask] */

int main(int argc, char *argv[])
{
    sig_exit_on_stop();

    /* [resolve] */
    /* The port is looked at here, because getaddrinfo() would take 70000 and use 4464. */
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage(USAGE);

    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(argv[1], argv[2], &wanted, &addresses);
    if (problem != 0)
        die("getaddrinfo %s: %s", argv[1], gai_strerror(problem));
    /* [/resolve] */

    /* [addresses] */
    /* One address after the other, until one does not fail. A silent one is not given up for the
     * next: perhaps it has the message, and nobody wants it twice. */
    enum outcome outcome = FAILED;
    for (struct addrinfo *a = addresses; a != NULL && outcome == FAILED; a = a->ai_next)
        outcome = ask(a, argv[3]);
    freeaddrinfo(addresses);
    /* [/addresses] */
    if (outcome == SILENT)
        die("no reply");
    return outcome == ANSWERED ? EXIT_SUCCESS : EXIT_FAILURE;
}
