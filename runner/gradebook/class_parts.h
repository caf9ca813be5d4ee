/*
 * gradebook/class_parts - what the reports of a class share. Private to the room.
 *
 * What a student may not see goes through here: a hidden step has a number and a mark, and its
 * failure has no outcome but "fail".
 */
#ifndef SOCKLINGS_GRADEBOOK_CLASS_PARTS_H
#define SOCKLINGS_GRADEBOOK_CLASS_PARTS_H

#include "base/strbuf.h"
#include "gradebook/class.h"

/* Adds "12", "12.5", "0.33": at most two decimals, a point whatever the locale. What is no number
 * is 0. */
void class_number(struct strbuf *out, double value);

/* Adds "1 day 3 hours", "5 minutes": of a time in seconds, its two largest units. */
void class_duration(struct strbuf *out, int64_t seconds);

/* Adds "05 A UDP echo server". */
void class_lab_name(struct strbuf *out, const struct class_lab *lab);

/* Adds "socklings check 5 --seed 4711": how a student sees it again at home. What the grader's own
 * command names besides (folders, the hidden labs) is nobody else's matter. */
void class_home_command(struct strbuf *out, const char *lab, uint64_t seed);

/* The first step that failed, or NULL. */
const struct class_step *class_failure(const struct class_result *result);
/* Adds its title, or "hidden step 1": the number counts the lab's hidden steps. */
void class_step_name(struct strbuf *out, const struct class_result *result, unsigned step);
/* The outcome that a student may know. */
enum outcome class_outcome_told(const struct class_result *result);

/* The result that counts for a lab; else the last one; NULL: nothing was handed in. */
const struct class_result *class_result_of(const struct class_student *student, unsigned lab);

/* With less than half of the marks, and these final. */
bool class_is_weak(const struct class_student *student);

/* "passed", "not passed", "not reached". */
const char *class_status_words(enum step_status status);
/* "passed", "did not compile", "could not be judged": in a table. */
const char *class_outcome_words(enum outcome outcome);

#endif
