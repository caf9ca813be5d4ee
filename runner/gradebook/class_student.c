/*
 * class_student.c - the page of one student: each lab with what works, where it stopped, and what
 * to do next.
 *
 * Attempts stand below the lab they belong to, with the one that counts marked. What is hidden
 * stays so (gradebook/class_parts.h).
 */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "gradebook/class_out.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"
#include "report/html.h"
#include "report/verdict_words.h"

static const char *const student_style[] = {
    ".lab{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline;margin-bottom:8px}"
    ".lab h2{margin:0 auto 0 0}.stuck p{margin:6px 0}.total{font-size:18px}"
    "table{border-collapse:collapse;width:100%;font-size:14px;margin-top:8px}"
    "th{text-align:left;font-weight:600;color:var(--soft)}th,td{padding:5px 12px 5px 0;"
    "vertical-align:top;border-bottom:1px solid var(--line)}tr:last-child>*{border:0}"
    ".wide{overflow-x:auto}.wide table{overflow-wrap:break-word}"
    /* On a telephone an attempt is a line of words: six columns would have room for two letters. */
    "@media screen and (max-width:640px){.wide thead{display:none}.wide tr{display:block;"
    "padding:6px 0;border-bottom:1px solid var(--line)}.wide tr:last-child{border:0}"
    ".wide tbody th,.wide td{display:inline;border:0;padding:0 8px 0 0}"
    ".wide tbody th::before{content:\"Attempt \"}"
    ".wide td:nth-child(4):not(:empty)::before{content:\"mark \"}}",
    NULL};

/* Below the student's own folder, where this page is. */
static void link_page(const struct class_student *student, const struct class_result *result,
                      const char *text, struct strbuf *out)
{
    size_t len = strlen(student->folder);
    struct strbuf path = STRBUF_INIT;
    if (result->page == NULL)
        return;
    bool own = strncmp(result->page, student->folder, len) == 0 && result->page[len] == '/';
    strbuf_puts(out, "<a href=\"");
    strbuf_printf(&path, "%s.html", own ? result->page + len + 1 : result->page);
    html_url(out, path.data);
    strbuf_printf(out, "\">%s</a>", text);
    strbuf_free(&path);
}

static void add_mark(struct strbuf *out, double mark, double most)
{
    class_number(out, mark);
    strbuf_puts(out, " of ");
    class_number(out, most);
}

static const char *badge_class(enum outcome outcome)
{
    return outcome == OUTCOME_PASS ? "good" : outcome == OUTCOME_INTERNAL_ERROR ? "warn" : "bad";
}

static void add_steps(const struct class_result *result, struct strbuf *out)
{
    static const char *const marks[] = {
        [STEP_PASS] = "✓", [STEP_FAIL] = "✗", [STEP_NOT_REACHED] = "·"};
    if (result->nsteps == 0)
        return;
    strbuf_puts(out, "<ol class=\"steps\">\n");
    for (unsigned i = 0; i < result->nsteps; i++) {
        const struct class_step *step = &result->steps[i];
        struct strbuf name = STRBUF_INIT;
        class_step_name(&name, result, i);
        strbuf_printf(out,
                      "<li class=\"%s\"><b role=\"img\" aria-label=\"%s\">%s</b><span "
                      "class=\"t\">",
                      step_status_name(step->status), class_status_words(step->status),
                      marks[step->status]);
        html_text(out, name.data);
        if (step->hidden)
            strbuf_printf(out, ": %s", class_status_words(step->status));
        strbuf_puts(out, "</span><span class=\"p\">");
        text_count(out, step->points, "point", "points");
        strbuf_puts(out, "</span></li>\n");
        strbuf_free(&name);
    }
    strbuf_puts(out, "</ol>\n");
}

static void add_stuck(const struct class_step *step, struct strbuf *out)
{
    strbuf_puts(out, "<div class=\"stuck\">\n<h3>Where it stopped</h3>\n<p>");
    if (step->hidden) {
        strbuf_puts(out, "All that is asked at home works. A step that only your instructor has "
                         "does not pass yet.</p>\n</div>\n");
        return;
    }
    html_text(out, step->message != NULL ? step->message : step->title);
    strbuf_puts(out, "</p>\n");
    if (step->diagnosis_message != NULL) {
        strbuf_printf(out, "<p><b>%s</b> ",
                      step->certainty != NULL && *step->certainty == 'f' ? "What it is:"
                                                                         : "Could it be this?");
        html_text(out, step->diagnosis_message);
        strbuf_puts(out, "</p>\n");
    }
    if (step->question != NULL) {
        strbuf_puts(out, "<p><b>A question:</b> ");
        html_text(out, step->question);
        strbuf_puts(out, "</p>\n");
    }
    if (step->lesson != NULL) {
        struct strbuf command = STRBUF_INIT;
        verdict_lesson_command(&command, step->lesson, NULL);
        strbuf_puts(out, "<p><b>Read on:</b> <code>");
        html_text(out, command.data);
        strbuf_puts(out, "</code></p>\n");
        strbuf_free(&command);
    }
    strbuf_puts(out, "</div>\n");
}

static void add_time(struct strbuf *out, int64_t seconds)
{
    char text[40];
    time_t t = (time_t)seconds;
    struct tm tm;
    if (seconds > 0 && gmtime_r(&t, &tm) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm) > 0)
        strbuf_puts(out, text);
    else
        strbuf_puts(out, "not known");
}

static void add_attempt(const struct class_student *student, const struct class_lab *lab,
                        const struct class_result *result, struct strbuf *out)
{
    enum outcome outcome = class_outcome_told(result);
    strbuf_printf(out, "<tr><th scope=\"row\">%u%s</th><td>", result->attempt,
                  result->counts ? " <small>(counts)</small>" : "");
    add_time(out, result->handed_in);
    strbuf_printf(out, "</td><td>%s, %u of %u points</td><td>", class_outcome_words(outcome),
                  result->points, result->max_points);
    if (outcome != OUTCOME_INTERNAL_ERROR)
        add_mark(out, result->mark, lab->weight);
    strbuf_puts(out, "</td><td>");
    html_text(out, result->remark);
    strbuf_puts(out, "</td><td>");
    link_page(student, result, "feedback", out);
    strbuf_puts(out, "</td></tr>\n");
}

static void add_attempts(const struct class_student *student, const struct class_lab *lab,
                         unsigned number, struct strbuf *out)
{
    unsigned count = 0;
    for (unsigned i = 0; i < student->nresults; i++)
        count += student->results[i].lab == number;
    if (count < 2)
        return;
    strbuf_puts(out, "<h3>All attempts</h3>\n<div class=\"wide\" tabindex=\"0\">\n<table>\n<thead>"
                     "<tr><th scope=\"col\">Attempt</th><th scope=\"col\">Handed in</th>"
                     "<th scope=\"col\">Result</th><th scope=\"col\">Mark</th>"
                     "<th scope=\"col\">Remark</th><th scope=\"col\">Page</th></tr></thead>\n"
                     "<tbody>\n");
    for (unsigned i = 0; i < student->nresults; i++)
        if (student->results[i].lab == number)
            add_attempt(student, lab, &student->results[i], out);
    strbuf_puts(out, "</tbody>\n</table>\n</div>\n");
}

static void add_remarks(const struct class_result *result, struct strbuf *out)
{
    if (result->late_s > 0 || result->remark != NULL) {
        strbuf_puts(out, "<p class=\"soft\">");
        if (result->remark != NULL) {
            html_text(out, result->remark);
        } else {
            class_duration(out, result->late_s);
            strbuf_puts(out, " late");
        }
        strbuf_puts(out, "</p>\n");
    }
    if (result->outcome == OUTCOME_INTERNAL_ERROR)
        strbuf_puts(out, "<div class=\"note warn\"><p>The check itself failed. This is no fault of "
                         "your program, and nothing is counted: your instructor will grade it "
                         "again.</p></div>\n");
    else if (result->disagreed > 0)
        strbuf_printf(out,
                      "<div class=\"note warn\"><p>Of %u runs, %u gave another result. Your "
                      "instructor looks into it; the mark is not final.</p></div>\n",
                      result->repeats, result->disagreed);
}

static void add_lab(const struct class_book *book, const struct class_student *student,
                    unsigned number, struct strbuf *out)
{
    const struct class_lab *lab = &book->labs[number];
    const struct class_result *result = class_result_of(student, number);
    struct strbuf name = STRBUF_INIT;
    class_lab_name(&name, lab);
    strbuf_puts(out, "<section>\n<div class=\"lab\"><h2>");
    html_text(out, name.data);
    strbuf_free(&name);
    if (result == NULL) {
        strbuf_puts(out, "</h2><span class=\"badge\">nothing handed in</span></div>\n");
        if (lab->due != NULL) {
            strbuf_puts(out, "<p class=\"soft\">Due ");
            html_text(out, lab->due);
            strbuf_puts(out, "</p>\n");
        }
        strbuf_puts(out, "</section>\n");
        return;
    }
    enum outcome outcome = class_outcome_told(result);
    const struct class_step *failure = class_failure(result);
    strbuf_printf(out, "</h2><span class=\"badge %s\">%s</span>", badge_class(outcome),
                  class_outcome_words(outcome));
    if (outcome != OUTCOME_INTERNAL_ERROR) {
        strbuf_puts(out, "<span class=\"badge\">");
        add_mark(out, result->counts ? result->mark : 0, lab->weight);
        strbuf_puts(out, "</span>");
    }
    strbuf_puts(out, "</div>\n");
    add_remarks(result, out);
    add_steps(result, out);
    if (failure != NULL && outcome != OUTCOME_INTERNAL_ERROR)
        add_stuck(failure, out);
    if (result->page != NULL) {
        strbuf_puts(out, "<p>");
        link_page(student, result, failure != NULL ? "What happened, step by step" : "The feedback",
                  out);
        strbuf_puts(out, "</p>\n");
    }
    add_attempts(student, lab, number, out);
    strbuf_puts(out, "</section>\n");
}

static void add_refusals(const struct class_book *book, const struct class_student *student,
                         struct strbuf *out)
{
    for (unsigned i = 0; i < book->nrefusals; i++) {
        const struct class_refusal *refusal = &book->refusals[i];
        if (refusal->student == NULL || strcmp(refusal->student, student->id) != 0)
            continue;
        strbuf_puts(out, "<div class=\"note bad\"><p>");
        html_name(out, refusal->submission);
        strbuf_puts(out, " could not be graded: ");
        html_text(out, refusal->why);
        strbuf_puts(out, "</p></div>\n");
    }
}

void class_student_html(const struct class_book *book, const struct class_student *student,
                        struct strbuf *out)
{
    struct strbuf title = STRBUF_INIT;
    clean_line(&title, student->name);
    strbuf_puts(&title, " - ");
    clean_line(&title, book->title);
    const struct html_page page = {title.data, student_style, NULL};
    html_begin(out, &page);
    strbuf_puts(out, "<header>\n<p class=\"soft\">");
    html_text(out, book->title);
    strbuf_puts(out, "</p>\n<h1>");
    html_name(out, student->name);
    strbuf_puts(out, "</h1>\n<p class=\"total\">");
    if (student->error) {
        strbuf_puts(out, "<span class=\"badge warn\">The mark is not final</span>");
    } else {
        strbuf_puts(out, "<span class=\"badge\">");
        add_mark(out, student->mark, student->most);
        strbuf_puts(out, "</span>");
    }
    strbuf_puts(out, "</p>\n</header>\n<main>\n");
    add_refusals(book, student, out);
    for (unsigned i = 0; i < book->nlabs; i++)
        add_lab(book, student, i, out);
    strbuf_puts(out, "</main>\n<footer>");
    html_text(out, book->made);
    strbuf_puts(out, ", socklings ");
    html_text(out, book->version);
    strbuf_puts(out, "</footer>\n");
    html_end(out, &page);
    strbuf_free(&title);
}
