/*
 * trace_svg_packet.c - a packet as an arrow between lifelines.
 *
 *  - It leans: it arrives a little later than it leaves. One that was late is dashed and leans
 * more.
 *  - A broadcast has a head at every lifeline that takes it; a duplicate is two arrows.
 *  - What the wire stops ends halfway, in a cross or a pause, with the rule below; what arrives
 *    later begins there.
 */
#include <stdlib.h>

#include "report/trace_svg_parts.h"

enum { TOP = 20, BOTTOM = 32, LATE_BOTTOM = 37, STOP_TOP = 25 /* below the label */ };

/* A line from one place to another, in pixels. */
struct way {
    int x1, y1, x2, y2;
};

static int y_at(const struct way *w, int x)
{
    return w->x2 == w->x1 ? w->y1 : w->y1 + (w->y2 - w->y1) * (x - w->x1) / (w->x2 - w->x1);
}

static void add_line(struct svg *s, const struct way *w, bool broken, int shorter)
{
    strbuf_printf(s->out, "<path class=\"a%s\" d=\"M%d %dL%d %d\"/>", broken ? " br" : "", w->x1,
                  w->y1, w->x2 - shorter, w->y2);
}

static void add_head(struct svg *s, int x, int y, int step)
{
    strbuf_printf(s->out, "<path class=\"h\" d=\"M%d %dl%d -5v10z\"/>", x, y, -11 * step);
}

static void add_cross(struct svg *s, int x, int y)
{
    strbuf_printf(s->out, "<path class=\"x\" d=\"M%d %dl14 14m0 -14l-14 14\"/>", x - 7, y - 7);
}

static void add_pause(struct svg *s, int x, int y)
{
    strbuf_printf(s->out, "<path class=\"x\" d=\"M%d %dv14m6 -14v14\"/>", x - 3, y - 7);
}

static void add_dots(struct svg *s, int x, int y, int step)
{
    for (int i = 0; i < 3; i++)
        strbuf_printf(s->out, "<circle class=\"h\" cx=\"%d\" cy=\"%d\" r=\"1.7\"/>",
                      x + step * 7 * (i + 1), y);
}

static void add_label(struct svg *s, const struct picture_row *row, int from, int to)
{
    strbuf_printf(s->out, "<text class=\"lb\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                  (from + to) / 2, TOP - 2);
    int space = abs(to - from) - 24;
    svg_cut(s, picture_label(row, space * 100 / TEXT_PX), space, TEXT_PX);
    strbuf_puts(s->out, "</text>");
}

static void add_aside(struct svg *s, const struct picture_row *row, int x, int y)
{
    int half = x < s->width - x ? x : s->width - x;
    strbuf_printf(s->out, "<text class=\"as\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">", x, y);
    svg_cut(s, row->aside, 2 * half - 12, SMALL_PX + 30);
    strbuf_puts(s->out, "</text>");
}

static bool takes(const struct picture_row *row, int side)
{
    return (row->tos >> side & 1) != 0;
}

/* The first lifeline on its way that takes it. */
static int nearest(const struct picture_row *row, int step)
{
    for (int i = row->side + step; i != row->to; i += step)
        if (takes(row, i))
            return i;
    return row->to;
}

/* Where an arrow ends that goes so far (in percent), or begins again; not upon a lifeline that it
 * only crosses. */
static int stop_at(const struct svg *s, const struct picture_row *row, int b, int step, int percent)
{
    int a = s->x[row->side], x = a + (b - a) * percent / 100;
    for (int i = row->side + step; i != row->to; i += step)
        if (abs(x - s->x[i]) < 16)
            return s->x[i] - 16 * step;
    return x;
}

static void add_stopped(struct svg *s, const struct picture_row *row)
{
    int step = row->side < row->to ? 1 : -1;
    int a = s->x[row->side], b = s->x[nearest(row, step)];
    int x = stop_at(s, row, b, step, row->aside != NULL ? 50 : 70);
    struct way w = {a, STOP_TOP, x, STOP_TOP + 5};
    add_line(s, &w, true, 0);
    if (row->fate == FATE_LOST)
        add_cross(s, w.x2, w.y2);
    else if (row->fate == FATE_HELD)
        add_pause(s, w.x2, w.y2);
    else
        add_dots(s, w.x2, w.y2, step);
    bool fits = svg_columns(row->text) * TEXT_PX / 100 + 24 <= abs(x - a);
    add_label(s, row, a, fits ? x : b);
    if (row->aside != NULL)
        add_aside(s, row, w.x2, w.y2 + 19);
}

/* From what left before: it begins halfway. */
static void add_arrival(struct svg *s, const struct picture_row *row)
{
    int step = row->side < row->to ? 1 : -1, a = s->x[row->side], b = s->x[row->to];
    struct way w = {stop_at(s, row, b, step, 50), STOP_TOP, b - 2 * step, BOTTOM + 2};
    strbuf_printf(s->out, "<circle class=\"dt0\" cx=\"%d\" cy=\"%d\" r=\"4\"/>", w.x1, w.y1);
    w.x1 += 4 * step;
    add_line(s, &w, true, 8 * step);
    add_head(s, w.x2, w.y2, step);
    add_label(s, row, a, b);
}

static void add_way(struct svg *s, const struct picture_row *row, int last, int step)
{
    bool late = row->fate == FATE_LATE || row->fate == FATE_HELD,
         refused = row->fate == FATE_REFUSED;
    int copies = row->fate == FATE_TWICE ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
        int down = 6 * copy;
        struct way w = {s->x[row->side], TOP + down, s->x[last] - 2 * step,
                        (late ? LATE_BOTTOM : BOTTOM) + down};
        add_line(s, &w, late || refused, 8 * step);
        for (int i = row->side + step; i != last + step; i += step)
            if (takes(row, i) && !refused)
                add_head(s, s->x[i] - 2 * step, y_at(&w, s->x[i] - 2 * step), step);
        if (refused)
            add_cross(s, w.x2 - 8 * step, w.y2);
    }
}

/* The farthest receiver in a direction, or -1. */
static int farthest(const struct svg *s, const struct picture_row *row, int step)
{
    int found = -1;
    for (int i = row->side + step; i >= 0 && i < s->p->nsides; i += step)
        if (takes(row, i))
            found = i;
    return found;
}

/* A label stands between two stops of a broadcast where there is most room; the first wins. */
static void add_label_between(struct svg *s, const struct picture_row *row, int last, int step)
{
    int from = row->side, best_from = from, best_to = last, best = 0;
    for (int i = from + step; i != last + step; i += step) {
        if (!takes(row, i))
            continue;
        int length = (s->x[i] - s->x[from]) * step;
        if (length > best) {
            best = length;
            best_from = from;
            best_to = i;
        }
        from = i;
    }
    add_label(s, row, s->x[best_from], s->x[best_to]);
}

void svg_packet(struct svg *s, const struct picture_row *row)
{
    bool stops = row->fate == FATE_LOST || row->part == PART_LEAVES ||
                 (row->fate == FATE_HELD && row->part == PART_WHOLE && row->event != NULL &&
                  row->event->packet.arrived_ns == 0);
    if (stops) {
        add_stopped(s, row);
    } else if (row->part == PART_ARRIVES) {
        add_arrival(s, row);
    } else {
        int right = farthest(s, row, 1), left = farthest(s, row, -1);
        if (left >= 0)
            add_way(s, row, left, -1);
        if (right >= 0)
            add_way(s, row, right, 1);
        bool to_right = right >= 0 && (left < 0 || right - row->side >= row->side - left);
        add_label_between(s, row, to_right ? right : left, to_right ? 1 : -1);
    }
}
