/*
 * check/hands - a list of scenes shared between this process and a forked helper, so that both
 * processors of a small machine are busy.
 *
 * The scenes of a check do not depend on each other, only their judgement does: it goes in order.
 * Each process takes the next scene that nobody has taken; results of the helper come back as
 * recordings in a file in memory. A helper that dies costs nothing but time: its scenes are run
 * again here.
 */
#ifndef SOCKLINGS_CHECK_HANDS_H
#define SOCKLINGS_CHECK_HANDS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/loop.h"
#include "timeline/timeline.h"

/* Runs job `index` in the given loop; 0, or -1 and *err for an internal error. *tl is initialised.
 */
typedef int hands_fn(void *arg, unsigned index, struct loop *loop, struct timeline *tl,
                     struct error *err);

struct hands;

/* shared[i]: the helper may take job i. No helper is started when fewer than three jobs may be
 * shared, only one processor is allowed, or it cannot be forked: everything works without.
 * interrupted may be NULL. */
struct hands *hands_start(struct loop *loop, const bool *shared, unsigned njobs, hands_fn *fn,
                          void *arg, volatile const int *interrupted);

/* The result of a job, each asked for once: runs it, or one behind it while the helper is at it.
 * *tl (initialised) gets the recording. */
int hands_result(struct hands *hands, unsigned index, struct timeline *tl, struct error *err);

/* Runs a job from `from` on that nobody has taken, while something else keeps the caller from job
 * `from`. False: there is none. */
bool hands_ahead(struct hands *hands, unsigned from);

/* Ends the helper, whatever it is at. NULL is fine. */
void hands_free(struct hands *hands);

#endif
