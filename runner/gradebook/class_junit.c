/*
 * class_junit.c - junit.xml, as Jenkins, GitLab and GitHub's actions read it.
 *
 *  - Attributes and order of elements are those of Jenkins' junit-10.xsd, the strictest of them.
 *  - classname is "STUDENT.LAB": Jenkins takes what stands before the last dot as the package, and
 *    GitLab tells cases apart by classname and name only.
 *  - A step that was not reached is skipped; what the grader could not do is an error, never a
 *    failure; a hidden step has neither title nor message.
 */
#include <inttypes.h>
#include <math.h>

#include "gradebook/class_out.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"
#include "report/trace_svg.h"

/* XML 1.0 has no way at all to write most control characters: class_clean takes them out. */
static void add_text(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_text(&clean, text);
    trace_svg_escape(out, clean.data);
    strbuf_free(&clean);
}

static void add_line(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_line(&clean, text);
    trace_svg_escape(out, clean.data);
    strbuf_free(&clean);
}

static void add_seconds(struct strbuf *out, double ms)
{
    double whole = isfinite(ms) && ms > 0 && ms < 1e12 ? round(ms) : 0;
    strbuf_printf(out, " time=\"%" PRIu64 ".%03" PRIu64 "\"", (uint64_t)whole / 1000,
                  (uint64_t)whole % 1000);
}

struct counts {
    unsigned tests, failures, errors, skipped;
};

/* A failure that no step tells of, such as a submission without steps. */
static bool is_extra(const struct class_result *result)
{
    return result->outcome == OUTCOME_INTERNAL_ERROR ||
           (result->outcome != OUTCOME_PASS && class_failure(result) == NULL);
}

static struct counts count(const struct class_result *result)
{
    struct counts c = {.tests = result->nsteps};
    for (unsigned i = 0; i < result->nsteps; i++) {
        c.failures += result->steps[i].status == STEP_FAIL;
        c.skipped += result->steps[i].status == STEP_NOT_REACHED;
    }
    if (is_extra(result)) {
        c.tests++;
        if (result->outcome == OUTCOME_INTERNAL_ERROR)
            c.errors++;
        else
            c.failures++;
    }
    return c;
}

static void property(struct strbuf *out, const char *name, const char *value)
{
    strbuf_printf(out, "<property name=\"%s\" value=\"", name);
    add_line(out, value);
    strbuf_puts(out, "\"/>\n");
}

static void properties(const struct class_result *result, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(out, "<properties>\n");
    property(out, "submission", result->submission);
    strbuf_printf(&text, "%u", result->attempt);
    property(out, "attempt", text.data);
    strbuf_cut(&text, 0);
    class_number(&text, result->mark);
    property(out, "mark", text.data);
    if (result->remark != NULL)
        property(out, "remark", result->remark);
    if (result->disagreed > 0) {
        strbuf_cut(&text, 0);
        strbuf_printf(&text, "%u of %u", result->disagreed, result->repeats);
        property(out, "flaky", text.data);
    }
    strbuf_puts(out, "</properties>\n");
    strbuf_free(&text);
}

static void add_whose(const struct class_student *student, char between,
                      const struct class_lab *lab, struct strbuf *out)
{
    add_line(out, student->id);
    strbuf_putc(out, between);
    add_line(out, lab->id);
}

static void open_case(const struct class_student *student, const struct class_lab *lab,
                      const char *name, struct strbuf *out)
{
    strbuf_puts(out, "<testcase classname=\"");
    add_whose(student, '.', lab, out);
    strbuf_puts(out, "\" name=\"");
    add_line(out, name);
    strbuf_puts(out, "\"");
}

static void failure(const struct class_lab *lab, const struct class_result *result,
                    const struct class_step *step, struct strbuf *out)
{
    strbuf_printf(out, "<failure type=\"%s\" message=\"", outcome_name(class_outcome_told(result)));
    if (step->hidden) {
        strbuf_puts(out, "not passed\"/>\n");
        return;
    }
    add_line(out, step->message != NULL ? step->message : "not passed");
    strbuf_puts(out, "\">");
    if (step->diagnosis != NULL) {
        add_text(out, step->diagnosis);
        strbuf_puts(out, ": ");
        add_text(out, step->diagnosis_message);
        strbuf_putc(out, '\n');
    }
    if (step->file != NULL && step->line > 0) {
        add_text(out, step->file);
        strbuf_printf(out, ":%u\n", step->line);
    }
    if (step->question != NULL) {
        add_text(out, step->question);
        strbuf_putc(out, '\n');
    }
    struct strbuf command = STRBUF_INIT;
    class_home_command(&command, lab->id, result->seed);
    add_text(out, command.data);
    strbuf_free(&command);
    strbuf_puts(out, "</failure>\n");
}

static void step_case(const struct class_student *student, const struct class_lab *lab,
                      const struct class_result *result, unsigned i, struct strbuf *out)
{
    const struct class_step *step = &result->steps[i];
    struct strbuf name = STRBUF_INIT;
    strbuf_printf(&name, "%u. ", i + 1);
    class_step_name(&name, result, i);
    open_case(student, lab, name.data, out);
    add_seconds(out, 0);
    strbuf_puts(out, step->status == STEP_PASS ? "/>\n" : ">\n");
    if (step->status == STEP_FAIL)
        failure(lab, result, step, out);
    else if (step->status == STEP_NOT_REACHED)
        strbuf_puts(out, "<skipped message=\"not reached\"/>\n");
    if (step->status != STEP_PASS)
        strbuf_puts(out, "</testcase>\n");
    strbuf_free(&name);
}

static void extra_case(const struct class_student *student, const struct class_lab *lab,
                       const struct class_result *result, struct strbuf *out)
{
    bool internal = result->outcome == OUTCOME_INTERNAL_ERROR;
    open_case(student, lab, "0. The submission", out);
    add_seconds(out, 0);
    strbuf_printf(out, ">\n<%s type=\"%s\" message=\"", internal ? "error" : "failure",
                  outcome_name(result->outcome));
    add_line(out, result->error != NULL ? result->error : class_outcome_words(result->outcome));
    strbuf_printf(out, "\"/>\n</testcase>\n");
}

static void add_counts(struct strbuf *out, struct counts c)
{
    strbuf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\"", c.tests, c.failures,
                  c.errors);
}

static void suite(const struct class_book *book, const struct class_student *student,
                  const struct class_result *result, struct strbuf *out)
{
    const struct class_lab *lab = &book->labs[result->lab];
    struct counts c = count(result);
    strbuf_puts(out, "<testsuite name=\"");
    add_whose(student, ' ', lab, out);
    strbuf_putc(out, '"');
    add_counts(out, c);
    strbuf_printf(out, " skipped=\"%u\"", c.skipped);
    add_seconds(out, result->ms_total);
    strbuf_puts(out, ">\n");
    properties(result, out);
    if (is_extra(result))
        extra_case(student, lab, result, out);
    for (unsigned i = 0; i < result->nsteps; i++)
        step_case(student, lab, result, i, out);
    strbuf_puts(out, "</testsuite>\n");
}

static void refusals(const struct class_book *book, struct strbuf *out)
{
    if (book->nrefusals == 0)
        return;
    strbuf_puts(out, "<testsuite name=\"not graded\"");
    add_counts(out, (struct counts){.tests = book->nrefusals, .errors = book->nrefusals});
    strbuf_puts(out, " skipped=\"0\" time=\"0.000\">\n");
    for (unsigned i = 0; i < book->nrefusals; i++) {
        strbuf_puts(out, "<testcase classname=\"refused\" name=\"");
        add_line(out, book->refusals[i].submission);
        strbuf_puts(out, "\" time=\"0.000\">\n<error type=\"refused\" message=\"");
        add_line(out, book->refusals[i].why);
        strbuf_puts(out, "\"/>\n</testcase>\n");
    }
    strbuf_puts(out, "</testsuite>\n");
}

void class_junit(const struct class_book *book, struct strbuf *out)
{
    struct counts all = {.tests = book->nrefusals, .errors = book->nrefusals};
    struct strbuf suites = STRBUF_INIT;
    double ms = 0;
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned lab = 0; lab < book->nlabs; lab++) {
            const struct class_result *result = class_result_of(&book->students[i], lab);
            if (result == NULL)
                continue;
            struct counts c = count(result);
            all.tests += c.tests;
            all.failures += c.failures;
            all.errors += c.errors;
            ms += isfinite(result->ms_total) ? result->ms_total : 0;
            suite(book, &book->students[i], result, &suites);
        }
    refusals(book, &suites);
    strbuf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"");
    add_line(out, book->title);
    strbuf_putc(out, '"');
    add_counts(out, all);
    add_seconds(out, ms);
    strbuf_puts(out, ">\n");
    strbuf_add(out, suites.data, suites.len);
    strbuf_puts(out, "</testsuites>\n");
    strbuf_free(&suites);
}
