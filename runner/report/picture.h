/*
 * report/picture - a recording laid out as a picture: who took part, and what happened between
 * them, row by row. Drawn by trace_text, trace_svg and trace_html.
 *
 *        client                          server
 *           │           listen(3, 16) = 0  ┤ LISTEN
 *  SYN_SENT ├─ SYN seq=0 ─────────────────▶┤ SYN_RECV
 *           │◀───────── SYN-ACK seq=0 ack=1┤
 *
 * A pure function of the recording. Rows stand in the order in which things happened; a call that
 * waited has two, its entry and its return, and what happened in between stands between them.
 * Repeated rows are folded, so that a long run stays a picture: at most `max_rows` are left,
 * however long the recording is, and what was left out is told in its place.
 *
 * Texts are UTF-8 without control characters whatever the programs wrote, so they can be shown as
 * they are; HTML and XML still need escaping.
 */
#ifndef SOCKLINGS_REPORT_PICTURE_H
#define SOCKLINGS_REPORT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline/timeline.h"

enum picture_layer {
    PICTURE_CALLS = 1,
    PICTURE_PACKETS = 2,
    PICTURE_STATES = 4,
    PICTURE_OUTPUT = 8, /* what was printed and typed, and what the script did */
    PICTURE_BYTES = 16, /* what packets and calls carried, as bytes */
};
#define PICTURE_ALL (PICTURE_CALLS | PICTURE_PACKETS | PICTURE_STATES | PICTURE_OUTPUT)

enum { PICTURE_SIDES_MAX = 8 };
#define PICTURE_ROWS 1200 /* the usual bound */

struct picture_options {
    unsigned layers;          /* of enum picture_layer; 0: PICTURE_ALL */
    const uint64_t *evidence; /* events to be marked, by n; never folded away */
    size_t nevidence;
    size_t max_rows; /* 0: PICTURE_ROWS */
};

/* Who takes part: a program, a peer of the script, or an address that nobody is known to own. */
struct picture_side {
    char *name;    /* "server", "ann", "127.0.0.1(40001)" */
    char *address; /* "127.0.0.1(7890)", "port 7890"; "" when unknown */
    char *source;  /* "tcp_server.c" when all its calls are of one file; else "" */
    bool traced;   /* a program whose calls are recorded */
    bool others;   /* stands for all for which there was no room */
    bool nobody;   /* an address that nobody answered at: the kernel refused */
    bool machine;  /* a host itself, on which no program takes part; its name is the host's */
    int host;      /* private */
    char *label;   /* what names it in a sentence: of several hosts "alice", or "alice/client" */
};

/* A machine, where the recording has several: its sides stand beside each other. */
struct picture_host {
    char *name;
    char *address; /* "10.0.0.1"; "" when unknown */
    int first, count;
};

enum picture_kind {
    PICTURE_CALL,   /* a call, or the entry of one that waited */
    PICTURE_RETURN, /* … and its return */
    PICTURE_PACKET,
    PICTURE_STATE, /* a change that no call or packet stands beside */
    PICTURE_PRINTS,
    PICTURE_TYPED,
    PICTURE_SCRIPT,
    PICTURE_SIGNAL,
    PICTURE_EXIT,
    PICTURE_FAULT,
    PICTURE_END,
    PICTURE_GAP,  /* nothing happened for a while */
    PICTURE_FOLD, /* rows like those before it were left out */
    PICTURE_CUT,  /* rows were left out for want of room */
};
const char *picture_kind_name(enum picture_kind kind); /* "call", "return", "packet", … */

enum picture_tone {
    TONE_PLAIN,
    TONE_QUIET, /* an acknowledgment, output, the script */
    TONE_OPEN,  /* a connection is made: SYN */
    TONE_DATA,
    TONE_CLOSE, /* FIN */
    TONE_BAD,   /* an error, RST, a lost packet, a crash */
};

enum picture_fate {
    FATE_ARRIVES,
    FATE_LOST,
    FATE_REFUSED,
    FATE_LATE,
    FATE_TWICE,
    FATE_HELD,
    FATE_CHANGED,
};

/* What is on its way for long has two rows: it leaves, other things happen, it arrives. */
enum picture_part { PART_WHOLE, PART_LEAVES, PART_ARRIVES };

struct picture_state {
    int side;         /* always one of the picture's */
    const char *name; /* "ESTABLISHED" */
    const struct event *event;
};

struct picture_row {
    enum picture_kind kind;
    enum picture_tone tone;
    enum picture_fate fate;    /* of a packet */
    const struct event *event; /* NULL: gap, fold, cut */
    int64_t t;
    int side;     /* whose; the sender; -1: of all */
    int to;       /* of a packet: the receiver, of several the farthest; else -1 */
    uint32_t tos; /* of a packet: bit of each receiver */
    enum picture_part part;
    bool evidence;    /* to be marked */
    bool entered;     /* a call's entry: its return follows, or never came */
    uint32_t waiting; /* bit of each side that waits in a call during this row */
    size_t states;    /* index of the first in picture.states */
    unsigned nstates;
    size_t count;  /* fold: how many times more; cut: rows */
    uint64_t last; /* prints: the last event of those that are one row */
    size_t period; /* fold: so many rows are one time */
    char *where;   /* "tcp_server.c:31", or "" */
    char *text;
    char *brief;   /* private: see picture_label */
    size_t needed; /* private: bytes of text that must be seen, or brief is better */
    char *aside;   /* what stopped a packet on its way: the rule of the wire; else NULL */
    char *bytes;   /* with PICTURE_BYTES: lines of a dump, separated by newlines; else NULL */
    uint64_t like; /* private: equal for rows that may be folded together */
};

struct picture {
    const struct timeline *timeline;
    unsigned layers;
    struct picture_side sides[PICTURE_SIDES_MAX];
    int nsides;
    struct picture_host hosts[PICTURE_SIDES_MAX];
    int nhosts; /* 0: all is on one machine */
    struct picture_row *rows;
    size_t nrows;
    struct picture_state *states;
    size_t nstates;
    char *title;
    char **notes; /* sentences: what is missing here, and why */
    unsigned nnotes;
    struct picture_work *work; /* private */
};

/* Whether the words of a side stand to the left of its line: where there is more room. */
bool picture_is_right(const struct picture *p, int side);

/* Lays the recording out, which must outlive the picture. Never fails. */
void picture_build(struct picture *p, const struct timeline *tl,
                   const struct picture_options *options);
void picture_free(struct picture *p);

/* What to write on a packet's arrow that has room for so many columns: its text, which may have to
 * be cut, or something shorter when too much would be lost. */
const char *picture_label(const struct picture_row *row, int columns);

/* All that is known of a row, for who looks closer: lines "name: value", the first a heading. */
void picture_detail(const struct picture *p, const struct picture_row *row, struct strbuf *out);

/* "1.893 ms", "2.4 s": a time for people. */
void picture_time(struct strbuf *out, int64_t ns);

#endif
