/*
 * judge/evidence_order: in which order the lines of evidence stand; see evidence.h.
 *
 * What happens at once is recorded as it was seen, a little different each time. Lines must not be:
 *
 *  - What a program printed stands where it wrote that, whenever it was read.
 *  - Between two actions of the script, what several processes did stands process by process, and
 *    behind it the packets. What one process did stands with its packets, in the order of time.
 *  - What lasts to the end stands at the end: calls under way, in the order of their processes, and
 *    what sockets are left.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "judge/evidence.h"

struct standing {
    enum { HAPPENED, WAITS_ON, IS_LEFT } rank;
    unsigned turn; /* of the script: how many actions stand before it */
    bool crowded;  /* several processes are told of in that turn */
    bool packet;   /* or what else is of no process */
    int pid;
    uint64_t at;
    bool printed; /* behind the call that wrote it */
    const struct event *event;
};

/* The last call by which the program wrote to that stream. */
static const struct event *wrote(const struct facts *f, const struct event *output)
{
    const char *stream = output->output.stream;
    int64_t fd = stream != NULL && strcmp(stream, "stderr") == 0 ? 2 : 1;
    for (uint64_t n = f->timeline->count; n-- > 0;) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_CALL && ev->program != NULL && output->program != NULL &&
            strcmp(ev->program, output->program) == 0 && strncmp(ev->call.name, "write", 5) == 0 &&
            call_value(&ev->call, "fd", -1) == fd)
            return ev;
    }
    return NULL;
}

static unsigned turn_of(const struct facts *f, uint64_t n)
{
    unsigned turn = 0;
    for (uint64_t i = 0; i < n; i++)
        turn += f->timeline->events[i].kind == EVENT_SCRIPT;
    return turn;
}

static struct standing standing_of(const struct facts *f, const struct event *ev)
{
    struct standing s = {.rank = HAPPENED, .at = ev->n, .pid = ev->pid, .event = ev};
    const struct event *call = ev->kind == EVENT_OUTPUT ? wrote(f, ev) : NULL;
    if (ev->kind == EVENT_CALL && !ev->call.returned) {
        s.rank = WAITS_ON;
        s.at = (uint64_t)ev->pid;
    } else if (state_is_left(ev, NULL)) {
        s.rank = IS_LEFT;
    } else if (call != NULL) {
        s.printed = true;
        s.at = call->n;
        s.pid = call->pid;
    }
    s.packet = s.pid == 0; /* of no process */
    s.turn = s.rank == HAPPENED ? turn_of(f, s.at) : 0;
    return s;
}

static void find_crowds(struct standing *all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < count; k++)
            if (all[i].rank == HAPPENED && all[k].rank == HAPPENED && all[i].turn == all[k].turn &&
                !all[i].packet && !all[k].packet && all[i].pid != all[k].pid)
                all[i].crowded = true;
    for (unsigned i = 0; i < count; i++) /* and the packets of such a turn */
        for (unsigned k = 0; k < count && all[i].packet; k++)
            all[i].crowded = all[i].crowded || (all[i].rank == HAPPENED && all[k].crowded &&
                                                all[i].turn == all[k].turn);
}

static int compare(const void *one, const void *other)
{
    const struct standing *a = one, *b = other;
    if (a->rank != b->rank)
        return (int)a->rank - (int)b->rank;
    if (a->turn != b->turn)
        return a->turn < b->turn ? -1 : 1;
    if (a->crowded && a->packet != b->packet)
        return a->packet ? 1 : -1;
    if (a->crowded && !a->packet && a->pid != b->pid)
        return a->pid < b->pid ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->printed != b->printed)
        return a->printed ? 1 : -1;
    return a->event->n < b->event->n ? -1 : a->event->n > b->event->n;
}

void evidence_order(const struct facts *f, const struct picked *p, const struct event **events)
{
    struct standing *all = mem_resize(NULL, p->count + 1, sizeof *all);
    for (unsigned i = 0; i < p->count; i++)
        all[i] = standing_of(f, &f->timeline->events[p->n[i]]);
    find_crowds(all, p->count);
    qsort(all, p->count, sizeof *all, compare);
    for (unsigned i = 0; i < p->count; i++)
        events[i] = all[i].event;
    free(all);
}
