/*
 * What the client of a server that answers messages sees.
 *
 *     stream_load PORT echo AHEAD MS       messages of 64 bytes, which come back as they are
 *     stream_load PORT frames AHEAD MS     frames with 64 bytes, which come back in capitals
 *
 * AHEAD messages are under way at any time. Prints how many a second have come back; every byte is
 * compared with what it should be.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { PAYLOAD = 64, HEADER = 4, SIZE_MOST = HEADER + PAYLOAD, AHEAD_MOST = 1000 };

static char question[SIZE_MOST], answer[SIZE_MOST], came[SIZE_MOST * AHEAD_MOST];
static size_t size; /* of a message, its length in front included */

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "stream_load: %s\n", what);
    exit(1);
}

static void make_messages(int frames)
{
    char *q = question, *a = answer;
    if (frames) {
        uint32_t length = htonl(PAYLOAD);
        memcpy(q, &length, HEADER);
        memcpy(a, &length, HEADER);
        q += HEADER;
        a += HEADER;
    }
    for (int i = 0; i < PAYLOAD; i++) {
        q[i] = (char)('a' + i % 26);
        a[i] = (char)((frames ? 'A' : 'a') + i % 26);
    }
    size = (size_t)(q + PAYLOAD - question);
}

static int dial(unsigned short port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void ask(int fd)
{
    if (send(fd, question, size, 0) != (ssize_t)size)
        fail("a send() that was cut");
}

int main(int argc, char **argv)
{
    if (argc != 5 || atoi(argv[3]) < 1 || atoi(argv[3]) > AHEAD_MOST)
        return 2;
    int fd = dial((unsigned short)atoi(argv[1])), ahead = atoi(argv[3]);
    int64_t start = now_ns(), end = start + atol(argv[4]) * INT64_C(1000000);
    size_t have = 0;
    long replies = 0;

    make_messages(strcmp(argv[2], "frames") == 0);
    for (int i = 0; i < ahead; i++)
        ask(fd);
    while (now_ns() < end) {
        ssize_t n = recv(fd, came + have, sizeof came - have, 0);
        if (n <= 0)
            fail("the server has gone");
        have += (size_t)n;
        size_t taken = 0;
        for (; have - taken >= size; taken += size) {
            if (memcmp(came + taken, answer, size) != 0)
                fail("a wrong answer");
            replies++;
            ask(fd);
        }
        memmove(came, came + taken, have -= taken);
    }
    printf("%.0f\n", (double)replies * 1e9 / (double)(now_ns() - start));
}
