/*
 * class_html_charts.c - the histogram of marks, and where people stop.
 *
 * Every number that is drawn is also told in words, so that nothing depends on seeing a colour.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_html_parts.h"
#include "gradebook/class_parts.h"
#include "report/html.h"

enum { BINS = 10, CHART_WIDTH = 400, CHART_HEIGHT = 190, CHART_FLOOR = 160, BAR_LEFT = 20 };

const char class_html_charts_style[] =
    ".hist{display:block;width:100%;max-width:500px;height:auto;margin:0 auto}"
    ".hist text{font:12px system-ui,-apple-system,\"Segoe UI\",sans-serif;fill:var(--soft);"
    "text-anchor:middle}.hist .c{fill:var(--ink);font-weight:600}.hist rect{fill:var(--bar)}"
    ".hist path{stroke:var(--line);stroke-width:1}"
    ".bar{display:block;width:100%;height:12px;border-radius:4px;overflow:hidden}"
    ".bar .w{fill:var(--mark)}.bar .ok{fill:var(--ok)}.bar .no{fill:var(--no)}"
    ".bar .off{fill:var(--off)}.bar .one{fill:var(--bar)}"
    ".stuck{list-style:none;padding:0;margin:0 0 8px}.stuck li{display:grid;"
    "grid-template-columns:minmax(0,2fr) minmax(0,3fr) minmax(0,2fr);gap:4px 16px;"
    "align-items:center;padding:5px 0;border-bottom:1px solid var(--line)}"
    ".stuck li:last-child{border:0}.key{display:flex;flex-wrap:wrap;gap:4px 16px;"
    "font-size:14px;color:var(--soft)}.key span::before{content:\"\";display:inline-block;"
    "width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px;"
    "background:var(--c);print-color-adjust:exact}"
    ".key .ok{--c:var(--ok)}.key .no{--c:var(--no)}.key .off{--c:var(--off)}"
    "details{margin-top:8px;font-size:14px}summary{cursor:pointer;color:var(--soft)}"
    ".plain{border-collapse:collapse}.plain th,.plain td{text-align:left;padding:2px 16px 2px 0;"
    "font-weight:400}"
    "@media screen and (max-width:640px){.hist text{font-size:15px}}"
    "@media (max-width:640px){.stuck li{grid-template-columns:minmax(0,1fr)}}"
    "@media print{svg{print-color-adjust:exact}.stuck li{break-inside:avoid}}";

void class_html_bar(const struct class_html_part *parts, unsigned nparts, unsigned whole,
                    struct strbuf *out)
{
    unsigned before = 0;
    strbuf_puts(out, "<svg class=\"bar\" viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\"><rect class=\"w\" width=\"1000\" height=\"12\"/>");
    for (unsigned i = 0; i < nparts && whole > 0; i++) {
        unsigned from = (unsigned)(1000.0 * before / whole);
        unsigned to = (unsigned)(1000.0 * (before + parts[i].count) / whole);
        before += parts[i].count;
        if (to > from)
            strbuf_printf(out, "<rect class=\"%s\" x=\"%u\" width=\"%u\" height=\"12\"/>",
                          parts[i].class, from, to - from);
    }
    strbuf_puts(out, "</svg>");
}

/* --- the histogram --- */

struct histogram {
    unsigned bins[BINS], highest, counted, unsure, absent;
};

static void count_marks(const struct class_book *book, struct histogram *h)
{
    *h = (struct histogram){0};
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_student *student = &book->students[i];
        double part = student->most > 0 ? student->mark / student->most : 0;
        if (student->error || !isfinite(part)) {
            h->unsure++;
        } else if (student->nresults == 0) {
            h->absent++;
        } else {
            int bin = part <= 0 ? 0 : part >= 1 ? BINS - 1 : (int)(part * BINS);
            if (++h->bins[bin] > h->highest)
                h->highest = h->bins[bin];
            h->counted++;
        }
    }
}

static void draw_histogram(const struct histogram *h, struct strbuf *out)
{
    enum { STEP = (CHART_WIDTH - 2 * BAR_LEFT) / BINS, ROOM = CHART_FLOOR - 24 };
    strbuf_printf(out,
                  "<svg class=\"hist\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Histogram "
                  "of marks; the same numbers stand in the table below\">\n",
                  CHART_WIDTH, CHART_HEIGHT);
    for (int i = 0; i < BINS; i++) {
        int height = h->highest > 0 ? (int)(h->bins[i] * (double)ROOM / h->highest) : 0;
        int x = BAR_LEFT + i * STEP;
        height = h->bins[i] > 0 && height < 2 ? 2 : height;
        if (h->bins[i] > 0)
            strbuf_printf(out,
                          "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>"
                          "<text class=\"c\" x=\"%d\" y=\"%d\">%u</text>\n",
                          x + 2, CHART_FLOOR - height, STEP - 4, height, x + STEP / 2,
                          CHART_FLOOR - height - 5, h->bins[i]);
    }
    strbuf_printf(out, "<path d=\"M%d %d.5H%d\"/>\n", BAR_LEFT, CHART_FLOOR,
                  CHART_WIDTH - BAR_LEFT);
    for (int i = 0; i <= BINS; i += 2)
        strbuf_printf(out, "<text x=\"%d\" y=\"%d\">%d %%</text>\n", BAR_LEFT + i * STEP,
                      CHART_FLOOR + 18, i * 100 / BINS);
    strbuf_puts(out, "</svg>\n");
}

void class_html_histogram(const struct class_book *book, struct strbuf *out)
{
    struct histogram h;
    count_marks(book, &h);
    strbuf_puts(out, "<section id=\"spread\">\n<h2>How the marks are spread</h2>\n");
    if (h.counted == 0) {
        strbuf_puts(out, "<p class=\"soft\">There are no marks yet.</p>\n</section>\n");
        return;
    }
    draw_histogram(&h, out);
    strbuf_puts(out, "<p class=\"soft\">Students by their share of the whole mark. ");
    if (h.absent > 0) {
        text_count(out, h.absent, "student has", "students have");
        strbuf_puts(out, " handed in nothing and ");
        strbuf_puts(out, h.absent == 1 ? "is" : "are");
        strbuf_puts(out, " not in it. ");
    }
    if (h.unsure > 0) {
        text_count(out, h.unsure, "mark is", "marks are");
        strbuf_puts(out, " not final and left out.");
    }
    strbuf_puts(out, "</p>\n<details><summary>The same as a table</summary>\n<table "
                     "class=\"plain\"><thead><tr><th scope=\"col\">Share of the mark</th>"
                     "<th scope=\"col\">Students</th></tr></thead><tbody>\n");
    for (int i = 0; i < BINS; i++)
        strbuf_printf(out, "<tr><th scope=\"row\">%d to %s%d %%</th><td>%u</td></tr>\n",
                      i * 100 / BINS, i < BINS - 1 ? "below " : "", (i + 1) * 100 / BINS,
                      h.bins[i]);
    strbuf_puts(out, "</tbody></table></details>\n</section>\n");
}

/* --- where people stop --- */

struct place {
    unsigned passed, failed, unreached;
};

/* Of all that were judged; *longest is one that has all the steps. */
static unsigned count_places(const struct class_book *book, unsigned lab,
                             const struct class_result **longest, struct place **places)
{
    unsigned judged = 0;
    *longest = NULL;
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_result *result = class_result_of(&book->students[i], lab);
        if (result != NULL && result->nsteps > 0 &&
            (*longest == NULL || result->nsteps > (*longest)->nsteps))
            *longest = result;
    }
    if (*longest == NULL)
        return 0;
    *places = mem_alloc((*longest)->nsteps * sizeof **places);
    for (unsigned i = 0; i < book->nstudents; i++) {
        const struct class_result *result = class_result_of(&book->students[i], lab);
        if (result == NULL || result->outcome == OUTCOME_INTERNAL_ERROR)
            continue;
        judged++;
        for (unsigned k = 0; k < result->nsteps; k++) {
            struct place *place = &(*places)[k];
            place->passed += result->steps[k].status == STEP_PASS;
            place->failed += result->steps[k].status == STEP_FAIL;
            place->unreached += result->steps[k].status == STEP_NOT_REACHED;
        }
    }
    return judged;
}

static void add_place(const struct class_result *result, unsigned i, const struct place *place,
                      bool most, struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT;
    class_step_name(&name, result, i);
    strbuf_printf(out, "<li><span>%u. ", i + 1);
    html_text(out, name.data);
    strbuf_puts(out, "</span>");
    const struct class_html_part parts[] = {{"ok", place->passed},
                                            {"no", place->failed},
                                            {"off", place->unreached}};
    class_html_bar(parts, 3, place->passed + place->failed + place->unreached, out);
    strbuf_printf(out, "<small>%u passed", place->passed);
    if (place->failed > 0)
        strbuf_printf(out,
                      most ? ", <span class=\"badge bad\">%u stopped here</span>"
                           : ", <b>%u stopped here</b>",
                      place->failed);
    if (place->unreached > 0)
        strbuf_printf(out, ", %u not reached", place->unreached);
    strbuf_puts(out, "</small></li>\n");
    strbuf_free(&name);
}

static void add_lab(const struct class_book *book, unsigned lab, struct strbuf *out)
{
    const struct class_result *longest;
    struct place *places = NULL;
    struct strbuf name = STRBUF_INIT;
    unsigned judged = count_places(book, lab, &longest, &places), most = 0;
    class_lab_name(&name, &book->labs[lab]);
    strbuf_puts(out, "<h3>");
    html_text(out, name.data);
    strbuf_puts(out, " <small>");
    text_count(out, judged, "submission", "submissions");
    strbuf_puts(out, "</small></h3>\n");
    strbuf_free(&name);
    if (longest == NULL)
        return;
    for (unsigned i = 0; i < longest->nsteps; i++)
        most = places[i].failed > most ? places[i].failed : most;
    strbuf_puts(out, "<ol class=\"stuck\">\n");
    for (unsigned i = 0; i < longest->nsteps; i++)
        add_place(longest, i, &places[i], most > 0 && places[i].failed == most, out);
    strbuf_puts(out, "</ol>\n");
    free(places);
}

void class_html_stuck(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(
        out,
        "<section id=\"stuck\">\n<h2>Where people stop</h2>\n<p class=\"key\"><span class=\"ok\">"
        "passed</span><span class=\"no\">stopped here</span><span class=\"off\">not "
        "reached</span></p>\n");
    for (unsigned lab = 0; lab < book->nlabs; lab++)
        add_lab(book, lab, out);
    strbuf_puts(out, "</section>\n");
}
