/*
 * net_help - a private network for a test of runner/net: the test program moves into it, brings the
 * loopback up, and records what passes.
 */
#ifndef TESTS_NET_HELP_H
#define TESTS_NET_HELP_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/capture.h"
#include "net/states.h"
#include "timeline/order.h"
#include "timeline/packet.h"

#define HELP static __attribute__((unused))

static void drain_capture(void *capture)
{
    capture_drain(capture);
}

static const char *net_why_not; /* NULL: the network is there */

/* Until the kernel notes the times of packets: one that is read late has the time it was sent. */
HELP void net_wait_for_times(void)
{
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof self;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
    bind(fd, (struct sockaddr *)&self, len);
    getsockname(fd, (struct sockaddr *)&self, &len);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    capture_prepare();
    for (int64_t deadline = clock_now() + 10 * CLOCK_S; clock_now() < deadline;) {
        char byte;
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(sizeof(struct timespec))];
        } extra;
        struct iovec iov = {&byte, 1};
        struct msghdr msg = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = extra.bytes,
                             .msg_controllen = sizeof extra.bytes};
        struct timespec sent, stamp;
        sendto(fd, "x", 1, 0, (struct sockaddr *)&self, len);
        clock_gettime(CLOCK_REALTIME, &sent);
        recvmsg(fd, &msg, 0);
        if (CMSG_FIRSTHDR(&msg) == NULL)
            continue;
        memcpy(&stamp, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof stamp);
        if (stamp.tv_sec < sent.tv_sec ||
            (stamp.tv_sec == sent.tv_sec && stamp.tv_nsec <= sent.tv_nsec))
            break;
    }
    close(fd);
}

/* For main, before the tests. */
HELP void net_enter(void)
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        net_why_not = "user namespaces are refused here";
        return;
    }
    struct ifreq request = {.ifr_flags = IFF_UP};
    strcpy(request.ifr_name, "lo");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        net_why_not = "the loopback of a namespace cannot be brought up here";
    close(fd);
    if (net_why_not == NULL)
        net_wait_for_times();
}

HELP void net_needed(void)
{
    if (net_why_not == NULL)
        return;
    printf("SKIPPED FOR: %s\n", net_why_not);
    skip();
}

/* --- a recording --- */

struct recording {
    struct timeline tl;
    struct packet_flows *flows;
    struct states *states;
    struct capture *capture;
    int packets, diag;
    int64_t start;
};

HELP void net_frame(void *arg, const void *frame, size_t kept, size_t wire_len, int64_t t)
{
    struct recording *r = arg;
    states_packet(r->states, packet_record(&r->tl, r->flows, frame, kept, wire_len, t - r->start,
                                           "localhost"));
}

HELP void net_begin(struct recording *r)
{
    struct error err = {""};
    memset(r, 0, sizeof *r);
    timeline_init(&r->tl);
    r->start = clock_now();
    r->flows = packet_flows_new();
    r->packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    r->diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    assert_true(r->packets >= 0 && r->diag >= 0);
    r->states = states_new(r->diag);
    int lo = capture_interface(r->packets, "lo", &err);
    assert_string_equal(err.text, "");
    r->capture = capture_open(NULL, r->packets, lo, net_frame, r, &err);
    assert_string_equal(err.text, "");
    assert_non_null(r->capture);
    states_follow(r->states, drain_capture, r->capture);
    timeline_append(&r->tl, EVENT_SCENE, 0);
}

HELP unsigned net_look(struct recording *r)
{
    capture_drain(r->capture);
    return states_poll(r->states, &r->tl, clock_now() - r->start, "localhost");
}

HELP void net_end(struct recording *r)
{
    capture_close(r->capture);
    states_free(r->states);
    packet_flows_free(r->flows);
    timeline_free(&r->tl);
    close(r->packets);
    close(r->diag);
}

/* Waits until so many packets are there; a test that loses some fails here and not for ever. */
HELP void net_wait_packets(struct recording *r, unsigned wanted)
{
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    for (;;) {
        unsigned count = 0;
        net_look(r);
        for (size_t i = 0; i < r->tl.count; i++)
            count += r->tl.events[i].kind == EVENT_PACKET;
        if (count >= wanted)
            return;
        if (clock_now() > deadline)
            fail_msg("%u of %u packets came", count, wanted);
    }
}

/* The n-th packet of the recording, from 0. */
HELP const struct event *net_packet(const struct recording *r, unsigned n)
{
    for (size_t i = 0; i < r->tl.count; i++)
        if (r->tl.events[i].kind == EVENT_PACKET && n-- == 0)
            return &r->tl.events[i];
    fail_msg("there is no such packet");
    return NULL;
}

/* --- sockets --- */

/* "127.0.0.1", "::1", …; *addr gets the port that was bound. */
HELP int net_bound(int type, const char *ip, uint16_t port, struct sockaddr_storage *addr,
                   socklen_t *len)
{
    bool v6 = strchr(ip, ':') != NULL;
    memset(addr, 0, sizeof *addr);
    addr->ss_family = v6 ? AF_INET6 : AF_INET;
    *len = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    struct sockaddr_in *v4addr = (void *)addr;
    struct sockaddr_in6 *v6addr = (void *)addr;
    inet_pton(addr->ss_family, ip, v6 ? (void *)&v6addr->sin6_addr : (void *)&v4addr->sin_addr);
    v4addr->sin_port = htons(port); /* at the same place in both */
    int fd = socket(addr->ss_family, type | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(fd, (struct sockaddr *)addr, *len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)addr, len), 0);
    return fd;
}

HELP int net_listen(const char *ip, uint16_t port, struct sockaddr_storage *addr, socklen_t *len)
{
    int fd = net_bound(SOCK_STREAM, ip, port, addr, len);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

HELP int net_connect(const struct sockaddr_storage *addr, socklen_t len)
{
    int fd = socket(addr->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)addr, len), 0);
    return fd;
}

#endif
