/*
 * trace_svg_head.c - the boxes at the top: a program each, those of a host in one of its own.
 */
#include <string.h>

#include "report/trace_svg_parts.h"

enum { NAME_PX = 950, HOST_PX = 780 };

struct box {
    int left, width;
};

static int space_of(const struct svg *s)
{
    return s->p->nsides > 1 ? s->x[1] - s->x[0] - 10 : s->width;
}

/* So wide, over its lifeline, but never nearer to the picture's edge than that. */
static struct box box_over(const struct svg *s, int x, int width, int edge)
{
    int left = x - width / 2, most = s->width - edge - width;
    left = left < edge ? edge : left > most ? most : left;
    return (struct box){left, width};
}

static struct box box_of(const struct svg *s, int side)
{
    int space = space_of(s), width = svg_columns(s->p->sides[side].name) * 10 + 28;
    return box_over(s, s->x[side],
                    width > space ? space
                    : width < 84  ? 84
                                  : width,
                    s->p->nhosts > 0 ? 12 : 6);
}

static void add_name(struct svg *s, int side)
{
    const struct picture_side *who = &s->p->sides[side];
    struct box box = box_of(s, side);
    strbuf_printf(s->out,
                  "<rect class=\"box%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"30\" "
                  "rx=\"7\"/><text class=\"nm\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                  who->nobody ? " bx0" : "", box.left, s->y, box.width, box.left + box.width / 2,
                  s->y + 21);
    svg_cut(s, who->name, box.width - 16, NAME_PX);
    strbuf_puts(s->out, "</text>");
}

/* Source and address below a box; at the edges of a narrow picture they begin there. */
static void add_under(struct svg *s, int side)
{
    const struct picture_side *who = &s->p->sides[side];
    const char *under[] = {who->source, who->address};
    struct box box = box_of(s, side);
    int last = s->p->nsides - 1;
    bool first = side == 0 && s->narrow, end = side == last && last > 0 && s->narrow;
    for (int k = 0, y = s->y + 46; k < 2; k++) {
        if (*under[k] == '\0' || strcmp(under[k], who->name) == 0)
            continue;
        strbuf_printf(s->out, "<text class=\"ad\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">",
                      first ? (s->p->nhosts > 0 ? 12 : 6)
                      : end ? s->width - (s->p->nhosts > 0 ? 12 : 6)
                            : box.left + box.width / 2,
                      y,
                      first ? "start"
                      : end ? "end"
                            : "middle");
        svg_cut(s, under[k], space_of(s), 695);
        strbuf_puts(s->out, "</text>");
        y += 15;
    }
}

static void add_host(struct svg *s, const struct picture_host *host)
{
    struct strbuf text = STRBUF_INIT;
    struct box first = box_of(s, host->first), last = box_of(s, host->first + host->count - 1);
    int middle = (first.left + last.left + last.width) / 2;
    int width = last.left + last.width - first.left + 12, space = space_of(s);
    strbuf_printf(&text, "%s%s%s", host->name, *host->address != '\0' ? "  " : "", host->address);
    int wanted = svg_columns(text.data) * HOST_PX / 100 + 16;
    if (wanted > space && host->count == 1)
        strbuf_cut(&text, strlen(host->name));
    if (host->count == 1) {
        width = wanted > width ? wanted : width;
        width = width > space ? space : width;
    }
    struct box box = box_over(s, middle, width, 6);
    strbuf_printf(s->out,
                  "<rect class=\"hb\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\"/>"
                  "<text class=\"hn\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                  box.left, s->y, box.width, 98, box.left + box.width / 2, s->y + 19);
    svg_cut(s, text.data, box.width - 12, HOST_PX);
    strbuf_puts(s->out, "</text>");
    strbuf_free(&text);
}

void svg_head(struct svg *s)
{
    for (int i = 0; i < s->p->nhosts; i++)
        add_host(s, &s->p->hosts[i]);
    s->y += s->p->nhosts > 0 ? 28 : 0;
    for (int i = 0; i < s->p->nsides; i++) {
        if (!s->p->sides[i].machine)
            add_name(s, i);
        add_under(s, i);
    }
    s->y += 72;
}
