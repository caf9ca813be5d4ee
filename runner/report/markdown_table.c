/*
 * markdown_table.c - cells cut at '|' as GitHub does it, each cell's words by cmark, then laid out.
 */
#include "report/markdown_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "report/markdown_inline.h"

enum {
    COLUMNS_MAX = 16,
    GAP = 2,         /* spaces between columns */
    CELL_WIDTH = 10, /* a column is not squeezed below this */
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE };

struct table {
    const struct look *look;
    size_t columns, rows; /* rows with the header */
    char **cells;         /* rows × columns, laid out as one line each */
    enum align align[COLUMNS_MAX];
    size_t width[COLUMNS_MAX];
};

/* The next cell of a row, without the spaces around it; "\|" in it is '|'. False: no more. */
static bool next_cell(struct table_line *row, struct strbuf *cell)
{
    strbuf_cut(cell, 0);
    while (row->len > 0 && (row->text[0] == ' ' || row->text[0] == '\t'))
        row->text++, row->len--;
    if (row->len == 0)
        return false;
    size_t i = 0;
    for (; i < row->len && row->text[i] != '|'; i++) {
        if (row->text[i] == '\\' && i + 1 < row->len) {
            if (row->text[i + 1] != '|')
                strbuf_putc(cell, '\\');
            i++;
        }
        strbuf_putc(cell, row->text[i]);
    }
    size_t taken = i < row->len ? i + 1 : i;
    row->text += taken;
    row->len -= taken;
    while (cell->len > 0 && (cell->data[cell->len - 1] == ' ' || cell->data[cell->len - 1] == '\t'))
        strbuf_cut(cell, cell->len - 1);
    return true;
}

/* Behind the '|' that a row begins with, and without white space at its end. */
static struct table_line row_of(struct table_line line)
{
    line.text++;
    line.len--;
    while (line.len > 0 && strchr(" \t\r", line.text[line.len - 1]) != NULL)
        line.len--;
    return line;
}

static size_t count_cells(struct table_line line)
{
    struct strbuf cell = STRBUF_INIT;
    struct table_line row = row_of(line);
    size_t count = 0;
    while (next_cell(&row, &cell))
        count++;
    strbuf_free(&cell);
    return count;
}

/* "---", ":--", "--:" or ":-:" */
static bool dashes(const struct strbuf *cell, enum align *align)
{
    bool left = cell->data[0] == ':', right = cell->len > 1 && cell->data[cell->len - 1] == ':';
    size_t from = left, to = cell->len - right;
    for (size_t i = from; i < to; i++)
        if (cell->data[i] != '-')
            return false;
    *align = left && right ? ALIGN_CENTRE : right ? ALIGN_RIGHT : ALIGN_LEFT;
    return to > from;
}

static bool read_dashes(struct table *t, struct table_line line)
{
    struct strbuf cell = STRBUF_INIT;
    struct table_line row = row_of(line);
    size_t count = 0;
    bool good = true;
    for (; good && next_cell(&row, &cell); count++)
        good = count < COLUMNS_MAX && dashes(&cell, &t->align[count]);
    strbuf_free(&cell);
    t->columns = count;
    return good && count > 0;
}

/* Does the cell begin like a block: a heading, a list, a quote, a fence, a rule? */
static bool looks_like_block(const char *cell)
{
    return strchr("#>+-=~", cell[0]) != NULL ||
           (cell[0] == '*' && strchr(" \t*", cell[1]) != NULL && cell[1] != '*');
}

static char *lay_out_cell(const struct strbuf *cell, const struct look *look, bool header)
{
    struct strbuf source = STRBUF_INIT, out = STRBUF_INIT;
    size_t digits = strspn(cell->data, "0123456789");
    if (cell->len > 0 && looks_like_block(cell->data))
        strbuf_putc(&source, '\\');
    strbuf_add(&source, cell->data, digits);
    if (digits > 0 && (cell->data[digits] == '.' || cell->data[digits] == ')'))
        strbuf_putc(&source, '\\');
    strbuf_add(&source, cell->data + digits, cell->len - digits);
    cmark_node *root = cmark_parse_document(source.data, source.len, CMARK_OPT_DEFAULT);
    cmark_node *block = cmark_node_first_child(root);
    if (block != NULL && cmark_node_get_type(block) == CMARK_NODE_PARAGRAPH)
        markdown_inline(block, look, header, &out);
    else
        markdown_literal(cell->data, look, &out);
    cmark_node_free(root);
    strbuf_free(&source);
    return strbuf_take(&out);
}

static void read_row(struct table *t, struct table_line line, size_t number)
{
    struct strbuf cell = STRBUF_INIT;
    struct table_line row = row_of(line);
    for (size_t i = 0; i < t->columns; i++) {
        bool there = next_cell(&row, &cell);
        char *text = there ? lay_out_cell(&cell, t->look, number == 0) : mem_string("");
        size_t columns = text_columns(text, strlen(text));
        if (columns > t->width[i])
            t->width[i] = columns;
        t->cells[number * t->columns + i] = text;
    }
    strbuf_free(&cell);
}

static size_t total_width(const struct table *t)
{
    size_t total = (t->columns - 1) * GAP;
    for (size_t i = 0; i < t->columns; i++)
        total += t->width[i];
    return total;
}

/* Takes columns from the widest until all fit. False: they cannot. */
static bool squeeze(struct table *t, size_t width)
{
    size_t least = (t->columns - 1) * GAP;
    for (size_t i = 0; i < t->columns; i++)
        least += t->width[i] < CELL_WIDTH ? t->width[i] : CELL_WIDTH;
    if (least > width)
        return false;
    for (size_t total = total_width(t); total > width; total--) {
        size_t widest = 0;
        for (size_t i = 1; i < t->columns; i++)
            if (t->width[i] > t->width[widest])
                widest = i;
        t->width[widest]--;
    }
    return true;
}

static void pad(struct strbuf *out, size_t count)
{
    strbuf_pad(out, ' ', count);
}

static void put_piece(struct strbuf *out, const char *piece, size_t len, size_t width,
                      enum align align)
{
    size_t columns = text_columns(piece, len), space = width > columns ? width - columns : 0;
    size_t before = align == ALIGN_RIGHT ? space : align == ALIGN_CENTRE ? space / 2 : 0;
    pad(out, before);
    strbuf_add(out, piece, len);
    pad(out, space - before);
}

static void end_row(struct strbuf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        strbuf_cut(out, out->len - 1);
    strbuf_putc(out, '\n');
}

/* Returns whether a cell took more than one line. */
static bool put_row(const struct table *t, size_t row, struct strbuf *out)
{
    struct strbuf wrapped[COLUMNS_MAX];
    const char *at[COLUMNS_MAX];
    for (size_t i = 0; i < t->columns; i++) {
        strbuf_init(&wrapped[i]);
        text_wrap(&wrapped[i], t->cells[row * t->columns + i], t->width[i], NULL, NULL);
        look_close_lines(&wrapped[i], 0);
        at[i] = wrapped[i].data;
    }
    size_t lines = 0;
    for (bool more = true; more; lines++) {
        more = false;
        for (size_t i = 0; i < t->columns; i++) {
            size_t len = strcspn(at[i], "\n");
            pad(out, i > 0 ? GAP : 0);
            put_piece(out, at[i], len, t->width[i], t->align[i]);
            at[i] += at[i][len] == '\n' ? len + 1 : len;
            more = more || *at[i] != '\0';
        }
        end_row(out);
    }
    for (size_t i = 0; i < t->columns; i++)
        strbuf_free(&wrapped[i]);
    return lines > 1;
}

static void put_table(const struct table *t, struct strbuf *out)
{
    put_row(t, 0, out);
    for (size_t i = 0; i < t->columns; i++) {
        pad(out, i > 0 ? GAP : 0);
        for (size_t k = 0; k < t->width[i]; k++)
            strbuf_puts(out, t->look->utf8 ? "─" : "-");
    }
    end_row(out);
    bool tall = false; /* rows of several lines are kept apart */
    for (size_t row = 1; row < t->rows; row++) {
        if (tall)
            strbuf_putc(out, '\n');
        tall = put_row(t, row, out);
    }
}

static void put_list(const struct table *t, size_t width, struct strbuf *out)
{
    for (size_t row = 1; row < t->rows; row++) {
        if (row > 1)
            strbuf_putc(out, '\n');
        for (size_t i = 0; i < t->columns; i++) {
            const char *header = t->cells[i], *cell = t->cells[row * t->columns + i];
            if (*cell == '\0')
                continue;
            struct strbuf text = STRBUF_INIT;
            strbuf_printf(&text, "%s%s%s", header, *header != '\0' ? ": " : "", cell);
            size_t start = out->len;
            text_wrap(out, text.data, width, NULL, "  ");
            look_close_lines(out, start);
            strbuf_free(&text);
        }
    }
}

bool markdown_table(const struct table_line *lines, size_t count, const struct look *look,
                    size_t width, struct strbuf *out)
{
    struct table t = {.look = look, .rows = count - 1};
    if (count < 2 || !read_dashes(&t, lines[1]) || count_cells(lines[0]) != t.columns)
        return false;
    t.cells = mem_alloc(t.rows * t.columns * sizeof *t.cells);
    read_row(&t, lines[0], 0);
    for (size_t i = 2; i < count; i++)
        read_row(&t, lines[i], i - 1);
    if (squeeze(&t, width))
        put_table(&t, out);
    else
        put_list(&t, width, out);
    for (size_t i = 0; i < t.rows * t.columns; i++)
        free(t.cells[i]);
    free(t.cells);
    return true;
}
