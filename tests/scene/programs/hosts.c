/* What programs do on a LAN, one thing at a time: `hosts WHAT …`. Prints what came of it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct sockaddr_in address(const char *ip, const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    inet_pton(AF_INET, ip, &a.sin_addr);
    return a;
}

static void said(const char *what, long result)
{
    if (result < 0)
        printf("%s %s\n", what, strerrorname_np(errno));
    else
        printf("%s %ld\n", what, result);
    fflush(stdout);
}

/* echo IP PORT: every datagram goes back. */
static int echo(char **arg)
{
    struct sockaddr_in self = address(arg[0], arg[1]), from;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    char data[2000];
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    said("bind", bind(fd, (struct sockaddr *)&self, sizeof self));
    for (;;) {
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &len);
        if (n >= 0)
            sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from, len);
    }
}

/* ask IP PORT TEXT MS CONNECTED: sends, waits so long for an answer. */
static int ask(char **arg)
{
    struct sockaddr_in to = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), ms = atoi(arg[3]);
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    char data[2000];
    if (ms > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    if (arg[4][0] == 'c')
        said("connect", connect(fd, (struct sockaddr *)&to, sizeof to));
    said("sendto", sendto(fd, arg[2], strlen(arg[2]), 0, (struct sockaddr *)&to, sizeof to));
    ssize_t n = recv(fd, data, sizeof data - 1, 0);
    if (n < 0) {
        said("recv", n);
        return 1;
    }
    printf("got %.*s\n", (int)n, data);
    return 0;
}

/* flood IP PORT COUNT: numbered datagrams, then what came back. */
static int flood(char **arg)
{
    struct sockaddr_in to = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct timeval tv = {0, 300000};
    char data[100];
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    for (int i = 1; i <= atoi(arg[2]); i++) {
        int n = snprintf(data, sizeof data, "%d", i);
        sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&to, sizeof to);
        ssize_t got = recv(fd, data, sizeof data - 1, 0);
        printf("%d %s\n", i, got < 0 ? "lost" : "back");
    }
    return 0;
}

/* broadcast IP PORT ALLOWED: with or without SO_BROADCAST. */
static int broadcast(char **arg)
{
    struct sockaddr_in to = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    if (arg[2][0] == 'y')
        setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
    said("sendto", sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&to, sizeof to));
    return 0;
}

/* serve IP PORT: TCP, echo to one client after the other. */
static int serve(char **arg)
{
    struct sockaddr_in self = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char data[2000];
    said("bind", bind(fd, (struct sockaddr *)&self, sizeof self));
    said("listen", listen(fd, 5));
    for (;;) {
        int client = accept(fd, NULL, NULL);
        ssize_t n;
        while ((n = recv(client, data, sizeof data, 0)) > 0)
            send(client, data, (size_t)n, MSG_NOSIGNAL);
        close(client);
    }
}

/* dial IP PORT TEXT: TCP. */
static int dial(char **arg)
{
    struct sockaddr_in to = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char data[2000];
    int rc = connect(fd, (struct sockaddr *)&to, sizeof to);
    said("connect", rc);
    if (rc != 0)
        return 1;
    send(fd, arg[2], strlen(arg[2]), 0);
    ssize_t n = recv(fd, data, sizeof data - 1, 0);
    printf("got %.*s\n", n > 0 ? (int)n : 0, data);
    return 0;
}

/* bulk IP PORT BYTES: as much to an echo server, and back. */
static int bulk(char **arg)
{
    struct sockaddr_in to = address(arg[0], arg[1]);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    long left = atol(arg[2]), back = 0;
    static char data[32768];
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return 1;
    while (left > 0) {
        ssize_t n = send(fd, data, left < (long)sizeof data ? (size_t)left : sizeof data, 0);
        if (n < 0)
            return 1;
        left -= n;
        for (long want = n; want > 0;) {
            ssize_t got = recv(fd, data, sizeof data, 0);
            if (got <= 0)
                return 1;
            want -= got;
            back += got;
        }
    }
    printf("back %ld\n", back);
    return 0;
}

/* name HOST: who it is, and who we are. */
static int name(char **arg)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *list;
    char text[100], self[100];
    gethostname(self, sizeof self);
    int rc = getaddrinfo(arg[0], NULL, &hints, &list);
    if (rc != 0) {
        printf("%s: %s\n", self, gai_strerror(rc));
        return 1;
    }
    getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    printf("%s: %s is %s\n", self, arg[0], text);
    freeaddrinfo(list);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int nargs;
        int (*run)(char **);
    } table[] = {{"echo", 2, echo},           {"ask", 5, ask},     {"flood", 3, flood},
                 {"broadcast", 3, broadcast}, {"serve", 2, serve}, {"dial", 3, dial},
                 {"bulk", 3, bulk},           {"name", 1, name}};
    for (size_t i = 0; argc > 1 && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, argv[1]) == 0 && argc == table[i].nargs + 2)
            return table[i].run(argv + 2);
    return 2;
}
