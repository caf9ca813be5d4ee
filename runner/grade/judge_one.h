/*
 * grade/judge_one - one submission judged, in a worker: once, or as often as --repeat says.
 */
#ifndef SOCKLINGS_GRADE_JUDGE_ONE_H
#define SOCKLINGS_GRADE_JUDGE_ONE_H

#include "grade/grade.h"
#include "grade/submission.h"
#include "judge/verdict.h"
#include "timeline/timeline.h"

struct judged {
    struct verdict verdict; /* what most of them said; of equals, what was said first */
    struct timeline tl;     /* of it; never of a hidden step */
    unsigned repeats, disagreed;
};

/* Fills *judged, freed with judged_free. */
void judge_submission(struct loop *loop, const struct grade_request *request,
                      const struct submission *submission, uint64_t seed, struct judged *judged);
void judged_free(struct judged *judged);

#endif
