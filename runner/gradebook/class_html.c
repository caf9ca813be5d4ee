/*
 * class_html.c - class.html: what an instructor sees every day, what needs a person first.
 *
 *  - One self-contained file. Its policy lets nothing in but its own style and script, by hash.
 *  - The script only sorts and filters; without it everything is there.
 *  - Nothing of a hidden step but its number and its mark: pages get around.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_html_parts.h"
#include "gradebook/class_parts.h"
#include "report/html.h"

static const char page_style[] =
    ".tiles{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0 0}.tiles div{flex:1 1 120px;"
    "background:var(--card);border:1px solid var(--line);border-radius:12px;padding:10px 14px}"
    ".tiles dt{font-size:14px;color:var(--soft)}.tiles dd{margin:0;font-size:24px;"
    "font-weight:600;line-height:1.3}.tiles dd small{font-weight:400}"
    "nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin-top:12px}"
    ".first{border-color:var(--warn)}.first li{margin:6px 0}.fine{color:var(--good)}"
    "#appeals code{overflow-wrap:anywhere}@media print{#appeals{display:none}}";

static const char *const styles[] = {page_style,
                                     class_html_glance_style,
                                     class_html_table_style,
                                     class_html_charts_style,
                                     class_html_mistakes_style,
                                     NULL};
static const char *const scripts[] = {class_html_table_script, NULL};

void class_html_student(const struct class_student *student, struct strbuf *out)
{
    strbuf_puts(out, "<a href=\"");
    html_url(out, student->folder);
    strbuf_puts(out, "/index.html\">");
    html_name(out, student->name);
    strbuf_puts(out, "</a>");
}

/* --- numbers of the whole --- */

struct numbers {
    unsigned handed_in, all_passed, late, errors, flaky;
    double median;
    unsigned marks; /* that are final */
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void count_student(const struct class_book *book, const struct class_student *student,
                          struct numbers *n)
{
    bool all = true, late = false;
    for (unsigned lab = 0; lab < book->nlabs; lab++) {
        const struct class_result *result = class_result_of(student, lab);
        all &= result != NULL && result->outcome == OUTCOME_PASS;
        late |= result != NULL && result->late_s > 0;
    }
    for (unsigned i = 0; i < student->nresults; i++) {
        n->errors += student->results[i].outcome == OUTCOME_INTERNAL_ERROR;
        n->flaky += student->results[i].disagreed > 0;
    }
    n->handed_in += student->nresults > 0;
    n->all_passed += all && book->nlabs > 0;
    n->late += late;
}

static void count_all(const struct class_book *book, struct numbers *n)
{
    double *marks = mem_alloc((book->nstudents + 1) * sizeof *marks);
    *n = (struct numbers){0};
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_student *student = &book->students[i];
        count_student(book, student, n);
        if (student->nresults > 0 && !student->error && isfinite(student->mark))
            marks[n->marks++] = student->mark;
    }
    qsort(marks, n->marks, sizeof *marks, by_size);
    if (n->marks > 0)
        n->median = (marks[n->marks / 2] + marks[(n->marks - 1) / 2]) / 2;
    free(marks);
}

static void tile(struct strbuf *out, const char *name, unsigned count)
{
    strbuf_printf(out, "<div><dt>%s</dt><dd>%u</dd></div>\n", name, count);
}

/* The table of hundreds stands before what is drawn: nobody scrolls past it. */
static void add_ways(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(out, "<nav class=\"screen\">");
    if (book->nrefusals > 0)
        strbuf_puts(out, "<a href=\"#refused\">Not graded</a> ");
    strbuf_puts(out, "<a href=\"#h-marks\">Marks</a> <a href=\"#spread\">How the marks are "
                     "spread</a> <a href=\"#stuck\">Where people stop</a> "
                     "<a href=\"#mistakes\">Mistakes</a></nav>\n");
}

static void add_head(const struct class_book *book, const struct numbers *n, struct strbuf *out)
{
    strbuf_puts(out, "<header>\n<h1>");
    html_name(out, book->title);
    strbuf_puts(out, "</h1>\n<p class=\"soft\">");
    text_count(out, book->nlabs, "lab", "labs");
    strbuf_puts(out, ", as of ");
    html_text(out, book->made);
    strbuf_puts(out, "</p>\n<dl class=\"tiles\">\n");
    tile(out, "Students", book->nstudents);
    tile(out, "Handed in", n->handed_in);
    tile(out, "Passed everything", n->all_passed);
    tile(out, "Late", n->late);
    if (n->marks > 0) {
        strbuf_puts(out, "<div><dt>Median mark</dt><dd>");
        class_number(out, n->median);
        strbuf_puts(out, " <small>of ");
        class_number(out, book->students[0].most);
        strbuf_puts(out, "</small></dd></div>\n");
    }
    strbuf_puts(out, "</dl>\n");
    add_ways(book, out);
    strbuf_puts(out, "</header>\n");
}

/* --- what needs a person --- */

static void add_place(const struct class_book *book, const struct class_student *student,
                      const struct class_result *result, struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT;
    class_lab_name(&name, &book->labs[result->lab]);
    strbuf_puts(out, "<li>");
    class_html_student(student, out);
    strbuf_puts(out, ", ");
    html_text(out, name.data);
    if (result->attempt > 1)
        strbuf_printf(out, ", attempt %u", result->attempt);
    strbuf_puts(out, ": ");
    strbuf_free(&name);
}

static void add_errors(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(out, "<h3>The grader failed here</h3>\n<p class=\"soft\">No student's fault, and "
                     "no mark. Grade again when the cause is gone.</p>\n<ul>\n");
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned k = 0; k < book->students[i].nresults; k++) {
            const struct class_result *result = &book->students[i].results[k];
            if (result->outcome != OUTCOME_INTERNAL_ERROR)
                continue;
            add_place(book, &book->students[i], result, out);
            html_text(out, result->error != NULL ? result->error : "no reason is known");
            strbuf_puts(out, "</li>\n");
        }
    strbuf_puts(out, "</ul>\n");
}

static void add_flaky(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(out, "<h3>Not always the same verdict</h3>\n<p class=\"soft\">A program may depend "
                     "on luck, such as a race. Look before you count it.</p>\n<ul>\n");
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned k = 0; k < book->students[i].nresults; k++) {
            const struct class_result *result = &book->students[i].results[k];
            if (result->disagreed == 0)
                continue;
            add_place(book, &book->students[i], result, out);
            strbuf_printf(out, "%u of %u runs gave another verdict", result->disagreed,
                          result->repeats);
            if (result->reproduce != NULL) {
                strbuf_puts(out, " <code>");
                html_text(out, result->reproduce);
                strbuf_puts(out, "</code>");
            }
            strbuf_puts(out, "</li>\n");
        }
    strbuf_puts(out, "</ul>\n");
}

static void add_first(const struct class_book *book, const struct numbers *n, struct strbuf *out)
{
    if (n->errors + n->flaky == 0 && book->nrefusals > 0) {
        strbuf_printf(out,
                      "<p class=\"note\">%u could not be taken in: see <a href=\"#refused\">Not "
                      "graded</a>. No internal errors, and no verdict that changes.</p>\n",
                      (unsigned)book->nrefusals);
        return;
    }
    if (n->errors + n->flaky == 0) {
        strbuf_puts(out, "<p class=\"note good\">Nothing needs you first: no internal errors, and "
                         "no verdict that changes.</p>\n");
        return;
    }
    strbuf_puts(out, "<section class=\"first\">\n<h2>Look at these first</h2>\n");
    if (n->errors > 0)
        add_errors(book, out);
    if (n->flaky > 0)
        add_flaky(book, out);
    strbuf_puts(out, "</section>\n");
}

static void add_refusals(const struct class_book *book, struct strbuf *out)
{
    if (book->nrefusals == 0)
        return;
    strbuf_puts(out, "<section id=\"refused\">\n<h2>Not graded</h2>\n<p class=\"soft\">What could "
                     "not be taken in, and why. The rest of the class is not touched by it.</p>\n"
                     "<ul>\n");
    for (unsigned i = 0; i < book->nrefusals; i++) {
        const struct class_refusal *refusal = &book->refusals[i];
        strbuf_puts(out, "<li><b>");
        html_name(out, refusal->submission);
        strbuf_puts(out, "</b>");
        if (refusal->student != NULL) {
            strbuf_puts(out, " of ");
            html_name(out, refusal->name != NULL ? refusal->name : refusal->student);
        }
        strbuf_puts(out, ": ");
        html_text(out, refusal->why);
        strbuf_puts(out, "</li>\n");
    }
    strbuf_puts(out, "</ul>\n</section>\n");
}

static void add_notes(const struct class_book *book, struct strbuf *out)
{
    if (book->nnotes == 0)
        return;
    strbuf_puts(out, "<section id=\"notes\">\n<h2>Is this meant?</h2>\n<p class=\"soft\">What the "
                     "rules come to in this class. The marks below are made so.</p>\n<ul>\n");
    for (unsigned i = 0; i < book->nnotes; i++) {
        strbuf_puts(out, "<li>");
        html_text(out, book->notes[i].text);
        strbuf_puts(out, "</li>\n");
    }
    strbuf_puts(out, "</ul>\n</section>\n");
}

/* --- when a mark is doubted --- */

/* Folded up: a class of hundreds has hundreds of lines, and few are ever asked for. */
static void add_appeals(const struct class_book *book, struct strbuf *out)
{
    struct strbuf list = STRBUF_INIT;
    unsigned count = 0;
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned k = 0; k < book->students[i].nresults; k++) {
            const struct class_result *result = &book->students[i].results[k];
            if (result->reproduce == NULL)
                continue;
            add_place(book, &book->students[i], result, &list);
            strbuf_puts(&list, "<code>");
            html_text(&list, result->reproduce);
            strbuf_puts(&list, "</code></li>\n");
            count++;
        }
    if (count > 0) {
        strbuf_puts(out, "<section id=\"appeals\">\n<h2>When a mark is doubted</h2>\n<p "
                         "class=\"soft\">Run the command in the folder of these results. It "
                         "compiles what was handed in, plays the same scenes with the same bytes, "
                         "and shows what a student does not see of the hidden steps.</p>\n"
                         "<details><summary>");
        text_count(out, count, "command", "commands");
        strbuf_puts(out, "</summary>\n<ul>\n");
        strbuf_add(out, list.data, list.len);
        strbuf_puts(out, "</ul></details>\n</section>\n");
    }
    strbuf_free(&list);
}

void class_html(const struct class_book *book, struct strbuf *out)
{
    const struct html_page page = {book->title, styles, scripts};
    struct numbers n;
    count_all(book, &n);
    html_begin(out, &page);
    add_head(book, &n, out);
    strbuf_puts(out, "<main>\n");
    add_first(book, &n, out);
    add_notes(book, out);
    class_html_glance(book, out);
    add_refusals(book, out);
    class_html_table(book, out);
    class_html_histogram(book, out);
    class_html_stuck(book, out);
    class_html_mistakes(book, out);
    add_appeals(book, out);
    strbuf_puts(out, "</main>\n<footer>socklings ");
    html_text(out, book->version);
    strbuf_puts(out, "</footer>\n");
    html_end(out, &page);
}
