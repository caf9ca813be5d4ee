/*
 * timeline - what happened in one scene, as a plain list of events.
 *
 * Everything downstream of a scene (judge, report, a teacher's desk) sees only this list. It can be
 * saved and loaded (timeline/file.h), one JSON object a line.
 *
 * Invariants:
 *  - events[i].n == i: events are numbered from 0 in the order in which they BEGAN;
 *  - events[0] is the only EVENT_SCENE; the last one of a finished scene is the only EVENT_END;
 *  - t never decreases; a call stands at its entry and carries how long it stayed in the kernel;
 *  - every string and byte run belongs to the timeline, lives until timeline_free, and equal short
 *    strings are the same pointer.
 */
#ifndef SOCKLINGS_TIMELINE_TIMELINE_H
#define SOCKLINGS_TIMELINE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

enum event_kind {
    EVENT_SCENE,  /* the first: what was run, with which seed and variables */
    EVENT_CALL,   /* a system call of a traced program */
    EVENT_PACKET, /* a frame on the wire (recorded from issue 3 on) */
    EVENT_STATE,  /* a socket of the kernel: a change of state, or its rest at the end */
    EVENT_OUTPUT, /* bytes a program wrote to its terminal or pipe */
    EVENT_INPUT,  /* bytes the script typed */
    EVENT_SCRIPT, /* an action of the script was done, or failed */
    EVENT_SIGNAL, /* a signal was delivered to a program */
    EVENT_EXIT,   /* a process ended */
    EVENT_FAULT,  /* a fault rule changed a call: its call event follows it */
    EVENT_END,    /* why the scene was over */
};

/* A run of bytes; data is never NULL, data[len] is NUL. */
struct bytes {
    const char *data;
    size_t len;
};

/* One argument of a call, as decoded. Numbers that have names carry both. */
struct arg {
    const char *name; /* "fd", "addr", "port", "len", "flags", "data", … see trace/syscalls.h */
    bool has_value;
    int64_t value;
    const char *text;   /* "AF_INET", "127.0.0.1:7000", "SOCK_STREAM|SOCK_CLOEXEC"; NULL: none */
    struct bytes bytes; /* for "data": the first bytes, at most TIMELINE_DATA_MAX; len may be less
                           than the call's "len" or result; data == NULL: not a byte argument */
};
#define TIMELINE_DATA_MAX 4096

struct call_event {
    const char *name; /* the kernel's name: "recvfrom", "accept4", "sendto", … */
    const struct arg *args;
    unsigned nargs;
    bool returned;      /* false: the scene ended while the call was under way */
    int64_t result;     /* -1 when it failed */
    const char *error;  /* "EADDRINUSE", …; NULL when it succeeded or did not return */
    int64_t blocked_ns; /* from entry to return, or to the end of the scene */
    const char *file;   /* the learner's own frame: base name of the source, NULL if unknown */
    int line;
    const char *function;
    const char *via; /* the library function the learner called: "recv", "fgets"; NULL unknown */
};

struct packet_event {
    const char *proto; /* "tcp", "udp", "icmp", "icmp6", "arp", "ip" (another protocol), "other" */
    const char *from, *to; /* "10.0.0.1:7000", "[::1]:7000"; without a port where there is none */
    const char *flags; /* tcp: "S", "S.", "F.", "R", "P.", "." as tcpdump writes them; else NULL */
    uint32_t seq, ack; /* relative to the first of each direction (RFC 9293: SYN is 0) */
    uint32_t len;      /* bytes of payload */
    const char *fate;  /* "delivered", "dropped", "delayed", "duplicated", "held", "refused",
                          "corrupted" */
    /* Of a scene with several hosts, whose frames pass the wire (event.host: who sent it): */
    const char *rule;     /* of the wire, that decided its fate; NULL: none */
    const char *hosts_to; /* whom it was handed to, or would have been: "bob", "bob,carol"; NULL */
    int64_t arrived_ns;   /* handed on so long after it was sent; 0: at once; -1: never */
    uint32_t abs_seq, abs_ack;
    uint32_t window;     /* as in the header, not scaled */
    const char *options; /* tcp: "mss 65495,sackOK,TS,nop,ws 7"; NULL: none */
    const char *info;    /* in words, where flags do not tell it: "who-has 10.0.0.2",
                            "port unreachable (udp to 10.0.0.1:7000)", "bad checksum"; NULL */
    struct bytes frame;  /* from the Ethernet header on, cut to PACKET_KEPT; NULL data: not kept */
    uint32_t frame_len;  /* on the wire */
};
#define PACKET_KEPT 2048

struct state_event {
    const char *proto;  /* "tcp" or "udp" */
    const char *local;  /* "127.0.0.1:7000", "[::1]:7000", "*:7000" for any address */
    const char *remote; /* NULL or "*" when not connected */
    const char *from,
        *to; /* "LISTEN", "ESTABLISHED", …; from is NULL in the list of what is left at the end */
    uint32_t rqueue, wqueue; /* bytes not yet read / not yet acknowledged; LISTEN: queue, limit */
    bool
        implied; /* not seen in the kernel, but passed through between two looks, as packets show */
};

enum script_status { SCRIPT_OK, SCRIPT_FAILED };

/* One action of the scene script, when it was done or failed. */
struct script_event {
    unsigned index;    /* counts the actions carried out, from 0 (a repeat counts each time) */
    const char *verb;  /* "send", "expect", "wait", … as in lab.json */
    const char *actor; /* the peer or program, NULL if none */
    enum script_status status;
    const char *text;    /* the sentence: `ann sent 5 bytes to 127.0.0.1:7000` */
    const char *path;    /* JSON path of the action in lab.json */
    const char *because; /* the author's sentence for a failure ("why" in lab.json), or NULL */
    /* The rest only when it failed: */
    const char
        *failure; /* "mismatch", "more" (more bytes than expected), "end" (end of stream),
                     "reset", "refused", "exit" (the program ended), "stall", "limit",
                     "deadline", "silence-broken", "not-exited", "count" (of bytes: no number),
                     "exec" (the kernel does not load the program; received says why) */
    struct bytes expected, received; /* data NULL when the action does not compare bytes;
                                        of expected alone: what came is told */
};

struct exit_event {
    int status;         /* exit status; -1 when a signal ended it */
    const char *signal; /* "SIGSEGV", …; NULL */
    bool main;          /* the program's first process, not a child of it */
    const char *leftover; /* what it had still open: "fd 4 (tcp 127.0.0.1:7000…)\n…"; NULL: none */
};

struct end_event {
    const char *why;   /* "complete", "failed" (an action), "stall", "limit", "crash", "internal" */
    const char *limit; /* with "limit": "wall", "cpu", "output", "processes", "calls", "memory" */
    const char *text;  /* a sentence: `server waits in recvfrom() on fd 3 …` */
    const uint64_t *waits; /* with "stall" and "limit": the calls still under way, by n */
    unsigned nwaits;
    /* What is missing in the recording: */
    uint64_t packets_missed;   /* passed before the kernel could keep them for us */
    uint64_t packets_left_out; /* came after more than a recording holds */
    uint64_t shortened;        /* byte runs of calls and frames, by timeline_sample */
    /* With "limit": a program that computed then, and made no calls, and where it was in the
     * learner's source; NULL: none did, or its line is not known. */
    const char *busy;
    const char *file, *function;
    int line;
};

struct var {
    const char *name;
    struct bytes value; /* text of a port, a word, random bytes, … */
};

struct scene_event {
    const char *lab, *step; /* may be NULL (trace -- CMD) */
    unsigned check;         /* index within the step */
    uint64_t seed;
    const char *tier;    /* "A", "B", "C" */
    const char *variant; /* "plain" or "sanitized" */
    const char *stdio;   /* "pty" or "pipe" */
    const struct var *vars;
    unsigned nvars;
};

struct event {
    uint64_t n;
    int64_t t; /* nanoseconds since the scene began */
    enum event_kind kind;
    const char *host;    /* NULL where it has no meaning */
    const char *program; /* role, as started by the script ("server", "client", …), or NULL */
    int pid;             /* as the program sees it; 0 where it has no meaning */
    int tid;             /* thread; equal to pid for the first thread */
    union {
        struct scene_event scene;
        struct call_event call;
        struct packet_event packet;
        struct state_event state;
        struct {
            const char
                *stream; /* "stdout", "stderr"; "tty" on a pseudo terminal, which joins them */
            struct bytes bytes;
        } output;
        struct {
            struct bytes bytes; /* len 0: end of input */
        } input;
        struct script_event script;
        struct {
            const char *name; /* "SIGTERM" */
            bool fatal;       /* it will end the process by a crash (SEGV, BUS, FPE, ILL, ABRT) */
            const char *file; /* where the program was, for a crash; NULL if unknown */
            int line;
        } signal;
        struct exit_event exit;
        struct {
            const char *call; /* the call's name */
            const char *text; /* "recv asked for 512 bytes, allowed 1", "EINTR" */
        } fault;
        struct end_event end;
    };
};

struct timeline {
    struct event *events;
    size_t count;
    size_t cap;
    uint64_t shortened;           /* byte runs of which timeline_sample has kept only a part */
    struct timeline_store *store; /* strings; private */
};

void timeline_init(struct timeline *tl);
void timeline_free(struct timeline *tl);

/* Appends an event with the kind and time given and everything else zero. The pointer is valid
 * until the next append. A t that lies before the last event's becomes the last event's. */
struct event *timeline_append(struct timeline *tl, enum event_kind kind, int64_t t);

/* Copies into the timeline. NULL stays NULL. */
const char *timeline_string(struct timeline *tl, const char *text);
const char *timeline_format(struct timeline *tl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct bytes timeline_bytes(struct timeline *tl, const void *data, size_t len);
/* The same, of bytes that are there to be looked at: what a call moved, a frame. The first
 * TIMELINE_SAMPLES of a recording are kept, of a run that comes after them its first `least`: so a
 * long recording of large messages still fits into memory. */
struct bytes timeline_sample(struct timeline *tl, const void *data, size_t len, size_t least);
#define TIMELINE_SAMPLES ((size_t)8 << 20)
void *timeline_memory(struct timeline *tl, size_t size); /* zeroed, suitably aligned */

/* --- reading --- */

const char *event_kind_name(enum event_kind kind); /* "call", "packet", … */

/* The argument of that name, or NULL. */
const struct arg *call_arg(const struct call_event *call, const char *name);
/* Its number, or fallback when it is absent or has none. */
int64_t call_value(const struct call_event *call, const char *name, int64_t fallback);
/* Its text, or "" */
const char *call_text(const struct call_event *call, const char *name);
/* What the learner wrote: "recv" for a recvfrom without an address, "accept" for accept4, … */
const char *call_display_name(const struct call_event *call);
bool call_succeeded(const struct call_event *call);     /* returned, and not -1 */
bool call_is(const struct event *ev, const char *name); /* a call event with that kernel name */
/* A row of the list of sockets that were left at the end, to that state (NULL: any); not a change.
 */
bool state_is_left(const struct event *ev, const char *state);

/* The scene's event (never NULL: an empty one stands in when the recording has none), its end (NULL
 * when not finished), and a variable's value (NULL: none). */
const struct scene_event *timeline_scene(const struct timeline *tl);
const struct end_event *timeline_end(const struct timeline *tl);
const struct bytes *timeline_var(const struct timeline *tl, const char *name);

#endif
