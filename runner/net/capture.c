/*
 * net/capture: see capture.h. packet(7).
 *
 *  - The kernel cuts frames to what is kept before it queues them (a filter of one instruction): on
 *    the loopback they are up to 64 KiB, and an ordinary user's queue would hold six of those. The
 *    whole length comes as PACKET_AUXDATA.
 */
#include "net/capture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/stamps.h"
#include "timeline/timeline.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
    QUEUE_BYTES = 32 * 1024 * 1024,
    BATCH = 32,
    EXTRA = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct tpacket_auxdata)),
};

/* A frame, and where the kernel writes what it says about it. */
struct caught {
    unsigned char frame[PACKET_KEPT];
    _Alignas(struct cmsghdr) char extra[EXTRA];
    struct sockaddr_ll from;
    struct iovec iov;
    size_t wire_len;
    int64_t t;
};

struct capture {
    int fd;
    struct loop_fd *watch;
    capture_fn *fn;
    void *arg;
    struct stamps stamps;
    int64_t last; /* time of the last frame */
    uint64_t dropped;
    struct caught batch[BATCH];
    struct mmsghdr messages[BATCH];
};

/* --- opening --- */

int capture_interface(int fd, const char *name, struct error *err)
{
    struct ifreq request = {0};
    size_t len = strlen(name);
    if (len >= sizeof request.ifr_name)
        return error_set(err, "'%s' is too long for the name of an interface", name);
    memcpy(request.ifr_name, name, len);
    if (ioctl(fd, SIOCGIFINDEX, &request) != 0)
        return error_errno(err, "cannot find the interface %s", name);
    return request.ifr_ifindex;
}

void capture_prepare(void)
{
    static int asks = -1;
    int on = 1;
    if (asks < 0)
        asks = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asks >= 0)
        (void)setsockopt(asks, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

static int prepare(int fd, struct error *err)
{
    struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, PACKET_KEPT);
    struct sock_fprog filter = {1, &keep};
    int on = 1, bytes = QUEUE_BYTES;
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0)
        return error_errno(err, "cannot set up the capture of packets");
    /* Only a convenience: a kernel before 4.20 tells them, and they are passed over below. */
    (void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    /* The second is bounded by net.core.rmem_max. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return 0;
}

static void on_frames(void *arg, int fd, uint32_t events)
{
    (void)fd, (void)events;
    capture_drain(arg);
}

struct capture *capture_open(struct loop *loop, int fd, int ifindex, capture_fn *fn, void *arg,
                             struct error *err)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = ifindex};
    if (prepare(fd, err) != 0)
        return NULL;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        error_errno(err, "cannot listen to the interface with index %d", ifindex);
        return NULL;
    }
    struct capture *capture = mem_alloc(sizeof *capture);
    *capture = (struct capture){.fd = fd, .fn = fn, .arg = arg, .stamps = STAMPS_INIT};
    stamps_measure(&capture->stamps);
    if (loop != NULL)
        capture->watch = loop_fd_add(loop, fd, EPOLLIN, on_frames, capture);
    return capture;
}

void capture_close(struct capture *capture)
{
    if (capture == NULL)
        return;
    loop_fd_remove(capture->watch);
    free(capture);
}

/* --- frames --- */

static void read_ancillary(struct msghdr *msg, struct timespec *when, size_t *wire_len)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS &&
            c->cmsg_len >= CMSG_LEN(sizeof *when)) {
            memcpy(when, CMSG_DATA(c), sizeof *when);
        } else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA &&
                   c->cmsg_len >= CMSG_LEN(sizeof(struct tpacket_auxdata))) {
            struct tpacket_auxdata aux;
            memcpy(&aux, CMSG_DATA(c), sizeof aux);
            *wire_len = aux.tp_len;
        }
    }
}

/* How many messages came. */
static int receive(struct capture *capture)
{
    for (int i = 0; i < BATCH; i++) {
        struct caught *caught = &capture->batch[i];
        caught->iov = (struct iovec){caught->frame, sizeof caught->frame};
        capture->messages[i].msg_hdr = (struct msghdr){.msg_name = &caught->from,
                                                       .msg_namelen = sizeof caught->from,
                                                       .msg_iov = &caught->iov,
                                                       .msg_iovlen = 1,
                                                       .msg_control = caught->extra,
                                                       .msg_controllen = sizeof caught->extra};
    }
    int n;
    do
        n = recvmmsg(capture->fd, capture->messages, BATCH, MSG_DONTWAIT, NULL);
    while (n < 0 && (errno == EINTR || errno == ENETDOWN)); /* the interface was taken down */
    return n;
}

/* They were sent in the order in which they came. One that says it was later than the next has no
 * time from the kernel (capture_prepare), but the one at which it was read. */
static void set_times(struct capture *capture, int count)
{
    int64_t next = INT64_MAX;
    for (int i = count - 1; i >= 0; i--) {
        struct caught *caught = &capture->batch[i];
        struct timespec when = {0};
        caught->wire_len = capture->messages[i].msg_len;
        read_ancillary(&capture->messages[i].msg_hdr, &when, &caught->wire_len);
        caught->t = when.tv_sec != 0 ? stamps_time(&capture->stamps, when) : clock_now();
        if (caught->t > next)
            caught->t = next;
        next = caught->t;
    }
    for (int i = 0; i < count; i++) {
        if (capture->batch[i].t < capture->last)
            capture->batch[i].t = capture->last;
        capture->last = capture->batch[i].t;
    }
}

unsigned capture_drain(struct capture *capture)
{
    unsigned told = 0;
    int count = BATCH;
    while (count == BATCH) {
        count = receive(capture);
        if (count <= 0)
            break;
        stamps_measure(&capture->stamps);
        set_times(capture, count);
        for (int i = 0; i < count; i++) {
            struct caught *caught = &capture->batch[i];
            if (caught->from.sll_pkttype == PACKET_OUTGOING)
                continue;
            capture->fn(capture->arg, caught->frame, capture->messages[i].msg_len, caught->wire_len,
                        caught->t);
            told++;
        }
    }
    return told;
}

uint64_t capture_dropped(struct capture *capture)
{
    struct tpacket_stats stats; /* counted anew from every look */
    socklen_t len = sizeof stats;
    if (getsockopt(capture->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
        capture->dropped += stats.tp_drops;
    return capture->dropped;
}
