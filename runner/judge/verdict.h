/*
 * judge/verdict - what is said of a submission: plain data, filled by judge and check, read by
 * report. DESIGN of the document: version 1, see runner/report/README.md.
 */
#ifndef SOCKLINGS_JUDGE_VERDICT_H
#define SOCKLINGS_JUDGE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "rules/diagnosis.h"

enum outcome {
    OUTCOME_PASS,
    OUTCOME_FAIL,
    OUTCOME_CRASH,
    OUTCOME_STALL,
    OUTCOME_LIMIT,
    OUTCOME_BUILD_ERROR,
    OUTCOME_INTERNAL_ERROR,
};
const char *outcome_name(enum outcome outcome); /* "pass", …, "build-error", "internal-error" */

enum step_status { STEP_PASS, STEP_FAIL, STEP_NOT_REACHED };
const char *step_status_name(enum step_status status); /* "pass", "fail", "not-reached" */

enum stage {
    STAGE_NONE,
    STAGE_BUILD,
    STAGE_START, /* before the first byte is exchanged: usage, socket, bind, listen */
    STAGE_EXCHANGE,
    STAGE_WIRE,      /* packets and socket states */
    STAGE_CLOSE,     /* ends of streams, exit status, signals */
    STAGE_LEFTOVERS, /* descriptors, children, sockets left behind */
    STAGE_MEMORY,    /* sanitizer reports */
};
const char *stage_name(enum stage stage);

struct step_result {
    const char *id, *title; /* the lab's */
    enum step_status status;
    unsigned points; /* the step's; they count when it passed */
    /* The rest is for a failed step; NULL or 0 where it does not apply. */
    enum stage stage;
    char *trying;    /* the check's title: "a datagram holds a zero byte" */
    char *message;   /* one sentence: what was expected and what came instead */
    char *because;   /* the author's sentence */
    char *diff;      /* expected and received, escaped, with a caret: several lines */
    char *details;   /* compiler or sanitizer text, verbatim but escaped */
    char **evidence; /* lines: calls, states, output, with source line */
    unsigned nevidence;
    char **worked; /* what worked before it, in order */
    unsigned nworked;
    struct diagnosis *diagnosis; /* NULL: no rule matched */
    char *question;              /* the diagnosis's, or the one of the stage */
    char *lesson;                /* "05_udp_echo#bind" */
};

struct verdict {
    const char *lab; /* the lab's id */
    enum outcome outcome;
    char tier; /* 'A', 'B', 'C' */
    uint64_t seed;
    unsigned points, max_points;
    double ms_build, ms_scene, ms_total;
    char *limit;     /* OUTCOME_LIMIT: "wall", "cpu", … */
    char *error;     /* OUTCOME_INTERNAL_ERROR, BUILD_ERROR: what went wrong */
    char *warnings;  /* the compiler's, verbatim, also when the build was right; or NULL */
    char *reproduce; /* the command */
    struct step_result *steps;
    unsigned nsteps;
};

void verdict_free(struct verdict *v); /* frees what it holds, not v itself */

/* 0 pass, 1 any failure of the program, 3 internal error: the exit status of `check`. */
int verdict_exit_status(const struct verdict *v);

#endif
