/*
 * report/verdict_words - how a verdict is put into words, the same for a terminal and for a page.
 */
#ifndef SOCKLINGS_REPORT_VERDICT_WORDS_H
#define SOCKLINGS_REPORT_VERDICT_WORDS_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "judge/verdict.h"

/* What a step is called: its title, else its id, else "". */
const char *verdict_step_name(const struct step_result *step);

/* The step at which it stopped, or NULL. */
const struct step_result *verdict_first_failure(const struct verdict *v);

/* "it crashed", "nothing moves any more"; NULL when the outcome says no more than that it failed.
 */
const char *verdict_outcome_words(const struct verdict *v, const struct step_result *step);

/* The compiler was not even asked: the source is missing, or no text, or elsewhere. Then `details`
 * is the sentence to show. */
bool verdict_is_bad_source(const struct step_result *step);
/* … and of these: it is not there. */
bool verdict_is_missing(const struct step_result *step);

/* What stands above a step's `details`: "The compiler says:". */
const char *verdict_details_label(const struct step_result *step);

/* The verdict's error and the compiler's warnings, if they say something that the step (NULL: none
 * failed) does not say already; else NULL. */
const char *verdict_error(const struct verdict *v, const struct step_result *step);
const char *verdict_warnings(const struct verdict *v, const struct step_result *step);
/* What stands above that error. */
const char *verdict_error_label(const struct verdict *v);

/* The step's question, else its diagnosis's; NULL. The same of where to read on. */
const char *verdict_question(const struct step_result *step);
const char *verdict_lesson(const struct step_result *step);

/* Adds "05_udp_echo#bind" as the command that shows it: "socklings lesson 5 bind". `program` is
 * what stands before a command (look.h); NULL: "socklings ". */
void verdict_lesson_command(struct strbuf *out, const char *where, const char *program);

#endif
