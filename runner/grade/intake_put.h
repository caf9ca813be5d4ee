/*
 * grade/intake_put - hand-ins become submissions: who is the same student, which attempt it is, and
 * the files in their place. Private to grade/intake.
 */
#ifndef SOCKLINGS_GRADE_INTAKE_PUT_H
#define SOCKLINGS_GRADE_INTAKE_PUT_H

#include "grade/intake_class.h"

/* Refuses what belongs to nobody for certain and numbers the rest: see runner/grade/README.md, "How
 * files find their student and lab". Sorts the hand-ins; `attempt` is now the number, 0: refused.
 */
void intake_settle(struct intake_context *c, struct intake_handins *handins);

/* Puts the files below OUT/submissions and fills c->all->list. -1 and *err: the disk. */
int intake_put(struct intake_context *c, const struct intake_handins *handins, const char *out,
               volatile const int *interrupted, struct error *err);

#endif
