/*
 * What the tests of lib/ share: a backstop for hanging tests, counted descriptors, raw sockets made
 * without the library under test, and a child process whose end is looked at.
 */
#ifndef TESTS_LIB_HELP_H
#define TESTS_LIB_HELP_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptors.h"

/* No test here takes a second; one that hangs is killed by SIGALRM instead of holding everything
 * up. */
static inline int lib_backstop(void **state)
{
    (void)state;
    alarm(60);
    return 0;
}

static inline int64_t clock_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The end of a child: its wait status, and what it wrote on stderr. */
static inline int run_child(void (*body)(void), char *text, size_t size)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(out[0]);
        dup2(out[1], STDERR_FILENO);
        body();
        _exit(99);
    }
    close(out[1]);
    size_t have = 0;
    ssize_t n;
    while ((n = read(out[0], text + have, size - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = '\0';
    close(out[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static inline uint16_t local_port(int fd)
{
    struct sockaddr_storage own;
    socklen_t size = sizeof own;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
    return ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
                                           : ((struct sockaddr_in *)&own)->sin_port);
}

/* A socket on 127.0.0.1, bound to a port of the kernel's choice. */
static inline int raw_bound(int type)
{
    int fd = socket(AF_INET, type, 0);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

/* Both ends of a TCP connection over loopback. */
static inline void tcp_pair(int ends[2])
{
    int listener = raw_bound(SOCK_STREAM);
    assert_int_equal(listen(listener, 1), 0);
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)},
                             .sin_port = htons(local_port(listener))};
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&in, sizeof in), 0);
    ends[1] = accept(listener, NULL, NULL);
    assert_true(ends[1] >= 0);
    close(listener);
}

/* The next close sends RST instead of FIN. */
static inline void close_with_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(fd);
}

static inline void put(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

#endif
