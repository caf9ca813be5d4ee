/*
 * report/diff_text - the diff of a verdict (base/bytes.h, bytes_diff) on a terminal of any width.
 */
#ifndef SOCKLINGS_REPORT_DIFF_TEXT_H
#define SOCKLINGS_REPORT_DIFF_TEXT_H

#include "report/look.h"

/* Adds the diff behind `indent`. Where its lines are wider than the terminal, labels get lines of
 * their own, and of the bytes those around the caret are shown. */
void diff_text(const char *diff, const struct look *look, const char *indent, struct strbuf *out);

#endif
