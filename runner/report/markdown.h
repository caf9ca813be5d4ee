/*
 * report/markdown - a lesson (CommonMark, parsed by cmark) laid out for a terminal.
 *
 * Headings, paragraphs, emphasis, code, lists, quotes, links, rules, and pipe tables as GitHub has
 * them (rows begin with '|'). Prose is wrapped; code is indented, and broken only where it is wider
 * than the terminal. Tables that do not fit become wrapped cells, then lists. Any bytes are fine as
 * input: what a terminal would obey is escaped, and depth does not exhaust the stack.
 */
#ifndef SOCKLINGS_REPORT_MARKDOWN_H
#define SOCKLINGS_REPORT_MARKDOWN_H

#include <stddef.h>

#include "base/error.h"
#include "report/look.h"

/* Adds the text laid out; it ends in a newline unless there is nothing. */
void markdown_text(const char *text, size_t len, const struct look *look, struct strbuf *out);

/* Only the section of one anchor, its heading included ("taking-the-port", see catalog/lesson.h).
 * -1 and *err when there is none. */
int markdown_section(const char *text, size_t len, const char *anchor, const struct look *look,
                     struct strbuf *out, struct error *err);

#endif
