/*
 * report/markdown_table - pipe tables, which CommonMark does not know. Private to report/.
 */
#ifndef SOCKLINGS_REPORT_MARKDOWN_TABLE_H
#define SOCKLINGS_REPORT_MARKDOWN_TABLE_H

#include "report/look.h"

/* A line of the source from its first '|' on. */
struct table_line {
    const char *text;
    size_t len;
};

/* Adds the table as lines of at most `width` columns, if the lines are one: a header, a row of
 * dashes with as many cells, rows. Columns that do not fit are wrapped; where even that is too
 * narrow, each row becomes a list of "header: cell". False: it is no table, and nothing was added.
 */
bool markdown_table(const struct table_line *lines, size_t count, const struct look *look,
                    size_t width, struct strbuf *out);

#endif
