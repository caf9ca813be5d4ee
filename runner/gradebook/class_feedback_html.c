/*
 * class_feedback_html.c - the same feedback as a page, with the recording of the scene that failed.
 *
 *  - What is told is that of class_feedback.c: the verdict without what is hidden.
 *  - The picture is there only when it shows a public step: that of a hidden one would tell
 *    everything, also when it passed.
 *  - The picture is in it twice, wide and narrow; the style shows the one that fits.
 */
#include <string.h>

#include "base/text.h"
#include "gradebook/class_feedback.h"
#include "gradebook/class_parts.h"
#include "report/html.h"
#include "report/trace_svg.h"
#include "report/verdict_words.h"

enum { PICTURE_ROWS_MOST = 400 };

static const char *const feedback_style[] = {
    trace_svg_style,
    "header .badge{margin:6px 8px 0 0}.big{font-size:18px;font-weight:600}"
    ".ask{border-color:var(--bar);background:var(--mark)}.ask b{color:var(--blue)}"
    ".ev li::marker{color:var(--soft)}.ev li,.worked li{margin:3px 0}"
    ".next dt{font-weight:600;margin-top:8px}.next dd{margin:2px 0 0}"
    ".pic{margin:12px -8px 0;overflow-x:auto}.pic svg{display:block;width:100%;height:auto;"
    "max-width:1100px;background:#fff;border-radius:8px}#narrow{display:none}"
    "@media screen and (prefers-color-scheme:dark){.pic svg{filter:invert(.89) "
    "hue-rotate(180deg)}}"
    "@media screen and (max-width:640px){#wide{display:none}#narrow{display:block}}"
    "@media print{.pic{overflow:visible;margin:0}}",
    NULL};

static void paragraph(struct strbuf *out, const char *class, const char *text)
{
    strbuf_printf(out, *class != '\0' ? "<p class=\"%s\">" : "<p>", class);
    html_text(out, text);
    strbuf_puts(out, "</p>\n");
}

static void add_note(struct strbuf *out, const char *class, const char *text)
{
    strbuf_printf(out, "<div class=\"note %s\">", class);
    paragraph(out, "", text);
    strbuf_puts(out, "</div>\n");
}

static void verbatim(struct strbuf *out, const char *label, const char *text)
{
    strbuf_puts(out, "<h3>");
    html_text(out, label);
    strbuf_puts(out, "</h3>\n<pre tabindex=\"0\">");
    html_text(out, text);
    strbuf_puts(out, "</pre>\n");
}

static void lines(struct strbuf *out, const char *label, const char *element, const char *class,
                  char *const *texts, unsigned count)
{
    if (count == 0)
        return;
    strbuf_printf(out, "<h3>%s</h3>\n<%s class=\"%s\">\n", label, element, class);
    for (unsigned i = 0; i < count; i++) {
        strbuf_puts(out, "<li>");
        html_text(out, texts[i]);
        strbuf_puts(out, "</li>\n");
    }
    strbuf_printf(out, "</%s>\n", element);
}

static void add_heading(const struct class_feedback *feedback, const struct class_shown *shown,
                        struct strbuf *out)
{
    const struct verdict *v = &shown->verdict;
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(out, "<header>\n<p class=\"screen\"><a href=\"index.html\">All labs of ");
    html_name(out, feedback->name != NULL ? feedback->name : feedback->student);
    strbuf_puts(out, "</a></p>\n<h1>");
    class_feedback_lab(feedback, &text);
    html_text(out, text.data);
    strbuf_puts(out, "</h1>\n<p class=\"soft\"><bdi>");
    strbuf_cut(&text, 0);
    class_feedback_student(feedback, &text);
    html_text(out, text.data);
    strbuf_puts(out, "</bdi>");
    if (feedback->submission != NULL) {
        strbuf_puts(out, ", handed in as ");
        html_name(out, feedback->submission);
    }
    strbuf_printf(out, "</p>\n<p><span class=\"badge %s\">%s</span>",
                  v->outcome == OUTCOME_PASS             ? "good"
                  : v->outcome == OUTCOME_INTERNAL_ERROR ? "warn"
                                                         : "bad",
                  class_outcome_words(v->outcome));
    if (v->max_points > 0)
        strbuf_printf(out, "<span class=\"badge\">%u of %u points</span>", v->points,
                      v->max_points);
    strbuf_puts(out, "</p>\n</header>\n");
    if (feedback->disagreed > 0) {
        strbuf_cut(&text, 0);
        class_feedback_flaky(feedback, &text);
        add_note(out, "warn", text.data);
    }
    strbuf_free(&text);
}

static void add_steps(const struct class_shown *shown, struct strbuf *out)
{
    static const char *const marks[] = {
        [STEP_PASS] = "✓", [STEP_FAIL] = "✗", [STEP_NOT_REACHED] = "·"};
    const struct verdict *v = &shown->verdict;
    if (v->nsteps == 0)
        return;
    strbuf_puts(out, "<section>\n<h2>Steps</h2>\n<ol class=\"steps\">\n");
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        strbuf_printf(out,
                      "<li class=\"%s\"><b role=\"img\" aria-label=\"%s\">%s</b><span "
                      "class=\"t\">",
                      step_status_name(step->status), class_status_words(step->status),
                      marks[step->status]);
        html_text(out, verdict_step_name(step));
        strbuf_puts(out, "</span><span class=\"p\">");
        if (shown->titles[i] == NULL) /* a hidden step's title tells them */
            text_count(out, step->points, "point", "points");
        strbuf_puts(out, "</span></li>\n");
    }
    strbuf_puts(out, "</ol>\n</section>\n");
}

static void add_diagnosis(const struct diagnosis *d, struct strbuf *out)
{
    struct strbuf place = STRBUF_INIT;
    strbuf_printf(out, "<h3>%s</h3>\n<p>",
                  d->certainty == CERTAINTY_FACT ? "What it is" : "Could it be this?");
    if (d->file != NULL && d->line > 0)
        strbuf_printf(&place, "%s:%d", d->file, d->line);
    if (place.len > 0 && (d->message == NULL || strstr(d->message, place.data) == NULL)) {
        strbuf_puts(out, "<code>");
        html_text(out, place.data);
        strbuf_puts(out, "</code> ");
    }
    strbuf_free(&place);
    html_text(out, d->message);
    if (d->id != NULL) {
        strbuf_puts(out, " <small>(");
        html_text(out, d->id);
        strbuf_puts(out, ")</small>");
    }
    strbuf_puts(out, "</p>\n");
}

static void add_next(const struct verdict *v, const struct step_result *step, struct strbuf *out)
{
    const char *where = verdict_lesson(step);
    if (where == NULL && v->reproduce == NULL)
        return;
    strbuf_puts(out, "<dl class=\"next\">\n");
    if (where != NULL) {
        struct strbuf command = STRBUF_INIT;
        verdict_lesson_command(&command, where, NULL);
        strbuf_puts(out, "<dt>Read on</dt><dd><code>");
        html_text(out, command.data);
        strbuf_puts(out, "</code></dd>\n");
        strbuf_free(&command);
    }
    if (v->reproduce != NULL) {
        strbuf_puts(out, "<dt>See it again at home</dt><dd><code>");
        html_text(out, v->reproduce);
        strbuf_puts(out, "</code></dd>\n");
    }
    strbuf_puts(out, "</dl>\n");
}

static void add_failure(const struct verdict *v, const struct step_result *step, struct strbuf *out)
{
    const char *words = verdict_outcome_words(v, step), *question = verdict_question(step);
    bool bad_source = verdict_is_bad_source(step);
    strbuf_puts(out, "<section>\n<h2>Where it stopped: ");
    html_text(out, verdict_step_name(step));
    strbuf_puts(out, "</h2>\n");
    if (step->trying != NULL) {
        strbuf_puts(out, "<p class=\"soft\">While ");
        html_text(out, step->trying);
        strbuf_puts(out, words != NULL ? ", " : "");
        strbuf_puts(out, words != NULL ? words : "");
        strbuf_puts(out, ".</p>\n");
    } else if (words != NULL) {
        strbuf_printf(out, "<p class=\"soft\">Here %s.</p>\n", words);
    }
    if (step->message != NULL)
        paragraph(out, "big", bad_source ? step->details : step->message);
    if (step->diff != NULL)
        verbatim(out, "Expected and received", step->diff);
    if (step->because != NULL)
        paragraph(out, "", step->because);
    if (step->details != NULL && !bad_source)
        verbatim(out, verdict_details_label(step), step->details);
    lines(out, "What shows it", "ul", "ev", step->evidence, step->nevidence);
    lines(out, "What worked before it", "ol", "worked", step->worked, step->nworked);
    if (step->diagnosis != NULL)
        add_diagnosis(step->diagnosis, out);
    if (question != NULL && !verdict_is_missing(step)) {
        strbuf_puts(out, "<div class=\"note ask\"><b>A question</b>\n");
        paragraph(out, "", question);
        strbuf_puts(out, "</div>\n");
    }
    add_next(v, step, out);
    strbuf_puts(out, "</section>\n");
}

static void add_compiler(const struct verdict *v, const struct step_result *step,
                         struct strbuf *out)
{
    const char *error = verdict_error(v, step), *warnings = verdict_warnings(v, step);
    if (error == NULL && warnings == NULL)
        return;
    strbuf_puts(out, "<section>\n<h2>From the compiler</h2>\n");
    if (error != NULL)
        verbatim(out, verdict_error_label(v), error);
    if (warnings != NULL)
        verbatim(out, "The compiler warns:", warnings);
    strbuf_puts(out, "</section>\n");
}

static void add_judgement(const struct class_shown *shown, struct strbuf *out)
{
    if (shown->verdict.outcome == OUTCOME_INTERNAL_ERROR)
        add_note(out, "warn",
                 "The check itself failed. This is no fault of your program, and nothing is "
                 "counted. " CLASS_ERROR_SENTENCE);
    else if (shown->hidden_failed)
        add_note(out, "warn", CLASS_HIDDEN_SENTENCE);
    else if (shown->verdict.outcome == OUTCOME_PASS)
        add_note(out, "good", "Every step passes. Well done.");
    else if (shown->failure != NULL)
        add_failure(&shown->verdict, shown->failure, out);
    add_compiler(&shown->verdict, shown->failure, out);
}

static void add_picture(const struct class_feedback *feedback, const struct class_shown *shown,
                        struct strbuf *out)
{
    const struct diagnosis *d = shown->failure != NULL ? shown->failure->diagnosis : NULL;
    bool any_hidden = false;
    for (unsigned i = 0; i < shown->verdict.nsteps; i++)
        any_hidden |= feedback->hidden != NULL && feedback->hidden[i];
    if (feedback->tl == NULL || (shown->failure == NULL && any_hidden) ||
        shown->verdict.outcome == OUTCOME_INTERNAL_ERROR)
        return;
    struct picture picture;
    picture_build(&picture, feedback->tl,
                  &(struct picture_options){.evidence = d != NULL ? d->events : NULL,
                                            .nevidence = d != NULL ? d->nevents : 0,
                                            .max_rows = PICTURE_ROWS_MOST});
    strbuf_puts(out, "<section>\n<h2>What happened, as it was recorded</h2>\n");
    if (d != NULL && d->nevents > 0)
        paragraph(out, "soft", "Time runs downwards. The marked lines (▶) show the mistake.");
    else
        paragraph(out, "soft", "Time runs downwards.");
    strbuf_puts(out, "<div class=\"pic\" id=\"wide\">\n");
    trace_svg_element(&picture, TRACE_SVG_WIDE, out);
    strbuf_puts(out, "</div>\n<div class=\"pic\" id=\"narrow\">\n");
    trace_svg_element(&picture, TRACE_SVG_NARROW, out);
    strbuf_puts(out, "</div>\n</section>\n");
    picture_free(&picture);
}

void class_feedback_html(const struct class_feedback *feedback, struct strbuf *out)
{
    struct strbuf title = STRBUF_INIT;
    struct class_shown shown;
    class_shown_make(&shown, feedback);
    class_feedback_lab(feedback, &title);
    strbuf_puts(&title, " - ");
    class_feedback_student(feedback, &title);
    const struct html_page page = {title.data, feedback_style, NULL};
    html_begin(out, &page);
    add_heading(feedback, &shown, out);
    strbuf_puts(out, "<main>\n");
    add_steps(&shown, out);
    add_judgement(&shown, out);
    add_picture(feedback, &shown, out);
    strbuf_puts(out, "</main>\n");
    html_end(out, &page);
    strbuf_free(&title);
    class_shown_free(&shown);
}
