/*
 * grade/policy_parts - a policy as data, and what it makes of an attempt. Only for policy*.c and
 * class*.c.
 *
 * All is whole numbers, so that no sum depends on its order and 0.1 + 0.2 is 0.3: shares in
 * ten-thousandths, weights in thousandths, marks in MARK_ONEs.
 */
#ifndef SOCKLINGS_GRADE_POLICY_PARTS_H
#define SOCKLINGS_GRADE_POLICY_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog/store.h"
#include "grade/policy.h"

enum { SHARE_ONE = 10000, WEIGHT_ONE = 1000 };
#define MARK_ONE INT64_C(1000000000)

enum counting { COUNT_BEST, COUNT_LAST, COUNT_FIRST };

struct late_rule {
    int64_t grace, per; /* seconds; per 0: what is taken off is taken off once */
    unsigned off, most; /* of SHARE_ONE */
    int64_t until;      /* seconds after the due time; -1: for ever */
};

/* Of one lab, all defaults filled in. */
struct terms {
    int64_t weight; /* of WEIGHT_ONE; -1: as many as the lab has points */
    bool has_due;
    int64_t due;          /* seconds since 1970 */
    const char *due_text; /* as it was written; NULL */
    struct late_rule late;
    unsigned attempts; /* that are looked at; 0: all */
    enum counting count;
    unsigned pass; /* of SHARE_ONE: with less, nothing counts */
};

struct policy_lab {
    const char *id;
    struct terms terms;
};

struct extension {
    const char *student, *lab; /* lab: NULL for all that have no extension of their own */
    int64_t seconds;
};

struct policy {
    const char *path;  /* NULL: none was given */
    const char *title; /* NULL */
    int64_t total;     /* of WEIGHT_ONE; -1: the sum of the weights */
    struct terms rest; /* of labs that are not named */
    struct policy_lab *labs;
    unsigned nlabs;
    struct extension *extensions;
    unsigned nextensions;
    struct lab_store *store; /* owns all of it */
};

const struct terms *policy_terms(const struct policy *policy, const char *lab);
int64_t policy_extension(const struct policy *policy, const char *student, const char *lab);

/* What of an attempt's points counts. */
struct judged {
    bool may;      /* false: one attempt too many, it is not looked at */
    unsigned keep; /* of SHARE_ONE: what is left when what is late has been taken off */
};

/* Judges one attempt by its points, attempt and handed_in, and fills share and late_s. What is to
 * be said is put before the remark that is there. */
struct judged policy_judge(const struct terms *terms, int64_t extension,
                           struct class_result *result, struct lab_store *store);
/* The place of the one that counts among the attempts at one lab, in the order of their number;
 * `count`: none does. A grader's own failure says nothing about the program, so it is chosen only
 * when there is nothing else. */
unsigned policy_choose(const struct terms *terms, const struct class_result *results,
                       const struct judged *judged, unsigned count);

/* A lab's weight in the whole mark, and what a result is worth of it, both in MARK_ONEs; `sum` is
 * that of the weights of all labs. */
int64_t policy_weight(const struct policy *policy, int64_t weight, int64_t sum);
int64_t policy_mark(const struct policy *policy, int64_t weight, int64_t sum,
                    const struct class_result *result, struct judged judged);
/* To two decimals, halves up: what is shown. Less than a millionth below the half is the half. */
double policy_round(int64_t mark);

#endif
