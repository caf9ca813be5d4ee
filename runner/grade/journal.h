/*
 * grade/journal - OUT/journal.jsonl: everything a run has found out, a line for each student and
 * lab.
 *
 *     {"journal": 1, "socklings": "0.1.0", "seed": 4711}                                first line
 *     {"student": "anna", "name": "Anna Li", "folder": "anna", "attempt": 1,
 *      "handed_in": 1700000000, "submission": "class.zip: anna/05_udp_echo",
 *      "key": "9f3c…", "repeats": 1, "disagreed": 0, "hidden": ["eof2"],
 *      "verdict": {… the verdict document, runner/report/README.md …}}
 *     {"refused": "class.zip: broken.zip", "student": "ben", "name": "Ben Roth", "why": "…"}
 *     {"forget": "refusals"}                                        those above are of former runs
 *
 * A line is written with one write() and reaches the disk before it counts. A later line of the
 * same student, lab and attempt takes the place of an earlier one. A last line without its newline
 * (the run was killed) is cut off when the journal is opened again, whole or not; any other damage
 * is an error that names the line, and nothing is overwritten. Reports are written from the journal
 * alone.
 *
 * In memory are the fields of journal_entry; the verdict of a line is read from the file when it is
 * asked for (journal_document). So 50,000 lines are opened in a fraction of a second and a few MB.
 *
 * A sync costs about 4 ms on an ordinary disk, whatever is written. Who has several lines at hand
 * (results that arrived together) puts each of them and syncs once: that is one sync for all.
 */
#ifndef SOCKLINGS_GRADE_JOURNAL_H
#define SOCKLINGS_GRADE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/strbuf.h"

enum {
    JOURNAL_VERSION = 1,
    JOURNAL_LINE_MOST = 16 * 1024 * 1024, /* bytes of a line, its newline included */
};

/* One result. Texts are not empty, valid UTF-8, and live as long as the journal. */
struct journal_entry {
    const char *student, *name; /* name: equal to student when the line has none */
    const char *folder;         /* of the pages: no slash, no dot in front */
    const char *submission, *key;
    const char *lab, *outcome; /* of the verdict */
    const char *version;       /* of the socklings that judged: of the run's first line */
    unsigned attempt, repeats, disagreed; /* attempt and repeats: 1 or more */
    int64_t handed_in;                    /* 0: not known */
    uint64_t at;                          /* where the line begins in the file */
    size_t length;                        /* in bytes, without its newline */
    size_t number;                        /* of the line, from 1 */
};

struct journal_refusal {
    const char *submission, *why;
    const char *student, *name; /* NULL when nobody knows */
};

struct journal;

/* Opens OUT/journal.jsonl for reading and appending, and makes it (and OUT) when it is not there:
 * with this seed, or one it draws when seed is 0. An old journal keeps its seed: another one (but
 * 0) is an error that says what to do. NULL and *err.
 *
 * Locked against other runs in the same OUT for as long as it is open, by a record lock on
 * OUT/.journal.lock. That belongs to this process: its workers do not inherit it, and it goes when
 * the process ends, however that ends. Nothing else in the process may open and close that file. */
struct journal *journal_open(const char *out, uint64_t seed, const char *version,
                             struct error *err);
/* Only to read: merge, reports. `path` is the journal or its folder. Not locked; a last line
 * without its end is left out, since it may be written right now. */
struct journal *journal_read(const char *path, struct error *err);
void journal_close(struct journal *j); /* NULL is fine. Lines not synced do not count. */

uint64_t journal_seed(const struct journal *j);
const char *journal_path(const struct journal *j);    /* "grades/journal.jsonl" */
const char *journal_version(const struct journal *j); /* of socklings: who wrote to it last */

/* The entry of that student, lab and attempt, or NULL. */
const struct journal_entry *journal_find(const struct journal *j, const char *student,
                                         const char *lab, unsigned attempt);
/* The entries that count (the last of each), in the order student, lab, attempt. */
size_t journal_count(const struct journal *j);
const struct journal_entry *journal_at(const struct journal *j, size_t index);
/* The whole line, parsed: "verdict", "hidden" … Read from the file again; the caller frees with
 * json_free. NULL and *err. */
struct json_doc *journal_document(const struct journal *j, const struct journal_entry *entry,
                                  struct error *err);
/* In the order of the file. */
size_t journal_refusals(const struct journal *j);
const struct journal_refusal *journal_refusal(const struct journal *j, size_t index);

/* Adds a whole line (with its newline), synced. -1 and *err (a full disk, a line that the journal
 * could not read again): the journal is as it was before. Pointers got from the journal stay valid.
 */
int journal_add(struct journal *j, const struct strbuf *line, struct error *err);
/* The same in two steps. A line that was put is not found yet and must not be told as done: a
 * killed run may lose it. It counts when journal_sync has returned 0. A failed put leaves those
 * before it; a failed sync takes off the file all that were put since the last one. */
int journal_put(struct journal *j, const struct strbuf *line, struct error *err);
int journal_sync(struct journal *j, struct error *err); /* nothing put: does nothing */

/* Takes the refusals of former runs off the list: those of this run are added after it. Synced. */
int journal_forget_refusals(struct journal *j, struct error *err);

#endif
