/*
 * grade/journal_line - one line of a journal, told apart and checked. Only for journal.c.
 */
#ifndef SOCKLINGS_GRADE_JOURNAL_LINE_H
#define SOCKLINGS_GRADE_JOURNAL_LINE_H

#include "grade/journal.h"

enum line_kind { LINE_HEAD, LINE_ENTRY, LINE_REFUSAL, LINE_FORGET };

struct journal_line {
    enum line_kind kind;
    struct journal_entry *entry; /* ENTRY: one block, freed with free(3); no version, no place */
    struct journal_refusal *refusal; /* REFUSAL: likewise */
    char *version;                   /* HEAD: of socklings; freed with free(3) */
    uint64_t seed;                   /* HEAD: not 0 */
};

/* Of a line without its newline. `name` and `number` begin the error text: "NAME:NUMBER: …". The
 * verdict is only seen to be JSON, with a lab and an outcome: the rest is looked at by who reads
 * it. -1 and *err: nothing is to be freed. */
int journal_line_read(const char *text, size_t len, const char *name, size_t number,
                      struct journal_line *line, struct error *err);
void journal_line_free(struct journal_line *line);

#endif
