/*
 * picture_fold.c - long runs made short.
 *
 *  - Rows get a number that is equal for rows which a reader takes for the same: who, what, how it
 *    ended; not the bytes, numbers and times.
 *  - A group of up to FOLD_PERIOD rows that comes again and again is shown twice, then told how
 *    often it came, then shown a last time.
 *  - What does not come in step but is made of few kinds of rows (a bulk transfer) is shown at its
 *    beginning and end.
 *  - What is still too long loses its middle.
 *  - A row that is evidence is like no other, so it always stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"

enum {
    FOLD_PERIOD = 16,
    FOLD_SAVES = 6, /* rows that folding must save, to be worth it */
    MIX_KINDS = 4,  /* of rows in a run that has no period */
    MIX_LEAST = 40, /* rows of such a run */
    MIX_KEPT = 6,   /* of them shown at either end */
};

/* --- likeness --- */

static uint64_t mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * 0x9e3779b97f4a7c15U;
    return h ^ (h >> 29);
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        h = mix(h, (unsigned char)*text);
    return mix(h, 0x100);
}

static uint64_t likeness_of_event(uint64_t h, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_CALL:
        h = mix_text(h, ev->call.name);
        h = mix_text(h, ev->call.error);
        h = mix_text(h, ev->call.file);
        h = mix(h, (uint64_t)ev->call.line);
        return mix(h, ev->call.returned ? (ev->call.result > 0) + 1U : 0);
    case EVENT_PACKET:
        h = mix_text(h, ev->packet.proto);
        h = mix_text(h, ev->packet.len > 0 ? "data" : ev->packet.flags);
        h = mix_text(h, ev->packet.info);
        h = mix_text(h, ev->packet.rule);
        return mix_text(h, ev->packet.fate);
    case EVENT_SCRIPT:
        return mix_text(h, ev->script.verb);
    case EVENT_SIGNAL:
        return mix_text(h, ev->signal.name);
    default:
        return h;
    }
}

static void find_likeness(struct picture *p)
{
    for (size_t i = 0; i < p->nrows; i++) {
        struct picture_row *row = &p->rows[i];
        uint64_t h = mix(mix(mix(7, row->kind), (uint64_t)row->side), (uint64_t)row->to);
        h = mix(mix(mix(h, row->entered), row->tos), row->part);
        h = likeness_of_event(h, row->event);
        for (unsigned k = 0; k < row->nstates; k++)
            h = mix_text(mix(h, (uint64_t)p->states[row->states + k].side),
                         p->states[row->states + k].name);
        row->like = row->evidence || row->kind == PICTURE_END ? mix(h, ~(uint64_t)i) : h;
    }
}

/* --- what is kept --- */

struct folder {
    const struct picture_row *in;
    size_t n;
    struct picture_row *out;
    size_t nout, cap;
};

static void keep(struct folder *f, size_t from, size_t count)
{
    if (count == 0)
        return;
    if (f->nout + count > f->cap) {
        f->cap = 2 * (f->nout + count) + 64;
        f->out = mem_resize(f->out, f->cap, sizeof *f->out);
    }
    memcpy(f->out + f->nout, f->in + from, count * sizeof *f->in);
    f->nout += count;
}

static void tell(struct folder *f, enum picture_kind kind, size_t from, size_t rows, size_t period)
{
    keep(f, from + rows - 1, 1);
    struct picture_row *row = &f->out[f->nout - 1];
    *row = (struct picture_row){.kind = kind,
                                .tone = TONE_QUIET,
                                .t = row->t,
                                .side = -1,
                                .to = -1,
                                .waiting = row->waiting,
                                .count = kind == PICTURE_FOLD ? rows / period : rows,
                                .period = period};
}

/* How many rows from `at` on repeat with this period, a whole number of times. */
static size_t repeated(const struct folder *f, size_t at, size_t period)
{
    size_t i = at + period;
    while (i < f->n && f->in[i].like == f->in[i - period].like)
        i++;
    return (i - at) / period * period;
}

static size_t fold_period(struct folder *f, size_t at)
{
    for (size_t period = 1; period <= FOLD_PERIOD && at + 3 * period < f->n; period++) {
        size_t rows = repeated(f, at, period);
        if (rows < 3 * period + (period > FOLD_SAVES ? period : FOLD_SAVES))
            continue;
        keep(f, at, 2 * period);
        tell(f, PICTURE_FOLD, at + 2 * period, rows - 3 * period, period);
        keep(f, at + rows - period, period);
        return rows;
    }
    return 0;
}

static void fold_periods(struct folder *f)
{
    for (size_t i = 0; i < f->n;) {
        size_t rows = fold_period(f, i);
        if (rows == 0)
            keep(f, i, rows = 1);
        i += rows;
    }
}

/* How many rows from `at` on are of at most MIX_KINDS kinds. */
static size_t mixed(const struct folder *f, size_t at)
{
    uint64_t kinds[MIX_KINDS];
    size_t nkinds = 0, i = at;
    for (; i < f->n && f->in[i].event != NULL; i++) {
        size_t k = 0;
        while (k < nkinds && kinds[k] != f->in[i].like)
            k++;
        if (k == MIX_KINDS)
            break;
        if (k == nkinds)
            kinds[nkinds++] = f->in[i].like;
    }
    return i - at;
}

static void fold_mixes(struct folder *f)
{
    for (size_t i = 0; i < f->n;) {
        size_t rows = mixed(f, i);
        if (rows >= MIX_LEAST) {
            keep(f, i, MIX_KEPT);
            tell(f, PICTURE_FOLD, i + MIX_KEPT, rows - 2 * MIX_KEPT, 1);
            keep(f, i + rows - MIX_KEPT, MIX_KEPT);
        } else {
            keep(f, i, rows = 1);
        }
        i += rows;
    }
}

/* Two thirds of the room for the beginning, one for the end; evidence stays. */
static void cut_middle(struct folder *f, size_t max)
{
    size_t first = max * 2 / 3, last = f->n - max / 3, left_out = 0;
    keep(f, 0, first);
    for (size_t i = first; i < last; i++) {
        if (!f->in[i].evidence) {
            left_out++;
            continue;
        }
        if (left_out > 0)
            tell(f, PICTURE_CUT, i - left_out, left_out, 1);
        left_out = 0;
        keep(f, i, 1);
    }
    if (left_out > 0)
        tell(f, PICTURE_CUT, last - left_out, left_out, 1);
    keep(f, last, f->n - last);
}

static struct folder begin(struct picture *p)
{
    return (struct folder){.in = p->rows, .n = p->nrows};
}

static void end(struct picture *p, struct folder *f)
{
    free(p->rows);
    p->rows = f->out;
    p->nrows = f->nout;
}

void picture_fold(struct picture *p, size_t max_rows)
{
    find_likeness(p);
    struct folder f = begin(p);
    fold_periods(&f);
    end(p, &f);
    if (p->nrows > max_rows) {
        f = begin(p);
        fold_mixes(&f);
        end(p, &f);
    }
    if (p->nrows > max_rows) {
        f = begin(p);
        cut_middle(&f, max_rows);
        end(p, &f);
    }
}

/* --- time that passes --- */

void picture_gaps(struct picture *p)
{
    struct folder f = begin(p);
    for (size_t i = 0; i < f.n; i++) {
        int64_t passed = i == 0 ? 0 : f.in[i].t - f.in[i - 1].t;
        if (passed >= PICTURE_GAP_NS && f.in[i].kind != PICTURE_FOLD &&
            f.in[i].kind != PICTURE_CUT) {
            tell(&f, PICTURE_GAP, i, 1, 1);
            struct picture_row *gap = &f.out[f.nout - 1];
            gap->count = (size_t)passed;
            gap->waiting = f.in[i - 1].waiting;
        }
        keep(&f, i, 1);
    }
    end(p, &f);
}
