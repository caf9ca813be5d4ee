/* udp_echo - sends every datagram back to whoever sent it. */
#include "lab.h"

#define USAGE "udp_echo PORT"

/* [size] */
/* The most that fits: an IPv4 packet has at most 65535 bytes, 20 of them for the header of IP
 * and 8 for the header of UDP. */
enum { DATAGRAM_MAX = 65535 - 20 - 8 };
/* [/size] */

/* [stop] */
/* Ends the program from wherever it is. Nothing has to be tidied up: the kernel closes the socket.
 * _exit() may be called in a signal handler; exit() and printf() may not. */
static void stop(int number)
{
    (void)number;
    _exit(0);
}

static void stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0)
        die_call("sigaction", NULL);
}
/* [/stop] */

/* A UDP socket that has this port, on every address of the machine. */
static int open_socket(uint16_t port)
{
    /* [socket] */
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_call("socket", NULL);
    /* [/socket] */

    /* [bind] */
    struct sockaddr_in own = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    char name[NET_NAME_SIZE];
    net_name((struct sockaddr *)&own, name);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", name);
    /* [/bind] */

    /* [listening] */
    printf("listening on %s\n", name);
    fflush(stdout); /* on a pipe the line would wait in a buffer until the program ends */
    /* [/listening] */
    return fd;
}

/* [answer] */
/* Waits for one datagram and sends it back. */
static void answer_one(int fd)
{
    static char data[DATAGRAM_MAX];
    struct sockaddr_storage sender;
    socklen_t sender_size = sizeof sender; /* in: the room; out: what was used of it */
    ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&sender, &sender_size);
    if (n < 0)
        die_call("recvfrom", NULL);

    /* An answer that cannot be sent is the trouble of one client: the others are still served. */
    if (sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&sender, sender_size) < 0) {
        char name[NET_NAME_SIZE];
        warn_call("sendto", net_name((struct sockaddr *)&sender, name));
    }
}
/* [/answer] */

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage(USAGE);

    stop_on_signals();
    int fd = open_socket(port);
    /* [loop] */
    for (;;)
        answer_one(fd);
    /* [/loop] */
}
