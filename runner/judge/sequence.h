/*
 * judge/sequence - an ordered pattern with gaps ("S", "S.", "…", "F.") against a list of items:
 * does it fit from the first item to the last, and if not, where does it differ first?
 */
#ifndef SOCKLINGS_JUDGE_SEQUENCE_H
#define SOCKLINGS_JUDGE_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

struct sequence {
    const void *arg;
    size_t nelements; /* of the pattern */
    size_t nitems;
    bool (*gap)(const void *arg, size_t element); /* this one is "…" */
    bool (*match)(const void *arg, size_t element, size_t item);
};

struct sequence_difference {
    size_t element; /* that found no item; nelements: the pattern was over, and more came */
    size_t item;    /* that came instead; nitems: nothing more came */
    bool anywhere;  /* a gap stands before the element: no item from `item` on fits */
};

/* True when it fits. Else *difference tells how far the pattern got: the way that got furthest, and
 * of several such the earliest. */
bool sequence_fits(const struct sequence *s, struct sequence_difference *difference);

#endif
