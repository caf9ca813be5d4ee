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

struct picture_work {
    struct model model;
    struct picture_map owners; /* address to side */
    struct picture_map names;  /* program or peer to side */
    struct picture_map flows;  /* the far ports of packets, to tell connections apart */
    char **owned;              /* keys that were made here */
    size_t nowned;
    int by_port[65536];                /* side + 1 that holds it on every address; 0: nobody */
    const struct model_process **busy; /* processes that had a socket */
    size_t nbusy;
    bool busy_children;
    size_t packets, states, hidden;
};

/* picture.c: a call that writes to the terminal. */
bool picture_is_print(const struct picture *p, const struct event *ev);

/* picture_sides.c: finds who takes part, fills p->sides, and learns who has which address. */
void picture_find_sides(struct picture *p);
/* The side that a program or peer is; -1: none. */
int picture_side_named(const struct picture *p, const char *name);
/* The side that has this address; -1 when nobody does. */
int picture_side_at(const struct picture *p, const char *address);

/* The sides that a packet went from and to (receiver may be NULL); -1: unknown. */
int picture_sender(const struct picture *p, const struct packet_event *packet, int *receiver);
bool picture_is_refusal(const struct packet_event *packet);

/* picture_fold.c */
void picture_fold(struct picture *p, size_t max_rows);
void picture_gaps(struct picture *p);

/* picture_words.c: fills where, text and bytes of the rows that are left, title and notes. */
void picture_words(struct picture *p);
void picture_note(struct picture *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void picture_add_escaped(struct strbuf *out, const char *text);
/* "SYN-ACK" of tcpdump's "S." */
void picture_flags(struct strbuf *out, const char *flags);
bool picture_has_flag(const struct packet_event *packet, char flag);

#endif
