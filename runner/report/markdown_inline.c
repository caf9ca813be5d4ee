/*
 * markdown_inline.c - emphasis, code and links within a block.
 *
 * With colour every change of style writes the whole state anew ("\033[0;1;36m"), so that lines can
 * be closed and reopened (look_close_lines) without knowing what was nested in what.
 */
#include "report/markdown_inline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

struct inliner {
    const struct look *look;
    struct strbuf *out;
    size_t start;
    unsigned bold, italic, note;
    bool soft;        /* a line of the source ended: a space, unless both neighbours are wide */
    bool styled;      /* the last state written was not "all off" */
    size_t link_from; /* where the text of the link under way begins */
};

void markdown_literal(const char *text, const struct look *look, struct strbuf *out)
{
    size_t start = out->len;
    bytes_escape_lines(out, text, strlen(text));
    look_ascii(look, out, start);
}

static bool wide_at_end(const struct strbuf *text, size_t start)
{
    size_t i = text->len;
    while (i > start && text->len - i < 4 && ((unsigned char)text->data[i - 1] & 0xc0) == 0x80)
        i--;
    uint32_t code;
    return i > start && utf8_decode(text->data + i - 1, text->len - i + 1, &code) > 0 &&
           utf8_width(code) == 2;
}

static bool wide_at_start(const char *text)
{
    uint32_t code;
    return utf8_decode(text, strlen(text), &code) > 0 && utf8_width(code) == 2;
}

static void space_if_due(struct inliner *in, const char *next)
{
    if (in->soft && !(wide_at_end(in->out, in->start) && wide_at_start(next)))
        strbuf_putc(in->out, ' ');
    in->soft = false;
}

static void put(struct inliner *in, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    space_if_due(in, text);
    size_t start = in->out->len;
    markdown_literal(text, in->look, in->out);
    for (size_t i = start; i < in->out->len; i++)
        if (in->out->data[i] == '\n')
            in->out->data[i] = ' ';
}

static void style(struct inliner *in)
{
    if (!in->look->colour)
        return;
    bool any = in->bold + in->italic + in->note > 0;
    if (!any && !in->styled)
        return;
    strbuf_puts(in->out, "\033[0");
    if (in->bold > 0)
        strbuf_puts(in->out, ";1");
    if (in->italic > 0)
        strbuf_puts(in->out, ";3");
    if (in->note > 0)
        strbuf_puts(in->out, ";36");
    strbuf_putc(in->out, 'm');
    in->styled = any;
}

/* Begins or ends a style: colour, or the mark that Markdown has for it. */
static void turn(struct inliner *in, unsigned *style_count, bool on, const char *mark)
{
    if (on)
        space_if_due(in, "");
    *style_count = on ? *style_count + 1 : *style_count - 1;
    style(in);
    if (!in->look->colour)
        strbuf_puts(in->out, mark);
}

/* The number in the name of a lesson's file ("../10_tcp_server.md#x"), or 0. */
static unsigned lesson_number(const char *url)
{
    const char *slash = strrchr(url, '/'), *name = slash != NULL ? slash + 1 : url;
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    bool lesson = end == name + 2 && *end == '_' && strstr(end, ".md") != NULL;
    return lesson && strstr(url, "://") == NULL ? (unsigned)number : 0;
}

/* Where a link leads, behind its text, unless the text says it: an address, or the lesson of
 * another lab. Within the lesson there is nothing to follow in a terminal. */
static void link_target(struct inliner *in, const char *url)
{
    const char *text = in->out->data + in->link_from;
    if (url == NULL || *url == '\0' || *url == '#')
        return;
    char target[32], padded[32];
    const char *shown = strncmp(url, "mailto:", 7) == 0 ? url + 7 : url;
    unsigned number = lesson_number(url);
    if (number > 0) {
        snprintf(target, sizeof target, "lesson %u", number);
        snprintf(padded, sizeof padded, "lesson %02u", number);
        if (strstr(text, padded) != NULL)
            return;
        shown = target;
    }
    if (strstr(text, shown) != NULL)
        return;
    strbuf_puts(in->out, " (");
    put(in, shown);
    strbuf_putc(in->out, ')');
}

static void link_event(struct inliner *in, cmark_node *node, bool enter)
{
    if (enter) {
        space_if_due(in, "");
        in->link_from = in->out->len;
        in->note++;
        style(in);
        return;
    }
    in->note--;
    style(in);
    link_target(in, cmark_node_get_url(node));
}

static void image_event(struct inliner *in, cmark_node *node, bool enter)
{
    if (enter) {
        space_if_due(in, "");
        strbuf_puts(in->out, "[picture: ");
        return;
    }
    strbuf_puts(in->out, ", ");
    put(in, cmark_node_get_url(node));
    strbuf_putc(in->out, ']');
}

static void code(struct inliner *in, const char *text)
{
    space_if_due(in, "");
    turn(in, &in->note, true, "`");
    put(in, text);
    turn(in, &in->note, false, "`");
}

static void event(struct inliner *in, cmark_node *node, bool enter)
{
    const char *literal = cmark_node_get_literal(node);
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        put(in, literal);
        break;
    case CMARK_NODE_SOFTBREAK:
        in->soft = true;
        break;
    case CMARK_NODE_LINEBREAK:
        in->soft = false;
        strbuf_putc(in->out, '\n');
        break;
    case CMARK_NODE_CODE:
        code(in, literal);
        break;
    case CMARK_NODE_HTML_INLINE:
        if (literal != NULL && strncmp(literal, "<!--", 4) != 0)
            put(in, literal);
        break;
    case CMARK_NODE_EMPH:
        turn(in, &in->italic, enter, "*");
        break;
    case CMARK_NODE_STRONG:
        turn(in, &in->bold, enter, "**");
        break;
    case CMARK_NODE_LINK:
        link_event(in, node, enter);
        break;
    case CMARK_NODE_IMAGE:
        image_event(in, node, enter);
        break;
    default:
        break;
    }
}

void markdown_inline(cmark_node *block, const struct look *look, bool bold, struct strbuf *out)
{
    struct inliner in = {.look = look, .out = out, .start = out->len, .bold = bold};
    style(&in);
    cmark_iter *iter = cmark_iter_new(block);
    for (cmark_event_type ev; (ev = cmark_iter_next(iter)) != CMARK_EVENT_DONE;)
        if (cmark_iter_get_node(iter) != block)
            event(&in, cmark_iter_get_node(iter), ev == CMARK_EVENT_ENTER);
    cmark_iter_free(iter);
    in.bold = 0;
    style(&in);
}
