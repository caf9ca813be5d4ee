/* beacon - tells its name to whoever asks "WHO?", and so can be found without its address. */
#include "lab.h"

enum {
    QUESTION_ROOM = 16, /* one byte more than "WHO?" would do: a longer datagram is no question */
    NAME_BYTES_MAX = 255,
};

/* A UDP socket that has this port, on every address of the machine. */
static int open_socket(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_call("socket", NULL);

    /* [reuse] */
    /* Several beacons may share the port on one machine, if each of them says so before bind(). */
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", "SO_REUSEADDR");
    /* [/reuse] */

    /* [bind] */
    /* Every address: a socket that is bound to one address gets what is sent to that address, and a
     * broadcast is sent to another one. */
    struct sockaddr_in own = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    char name[NET_NAME_SIZE];
    net_name((const struct sockaddr *)&own, name);
    if (bind(fd, (const struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", name);
    /* [/bind] */
    printf("listening on %s\n", name);
    return fd;
}

/* [answer] */
/* Waits for one datagram. Only the question is answered: a beacon that answered everything would
 * answer another beacon's answer, and that one this, for ever. */
static void answer_one(int fd, const char *name)
{
    static const char question[] = {'W', 'H', 'O', '?'};
    char data[QUESTION_ROOM];
    struct sockaddr_in asker;
    socklen_t asker_size = sizeof asker;
    ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&asker, &asker_size);
    if (n < 0)
        die_call("recvfrom", NULL);
    if (n != sizeof question || memcmp(data, question, sizeof question) != 0)
        return;

    /* To the one who asked, and to nobody else. */
    if (sendto(fd, name, strlen(name), 0, (const struct sockaddr *)&asker, asker_size) < 0) {
        char text[NET_NAME_SIZE];
        warn_call("sendto", net_name((const struct sockaddr *)&asker, text));
    }
}
/* [/answer] */

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[1], &port) || argv[2][0] == '\0' ||
        strlen(argv[2]) > NAME_BYTES_MAX)
        die_usage("beacon PORT NAME");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();

    int fd = open_socket(port);
    for (;;)
        answer_one(fd, argv[2]);
}
