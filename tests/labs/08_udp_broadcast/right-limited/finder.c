/* finder - one question to 255.255.255.255, select() with the time that is left, lines sorted as
 * texts. */
#include "lab.h"

#include <sys/select.h>

enum { MOST = 300 };
static char lines[MOST][1100];

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("finder PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, count = 0;
    struct sockaddr_in all = {.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_BROADCAST)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) < 0 ||
        sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&all, sizeof all) < 0)
        die_call("sendto", "255.255.255.255");
    double end = now() + 1;
    for (double left = 1; left > 0; left = end - now()) {
        struct timeval wait = {.tv_usec = (long)(left * 999999)};
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(fd, &ready);
        if (select(fd + 1, &ready, NULL, NULL, &wait) <= 0)
            continue;
        char name[1000], address[INET_ADDRSTRLEN], line[1100];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, name, sizeof name, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        inet_ntop(AF_INET, &from.sin_addr, address, sizeof address);
        snprintf(line, sizeof line, "%s %.*s", address, (int)n, name);
        int i = 0;
        while (i < count && strcmp(lines[i], line) != 0)
            i++;
        if (i == count && count < MOST)
            memcpy(lines[count++], line, sizeof line);
    }
    qsort(lines, (size_t)count, sizeof lines[0], by_text);
    for (int i = 0; i < count; i++)
        puts(lines[i]);
    return 0;
}
