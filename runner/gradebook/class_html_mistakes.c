/*
 * class_html_mistakes.c - the mistakes that were recognised, the commonest first.
 *
 *  - A mistake counts once a student, whatever the number of labs.
 *  - A hidden step's is not told: this page gets around.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_html_parts.h"
#include "gradebook/class_parts.h"
#include "report/html.h"
#include "report/verdict_words.h"
#include "rules/rules.h"

enum { NAMES_MOST = 60 };

const char class_html_mistakes_style[] =
    ".mist{list-style:none;padding:0;margin:0}.mist>li{padding:8px 0;"
    "border-bottom:1px solid var(--line)}.mist>li:last-child{border:0}"
    ".mist .top{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr) minmax(0,2fr);"
    "gap:4px 16px;align-items:center}.mist details{margin-top:4px}.mist p{margin:4px 0}"
    "@media (max-width:640px){.mist .top{grid-template-columns:minmax(0,1fr)}}";

struct mistake {
    const char *id, *message, *question, *lesson;
    unsigned students, facts, hints;
    unsigned last;                      /* student counted last, from 1 */
    unsigned names[NAMES_MOST], nnames; /* whose pages are linked */
};

struct mistakes {
    struct mistake *list;
    size_t count, cap;
};

static struct mistake *find(struct mistakes *all, const struct class_step *step)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i].id, step->diagnosis) == 0)
            return &all->list[i];
    if (all->count == all->cap) {
        all->cap = all->cap > 0 ? 2 * all->cap : 32;
        all->list = mem_resize(all->list, all->cap, sizeof *all->list);
    }
    struct mistake *m = &all->list[all->count++];
    *m = (struct mistake){.id = step->diagnosis,
                          .message = step->diagnosis_message,
                          .question = step->question,
                          .lesson = step->lesson};
    return m;
}

static void count(struct mistakes *all, unsigned student, const struct class_result *result)
{
    const struct class_step *step = result != NULL ? class_failure(result) : NULL;
    if (step == NULL || step->hidden || step->diagnosis == NULL)
        return;
    struct mistake *m = find(all, step);
    if (step->certainty != NULL && strcmp(step->certainty, "fact") == 0)
        m->facts++;
    else
        m->hints++;
    if (m->last == student + 1)
        return;
    m->last = student + 1;
    m->students++;
    if (m->nnames < NAMES_MOST)
        m->names[m->nnames++] = student;
}

static int by_frequency(const void *a, const void *b)
{
    const struct mistake *x = a, *y = b;
    return x->students != y->students ? (x->students < y->students ? 1 : -1) : strcmp(x->id, y->id);
}

/* What the rule asks and where it is explained, rather than what one student was told. */
static void know(struct mistake *m)
{
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)) != NULL; i++)
        if (strcmp(rule->id, m->id) == 0) {
            m->question = rule->question;
            m->lesson = rule->lesson;
        }
}

static void add_meaning(const struct class_book *book, const struct mistake *m, struct strbuf *out)
{
    strbuf_puts(out, "<details><summary>What it is, and who</summary>\n");
    if (m->message != NULL) {
        strbuf_puts(out, "<p>For example: ");
        html_text(out, m->message);
        strbuf_puts(out, "</p>\n");
    }
    if (m->question != NULL) {
        strbuf_puts(out, "<p>What leads to the answer: ");
        html_text(out, m->question);
        strbuf_puts(out, "</p>\n");
    }
    if (m->lesson != NULL) {
        struct strbuf command = STRBUF_INIT;
        verdict_lesson_command(&command, m->lesson, NULL);
        strbuf_puts(out, "<p>Explained in <code>");
        html_text(out, command.data);
        strbuf_puts(out, "</code></p>\n");
        strbuf_free(&command);
    }
    strbuf_puts(out, "<p>");
    for (unsigned i = 0; i < m->nnames; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        class_html_student(&book->students[m->names[i]], out);
    }
    if (m->students > m->nnames)
        strbuf_printf(out, " and %u more", m->students - m->nnames);
    strbuf_puts(out, "</p></details>");
}

static void add_mistake(const struct class_book *book, const struct mistake *m, unsigned most,
                        struct strbuf *out)
{
    strbuf_puts(out, "<li><div class=\"top\"><span><b>");
    html_text(out, m->id);
    strbuf_puts(out, "</b></span>");
    class_html_bar(&(struct class_html_part){"one", m->students}, 1, most, out);
    strbuf_puts(out, "<small>");
    text_count(out, m->students, "student", "students");
    if (m->facts > 0)
        strbuf_printf(out, ", %u shown as fact", m->facts);
    if (m->hints > 0)
        strbuf_printf(out, ", %u as a hint", m->hints);
    strbuf_puts(out, "</small></div>\n");
    add_meaning(book, m, out);
    strbuf_puts(out, "</li>\n");
}

void class_html_mistakes(const struct class_book *book, struct strbuf *out)
{
    struct mistakes all = {0};
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned lab = 0; lab < book->nlabs; lab++)
            count(&all, i, class_result_of(&book->students[i], lab));
    strbuf_puts(out, "<section id=\"mistakes\">\n<h2>Mistakes, the commonest first</h2>\n");
    if (all.count == 0) {
        strbuf_puts(out, "<p class=\"soft\">No mistake was recognised.</p>\n</section>\n");
        return;
    }
    qsort(all.list, all.count, sizeof *all.list, by_frequency);
    strbuf_puts(out, "<ol class=\"mist\">\n");
    for (size_t i = 0; i < all.count; i++) {
        know(&all.list[i]);
        add_mistake(book, &all.list[i], all.list[0].students, out);
    }
    strbuf_puts(out, "</ol>\n</section>\n");
    free(all.list);
}
