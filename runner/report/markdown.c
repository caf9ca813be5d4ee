/*
 * markdown.c - the blocks of a lesson, from top to bottom.
 *
 *  - cmark's iterator walks the tree, so depth costs no stack;
 *  - `prefix` is what every line of the block under way begins with; `lead` takes its place once,
 *    where a list item's marker stands;
 *  - once the prefix takes half of the width, deeper blocks are not indented further.
 */
#include "report/markdown.h"

#include <cmark.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "catalog/lesson.h"
#include "report/markdown_inline.h"
#include "report/markdown_table.h"

/* A quote, list or item that is open. */
struct frame {
    size_t prefix_len; /* before it */
    int number;        /* list: of the next item, 0 when it has bullets */
    int digits;        /* list: of its largest number */
};

struct page {
    const struct look *look;
    struct strbuf *out;
    size_t start, width;
    struct strbuf prefix, lead;
    bool has_lead;
    struct frame *frames;
    size_t nframes, cap;
    const char *text;   /* the source, for tables */
    const size_t *line; /* where each of its lines begins, and its end */
    size_t nlines;
};

/* --- lines --- */

static const char *take_lead(struct page *p)
{
    const char *lead = p->has_lead ? p->lead.data : p->prefix.data;
    p->has_lead = false;
    return lead;
}

static void put_wrapped(struct page *p, const char *text)
{
    size_t start = p->out->len;
    text_wrap(p->out, text, p->width, take_lead(p), p->prefix.data);
    look_close_lines(p->out, start);
}

static void trim(struct page *p)
{
    while (p->out->len > p->start && p->out->data[p->out->len - 1] == ' ')
        strbuf_cut(p->out, p->out->len - 1);
}

/* One line as it is, behind the prefix and some spaces. */
static void put_line(struct page *p, size_t indent, const char *text, size_t len)
{
    strbuf_puts(p->out, take_lead(p));
    strbuf_pad(p->out, ' ', indent);
    strbuf_add(p->out, text, len);
    trim(p);
    strbuf_putc(p->out, '\n');
}

static void put_lines(struct page *p, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        put_line(p, 0, text, len);
        text += text[len] == '\n' ? len + 1 : len;
    }
}

static void put_rule(struct page *p, const char *utf8, char ascii, size_t columns)
{
    strbuf_puts(p->out, take_lead(p));
    for (size_t i = 0; i < columns; i++) {
        if (p->look->utf8)
            strbuf_puts(p->out, utf8);
        else
            strbuf_putc(p->out, ascii);
    }
    strbuf_putc(p->out, '\n');
}

static size_t prefix_columns(const struct page *p)
{
    return utf8_columns(p->prefix.data, p->prefix.len);
}

static size_t room(const struct page *p)
{
    size_t used = prefix_columns(p);
    return p->width > used + 8 ? p->width - used : 8;
}

/* --- leaves --- */

static bool is_tight_item(cmark_node *node)
{
    return node != NULL && cmark_node_get_type(node) == CMARK_NODE_ITEM &&
           cmark_node_get_list_tight(cmark_node_parent(node));
}

/* An empty line before every block but the first of its container; none within tight lists. */
static void gap(struct page *p, cmark_node *node)
{
    bool first = p->has_lead || p->out->len == p->start; /* what came before it was a comment */
    if (first || cmark_node_previous(node) == NULL || is_tight_item(node) ||
        is_tight_item(cmark_node_parent(node)))
        return;
    put_line(p, 0, "", 0);
}

/* The lines of a paragraph's source from their '|' on; NULL when one has none. The caller frees. */
static struct table_line *table_lines(const struct page *p, cmark_node *node, size_t *count)
{
    int first = cmark_node_get_start_line(node), last = cmark_node_get_end_line(node);
    int column = cmark_node_get_start_column(node);
    if (first < 1 || last <= first || (size_t)last > p->nlines || column < 1)
        return NULL;
    *count = (size_t)(last - first) + 1;
    struct table_line *lines = mem_resize(NULL, *count, sizeof *lines);
    for (size_t i = 0; i < *count; i++) {
        size_t number = (size_t)first - 1 + i;
        const char *text = p->text + p->line[number];
        size_t len = p->line[number + 1] - p->line[number];
        size_t skip = 0;
        if (i == 0)
            skip = (size_t)column - 1;
        else
            while (skip < len && strchr(" \t>", text[skip]) != NULL && text[skip] != '\0')
                skip++;
        if (skip >= len || text[skip] != '|') {
            free(lines);
            return NULL;
        }
        len -= skip;
        if (text[skip + len - 1] == '\n')
            len--;
        lines[i] = (struct table_line){text + skip, len};
    }
    return lines;
}

static bool table(struct page *p, cmark_node *node)
{
    size_t count;
    struct table_line *lines = table_lines(p, node, &count);
    if (lines == NULL)
        return false;
    struct strbuf out = STRBUF_INIT;
    bool is_table = markdown_table(lines, count, p->look, room(p), &out);
    put_lines(p, out.data);
    strbuf_free(&out);
    free(lines);
    return is_table;
}

static void paragraph(struct page *p, cmark_node *node)
{
    if (table(p, node))
        return;
    struct strbuf text = STRBUF_INIT;
    markdown_inline(node, p->look, false, &text);
    put_wrapped(p, text.data);
    strbuf_free(&text);
}

static void heading(struct page *p, cmark_node *node)
{
    struct strbuf text = STRBUF_INIT;
    int level = cmark_node_get_heading_level(node);
    if (level > 2 && !p->look->colour)
        strbuf_puts(&text, "### ");
    markdown_inline(node, p->look, true, &text);
    put_wrapped(p, text.data);
    size_t columns = text_columns(text.data, text.len), most = room(p);
    if (level <= 2 && columns > 0)
        put_rule(p, level == 1 ? "═" : "─", level == 1 ? '=' : '-',
                 columns < most ? columns : most);
    strbuf_free(&text);
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, "\n"), columns = utf8_columns(text, len);
        widest = columns > widest ? columns : widest;
        text += text[len] == '\n' ? len + 1 : len;
    }
    return widest;
}

static size_t blanks(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && text[n] == ' ')
        n++;
    return n;
}

/* Takes away the blanks that every line of the code begins with. */
static void take_indentation_off(struct strbuf *code)
{
    struct strbuf out = STRBUF_INIT;
    size_t least = SIZE_MAX;
    for (const char *line = code->data; *line != '\0';) {
        size_t len = strcspn(line, "\n"), in = blanks(line, len);
        if (in < len && in < least)
            least = in;
        line += line[len] == '\n' ? len + 1 : len;
    }
    for (const char *line = code->data; *line != '\0';) {
        size_t len = strcspn(line, "\n"), off = len < least ? len : least;
        strbuf_add(&out, line + off, len - off);
        strbuf_putc(&out, '\n');
        line += line[len] == '\n' ? len + 1 : len;
    }
    strbuf_free(code);
    *code = out;
}

/* How much of the text goes on a line of so many columns: up to a blank, and into a word only where
 * the word alone is wider than that. Never nothing, unless not even one letter fits. */
static size_t code_fit(const char *text, size_t len, size_t columns)
{
    size_t fits = utf8_fit(text, len, columns), first = blanks(text, len), at = fits;
    if (fits == len || text[fits] == ' ')
        return fits;
    while (at > first && text[at - 1] != ' ')
        at--;
    return at > first ? at : fits;
}

/* One line of code, `in` columns in. What does not fit goes on further in, with a mark in the
 * margin. */
static void code_line(struct page *p, const char *line, size_t len, size_t in, size_t columns)
{
    size_t fits = code_fit(line, len, columns), own = blanks(line, len);
    size_t further = columns < 40 ? 2 : 4, hang = own + further;
    if (hang > columns / 2)
        hang = further;
    put_line(p, in, line, fits);
    while (fits > 0 && fits < len) {
        line += fits, len -= fits;
        size_t skip = blanks(line, len);
        line += skip, len -= skip;
        fits = code_fit(line, len, columns - hang);
        if (len == 0)
            break;
        struct strbuf text = STRBUF_INIT;
        strbuf_puts(&text, p->look->utf8 ? "↳ " : "> ");
        strbuf_pad(&text, ' ', hang);
        strbuf_add(&text, line, fits);
        put_line(p, in - 2, text.data, text.len);
        strbuf_free(&text);
    }
}

/* Code is not wrapped as prose is. It may use the whole terminal, wider than prose, and gives up
 * its indentation, ours and its own, where that helps; only then is a line broken. */
static void code_block(struct page *p, const char *literal)
{
    struct strbuf clean = STRBUF_INIT;
    markdown_literal(literal, p->look, &clean);
    size_t width = p->look->width > (int)p->width ? (size_t)p->look->width : p->width;
    size_t most = width > prefix_columns(p) + 12 ? width - prefix_columns(p) : 12;
    size_t in = most < 40 ? 2 : 4;
    if (widest_line(clean.data) + in > most)
        take_indentation_off(&clean);
    size_t widest = widest_line(clean.data);
    if (widest + in > most)
        in = most < 40 || widest > most ? 2 : most - widest;
    if (clean.len == 0)
        put_line(p, 0, "", 0);
    for (const char *line = clean.data; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        code_line(p, line, len, in, most - in);
        line += line[len] == '\n' ? len + 1 : len;
    }
    strbuf_free(&clean);
}

static void html_block(struct page *p, const char *literal)
{
    struct strbuf clean = STRBUF_INIT;
    markdown_literal(literal, p->look, &clean);
    put_wrapped(p, clean.data);
    strbuf_free(&clean);
}

/* --- containers --- */

static void push(struct page *p, cmark_node *node)
{
    if (p->nframes == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 16;
        p->frames = mem_resize(p->frames, p->cap, sizeof *p->frames);
    }
    struct frame *frame = &p->frames[p->nframes++];
    *frame = (struct frame){.prefix_len = p->prefix.len};
    if (cmark_node_get_type(node) != CMARK_NODE_LIST ||
        cmark_node_get_list_type(node) != CMARK_ORDERED_LIST)
        return;
    frame->number = cmark_node_get_list_start(node);
    int last = frame->number;
    for (cmark_node *item = cmark_node_first_child(node); item != NULL; last++)
        item = cmark_node_next(item);
    for (last--; last > 0; last /= 10)
        frame->digits++;
}

static void pop(struct page *p)
{
    strbuf_cut(&p->prefix, p->frames[--p->nframes].prefix_len);
}

/* Further in by a mark on the first line, and by `rest` on the others. */
static void indent(struct page *p, const char *mark, const char *rest)
{
    if (prefix_columns(p) + utf8_columns(mark, strlen(mark)) > p->width / 2)
        return;
    if (!p->has_lead) {
        strbuf_cut(&p->lead, 0);
        strbuf_add(&p->lead, p->prefix.data, p->prefix.len);
        p->has_lead = true;
    }
    strbuf_puts(&p->lead, mark);
    strbuf_puts(&p->prefix, rest);
}

static void open_item(struct page *p, cmark_node *node)
{
    struct frame *list = &p->frames[p->nframes - 1];
    struct strbuf mark = STRBUF_INIT, rest = STRBUF_INIT;
    if (cmark_node_get_list_type(cmark_node_parent(node)) == CMARK_ORDERED_LIST)
        strbuf_printf(&mark, "%*d. ", list->digits, list->number++);
    else
        strbuf_puts(&mark, p->look->utf8 ? "• " : "- ");
    strbuf_pad(&rest, ' ', utf8_columns(mark.data, mark.len));
    push(p, node);
    indent(p, mark.data, rest.data);
    strbuf_free(&mark);
    strbuf_free(&rest);
}

static void container(struct page *p, cmark_node *node, bool enter)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (!enter) {
        if (type != CMARK_NODE_LIST && p->has_lead) /* nothing was in it */
            put_line(p, 0, "", 0);
        pop(p);
        return;
    }
    gap(p, node);
    if (type == CMARK_NODE_ITEM) {
        open_item(p, node);
        return;
    }
    push(p, node);
    if (type == CMARK_NODE_BLOCK_QUOTE)
        indent(p, p->look->utf8 ? "│ " : "> ", p->look->utf8 ? "│ " : "> ");
}

static void leaf(struct page *p, cmark_node *node)
{
    const char *literal = cmark_node_get_literal(node);
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_BLOCK && strncmp(literal, "<!--", 4) == 0)
        return;
    gap(p, node);
    if (type == CMARK_NODE_PARAGRAPH)
        paragraph(p, node);
    else if (type == CMARK_NODE_HEADING)
        heading(p, node);
    else if (type == CMARK_NODE_CODE_BLOCK)
        code_block(p, literal);
    else if (type == CMARK_NODE_HTML_BLOCK)
        html_block(p, literal);
    else if (type == CMARK_NODE_THEMATIC_BREAK)
        put_rule(p, "─", '-', room(p) < 32 ? room(p) : 32);
}

static void walk(struct page *p, cmark_node *root)
{
    cmark_iter *iter = cmark_iter_new(root);
    for (cmark_event_type ev; (ev = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_DOCUMENT:
            break;
        case CMARK_NODE_BLOCK_QUOTE:
        case CMARK_NODE_LIST:
        case CMARK_NODE_ITEM:
            container(p, node, ev == CMARK_EVENT_ENTER);
            break;
        default:
            if (ev == CMARK_EVENT_ENTER)
                leaf(p, node);
            if (cmark_node_first_child(node) != NULL) /* its words have been seen to */
                cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
        }
    }
    cmark_iter_free(iter);
}

/* Newlines alone end the lines of what cmark and the tables see. */
static void normalise(const char *text, size_t len, struct strbuf *out)
{
    strbuf_reserve(out, len);
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\r')
            strbuf_putc(out, text[i]);
        else if (i + 1 == len || text[i + 1] != '\n')
            strbuf_putc(out, '\n');
    }
}

static size_t *line_starts(const struct strbuf *text, size_t *count)
{
    size_t lines = 1;
    for (size_t i = 0; i < text->len; i++)
        lines += text->data[i] == '\n';
    size_t *starts = mem_resize(NULL, lines + 1, sizeof *starts);
    size_t number = 0;
    starts[number++] = 0;
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] == '\n')
            starts[number++] = i + 1;
    starts[number] = text->len;
    *count = lines;
    return starts;
}

void markdown_text(const char *text, size_t len, const struct look *look, struct strbuf *out)
{
    struct strbuf source = STRBUF_INIT;
    normalise(text, len, &source);
    struct page p = {.look = look, .out = out, .start = out->len, .width = look_width(look)};
    strbuf_init(&p.prefix);
    strbuf_init(&p.lead);
    p.text = source.data;
    size_t *lines = line_starts(&source, &p.nlines);
    p.line = lines;
    cmark_node *root = cmark_parse_document(source.data, source.len, CMARK_OPT_DEFAULT);
    walk(&p, root);
    cmark_node_free(root);
    free(lines);
    free(p.frames);
    strbuf_free(&p.prefix);
    strbuf_free(&p.lead);
    strbuf_free(&source);
}

int markdown_section(const char *text, size_t len, const char *anchor, const struct look *look,
                     struct strbuf *out, struct error *err)
{
    struct strbuf section = STRBUF_INIT;
    int result = lesson_section(text, len, anchor, &section, err);
    if (result == 0)
        markdown_text(section.data, section.len, look, out);
    strbuf_free(&section);
    return result;
}
