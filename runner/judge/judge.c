/*
 * judge/judge: see judge.h. In this order:
 *
 *  1. the runner's own trouble is never a failure of the program;
 *  2. a crash beats everything else, then a report that ended the sanitized build, then a program
 *     that has put another in the place of the sanitized one, or has another do its work;
 *  3. an action of the script that failed, a stall, a limit;
 *  4. the assertions.
 *
 * Then the rules look for a mistake that explains it.
 */
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "judge/assert.h"
#include "judge/evidence.h"
#include "judge/explain.h"
#include "judge/explain_action.h"
#include "judge/outsider.h"
#include "rules/rules.h"
#include "rules/sanitizer.h"

/* What was decided, before it is put into a step_result. */
struct ruling {
    enum outcome outcome;
    const char *limit;
    enum stage stage;
    struct strbuf message;
    const char *because;
    char *details;                       /* owned */
    const struct script_event *compared; /* whose bytes are to be shown; NULL: none */
    struct diagnosis *diagnosis;         /* found already; else the rules are asked */
    uint64_t at;                         /* the event at which it failed */
    struct picked picked;
};

static bool internal(const struct facts *f, struct ruling *r)
{
    bool finished = f->end != NULL && strcmp(f->end->why, "internal") != 0;
    if (finished)
        return false;
    r->outcome = OUTCOME_INTERNAL_ERROR;
    strbuf_puts(&r->message, f->end != NULL && f->end->text != NULL
                                 ? f->end->text
                                 : "the recording of the scene is not complete");
    return true;
}

static bool crashed(const struct facts *f, struct ruling *r)
{
    struct crash crash;
    if (!explain_find_crash(f, &crash))
        return false;
    r->outcome = OUTCOME_CRASH;
    r->at = crash.event->n;
    r->stage = explain_stage(f, NULL, r->at);
    explain_crash(f, &crash, &r->message);
    picked_add(&r->picked, crash.event->n);
    for (uint64_t n = crash.event->n, shown = 0; n-- > 0 && shown < 2;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->event->pid == crash.event->pid) {
            picked_add(&r->picked, n);
            shown++;
        }
    }
    return true;
}

/* ASan ends the program by exit, not by a signal; UBSan lets it go on, and only an assertion minds.
 */
static bool corrupted(const struct facts *f, struct ruling *r)
{
    const struct sanitizer_report *report = &f->sanitizer;
    if (report->text == NULL)
        return false;
    struct strbuf details = STRBUF_INIT;
    bytes_escape_lines(&details, report->text, strlen(report->text));
    r->details = strbuf_take(&details);
    r->outcome = OUTCOME_CRASH;
    r->stage = STAGE_MEMORY;
    r->at = report->n;
    sanitizer_sentence(report, &r->message);
    return true;
}

/* What it starts anew gets options for the sanitizers from it, and may be another program. The
 * system's have nothing to hide from the sanitizers. */
static bool replaced(const struct facts *f, struct ruling *r)
{
    const struct timeline *tl = f->timeline;
    const char *variant =
        tl->count > 0 && tl->events[0].kind == EVENT_SCENE ? tl->events[0].scene.variant : NULL;
    bool watched = variant != NULL && strcmp(variant, "sanitized") == 0;
    const struct event *ev = watched ? outsider_own(tl) : NULL;
    if (ev == NULL)
        return false;
    r->outcome = OUTCOME_FAIL;
    r->stage = STAGE_MEMORY;
    r->at = ev->n;
    strbuf_printf(&r->message,
                  "%s started a program of its own (execve of %s) while it was watched for memory "
                  "mistakes: what runs then is watched no more",
                  ev->program != NULL ? ev->program : "it", outsider_image(&ev->call));
    picked_add(&r->picked, ev->n);
    return true;
}

/* A lab is about what a program does, and not about which one could do it. */
static bool outsourced(const struct facts *f, struct ruling *r)
{
    const struct event *exec, *work = outsider_at_work(f, &exec);
    if (work == NULL)
        return false;
    r->outcome = OUTCOME_FAIL;
    r->at = work->n;
    r->stage = explain_stage(f, NULL, r->at);
    strbuf_printf(&r->message,
                  "%s has another program do its work (execve of %s, which then called %s()): what "
                  "is judged here is what it does itself",
                  exec->program != NULL ? exec->program : "it", call_text(&exec->call, "path"),
                  call_display_name(&work->call));
    picked_add(&r->picked, exec->n);
    picked_add(&r->picked, work->n);
    return true;
}

/* Of other actions, expected and received are words: an exit status, an address. */
static bool compares_bytes(const struct facts *f)
{
    if (f->failed_action == NULL || facts_failed_by(f, "source"))
        return false;
    return f->failed_action->kind == ACTION_EXPECT || f->failed_action->kind == ACTION_EXPECT_END ||
           f->failed_action->kind == ACTION_EXPECT_RESET ||
           f->failed_action->kind == ACTION_EXPECT_NOTHING || f->failed_action->kind == ACTION_FILE;
}

static void failed_action(const struct facts *f, struct ruling *r)
{
    const struct script_event *script = &f->failed->script;
    const char *end = f->end->why;
    r->at = f->failed->n;
    r->stage = explain_stage(f, f->failed_action, r->at);
    r->because = script->because;
    r->outcome = OUTCOME_FAIL;
    /* That all the others wait then is no wonder, and not what went wrong. */
    if (evidence_ended(f) == NULL && (facts_failed_by(f, "stall") || strcmp(end, "stall") == 0))
        r->outcome = OUTCOME_STALL;
    else if (facts_failed_by(f, "limit") || strcmp(end, "limit") == 0)
        r->outcome = OUTCOME_LIMIT;
    if (r->outcome == OUTCOME_LIMIT)
        explain_limit(f, &r->message);
    else
        explain_failure(f, &r->message);
    if (compares_bytes(f) && !explain_missing_datagram(f) && script->expected.data != NULL &&
        script->received.data != NULL)
        r->compared = script;
}

static bool failed(const struct facts *f, struct ruling *r)
{
    const char *end = f->end->why;
    if (f->failed != NULL) {
        failed_action(f, r);
    } else if (strcmp(end, "complete") != 0) {
        r->at = f->timeline->count - 1;
        r->stage = explain_stage(f, NULL, r->at);
        r->outcome = strcmp(end, "limit") == 0   ? OUTCOME_LIMIT
                     : strcmp(end, "stall") == 0 ? OUTCOME_STALL
                     : strcmp(end, "crash") == 0 ? OUTCOME_CRASH
                                                 : OUTCOME_FAIL;
        if (r->outcome == OUTCOME_LIMIT)
            explain_limit(f, &r->message);
        else if (r->outcome != OUTCOME_STALL || !explain_waits(f, &r->message))
            strbuf_puts(&r->message, f->end->text != NULL ? f->end->text : "the scene was cut off");
    } else {
        return false;
    }
    if (r->outcome == OUTCOME_LIMIT) {
        static const char *const limits[] = {"wall",  "cpu",    "output", "processes",
                                             "calls", "memory", "files",  "disk"};
        r->limit = "wall";
        for (size_t i = 0; f->end->limit != NULL && i < sizeof limits / sizeof limits[0]; i++)
            if (strcmp(limits[i], f->end->limit) == 0)
                r->limit = limits[i];
    }
    return true;
}

static bool asserted(const struct facts *f, struct ruling *r)
{
    for (unsigned i = 0; f->script != NULL && i < f->script->nthen; i++) {
        struct assert_failure failure = ASSERT_FAILURE_INIT;
        if (assert_holds(f, &f->script->then[i], &failure))
            continue;
        r->outcome = failure.unknown ? OUTCOME_INTERNAL_ERROR : OUTCOME_FAIL;
        r->stage = failure.stage;
        r->because = f->script->then[i].why;
        r->at = f->timeline->count - 1;
        strbuf_puts(&r->message, failure.message.data);
        r->details = failure.details;
        failure.details = NULL;
        r->diagnosis = failure.diagnosis;
        failure.diagnosis = NULL;
        for (unsigned k = 0; k < failure.nevents; k++)
            picked_add(&r->picked, failure.events[k]);
        assert_failure_free(&failure);
        return true;
    }
    return false;
}

/* --- the result --- */

static char *copy_or(const char *text, const char *fallback)
{
    return mem_string(text != NULL ? text : fallback);
}

/* A lesson speaks of just this mistake; a heading that is only near it leads away from the step. */
static bool has_heading(const struct diagnosis *d)
{
    const char *anchor = d->lesson != NULL ? strchr(d->lesson, '#') : NULL;
    return anchor != NULL && strcmp(anchor + 1, d->id) == 0;
}

static void fill(const struct facts *f, const struct lab_step *step, struct ruling *r,
                 struct step_result *out)
{
    struct diagnosis *d = r->diagnosis;
    struct lines evidence = {0}, worked = {0};
    out->status = STEP_FAIL;
    out->stage = r->stage;
    out->trying = mem_string(f->script != NULL ? f->script->title : NULL);
    out->message = strbuf_take(&r->message);
    out->because = mem_string(r->because);
    out->details = r->details;
    if (r->compared != NULL) {
        struct strbuf diff = STRBUF_INIT;
        bytes_diff(&diff, r->compared->expected.data, r->compared->expected.len,
                   r->compared->received.data, r->compared->received.len);
        out->diff = strbuf_take(&diff);
    }
    for (unsigned i = 0; d != NULL && i < d->nevents; i++)
        picked_add(&r->picked, d->events[i]);
    evidence_pick(f, r->at, &r->picked);
    evidence_lines(f, &r->picked, &evidence);
    evidence_worked(f, r->at, &worked);
    out->evidence = evidence.text;
    out->nevidence = evidence.count;
    out->worked = worked.text;
    out->nworked = worked.count;
    out->diagnosis = d;
    out->question =
        copy_or(d != NULL ? d->question : NULL, explain_question(r->outcome, r->stage, f));
    bool own = f->lab != NULL && step != NULL && step->lesson != NULL;
    if (d != NULL && own && !has_heading(d)) {
        free(d->lesson);
        d->lesson = mem_format("%s#%s", f->lab->id, step->lesson);
    }
    if (d != NULL)
        out->lesson = mem_string(d->lesson);
    else if (own)
        out->lesson = mem_format("%s#%s", f->lab->id, step->lesson);
}

bool judge_scene(const struct lab *lab, const struct lab_step *step,
                 const struct scene_script *script, const struct timeline *tl,
                 struct step_result *out, enum outcome *outcome, const char **limit)
{
    struct facts f;
    struct ruling r = {.message = STRBUF_INIT};
    facts_gather(&f, lab, script, tl);
    bool pass = !internal(&f, &r) && !crashed(&f, &r) && !corrupted(&f, &r) && !replaced(&f, &r) &&
                !outsourced(&f, &r) && !failed(&f, &r) && !asserted(&f, &r);
    if (!pass) {
        if (r.diagnosis == NULL && r.outcome != OUTCOME_INTERNAL_ERROR)
            r.diagnosis = rules_diagnose(&f, NULL);
        fill(&f, step, &r, out);
        *outcome = r.outcome;
        *limit = r.limit;
    }
    strbuf_free(&r.message);
    picked_free(&r.picked);
    facts_free(&f);
    return pass;
}

struct diagnosis *judge_diagnose(const struct lab *lab, const struct scene_script *script,
                                 const struct timeline *tl, const char *const *only)
{
    struct facts f;
    facts_gather(&f, lab, script, tl);
    struct diagnosis *d = rules_diagnose(&f, only);
    facts_free(&f);
    return d;
}
