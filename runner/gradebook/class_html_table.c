/*
 * class_html_table.c - everybody's marks.
 *
 * Without scripts it is a plain table in the order of names. The script makes buttons of the
 * headings, and shows the tools above.
 */
#include <string.h>

#include "base/text.h"
#include "gradebook/class_html_parts.h"
#include "gradebook/class_parts.h"
#include "report/clean.h"
#include "report/html.h"

const char class_html_table_style[] =
    "#tools{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin-bottom:10px}"
    "#tools[hidden]{display:none}#tools label{display:flex;gap:8px;align-items:center;"
    "font-size:14px;max-width:100%}"
    "#tools input,#tools select{font:inherit;padding:5px 9px;min-width:0;max-width:100%;"
    "border:1px solid var(--soft);border-radius:8px;background:var(--card);color:var(--ink)}"
    ".scroll{overflow-x:auto;margin:0 -20px}"
    "#marks td:last-child,#marks th:last-child{padding-right:20px}"
    "#marks{border-collapse:separate;border-spacing:0;width:100%;overflow-wrap:normal}"
    "#marks th,#marks td{padding:6px 10px;border-bottom:1px solid var(--line);"
    "vertical-align:top;text-align:right;font-variant-numeric:tabular-nums}"
    "#marks thead th{vertical-align:bottom;font-size:14px;color:var(--soft);min-width:108px;"
    "max-width:150px;overflow-wrap:anywhere}"
    "#marks th:first-child{text-align:left;position:sticky;left:0;background:var(--card);"
    "z-index:1;padding-left:20px;min-width:150px;max-width:280px;font-weight:400;"
    "overflow-wrap:anywhere}"
    "#marks td small,#marks th small{display:block;font-size:13px;max-width:150px;"
    "margin-left:auto;overflow-wrap:anywhere}#marks th small{margin:0}"
    "#marks thead small{display:inline;white-space:nowrap}"
    "#marks .b small,#marks .e small{color:var(--bad)}#marks .p small{color:var(--good)}"
    "#marks .e{background:var(--warnbg)}#marks .e small{color:var(--warn)}"
    "#marks .n{color:var(--soft)}#marks .t{font-weight:600}"
    "#marks button{font:inherit;color:inherit;background:none;border:0;padding:2px 0;"
    "cursor:pointer;text-align:inherit;max-width:100%;overflow-wrap:anywhere}"
    "#marks button::after{content:\"\\2195\";opacity:.45;margin-left:5px}"
    "#marks [aria-sort=ascending] button::after{content:\"\\2191\";opacity:1}"
    "#marks [aria-sort=descending] button::after{content:\"\\2193\";opacity:1}"
    "@media (max-width:640px){.scroll{margin:0 -14px}#marks th:first-child{"
    "padding-left:14px;min-width:104px;max-width:120px}#marks th,#marks td{"
    "padding-right:7px;padding-left:7px}}"
    "@media print{.scroll{overflow:visible;margin:0}#marks{font-size:9pt}"
    "#marks th,#marks td,#marks thead th,#marks th:first-child{padding:3px 4px;min-width:0;"
    "position:static}#marks thead{display:table-header-group}#marks tr{break-inside:avoid}"
    "#marks button::after{content:\"\"}}";

const char class_html_table_script[] =
    "'use strict';"
    "const $=id=>document.getElementById(id),table=$('marks'),body=table.tBodies[0],"
    "rows=[...body.rows],heads=[...table.tHead.rows[0].cells],"
    "order=new Intl.Collator(undefined,{numeric:true});"
    "const value=(r,i)=>r.cells[i].dataset.v||'';"
    /* Names begin with A, numbers with the largest; once more turns it round. */
    "function sort(i){const th=heads[i],number=i>0,first=number?'descending':'ascending',"
    "other=number?'ascending':'descending',"
    "way=th.getAttribute('aria-sort')===first?other:first,sign=way==='ascending'?1:-1;"
    "for(const h of heads)h.setAttribute('aria-sort',h===th?way:'none');"
    "rows.sort((a,b)=>sign*(number?value(a,i)-value(b,i):"
    "order.compare(value(a,i),value(b,i))));body.append(...rows)}"
    "heads.forEach((th,i)=>{const b=document.createElement('button');b.type='button';"
    "b.append(...th.childNodes);th.append(b);th.setAttribute('aria-sort',i?'none':'ascending');"
    "b.addEventListener('click',()=>sort(i))});"
    "function filter(){const words=$('find').value.toLowerCase(),which=$('which').value;"
    "let shown=0;for(const r of rows){const on="
    "r.cells[0].textContent.toLowerCase().includes(words)&&"
    "(which===''||r.dataset.s.split(' ').includes(which));r.hidden=!on;shown+=on}"
    "$('shown').textContent=shown+' of '+rows.length}"
    "$('find').addEventListener('input',filter);$('which').addEventListener('change',filter);"
    "$('tools').hidden=false;filter();document.documentElement.dataset.ready='1';";

static void add_value(struct strbuf *out, double value)
{
    strbuf_puts(out, " data-v=\"");
    class_number(out, value);
    strbuf_puts(out, "\">");
}

static void add_result(const struct class_result *result, struct strbuf *out)
{
    if (result == NULL) {
        strbuf_puts(out, "<td class=\"n\" data-v=\"-1\">0<small>nothing</small></td>");
        return;
    }
    bool internal = result->outcome == OUTCOME_INTERNAL_ERROR;
    double mark = result->counts ? result->mark : 0;
    strbuf_printf(out, "<td class=\"%c\"",
                  internal || result->disagreed > 0 ? 'e'
                  : result->outcome == OUTCOME_PASS ? 'p'
                                                    : 'b');
    add_value(out, internal ? -2 : mark);
    if (internal)
        strbuf_puts(out, "?");
    else
        class_number(out, mark);
    strbuf_printf(out, "<small>%s%s", class_outcome_words(class_outcome_told(result)),
                  result->disagreed > 0 ? ", flaky" : "");
    if (result->late_s > 0) {
        strbuf_puts(out, ", ");
        class_duration(out, result->late_s);
        strbuf_puts(out, " late");
    }
    strbuf_puts(out, "</small></td>");
}

/* What the filter above the table may ask for. */
static void add_states(const struct class_book *book, const struct class_student *student,
                       struct strbuf *out)
{
    bool late = false, failed = false, unsure = student->error, missing = false;
    for (unsigned lab = 0; lab < book->nlabs; lab++) {
        const struct class_result *result = class_result_of(student, lab);
        missing |= result == NULL;
        failed |= result != NULL && result->outcome != OUTCOME_PASS;
        late |= result != NULL && result->late_s > 0;
        unsure |= result != NULL && result->disagreed > 0;
    }
    strbuf_printf(out, " data-s=\"%s%s%s%s%s%s\"", class_is_weak(student) ? "weak " : "",
                  late ? "late " : "", failed ? "failed " : "", unsure ? "unsure " : "",
                  missing ? "missing " : "", !failed && !missing ? "all " : "");
}

static void add_row(const struct class_book *book, const struct class_student *student,
                    struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT;
    clean_line(&name, student->name);
    strbuf_puts(out, "<tr");
    add_states(book, student, out);
    strbuf_puts(out, "><th scope=\"row\" data-v=\"");
    html_text(out, name.data);
    strbuf_puts(out, "\">");
    class_html_student(student, out);
    if (strcmp(student->id, student->name) != 0) {
        strbuf_puts(out, "<small>");
        html_name(out, student->id);
        strbuf_puts(out, "</small>");
    }
    strbuf_puts(out, "</th>");
    for (unsigned lab = 0; lab < book->nlabs; lab++)
        add_result(class_result_of(student, lab), out);
    strbuf_puts(out, "<td class=\"t\"");
    add_value(out, student->error ? -2 : student->mark);
    if (student->error)
        strbuf_puts(out, "?<small>not final</small>");
    else
        class_number(out, student->mark);
    strbuf_puts(out, "</td></tr>\n");
    strbuf_free(&name);
}

static void add_head(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(out, "<thead><tr><th scope=\"col\">Student</th>");
    for (unsigned i = 0; i < book->nlabs; i++) {
        struct strbuf name = STRBUF_INIT;
        class_lab_name(&name, &book->labs[i]);
        strbuf_puts(out, "<th scope=\"col\">");
        html_text(out, name.data);
        strbuf_puts(out, " <small>of ");
        class_number(out, book->labs[i].weight);
        strbuf_puts(out, "</small></th>");
        strbuf_free(&name);
    }
    strbuf_puts(out, "<th scope=\"col\">Total");
    if (book->nstudents > 0) {
        strbuf_puts(out, " <small>of ");
        class_number(out, book->students[0].most);
        strbuf_puts(out, "</small>");
    }
    strbuf_puts(out, "</th></tr></thead>\n");
}

void class_html_table(const struct class_book *book, struct strbuf *out)
{
    strbuf_puts(
        out,
        "<section>\n<h2 id=\"h-marks\">Marks</h2>\n<div id=\"tools\" class=\"screen\" hidden>"
        "<label>Find <input id=\"find\" type=\"search\" autocomplete=\"off\" size=\"16\"></label>"
        "<label>Show <select id=\"which\"><option value=\"\">everybody</option>"
        "<option value=\"all\">passed everything</option>"
        "<option value=\"failed\">failed something</option>"
        "<option value=\"weak\">less than half of the marks</option>"
        "<option value=\"late\">late</option>"
        "<option value=\"missing\">something missing</option>"
        "<option value=\"unsure\">not final</option></select></label>"
        "<small><output id=\"shown\" for=\"find which\"></output></small></div>\n"
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"h-marks\" tabindex=\"0\">\n"
        "<table id=\"marks\">\n");
    add_head(book, out);
    strbuf_puts(out, "<tbody>\n");
    for (unsigned i = 0; i < book->nstudents; i++)
        add_row(book, &book->students[i], out);
    strbuf_puts(out, "</tbody>\n</table>\n</div>\n</section>\n");
}
