/*
 * verdict_text.c - a verdict for a person.
 *
 * The order is that of a helpful colleague: what was tried, what came instead, what shows it, what
 * did work, what it probably is, one question, where to read on, how to try again. Each part stands
 * alone with a short label, parts that do not apply are not there, and long lists are cut where
 * they stop helping. Every text goes through look_clean, for a program under test may have written
 * it.
 */
#include "report/verdict_text.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "report/diff_text.h"
#include "report/verdict_words.h"

enum {
    WORKED_MAX = 6,   /* steps before the failure that are shown */
    EVIDENCE_MAX = 8, /* lines */
    VERBATIM_MAX = 30 /* lines of a compiler or sanitizer */
};

struct page {
    const struct look *look;
    struct strbuf *out;
    size_t width;
    const char *indent;
};

static struct page page_open(const struct look *look, struct strbuf *out)
{
    size_t width = look_width(look);
    return (struct page){look, out, width, width < 40 ? " " : "  "};
}

/* --- parts of a page --- */

static void blank(const struct page *p)
{
    if (p->out->len > 0)
        strbuf_putc(p->out, '\n');
}

/* A paragraph in one paint; `lead` stands before its first line, spaces before the others. */
static void paragraph(const struct page *p, const char *lead, const char *on, const char *text)
{
    struct strbuf clean = STRBUF_INIT, first = STRBUF_INIT, rest = STRBUF_INIT;
    strbuf_puts(&clean, on);
    look_clean(p->look, &clean, text);
    if (*on != '\0')
        strbuf_puts(&clean, look_off(p->look));
    strbuf_puts(&first, p->indent);
    look_clean(p->look, &first, lead);
    strbuf_puts(&rest, p->indent);
    strbuf_pad(&rest, ' ', utf8_columns(first.data, first.len) - strlen(p->indent));
    size_t start = p->out->len;
    text_wrap(p->out, clean.data, p->width, first.data, rest.data);
    look_close_lines(p->out, start);
    strbuf_free(&clean);
    strbuf_free(&first);
    strbuf_free(&rest);
}

static void label(const struct page *p, const char *text)
{
    blank(p);
    paragraph(p, "", look_on(p->look, LOOK_BOLD), text);
}

/* Text of a tool, line by line as it is, but not without end. */
static void verbatim(const struct page *p, const char *title, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    look_clean(p->look, &clean, text);
    label(p, title);
    char *line = clean.data;
    unsigned count = 0;
    for (; *line != '\0' && count < VERBATIM_MAX; count++) {
        size_t len = strcspn(line, "\n");
        bool last = line[len] == '\0';
        line[len] = '\0';
        text_wrap(p->out, line, p->width, p->indent, p->indent);
        line += last ? len : len + 1;
    }
    unsigned more = 0;
    for (; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
        more++;
    if (more > 0)
        strbuf_printf(p->out, "%s(and %u more %s)\n", p->indent, more,
                      text_plural(more, "line", "lines"));
    strbuf_free(&clean);
}

/* "  1. the server was started"; of many, the last ones. */
static void numbered(const struct page *p, char *const *texts, unsigned count)
{
    unsigned from = count > WORKED_MAX ? count - WORKED_MAX : 0;
    if (from > 0) {
        struct strbuf more = STRBUF_INIT;
        text_count(&more, from, "step before these", "steps before these");
        paragraph(p, "(", "", "");
        strbuf_cut(p->out, p->out->len - 1);
        strbuf_printf(p->out, "%s)\n", more.data);
        strbuf_free(&more);
    }
    int digits = count >= 100 ? 3 : count >= 10 ? 2 : 1;
    for (unsigned i = from; i < count; i++) {
        struct strbuf lead = STRBUF_INIT;
        strbuf_printf(&lead, "%*u. ", digits, i + 1);
        paragraph(p, lead.data, "", texts[i]);
        strbuf_free(&lead);
    }
}

static void listed(const struct page *p, char *const *texts, unsigned count)
{
    for (unsigned i = 0; i < count && i < EVIDENCE_MAX; i++)
        paragraph(p, p->look->utf8 ? "• " : "- ", "", texts[i]);
    if (count > EVIDENCE_MAX) {
        struct strbuf more = STRBUF_INIT;
        strbuf_printf(&more, "(and %u more)", count - EVIDENCE_MAX);
        paragraph(p, "", "", more.data);
        strbuf_free(&more);
    }
}

/* --- the steps --- */

static void step_line(const struct page *p, const struct step_result *step)
{
    static const struct {
        enum look_paint paint;
        const char *mark, *ascii;
    } marks[] = {
        [STEP_PASS] = {LOOK_GOOD, "✓ ", "+ "},
        [STEP_FAIL] = {LOOK_BAD, "✗ ", "x "},
        [STEP_NOT_REACHED] = {LOOK_DIM, "· ", "- "},
    };
    unsigned status = step->status <= STEP_NOT_REACHED ? step->status : STEP_NOT_REACHED;
    paragraph(p, p->look->utf8 ? marks[status].mark : marks[status].ascii,
              look_on(p->look, marks[status].paint), verdict_step_name(step));
}

void verdict_text_step(const struct step_result *step, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    step_line(&page, step);
}

/* --- the failure --- */

static void headline(const struct page *p, const struct verdict *v, const struct step_result *step)
{
    struct strbuf text = STRBUF_INIT;
    const char *words = verdict_outcome_words(v, step);
    strbuf_puts(&text, verdict_step_name(step));
    if (words != NULL)
        strbuf_printf(&text, ": %s", words);
    blank(p);
    struct page flush = *p;
    flush.indent = "";
    paragraph(&flush, p->look->utf8 ? "✗ " : "x ", look_on(p->look, LOOK_BAD), text.data);
    strbuf_free(&text);
}

static void diagnosis(const struct page *p, const struct diagnosis *d)
{
    struct strbuf text = STRBUF_INIT, place = STRBUF_INIT;
    label(p, d->certainty == CERTAINTY_FACT ? "What it is:" : "Could it be this?");
    if (d->file != NULL && d->line > 0)
        strbuf_printf(&place, "%s:%d", d->file, d->line);
    const char *message = d->message != NULL ? d->message : "";
    if (place.len > 0 && strstr(message, place.data) == NULL)
        strbuf_printf(&text, "%s  ", place.data);
    strbuf_puts(&text, message);
    if (d->id != NULL)
        strbuf_printf(&text, " (%s)", d->id);
    paragraph(p, "", "", text.data);
    strbuf_free(&text);
    strbuf_free(&place);
}

static void lesson(const struct page *p, const char *where)
{
    struct strbuf text = STRBUF_INIT;
    verdict_lesson_command(&text, where, p->look->program);
    paragraph(p, "Read on: ", "", text.data);
    strbuf_free(&text);
}

static void failure(const struct page *p, const struct verdict *v, const struct step_result *step)
{
    headline(p, v, step);
    if (step->trying != NULL) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "While %s:", step->trying);
        paragraph(p, "", "", text.data);
        strbuf_free(&text);
    }
    const char *message = verdict_is_bad_source(step) ? step->details : step->message;
    if (message != NULL)
        paragraph(p, "", look_on(p->look, LOOK_BOLD), message);
    if (step->diff != NULL) {
        blank(p);
        diff_text(step->diff, p->look, p->indent, p->out);
    }
    if (step->because != NULL) {
        blank(p);
        paragraph(p, "", "", step->because);
    }
    if (step->details != NULL && !verdict_is_bad_source(step))
        verbatim(p, verdict_details_label(step), step->details);
    if (step->nevidence > 0) {
        label(p, "What shows it:");
        listed(p, step->evidence, step->nevidence);
    }
    if (step->nworked > 0) {
        label(p, "What worked before it:");
        numbered(p, step->worked, step->nworked);
    }
    if (step->diagnosis != NULL)
        diagnosis(p, step->diagnosis);
    const char *question = verdict_question(step);
    if (question != NULL && !verdict_is_missing(step)) {
        label(p, "A question:");
        paragraph(p, "", "", question);
    }
}

/* --- the end --- */

static void closing(const struct page *p, const struct verdict *v, const struct step_result *step)
{
    const char *where = step != NULL ? verdict_lesson(step) : NULL;
    bool repeat = v->reproduce != NULL && v->outcome != OUTCOME_PASS;
    if (where != NULL || repeat || v->max_points > 0)
        blank(p);
    if (where != NULL && (step == NULL || !verdict_is_missing(step)))
        lesson(p, where);
    if (repeat)
        paragraph(p, "Repeat:  ", "", v->reproduce);
    if (v->max_points > 0) {
        struct strbuf points = STRBUF_INIT;
        strbuf_printf(&points, "%u of %u", v->points, v->max_points);
        paragraph(p, "Points:  ", "", points.data);
        strbuf_free(&points);
    }
}

static void passed(const struct page *p, const struct verdict *v)
{
    struct strbuf text = STRBUF_INIT;
    if (v->nsteps == 1)
        strbuf_puts(&text, "The step passes.");
    else
        strbuf_printf(&text, "All %u steps pass.", v->nsteps);
    blank(p);
    struct page flush = *p;
    flush.indent = "";
    paragraph(&flush, p->look->utf8 ? "✓ " : "+ ", look_on(p->look, LOOK_GOOD), text.data);
    strbuf_free(&text);
}

static void internal_error(const struct page *p, const struct verdict *v)
{
    blank(p);
    struct page flush = *p;
    flush.indent = "";
    paragraph(&flush, "! ", look_on(p->look, LOOK_BAD),
              "The check itself failed. This is no fault of your program, and nothing is counted.");
    if (v->error != NULL)
        paragraph(p, "", "", v->error);
}

void verdict_text_rest(const struct verdict *v, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    const struct step_result *step = verdict_first_failure(v);
    if (v->outcome == OUTCOME_INTERNAL_ERROR) {
        internal_error(&page, v);
        step = NULL;
    } else if (step != NULL) {
        failure(&page, v, step);
    } else if (v->outcome == OUTCOME_PASS) {
        passed(&page, v);
    }
    const char *error = verdict_error(v, step), *warnings = verdict_warnings(v, step);
    if (v->outcome != OUTCOME_INTERNAL_ERROR && error != NULL)
        verbatim(&page, verdict_error_label(v), error);
    if (warnings != NULL)
        verbatim(&page, "The compiler warns:", warnings);
    closing(&page, v, step);
}

void verdict_text(const struct verdict *v, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    for (unsigned i = 0; i < v->nsteps; i++)
        step_line(&page, &v->steps[i]);
    verdict_text_rest(v, look, out);
}
