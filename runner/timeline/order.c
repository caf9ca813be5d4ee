/*
 * order.c - one order for what was learned of at different moments; see order.h.
 *
 * Packets and states ("late" ones) come with times of their own; the rest, the spine, was appended
 * as it happened. Both are sorted by time, stably, and merged; where times are equal the late ones
 * come behind the last call of that time, since a call cannot be the effect of a packet that came
 * while it was entered, but a packet may well be the effect of the call.
 */
#include "timeline/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct event *timeline_append_late(struct timeline *tl, enum event_kind kind, int64_t t)
{
    struct event *ev = timeline_append(tl, kind, t);
    ev->t = t;
    return ev;
}

/* What an event is sorted by, besides its time. */
struct key {
    int64_t t;
    size_t place; /* in the recording as it was appended */
    int rank;     /* among the late: packets before states */
};

static bool is_late(const struct event *ev)
{
    return ev->kind == EVENT_PACKET || ev->kind == EVENT_STATE;
}

static int compare_keys(const void *one, const void *other)
{
    const struct key *a = one, *b = other;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* The keys of the spine or of the late ones, sorted. The scene's beginning is before all, its end
 * behind all, whatever their times say. */
static size_t collect(const struct timeline *tl, bool late, struct key *keys)
{
    size_t count = 0;
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (is_late(ev) != late)
            continue;
        struct key key = {ev->t, i, ev->kind == EVENT_STATE};
        if (ev->kind == EVENT_SCENE)
            key.t = INT64_MIN;
        else if (ev->kind == EVENT_END)
            key.t = INT64_MAX;
        keys[count++] = key;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    return count;
}

/* How many of the spine's keys from `at` on, all of time t, stand before the late ones of time t.
 */
static size_t causes(const struct timeline *tl, const struct key *spine, size_t count, size_t at)
{
    size_t last = at;
    for (size_t i = at; i < count && spine[i].t == spine[at].t; i++)
        if (tl->events[spine[i].place].kind == EVENT_CALL)
            last = i + 1;
    return last - at;
}

/* Fills order[new place] = old place. */
static void merge(const struct timeline *tl, const struct key *spine, size_t nspine,
                  const struct key *late, size_t nlate, size_t *order)
{
    size_t s = 0, l = 0, n = 0;
    while (s < nspine || l < nlate) {
        size_t take = 0;
        if (l == nlate || (s < nspine && spine[s].t < late[l].t))
            take = 1;
        else if (s < nspine && spine[s].t == late[l].t)
            take = causes(tl, spine, nspine, s);
        for (; take > 0; take--)
            order[n++] = spine[s++].place;
        /* All late ones up to the spine's next event; those of its very time behind its causes. */
        while (l < nlate && (s == nspine || late[l].t < spine[s].t))
            order[n++] = late[l++].place;
        if (l < nlate && s < nspine && late[l].t == spine[s].t &&
            causes(tl, spine, nspine, s) == 0) {
            int64_t t = late[l].t;
            while (l < nlate && late[l].t == t)
                order[n++] = late[l++].place;
        }
    }
}

static void renumber(struct timeline *tl, const size_t *order)
{
    struct event *sorted = mem_resize(NULL, tl->count, sizeof *sorted);
    uint64_t *number = mem_resize(NULL, tl->count, sizeof *number);
    for (size_t i = 0; i < tl->count; i++) {
        sorted[i] = tl->events[order[i]];
        sorted[i].n = i;
        number[order[i]] = i;
        /* Clocks read at different places may leave a late event behind the end. */
        if (i > 0 && sorted[i].t < sorted[i - 1].t)
            sorted[i].t = sorted[i - 1].t;
    }
    for (size_t i = 0; i < tl->count; i++) {
        struct end_event *end = &sorted[i].end;
        if (sorted[i].kind != EVENT_END || end->nwaits == 0)
            continue;
        uint64_t *waits = timeline_memory(tl, end->nwaits * sizeof *waits);
        for (unsigned k = 0; k < end->nwaits; k++)
            waits[k] = end->waits[k] < tl->count ? number[end->waits[k]] : end->waits[k];
        end->waits = waits;
    }
    memcpy(tl->events, sorted, tl->count * sizeof *sorted);
    free(number);
    free(sorted);
}

void timeline_sort(struct timeline *tl)
{
    if (tl->count < 2)
        return;
    struct key *keys = mem_resize(NULL, tl->count, sizeof *keys);
    size_t *order = mem_resize(NULL, tl->count, sizeof *order);
    size_t nspine = collect(tl, false, keys);
    size_t nlate = collect(tl, true, keys + nspine);
    merge(tl, keys, nspine, keys + nspine, nlate, order);
    renumber(tl, order);
    free(order);
    free(keys);
}
