/*
 * report/picture_parts - what the files that make a picture share. Private to report/picture*.c.
 */
#ifndef SOCKLINGS_REPORT_PICTURE_PARTS_H
#define SOCKLINGS_REPORT_PICTURE_PARTS_H

#include "base/strbuf.h"
#include "report/picture.h"
#include "timeline/model.h"

/* Texts to numbers; -1: not there. */
struct picture_map {
    struct picture_entry {
        const char *key; /* NULL: free. Belongs to whoever put it in */
        int value;
    } * entries;
    size_t cap, count;
};
int map_get(const struct picture_map *map, const char *key);
void map_put(struct picture_map *map, const char *key, int value);
void map_free(struct picture_map *map);

enum { PICTURE_HOSTS_MAX = 16 };

struct picture_work {
    struct model model;
    const char *hosts[PICTURE_HOSTS_MAX]; /* of one machine: none */
    int nhosts;
    bool sends[PICTURE_HOSTS_MAX]; /* put frames onto the wire */
    int rank[PICTURE_SIDES_MAX];   /* 1: it serves; -1: it calls; 0: neither was seen */
    struct picture_map ips;        /* IP address to host */
    struct picture_map owners;     /* "host|address" to side; "host|*:7000" on every address */
    struct picture_map names;      /* "host|program" to side, "|program" wherever it is */
    struct picture_map flows;      /* the far ports of packets, to tell connections apart */
    char **owned;                  /* keys that were made here */
    size_t nowned;
    const struct model_process **busy; /* processes that had a socket */
    size_t nbusy;
    bool busy_children;
    size_t packets, states, hidden;
};

enum { PICTURE_GAP_NS = 40000000 }; /* a time in which nothing happens is told from here on */

/* picture_calls.c: finds the processes that had a socket. */
void picture_find_busy(struct picture *p);
bool picture_is_busy(const struct picture *p, const struct event *ev); /* not a child without one */
bool picture_is_shown(const struct picture *p, const struct event *ev);
/* A call that may sleep until somebody else does something. */
bool picture_may_wait(const char *name);
/* One that others may have waited for: without packets it stands for what goes over the wire. */
bool picture_does_something(const char *name);
/* One that writes to the terminal. */
bool picture_is_print(const struct picture *p, const struct event *ev);

/* picture_sides.c: finds who takes part, fills p->sides, and learns who has which address. */
void picture_find_sides(struct picture *p);
/* picture_order.c: puts the sides in order, and names hosts and sources. */
void picture_put_in_order(struct picture *p);
/* The side that a program or peer is, on that host (NULL: on any); -1: none. */
int picture_side_named(const struct picture *p, const char *host, const char *name);
/* The side that has this address on a host (-1: on whose it is); -1 when nobody does. */
int picture_side_at(const struct picture *p, int host, const char *address);

/* picture_hosts.c: which hosts there are, and which IP addresses are theirs. */
void picture_find_hosts(struct picture *p);
int picture_host(const struct picture *p, const char *name); /* its number; -1: none */
/* Whose address it is; of 127.0.0.1 the speaker's. -1: nobody's that is known. */
int picture_host_of(const struct picture *p, const char *address, int speaker);
const char *picture_host_address(const struct picture *p, int host); /* NULL: unknown */
const char *picture_keep(struct picture_work *w, char *text);        /* frees it at the end */

/* The sides that a packet goes between; -1: unknown. Of several receivers `to` is the farthest. */
struct picture_ends {
    int from, to;
    uint32_t tos; /* bit of each receiver */
};
void picture_find_ends(const struct picture *p, const struct event *ev, struct picture_ends *ends);
bool picture_is_refusal(const struct packet_event *packet);

/* picture_fold.c */
void picture_fold(struct picture *p, size_t max_rows);
void picture_gaps(struct picture *p);

/* picture_words.c: fills where, text and bytes of the rows that are left, title and notes. */
void picture_words(struct picture *p);
void picture_note(struct picture *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void picture_add_escaped(struct strbuf *out, const char *text);
void picture_number(struct strbuf *out, uint64_t value); /* 12345 as "12,345" */

/* picture_packet.c: the words on an arrow, and why it stops. How many flows there are between two
 * sides is counted first: if it is one, they need not be told apart. */
typedef unsigned picture_flow_counts[PICTURE_SIDES_MAX][PICTURE_SIDES_MAX];
void picture_count_flows(struct picture *p, picture_flow_counts flows);
void picture_packet_words(struct picture *p, struct picture_row *row,
                          const picture_flow_counts flows, struct strbuf *out);
/* What the frame carries; len 0 when it was not kept. */
struct bytes picture_payload(const struct packet_event *packet);
/* "SYN-ACK" of tcpdump's "S." */
void picture_flags(struct strbuf *out, const char *flags);
bool picture_has_flag(const struct packet_event *packet, char flag);

#endif
