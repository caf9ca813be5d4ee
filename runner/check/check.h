/*
 * check - one submission, source to verdict: the only place where build, scene and judge meet.
 */
#ifndef SOCKLINGS_CHECK_CHECK_H
#define SOCKLINGS_CHECK_CHECK_H

#include "base/error.h"
#include "base/loop.h"
#include "catalog/lab.h"
#include "judge/verdict.h"
#include "scene/scene.h"
#include "timeline/timeline.h"

struct check_request {
    const struct lab *lab;
    const char *source_dir; /* the learner's files, named as in the starter */
    const char *lib_dir, *lib_archive;
    const char *cache_dir;    /* NULL: the default */
    uint64_t seed;            /* 0: drawn from /dev/urandom; the verdict tells which */
    enum stdio_kind stdio;    /* STDIO_DEFAULT: as the scripts say */
    bool sanitize_all;        /* verify: every scene on the sanitized build */
    bool warnings_are_errors; /* verify */
    bool alone;      /* use one processor: others are at work beside this (grading). What may not be
                        needed is not compiled ahead */
    bool confine;    /* the compiler must run confined (build.h): the source is a stranger's */
    bool hide;       /* *last is never the recording of a hidden step */
    bool keep_going; /* verify: do not stop at the first failed step */
    const char *reproduce; /* the command for the verdict; NULL: made from the request */
    volatile const int *interrupted;
    /* Called as each step is decided; may be NULL. */
    void (*progress)(void *arg, const struct step_result *step);
    void *progress_arg;
};

/* Always fills *v (the caller frees with verdict_free). The recording of the last scene that ran is
 * left in *last (initialised by the caller), for `trace`; last may be NULL. An interrupted check
 * ends as OUTCOME_INTERNAL_ERROR with error "interrupted". */
void check_run(struct loop *loop, const struct check_request *request, struct verdict *v,
               struct timeline *last);

#endif
