/* Two ends of an exchange that a wire may lose parts of: `wire_talk WHAT IP PORT`. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEGMENTS = 8, SEGMENT = 1448 };

static struct sockaddr_in address(char **arg)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arg[1]))};
    inet_pton(AF_INET, arg[0], &a.sin_addr);
    return a;
}

/* Every datagram goes back. */
static int echo(char **arg)
{
    struct sockaddr_in self = address(arg), from;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    char data[2000];
    if (bind(fd, (struct sockaddr *)&self, sizeof self) != 0)
        return 1;
    for (;;) {
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &len);
        if (n >= 0)
            sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from, len);
    }
}

/* Every line is a datagram; prints what comes back, until the end of input. */
static int talk(char **arg)
{
    struct sockaddr_in to = address(arg);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct pollfd fds[2] = {{0, POLLIN, 0}, {fd, POLLIN, 0}};
    char data[2000];
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return 1;
    while (poll(fds, 2, -1) > 0) {
        if (fds[0].revents != 0) {
            ssize_t n = read(0, data, sizeof data);
            if (n <= 0)
                return 0;
            send(fd, data, (size_t)n - 1, 0);
        }
        if (fds[1].revents != 0) {
            ssize_t n = recv(fd, data, sizeof data, 0);
            if (n >= 0)
                printf("got %.*s\n", (int)n, data);
            fflush(stdout);
        }
    }
    return 1;
}

/* One datagram to everybody. */
static int shout(char **arg)
{
    struct sockaddr_in to = address(arg);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    return sendto(fd, "all", 3, 0, (struct sockaddr *)&to, sizeof to) == 3 ? 0 : 1;
}

/* Takes a stream to its end, and tells how long it was. */
static int take(char **arg)
{
    struct sockaddr_in self = address(arg);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    char data[2000];
    long count = 0;
    if (bind(listener, (struct sockaddr *)&self, sizeof self) != 0 || listen(listener, 1) != 0)
        return 1;
    int fd = accept(listener, NULL, NULL);
    for (ssize_t n; (n = recv(fd, data, sizeof data, 0)) > 0; count += n) {
    }
    int len = snprintf(data, sizeof data, "%ld", count);
    return send(fd, data, (size_t)len, 0) == len ? 0 : 1;
}

/* Gives a stream of some segments by one call, and prints the answer. */
static int give(char **arg)
{
    static char data[SEGMENTS * SEGMENT];
    struct sockaddr_in to = address(arg);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        send(fd, data, sizeof data, 0) != sizeof data || shutdown(fd, SHUT_WR) != 0)
        return 1;
    ssize_t n = recv(fd, data, sizeof data, 0);
    printf("taken %.*s\n", n > 0 ? (int)n : 0, data);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(char **arg);
    } things[] = {{"echo", echo}, {"talk", talk}, {"shout", shout}, {"take", take}, {"give", give}};
    for (size_t i = 0; argc == 4 && i < sizeof things / sizeof things[0]; i++)
        if (strcmp(argv[1], things[i].name) == 0)
            return things[i].run(argv + 2);
    return 2;
}
