/* scene/peer: see peer.h. */
#include "scene/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/mem.h"

enum { CHUNK = 65536, RECEIVED_MOST = 256 << 20, DATAGRAMS_AT_ONCE = 64 };

static void on_ready(void *arg, int fd, uint32_t events);

struct peer *peer_new(const char *name, enum peer_kind kind, int host, int fd, struct loop *loop,
                      uint64_t *activity)
{
    struct peer *peer = mem_alloc(sizeof *peer);
    peer->name = mem_string(name);
    peer->kind = kind;
    peer->host = host;
    peer->fd = fd;
    peer->loop = loop;
    peer->activity = activity;
    strbuf_init(&peer->in);
    strbuf_init(&peer->out);
    return peer;
}

static void watch(struct peer *peer, uint32_t events)
{
    if (peer->watch == NULL)
        peer->watch = loop_fd_add(peer->loop, peer->fd, events, on_ready, peer);
    else
        loop_fd_events(peer->watch, events);
}

/* What it waits for. The end of a stream that it does not read would wake it again and again. */
static void watch_stream(struct peer *peer)
{
    uint32_t events = peer->paused ? 0 : EPOLLIN | EPOLLRDHUP;
    watch(peer, peer->out.len > 0 ? events | EPOLLOUT : events);
}

static void note_self(struct peer *peer)
{
    socklen_t len = sizeof peer->self;
    getsockname(peer->fd, (struct sockaddr *)&peer->self, &len);
    len = sizeof peer->other;
    if (peer->kind == PEER_STREAM &&
        getpeername(peer->fd, (struct sockaddr *)&peer->other, &len) == 0)
        peer->has_other = true;
}

static void set_port(struct sockaddr_storage *addr, uint16_t port)
{
    if (addr->ss_family == AF_INET)
        ((struct sockaddr_in *)addr)->sin_port = htons(port);
    else if (addr->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)addr)->sin6_port = htons(port);
}

static bool has_port(const struct sockaddr_storage *addr)
{
    return addr->ss_family == AF_INET ? ((const struct sockaddr_in *)addr)->sin_port != 0
                                      : ((const struct sockaddr_in6 *)addr)->sin6_port != 0;
}

/* With its own port when any will do. When somebody has that, the kernel chooses. */
static int bind_port(const struct peer *peer, struct sockaddr_storage *addr, socklen_t len)
{
    if (has_port(addr) || peer->port == 0)
        return bind(peer->fd, (struct sockaddr *)addr, len);
    set_port(addr, peer->port);
    if (bind(peer->fd, (struct sockaddr *)addr, len) == 0)
        return 0;
    set_port(addr, 0);
    return bind(peer->fd, (struct sockaddr *)addr, len);
}

int peer_bind(struct peer *peer, const char *at, struct error *err)
{
    struct sockaddr_storage addr;
    socklen_t len;
    int one = 1;
    if (address_parse(at, &addr, &len, err) != 0)
        return -1;
    if (peer->kind != PEER_UDP)
        setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind_port(peer, &addr, len) != 0)
        return error_errno(err, "%s cannot use the address %s", peer->name, at);
    note_self(peer);
    if (peer->kind == PEER_UDP) {
        int big = 8 << 20; /* what the program sends is not lost for want of room on our side */
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
        /* A script that says so means it. */
        setsockopt(peer->fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
        watch(peer, EPOLLIN);
    }
    return 0;
}

int peer_listen(struct peer *peer, const char *at, int backlog, struct error *err)
{
    if (peer_bind(peer, at, err) != 0)
        return -1;
    if (listen(peer->fd, backlog) != 0)
        return error_errno(err, "%s cannot listen on %s", peer->name, at);
    watch(peer, EPOLLIN);
    return 0;
}

/* At once, or the program's next small segment waits for 40 ms (Nagle's algorithm and delayed
 * acknowledgements); or late, so that it does. The kernel forgets this wish soon (tcp(7)). */
static void say_when_to_acknowledge(const struct peer *peer)
{
    int at_once = !peer->delayed_ack;
    setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof at_once);
}

static void connected(struct peer *peer)
{
    int one = 1;
    peer->connecting = false;
    /* Each piece a script sends is its own segment: that is what a split is about. */
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    note_self(peer);
    if (peer->delayed_ack) /* a new connection's first segments are acknowledged at once anyway */
        say_when_to_acknowledge(peer);
    watch_stream(peer);
}

void peer_accepted(struct peer *peer)
{
    connected(peer);
}

int peer_connect(struct peer *peer, const char *to, struct error *err)
{
    struct sockaddr_storage addr;
    socklen_t len;
    if (address_parse(to, &addr, &len, err) != 0)
        return -1;
    if (peer->self.ss_family == AF_UNSPEC && peer->port != 0) {
        struct sockaddr_storage any = {.ss_family = addr.ss_family};
        set_port(&any, peer->port);
        (void)bind(peer->fd, (struct sockaddr *)&any, len); /* else the kernel chooses */
    }
    peer->connecting = true;
    if (connect(peer->fd, (struct sockaddr *)&addr, len) == 0) {
        connected(peer);
    } else if (errno == EINPROGRESS) {
        watch(peer, EPOLLOUT);
    } else {
        peer->connecting = false;
        peer->connect_error = errno;
    }
    return 0;
}

int peer_take_connection(struct peer *peer)
{
    int fd = accept4(peer->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        watch(peer, EPOLLIN);
    return fd;
}

/* --- receiving --- */

static void read_stream(struct peer *peer)
{
    for (;;) {
        strbuf_reserve(&peer->in, CHUNK);
        ssize_t n = recv(peer->fd, peer->in.data + peer->in.len, CHUNK, 0);
        if (n > 0) {
            peer->in.len += (size_t)n;
            peer->in.data[peer->in.len] = '\0';
            peer->received += (uint64_t)n;
            if (peer->in.len < RECEIVED_MOST)
                continue;
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            say_when_to_acknowledge(peer);
            return;
        } else if (n == 0) {
            peer->end = true;
        } else {
            peer->reset = true;
        }
        loop_fd_remove(peer->watch); /* nothing more will come that anyone wants */
        peer->watch = NULL;
        return;
    }
}

static void read_datagrams(struct peer *peer)
{
    static char buffer[65536];
    /* A flood has its turn, and the limits theirs. */
    for (int left = DATAGRAMS_AT_ONCE; left > 0; left--) {
        if (peer->waiting > RECEIVED_MOST) {
            loop_fd_remove(peer->watch);
            peer->watch = NULL;
            return;
        }
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(peer->fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &len);
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR)
                peer->refused = errno;
            if (errno != EINTR)
                return;
            continue;
        }
        struct datagram *d = mem_alloc(sizeof *d);
        d->from = from;
        strbuf_init(&d->data);
        strbuf_add(&d->data, buffer, (size_t)n);
        if (peer->last != NULL)
            peer->last->next = d;
        else
            peer->first = d;
        peer->last = d;
        peer->other = from;
        peer->has_other = true;
        peer->received += (uint64_t)n;
        peer->waiting += sizeof *d + (uint64_t)n;
    }
}

/* --- sending --- */

static void flush(struct peer *peer)
{
    while (peer->out.len > 0) {
        ssize_t n = send(peer->fd, peer->out.data, peer->out.len, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN) {
                peer->reset = peer->reset || errno == ECONNRESET || errno == EPIPE;
                strbuf_cut(&peer->out, 0);
            }
            break;
        }
        strbuf_drop(&peer->out, (size_t)n);
    }
    if (peer->watch != NULL)
        watch_stream(peer);
}

int peer_send(struct peer *peer, const void *data, size_t len, const char *to, struct error *err)
{
    struct sockaddr_storage addr;
    socklen_t addrlen = sizeof addr;
    if (peer->kind == PEER_STREAM) {
        if (peer->fd < 0)
            return error_set(err, "%s has closed its connection", peer->name);
        strbuf_add(&peer->out, data, len);
        flush(peer);
        return 0;
    }
    if (to != NULL) {
        if (address_parse(to, &addr, &addrlen, err) != 0)
            return -1;
    } else if (peer->has_other) {
        addr = peer->other;
        addrlen =
            addr.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    } else {
        return error_set(err, "%s does not know where to send to", peer->name);
    }
    if (sendto(peer->fd, data, len, MSG_NOSIGNAL, (struct sockaddr *)&addr, addrlen) < 0)
        return error_errno(err, "%s cannot send %zu bytes", peer->name, len);
    peer->other = addr;
    peer->has_other = true;
    return 0;
}

static void on_ready(void *arg, int fd, uint32_t events)
{
    struct peer *peer = arg;
    (void)fd;
    ++*peer->activity;
    if (peer->connecting) {
        socklen_t len = sizeof peer->connect_error;
        getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &peer->connect_error, &len);
        if (peer->connect_error == 0) {
            connected(peer);
        } else {
            peer->connecting = false;
            loop_fd_remove(peer->watch);
            peer->watch = NULL;
        }
        return;
    }
    if (peer->kind == PEER_LISTENER) {
        loop_fd_events(peer->watch, 0); /* until the script accepts */
        return;
    }
    if (peer->kind == PEER_UDP) {
        read_datagrams(peer);
        return;
    }
    if ((events & EPOLLOUT) != 0)
        flush(peer);
    if (peer->paused) {
        /* The connection is over, which cannot be waited for any more without being told for ever.
         */
        if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
            loop_fd_remove(peer->watch);
            peer->watch = NULL;
        }
        return;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && peer->watch != NULL)
        read_stream(peer);
}

void peer_pause(struct peer *peer, bool pause)
{
    peer->paused = pause;
    if (peer->end || peer->fd < 0)
        return;
    watch_stream(peer);
    if (!pause) /* also what came before a reset */
        read_stream(peer);
}

void peer_buffer(struct peer *peer, int bytes)
{
    if (bytes > 0)
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void peer_drop_datagram(struct peer *peer)
{
    struct datagram *d = peer->first;
    if (d == NULL)
        return;
    peer->first = d->next;
    peer->waiting -= sizeof *d + d->data.len;
    if (peer->first == NULL)
        peer->last = NULL;
    strbuf_free(&d->data);
    free(d);
}

void peer_half_close(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
}

void peer_close(struct peer *peer, bool reset)
{
    struct linger linger = {1, 0};
    if (peer->fd < 0)
        return;
    loop_fd_remove(peer->watch);
    peer->watch = NULL;
    if (reset)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(peer->fd);
    peer->fd = -1;
    strbuf_free(&peer->in); /* a crowd of clients, one after another, is not kept */
    strbuf_free(&peer->out);
}

void peer_free(struct peer *peer)
{
    if (peer == NULL)
        return;
    peer_close(peer, false);
    while (peer->first != NULL)
        peer_drop_datagram(peer);
    strbuf_free(&peer->in);
    strbuf_free(&peer->out);
    free(peer->name);
    free(peer);
}
