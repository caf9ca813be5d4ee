/*
 * grade - a whole class: intake, slots, journal, reports.
 *
 *  - Every submission is judged by check_run, as at home, in a slot: a worker process with its own
 *    sandbox factory, on one processor.
 *  - An internal error is never a grade: it is tried once more in a fresh worker, then told as the
 *    grader's own, and the run ends with exit status 3.
 *  - What the journal has with the same key (submission, lab, hidden lab, compiler, flags, seed,
 *    version) is not judged again.
 */
#ifndef SOCKLINGS_GRADE_GRADE_H
#define SOCKLINGS_GRADE_GRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "catalog/lab.h"

struct grade_request {
    char *const *paths;
    size_t npaths;
    const struct catalog *catalog; /* hidden labs are laid over it already */
    const struct lab *const *labs; /* that are graded */
    size_t nlabs;
    const char *hidden; /* absolute path of the folder that was laid over the catalog; NULL */
    const char *lib_dir, *lib_archive, *version;
    const char *out, *policy; /* policy: a file, or NULL */
    const char *formats;      /* "csv,junit,html,gradescope,text"; NULL: all */
    const char *const *only;  /* students, or NULL */
    size_t nonly;
    int64_t since;                /* handed in later than this; 0: all */
    unsigned jobs, shard, shards; /* shard from 1; shards 1: everything */
    unsigned repeat;              /* 1: once */
    uint64_t seed;                /* 0: that of the journal, else drawn */
    bool fresh;                   /* judge again what the journal has */
    bool watch;                   /* go on with what arrives, until interrupted */
    volatile const int *interrupted;
    /* As each is known; may be NULL. */
    void (*progress)(void *arg, size_t done, size_t all, const char *student, const char *lab,
                     const char *outcome);
    /* What the user should know, a sentence; may be NULL. */
    void (*notice)(void *arg, const char *text);
    /* A submission that could not be taken, and why; may be NULL. */
    void (*refused)(void *arg, const char *submission, const char *why);
    void *progress_arg; /* of all three */
};

struct grade_summary {
    size_t graded, reused, passed;                /* passed: of both */
    size_t refused, internal_errors, flaky, left; /* left: not done, interrupted */
    bool begun; /* false: the request is at fault, and nothing was changed */
    bool unfit; /* not begun, since this machine cannot shut programs in */
};

/* 0: every submission has a line and the reports are written. -1 and *err: stopped (full disk,
 * interrupted …); what was found is in the journal, and the same command goes on from there. */
int grade_run(struct loop *loop, const struct grade_request *request, struct grade_summary *summary,
              struct error *err);

/* Shards into one report: folders with a journal.jsonl each. */
int grade_merge(const struct grade_request *request, struct grade_summary *summary,
                struct error *err);

#endif
