/* cli/verify - rows, repetitions, starter and solution. */
#include "cli/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cli/lint.h"
#include "cli/signals.h"

/* --- rows --- */

static void print_row(struct verify *v, const struct verify_row *row)
{
    const struct term *t = &v->cli->term;
    struct strbuf lines = STRBUF_INIT;
    bool ok = row->status == VERIFY_OK;
    printf(" %s%s%s %-32s %7.0f ms\n", look_on(&t->look, ok ? LOOK_GOOD : LOOK_BAD),
           ok ? term_mark_done(t) : term_mark_failed(t), look_off(&t->look), row->what, row->ms);
    if (row->detail[0]) {
        text_wrap(&lines, row->detail, look_width(&t->look), "     ", "     ");
        fputs(lines.data, stdout);
    }
    fflush(stdout);
    strbuf_free(&lines);
}

void verify_add(struct verify *v, enum verify_status status, const char *what, const char *format,
                ...)
{
    va_list ap;
    struct verify_row *row;
    int64_t now = clock_now();
    v->rows = mem_resize(v->rows, (size_t)v->nrows + 1, sizeof *v->rows);
    row = &v->rows[v->nrows++];
    row->status = status;
    row->what = mem_string(what);
    row->ms = (double)(now - v->since) / (double)CLOCK_MS;
    va_start(ap, format);
    if (vasprintf(&row->detail, format, ap) < 0)
        row->detail = mem_string("");
    va_end(ap);
    v->since = now;
    if (!v->quiet)
        print_row(v, row);
}

void verify_free(struct verify *v)
{
    for (unsigned i = 0; i < v->nrows; i++) {
        free(v->rows[i].what);
        free(v->rows[i].detail);
    }
    free(v->rows);
    v->rows = NULL;
    v->nrows = 0;
}

/* --- verdicts --- */

const struct step_result *verify_failed_step(const struct verdict *v)
{
    for (unsigned i = 0; i < v->nsteps; i++)
        if (v->steps[i].status == STEP_FAIL)
            return &v->steps[i];
    return NULL;
}

void verify_describe(const struct verdict *v, struct strbuf *out)
{
    const struct step_result *step = verify_failed_step(v);
    strbuf_puts(out, outcome_name(v->outcome));
    if (step) {
        strbuf_printf(out, " at step %s (%s)", step->id, stage_name(step->stage));
        if (step->trying)
            strbuf_printf(out, ", while %s", step->trying);
        if (step->message)
            strbuf_printf(out, ": %s", step->message);
        if (step->diagnosis)
            strbuf_printf(out, " [%s, a %s]", step->diagnosis->id,
                          step->diagnosis->certainty == CERTAINTY_FACT ? "fact" : "hint");
    } else if (v->error) {
        strbuf_printf(out, ": %s", v->error);
    }
}

/* What must be the same each time: not the wording, which holds ports and words drawn from the
 * seed. */
static char *signature(const struct verdict *v)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_printf(&out, "%s %s;", outcome_name(v->outcome), v->limit ? v->limit : "");
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *s = &v->steps[i];
        strbuf_printf(&out, " %s", step_status_name(s->status));
        if (s->status == STEP_FAIL)
            strbuf_printf(&out, " %s %s %d", stage_name(s->stage),
                          s->diagnosis ? s->diagnosis->id : "-",
                          s->diagnosis ? (int)s->diagnosis->certainty : 0);
    }
    return strbuf_take(&out);
}

struct check_request verify_request(const struct verify *v, const char *source_dir)
{
    struct check_request request = {.lab = v->lab,
                                    .source_dir = source_dir,
                                    .lib_dir = v->cli->paths.lib,
                                    .lib_archive = v->cli->paths.lib_archive,
                                    .interrupted = &signals.interrupted};
    return request;
}

/* Compares a further verdict with the first. */
static bool agrees(const struct verdict *first, const struct verdict *other, unsigned round,
                   struct strbuf *why)
{
    char *a = signature(first), *b = signature(other);
    bool same = strcmp(a, b) == 0;
    if (!same) {
        strbuf_printf(why, "repetition %u (seed %llu) differs from the first (seed %llu): ", round,
                      (unsigned long long)other->seed, (unsigned long long)first->seed);
        verify_describe(other, why);
        strbuf_puts(why, "; at first: ");
        verify_describe(first, why);
    }
    free(a);
    free(b);
    return same;
}

enum verify_status verify_judge(struct verify *v, const struct check_request *request,
                                struct verdict *out, struct strbuf *why)
{
    enum verify_status status = VERIFY_OK;
    for (unsigned round = 1; round <= v->repeat && status == VERIFY_OK; round++) {
        struct check_request one = *request;
        struct verdict verdict;
        one.seed = round;
        memset(&verdict, 0, sizeof verdict);
        check_run(v->cli->loop, &one, &verdict, NULL);
        if (verdict.outcome == OUTCOME_INTERNAL_ERROR) {
            verify_describe(&verdict, why);
            status = VERIFY_INTERNAL;
        } else if (round > 1 && !agrees(out, &verdict, round, why)) {
            status = VERIFY_FAILED;
        }
        if (round == 1)
            *out = verdict;
        else
            verdict_free(&verdict);
    }
    return status;
}

/* --- what is proved --- */

static void verify_description(struct verify *v)
{
    struct strbuf faults = STRBUF_INIT;
    unsigned count = lint_lab(&v->cli->paths, v->lab, &faults);
    while (faults.len && faults.data[faults.len - 1] == '\n')
        strbuf_cut(&faults, faults.len - 1);
    verify_add(v, count ? VERIFY_FAILED : VERIFY_OK, "description", "%s", faults.data);
    strbuf_free(&faults);
}

/* A learner who has written nothing yet must be told something that helps to begin. */
static const char *starter_fault(const struct verdict *verdict)
{
    const struct step_result *step = verify_failed_step(verdict);
    if (verdict->outcome == OUTCOME_PASS)
        return "it passes: there is nothing to do";
    if (verdict->outcome != OUTCOME_FAIL && verdict->outcome != OUTCOME_STALL)
        return "it must compile, run and fail at its first step";
    if (!step || step != &verdict->steps[0])
        return "it must fail at the first step";
    if (!step->message || !*step->message)
        return "it fails without a message";
    if (!step->because && !step->diagnosis && !step->question && !step->lesson)
        return "the failure says what happened, but nothing that helps";
    return NULL;
}

static void verify_starter(struct verify *v)
{
    struct verdict verdict;
    struct strbuf why = STRBUF_INIT;
    char *dir = file_join(v->lab->dir, "starter");
    struct check_request request = verify_request(v, dir);
    memset(&verdict, 0, sizeof verdict);
    enum verify_status status = verify_judge(v, &request, &verdict, &why);
    const char *fault = status == VERIFY_OK ? starter_fault(&verdict) : NULL;
    if (status == VERIFY_OK) {
        if (fault)
            strbuf_printf(&why, "%s; the verdict: ", fault);
        verify_describe(&verdict, &why);
    }
    verify_add(v, fault ? VERIFY_FAILED : status, "starter", "%s", why.data);
    verdict_free(&verdict);
    strbuf_free(&why);
    free(dir);
}

static void verify_solution(struct verify *v, const char *what, bool sanitize,
                            enum stdio_kind stdio)
{
    struct verdict verdict;
    struct strbuf why = STRBUF_INIT;
    char *dir = file_join(v->lab->dir, "solution");
    struct check_request request = verify_request(v, dir);
    request.sanitize_all = sanitize;
    request.stdio = stdio;
    request.warnings_are_errors = true;
    memset(&verdict, 0, sizeof verdict);
    enum verify_status status = verify_judge(v, &request, &verdict, &why);
    if (status == VERIFY_OK && verdict.outcome != OUTCOME_PASS) {
        status = VERIFY_FAILED;
        verify_describe(&verdict, &why);
    }
    verify_add(v, status, what, "%s", why.data);
    verdict_free(&verdict);
    strbuf_free(&why);
    free(dir);
}

enum verify_status verify_lab(struct verify *v)
{
    static const struct {
        const char *what;
        bool sanitize;
        enum stdio_kind stdio;
    } solutions[] = {
        {"solution", false, STDIO_DEFAULT},
        {"solution, sanitized, on a pty", true, STDIO_PTY},
        {"solution, sanitized, on pipes", true, STDIO_PIPE},
    };
    enum verify_status worst = VERIFY_OK;
    v->since = clock_now();
    verify_description(v);
    if (!signals.interrupted)
        verify_starter(v);
    for (size_t i = 0; i < sizeof solutions / sizeof solutions[0] && !signals.interrupted; i++)
        verify_solution(v, solutions[i].what, solutions[i].sanitize, solutions[i].stdio);
    if (!signals.interrupted)
        verify_mutants(v);
    if (!signals.interrupted)
        verify_sessions(v);
    for (unsigned i = 0; i < v->nrows; i++)
        if (v->rows[i].status > worst)
            worst = v->rows[i].status;
    return worst;
}
