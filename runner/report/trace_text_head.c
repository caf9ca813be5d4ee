/*
 * trace_text_head.c - the top and the bottom of a picture in characters.
 *
 *     alice 10.0.0.1        ┌── bob 10.0.0.2 ──┐      where the recording has several hosts
 *         client           server           logger
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/trace_text_parts.h"

/* --- the top --- */

static void put_centred(struct drawing *d, int middle, int room, const char *text, int paint)
{
    /* The outermost may use what is beyond their line as well. */
    char *fits = drawing_cut(d, text, room > 8 ? room : 8);
    int columns = canvas_columns(d->look, fits), start = middle - columns / 2;
    if (start + columns > d->width)
        start = d->width - columns;
    canvas_put(&d->line, start < 0 ? 0 : start, fits, paint);
    free(fits);
}

static int room_of(const struct drawing *d)
{
    return d->p->nsides > 1 ? (d->x[1] - d->x[0]) - 2 : d->width;
}

static void put_host(struct drawing *d, const struct picture_host *host)
{
    int from = d->x[host->first], to = d->x[host->first + host->count - 1];
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s%s%s", host->name, *host->address != '\0' ? " " : "", host->address);
    for (int x = from; x <= to && from < to; x++)
        canvas_put(&d->line, x,
                   x == from ? drawing_glyph(d, "┌", "+")
                   : x == to ? drawing_glyph(d, "┐", "+")
                             : drawing_glyph(d, "─", "-"),
                   CANVAS_PLAIN);
    if (from < to) {
        struct strbuf spaced = STRBUF_INIT;
        strbuf_printf(&spaced, " %s ", text.data);
        put_centred(d, (from + to) / 2, to - from - 4, spaced.data, LOOK_BOLD);
        strbuf_free(&spaced);
    } else {
        put_centred(d, from, room_of(d), text.data, LOOK_BOLD);
    }
    strbuf_free(&text);
}

static const char *name_of(const struct picture_side *side)
{
    return side->machine ? "" : side->name;
}

static const char *source_of(const struct picture_side *side)
{
    return side->source;
}

static const char *address_of(const struct picture_side *side)
{
    return strcmp(side->address, side->name) != 0 ? side->address : "";
}

/* A line with something of each side; none when nobody has it. */
static void draw_line(struct drawing *d, const char *text_of(const struct picture_side *),
                      int paint)
{
    bool any = false;
    canvas_clear(&d->line, d->look, d->width);
    for (int i = 0; i < d->p->nsides; i++) {
        const char *text = text_of(&d->p->sides[i]);
        any |= *text != '\0';
        put_centred(d, d->x[i], room_of(d), text, paint);
    }
    if (any)
        drawing_end(d);
}

/* Where every row is a line, the hosts are a list too. */
static void list_hosts(struct drawing *d)
{
    for (int i = 0; i < d->p->nhosts; i++) {
        const struct picture_host *host = &d->p->hosts[i];
        struct strbuf text = STRBUF_INIT, clean = STRBUF_INIT;
        strbuf_printf(&text, "%s%s%s", host->name, *host->address != '\0' ? " " : "",
                      host->address);
        for (int k = host->first; k < host->first + host->count; k++)
            if (!d->p->sides[k].machine)
                strbuf_printf(&text, "%s %s", k == host->first ? ":" : ",", d->p->sides[k].name);
        look_clean(d->look, &clean, text.data);
        text_wrap(d->out, clean.data, (size_t)d->width, NULL, "  ");
        strbuf_free(&text);
        strbuf_free(&clean);
    }
    if (d->p->nhosts > 0)
        strbuf_putc(d->out, '\n');
}

void drawing_head(struct drawing *d)
{
    if (d->list) {
        list_hosts(d);
        return;
    }
    if (d->p->nhosts > 0) {
        canvas_clear(&d->line, d->look, d->width);
        for (int i = 0; i < d->p->nhosts; i++)
            put_host(d, &d->p->hosts[i]);
        drawing_end(d);
    }
    draw_line(d, name_of, d->p->nhosts > 0 ? CANVAS_PLAIN : LOOK_BOLD);
    draw_line(d, source_of, LOOK_DIM);
    draw_line(d, address_of, LOOK_DIM);
    drawing_begin(d, NULL, false);
    drawing_end(d);
}

/* --- the bottom --- */

static void add_note(struct drawing *d, const char *text)
{
    struct strbuf clean = STRBUF_INIT, lines = STRBUF_INIT;
    look_clean(d->look, &clean, text);
    strbuf_puts(&lines, look_on(d->look, LOOK_DIM));
    text_wrap(&lines, clean.data, look_width(d->look), NULL, NULL);
    strbuf_cut(&lines, lines.len - 1);
    strbuf_printf(&lines, "%s\n", look_off(d->look));
    strbuf_add(d->out, lines.data, lines.len);
    strbuf_free(&clean);
    strbuf_free(&lines);
}

void drawing_foot(struct drawing *d)
{
    struct strbuf legend = STRBUF_INIT;
    strbuf_putc(d->out, '\n');
    if (d->waits && !d->list)
        strbuf_printf(&legend, "%s waits in a call", drawing_glyph(d, "┊", ":"));
    if (d->evidence)
        strbuf_printf(&legend, "%s%s shows what went wrong", legend.len > 0 ? "    " : "",
                      drawing_glyph(d, "▶", ">"));
    if (legend.len > 0)
        add_note(d, legend.data);
    for (unsigned i = 0; i < d->p->nnotes; i++)
        add_note(d, d->p->notes[i]);
    strbuf_free(&legend);
}
