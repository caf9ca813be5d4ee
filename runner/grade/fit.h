/*
 * grade/fit - what is asked before anything is begun: whether the paths make sense, and whether
 * this machine can shut strangers' programs in.
 */
#ifndef SOCKLINGS_GRADE_FIT_H
#define SOCKLINGS_GRADE_FIT_H

#include "base/error.h"
#include "grade/grade.h"

/* The submissions can be read, and the results would go neither into them nor above them. */
int fit_paths(const struct grade_request *request, struct error *err);

/* -1 and *err, with the fix: no class is graded here. On tier B it is, one at a time: sets jobs,
 * and tells so by a notice. */
int fit_tier(struct grade_request *request, struct error *err);

#endif
