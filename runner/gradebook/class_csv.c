/*
 * class_csv.c - results.csv (RFC 4180).
 *
 *  - It begins with a byte order mark: without one, Excel reads UTF-8 as the machine's old code
 *    page, and a saved file has lost every name with an umlaut. Moodle, Canvas, LibreOffice and
 *    pandas take it off; Python's csv reads it with encoding "utf-8-sig".
 *  - A text that a spreadsheet would take for a formula begins with an apostrophe, which a
 *    spreadsheet shows as plain text.
 *  - Every text stands in quotes, so that it stays in its cell also where a spreadsheet splits at
 *    semicolons.
 *  - What could not be judged has empty cells, which an LMS leaves as they are: an internal error
 *    is never a mark.
 */
#include <string.h>

#include "base/utf8.h"
#include "gradebook/class_out.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* White space in every script, and what is shown as nothing. */
static bool is_blank(uint32_t code)
{
    return code <= 0x20 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200f) ||
           code == 0x202f || code == 0x205f || code == 0x2060 || code == 0x3000 || code == 0xfffd;
}

/* What makes a formula at the start of a cell, also in the wide forms that East Asian spreadsheets
 * take for the same. */
static bool begins_formula(uint32_t code)
{
    static const uint32_t starts[] = {'=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (code == starts[i])
            return true;
    return false;
}

static bool is_formula(const char *text)
{
    size_t len = strlen(text), i = 0, size;
    uint32_t code = 0;
    if (text[0] == '\t' || text[0] == '\n')
        return true;
    while (i < len && (size = utf8_decode(text + i, len - i, &code)) > 0 && is_blank(code))
        i += size;
    return i < len && begins_formula(code);
}

static void separate(struct strbuf *out)
{
    if (out->len > sizeof BYTE_ORDER_MARK - 1 && out->data[out->len - 1] != '\n')
        strbuf_putc(out, ',');
}

static void cell_text(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_text(&clean, text);
    separate(out);
    strbuf_putc(out, '"');
    if (is_formula(clean.data))
        strbuf_putc(out, '\'');
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.data[i] == '"')
            strbuf_putc(out, '"');
        strbuf_putc(out, clean.data[i]);
    }
    strbuf_putc(out, '"');
    strbuf_free(&clean);
}

static void cell_number(struct strbuf *out, double value)
{
    separate(out);
    class_number(out, value);
}

static void cell_empty(struct strbuf *out)
{
    cell_text(out, "");
}

static void header(const struct class_book *book, struct strbuf *out)
{
    static const char *const columns[] = {"mark", "points", "outcome", "late hours", "remark"};
    cell_text(out, "student");
    cell_text(out, "name");
    cell_text(out, "total");
    cell_text(out, "most");
    for (unsigned i = 0; i < book->nlabs; i++)
        for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
            struct strbuf name = STRBUF_INIT;
            strbuf_printf(&name, "%s %s", book->labs[i].id, columns[k]);
            cell_text(out, name.data);
            strbuf_free(&name);
        }
    strbuf_puts(out, "\r\n");
}

static void result_cells(const struct class_result *result, struct strbuf *out)
{
    if (result == NULL) {
        cell_number(out, 0);
        cell_number(out, 0);
        cell_text(out, "missing");
        cell_number(out, 0);
        cell_empty(out);
        return;
    }
    if (result->outcome == OUTCOME_INTERNAL_ERROR) {
        cell_empty(out);
        cell_empty(out);
    } else {
        cell_number(out, result->counts ? result->mark : 0);
        cell_number(out, result->points);
    }
    cell_text(out, outcome_name(result->outcome));
    cell_number(out, (double)result->late_s / 3600);
    cell_text(out, result->remark);
}

void class_csv(const struct class_book *book, struct strbuf *out)
{
    struct strbuf table = STRBUF_INIT;
    strbuf_puts(&table, BYTE_ORDER_MARK);
    header(book, &table);
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_student *student = &book->students[i];
        cell_text(&table, student->id);
        cell_text(&table, student->name);
        if (student->error)
            cell_empty(&table);
        else
            cell_number(&table, student->mark);
        cell_number(&table, student->most);
        for (unsigned lab = 0; lab < book->nlabs; lab++)
            result_cells(class_result_of(student, lab), &table);
        strbuf_puts(&table, "\r\n");
    }
    strbuf_add(out, table.data, table.len);
    strbuf_free(&table);
}
