/*
 * scene/peer - a scripted peer: one UDP or TCP socket in the scene's network, driven by the event
 * loop. It reads whatever comes at once and keeps it until the script asks for it.
 */
#ifndef SOCKLINGS_SCENE_PEER_H
#define SOCKLINGS_SCENE_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/strbuf.h"

struct datagram {
    struct sockaddr_storage from;
    struct strbuf data;
    struct datagram *next;
};

enum peer_kind { PEER_UDP, PEER_LISTENER, PEER_STREAM };

/* Read only for others. */
struct peer {
    char *name;
    enum peer_kind kind;
    int host;      /* of the network; -1: there is only one */
    int fd;        /* -1 after close */
    uint16_t port; /* that it takes when it may choose; 0: the kernel does */
    struct loop *loop;
    struct loop_fd *watch;
    uint64_t *activity;                  /* counted up whenever something arrives or leaves */
    struct sockaddr_storage self, other; /* other: connected to; UDP: last heard from or sent to */
    bool has_other;
    bool connecting;               /* PEER_STREAM: until the kernel has decided */
    int connect_error;             /* errno of a failed connect; 0 */
    struct strbuf in;              /* PEER_STREAM: received and not yet expected */
    struct datagram *first, *last; /* PEER_UDP: the same */
    bool paused;                   /* PEER_STREAM: it does not read */
    bool delayed_ack;  /* PEER_STREAM: the kernel acknowledges late; set before it connects */
    bool end;          /* the other side has sent its FIN */
    bool reset;        /* ECONNRESET */
    int refused;       /* PEER_UDP: errno that the kernel reported (ICMP) */
    struct strbuf out; /* PEER_STREAM: not yet taken by the kernel */
    uint64_t waiting;  /* PEER_UDP: what the datagrams not yet asked for take */
    uint64_t received; /* bytes, in all */
};

/* Takes over fd (non-blocking). */
struct peer *peer_new(const char *name, enum peer_kind kind, int host, int fd, struct loop *loop,
                      uint64_t *activity);
void peer_free(struct peer *peer);

/* -1 and *err when the kernel refuses right away (an address that is not there, in use, …). */
int peer_bind(struct peer *peer, const char *at, struct error *err);
int peer_listen(struct peer *peer, const char *at, int backlog, struct error *err);
/* Starts to connect; `connecting` tells when it is decided. */
int peer_connect(struct peer *peer, const char *to, struct error *err);
/* PEER_LISTENER: the next connection, or -1 when there is none yet. */
int peer_take_connection(struct peer *peer);
/* A peer made from such a connection: starts to read. */
void peer_accepted(struct peer *peer);

/* PEER_STREAM: queued, and sent as the kernel takes it. PEER_UDP: one datagram to `to` (NULL: to
 * `other`). -1 and *err when it cannot be sent. */
int peer_send(struct peer *peer, const void *data, size_t len, const char *to, struct error *err);
/* Removes the first datagram; the caller has looked at it. */
void peer_drop_datagram(struct peer *peer);

/* PEER_STREAM: stops reading, so that the kernel's buffer fills, or goes on. */
void peer_pause(struct peer *peer, bool pause);
/* How many bytes that buffer holds; 0: as many as the kernel likes. Before the peer connects or
 * listens: connections that are taken inherit it. */
void peer_buffer(struct peer *peer, int bytes);

void peer_half_close(struct peer *peer);
void peer_close(struct peer *peer, bool reset);

#endif
