/*
 * judge/evidence - which events of a recording show a failure, and what had worked before it, as
 * lines. Private to judge/.
 */
#ifndef SOCKLINGS_JUDGE_EVIDENCE_H
#define SOCKLINGS_JUDGE_EVIDENCE_H

#include "rules/facts.h"

/* The program that the failed action speaks of had ended before everything else came to rest: how.
 * NULL: it was not that. */
const struct event *evidence_ended(const struct facts *f);

/* A growing list of lines; each is owned. */
struct lines {
    char **text;
    unsigned count;
};

/* Event numbers, in order, each once. */
struct picked {
    uint64_t *n;
    unsigned count;
};
void picked_add(struct picked *p, uint64_t n);
void picked_free(struct picked *p);

/* Adds what shows the failure beside what is picked already: calls under way, the last calls before
 * event `at`, states that are left. */
void evidence_pick(const struct facts *f, uint64_t at, struct picked *p);

/* evidence_order.c: the picked events in the order of their lines, which does not hang on how
 * things that happened at once were seen. `events` has room for all of them. */
void evidence_order(const struct facts *f, const struct picked *p, const struct event **events);

/* The picked events as lines: those of the learner's programs, then calls of the lab's own. */
void evidence_lines(const struct facts *f, const struct picked *p, struct lines *out);

/* The actions that succeeded before event `at`, and what the programs set up between them. Of a
 * long list the middle is left out. */
void evidence_worked(const struct facts *f, uint64_t at, struct lines *out);

/* A call of a program of the lab's own: *shown becomes the event as a learner may see it, without
 * lines of a source that is not theirs. The caller keeps `name`. False: it is none. */
bool evidence_own(const struct facts *f, const struct event *ev, struct event *shown,
                  struct strbuf *name);

/* The last call of the process before event `before` that failed and tells something of the
 * exchange; NULL: none. EAGAIN, EINTR and EINPROGRESS are no failures. */
const struct model_call *evidence_complaint(const struct facts *f, int pid, uint64_t before);

#endif
