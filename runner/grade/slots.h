/*
 * grade/slots - a list of tasks judged by several workers at once.
 *
 *  - Each worker has one task, and one ahead as long as there are plenty: it goes on while what it
 *    answered is written down.
 *  - A worker that dies, or does not answer within its patience (grade/worker.h), is replaced, and
 *    its task given once more to a fresh one (what it had ahead goes back to the others); so is a
 * task that ended as an internal error. What fails twice so is the grader's own failure, and told
 * as that.
 *  - A worker is replaced after some hundreds of tasks, whatever they may have left in it.
 */
#ifndef SOCKLINGS_GRADE_SLOTS_H
#define SOCKLINGS_GRADE_SLOTS_H

#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"
#include "grade/grade.h"
#include "grade/worker.h"

/* What has become of a task. `text` is the verdict document, or, when `head` is NULL, why no worker
 * could judge it. -1 and *err stops the run. */
typedef int slots_fn(void *arg, size_t index, const struct worker_answer *head, const char *text,
                     struct error *err);

/* Called when nothing more is at hand: what was told since the last time may be written down
 * together. -1 and *err stops the run. */
typedef int slots_settle_fn(void *arg, struct error *err);

struct slots;

/* For request->jobs workers; none is started before it is needed. The keeper must outlive it. */
struct slots *slots_new(struct loop *loop, struct keeper *keeper,
                        const struct grade_request *request, slots_fn *fn, slots_settle_fn *settle,
                        void *arg);
void slots_free(struct slots *slots); /* ends its workers; NULL is fine */

/* Judges them all. Blocks until then. -1 and *err when it was stopped: the workers are ended, and
 * what they were at is as if it had never been begun. */
int slots_run(struct slots *slots, const struct worker_task *tasks, size_t ntasks,
              struct error *err);

#endif
