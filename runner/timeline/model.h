/*
 * timeline/model - the calls of a recording replayed: who owned which socket, and what became of
 * it.
 *
 * A rule or an assertion asks "which socket did this call speak of, and what had happened to it by
 * then?" The answers live here, so that nobody else follows descriptors through dup, fork, threads,
 * exec and accept.
 *
 * Calls are replayed in the order of the kernel's effects: what frees or copies descriptors (close,
 * fork) counts from its entry, what makes one (socket, accept, dup) from its return, so that a
 * descriptor which a second thread closed meanwhile is not mixed up with its successor.
 *
 * Everything points into the timeline, which must outlive the model.
 */
#ifndef SOCKLINGS_TIMELINE_MODEL_H
#define SOCKLINGS_TIMELINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline/timeline.h"

#define MODEL_NEVER UINT64_MAX /* an event number that stands for "did not happen" */

/* An address of a socket as the calls showed it; text is NULL while it is unknown. */
struct model_address {
    const char *text;   /* "127.0.0.1:7000", "[::1]:7000", "unix:/path" */
    const char *family; /* "AF_INET"; NULL if unknown */
    const char *ip;     /* "127.0.0.1"; NULL if unknown */
    int port;           /* -1: none */
};

/* An option that was set with success. */
struct model_option {
    const char *level, *name; /* "SOL_SOCKET", "SO_REUSEADDR" */
    int64_t value;
    uint64_t n; /* the setting call */
};

struct model_process {
    int pid;
    const char *program;          /* the role; NULL if unknown */
    const char *host;             /* on which it runs; NULL if unknown */
    struct model_process *parent; /* NULL: started by the script */
    uint64_t born, exited;        /* events; MODEL_NEVER: still alive at the end */
    unsigned forks;               /* children it made that do not share its memory */
    unsigned peak_fds;            /* most descriptors open at a time, 0, 1 and 2 included */
    struct model_table *table;    /* private */
};

struct model_socket {
    unsigned id;
    const struct model_process *owner; /* the process that made it */
    uint64_t born;                     /* the socket() or accept() call */
    int fd;                            /* its first descriptor */
    const char *domain;                /* "AF_INET" */
    bool stream, datagram;             /* SOCK_STREAM, SOCK_DGRAM */
    bool nonblocking;                  /* by SOCK_NONBLOCK or O_NONBLOCK */
    struct model_socket *listener;     /* accepted from it; NULL: made by socket() */
    struct model_address local, remote;
    uint64_t bound, listening, connected; /* the first call that had success; else MODEL_NEVER */
    uint64_t eof;                         /* stream: the first recv that returned 0 */
    uint64_t shut;                        /* shutdown of the sending side */
    uint64_t closed;                      /* when its last descriptor went */
    bool closed_by_exit;                  /* … because the process ended */
    uint64_t received, sent;              /* bytes */
    unsigned holders;                     /* descriptors, in all processes, that are open now */
    struct model_option *options;
    unsigned noptions;
};

enum model_io { MODEL_NO_IO, MODEL_RECV, MODEL_SEND };

/* What the model knows of one call beyond the event. */
struct model_call {
    const struct event *event; /* NULL: the event of that number is no call */
    struct model_process *process;
    struct model_socket *socket; /* behind the call's fd as it began; NULL: no socket */
    struct model_socket *made;   /* socket(), accept(): the new one */
    int fd;                      /* -1: has none */
    enum model_io io;            /* also for read and write on what is no socket */
    int64_t asked;               /* recv, send: length argument */
    int64_t moved;               /* recv, send: bytes; -1 failed or did not return */
    struct bytes data;           /* recv: the bytes that came; send: those offered; the first
                                    TIMELINE_DATA_MAX; data may be NULL */
};

struct model {
    const struct timeline *timeline;
    struct model_call *calls; /* one for each event, by n */
    size_t ncalls;
    struct model_socket **sockets; /* in the order in which they were made */
    unsigned nsockets;
    struct model_process **processes;
    unsigned nprocesses;
    struct model_slot *slots; /* who held what when; private */
    size_t nslots;
    struct model_table **tables; /* private */
    unsigned ntables;
};

/* Never fails: what a recording does not tell stays unknown. Free with model_free. */
void model_build(struct model *m, const struct timeline *tl);
void model_free(struct model *m);

/* The call at event n, or NULL when that event is no call. */
const struct model_call *model_call(const struct model *m, uint64_t n);

/* The socket behind fd of that process just before event n, or NULL. */
struct model_socket *model_socket_at(const struct model *m, int pid, int fd, uint64_t n);

/* True while the process of that pid still holds a descriptor of the socket at the end. */
bool model_holds(const struct model *m, int pid, const struct model_socket *socket);

struct model_process *model_process(const struct model *m, int pid);

/* The first process of the program that `process` belongs to: equal for all its children. */
const struct model_process *model_root(const struct model_process *process);

/* Whether two places may be one host: names that are equal, or one that is unknown. An any-address
 * or a loopback address means the same socket only on the same host. */
bool model_same_host(const char *a, const char *b);

/* The option as it stood on the socket just before event n; NULL: it was not set. */
const struct model_option *model_option(const struct model_socket *socket, const char *name,
                                        uint64_t n);

/* "127.0.0.1:7000" and "[::1]:7000" end in a port; -1: no such text. */
int model_port(const char *address);

/* `names` ends with NULL. */
bool model_one_of(const char *name, const char *const *names);

/* True when the call is of the kind that a lab author or learner means by that name: its own, or
 * "recv" for recvfrom, recvmsg and read on a socket, "accept" for accept4, and so on. */
bool model_call_named(const struct model_call *call, const char *name);

#endif
