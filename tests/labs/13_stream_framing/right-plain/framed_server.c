/* Without the library: system calls, MSG_WAITALL, the length and the payload in two sends. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX (1 << 20)

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
    _exit(0);
}

static int get(int fd, void *to, size_t size)
{
    char *at = to;
    while (size > 0) {
        ssize_t n = recv(fd, at, size, MSG_WAITALL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int put(int fd, const void *from, size_t size)
{
    const char *at = from;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int main(int argc, char **argv)
{
    char *end;
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "Usage: %s PORT\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 5) < 0) {
        perror("cannot listen");
        return 1;
    }
    printf("listening on 0.0.0.0(%ld)\n", port);
    fflush(stdout);
    static char payload[MAX];
    while (!stop) {
        int c = accept(s, NULL, NULL);
        if (c < 0)
            continue;
        uint32_t wire;
        while (get(c, &wire, 4) == 0) {
            uint32_t length = ntohl(wire);
            if (length > MAX || get(c, payload, length) < 0)
                break;
            for (char *p = payload; p < payload + length; p++)
                if ('a' <= *p && *p <= 'z')
                    *p = (char)(*p - 32);
            if (put(c, &wire, 4) < 0 || put(c, payload, length) < 0)
                break;
        }
        close(c);
    }
    return 0;
}
