/*
 * gradebook/class - a class and its marks as plain data: what grade/ makes of a journal and a
 * policy, and what the reports of a class (class_out.h) are written from.
 *
 * Everything lives in the book's own memory and goes with class_free. Texts are UTF-8 as they were
 * handed in: each report escapes for its own format. No field may be NULL unless it says so.
 */
#ifndef SOCKLINGS_GRADEBOOK_CLASS_H
#define SOCKLINGS_GRADEBOOK_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "judge/verdict.h"

struct class_step {
    const char *id, *title;
    enum step_status status;
    unsigned points;
    bool hidden; /* of the private labs: a student sees its number and its mark, and nothing else */
    /* Of a failed step; NULL and 0 where it does not apply. As in the verdict document. */
    const char *message, *question, *lesson;
    const char *diagnosis, *certainty, *diagnosis_message, *file; /* its id; "fact" or "hint" */
    unsigned line;
};

/* What one attempt of a student at a lab has come to. */
struct class_result {
    unsigned lab;           /* index into the book's labs */
    unsigned attempt;       /* from 1, by the time of handing in */
    const char *submission; /* where it came from: "class.zip: anna/05_udp_echo" */
    int64_t handed_in;      /* seconds since 1970; 0: not known */
    enum outcome outcome;
    const char *error;     /* as in the verdict document; NULL */
    const char *reproduce; /* the command */
    uint64_t seed;
    unsigned repeats;   /* how often it was judged; 1 without --repeat */
    unsigned disagreed; /* of them, how many gave another verdict than the one told here: flaky */
    unsigned points, max_points; /* the lab's own, hidden steps included */
    double share;                /* what the policy makes of it: 0 to 1, late penalty taken off */
    double mark;                 /* share times the lab's weight */
    int64_t late_s;              /* after the due time; 0: in time, or no due time */
    bool counts;                 /* the policy has chosen this attempt */
    const char
        *remark; /* the policy's: "2 days late: 20 % off", "4th attempt: 3 are allowed"; NULL */
    const char *page; /* of the feedback, below the output folder, without ending:
                         "students/anna/05_udp_echo"; NULL */
    double ms_total;
    const struct class_step *steps;
    unsigned nsteps;
};

struct class_student {
    const char *id;               /* unique: "anna" */
    const char *name;             /* as the LMS tells it; equal to id when it does not */
    const char *folder;           /* of its pages, a safe name: "students/anna" */
    struct class_result *results; /* by lab, then attempt */
    unsigned nresults;
    double mark, most; /* sums over the labs, as the policy weighs them */
    bool error;        /* some result is the grader's own failure: the mark is not final */
};

struct class_lab {
    const char *id, *title;
    unsigned max_points;
    double weight;   /* its share of the whole mark; the sum over labs is `most` */
    const char *due; /* as the policy says it, or NULL */
};

/* A submission that could not be graded at all: a broken archive, nobody's file, a name twice. */
struct class_refusal {
    const char *submission, *why;
    const char *student, *name; /* NULL when nobody knows */
};

/* What the rules come to, and may not be meant: for the instructor. */
struct class_note {
    const char *text;
    bool urgent; /* probably a mistake: not only for the page */
};

struct class_book {
    const char *title;
    const char *made;    /* "2026-11-21 14:03 UTC": told on the pages */
    const char *version; /* of socklings */
    struct class_lab *labs;
    unsigned nlabs;
    struct class_student *students; /* by id */
    unsigned nstudents;
    struct class_refusal *refusals;
    unsigned nrefusals;
    struct class_note *notes;
    unsigned nnotes;
    struct class_store *store; /* owns all of the above; private */
};

#endif
