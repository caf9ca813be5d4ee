/*
 * class_gradescope.c - results.json of Gradescope's autograder, for one student.
 *
 *  - "score" is the student's mark, after the policy; the tests show where it comes from.
 *  - A hidden step is "after_published": until the marks are published a student does not see it,
 *    afterwards its number and its points, and never more.
 *  - When something could not be judged, there is no score anywhere: Gradescope then reports that
 *    the autograder failed, and does not take it for a zero.
 */
#include "base/json_write.h"
#include "gradebook/class_out.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"
#include "report/verdict_words.h"

static void put_text(struct strbuf *out, const char *name, const struct strbuf *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_text(&clean, text->data);
    json_field(out, name);
    json_text(out, clean.data);
    strbuf_free(&clean);
}

static void put_number(struct strbuf *out, const char *name, double value)
{
    json_field(out, name);
    class_number(out, value);
}

static void put_word(struct strbuf *out, const char *name, const char *word)
{
    json_field(out, name);
    json_text(out, word);
}

/* What a student can act on; "" for a step that passed or is hidden. */
static void step_output(const struct class_lab *lab, const struct class_result *result,
                        const struct class_step *step, struct strbuf *text)
{
    if (step->hidden || step->status == STEP_PASS)
        return;
    if (step->status == STEP_NOT_REACHED) {
        strbuf_puts(text, "Not reached: an earlier step has to pass first.");
        return;
    }
    strbuf_puts(text, step->message != NULL ? step->message : "It did not pass.");
    if (step->diagnosis_message != NULL)
        strbuf_printf(text, "\n%s %s",
                      step->certainty != NULL && *step->certainty == 'f' ? "What it is:"
                                                                         : "Could it be this?",
                      step->diagnosis_message);
    if (step->question != NULL)
        strbuf_printf(text, "\nA question: %s", step->question);
    if (step->lesson != NULL) {
        strbuf_puts(text, "\nRead on: ");
        verdict_lesson_command(text, step->lesson, NULL);
    }
    strbuf_puts(text, "\nRepeat: ");
    class_home_command(text, lab->id, result->seed);
}

struct test {
    struct strbuf name, output;
    unsigned lab, step; /* step 0: the lab as a whole */
    bool passed, hidden;
    double most;
};

/* Adds it, without points when the student has no score, and frees its texts. */
static void put_test(struct strbuf *out, bool scored, struct test *test)
{
    json_comma(out);
    strbuf_putc(out, '{');
    put_text(out, "name", &test->name);
    json_field(out, "number");
    strbuf_printf(out, test->step > 0 ? "\"%u.%u\"" : "\"%u\"", test->lab + 1, test->step);
    if (scored) {
        put_number(out, "score", test->passed ? test->most : 0);
        put_number(out, "max_score", test->most);
    }
    put_word(out, "status", test->passed ? "passed" : "failed");
    if (test->output.len > 0) {
        put_text(out, "output", &test->output);
        put_word(out, "output_format", "text");
    }
    put_word(out, "visibility", test->hidden ? "after_published" : "visible");
    strbuf_putc(out, '}');
    strbuf_free(&test->name);
    strbuf_free(&test->output);
}

static void put_steps(const struct class_lab *lab, const struct class_result *result, bool scored,
                      struct strbuf *out)
{
    double each = result->max_points > 0 ? lab->weight / result->max_points : 0;
    for (unsigned i = 0; i < result->nsteps; i++) {
        const struct class_step *step = &result->steps[i];
        struct test test = {.name = STRBUF_INIT,
                            .output = STRBUF_INIT,
                            .lab = result->lab,
                            .step = i + 1,
                            .passed = step->status == STEP_PASS,
                            .hidden = step->hidden,
                            .most = step->points * each};
        class_lab_name(&test.name, lab);
        strbuf_puts(&test.name, ": ");
        class_step_name(&test.name, result, i);
        step_output(lab, result, step, &test.output);
        put_test(out, scored, &test);
    }
}

static void put_lab(const struct class_book *book, const struct class_student *student,
                    unsigned number, struct strbuf *out)
{
    const struct class_lab *lab = &book->labs[number];
    const struct class_result *result = class_result_of(student, number);
    bool internal = result != NULL && result->outcome == OUTCOME_INTERNAL_ERROR;
    if (result != NULL && result->nsteps > 0 && !internal) {
        put_steps(lab, result, !student->error, out);
        return;
    }
    struct test test = {.name = STRBUF_INIT,
                        .output = STRBUF_INIT,
                        .lab = number,
                        .passed = result != NULL && result->outcome == OUTCOME_PASS,
                        .most = lab->weight};
    class_lab_name(&test.name, lab);
    strbuf_puts(&test.output,
                result == NULL ? "Nothing was handed in."
                : internal     ? "The check itself failed. This is no fault of your program, and "
                                 "nothing is counted: your instructor will grade it again."
                               : class_outcome_words(result->outcome));
    put_test(out, !student->error, &test);
}

/* "05 A UDP echo server: 9.6 of 20 (2 days late: 20 % off)" for each lab. */
static void put_summary(const struct class_book *book, const struct class_student *student,
                        struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    for (unsigned i = 0; i < book->nlabs; i++) {
        const struct class_result *result = class_result_of(student, i);
        class_lab_name(&text, &book->labs[i]);
        strbuf_puts(&text, ": ");
        if (result != NULL && result->outcome == OUTCOME_INTERNAL_ERROR) {
            strbuf_puts(&text, "could not be judged");
        } else {
            class_number(&text, result != NULL && result->counts ? result->mark : 0);
            strbuf_puts(&text, " of ");
            class_number(&text, book->labs[i].weight);
        }
        if (result != NULL && result->remark != NULL)
            strbuf_printf(&text, " (%s)", result->remark);
        strbuf_putc(&text, '\n');
    }
    put_text(out, "output", &text);
    put_word(out, "output_format", "text");
    strbuf_free(&text);
}

void class_gradescope(const struct class_book *book, const struct class_student *student,
                      struct strbuf *out)
{
    struct strbuf json = STRBUF_INIT;
    strbuf_putc(&json, '{');
    if (!student->error)
        put_number(&json, "score", student->mark);
    put_summary(book, student, &json);
    put_word(&json, "visibility", "visible");
    put_word(&json, "stdout_visibility", "hidden");
    json_field(&json, "tests");
    strbuf_putc(&json, '[');
    for (unsigned i = 0; i < book->nlabs; i++)
        put_lab(book, student, i, &json);
    strbuf_puts(&json, "]}\n");
    strbuf_add(out, json.data, json.len);
    strbuf_free(&json);
}
