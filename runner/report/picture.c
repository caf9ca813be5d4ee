/*
 * picture.c - the rows of a picture, in the order in which things happened.
 *
 *  - A call that waits becomes two rows, when something was seen between its entry and return.
 *  - A change of state stands beside the packet or call before it, when nothing is in between.
 *  - Calls that are not about the network are left out: how a language finds its libraries hides
 *    what a learner looks for.
 *  - Texts are made last, of the few rows that are left after folding.
 */
#include "report/picture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"

const char *picture_kind_name(enum picture_kind kind)
{
    static const char *const names[] = {
        [PICTURE_CALL] = "call",     [PICTURE_RETURN] = "return", [PICTURE_PACKET] = "packet",
        [PICTURE_STATE] = "state",   [PICTURE_PRINTS] = "prints", [PICTURE_TYPED] = "typed",
        [PICTURE_SCRIPT] = "script", [PICTURE_SIGNAL] = "signal", [PICTURE_EXIT] = "exit",
        [PICTURE_FAULT] = "fault",   [PICTURE_END] = "end",       [PICTURE_GAP] = "gap",
        [PICTURE_FOLD] = "fold",     [PICTURE_CUT] = "cut",
    };
    return names[kind];
}

/* --- rows --- */

enum {
    LONG_SEND_NS = 10000000,
    AT_ONCE = 256, /* calls or packets that are under way: of more, each is one row */
};

/* A call that has not returned yet, as rows are made. */
struct pending {
    const struct event *event;
    size_t row;  /* its entry */
    size_t seen; /* builder.seen when it began */
    int64_t until;
};

/* A packet that is still on its way. */
struct flight {
    const struct event *event;
    size_t row;  /* where it left */
    size_t seen; /* builder.seen by then */
    int64_t until;
};

struct builder {
    struct picture *p;
    size_t cap, states_cap;
    struct pending *pending;
    size_t npending, pending_cap;
    struct flight *flights;
    size_t nflights, flights_cap;
    unsigned waits[PICTURE_SIDES_MAX]; /* calls each side waits in */
    size_t seen;                       /* rows so far that a call may have waited for */
    bool has_packets, has_output;
    const uint64_t *evidence;
    size_t nevidence;
};

static bool is_evidence(const struct builder *b, uint64_t n)
{
    for (size_t i = 0; i < b->nevidence; i++)
        if (b->evidence[i] == n)
            return true;
    return false;
}

static struct picture_row *add_row(struct builder *b, enum picture_kind kind,
                                   const struct event *ev, int64_t t, int side)
{
    struct picture *p = b->p;
    if (p->rows == NULL || p->nrows == b->cap) {
        b->cap = b->cap == 0 ? 256 : 2 * b->cap;
        p->rows = mem_resize(p->rows, b->cap, sizeof *p->rows);
    }
    struct picture_row *row = &p->rows[p->nrows++];
    *row = (struct picture_row){.kind = kind,
                                .event = ev,
                                .t = t,
                                .side = side,
                                .to = -1,
                                .evidence = is_evidence(b, ev->n),
                                .states = p->nstates};
    for (int i = 0; i < p->nsides; i++)
        row->waiting |= b->waits[i] > 0 ? 1U << i : 0;
    return row;
}

/* What is printed in pieces, one after the other, is one row. */
static void add_prints(struct builder *b, const struct event *ev, int side)
{
    struct picture_row *row = b->p->nrows > 0 ? &b->p->rows[b->p->nrows - 1] : NULL;
    if (row != NULL && row->kind == PICTURE_PRINTS && row->side == side &&
        row->event->program == ev->program && !is_evidence(b, ev->n)) {
        row->last = ev->n;
        return;
    }
    row = add_row(b, PICTURE_PRINTS, ev, ev->t, side);
    row->tone = TONE_QUIET;
    row->last = ev->n;
}

/* --- calls --- */

static void call_returns(struct builder *b, size_t i)
{
    struct pending done = b->pending[i];
    b->pending[i] = b->pending[--b->npending];
    struct picture_row *entry = &b->p->rows[done.row];
    int side = entry->side;
    b->waits[side]--;
    if (b->seen == done.seen && done.event->call.blocked_ns < PICTURE_GAP_NS) {
        /* Nothing happened meanwhile: one row is enough, unless time itself did. */
        entry->entered = false;
        for (size_t k = done.row; k < b->p->nrows; k++)
            b->p->rows[k].waiting &= b->waits[side] > 0 ? ~0U : ~(1U << side);
        return;
    }
    struct picture_row *row = add_row(b, PICTURE_RETURN, done.event, done.until, side);
    row->tone = done.event->call.error != NULL ? TONE_BAD : TONE_PLAIN;
    b->p->rows[done.row].tone = TONE_PLAIN;
    b->seen++;
}

/* It arrives. Where nothing happened meanwhile, one row says all. */
static void flight_lands(struct builder *b, size_t i)
{
    struct flight done = b->flights[i];
    memmove(b->flights + i, b->flights + i + 1, (--b->nflights - i) * sizeof done);
    struct picture_row *left = &b->p->rows[done.row];
    if (b->seen == done.seen && done.until - done.event->t < PICTURE_GAP_NS) {
        left->part = PART_WHOLE;
        return;
    }
    struct picture_row *row = add_row(b, PICTURE_PACKET, done.event, done.until, left->side);
    left = &b->p->rows[done.row];
    row->to = left->to;
    row->tos = left->tos;
    row->fate = left->fate;
    row->tone = left->tone;
    row->part = PART_ARRIVES;
    b->seen++;
}

/* Does this call return by t? All of the thread that goes on have. */
static bool is_due(const struct pending *c, int64_t t, const struct event *next)
{
    return c->until < t || (next != NULL && next->kind == EVENT_CALL &&
                            next->tid == c->event->tid && next->pid == c->event->pid);
}

/* Calls that returned and packets that arrived before t, the earliest first. */
static void catch_up(struct builder *b, int64_t t, const struct event *next)
{
    for (;;) {
        size_t call = SIZE_MAX, flight = SIZE_MAX;
        for (size_t i = 0; i < b->npending; i++)
            if (is_due(&b->pending[i], t, next) &&
                (call == SIZE_MAX || b->pending[i].until < b->pending[call].until))
                call = i;
        for (size_t i = 0; i < b->nflights; i++)
            if (b->flights[i].until <= t &&
                (flight == SIZE_MAX || b->flights[i].until < b->flights[flight].until))
                flight = i;
        if (flight != SIZE_MAX &&
            (call == SIZE_MAX || b->flights[flight].until <= b->pending[call].until))
            flight_lands(b, flight);
        else if (call != SIZE_MAX)
            call_returns(b, call);
        else
            return;
    }
}

static void add_call(struct builder *b, const struct event *ev)
{
    int side = picture_side_named(b->p, ev->host, ev->program);
    if (side < 0)
        side = 0;
    if (!(b->p->layers & PICTURE_CALLS))
        return;
    if (picture_is_print(b->p, ev)) {
        if (!b->has_output && (b->p->layers & PICTURE_OUTPUT) && picture_is_busy(b->p, ev))
            add_prints(b, ev, side);
        return;
    }
    if (!picture_is_shown(b->p, ev)) {
        b->p->work->hidden++;
        return;
    }
    struct picture_row *row = add_row(b, PICTURE_CALL, ev, ev->t, side);
    row->tone = ev->call.error != NULL ? TONE_BAD : TONE_PLAIN;
    if (!ev->call.returned) {
        row->entered = true;
        b->waits[side]++;
    } else if ((picture_may_wait(ev->call.name) || ev->call.blocked_ns > LONG_SEND_NS) &&
               b->npending < AT_ONCE) {
        row->entered = true;
        b->waits[side]++;
        if (b->npending == b->pending_cap) {
            b->pending_cap = b->pending_cap == 0 ? 16 : 2 * b->pending_cap;
            b->pending = mem_resize(b->pending, b->pending_cap, sizeof *b->pending);
        }
        b->pending[b->npending++] = (struct pending){.event = ev,
                                                     .row = b->p->nrows - 1,
                                                     .seen = b->seen,
                                                     .until = ev->t + ev->call.blocked_ns};
    } else if (!b->has_packets && picture_does_something(ev->call.name)) {
        b->seen++;
    }
}

/* --- packets and states --- */

static enum picture_fate fate_of(const struct packet_event *packet)
{
    static const struct {
        const char *name;
        enum picture_fate fate;
    } fates[] = {{"dropped", FATE_LOST}, {"refused", FATE_REFUSED},
                 {"delayed", FATE_LATE}, {"duplicated", FATE_TWICE},
                 {"held", FATE_HELD},    {"corrupted", FATE_CHANGED}};
    for (size_t i = 0; packet->fate != NULL && i < sizeof fates / sizeof fates[0]; i++)
        if (strcmp(packet->fate, fates[i].name) == 0)
            return fates[i].fate;
    return FATE_ARRIVES;
}

static enum picture_tone tone_of(const struct packet_event *packet, enum picture_fate fate)
{
    if (fate == FATE_LOST || fate == FATE_REFUSED || fate == FATE_CHANGED ||
        picture_has_flag(packet, 'R') || picture_is_refusal(packet))
        return TONE_BAD;
    if (picture_has_flag(packet, 'S'))
        return TONE_OPEN;
    if (picture_has_flag(packet, 'F'))
        return TONE_CLOSE;
    return packet->len > 0 ? TONE_DATA : TONE_QUIET;
}

/* What arrives later: its row says that it leaves, and is followed by another. */
static void take_off(struct builder *b, const struct event *ev, struct picture_row *row)
{
    int64_t way = ev->packet.arrived_ns;
    if ((row->fate != FATE_LATE && row->fate != FATE_HELD) || way == 0 || b->nflights >= AT_ONCE)
        return;
    row->part = PART_LEAVES;
    if (way < 0 || way > INT64_MAX - ev->t)
        return;
    if (b->nflights == b->flights_cap) {
        b->flights_cap = b->flights_cap == 0 ? 16 : 2 * b->flights_cap;
        b->flights = mem_resize(b->flights, b->flights_cap, sizeof *b->flights);
    }
    b->flights[b->nflights++] = (struct flight){
        .event = ev, .row = (size_t)(row - b->p->rows), .seen = b->seen, .until = ev->t + way};
}

static void add_packet(struct builder *b, const struct event *ev)
{
    struct picture *p = b->p;
    p->work->packets++;
    if (!(p->layers & PICTURE_PACKETS))
        return;
    struct picture_ends ends;
    picture_find_ends(p, ev, &ends);
    /* What is between machines and not programs (ARP) goes from the first to the last. */
    int from = ends.from < 0 ? 0 : ends.from, to = ends.to < 0 ? p->nsides - 1 : ends.to;
    struct picture_row *row = add_row(b, PICTURE_PACKET, ev, ev->t, from);
    row->to = to;
    row->tos = ends.tos != 0 ? ends.tos : 1U << to;
    row->fate = fate_of(&ev->packet);
    row->tone = tone_of(&ev->packet, row->fate);
    b->seen++;
    take_off(b, ev, row);
}

/* The row that a change of state may stand beside: the last one, unless it shows one of this side
 * already. */
static struct picture_row *row_beside(struct builder *b, int side)
{
    struct picture *p = b->p;
    if (p->nrows == 0)
        return NULL;
    struct picture_row *row = &p->rows[p->nrows - 1];
    if (row->kind != PICTURE_PACKET && row->kind != PICTURE_STATE &&
        !((row->kind == PICTURE_CALL || row->kind == PICTURE_RETURN) && row->side == side))
        return NULL;
    for (unsigned i = 0; i < row->nstates; i++)
        if (p->states[row->states + i].side == side)
            return NULL;
    return row;
}

/* The kernel has states for those too ("ESTABLISHED"), but they mean nothing on the wire. */
static bool is_datagram(const struct state_event *state)
{
    return state->proto != NULL && strcmp(state->proto, "udp") == 0;
}

static void add_state(struct builder *b, const struct event *ev)
{
    struct picture *p = b->p;
    p->work->states++;
    if (!(p->layers & PICTURE_STATES) || ev->state.to == NULL || is_datagram(&ev->state))
        return;
    int side = ev->program != NULL ? picture_side_named(p, ev->host, ev->program) : -1;
    if (side < 0 && ev->state.local != NULL)
        side = picture_side_at(p, picture_host(p, ev->host), ev->state.local);
    if (side < 0)
        return;
    struct picture_row *row = row_beside(b, side);
    if (row == NULL)
        row = add_row(b, PICTURE_STATE, ev, ev->t, side);
    row->evidence |= is_evidence(b, ev->n);
    if (p->nstates == b->states_cap) {
        b->states_cap = b->states_cap == 0 ? 64 : 2 * b->states_cap;
        p->states = mem_resize(p->states, b->states_cap, sizeof *p->states);
    }
    p->states[p->nstates++] = (struct picture_state){side, ev->state.to, ev};
    row->nstates++;
}

/* --- the rest --- */

static void add_script(struct builder *b, const struct event *ev)
{
    static const char *const quiet[] = {"wait",   "expect-exit",   "type",   "end-input",
                                        "signal", "expect-output", "output", NULL};
    bool failed = ev->script.status == SCRIPT_FAILED;
    /* What happens to a program has rows of its own. */
    if (!failed && ev->program != NULL && ev->script.verb != NULL &&
        model_one_of(ev->script.verb, quiet))
        return;
    int side = picture_side_named(b->p, ev->host, ev->script.actor);
    struct picture_row *row = add_row(b, PICTURE_SCRIPT, ev, ev->t, side);
    row->tone = failed ? TONE_BAD : TONE_QUIET;
    if (!b->has_packets)
        b->seen++;
}

static void add_other(struct builder *b, const struct event *ev)
{
    int side = picture_side_named(b->p, ev->host, ev->program);
    switch (ev->kind) {
    case EVENT_OUTPUT:
        add_prints(b, ev, side);
        break;
    case EVENT_INPUT:
        add_row(b, PICTURE_TYPED, ev, ev->t, side)->tone = TONE_QUIET;
        b->seen++;
        break;
    case EVENT_SCRIPT:
        add_script(b, ev);
        break;
    default:
        break;
    }
}

static void add_turning_point(struct builder *b, const struct event *ev)
{
    int side = picture_side_named(b->p, ev->host, ev->program);
    if (ev->kind == EVENT_SIGNAL) {
        if (!b->p->work->busy_children && ev->signal.name != NULL &&
            strcmp(ev->signal.name, "SIGCHLD") == 0)
            return;
        add_row(b, PICTURE_SIGNAL, ev, ev->t, side)->tone =
            ev->signal.fatal ? TONE_BAD : TONE_PLAIN;
        b->seen++;
    } else if (ev->kind == EVENT_EXIT) {
        bool bad = ev->exit.signal != NULL;
        /* Its calls are over. */
        for (size_t i = b->npending; i > 0; i--)
            if (b->pending[i - 1].event->pid == ev->pid)
                call_returns(b, i - 1);
        if (side >= 0 && ev->exit.main)
            b->waits[side] = 0;
        if (!picture_is_busy(b->p, ev))
            return;
        add_row(b, PICTURE_EXIT, ev, ev->t, side)->tone = bad ? TONE_BAD : TONE_PLAIN;
    } else if (ev->kind == EVENT_FAULT) {
        add_row(b, PICTURE_FAULT, ev, ev->t, side)->tone = TONE_BAD;
    } else if (ev->kind == EVENT_END && ev->end.why != NULL &&
               strcmp(ev->end.why, "complete") != 0) {
        add_row(b, PICTURE_END, ev, ev->t, -1)->tone = TONE_BAD;
    }
}

static void add_event(struct builder *b, const struct event *ev)
{
    catch_up(b, ev->t, ev);
    switch (ev->kind) {
    case EVENT_CALL:
        add_call(b, ev);
        break;
    case EVENT_PACKET:
        add_packet(b, ev);
        break;
    case EVENT_STATE:
        add_state(b, ev);
        break;
    case EVENT_OUTPUT:
    case EVENT_INPUT:
    case EVENT_SCRIPT:
        if (b->p->layers & PICTURE_OUTPUT)
            add_other(b, ev);
        break;
    case EVENT_SCENE:
        break;
    default:
        add_turning_point(b, ev);
        break;
    }
}

static void find_layers(struct builder *b, const struct timeline *tl)
{
    for (size_t i = 0; i < tl->count; i++) {
        b->has_packets |= tl->events[i].kind == EVENT_PACKET;
        b->has_output |= tl->events[i].kind == EVENT_OUTPUT;
    }
}

void picture_build(struct picture *p, const struct timeline *tl,
                   const struct picture_options *options)
{
    *p = (struct picture){.timeline = tl, .layers = options->layers};
    if ((p->layers & PICTURE_ALL) == 0)
        p->layers |= PICTURE_ALL;
    p->work = mem_alloc(sizeof *p->work);
    model_build(&p->work->model, tl);
    picture_find_busy(p);
    picture_find_sides(p);
    struct builder b = {.p = p, .evidence = options->evidence, .nevidence = options->nevidence};
    find_layers(&b, tl);
    for (size_t i = 0; i < tl->count; i++)
        add_event(&b, &tl->events[i]);
    catch_up(&b, INT64_MAX, NULL);
    free(b.pending);
    free(b.flights);
    picture_fold(p, options->max_rows > 0 ? options->max_rows : PICTURE_ROWS);
    picture_gaps(p);
    picture_words(p);
}

bool picture_is_right(const struct picture *p, int side)
{
    return 2 * side > p->nsides - 1;
}

void picture_note(struct picture *p, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    p->notes = mem_resize(p->notes, p->nnotes + 1, sizeof *p->notes);
    p->notes[p->nnotes++] = mem_string(text);
}

void picture_free(struct picture *p)
{
    for (size_t i = 0; i < p->nrows; i++) {
        free(p->rows[i].where);
        free(p->rows[i].text);
        free(p->rows[i].brief);
        free(p->rows[i].aside);
        free(p->rows[i].bytes);
    }
    for (int i = 0; i < p->nsides; i++) {
        free(p->sides[i].name);
        free(p->sides[i].address);
        free(p->sides[i].source);
        free(p->sides[i].label);
    }
    for (int i = 0; i < p->nhosts; i++) {
        free(p->hosts[i].name);
        free(p->hosts[i].address);
    }
    for (unsigned i = 0; i < p->nnotes; i++)
        free(p->notes[i]);
    if (p->work != NULL) {
        for (size_t i = 0; i < p->work->nowned; i++)
            free(p->work->owned[i]);
        free(p->work->owned);
        free(p->work->busy);
        map_free(&p->work->ips);
        map_free(&p->work->owners);
        map_free(&p->work->names);
        map_free(&p->work->flows);
        model_free(&p->work->model);
    }
    free(p->work);
    free(p->rows);
    free(p->states);
    free(p->notes);
    free(p->title);
    *p = (struct picture){0};
}
