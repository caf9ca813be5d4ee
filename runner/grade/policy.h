/*
 * grade/policy - how points become marks: weights, due times, late rules, attempts. A small JSON
 * file; without one every lab counts its points, nothing is late, and the best attempt counts.
 *
 *     {"version": 1, "title": "Networks, winter 2026",
 *      "total": 100,                      of all labs; without it: the sum of their weights
 *      "labs": {"05_udp_echo": {"weight": 2, "due": "2026-11-20T23:59:00+01:00"},
 *               "09_tcp_client": {"weight": 3, "due": "…", "pass": 0.5}},
 *      "default": {"weight": 1, "due": "…", "late": {…}, "attempts": 3, "count": "best"},
 *      "late": {"grace": "15m", "per": "1d", "off": 0.1, "most": 0.5, "until": "7d"},
 *      "attempts": 3, "count": "best" | "last" | "first",
 *      "extensions": {"anna": "2d", "ben": {"05_udp_echo": "7d"}}}
 *
 * What stands in "default" counts for labs that say nothing else themselves; what stands at the top
 * for those about which "default" says nothing. runner/grade/README.md explains every field;
 * grade/policy.schema.json describes it for editors.
 */
#ifndef SOCKLINGS_GRADE_POLICY_H
#define SOCKLINGS_GRADE_POLICY_H

#include "base/error.h"
#include "catalog/lab.h"
#include "grade/journal.h"
#include "gradebook/class.h"

struct policy;

/* NULL path: the policy without a file. Labs and unknown fields are checked with the nearest name;
 * errors have file and JSON path. A file larger than 1 MiB is refused. NULL and *err. */
struct policy *policy_load(const char *path, const struct catalog *catalog, struct error *err);
struct policy *policy_parse(const char *text, size_t len, const char *path,
                            const struct catalog *catalog, struct error *err);
void policy_free(struct policy *policy); /* NULL is fine */

/* The whole class: of a journal and the policy. The same whatever the order of its lines. `made`:
 * seconds since 1970. The caller frees with class_free, also after a failure.
 *
 *  - Labs are those that somebody has handed in and those that the policy names. One that the
 *    catalog does not have stands behind the others, under its id.
 *  - The attempt that counts is marked; a lab that was not handed in has no result and gives 0.
 *  - A grader's own failure is chosen only when there is nothing else, and always makes the mark
 *    not final (class_student.error), unless it was an attempt too many.
 *  - Students of whom there are only refusals are there, without results. An extension for nobody
 *    in the book is told among the notes.
 *  - A result that an older socklings judged says so in its remark.
 *
 * -1 and *err: a line that holds no verdict (its number is named), two students with one folder. */
int class_assemble(struct class_book *book, const struct journal *journal,
                   const struct policy *policy, const struct catalog *catalog, int64_t made,
                   const char *version, struct error *err);
void class_free(struct class_book *book);

#endif
