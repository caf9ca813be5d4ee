/* Two processes and one byte between them, back and forth, over TCP on the loopback. Prints the
 * milliseconds that the exchange took, and how many calls each side made in it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void exchange(int fd, unsigned long rounds, int begins)
{
    char byte = 'x';
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (unsigned long i = 0; i < rounds; i++) {
        if (begins && send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
            _exit(1);
        if (recv(fd, &byte, 1, 0) != 1)
            _exit(1);
        if (!begins && send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
            _exit(1);
    }
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    struct timespec from, to;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&addr, sizeof addr) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&addr, &len) != 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0)
            _exit(1);
        exchange(fd, rounds, 1);
        _exit(0);
    }
    int fd = accept(listener, NULL, NULL);
    clock_gettime(CLOCK_MONOTONIC, &from);
    exchange(fd, rounds, 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.3f %lu\n",
           (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6,
           4 * rounds);
    return waitpid(child, NULL, 0) == child ? 0 : 1;
}
