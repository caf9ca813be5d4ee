/*
 * judge/sequence: see sequence.h. All ways to read the items are followed at once: after each
 * element the set of places where it may have ended is kept, one flag a place.
 */
#include "judge/sequence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first place that is set, from `from` on; nplaces when there is none. */
static size_t first_place(const bool *places, size_t from, size_t nplaces)
{
    while (from < nplaces && !places[from])
        from++;
    return from;
}

/* Moves all places over one item that matches. False when none can. */
static bool step(const struct sequence *s, size_t element, const bool *from, bool *to)
{
    bool any = false;
    memset(to, 0, (s->nitems + 1) * sizeof *to);
    for (size_t i = 0; i < s->nitems; i++) {
        to[i + 1] = from[i] && s->match(s->arg, element, i);
        any = any || to[i + 1];
    }
    return any;
}

bool sequence_fits(const struct sequence *s, struct sequence_difference *difference)
{
    size_t nplaces = s->nitems + 1;
    bool *now = mem_alloc(nplaces * sizeof *now), *next = mem_alloc(nplaces * sizeof *next);
    bool after_gap = false, stuck = false;
    size_t element = 0;
    now[0] = true;
    for (; element < s->nelements && !stuck; element++) {
        if (s->gap(s->arg, element)) {
            for (size_t i = first_place(now, 0, nplaces); i < nplaces; i++)
                now[i] = true;
            after_gap = true;
            continue;
        }
        if (!step(s, element, now, next)) {
            stuck = true;
            break;
        }
        bool *kept = now;
        now = next;
        next = kept;
        after_gap = false;
    }
    bool fits = !stuck && now[s->nitems];
    if (!fits)
        *difference = (struct sequence_difference){.element = element,
                                                   .item = first_place(now, 0, nplaces),
                                                   .anywhere = stuck && after_gap};
    free(now);
    free(next);
    return fits;
}
