/* room_client - select(), recvfrom() from anybody, a flag and pselect() for the signals. It asks
 * again when its /join is not answered. */
#include "lab.h"

#include <sys/select.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage("room_client HOST PORT NAME");
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *room;
    int problem = getaddrinfo(argv[1], argv[2], &wanted, &room);
    if (problem != 0)
        die("%s: %s", argv[1], gai_strerror(problem));
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_call("socket", NULL);

    sigset_t stops, normal;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigprocmask(SIG_BLOCK, &stops, &normal);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    char join[500];
    int length = snprintf(join, sizeof join, "/join %.400s", argv[3]);
    sendto(fd, join, (size_t)length, 0, room->ai_addr, room->ai_addrlen);
    bool answered = false, ended = false;
    static char line[65508], text[65536];
    size_t have = 0;
    while (!stopped && !ended) {
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(0, &ready);
        FD_SET(fd, &ready);
        struct timespec second = {.tv_sec = 1};
        int n = pselect(fd + 1, &ready, NULL, NULL, answered ? NULL : &second, &normal);
        if (n < 0)
            continue;
        if (n == 0)
            sendto(fd, join, (size_t)length, 0, room->ai_addr, room->ai_addrlen);
        if (n > 0 && FD_ISSET(fd, &ready)) {
            ssize_t size = recvfrom(fd, text, sizeof text, 0, NULL, NULL);
            answered = true;
            if (size >= 0)
                printf("%.*s\n", (int)size, text);
            fflush(stdout);
        }
        char byte;
        if (n > 0 && FD_ISSET(0, &ready)) { /* a byte at a time: slow, and right */
            if (read(0, &byte, 1) != 1) {
                ended = true;
            } else if (byte != '\n') {
                if (have < sizeof line)
                    line[have++] = byte;
            } else {
                ended = have == 6 && memcmp(line, "/leave", 6) == 0;
                if (!ended)
                    sendto(fd, line, have, 0, room->ai_addr, room->ai_addrlen);
                have = 0;
            }
        }
    }
    sendto(fd, "/leave", 6, 0, room->ai_addr, room->ai_addrlen);
    return 0;
}
