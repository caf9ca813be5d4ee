/*
 * grade/journal_index - what of a journal is in memory: its entries sorted, its refusals in order.
 * Only for journal.c.
 */
#ifndef SOCKLINGS_GRADE_JOURNAL_INDEX_H
#define SOCKLINGS_GRADE_JOURNAL_INDEX_H

#include "grade/journal.h"
#include "grade/journal_line.h"

/* All zero is an empty one. What was replaced or forgotten is kept until journal_index_free, so
 * that pointers to it stay. */
struct journal_index {
    uint64_t seed;
    char **versions; /* of socklings; entries point to them, the last is today's */
    size_t nversions;
    struct journal_entry **entries, **replaced;
    size_t nentries, nreplaced;
    struct journal_refusal **refusals, **forgotten;
    size_t nrefusals, nforgotten;
};

void journal_index_free(struct journal_index *index);

const char *journal_index_version(const struct journal_index *index); /* "": none yet */
const struct journal_entry *journal_index_find(const struct journal_index *index,
                                               const char *student, const char *lab,
                                               unsigned attempt);

/* Takes over what the line holds; it is empty afterwards. journal_index_add puts an entry in its
 * place; journal_index_append does not, for loading many: journal_index_sort follows, before
 * anything is looked for. */
void journal_index_add(struct journal_index *index, struct journal_line *line);
void journal_index_append(struct journal_index *index, struct journal_line *line);
void journal_index_sort(struct journal_index *index);

#endif
