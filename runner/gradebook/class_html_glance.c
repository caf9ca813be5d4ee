/*
 * class_html_glance.c - the two questions of somebody with hundreds of students and ten seconds:
 * who needs help, and what has the class not understood?
 *
 *  - Help is for those with less than half of the marks, the fewest first. Whose mark is not final
 *    stands among what needs a person; who has handed in nothing is named apart.
 *  - A class has not understood a step at which at least two people, and a tenth of those who have
 *    handed in the lab, stopped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_html_parts.h"
#include "gradebook/class_parts.h"
#include "report/html.h"

enum { HELPED_MOST = 10, ABSENT_MOST = 12, STOPS_MOST = 6, STOPPED_LEAST = 2, STOPPED_PART = 10 };

const char class_html_glance_style[] =
    "#glance{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:6px 32px}"
    "#glance h2{margin-bottom:4px}#glance ol{padding:0;list-style:none}"
    "#glance li{padding:5px 0;border-bottom:1px solid var(--line)}#glance li:last-child{border:0}"
    "#glance small{display:block}#glance p{margin:6px 0 0}"
    "@media (max-width:640px){#glance{grid-template-columns:minmax(0,1fr)}}";

/* --- who needs help --- */

static int by_mark(const void *a, const void *b)
{
    const struct class_student *x = *(const struct class_student *const *)a,
                               *y = *(const struct class_student *const *)b;
    if (x->mark < y->mark || x->mark > y->mark)
        return x->mark < y->mark ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* "stopped at 05 A UDP echo server: Take the port": of the first lab that is not passed. */
static void add_trouble(const struct class_book *book, const struct class_student *student,
                        struct strbuf *out)
{
    for (unsigned lab = 0; lab < book->nlabs; lab++) {
        const struct class_result *result = class_result_of(student, lab);
        const struct class_step *failure = result != NULL ? class_failure(result) : NULL;
        if (result != NULL && result->outcome == OUTCOME_PASS)
            continue;
        struct strbuf text = STRBUF_INIT;
        strbuf_puts(&text, result == NULL    ? "nothing handed in for "
                           : failure != NULL ? "stopped at "
                                             : class_outcome_words(result->outcome));
        if (result != NULL && failure == NULL)
            strbuf_puts(&text, ": ");
        class_lab_name(&text, &book->labs[lab]);
        if (failure != NULL) {
            strbuf_puts(&text, ": ");
            class_step_name(&text, result, (unsigned)(failure - result->steps));
        }
        html_text(out, text.data);
        strbuf_free(&text);
        return;
    }
    strbuf_puts(out, "all passed, and late");
}

static void add_helped(const struct class_book *book, const struct class_student *student,
                       struct strbuf *out)
{
    strbuf_puts(out, "<li>");
    class_html_student(student, out);
    strbuf_puts(out, " <b>");
    class_number(out, student->mark);
    strbuf_puts(out, "</b> of ");
    class_number(out, student->most);
    strbuf_puts(out, " <small>");
    add_trouble(book, student, out);
    strbuf_puts(out, "</small></li>\n");
}

static void add_absent(const struct class_book *book, struct strbuf *out)
{
    unsigned absent = 0;
    struct strbuf names = STRBUF_INIT;
    for (unsigned i = 0; i < book->nstudents; i++) {
        if (book->students[i].nresults > 0)
            continue;
        if (absent++ >= ABSENT_MOST)
            continue;
        strbuf_puts(&names, absent > 1 ? ", " : "");
        class_html_student(&book->students[i], &names);
    }
    if (absent > 0) {
        strbuf_puts(out, "<p>Nothing that could be graded: ");
        strbuf_add(out, names.data, names.len);
        if (absent > ABSENT_MOST)
            strbuf_printf(out, " and %u more", absent - ABSENT_MOST);
        strbuf_puts(out, "</p>\n");
    }
    strbuf_free(&names);
}

static void add_help(const struct class_book *book, struct strbuf *out)
{
    unsigned count = 0;
    const struct class_student **list = mem_alloc((book->nstudents + 1) * sizeof *list);
    for (unsigned i = 0; i < book->nstudents; i++) {
        if (class_is_weak(&book->students[i]))
            list[count++] = &book->students[i];
    }
    qsort(list, count, sizeof *list, by_mark);
    strbuf_puts(out, "<div>\n<h2>Who needs help</h2>\n");
    if (count == 0)
        strbuf_puts(out, "<p class=\"soft\">Nobody has less than half of the marks.</p>\n");
    else
        strbuf_puts(out, "<ol>\n");
    for (unsigned i = 0; i < count && i < HELPED_MOST; i++)
        add_helped(book, list[i], out);
    if (count > 0)
        strbuf_puts(out, "</ol>\n");
    if (count > HELPED_MOST)
        strbuf_printf(
            out, "<p>and %u more with less than half of the <a href=\"#h-marks\">marks</a></p>\n",
            count - HELPED_MOST);
    add_absent(book, out);
    strbuf_puts(out, "</div>\n");
    free(list);
}

/* --- what the class has not understood --- */

struct stop {
    unsigned lab, step, stopped, judged;
    const struct class_result *example; /* of those who stopped */
    const char *mistake;                /* the commonest that was recognised; NULL */
    unsigned mistaken;
};

struct stops {
    struct stop *list;
    size_t count;
};

static int by_stopped(const void *a, const void *b)
{
    const struct stop *x = a, *y = b;
    if (x->stopped != y->stopped)
        return x->stopped < y->stopped ? 1 : -1;
    return x->lab != y->lab ? (x->lab > y->lab) - (x->lab < y->lab)
                            : (x->step > y->step) - (x->step < y->step);
}

static struct stop *find(struct stops *all, unsigned lab, unsigned step)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].lab == lab && all->list[i].step == step)
            return &all->list[i];
    all->list = mem_resize(all->list, all->count + 1, sizeof *all->list);
    all->list[all->count] = (struct stop){.lab = lab, .step = step};
    return &all->list[all->count++];
}

/* How many stopped at that step by that mistake. */
static unsigned count_mistake(const struct class_book *book, const struct stop *stop,
                              const char *mistake)
{
    unsigned count = 0;
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_result *result = class_result_of(&book->students[i], stop->lab);
        const struct class_step *failure = result != NULL ? class_failure(result) : NULL;
        count += failure != NULL && failure == &result->steps[stop->step] &&
                 failure->diagnosis != NULL && strcmp(failure->diagnosis, mistake) == 0;
    }
    return count;
}

static void find_mistake(const struct class_book *book, struct stop *stop)
{
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_result *result = class_result_of(&book->students[i], stop->lab);
        const struct class_step *failure = result != NULL ? class_failure(result) : NULL;
        if (failure == NULL || failure != &result->steps[stop->step] || failure->hidden ||
            failure->diagnosis == NULL ||
            (stop->mistake != NULL && strcmp(stop->mistake, failure->diagnosis) == 0))
            continue;
        unsigned count = count_mistake(book, stop, failure->diagnosis);
        if (count > stop->mistaken) {
            stop->mistaken = count;
            stop->mistake = failure->diagnosis;
        }
    }
}

static void find_stops(const struct class_book *book, struct stops *all)
{
    for (unsigned lab = 0; lab < book->nlabs; lab++) {
        size_t first = all->count;
        unsigned judged = 0;
        for (unsigned i = 0; i < book->nstudents; i++) {
            const struct class_result *result = class_result_of(&book->students[i], lab);
            if (result == NULL || result->outcome == OUTCOME_INTERNAL_ERROR)
                continue;
            const struct class_step *failure = class_failure(result);
            judged++;
            if (failure == NULL)
                continue;
            struct stop *stop = find(all, lab, (unsigned)(failure - result->steps));
            stop->stopped++;
            stop->example = result;
        }
        for (size_t i = first; i < all->count; i++)
            all->list[i].judged = judged;
    }
    if (all->count > 0)
        qsort(all->list, all->count, sizeof *all->list, by_stopped);
}

static void add_stop(const struct class_book *book, struct stop *stop, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    class_lab_name(&text, &book->labs[stop->lab]);
    strbuf_puts(&text, ": ");
    class_step_name(&text, stop->example, stop->step);
    strbuf_puts(out, "<li>");
    html_text(out, text.data);
    strbuf_printf(out, " <small><b>%u of %u</b> stopped here", stop->stopped, stop->judged);
    find_mistake(book, stop);
    if (stop->mistake != NULL) {
        strbuf_printf(out, ", %u by <code>", stop->mistaken);
        html_text(out, stop->mistake);
        strbuf_puts(out, "</code>");
    }
    strbuf_puts(out, "</small></li>\n");
    strbuf_free(&text);
}

static void add_stops(const struct class_book *book, struct strbuf *out)
{
    struct stops all = {NULL, 0};
    unsigned told = 0;
    find_stops(book, &all);
    strbuf_puts(out, "<div>\n<h2>What the class has not understood</h2>\n");
    for (size_t i = 0; i < all.count && told < STOPS_MOST; i++) {
        struct stop *stop = &all.list[i];
        if (stop->stopped < STOPPED_LEAST || stop->stopped * STOPPED_PART < stop->judged)
            continue;
        if (told++ == 0)
            strbuf_puts(out, "<ol>\n");
        add_stop(book, stop, out);
    }
    strbuf_puts(out, told > 0 ? "</ol>\n"
                              : "<p class=\"soft\">There is no step at which many stop.</p>\n");
    strbuf_puts(out, "</div>\n");
    free(all.list);
}

void class_html_glance(const struct class_book *book, struct strbuf *out)
{
    if (book->nstudents == 0)
        return;
    strbuf_puts(out, "<section id=\"glance\">\n");
    add_help(book, out);
    add_stops(book, out);
    strbuf_puts(out, "</section>\n");
}
