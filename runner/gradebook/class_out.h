/*
 * gradebook/class_out - a class on paper: one function a format, each pure, each escaping for its
 * own format whatever students and programs have written.
 */
#ifndef SOCKLINGS_GRADEBOOK_CLASS_OUT_H
#define SOCKLINGS_GRADEBOOK_CLASS_OUT_H

#include "base/strbuf.h"
#include "gradebook/class.h"
#include "timeline/timeline.h"

/* results.csv, RFC 4180 with a header line, for an LMS: student, name, total, most, then for each
 * lab mark, points, outcome, late, remark. No cell can be taken for a formula. Begins with a byte
 * order mark; what could not be judged has empty cells. */
void class_csv(const struct class_book *book, struct strbuf *out);

/* junit.xml: a testsuite for each student and lab, a testcase for each step; an internal error is
 * <error>, everything else that failed <failure>. Always well-formed XML 1.0. */
void class_junit(const struct class_book *book, struct strbuf *out);

/* results.json as Gradescope's autograder wants it, of one student. */
void class_gradescope(const struct class_book *book, const struct class_student *student,
                      struct strbuf *out);

/* class.html: marks, who made which mistake, where people are stuck, flaky and internal errors
 * first. One self-contained file: no script from elsewhere, readable on a phone and in print. */
void class_html(const struct class_book *book, struct strbuf *out);

/* The page of one student: all labs, what was learned and what to do next, links to the feedback.
 */
void class_student_html(const struct class_book *book, const struct class_student *student,
                        struct strbuf *out);

/* The feedback of one student and lab: what a student can act on. Hidden steps: their number and
 * mark only. `verdict` is the whole one; `hidden` says which of its steps are the private labs'
 * (verdict->nsteps of them). The page holds the recording of the scene that failed as a picture,
 * with the lines marked that show the mistake; tl may be NULL, and is not shown for a hidden step.
 */
struct class_feedback {
    const struct verdict *verdict;
    const bool *hidden;
    const struct timeline *tl;
    const char *student, *name, *lab_title, *submission;
    unsigned attempt, repeats, disagreed;
};
void class_feedback_text(const struct class_feedback *feedback, struct strbuf *out);
void class_feedback_html(const struct class_feedback *feedback, struct strbuf *out);

#endif
