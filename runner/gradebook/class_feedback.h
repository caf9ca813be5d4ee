/*
 * gradebook/class_feedback - what the text and the page of a feedback share. Private to
 * gradebook/class_feedback*.c.
 */
#ifndef SOCKLINGS_GRADEBOOK_CLASS_FEEDBACK_H
#define SOCKLINGS_GRADEBOOK_CLASS_FEEDBACK_H

#include "gradebook/class_out.h"

#define CLASS_HIDDEN_SENTENCE                                                                      \
    "All that `socklings check` asks for at home is there. A step that only your instructor has "  \
    "does not pass yet: read the lab's goals once more, and ask yourself what else could be sent " \
    "to your program."
#define CLASS_ERROR_SENTENCE "Your instructor has the details and will grade it again."

/* A verdict as its student may see it. Of a hidden step only its number, status and points are
 * left; where it is the one that failed, nothing tells how. */
struct class_shown {
    struct verdict verdict;            /* borrows everything but its list of steps */
    const struct step_result *failure; /* that may be told; NULL */
    bool hidden_failed;                /* the first failure is a hidden step's */
    char *command;                     /* that reproduces it at home */
    char **titles;                     /* of hidden steps, else NULL; nsteps */
};
void class_shown_make(struct class_shown *shown, const struct class_feedback *feedback);
void class_shown_free(struct class_shown *shown);

/* Adds "05 A UDP echo server", and "Anna Li (anna), attempt 2". Clean, in one line. */
void class_feedback_lab(const struct class_feedback *feedback, struct strbuf *out);
void class_feedback_student(const struct class_feedback *feedback, struct strbuf *out);

/* Adds the sentence about a verdict that was not always the same. */
void class_feedback_flaky(const struct class_feedback *feedback, struct strbuf *out);

#endif
