/*
 * Sockets that leave their port to the kernel, in every way there is, for
 * tests/scene/test_scene_ports.c. The first argument says what is done; of each socket its port is
 * printed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

static int failures;
static struct sockaddr_in target; /* a listener, or a bound UDP socket, of our own */

static void complain(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;
    if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
        complain("getsockname");
    return ntohs(addr.ss_family == AF_INET ? ((struct sockaddr_in *)&addr)->sin_port
                                           : ((struct sockaddr_in6 *)&addr)->sin6_port);
}

static void tell(const char *what, int fd)
{
    printf("%s %u\n", what, port_of(fd));
}

static struct sockaddr_in loopback(unsigned port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static int bound(int type, unsigned port)
{
    struct sockaddr_in addr = loopback(port);
    int fd = socket(AF_INET, type, 0);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) != 0)
        complain("bind");
    if (type == SOCK_STREAM && listen(fd, 1024) != 0)
        complain("listen");
    return fd;
}

static void send_one(int fd)
{
    if (sendto(fd, "x", 1, 0, (struct sockaddr *)&target, sizeof target) != 1)
        complain("sendto");
}

static int connect_one(int type)
{
    int fd = socket(AF_INET, type, 0);
    if (connect(fd, (struct sockaddr *)&target, sizeof target) != 0)
        complain("connect");
    return fd;
}

static void all_ways(void)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct iovec iov = {"y", 1};
    struct msghdr msg = {.msg_name = &target, .msg_namelen = sizeof target};
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    tell("connect", connect_one(SOCK_STREAM));
    tell("bind to 0", bound(SOCK_STREAM, 0));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (listen(fd, 1) != 0)
        complain("listen");
    tell("listen", fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&six, sizeof six) != 0)
        complain("bind");
    tell("IPv6", fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    send_one(fd);
    tell("sendto", fd);
    send_one(fd);
    tell("the same again", fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (sendmsg(fd, &msg, 0) != 1)
        complain("sendmsg");
    tell("sendmsg", fd);
    tell("connect of UDP", connect_one(SOCK_DGRAM));
}

/* One after another, and all of them closed again. */
static void in_a_row(int listener, int count)
{
    for (int i = 0; i < count; i++) {
        int fd = connect_one(SOCK_STREAM);
        int taken = accept(listener, NULL, NULL);
        if (taken < 0)
            complain("accept");
        close(taken);
        close(fd);
    }
}

static pthread_barrier_t together;

static void *connect_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 15; i++) {
        pthread_barrier_wait(&together);
        connect_one(SOCK_STREAM); /* and kept */
    }
    return NULL;
}

static void at_once(void)
{
    enum { THREADS = 20 };
    pthread_t threads[THREADS];
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, connect_many, NULL) != 0)
            complain("pthread_create");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void own_range(void)
{
    unsigned range = 40000U | 40003U << 16;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof range) != 0)
        complain("setsockopt");
    send_one(fd);
    printf("%s\n", port_of(fd) >= 40000 && port_of(fd) <= 40003 ? "in its range" : "elsewhere");
    fd = connect_one(SOCK_STREAM);
    range = 1;
    socklen_t len = sizeof range;
    if (getsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, &len) != 0)
        complain("getsockopt");
    printf("range %u\n", range);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    int listener = bound(SOCK_STREAM, 20001), udp = bound(SOCK_DGRAM, 20001);
    setvbuf(stdout, NULL, _IOLBF, 0);
    target = loopback(20001);
    if (strcmp(mode, "ways") == 0) {
        all_ways();
    } else if (strcmp(mode, "taken") == 0) { /* the ports that it would get are its already */
        for (int i = 2; i < argc; i++) {
            bound(SOCK_DGRAM, (unsigned)atoi(argv[i]));
            bound(SOCK_STREAM, (unsigned)atoi(argv[i]));
        }
        all_ways();
    } else if (strcmp(mode, "row") == 0) {
        in_a_row(listener, 2000);
    } else if (strcmp(mode, "at-once") == 0) {
        at_once();
    } else if (strcmp(mode, "own-range") == 0) {
        own_range();
    }
    close(udp);
    printf("%d failed\n", failures);
    return failures > 0;
}
