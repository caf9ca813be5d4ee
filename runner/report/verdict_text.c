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

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "report/diff_text.h"

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

static const char *step_name(const struct step_result *step)
{
    return step->title != NULL ? step->title : step->id != NULL ? step->id : "";
}

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
              look_on(p->look, marks[status].paint), step_name(step));
}

void verdict_text_step(const struct step_result *step, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    step_line(&page, step);
}

static const struct step_result *first_failure(const struct verdict *v)
{
    for (unsigned i = 0; i < v->nsteps; i++)
        if (v->steps[i].status == STEP_FAIL)
            return &v->steps[i];
    return NULL;
}

/* --- the failure --- */

static const char *limit_words(const char *limit)
{
    static const struct {
        const char *limit, *words;
    } table[] = {
        {"wall", "its time was over"},
        {"cpu", "it used up its processor time"},
        {"output", "it printed too much"},
        {"processes", "it started too many processes"},
        {"calls", "it made too many system calls"},
        {"memory", "it used too much memory"},
        {"files", "it opened too many files"},
        {"disk", "it wrote too much to the disk"},
    };
    for (size_t i = 0; limit != NULL && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(limit, table[i].limit) == 0)
            return table[i].words;
    return "it reached a limit";
}

/* The compiler was not even asked: the source is missing, or no text, or elsewhere. */
static bool is_bad_source(const struct step_result *step)
{
    static const char end[] = " cannot be compiled";
    size_t len = step->message != NULL ? strlen(step->message) : 0, n = sizeof end - 1;
    return step->stage == STAGE_BUILD && step->details != NULL && len > n &&
           strcmp(step->message + len - n, end) == 0;
}

static bool is_missing(const struct step_result *step)
{
    return is_bad_source(step) && strncmp(step->details, "there is no ", 12) == 0;
}

static const char *outcome_words(const struct verdict *v, const struct step_result *step)
{
    if (is_missing(step))
        return "its source is not there";
    if (is_bad_source(step))
        return "its source cannot be compiled";
    switch (v->outcome) {
    case OUTCOME_CRASH:
        return "it crashed";
    case OUTCOME_STALL:
        return "nothing moves any more";
    case OUTCOME_LIMIT:
        return limit_words(v->limit);
    case OUTCOME_BUILD_ERROR:
        return "it does not compile";
    default:
        return NULL;
    }
}

static void headline(const struct page *p, const struct verdict *v, const struct step_result *step)
{
    struct strbuf text = STRBUF_INIT;
    const char *words = outcome_words(v, step);
    strbuf_puts(&text, step_name(step));
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

/* "05_udp_echo#bind" as the command that shows it: "socklings lesson 5 bind". */
static void lesson(const struct page *p, const char *where)
{
    struct strbuf text = STRBUF_INIT;
    const char *anchor = strchr(where, '#');
    char *end;
    unsigned long number = strtoul(where, &end, 10);
    const char *program = p->look->program != NULL ? p->look->program : "socklings ";
    if (end > where && *end == '_')
        strbuf_printf(&text, "%slesson %lu", program, number);
    else
        strbuf_printf(&text, "%slesson %.*s", program, (int)strcspn(where, "#"), where);
    if (anchor != NULL && anchor[1] != '\0')
        strbuf_printf(&text, " %s", anchor + 1);
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
    const char *message = is_bad_source(step) ? step->details : step->message;
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
    if (step->details != NULL && !is_bad_source(step))
        verbatim(p,
                 step->stage == STAGE_BUILD    ? "The compiler says:"
                 : step->stage == STAGE_MEMORY ? "The sanitizer says:"
                                               : "More about it:",
                 step->details);
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
    const char *question = step->question;
    if (question == NULL && step->diagnosis != NULL)
        question = step->diagnosis->question;
    if (question != NULL && !is_missing(step)) {
        label(p, "A question:");
        paragraph(p, "", "", question);
    }
}

/* --- the end --- */

static void closing(const struct page *p, const struct verdict *v, const struct step_result *step)
{
    const char *where = step != NULL ? step->lesson : NULL;
    if (where == NULL && step != NULL && step->diagnosis != NULL)
        where = step->diagnosis->lesson;
    bool repeat = v->reproduce != NULL && v->outcome != OUTCOME_PASS;
    if (where != NULL || repeat || v->max_points > 0)
        blank(p);
    if (where != NULL && (step == NULL || !is_missing(step)))
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

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

void verdict_text_rest(const struct verdict *v, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    const struct step_result *step = first_failure(v);
    if (v->outcome == OUTCOME_INTERNAL_ERROR) {
        internal_error(&page, v);
        step = NULL;
    } else if (step != NULL) {
        failure(&page, v, step);
    } else if (v->outcome == OUTCOME_PASS) {
        passed(&page, v);
    }
    bool told = step != NULL && (same(v->error, step->details) || same(v->error, step->message));
    if (v->outcome != OUTCOME_INTERNAL_ERROR && v->error != NULL && !told)
        verbatim(&page,
                 v->outcome == OUTCOME_BUILD_ERROR ? "The compiler says:" : "An error:", v->error);
    if (v->warnings != NULL && *v->warnings != '\0' && !same(v->warnings, v->error) &&
        (step == NULL || !same(v->warnings, step->details)))
        verbatim(&page, "The compiler warns:", v->warnings);
    closing(&page, v, step);
}

void verdict_text(const struct verdict *v, const struct look *look, struct strbuf *out)
{
    struct page page = page_open(look, out);
    for (unsigned i = 0; i < v->nsteps; i++)
        step_line(&page, &v->steps[i]);
    verdict_text_rest(v, look, out);
}
