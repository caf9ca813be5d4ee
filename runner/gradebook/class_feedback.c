/*
 * class_feedback.c - the feedback of one student and lab as plain text of 80 columns.
 *
 *  - It is the verdict as `check` tells it at home (report/verdict_text), of a verdict from which
 *    everything about hidden steps has been taken out before.
 *  - What went wrong in the grader itself is the instructor's matter: a student is told that, not
 *    the details.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_feedback.h"
#include "gradebook/class_out.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"
#include "report/verdict_text.h"
#include "report/verdict_words.h"

void class_shown_make(struct class_shown *shown, const struct class_feedback *feedback)
{
    const struct verdict *v = feedback->verdict;
    unsigned number = 0;
    *shown = (struct class_shown){.verdict = *v};
    shown->verdict.steps = mem_alloc((v->nsteps + 1) * sizeof *v->steps);
    shown->titles = mem_alloc((v->nsteps + 1) * sizeof *shown->titles);
    const struct step_result *failure = verdict_first_failure(v);
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        if (feedback->hidden == NULL || !feedback->hidden[i]) {
            shown->verdict.steps[i] = *step;
            continue;
        }
        struct strbuf title = STRBUF_INIT;
        strbuf_printf(&title, "hidden step %u: %s, ", ++number, class_status_words(step->status));
        text_count(&title, step->points, "point", "points");
        shown->titles[i] = strbuf_take(&title);
        shown->verdict.steps[i] = (struct step_result){.id = "hidden",
                                                       .title = shown->titles[i],
                                                       .status = step->status,
                                                       .points = step->points};
        shown->hidden_failed |= step == failure;
    }
    struct strbuf command = STRBUF_INIT;
    class_home_command(&command, v->lab, v->seed);
    shown->command = strbuf_take(&command);
    if (v->reproduce != NULL)
        shown->verdict.reproduce = shown->command;
    if (shown->hidden_failed && v->outcome != OUTCOME_INTERNAL_ERROR) {
        shown->verdict.outcome = OUTCOME_FAIL;
        shown->verdict.reproduce = NULL; /* at home there is no such step */
    }
    if (v->outcome == OUTCOME_INTERNAL_ERROR) {
        shown->verdict.points = shown->verdict.max_points = 0; /* it is no mark */
        shown->verdict.reproduce = NULL;
    }
    if (shown->hidden_failed || v->outcome == OUTCOME_INTERNAL_ERROR)
        shown->verdict.limit = shown->verdict.error = NULL;
    shown->failure = shown->hidden_failed ? NULL : verdict_first_failure(&shown->verdict);
}

void class_shown_free(struct class_shown *shown)
{
    for (unsigned i = 0; i < shown->verdict.nsteps; i++)
        free(shown->titles[i]);
    free(shown->titles);
    free(shown->command);
    free(shown->verdict.steps);
}

void class_feedback_flaky(const struct class_feedback *feedback, struct strbuf *out)
{
    strbuf_printf(out,
                  "This was judged %u times, and %u of them gave another result than the one "
                  "below. Your instructor looks into it; the mark is not final.",
                  feedback->repeats, feedback->disagreed);
}

void class_feedback_lab(const struct class_feedback *feedback, struct strbuf *out)
{
    const char *title = feedback->lab_title != NULL ? feedback->lab_title : "";
    class_lab_name(out, &(struct class_lab){.id = feedback->verdict->lab, .title = title});
}

void class_feedback_student(const struct class_feedback *feedback, struct strbuf *out)
{
    bool named = feedback->name != NULL && strcmp(feedback->name, feedback->student) != 0;
    clean_line(out, named ? feedback->name : feedback->student);
    if (named) {
        strbuf_puts(out, " (");
        clean_line(out, feedback->student);
        strbuf_putc(out, ')');
    }
    if (feedback->attempt > 1)
        strbuf_printf(out, ", attempt %u", feedback->attempt);
}

/* A paragraph of whatever was handed in. */
static void paragraph(struct strbuf *out, const struct look *look, const char *lead,
                      const char *text)
{
    struct strbuf line = STRBUF_INIT, clean = STRBUF_INIT;
    clean_line(&line, text);
    look_clean(look, &clean, line.data);
    text_wrap(out, clean.data, look_width(look), lead, "  ");
    strbuf_free(&line);
    strbuf_free(&clean);
}

static void heading(const struct class_feedback *feedback, const struct look *look,
                    struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    class_lab_name(&text,
                   &(struct class_lab){.id = feedback->verdict->lab, .title = feedback->lab_title});
    paragraph(out, look, "", text.data);
    strbuf_cut(&text, 0);
    strbuf_puts(&text, feedback->name);
    if (strcmp(feedback->name, feedback->student) != 0)
        strbuf_printf(&text, " (%s)", feedback->student);
    if (feedback->attempt > 1)
        strbuf_printf(&text, ", attempt %u", feedback->attempt);
    paragraph(out, look, "", text.data);
    paragraph(out, look, "Handed in as ", feedback->submission);
    if (feedback->disagreed > 0) {
        strbuf_cut(&text, 0);
        class_feedback_flaky(feedback, &text);
        strbuf_putc(out, '\n');
        paragraph(out, look, "! ", text.data);
    }
    strbuf_putc(out, '\n');
    strbuf_free(&text);
}

void class_feedback_text(const struct class_feedback *feedback, struct strbuf *out)
{
    static const struct look look = {.utf8 = true, .width = 80};
    struct strbuf text = STRBUF_INIT;
    struct class_shown shown;
    class_shown_make(&shown, feedback);
    heading(feedback, &look, &text);
    for (unsigned i = 0; i < shown.verdict.nsteps; i++)
        verdict_text_step(&shown.verdict.steps[i], &look, &text);
    if (shown.hidden_failed && shown.verdict.outcome != OUTCOME_INTERNAL_ERROR) {
        strbuf_putc(&text, '\n');
        paragraph(&text, &look, "  ", CLASS_HIDDEN_SENTENCE);
        strbuf_printf(&text, "\n  Points:  %u of %u\n", shown.verdict.points,
                      shown.verdict.max_points);
    } else {
        verdict_text_rest(&shown.verdict, &look, &text);
    }
    if (shown.verdict.outcome == OUTCOME_INTERNAL_ERROR)
        paragraph(&text, &look, "  ", CLASS_ERROR_SENTENCE);
    strbuf_add(out, text.data, text.len);
    strbuf_free(&text);
    class_shown_free(&shown);
}
