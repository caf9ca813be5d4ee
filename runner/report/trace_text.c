/*
 * trace_text.c - the picture in characters.
 *
 *     mark  time  states │ calls, packets, output                    │ states
 *
 * Time stands there on wide terminals; gaps are told on all.
 */
#include "report/trace_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "report/trace_text_parts.h"
#include "timeline/model.h"

enum {
    TIME_FROM = 104, /* columns from which on there is room for times */
    GUTTER_FROM = 60,
    SPACING_MIN = 22, /* between two lifelines */
    LINES_MAX = 3,    /* of one call */
};

/* --- where things stand --- */

static int gutter(const struct picture *p, int side)
{
    size_t longest = 0;
    for (size_t i = 0; i < p->nstates; i++)
        if (p->states[i].side == side && strlen(p->states[i].name) > longest)
            longest = strlen(p->states[i].name);
    return longest == 0 ? 0 : longest > 12 ? 12 : (int)longest;
}

static void lay_out(struct drawing *d)
{
    const struct picture *p = d->p;
    int left = 2, right = 1, last = p->nsides - 1;
    d->width = d->look->width < LOOK_WIDTH_MIN         ? LOOK_WIDTH_MIN
               : d->look->width > TRACE_TEXT_WIDTH_MAX ? TRACE_TEXT_WIDTH_MAX
                                                       : d->look->width;
    d->times = d->width >= TIME_FROM;
    d->told = -1;
    if (d->times)
        left += 10;
    int l = gutter(p, 0), r = gutter(p, last);
    /* States stand outside where that leaves room enough between the lifelines. */
    if (d->width >= GUTTER_FROM && p->nsides > 1 &&
        (d->width - left - right - l - r - 2) / last >= SPACING_MIN) {
        d->gutter_left = l > 0;
        d->gutter_right = r > 0;
        left += l > 0 ? l + 1 : 0;
        right += r > 0 ? r + 1 : 0;
    }
    d->x[0] = left;
    for (int i = 1; i <= last; i++)
        d->x[i] = left + (d->width - right - left) * i / last;
    d->list = p->nsides > 1 && d->x[1] - d->x[0] < SPACING_MIN;
    /* With three or more, names and lines of text need more room than two do. */
    if (p->nsides == 2 && d->width < 30)
        d->list = true;
}

bool drawing_right(const struct drawing *d, int side)
{
    return picture_is_right(d->p, side);
}

/* --- pieces --- */

int drawing_paint(enum picture_tone tone)
{
    static const int paints[] = {
        [TONE_PLAIN] = CANVAS_PLAIN, [TONE_QUIET] = LOOK_DIM,  [TONE_OPEN] = LOOK_NOTE,
        [TONE_DATA] = LOOK_BOLD,     [TONE_CLOSE] = LOOK_NOTE, [TONE_BAD] = LOOK_BAD};
    return paints[tone];
}

const char *drawing_glyph(const struct drawing *d, const char *utf8, const char *ascii)
{
    return d->look->utf8 ? utf8 : ascii;
}

void drawing_begin(struct drawing *d, const struct picture_row *row, bool first)
{
    canvas_clear(&d->line, d->look, d->width);
    for (int i = 0; i < d->p->nsides; i++) {
        bool waits = row != NULL && (row->waiting >> i & 1) != 0;
        d->waits |= waits;
        canvas_put(&d->line, d->x[i],
                   waits ? drawing_glyph(d, "┊", ":") : drawing_glyph(d, "│", "|"),
                   waits ? LOOK_DIM : CANVAS_PLAIN);
    }
    if (row == NULL || !first)
        return;
    if (row->evidence) {
        canvas_put(&d->line, 0, drawing_glyph(d, "▶", ">"), LOOK_BAD);
        d->evidence = true;
    }
    if (d->times && row->event != NULL && row->t / 1000 != d->told) {
        char text[32];
        snprintf(text, sizeof text, "%.3f", (double)row->t / 1e6);
        canvas_put_before(&d->line, 11, text, LOOK_DIM);
        d->told = row->t / 1000;
    }
}

void drawing_end(struct drawing *d)
{
    canvas_print(&d->line, d->out);
}

/* The text cut to so many columns, "…" at its end if need be. The caller frees. */
char *drawing_cut(const struct drawing *d, const char *text, int columns)
{
    struct strbuf out = STRBUF_INIT;
    if (d->look->utf8)
        strbuf_puts(&out, text);
    else
        look_clean(d->look, &out, text);
    const char *dots = drawing_glyph(d, "…", "...");
    int room = columns - canvas_columns(d->look, dots);
    if ((int)utf8_columns(out.data, out.len) > columns) {
        strbuf_cut(&out, utf8_fit(out.data, out.len, room > 0 ? (size_t)room : 0));
        strbuf_puts(&out, dots);
    }
    return strbuf_take(&out);
}

/* States that have no place outside stand beside their lifeline, on lines of their own. */
static bool state_outside(const struct drawing *d, int side)
{
    return (side == 0 && d->gutter_left) ||
           (side == d->p->nsides - 1 && side > 0 && d->gutter_right);
}

void drawing_states(struct drawing *d, const struct picture_row *row)
{
    for (unsigned i = 0; i < row->nstates; i++) {
        const struct picture_state *state = &d->p->states[row->states + i];
        if (!state_outside(d, state->side))
            continue;
        char *name = drawing_cut(d, state->name, 12);
        if (state->side == 0)
            canvas_put_before(&d->line, d->x[0] - 1, name, LOOK_GOOD);
        else
            canvas_put(&d->line, d->x[state->side] + 2, name, LOOK_GOOD);
        free(name);
    }
}

static void put_beside(struct drawing *d, int side, const char *text, int paint)
{
    if (drawing_right(d, side))
        canvas_put_before(&d->line, d->x[side] - 1, text, paint);
    else
        canvas_put(&d->line, d->x[side] + 2, text, paint);
}

static void draw_inner_states(struct drawing *d, const struct picture_row *row)
{
    for (unsigned i = 0; i < row->nstates; i++) {
        const struct picture_state *state = &d->p->states[row->states + i];
        if (state_outside(d, state->side))
            continue;
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "%s %s", drawing_glyph(d, "●", "*"), state->name);
        drawing_begin(d, row, false);
        put_beside(d, state->side, text.data, LOOK_GOOD);
        strbuf_free(&text);
        drawing_end(d);
    }
}

static void draw_bytes(struct drawing *d, const struct picture_row *row)
{
    for (const char *at = row->bytes; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, "\n");
        struct strbuf text = STRBUF_INIT;
        strbuf_add(&text, at, n);
        drawing_begin(d, row, false);
        put_beside(d, row->side, text.data, LOOK_DIM);
        strbuf_free(&text);
        drawing_end(d);
        at += n + (at[n] == '\n');
    }
}

/* --- rows --- */

static int inner(const struct drawing *d, int side)
{
    int last = d->p->nsides - 1;
    if (last == 0)
        return d->width - d->x[0] - 3;
    return drawing_right(d, side) ? d->x[side] - d->x[0] - 3 : d->x[last] - d->x[side] - 3;
}

/* A call, or what a program printed: its text, cut into lines, and its place in the source. */
struct words {
    const char *where;
    int where_columns; /* with the space between it and the text */
    struct strbuf lines;
    int widest;
};

/* The place stands there in full if the line has room for it, else as ":31": the file's name is at
 * the top, if it is the only one. */
static void fit_words(const struct drawing *d, const struct picture_row *row, struct words *w)
{
    int room = inner(d, row->side), text = canvas_columns(d->look, row->text);
    const char *colon = strrchr(row->where, ':');
    w->where = row->where;
    if (text + 2 + canvas_columns(d->look, w->where) > room && colon != NULL &&
        *d->p->sides[row->side].source != '\0')
        w->where = colon;
    w->where_columns = canvas_columns(d->look, w->where);
    w->where_columns += w->where_columns > 0 ? 2 : 0;
    if (w->where_columns > room - 16) { /* a file name that leaves nothing for the call */
        w->where = "";
        w->where_columns = 0;
    }
    room -= w->where_columns;
    struct strbuf plain = STRBUF_INIT; /* what becomes ASCII may become wider */
    if (d->look->utf8)
        strbuf_puts(&plain, row->text);
    else
        look_clean(d->look, &plain, row->text);
    text_wrap(&w->lines, plain.data, room > 8 ? (size_t)room : 8, NULL, "  ");
    strbuf_free(&plain);
    for (const char *at = w->lines.data; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        int columns = (int)text_columns(at, n);
        w->widest = columns > w->widest ? columns : w->widest;
        at += n + (at[n] == '\n');
    }
}

static void draw_line_beside(struct drawing *d, const struct picture_row *row,
                             const struct words *w, const char *text, bool first)
{
    bool right = drawing_right(d, row->side);
    bool tee = row->kind == PICTURE_CALL || row->kind == PICTURE_RETURN;
    int x = d->x[row->side];
    drawing_begin(d, row, first);
    if (tee && first)
        canvas_put(&d->line, x, right ? drawing_glyph(d, "┤", "+") : drawing_glyph(d, "├", "+"),
                   CANVAS_PLAIN);
    if (first && right)
        canvas_put_before(&d->line, x - 1, w->where, LOOK_DIM);
    else if (first)
        canvas_put(&d->line, x + 2, w->where, LOOK_DIM);
    int start = right ? x - 1 - w->where_columns - w->widest : x + 2 + w->where_columns;
    int end = canvas_put(&d->line, start, text, drawing_paint(row->tone));
    /* A lifeline that it crosses does not touch it. */
    if (right && start - 1 > d->x[0])
        canvas_put(&d->line, start - 1, " ", CANVAS_PLAIN);
    else if (!right && end < d->x[d->p->nsides - 1])
        canvas_put(&d->line, end, " ", CANVAS_PLAIN);
    if (first)
        drawing_states(d, row);
    drawing_end(d);
}

static void draw_beside(struct drawing *d, const struct picture_row *row)
{
    struct words w = {.lines = STRBUF_INIT};
    fit_words(d, row, &w);
    const char *at = w.lines.data;
    for (int i = 0; i < LINES_MAX && *at != '\0'; i++) {
        size_t n = strcspn(at, "\n");
        struct strbuf text = STRBUF_INIT;
        strbuf_add(&text, at, n);
        if (i == LINES_MAX - 1 && at[n] != '\0' && at[n + 1] != '\0')
            strbuf_puts(&text, drawing_glyph(d, "…", "..."));
        draw_line_beside(d, row, &w, text.data, i == 0);
        strbuf_free(&text);
        at += n + (at[n] == '\n');
    }
    strbuf_free(&w.lines);
}

static void draw_across(struct drawing *d, const struct picture_row *row)
{
    struct strbuf text = STRBUF_INIT;
    int last = d->p->nsides - 1;
    int from = last == 0 ? d->x[0] + 2 : d->x[0] + 1;
    int to = last == 0 ? d->width : d->x[last];
    strbuf_printf(&text, row->kind == PICTURE_GAP ? " ⋯ %s ⋯ " : " %s ", row->text);
    if (!d->look->utf8) {
        strbuf_cut(&text, 0);
        strbuf_printf(&text, row->kind == PICTURE_GAP ? " . . %s . . " : " %s ", row->text);
    }
    if (row->kind == PICTURE_END) {
        struct strbuf lines = STRBUF_INIT;
        text_wrap(&lines, row->text, (size_t)(to - from - 2), NULL, "  ");
        for (char *at = lines.data, *next; *at != '\0'; at = next) {
            next = at + strcspn(at, "\n");
            next += *next == '\n' ? (*next = '\0', 1) : 0;
            drawing_begin(d, row, at == lines.data);
            canvas_put(&d->line, from + 1, at, LOOK_BAD);
            drawing_end(d);
        }
        strbuf_free(&lines);
    } else {
        char *fits = drawing_cut(d, text.data, to - from);
        int columns = canvas_columns(d->look, fits);
        drawing_begin(d, row, true);
        canvas_put(&d->line, from + (to - from - columns) / 2, fits,
                   row->kind == PICTURE_GAP ? LOOK_DIM : LOOK_NOTE);
        drawing_end(d);
        free(fits);
    }
    strbuf_free(&text);
}

static void draw_row(struct drawing *d, const struct picture_row *row)
{
    if (row->side < 0)
        draw_across(d, row);
    else if (row->kind == PICTURE_PACKET && row->side != row->to)
        drawing_packet(d, row);
    else if (row->kind != PICTURE_STATE)
        draw_beside(d, row);
    else if (row->nstates > 0) {
        bool outside = false;
        for (unsigned i = 0; i < row->nstates; i++)
            outside |= state_outside(d, d->p->states[row->states + i].side);
        if (outside) {
            drawing_begin(d, row, true);
            drawing_states(d, row);
            drawing_end(d);
        }
    }
    draw_inner_states(d, row);
    draw_bytes(d, row);
}

/* --- where nothing else fits: a line a row --- */

/* Who sends or receives it: what has no port goes between machines, not programs. */
static const char *end_of_way(const struct picture *p, const struct picture_row *row, int side)
{
    const char *from = row->event->packet.from;
    for (int i = 0; i < p->nhosts && (from == NULL || model_port(from) <= 0); i++)
        if (side >= p->hosts[i].first && side < p->hosts[i].first + p->hosts[i].count)
            return p->hosts[i].name;
    return p->sides[side].label;
}

/* "alice → bob, carol: " */
static void list_way(const struct drawing *d, const struct picture_row *row, struct strbuf *text)
{
    const char *before = " → ";
    strbuf_puts(text, end_of_way(d->p, row, row->side));
    for (int i = 0; i < d->p->nsides; i++)
        if ((row->tos >> i & 1) != 0) {
            strbuf_printf(text, "%s%s", before, end_of_way(d->p, row, i));
            before = ", ";
        }
    strbuf_puts(text, row->part == PART_ARRIVES ? ": … " : ": ");
}

static void list_row(struct drawing *d, const struct picture_row *row)
{
    struct strbuf text = STRBUF_INIT, fit = STRBUF_INIT;
    d->evidence |= row->evidence;
    if (row->kind == PICTURE_PACKET)
        list_way(d, row, &text);
    else if (row->side >= 0)
        strbuf_printf(&text, "%s: ", d->p->sides[row->side].label);
    if (*row->where != '\0')
        strbuf_printf(&text, "%s ", row->where);
    strbuf_puts(&text, row->text);
    if (row->aside != NULL)
        strbuf_printf(&text, " %s %s", drawing_stop(d, row), row->aside);
    for (unsigned i = 0; i < row->nstates; i++) {
        const struct picture_state *state = &d->p->states[row->states + i];
        strbuf_printf(&text, " ● %s %s", d->p->sides[state->side].label, state->name);
    }
    look_clean(d->look, &fit, text.data);
    strbuf_cut(&text, 0);
    text_wrap(&text, fit.data, (size_t)d->width,
              row->evidence ? drawing_glyph(d, "▶ ", "> ") : "  ", "    ");
    strbuf_puts(d->out, row->tone == TONE_BAD ? look_on(d->look, LOOK_BAD) : "");
    strbuf_add(d->out, text.data, text.len - 1);
    strbuf_puts(d->out, row->tone == TONE_BAD ? look_off(d->look) : "");
    strbuf_putc(d->out, '\n');
    strbuf_free(&text);
    strbuf_free(&fit);
}

void trace_text(const struct picture *p, const struct look *look, struct strbuf *out)
{
    struct drawing d = {.p = p, .look = look, .out = out};
    lay_out(&d);
    drawing_head(&d);
    for (size_t i = 0; i < p->nrows; i++)
        if (d.list)
            list_row(&d, &p->rows[i]);
        else
            draw_row(&d, &p->rows[i]);
    drawing_foot(&d);
}
