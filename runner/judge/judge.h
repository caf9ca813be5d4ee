/*
 * judge - (lab, recording) to verdict. Pure: it looks at nothing but its arguments, so it is
 * tested on recorded timelines without running anything.
 */
#ifndef SOCKLINGS_JUDGE_JUDGE_H
#define SOCKLINGS_JUDGE_JUDGE_H

#include "catalog/lab.h"
#include "judge/verdict.h"
#include "timeline/timeline.h"

/* Judges the recording of one scene check. True: it passed and *out is untouched. False: the parts
 * of *out that tell of a failure are filled (status too, not id, title and points), and *outcome
 * says which kind of failure it is; *limit is set for OUTCOME_LIMIT (static). */
bool judge_scene(const struct lab *lab, const struct lab_step *step,
                 const struct scene_script *script, const struct timeline *tl,
                 struct step_result *out, enum outcome *outcome, const char **limit);

/* The mistake rules alone: the best diagnosis, or NULL. Facts come before hints, and among those
 * the one whose evidence stands earliest. With `only` (a NULL-terminated list of ids) others are
 * not looked at. `script` may be NULL (a recording without a script). The caller frees. */
struct diagnosis *judge_diagnose(const struct lab *lab, const struct scene_script *script,
                                 const struct timeline *tl, const char *const *only);

#endif
