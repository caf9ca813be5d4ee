/*
 * grade/lines - the lines of a journal, as journal.h describes them.
 */
#ifndef SOCKLINGS_GRADE_LINES_H
#define SOCKLINGS_GRADE_LINES_H

#include <stdint.h>

#include "base/strbuf.h"
#include "grade/submission.h"
#include "grade/worker.h"

/* Each adds one whole line. */
void line_head(struct strbuf *out, uint64_t seed, const char *version);
/* verdict: the document, one line. */
void line_result(struct strbuf *out, const struct submission *submission, const char *key,
                 const struct worker_answer *head, const char *verdict);
/* student, name: NULL when nobody knows. */
void line_refusal(struct strbuf *out, const char *submission, const char *student, const char *name,
                  const char *why);

#endif
