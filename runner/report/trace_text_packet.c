/*
 * trace_text_packet.c - a packet as an arrow between lifelines.
 *
 *     ├─ SYN seq=0 ───────────────▶│        it arrives; a broadcast at every lifeline with a ▶
 *     ├─ SYN seq=0 ─ ─ ✗ drop tcp syn 1     the wire lost it, by that rule
 *     ├─ UDP len=5 ─ ─ ⏸ hold udp 1         it leaves, and waits on the wire
 *     │        ─ UDP len=5 ─ ─ ─ ─▶│        it arrives, later
 */
#include <stdlib.h>

#include "report/trace_text_parts.h"

/* An arrow in one direction. */
struct arrow {
    int from, to; /* columns; `to` is its last */
    int step;
    int nearest; /* column of the first lifeline it arrives at */
};

const char *drawing_stop(const struct drawing *d, const struct picture_row *row)
{
    if (row->fate == FATE_LOST)
        return drawing_glyph(d, "✗", "x");
    if (row->fate == FATE_HELD && row->part != PART_ARRIVES)
        return drawing_glyph(d, "⏸", "||");
    if (row->part == PART_LEAVES)
        return drawing_glyph(d, "⋯", "...");
    return NULL;
}

static bool takes(const struct picture_row *row, int side)
{
    return (row->tos >> side & 1) != 0;
}

/* Columns an arrow needs for its label: with a space before and behind it, and a dash. */
static int label_columns(const struct drawing *d, const struct picture_row *row)
{
    return canvas_columns(d->look, row->text) + 4;
}

static void put_label(struct drawing *d, const struct picture_row *row, int at, int step, int room)
{
    char *text = drawing_cut(d, picture_label(row, room), room);
    struct strbuf label = STRBUF_INIT;
    strbuf_printf(&label, " %s ", text);
    if (step > 0)
        canvas_put(&d->line, at, label.data, drawing_paint(row->tone));
    else
        canvas_put_before(&d->line, at + 1, label.data, drawing_paint(row->tone));
    strbuf_free(&label);
    free(text);
}

static void put_body(struct drawing *d, const struct picture_row *row, int from, int to, int step)
{
    bool broken = row->fate != FATE_ARRIVES && row->fate != FATE_TWICE && row->fate != FATE_CHANGED;
    for (int x = from; x != to; x += step)
        canvas_put(&d->line, x, broken && (x - from) % 2 != 0 ? " " : drawing_glyph(d, "─", "-"),
                   drawing_paint(row->tone));
}

static void put_tee(struct drawing *d, const struct picture_row *row, bool right, bool left)
{
    const char *tee = right && left ? drawing_glyph(d, "┼", "+")
                      : right       ? drawing_glyph(d, "├", "+")
                                    : drawing_glyph(d, "┤", "+");
    canvas_put(&d->line, d->x[row->side], tee, CANVAS_PLAIN);
}

/* --- what does not arrive, or not yet --- */

/* Ends the line. The rule stands behind the arrow's end, if there is room for it; else on a line of
 * its own, but for a delay: how long it is was said. */
static void end_with_aside(struct drawing *d, const struct picture_row *row, const char *stop,
                           int end, int step, int limit)
{
    int room = (limit - end) * step - 2 - canvas_columns(d->look, stop);
    bool fits = row->aside != NULL && canvas_columns(d->look, row->aside) <= room;
    if (fits) {
        if (step > 0)
            canvas_put(&d->line, end + 1 + canvas_columns(d->look, stop), row->aside, LOOK_BAD);
        else
            canvas_put_before(&d->line, end - 1, row->aside, LOOK_BAD);
    }
    drawing_states(d, row);
    drawing_end(d);
    if (fits || row->aside == NULL || row->fate == FATE_LATE)
        return;
    drawing_begin(d, row, false);
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s %s", stop, row->aside);
    int a = d->x[row->side], last = d->x[d->p->nsides - 1];
    char *part = drawing_cut(d, text.data, step > 0 ? last - a - 5 : a - d->x[0] - 5);
    if (step > 0)
        canvas_put(&d->line, a + 4, part, LOOK_BAD);
    else
        canvas_put_before(&d->line, a - 3, part, LOOK_BAD);
    free(part);
    strbuf_free(&text);
    drawing_end(d);
}

/* A stop beside a lifeline that is not its own would look as if it were. */
static int keep_apart(const struct drawing *d, const struct picture_row *row, int end, int wanted,
                      int step)
{
    for (int i = row->side + step; i != row->to; i += step)
        if (abs(end - d->x[i]) < 3)
            return (d->x[i] - d->x[row->side]) * step - 3 >= wanted ? d->x[i] - 3 * step
                                                                    : d->x[i] + 3 * step;
    return end;
}

static void draw_stopped(struct drawing *d, const struct picture_row *row, const char *stop)
{
    int a = d->x[row->side], b = d->x[row->to], step = a < b ? 1 : -1;
    for (int i = row->side + step; i != row->to; i += step)
        if (takes(row, i)) {
            b = d->x[i];
            break;
        }
    int length = (b - a) * step, end = length * 3 / 4;
    int most = length - 1 - canvas_columns(d->look, stop), wanted = label_columns(d, row) + 1;
    if (row->aside != NULL)
        end = wanted < length / 2 ? length / 2 : wanted < most ? wanted : most;
    end = keep_apart(d, row, a + step * end, wanted, step);
    drawing_begin(d, row, true);
    put_tee(d, row, step > 0, step < 0);
    put_body(d, row, a + step, end, step);
    if (step > 0)
        canvas_put(&d->line, end, stop, LOOK_BAD);
    else
        canvas_put_before(&d->line, end + 1, stop, LOOK_BAD);
    put_label(d, row, a + 2 * step, step, (end - a) * step - 5);
    end_with_aside(d, row, stop, end, step, b);
}

/* --- what arrives --- */

/* The farthest receiver in a direction, or -1. */
static int farthest(const struct drawing *d, const struct picture_row *row, int step)
{
    int found = -1;
    for (int i = row->side + step; i >= 0 && i < d->p->nsides; i += step)
        if (takes(row, i))
            found = i;
    return found;
}

static void put_heads(struct drawing *d, const struct picture_row *row, int last, int step)
{
    const char *head = step > 0 ? drawing_glyph(d, "▶", ">") : drawing_glyph(d, "◀", "<");
    for (int i = row->side + step; i >= 0 && i < d->p->nsides; i += step) {
        if (!takes(row, i))
            continue;
        canvas_put(&d->line, d->x[i] - step, head, drawing_paint(row->tone));
        if (i != last)
            canvas_put(&d->line, d->x[i], drawing_glyph(d, "┼", "+"), CANVAS_PLAIN);
    }
}

/* Between two stops of a broadcast, where the label fits best: the first that is long enough, else
 * the longest. Of an arrow to one receiver the whole. */
static void put_label_between(struct drawing *d, const struct picture_row *row, int last, int step)
{
    int wanted = label_columns(d, row) + 1, from = row->side, best_from = row->side, best = 0;
    for (int i = row->side + step;; i += step) {
        if (takes(row, i)) {
            int length = (d->x[i] - d->x[from]) * step;
            if (length > best && best < wanted) {
                best = length;
                best_from = from;
            }
            from = i;
        }
        if (i == last)
            break;
    }
    put_label(d, row, d->x[best_from] + 2 * step, step, best - 6);
}

static void draw_arriving(struct drawing *d, const struct picture_row *row)
{
    int right = farthest(d, row, 1), left = farthest(d, row, -1), a = d->x[row->side];
    bool late = row->part == PART_ARRIVES;
    drawing_begin(d, row, true);
    if (!late)
        put_tee(d, row, right >= 0, left >= 0);
    for (int step = -1; step <= 1; step += 2) {
        int last = step > 0 ? right : left;
        if (last < 0)
            continue;
        put_body(d, row, a + (late ? 3 : 1) * step, d->x[last] - step, step);
        put_heads(d, row, last, step);
    }
    bool to_right = right >= 0 && (left < 0 || d->x[right] - a >= a - d->x[left]);
    int last = to_right ? right : left, step = to_right ? 1 : -1;
    if (row->fate == FATE_REFUSED)
        canvas_put(&d->line, d->x[last] - step, drawing_glyph(d, "✗", "x"), LOOK_BAD);
    put_label_between(d, row, last, step);
    drawing_states(d, row);
    drawing_end(d);
}

void drawing_packet(struct drawing *d, const struct picture_row *row)
{
    const char *stop = drawing_stop(d, row);
    if (stop != NULL)
        draw_stopped(d, row, stop);
    else
        draw_arriving(d, row);
}
