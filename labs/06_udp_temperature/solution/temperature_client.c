/* temperature_client - asks a temperature_server, and asks again when no answer comes. */
#include "lab.h"

#define USAGE "temperature_client HOST PORT CELSIUS"

/* [waits] */
/* How long to wait for an answer, try by try: twice as long each time. */
static const int patience_ms[] = {500, 1000, 2000};

enum { TRIES = sizeof patience_ms / sizeof patience_ms[0] };
/* [/waits] */

enum { DATAGRAM_MAX = 65535 - 8 };

enum outcome { ANSWERED, SILENT, FAILED };

struct reply {
    char text[DATAGRAM_MAX + 1]; /* with a zero behind it */
    size_t size;
};

/* A socket that talks to this address and to no other. -1: it could not be had, and the reason has
 * been told. */
static int open_socket(const struct addrinfo *address, const char *server)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0) {
        warn_call("socket", server);
        return -1;
    }
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
        warn_call("connect", server);
        close(fd);
        return -1;
    }
    return fd;
}

/* [receive] */
/* Waits for an answer until the deadline. It is a point in time: however often the wait is
 * interrupted, it does not become longer. */
static enum outcome receive(int fd, const char *server, struct reply *reply, int64_t deadline)
{
    for (;;) {
        struct err err;
        enum status status = io_wait(fd, POLLIN, deadline, &err);
        if (status == STATUS_TIMEOUT)
            return SILENT;
        if (status != STATUS_OK)
            die("%s", err.text);

        /* MSG_DONTWAIT: should there be nothing to read after all (a datagram whose checksum is
         * wrong is thrown away only when it is read), then wait for the rest of the time. */
        ssize_t got = recv(fd, reply->text, sizeof reply->text - 1, MSG_DONTWAIT);
        if (got >= 0) {
            reply->text[got] = '\0';
            reply->size = (size_t)got;
            return ANSWERED;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            warn_call("recv", server);
            return FAILED;
        }
    }
}
/* [/receive] */

/* [ask] */
/* Asks, and asks again when no answer comes. Whether the question was lost, or the answer, cannot
 * be known; but to convert a temperature twice does no harm. */
static enum outcome ask(int fd, const char *server, const char *question, struct reply *reply)
{
    enum outcome outcome = SILENT;

    for (int i = 0; i < TRIES && outcome == SILENT; i++) {
        if (send(fd, question, strlen(question), 0) < 0) {
            warn_call("send", server);
            return FAILED;
        }
        outcome = receive(fd, server, reply, io_deadline(patience_ms[i]));
    }
    return outcome;
}
/* [/ask] */

/* [print] */
/* strtod() would take "nan" and "0x10" too, and stop at a zero byte: so look at every byte first.
 */
static bool is_number(const struct reply *reply)
{
    char *end;
    (void)strtod(reply->text, &end);
    return reply->size > 0 && strspn(reply->text, "-.0123456789") == reply->size &&
           end == reply->text + reply->size;
}

/* Prints a number that came. Anything else, "error: not a number" for one, is no success. */
static void print_reply(const struct reply *reply, const char *server)
{
    if (!is_number(reply))
        die("%s says: %s", server, reply->text);
    printf("%s\n", reply->text);
    if (fflush(stdout) == EOF)
        die_call("write", "standard output");
}
/* [/print] */

int main(int argc, char *argv[])
{
    static struct reply reply;
    uint16_t port;

    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage(USAGE);
    sig_exit_on_stop();
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(argv[1], argv[2], &wanted, &addresses);
    if (problem != 0)
        die("getaddrinfo %s: %s", argv[1], gai_strerror(problem));

    /* An address that refuses is left for the next one. One that keeps silent has had its tries. */
    enum outcome outcome = FAILED;
    char server[NET_NAME_SIZE];
    for (struct addrinfo *a = addresses; a != NULL && outcome == FAILED; a = a->ai_next) {
        int fd = open_socket(a, net_name(a->ai_addr, server));
        if (fd < 0)
            continue;
        outcome = ask(fd, server, argv[3], &reply);
        close(fd);
    }
    freeaddrinfo(addresses);

    if (outcome == SILENT)
        die("%s does not answer; it was asked %d times", server, TRIES);
    if (outcome == FAILED)
        return EXIT_FAILURE;
    print_reply(&reply, server);
    return EXIT_SUCCESS;
}
