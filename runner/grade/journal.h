/*
 * grade/journal - OUT/journal.jsonl: everything a run has found out, a line for each student and
 * lab.
 *
 *     {"journal": 1, "socklings": "0.1.0", "seed": 4711}                                first line
 *     {"student": "anna", "name": "Anna Li", "folder": "anna", "attempt": 1,
 *      "handed_in": 1700000000, "submission": "class.zip: anna/05_udp_echo",
 *      "key": "9f3c…", "repeats": 1, "disagreed": 0, "hidden": ["eof2"],
 *      "verdict": {… the verdict document, runner/report/README.md …}}
 *     {"refused": "class.zip: broken.zip", "student": "ben", "why": "…"}
 *
 * A line is written with one write() and reaches the disk before it counts. A later line of the
 * same student, lab and attempt takes the place of an earlier one. A last line without its end (the
 * run was killed) is cut off when the journal is opened again; any other damage is an error that
 * names the line, and nothing is overwritten. Reports are written from the journal alone.
 */
#ifndef SOCKLINGS_GRADE_JOURNAL_H
#define SOCKLINGS_GRADE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/strbuf.h"

/* One line of a result, as text fields and the parsed document. */
struct journal_entry {
    const char *student, *name, *folder, *submission, *key, *lab;
    unsigned attempt, repeats, disagreed;
    int64_t handed_in;
    struct json line; /* the whole object: "verdict", "hidden" … */
};

struct journal_refusal {
    const char *submission, *student, *why; /* student: NULL */
};

struct journal;

/* Opens OUT/journal.jsonl for reading and appending, and makes it when it is not there: with this
 * seed, else with the one it has (0 means: any). Locked against other runs for as long as it is
 * open. NULL and *err. */
struct journal *journal_open(const char *out, uint64_t seed, const char *version,
                             struct error *err);
/* Only to read: merge, reports. Not locked. */
struct journal *journal_read(const char *path, struct error *err);
void journal_close(struct journal *j); /* NULL is fine */

uint64_t journal_seed(const struct journal *j);

/* The entry of that student, lab and attempt, or NULL. */
const struct journal_entry *journal_find(const struct journal *j, const char *student,
                                         const char *lab, unsigned attempt);
/* The entries that count (the last of each), in the order student, lab, attempt. */
size_t journal_count(const struct journal *j);
const struct journal_entry *journal_at(const struct journal *j, size_t index);
size_t journal_refusals(const struct journal *j);
const struct journal_refusal *journal_refusal(const struct journal *j, size_t index);

/* Adds a whole line (with its newline), synced. -1 and *err (a full disk): the journal is as it was
 * before. Pointers got from the journal stay valid. */
int journal_add(struct journal *j, const struct strbuf *line, struct error *err);
/* Takes the refusals of former runs off the list: those of this run are added after it. */
int journal_forget_refusals(struct journal *j, struct error *err);

#endif
