/*
 * judge/outsider - whether another program than the learner's own did the work: one of the system's
 * (an interpreter, say), the lab's solution, or one that the sanitizers do not watch.
 */
#ifndef SOCKLINGS_JUDGE_OUTSIDER_H
#define SOCKLINGS_JUDGE_OUTSIDER_H

#include "rules/facts.h"

/* What was executed: the file itself, where its path led elsewhere. Of an execve() call. */
const char *outsider_image(const struct call_event *call);

/* The first execve() of a program that is not the system's, its own file too; NULL. */
const struct event *outsider_own(const struct timeline *tl);

/* The first call on a socket by another's program that the learner's has become or started; NULL.
 * *exec: where that began. */
const struct event *outsider_at_work(const struct facts *f, const struct event **exec);

#endif
