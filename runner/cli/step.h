/*
 * cli/step - how far the learner is in a lab, as told by `start`, `hint` and `progress`.
 */
#ifndef SOCKLINGS_CLI_STEP_H
#define SOCKLINGS_CLI_STEP_H

#include "cli/cli.h"

/* The step to do: the first that did not pass at the last check; the first of all when every step
 * passed but the starter has been put back since. NULL: every step passes. *seen (may be NULL): how
 * many of its hints were seen. */
const struct lab_step *step_to_do(struct cli *cli, const struct lab *lab, unsigned *seen);

/* Do the learner's files hold nothing but the starter? False where a file is missing. */
bool step_is_starter(struct cli *cli, const struct lab *lab);

#endif
