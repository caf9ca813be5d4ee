/* judge/wire_states: what the kernel's sockets did, against a pattern. See wire.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "judge/sequence.h"
#include "judge/wire.h"
#include "timeline/describe.h"

struct states {
    const struct assertion *assertion;
    const struct event **items; /* changes of state of the sockets that are meant */
    size_t count;
};

static bool is_meant(const struct facts *f, const struct assertion *a, const struct event *ev)
{
    return ev->kind == EVENT_STATE && ev->state.to != NULL &&
           (a->host == NULL || (ev->host != NULL && strcmp(a->host, ev->host) == 0)) &&
           (a->local == NULL || wire_is_end(f, a->local, ev->state.local)) &&
           (a->remote == NULL || wire_is_end(f, a->remote, ev->state.remote));
}

/* False when the recording holds no state at all. What is only seen again at the end, unchanged, is
 * no change. */
static bool gather(const struct facts *f, struct states *s)
{
    const struct timeline *tl = f->timeline;
    bool any = false;
    s->items = mem_alloc((tl->count + 1) * sizeof *s->items);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        any = any || ev->kind == EVENT_STATE;
        if (!is_meant(f, s->assertion, ev) ||
            (ev->state.from != NULL && strcmp(ev->state.from, ev->state.to) == 0))
            continue;
        s->items[s->count++] = ev;
    }
    return any;
}

static bool is_gap(const void *arg, size_t element)
{
    const struct states *s = arg;
    return s->assertion->states[element] == NULL;
}

static bool matches(const void *arg, size_t element, size_t item)
{
    const struct states *s = arg;
    return strcmp(s->assertion->states[element], s->items[item]->state.to) == 0;
}

/* "the socket on port 7000", "the socket on port 7000 of bob" */
static void add_socket(const struct facts *f, struct strbuf *out, const struct assertion *a)
{
    struct strbuf end = STRBUF_INIT;
    strbuf_puts(out, "the socket");
    if (a->local != NULL) {
        facts_text_shown(f, a->local, &end);
        bool port = end.data[strspn(end.data, "0123456789")] == '\0';
        strbuf_puts(out, port ? " on port " : " on ");
        describe_address(out, end.data);
    }
    if (a->host != NULL)
        strbuf_printf(out, " of %s", a->host);
    strbuf_free(&end);
}

/* What it went through, in order, the first difference marked. */
static char *listed(const struct facts *f, const struct states *s,
                    const struct sequence_difference *d)
{
    struct strbuf out = STRBUF_INIT;
    size_t first = d->item > WIRE_BEFORE ? d->item - WIRE_BEFORE : 0;
    for (size_t i = first; i < s->count && i <= d->item + WIRE_BEHIND; i++) {
        strbuf_puts(&out, i == d->item ? ">> " : "   ");
        describe_event(&out, &f->model, s->items[i]);
        strbuf_putc(&out, '\n');
    }
    if (d->item >= s->count)
        strbuf_puts(&out, ">> no other state\n");
    if (d->element < s->assertion->nstates)
        strbuf_printf(&out, "wanted: %s\n", s->assertion->states[d->element]);
    return strbuf_take(&out);
}

static void tell(const struct facts *f, const struct states *s, const struct sequence_difference *d,
                 struct strbuf *out)
{
    const char *const *states = s->assertion->states;
    const char *came = d->item < s->count ? s->items[d->item]->state.to : NULL;
    const char *before = d->item > 0 ? s->items[d->item - 1]->state.to : NULL;
    add_socket(f, out, s->assertion);
    if (d->element == s->assertion->nstates)
        strbuf_printf(out, " should stay %s, and became %s", before != NULL ? before : "as it was",
                      came);
    else if (d->anywhere || came == NULL)
        strbuf_printf(out, " never became %s", states[d->element]);
    else
        strbuf_printf(out, " should become %s, and became %s", states[d->element], came);
    if (d->element < s->assertion->nstates && before != NULL)
        strbuf_printf(out, " after %s", before);
}

static void show(struct assert_failure *failure, const struct event *ev)
{
    if (failure->nevents < sizeof failure->events / sizeof failure->events[0])
        failure->events[failure->nevents++] = ev->n;
}

static bool is_unknown(const struct facts *f, bool any)
{
    const char *tier = timeline_scene(f->timeline)->tier;
    return !any && (tier == NULL || strcmp(tier, "A") != 0);
}

bool wire_holds_states(const struct facts *f, const struct assertion *a,
                       struct assert_failure *failure)
{
    struct states s = {.assertion = a};
    bool any = gather(f, &s), holds = true;
    struct sequence sequence = {&s, a->nstates, s.count, is_gap, matches};
    struct sequence_difference d;
    if (is_unknown(f, any)) {
        holds = wire_unknown(f, "socket states", failure);
    } else if (!sequence_fits(&sequence, &d)) {
        holds = false;
        failure->stage = STAGE_WIRE;
        tell(f, &s, &d, &failure->message);
        failure->details = listed(f, &s, &d);
        for (size_t i = d.item >= 2 ? d.item - 2 : 0; i < s.count && i <= d.item; i++)
            show(failure, s.items[i]);
    }
    free(s.items);
    return holds;
}

/* --- one state --- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Where the socket leaves the state that it reached at event n; the recording's end when it does
 * not. Packets between its ends on the way are counted. */
static size_t leaves(const struct timeline *tl, size_t n, unsigned *packets)
{
    const struct state_event *state = &tl->events[n].state;
    const char *host = tl->events[n].host;
    *packets = 0;
    for (size_t i = n + 1; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_STATE && same_text(ev->state.local, state->local) &&
            same_text(ev->state.remote, state->remote) && model_same_host(ev->host, host) &&
            !same_text(ev->state.to, state->to))
            return i;
        if (ev->kind == EVENT_PACKET &&
            ((same_text(ev->packet.from, state->local) &&
              same_text(ev->packet.to, state->remote)) ||
             (same_text(ev->packet.from, state->remote) && same_text(ev->packet.to, state->local))))
            ++*packets;
    }
    return tl->count;
}

static bool long_enough(const struct timeline *tl, const struct assertion *a, size_t n)
{
    unsigned packets;
    bool to_end = leaves(tl, n, &packets) == tl->count;
    if (a->held_to_end)
        return to_end;
    return to_end || packets >= a->held_for;
}

static void tell_state(const struct facts *f, const struct assertion *a, bool passed_through,
                       struct strbuf *out)
{
    add_socket(f, out, a);
    if (!a->reached)
        strbuf_puts(out, a->held_to_end || a->held_for > 0 ? " stayed in " : " became ");
    else
        strbuf_puts(out, passed_through ? " did not stay in " : " never became ");
    strbuf_puts(out, a->states[0]);
    if (!a->reached)
        strbuf_puts(out, ", and should not");
}

bool wire_holds_state(const struct facts *f, const struct assertion *a,
                      struct assert_failure *failure)
{
    struct states s = {.assertion = a};
    bool any = gather(f, &s), reached = false, passed_through = false;
    const struct event *at = NULL;
    for (size_t i = 0; i < s.count && !reached; i++) {
        if (strcmp(s.items[i]->state.to, a->states[0]) != 0)
            continue;
        passed_through = true;
        at = s.items[i];
        reached = long_enough(f->timeline, a, (size_t)at->n);
    }
    bool holds = reached == a->reached;
    if (is_unknown(f, any)) {
        holds = wire_unknown(f, "socket states", failure);
    } else if (!holds) {
        struct sequence_difference d = {.element = a->nstates, .item = s.count};
        failure->stage = STAGE_WIRE;
        for (size_t i = 0; i < s.count && at != NULL; i++)
            d.item = s.items[i] == at ? i : d.item;
        d.element = a->reached ? 0 : a->nstates;
        tell_state(f, a, passed_through, &failure->message);
        failure->details = listed(f, &s, &d);
        if (at != NULL)
            show(failure, at);
    }
    free(s.items);
    return holds;
}
