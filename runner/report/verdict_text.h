/*
 * report/verdict_text - a verdict for a person at a terminal: the steps, then the first failure
 * from what was tried to what to do next.
 */
#ifndef SOCKLINGS_REPORT_VERDICT_TEXT_H
#define SOCKLINGS_REPORT_VERDICT_TEXT_H

#include "judge/verdict.h"
#include "report/look.h"

/* Adds the whole verdict. Whatever a program under test put into it is escaped. */
void verdict_text(const struct verdict *v, const struct look *look, struct strbuf *out);

/* Adds the one line of a step, as it stands in the whole: "  ✓ Take the port". For showing steps as
 * they are decided. */
void verdict_text_step(const struct step_result *step, const struct look *look, struct strbuf *out);

/* Adds all but the lines of the steps: for after they have been shown. */
void verdict_text_rest(const struct verdict *v, const struct look *look, struct strbuf *out);

#endif
