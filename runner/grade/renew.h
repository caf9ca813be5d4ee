/*
 * grade/renew - the pages of a result that is known already, made again without judging: after
 * another --format, or when somebody has removed them.
 */
#ifndef SOCKLINGS_GRADE_RENEW_H
#define SOCKLINGS_GRADE_RENEW_H

#include <stdbool.h>

#include "grade/journal.h"
#include "grade/submission.h"

/* From the entry's line in the journal and the recording in OUT/students. False: they do not hold
 * enough, or cannot be read, and the submission is to be judged again. */
bool renew_pages(const struct journal *journal, const struct journal_entry *entry,
                 const struct submission *submission, const char *out, unsigned formats);

#endif
