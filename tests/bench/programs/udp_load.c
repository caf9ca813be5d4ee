/*
 * What many clients of a UDP echo server see.
 *
 *     udp_load PORT clients N MS
 *         N clients, each with one datagram under way. Prints replies a second, and how many
 *         datagrams had to be sent again.
 *
 *     udp_load PORT offered RATE MS
 *         Datagrams at that rate, whether answered or not. Prints how many were sent, and how many
 *         came back.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MOST = 1000, SIZE = 64, AGAIN_MS = 200, BUFFER = 4 << 20 };

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int client(unsigned short port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("udp_load");
        exit(1);
    }
    return fd;
}

/* Answers of one client; each is followed by the next question. */
static long take_answers(int fd, int64_t *asked)
{
    char data[SIZE];
    long n = 0;
    while (recv(fd, data, sizeof data, 0) == SIZE) {
        n++;
        *asked = now_ns();
        send(fd, data, sizeof data, 0);
    }
    return n;
}

static void closed_loop(unsigned short port, int clients, int64_t ms)
{
    static int fds[CLIENTS_MOST];
    static int64_t asked[CLIENTS_MOST];
    char data[SIZE] = "question";
    struct epoll_event events[64];
    int set = epoll_create1(0);
    long replies = 0, again = 0;
    for (int i = 0; i < clients; i++) {
        struct epoll_event ev = {.events = EPOLLIN, .data.fd = i};
        fds[i] = client(port);
        epoll_ctl(set, EPOLL_CTL_ADD, fds[i], &ev);
    }
    int64_t start = now_ns(), end = start + ms * 1000000, look = start;
    for (int i = 0; i < clients; i++) {
        asked[i] = now_ns();
        send(fds[i], data, sizeof data, 0);
    }
    while (now_ns() < end) {
        int n = epoll_wait(set, events, 64, 10);
        for (int i = 0; i < n; i++)
            replies += take_answers(fds[events[i].data.fd], &asked[events[i].data.fd]);
        if (now_ns() < look)
            continue;
        look = now_ns() + AGAIN_MS * INT64_C(1000000) / 4;
        for (int i = 0; i < clients; i++) {
            if (now_ns() - asked[i] > AGAIN_MS * INT64_C(1000000)) {
                again++;
                asked[i] = now_ns();
                send(fds[i], data, sizeof data, 0);
            }
        }
    }
    printf("%.0f %ld\n", (double)replies * 1e9 / (double)(now_ns() - start), again);
}

static void open_loop(unsigned short port, long rate, int64_t ms)
{
    char data[SIZE] = "question";
    int fd = client(port);
    long sent = 0, back = 0, all = rate * ms / 1000;
    int64_t start = now_ns(), quiet = start;
    while (sent < all || now_ns() - quiet < 500000000) {
        long due = (long)((now_ns() - start) * rate / 1000000000) + 1;
        int64_t before = now_ns();
        for (int burst = 0; sent < all && sent < due && burst < 64; burst++, sent++)
            if (send(fd, data, sizeof data, 0) < 0)
                break;
        while (recv(fd, data, sizeof data, 0) > 0) {
            back++;
            quiet = now_ns();
        }
        if (sent < all)
            quiet = before;
        else if (back == sent)
            break;
    }
    printf("%ld %ld\n", sent, back);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    unsigned short port = (unsigned short)atoi(argv[1]);
    if (strcmp(argv[2], "clients") == 0 && atoi(argv[3]) <= CLIENTS_MOST)
        closed_loop(port, atoi(argv[3]), atol(argv[4]));
    else if (strcmp(argv[2], "offered") == 0)
        open_loop(port, atol(argv[3]), atol(argv[4]));
    else
        return 2;
    return 0;
}
