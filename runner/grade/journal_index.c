/* grade/journal_index: see journal_index.h. Each entry is a block of its own. */
#include "grade/journal_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* `list` has room for a power of two of items: it grows when `count` is one. */
static void *with_room(void *list, size_t count, size_t size)
{
    return (count & (count - 1)) == 0 ? mem_resize(list, count == 0 ? 1 : count * 2, size) : list;
}

static int compare_key(const struct journal_entry *e, const char *student, const char *lab,
                       unsigned attempt)
{
    int order = strcmp(e->student, student);
    if (order == 0)
        order = strcmp(e->lab, lab);
    return order != 0 ? order : (e->attempt > attempt) - (e->attempt < attempt);
}

static int compare_entries(const void *a, const void *b)
{
    const struct journal_entry *x = *(const struct journal_entry *const *)a,
                               *y = *(const struct journal_entry *const *)b;
    int order = compare_key(x, y->student, y->lab, y->attempt);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static bool same_key(const struct journal_entry *a, const struct journal_entry *b)
{
    return compare_key(a, b->student, b->lab, b->attempt) == 0;
}

/* The place of the first entry that is not before that key. */
static size_t place_of(const struct journal_index *index, const char *student, const char *lab,
                       unsigned attempt)
{
    size_t low = 0, high = index->nentries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_key(index->entries[middle], student, lab, attempt) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct journal_entry *journal_index_find(const struct journal_index *index,
                                               const char *student, const char *lab,
                                               unsigned attempt)
{
    size_t at = place_of(index, student, lab, attempt);
    if (at == index->nentries || compare_key(index->entries[at], student, lab, attempt) != 0)
        return NULL;
    return index->entries[at];
}

const char *journal_index_version(const struct journal_index *index)
{
    return index->nversions == 0 ? "" : index->versions[index->nversions - 1];
}

static void append_entry(struct journal_index *index, struct journal_entry *e)
{
    index->entries = with_room(index->entries, index->nentries, sizeof *index->entries);
    index->entries[index->nentries++] = e;
}

static void insert_entry(struct journal_index *index, struct journal_entry *e)
{
    size_t at = place_of(index, e->student, e->lab, e->attempt);
    if (at < index->nentries && same_key(index->entries[at], e)) {
        index->replaced = with_room(index->replaced, index->nreplaced, sizeof *index->replaced);
        index->replaced[index->nreplaced++] = index->entries[at];
        index->entries[at] = e;
        return;
    }
    append_entry(index, e);
    memmove(&index->entries[at + 1], &index->entries[at],
            (index->nentries - 1 - at) * sizeof *index->entries);
    index->entries[at] = e;
}

static void append_refusal(struct journal_index *index, struct journal_refusal *refusal)
{
    index->refusals = with_room(index->refusals, index->nrefusals, sizeof *index->refusals);
    index->refusals[index->nrefusals++] = refusal;
}

static void forget(struct journal_index *index)
{
    for (size_t i = 0; i < index->nrefusals; i++) {
        index->forgotten = with_room(index->forgotten, index->nforgotten, sizeof *index->forgotten);
        index->forgotten[index->nforgotten++] = index->refusals[i];
    }
    index->nrefusals = 0;
}

static void take(struct journal_index *index, struct journal_line *line,
                 void (*keep)(struct journal_index *, struct journal_entry *))
{
    switch (line->kind) {
    case LINE_HEAD:
        index->seed = line->seed;
        index->versions = with_room(index->versions, index->nversions, sizeof *index->versions);
        index->versions[index->nversions++] = line->version;
        break;
    case LINE_ENTRY:
        line->entry->version = journal_index_version(index);
        keep(index, line->entry);
        break;
    case LINE_REFUSAL:
        append_refusal(index, line->refusal);
        break;
    case LINE_FORGET:
        forget(index);
        break;
    }
    *line = (struct journal_line){0};
}

void journal_index_add(struct journal_index *index, struct journal_line *line)
{
    take(index, line, insert_entry);
}

void journal_index_append(struct journal_index *index, struct journal_line *line)
{
    take(index, line, append_entry);
}

void journal_index_sort(struct journal_index *index)
{
    size_t kept = 0;
    if (index->nentries > 0)
        qsort(index->entries, index->nentries, sizeof *index->entries, compare_entries);
    for (size_t i = 0; i < index->nentries; i++) {
        struct journal_entry *e = index->entries[i];
        if (kept > 0 && same_key(index->entries[kept - 1], e))
            free(index->entries[--kept]); /* nobody has seen it yet */
        index->entries[kept++] = e;
    }
    index->nentries = kept;
}

void journal_index_free(struct journal_index *index)
{
    for (size_t i = 0; i < index->nversions; i++)
        free(index->versions[i]);
    for (size_t i = 0; i < index->nentries; i++)
        free(index->entries[i]);
    for (size_t i = 0; i < index->nreplaced; i++)
        free(index->replaced[i]);
    for (size_t i = 0; i < index->nrefusals; i++)
        free(index->refusals[i]);
    for (size_t i = 0; i < index->nforgotten; i++)
        free(index->forgotten[i]);
    free(index->versions);
    free(index->entries);
    free(index->replaced);
    free(index->refusals);
    free(index->forgotten);
    *index = (struct journal_index){0};
}
