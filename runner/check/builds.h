/*
 * check/builds - private to the check: the programs it compiles. Of each program of the lab there
 * may be four: the learner's and the lab's own, each plain and sanitized. Compiled is what some
 * scene starts, and nothing else.
 */
#ifndef SOCKLINGS_CHECK_BUILDS_H
#define SOCKLINGS_CHECK_BUILDS_H

#include <stdbool.h>

#include "base/loop.h"
#include "build/build.h"
#include "check/check.h"

struct builds;

/* The request's lab, folders and flags; it lives longer than the builds. */
struct builds *builds_new(struct loop *loop, const struct check_request *request);
/* Ends what is under way. NULL is fine. */
void builds_free(struct builds *builds);

/* Starts everything that is sure to be needed, what is needed first, first: the learner's programs,
 * of which the warnings count, then what the scenes start. With request->alone not what is needed
 * last: a program that fails before has no use for it. */
void builds_start(struct builds *builds);

/* The variant of the learner's programs that is compiled in any case. */
enum build_variant builds_first_variant(const struct builds *builds);
/* The one that this scene starts. */
enum build_variant builds_variant(const struct builds *builds, const struct scene_script *script);

/* Whether the scene starts it. */
bool builds_starts(const struct scene_script *script, const struct lab_program *program,
                   bool solution);

/* Waits; starts it if nobody has. The result belongs to the builds. */
const struct build_result *builds_wait(struct builds *builds, const struct lab_program *program,
                                       bool solution, enum build_variant variant);
/* The result, if it is there; else NULL. */
const struct build_result *builds_result(const struct builds *builds,
                                         const struct lab_program *program, bool solution,
                                         enum build_variant variant);
/* It is under way, and not done. */
bool builds_under_way(const struct builds *builds, const struct lab_program *program, bool solution,
                      enum build_variant variant);

/* Milliseconds that were waited. */
double builds_ms(const struct builds *builds);

#endif
