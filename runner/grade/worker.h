/*
 * grade/worker - the processes that judge, one submission at a time.
 *
 * A keeper is forked early, while this process is small and has opened nothing, and forks the
 * workers when asked: each has its own sandbox factory, and knows the labs by having been copied.
 * It ends with the grader, the workers with it, and everything in their scenes with them, however
 * the grader ends.
 *
 * A worker writes the feedback of a submission before it answers, so an answer means that its pages
 * are there.
 */
#ifndef SOCKLINGS_GRADE_WORKER_H
#define SOCKLINGS_GRADE_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "grade/grade.h"
#include "grade/submission.h"
#include "judge/verdict.h"

struct keeper {
    int fd; /* -1: none */
    pid_t pid;
    int pidfd; /* a loop may reap it first: its number may be another's by then */
};

/* The request (and what it points to) must be whole: the workers work with their copies of it. */
int keeper_start(struct keeper *keeper, const struct grade_request *request, unsigned formats,
                 struct error *err);
/* Ends it and its workers, whatever they are at, and waits for it. */
void keeper_stop(struct keeper *keeper);

struct worker {
    int fd, pidfd; /* fd: a stream, tasks in, answers out; -1: none */
};

/* A new worker, kept to one processor; cpu -1: to none. -1 and *err when the keeper has died. */
int worker_start(struct keeper *keeper, int cpu, struct worker *worker, struct error *err);
/* Kills it. Its scenes die with it, a moment later. */
void worker_end(struct worker *worker);

struct worker_task {
    const struct submission *submission;
    uint64_t seed;
};

/* Gives it one; the worker must be idle. Does not block. -1: it has died. */
int worker_give(const struct worker *worker, const struct grade_request *request,
                const struct worker_task *task);

enum answer_kind {
    ANSWER_VERDICT, /* text: the verdict document, one line */
    ANSWER_STOP,    /* text: why nothing more can be written (a full disk) */
};

struct worker_answer {
    enum answer_kind kind;
    enum outcome outcome;
    unsigned repeats, disagreed;
    uint32_t len; /* of the text that follows */
};

enum { ANSWER_MOST = 15 * 1024 * 1024 }; /* what a line of the journal can hold */

/* The command that judges it again, told from within the output folder; the caller frees. */
char *worker_reproduce(const struct grade_request *request, const struct submission *submission,
                       uint64_t seed);

/* The limit of its patience with one submission of that lab, in nanoseconds: far above what any
 * program can use up, since every scene and every compiler has limits of its own. */
int64_t worker_patience(const struct lab *lab, unsigned repeat);

#endif
