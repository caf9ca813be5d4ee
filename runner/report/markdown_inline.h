/*
 * report/markdown_inline - the words of one paragraph, heading or cell. Private to report/.
 */
#ifndef SOCKLINGS_REPORT_MARKDOWN_INLINE_H
#define SOCKLINGS_REPORT_MARKDOWN_INLINE_H

#include <cmark.h>

#include "report/look.h"

/* Adds the inline content of a block as one line (a hard break is a newline), escaped, with colour
 * where the look has it and with the marks of Markdown where it has not. */
void markdown_inline(cmark_node *block, const struct look *look, bool bold, struct strbuf *out);

/* Adds literal text made fit for the look: escaped, ASCII punctuation without UTF-8. */
void markdown_literal(const char *text, const struct look *look, struct strbuf *out);

#endif
