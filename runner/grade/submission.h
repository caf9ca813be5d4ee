/*
 * grade/submission - what a class has handed in, as data.
 */
#ifndef SOCKLINGS_GRADE_SUBMISSION_H
#define SOCKLINGS_GRADE_SUBMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "catalog/lab.h"

/* One student's files for one lab, unpacked and looked at: regular files with the names of the
 * lab's sources, at most 1 MiB each. */
struct submission {
    char *student; /* who: unique in the class, valid UTF-8 without control characters */
    char *name;    /* as the LMS tells it; NULL */
    char *folder;  /* safe file name made of `student`: no slash, no leading dot, ≤ 64 bytes */
    char *origin;  /* where it came from, for people: "class.zip: anna/05_udp_echo" */
    const struct lab *lab;
    unsigned attempt;  /* from 1, by handed_in, then origin */
    int64_t handed_in; /* seconds since 1970; 0: not known */
    char *dir;         /* where the files lie: check_request.source_dir */
};

/* What could not be taken, and why: never an error of the run. */
struct refusal {
    char *origin, *student, *name; /* student: NULL when nobody knows; name: as the LMS tells it */
    struct error why;
};

struct submissions {
    struct submission *list; /* by student, lab, attempt */
    size_t count;
    struct refusal *refusals;
    size_t nrefusals;
};

void submissions_free(struct submissions *all);

#endif
