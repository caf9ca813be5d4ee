/*
 * trace_svg.c - the picture as SVG.
 *
 *  - Every row is a group of its own, with its pieces of the lifelines, moved to its place: a page
 *    can hide rows and close the gap.
 *  - A lifeline has the colour of its socket's state, and is dashed while its program waits.
 */
#include "report/trace_svg.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "report/trace_svg_parts.h"

const char trace_svg_style[] =
    "text{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace;"
    "fill:#1b1f24}"
    ".nm{font:bold 16px system-ui,-apple-system,\"Segoe UI\",sans-serif}"
    ".ad,.wh,.tm,.nt{fill:#59626e}.ad{font-size:11.5px}.tm{font-size:10.5px}"
    ".nt,.ti{font-family:system-ui,-apple-system,\"Segoe UI\",sans-serif}.ti{font-size:15px;"
    "font-weight:600}"
    ".box{fill:#f3f5f8;stroke:#8a94a3}.bx0{fill:#fff;stroke-dasharray:4 3}"
    ".bg{fill:transparent}.ev .bg{fill:#fff0c2}.mk{fill:#b93800;font-weight:bold}"
    ".l{stroke:#8a94a3;stroke-width:2}.w{stroke-dasharray:3 5}"
    ".so{stroke:#0072b2}.se{stroke:#00806a}.sc{stroke:#7b3294}"
    ".pl{fill:#eef0f3;stroke:#8a94a3}.po .pl{fill:#e0f0fa;stroke:#0072b2}"
    ".pe .pl{fill:#dcf3ec;stroke:#00806a}.pc .pl{fill:#f2e6f5;stroke:#7b3294}"
    ".st text{font-size:10.5px;font-weight:bold}.po text{fill:#00507d}.pe text{fill:#005446}"
    ".pc text{fill:#5b2270}"
    ".a{fill:none;stroke:#1b1f24;stroke-width:1.8}.h{fill:#1b1f24}"
    ".lb{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".tx,.wh,.dm{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".fold .tx,.cut .tx,.end .tx{stroke:none}"
    ".ev .lb,.ev .tx,.ev .wh,.ev .dm{stroke:#fff0c2}"
    ".quiet .a{stroke:#69727e;stroke-width:1.3}.quiet .h{fill:#69727e}.quiet .tx,.quiet "
    ".lb{fill:#59626e}"
    ".open .a{stroke:#0072b2}.open .h{fill:#0072b2}.open .lb{fill:#00507d}"
    ".data .a{stroke-width:2.6}.data .lb{font-weight:bold}"
    ".close .a{stroke:#7b3294}.close .h{fill:#7b3294}.close .lb{fill:#5b2270}"
    ".bad .a{stroke:#b93800}.bad .h{fill:#b93800}.bad .lb,.bad .tx{fill:#b93800;font-weight:bold}"
    ".br{stroke-dasharray:7 5}.x{stroke:#b93800;stroke-width:3;fill:none}"
    ".dot{fill:#1b1f24}.dt0{fill:#fff;stroke:#1b1f24;stroke-width:1.6}.bad .dot{fill:#b93800}"
    ".fd{fill:#f3f5f8;stroke:#8a94a3;stroke-dasharray:4 3}"
    ".dm{font-size:11px;fill:#59626e}"
    ".as{font-size:11.5px;fill:#b93800;paint-order:stroke;stroke:#fff;stroke-width:4px;"
    "stroke-linejoin:round}.ev .as{stroke:#fff0c2}"
    ".hb{fill:#fff;stroke:#59626e}.hn{font:600 13.5px system-ui,-apple-system,\"Segoe UI\","
    "sans-serif}";

/* --- text --- */

void trace_svg_escape(struct strbuf *out, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + i, len - i, &code);
        if (size == 0 || (code < 0x20 && code != '\n') || (code & 0xfffe) == 0xfffe)
            strbuf_puts(out, "\xef\xbf\xbd");
        else if (code == '&')
            strbuf_puts(out, "&amp;");
        else if (code == '<')
            strbuf_puts(out, "&lt;");
        else if (code == '>')
            strbuf_puts(out, "&gt;");
        else if (code == '"')
            strbuf_puts(out, "&quot;");
        else if (code == '\'')
            strbuf_puts(out, "&#39;");
        else
            strbuf_add(out, text + i, size);
        i += size == 0 ? 1 : size;
    }
}

void svg_cut(struct svg *s, const char *text, int pixels, int hundredths)
{
    int columns = pixels * 100 / hundredths;
    size_t len = strlen(text);
    if ((int)utf8_columns(text, len) <= columns) {
        trace_svg_escape(s->out, text);
        return;
    }
    struct strbuf cut = STRBUF_INIT;
    strbuf_add(&cut, text, utf8_fit(text, len, columns > 2 ? (size_t)columns - 1 : 1));
    strbuf_puts(&cut, "…");
    trace_svg_escape(s->out, cut.data);
    strbuf_free(&cut);
}

int svg_columns(const char *text)
{
    return (int)utf8_columns(text, strlen(text));
}

/* --- where things stand --- */

static void lay_out(struct svg *s)
{
    int last = s->p->nsides - 1;
    s->narrow = s->width < 600;
    s->gutters = !s->narrow && s->p->nstates > 0 && last > 0;
    int left = s->narrow ? 26 : s->gutters ? 186 : s->p->nhosts > 0 ? 140 : 100;
    int right = s->narrow ? 26 : s->gutters ? 130 : 60;
    s->x[0] = left;
    for (int i = 1; i <= last; i++)
        s->x[i] = left + (s->width - left - right) * i / last;
}

static bool is_right(const struct svg *s, int side)
{
    return picture_is_right(s->p, side);
}

static int room(const struct svg *s, int side)
{
    int last = s->p->nsides - 1;
    if (last == 0)
        return s->width - s->x[0] - 20;
    if (is_right(s, side))
        return s->x[side] - s->x[0] - 26;
    /* Beside a host that only looks on, nothing stands on its other side. */
    return s->p->sides[last].machine ? s->width - s->x[side] - 26 : s->x[last] - s->x[side] - 26;
}

static const char *tone_name(enum picture_tone tone)
{
    static const char *const names[] = {
        [TONE_PLAIN] = "plain", [TONE_QUIET] = "quiet", [TONE_OPEN] = "open",
        [TONE_DATA] = "data",   [TONE_CLOSE] = "close", [TONE_BAD] = "bad"};
    return names[tone];
}

/* "o": a connection begins, "e": it is there, "c": it ends, "": none. */
static const char *state_class(const char *name)
{
    if (strcmp(name, "LISTEN") == 0 || strncmp(name, "SYN_", 4) == 0)
        return "o";
    if (strcmp(name, "ESTABLISHED") == 0)
        return "e";
    if (strncmp(name, "FIN_", 4) == 0 || strstr(name, "WAIT") != NULL ||
        strcmp(name, "LAST_ACK") == 0 || strcmp(name, "CLOSING") == 0)
        return "c";
    return "";
}

/* --- rows --- */

static const struct picture_state *state_of(const struct svg *s, const struct picture_row *row,
                                            unsigned i)
{
    return &s->p->states[row->states + i];
}

static bool inner_state(const struct svg *s, int side)
{
    return !s->gutters || (side != 0 && side != s->p->nsides - 1);
}

static int dump_height(const struct picture_row *row)
{
    int lines = row->bytes != NULL;
    for (const char *at = row->bytes; at != NULL && *at != '\0'; at++)
        lines += *at == '\n';
    return lines * 15;
}

static int height_of(const struct svg *s, const struct picture_row *row)
{
    int height = row->kind == PICTURE_PACKET && row->side != row->to ? 40 : 24;
    if (s->narrow && (row->kind == PICTURE_CALL || row->kind == PICTURE_RETURN))
        height = 38;
    if (row->kind == PICTURE_STATE)
        height = s->gutters ? 24 : 2;
    if (row->side < 0)
        height = 34;
    if (row->aside != NULL)
        height += 14;
    for (unsigned i = 0; i < row->nstates; i++)
        height += inner_state(s, state_of(s, row, i)->side) ? 22 : 0;
    return height + dump_height(row);
}

static void add_pill(struct svg *s, const struct picture_state *state, int y)
{
    const char *class = state_class(state->name);
    int px = svg_columns(state->name) * SMALL_PX / 100 + 14, x = s->x[state->side];
    bool outside = !inner_state(s, state->side);
    px = px > 112 ? 112 : px;
    bool leftwards = outside == (state->side == 0);
    int left = leftwards ? x - 12 - px : x + 12;
    if (state->side > 0 && !outside && !is_right(s, state->side))
        left = x + 12;
    strbuf_printf(s->out,
                  "<g class=\"st p%s\"><rect class=\"pl\" x=\"%d\" y=\"%d\" width=\"%d\" "
                  "height=\"17\" rx=\"8.5\"/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                  *class != '\0' ? class : "n", left, y - 9, px, left + px / 2, y + 4);
    svg_cut(s, state->name, px - 8, SMALL_PX);
    strbuf_puts(s->out, "</text></g>");
}

static void add_lifelines(struct svg *s, const struct picture_row *row, int height)
{
    for (int i = 0; i < s->p->nsides; i++)
        strbuf_printf(s->out, "<path class=\"l s%s%s\" d=\"M%d 0V%d\"/>",
                      s->state[i] != NULL ? s->state[i] : "",
                      row->waiting >> i & 1 || row->kind == PICTURE_GAP ? " w" : "", s->x[i],
                      height);
}

static void add_dot(struct svg *s, const struct picture_row *row)
{
    if (row->kind == PICTURE_CALL || row->kind == PICTURE_RETURN)
        strbuf_printf(s->out, "<circle class=\"%s\" cx=\"%d\" cy=\"13\" r=\"4\"/>",
                      row->entered ? "dt0" : "dot", s->x[row->side]);
}

static void add_words(struct svg *s, const struct picture_row *row)
{
    bool right = is_right(s, row->side);
    int x = right ? s->x[row->side] - 13 : s->x[row->side] + 13, space = room(s, row->side);
    int where = svg_columns(row->where) * TEXT_PX / 100 + 12;
    const char *anchor = right ? " text-anchor=\"end\"" : "";
    bool own_line = s->narrow && *row->where != '\0';
    add_dot(s, row);
    strbuf_printf(s->out, "<text x=\"%d\" y=\"17\"%s>", x, anchor);
    if (*row->where == '\0' || own_line)
        where = 0;
    if (where > space - 100)
        where = 0;
    if (!right && where > 0) {
        strbuf_puts(s->out, "<tspan class=\"wh\">");
        trace_svg_escape(s->out, row->where);
        strbuf_puts(s->out, "</tspan><tspan dx=\"12\" class=\"tx\">");
    } else {
        strbuf_puts(s->out, "<tspan class=\"tx\">");
    }
    svg_cut(s, row->text, space - where, TEXT_PX);
    strbuf_puts(s->out, "</tspan>");
    if (right && where > 0) {
        strbuf_puts(s->out, "<tspan dx=\"12\" class=\"wh\">");
        trace_svg_escape(s->out, row->where);
        strbuf_puts(s->out, "</tspan>");
    }
    strbuf_puts(s->out, "</text>");
    if (own_line) {
        strbuf_printf(s->out, "<text class=\"dm\" x=\"%d\" y=\"31\"%s>", x, anchor);
        svg_cut(s, row->where, space, SMALL_PX);
        strbuf_puts(s->out, "</text>");
    }
}

static void add_across(struct svg *s, const struct picture_row *row)
{
    int last = s->p->nsides - 1, from = s->x[0], to = last > 0 ? s->x[last] : s->width - 20;
    int px = svg_columns(row->text) * TEXT_PX / 100 + 28, most = to - from - 16;
    px = px > most ? most : px;
    int left = from + (to - from - px) / 2;
    if (row->kind != PICTURE_GAP)
        strbuf_printf(s->out,
                      "<rect class=\"fd\" x=\"%d\" y=\"5\" width=\"%d\" height=\"24\" rx=\"6\"/>",
                      left, px);
    strbuf_printf(s->out, "<text class=\"%s\" x=\"%d\" y=\"21\" text-anchor=\"middle\">",
                  row->kind == PICTURE_GAP ? "wh" : "tx", left + px / 2);
    svg_cut(s, row->text, px - 16, TEXT_PX);
    strbuf_puts(s->out, "</text>");
}

static void add_bytes(struct svg *s, const struct picture_row *row, int y)
{
    bool right = is_right(s, row->side);
    for (const char *at = row->bytes; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, "\n");
        struct strbuf line = STRBUF_INIT;
        strbuf_add(&line, at, n);
        strbuf_printf(s->out, "<text class=\"dm\" xml:space=\"preserve\" x=\"%d\" y=\"%d\"%s>",
                      right ? s->x[row->side] - 13 : s->x[row->side] + 13, y,
                      right ? " text-anchor=\"end\"" : "");
        trace_svg_escape(s->out, line.data);
        strbuf_puts(s->out, "</text>");
        strbuf_free(&line);
        y += 15;
        at += n + (at[n] == '\n');
    }
}

static void add_states(struct svg *s, const struct picture_row *row, int *inner_y)
{
    for (unsigned i = 0; i < row->nstates; i++) {
        const struct picture_state *state = state_of(s, row, i);
        int y = 13;
        if (inner_state(s, state->side)) {
            y = *inner_y + 9;
            *inner_y += 22;
        } else if (row->kind == PICTURE_PACKET) {
            y = state->side == row->side ? 20 : 30;
        }
        add_pill(s, state, y);
    }
}

static const char *layer_name(enum picture_kind kind)
{
    switch (kind) {
    case PICTURE_PACKET:
        return "packets";
    case PICTURE_STATE:
        return "states";
    case PICTURE_PRINTS:
    case PICTURE_TYPED:
    case PICTURE_SCRIPT:
        return "output";
    case PICTURE_CALL:
    case PICTURE_RETURN:
        return "calls";
    default:
        return "all";
    }
}

static void add_row(struct svg *s, size_t i, int64_t before)
{
    const struct picture_row *row = &s->p->rows[i];
    int height = height_of(s, row), dump = dump_height(row);
    for (unsigned k = 0; k < row->nstates; k++)
        s->state[state_of(s, row, k)->side] = state_class(state_of(s, row, k)->name);
    strbuf_printf(s->out,
                  "<g class=\"r %s %s%s\" data-i=\"%zu\" data-h=\"%d\" data-l=\"%s\" "
                  "transform=\"translate(0 %d)\">",
                  picture_kind_name(row->kind), tone_name(row->tone), row->evidence ? " ev" : "", i,
                  height, layer_name(row->kind), s->y);
    if (s->alone) {
        struct strbuf detail = STRBUF_INIT;
        picture_detail(s->p, row, &detail);
        strbuf_puts(s->out, "<title>");
        trace_svg_escape(s->out, detail.data);
        strbuf_puts(s->out, "</title>");
        strbuf_free(&detail);
    }
    strbuf_printf(s->out, "<rect class=\"bg\" width=\"%d\" height=\"%d\"/>", s->width, height);
    add_lifelines(s, row, height);
    if (row->evidence)
        strbuf_printf(s->out, "<text class=\"mk\" x=\"%d\" y=\"18\">▶</text>", s->narrow ? 4 : 8);
    if (!s->narrow && row->event != NULL && row->t / 1000 != before / 1000)
        strbuf_printf(s->out,
                      "<text class=\"tm\" x=\"64\" y=\"17\" text-anchor=\"end\">%.3f</text>",
                      (double)row->t / 1e6);
    int inner_y = height - dump;
    for (unsigned k = 0; k < row->nstates; k++)
        inner_y -= inner_state(s, state_of(s, row, k)->side) ? 22 : 0;
    if (row->side < 0)
        add_across(s, row);
    else if (row->kind == PICTURE_PACKET && row->side != row->to)
        svg_packet(s, row);
    else if (row->kind != PICTURE_STATE)
        add_words(s, row);
    add_states(s, row, &inner_y);
    add_bytes(s, row, height - dump + 10);
    strbuf_puts(s->out, "</g>\n");
    s->y += height;
}

/* --- the whole --- */

static void add_foot(struct svg *s)
{
    struct strbuf *out = s->out;
    uint32_t waits = 0;
    int y = 24;
    for (size_t i = 0; i < s->p->nrows; i++)
        waits |= s->p->rows[i].waiting;
    strbuf_printf(out, "<g class=\"foot\" transform=\"translate(0 %d)\">", s->y);
    for (unsigned i = 0; i <= s->p->nnotes; i++) {
        const char *note = i > 0        ? s->p->notes[i - 1]
                           : waits != 0 ? "A dashed line: the program waits in a call."
                                        : NULL;
        if (note == NULL)
            continue;
        strbuf_printf(out, "<text class=\"nt\" x=\"14\" y=\"%d\">", y);
        svg_cut(s, note, s->width - 28, 620);
        strbuf_puts(out, "</text>");
        y += 18;
    }
    strbuf_puts(out, "</g>");
    s->y += y - 4;
}

static void add_document(struct svg *s)
{
    struct strbuf body = STRBUF_INIT, *out = s->out;
    lay_out(s);
    s->out = &body;
    s->y = 12;
    if (s->alone) {
        strbuf_puts(&body, "<text class=\"ti\" x=\"14\" y=\"24\">");
        svg_cut(s, s->p->title, s->width - 28, 850);
        strbuf_puts(&body, "</text>");
        s->y = 44;
    }
    svg_head(s);
    int top = s->y;
    if (!s->narrow)
        strbuf_printf(&body, "<text class=\"tm\" x=\"64\" y=\"%d\" text-anchor=\"end\">ms</text>",
                      top - 4);
    int64_t before = -1000000;
    for (size_t i = 0; i < s->p->nrows; i++) {
        add_row(s, i, before);
        before = s->p->rows[i].t;
    }
    add_foot(s);
    s->out = out;
    strbuf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                  "height=\"%d\" data-top=\"%d\" role=\"img\" aria-label=\"",
                  s->width, s->y, s->width, s->y, top);
    trace_svg_escape(out, s->p->title);
    strbuf_puts(out, "\">\n");
    if (s->alone)
        strbuf_printf(out,
                      "<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                      trace_svg_style);
    strbuf_add(out, body.data, body.len);
    strbuf_puts(out, "</svg>\n");
    strbuf_free(&body);
}

void trace_svg(const struct picture *p, struct strbuf *out)
{
    struct svg s = {.p = p, .out = out, .width = TRACE_SVG_WIDE, .alone = true};
    strbuf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add_document(&s);
}

void trace_svg_element(const struct picture *p, int width, struct strbuf *out)
{
    struct svg s = {.p = p, .out = out, .width = width};
    add_document(&s);
}
