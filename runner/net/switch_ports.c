/*
 * net/switch_ports - the switch on packet sockets; see switch.h. packet(7).
 *
 *  - Frames are read in rounds: some from each port that has any, then handed to the core in the
 *    order of the kernel's times, so that of two hosts the one that spoke first is counted first.
 *  - Frames go out in the order in which the core gave them, those for one port in a row by one
 *    call.
 *  - What a socket does not take now stays in a queue of its port and is tried again soon; while
 *    much waits there, nothing more is read. What is lost, is lost in the kernel's queue before us,
 *    which counts it, or is counted here: a link that takes nothing for GIVE_UP has lost its
 *    frames.
 *  - The kernel takes a VLAN's tag out of a frame and tells it beside; it is put in again.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/stamps.h"
#include "net/switch_parts.h"

enum {
    ROUND = 128,        /* frames read at once */
    BATCH = 64,         /* frames read or written by one call */
    PUMP_MOST = 384,    /* frames of one switch_pump */
    WAITING_MOST = 512, /* frames, before reading stops */
    /* Bytes that wait to go out together. More come at once only when much was held, and goes to
     * many: 64 MiB would become 1 GiB. */
    OUT_MOST = 4 * 1024 * 1024,
    ADDRESSES = 12, /* of a frame, before its tag */
    EXTRA = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct tpacket_auxdata)),
};
#define RETRY (1 * CLOCK_MS)
#define GIVE_UP CLOCK_S

/* A frame that was read, and where the kernel writes what it says about it. The frame begins
 * SWITCH_TAG bytes into its place: room for the tag. */
struct arrived {
    unsigned char *place;
    const unsigned char *frame;
    size_t len;
    unsigned port;
    int64_t t;
    _Alignas(struct cmsghdr) char extra[EXTRA];
    struct sockaddr_ll from;
    struct iovec iov;
};

/* A frame that is to go out; its bytes are at `offset` of the bytes that are. */
struct leaving {
    unsigned port;
    size_t offset, len;
};

/* One that was not taken. */
struct stuck {
    struct stuck *next;
    size_t len;
    unsigned char frame[];
};

struct port {
    int fd;
    int64_t last; /* time of its last frame */
    struct stuck *stuck, **stuck_end;
    int64_t stuck_since; /* since when it has taken nothing */
};

struct switch_sockets {
    struct net_switch *sw;
    struct loop *loop;
    struct loop_fd *watch;
    struct loop_timer *timer;
    int epoll; /* of all ports: the loop sees one descriptor */
    bool reading;
    struct port ports[HOSTS_PORTS];
    unsigned nports;
    unsigned nstuck;
    uint64_t lost;
    struct stamps stamps;
    size_t room; /* for a frame */
    unsigned char *bytes;
    struct arrived arrived[ROUND];
    struct leaving *leaving;
    size_t nleaving, leaving_cap;
    unsigned char *out;
    size_t out_len, out_cap;
};

/* --- what goes out --- */

static void keep_stuck(struct switch_sockets *sockets, struct port *port,
                       const struct leaving *leaving)
{
    struct stuck *stuck = mem_alloc(sizeof *stuck + leaving->len);
    stuck->len = leaving->len;
    memcpy(stuck->frame, sockets->out + leaving->offset, leaving->len);
    if (port->stuck == NULL) {
        port->stuck_end = &port->stuck;
        port->stuck_since = clock_now();
    }
    *port->stuck_end = stuck;
    port->stuck_end = &stuck->next;
    sockets->nstuck++;
}

static void drop_stuck(struct switch_sockets *sockets, struct port *port)
{
    struct stuck *stuck = port->stuck;
    port->stuck = stuck->next;
    sockets->nstuck--;
    free(stuck);
}

/* The link is full now, but not for long. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
}

/* How many of a row for one port went out; those that cannot are counted as lost, as if they had.
 * Fewer than `count`: the link is full. */
static size_t send_row(struct switch_sockets *sockets, int fd, const struct leaving *row,
                       size_t count)
{
    struct mmsghdr messages[BATCH];
    struct iovec iov[BATCH];
    size_t sent = 0;
    for (size_t i = 0; i < count; i++) {
        iov[i] = (struct iovec){sockets->out + row[i].offset, row[i].len};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
    }
    while (sent < count) {
        int n = sendmmsg(fd, messages + sent, (unsigned)(count - sent), MSG_DONTWAIT);
        if (n > 0) {
            sent += (size_t)n;
        } else if (is_passing(errno)) {
            break;
        } else if (errno != EINTR) {
            sockets->lost++;
            sent++;
        }
    }
    return sent;
}

static void send_leaving(struct switch_sockets *sockets)
{
    size_t end;
    for (size_t i = 0; i < sockets->nleaving; i = end) {
        const struct leaving *row = &sockets->leaving[i];
        struct port *port = &sockets->ports[row->port];
        for (end = i + 1; end < sockets->nleaving && end - i < BATCH; end++)
            if (sockets->leaving[end].port != row->port)
                break;
        size_t sent = port->stuck == NULL ? send_row(sockets, port->fd, row, end - i) : 0;
        for (i += sent; i < end; i++)
            keep_stuck(sockets, port, &sockets->leaving[i]);
    }
    sockets->nleaving = 0;
    sockets->out_len = 0;
}

void switch_sockets_send(struct switch_sockets *sockets, unsigned port, const void *frame,
                         size_t len)
{
    if (port >= sockets->nports)
        return;
    if (sockets->out_len + len > OUT_MOST)
        send_leaving(sockets);
    if (sockets->nleaving == sockets->leaving_cap) {
        sockets->leaving_cap = sockets->leaving_cap > 0 ? sockets->leaving_cap * 2 : 64;
        sockets->leaving =
            mem_resize(sockets->leaving, sockets->leaving_cap, sizeof *sockets->leaving);
    }
    if (sockets->out_cap - sockets->out_len < len) {
        sockets->out_cap = sockets->out_cap * 2 + len;
        sockets->out = mem_resize(sockets->out, sockets->out_cap, 1);
    }
    memcpy(sockets->out + sockets->out_len, frame, len);
    sockets->leaving[sockets->nleaving++] =
        (struct leaving){.port = port, .offset = sockets->out_len, .len = len};
    sockets->out_len += len;
}

static void send_stuck(struct switch_sockets *sockets, struct port *port)
{
    while (port->stuck != NULL) {
        ssize_t n = send(port->fd, port->stuck->frame, port->stuck->len, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && is_passing(errno)) {
            if (clock_now() - port->stuck_since < GIVE_UP)
                return;
            while (port->stuck != NULL) {
                sockets->lost++;
                drop_stuck(sockets, port);
            }
            return;
        }
        if (n < 0)
            sockets->lost++;
        port->stuck_since = clock_now();
        drop_stuck(sockets, port);
    }
}

unsigned switch_sockets_waiting(const struct switch_sockets *sockets)
{
    return sockets->nstuck;
}

void switch_sockets_settle(struct net_switch *sw)
{
    struct switch_sockets *sockets = sw->sockets;
    if (sockets == NULL)
        return;
    for (unsigned i = 0; i < sockets->nports && sockets->nstuck > 0; i++)
        send_stuck(sockets, &sockets->ports[i]);
    send_leaving(sockets);
    if (sockets->loop == NULL)
        return;
    const struct parcel *first = parcel_first(&sw->heap);
    int64_t at = first != NULL ? first->due : INT64_MAX;
    if (sockets->nstuck > 0 && clock_now() + RETRY < at)
        at = clock_now() + RETRY;
    loop_timer_move(sockets->timer, at);
    bool reading = sockets->nstuck < WAITING_MOST;
    if (reading != sockets->reading)
        loop_fd_events(sockets->watch, reading ? EPOLLIN : 0);
    sockets->reading = reading;
}

/* --- what comes in --- */

/* Puts the tag that was told beside the frame into it. */
static void put_tag(struct arrived *arrived, const struct tpacket_auxdata *aux)
{
    if ((aux->tp_status & TP_STATUS_VLAN_VALID) == 0 || arrived->len < ADDRESSES)
        return;
    unsigned type =
        (aux->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 ? aux->tp_vlan_tpid : ETH_P_8021Q;
    unsigned char *frame = arrived->place;
    memmove(frame, frame + SWITCH_TAG, ADDRESSES);
    frame[ADDRESSES] = (unsigned char)(type >> 8);
    frame[ADDRESSES + 1] = (unsigned char)type;
    frame[ADDRESSES + 2] = (unsigned char)(aux->tp_vlan_tci >> 8);
    frame[ADDRESSES + 3] = (unsigned char)aux->tp_vlan_tci;
    arrived->frame = frame;
    arrived->len += SWITCH_TAG;
}

static void read_extra(struct switch_sockets *sockets, struct arrived *arrived, struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        struct timespec stamp;
        struct tpacket_auxdata aux;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS &&
            c->cmsg_len >= CMSG_LEN(sizeof stamp)) {
            memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
            arrived->t = stamps_time(&sockets->stamps, stamp);
        } else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA &&
                   c->cmsg_len >= CMSG_LEN(sizeof aux)) {
            memcpy(&aux, CMSG_DATA(c), sizeof aux);
            put_tag(arrived, &aux);
        }
    }
}

/* Reads at most so many frames of a port into the places from `arrived` on. */
static unsigned read_port(struct switch_sockets *sockets, unsigned number, struct arrived *arrived,
                          unsigned most)
{
    struct mmsghdr messages[BATCH];
    struct port *port = &sockets->ports[number];
    if (most > BATCH)
        most = BATCH;
    for (unsigned i = 0; i < most; i++) {
        arrived[i].iov = (struct iovec){arrived[i].place + SWITCH_TAG, sockets->room};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &arrived[i].from,
                                              .msg_namelen = sizeof arrived[i].from,
                                              .msg_iov = &arrived[i].iov,
                                              .msg_iovlen = 1,
                                              .msg_control = arrived[i].extra,
                                              .msg_controllen = sizeof arrived[i].extra};
    }
    int n;
    do
        n = recvmmsg(port->fd, messages, most, MSG_DONTWAIT, NULL);
    while (n < 0 && (errno == EINTR || errno == ENETDOWN)); /* told once each time it goes down */
    int64_t now = clock_now();
    for (int i = 0; i < n; i++) {
        arrived[i].port = number;
        arrived[i].frame = arrived[i].place + SWITCH_TAG;
        arrived[i].len = messages[i].msg_len;
        arrived[i].t = now;
        read_extra(sockets, &arrived[i], &messages[i].msg_hdr);
        if (arrived[i].t > now)
            arrived[i].t = now;
        if (arrived[i].t < port->last)
            arrived[i].t = port->last;
        port->last = arrived[i].t;
    }
    return n > 0 ? (unsigned)n : 0;
}

static int by_time(const void *a, const void *b)
{
    const struct arrived *x = *(struct arrived *const *)a, *y = *(struct arrived *const *)b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return x < y ? -1 : x > y; /* of one port: as they came */
}

/* One round; how many frames. */
static unsigned read_round(struct switch_sockets *sockets)
{
    struct epoll_event ready[HOSTS_PORTS];
    struct arrived *order[ROUND];
    int nready = epoll_wait(sockets->epoll, ready, HOSTS_PORTS, 0);
    if (nready <= 0)
        return 0;
    unsigned count = 0, each = ROUND / (unsigned)nready;
    stamps_measure(&sockets->stamps);
    for (int i = 0; i < nready; i++)
        count += read_port(sockets, ready[i].data.u32, &sockets->arrived[count], each);
    for (unsigned i = 0; i < count; i++)
        order[i] = &sockets->arrived[i];
    if (nready > 1)
        qsort(order, count, sizeof order[0], by_time);
    int64_t now = clock_now();
    for (unsigned i = 0; i < count; i++)
        if (order[i]->from.sll_pkttype != PACKET_OUTGOING)
            switch_frame(sockets->sw, order[i]->port, order[i]->frame, order[i]->len, order[i]->t,
                         now);
    return count;
}

unsigned switch_pump(struct net_switch *sw)
{
    struct switch_sockets *sockets = sw->sockets;
    unsigned moved = 0, before = switch_on_way(sw);
    if (sockets == NULL)
        return 0;
    for (unsigned round = 1; round > 0 && moved < PUMP_MOST;) {
        round = sockets->nstuck < WAITING_MOST ? read_round(sockets) : 0;
        moved += round;
        if (round > 0)
            send_leaving(sockets);
    }
    switch_due(sw, clock_now());
    switch_sockets_settle(sw);
    if (switch_on_way(sw) < before)
        moved += before - switch_on_way(sw);
    return moved;
}

static void on_frames(void *arg, int fd, uint32_t events)
{
    (void)fd, (void)events;
    switch_pump(arg);
}

static void on_time(void *arg)
{
    switch_pump(arg);
}

/* --- attaching --- */

static int add_port(struct switch_sockets *sockets, int fd, struct error *err)
{
    int on = 1;
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = sockets->nports};
    if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        epoll_ctl(sockets->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        return error_errno(err, "cannot read port %u of the wire", sockets->nports);
    sockets->ports[sockets->nports++] = (struct port){.fd = fd};
    return 0;
}

static size_t longest_frame(const struct net_switch *sw)
{
    size_t longest = SWITCH_HEADER;
    for (unsigned i = 0; i < sw->nports; i++)
        if (sw->ports[i].longest > longest)
            longest = sw->ports[i].longest;
    return longest;
}

int switch_attach(struct net_switch *sw, struct loop *loop, const int *ports, unsigned nports,
                  struct error *err)
{
    if (nports != sw->nports)
        return error_set(err, "the wire has %u ports, its network %u", nports, sw->nports);
    switch_detach(sw);
    struct switch_sockets *sockets = mem_alloc(sizeof *sockets);
    *sockets = (struct switch_sockets){.sw = sw, .reading = true, .stamps = STAMPS_INIT};
    sw->sockets = sockets;
    sockets->room = longest_frame(sw) + 1; /* one that is longer still is seen to be too long */
    sockets->bytes = mem_alloc(ROUND * (SWITCH_TAG + sockets->room));
    for (unsigned i = 0; i < ROUND; i++)
        sockets->arrived[i].place = sockets->bytes + i * (SWITCH_TAG + sockets->room);
    sockets->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (sockets->epoll < 0)
        error_errno(err, "cannot watch the ports of the wire");
    for (unsigned i = 0; i < nports; i++) {
        if (sockets->epoll < 0 || add_port(sockets, ports[i], err) != 0) {
            switch_detach(sw);
            return -1;
        }
    }
    if (loop != NULL) {
        sockets->loop = loop;
        sockets->watch = loop_fd_add(loop, sockets->epoll, EPOLLIN, on_frames, sw);
        sockets->timer = loop_timer_add(loop, INT64_MAX, on_time, sw);
        switch_sockets_settle(sw);
    }
    return 0;
}

void switch_detach(struct net_switch *sw)
{
    struct switch_sockets *sockets = sw->sockets;
    if (sockets == NULL)
        return;
    loop_fd_remove(sockets->watch);
    loop_timer_remove(sockets->timer);
    if (sockets->epoll >= 0)
        close(sockets->epoll);
    for (unsigned i = 0; i < sockets->nports; i++)
        while (sockets->ports[i].stuck != NULL)
            drop_stuck(sockets, &sockets->ports[i]);
    free(sockets->bytes);
    free(sockets->leaving);
    free(sockets->out);
    free(sockets);
    sw->sockets = NULL;
}

uint64_t switch_lost(const struct net_switch *sw)
{
    struct switch_sockets *sockets = sw->sockets;
    if (sockets == NULL)
        return 0;
    for (unsigned i = 0; i < sockets->nports; i++) {
        struct tpacket_stats stats; /* counted anew from every look */
        socklen_t len = sizeof stats;
        if (getsockopt(sockets->ports[i].fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
            sockets->lost += stats.tp_drops;
    }
    return sockets->lost;
}
