/*
 * grade: see grade.h. One run: what was handed in, what of it is to be judged, and the reports.
 *
 *  - The keeper of the workers is forked before anything is opened or read.
 *  - The journal's lock is taken before anything in OUT is changed.
 *  - Results are told when they are on the disk.
 */
#include "grade/grade.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/build.h"
#include "grade/arrival.h"
#include "grade/fit.h"
#include "grade/intake.h"
#include "grade/journal.h"
#include "grade/key.h"
#include "grade/lines.h"
#include "grade/out.h"
#include "grade/pages.h"
#include "grade/policy.h"
#include "grade/renew.h"
#include "grade/slots.h"
#include "report/verdict_json.h"
#include "scene/tier.h"

/* What a task's line in the journal needs beyond the task. */
struct to_judge {
    char key[HASH_TEXT];
};

enum { SETTLE_MS = 25 };

struct told { /* written, and not yet on the disk */
    size_t index;
    enum outcome outcome;
};

struct run {
    struct loop *loop;
    const struct grade_request *request;
    struct grade_summary *summary;
    struct grade_request as_run; /* what `request` points to */
    unsigned formats;
    struct keeper keeper;
    struct journal *journal;
    struct policy *policy;
    struct key_base keys;
    struct slots *slots;
    struct submissions all;
    struct worker_task *tasks;
    struct to_judge *about;
    size_t ntasks, done, rounds;
    struct told *told;
    size_t ntold;
    int64_t settled; /* when they were last written to the disk */
    struct loop_timer *settle_timer;
    struct build_proof *proof; /* under way; NULL: none is */
    bool proved;               /* compilers are shut in */
};

static bool interrupted(const struct run *run)
{
    return run->request->interrupted != NULL && *run->request->interrupted;
}

/* --- results --- */

/* The verdict on what no worker could judge, and its pages. */
static int internal_verdict(const struct run *run, size_t index, const char *why,
                            struct strbuf *text, struct error *err)
{
    const struct worker_task *task = &run->tasks[index];
    const struct submission *s = task->submission;
    struct verdict v = {.lab = s->lab->id,
                        .outcome = OUTCOME_INTERNAL_ERROR,
                        .tier = scene_tier_letter(scene_tier_probe()),
                        .seed = task->seed,
                        .max_points = s->lab->points,
                        .error = mem_string(why),
                        .reproduce = worker_reproduce(run->request, s, task->seed),
                        .nsteps = s->lab->nsteps};
    struct page_of page = {.out = run->request->out, .submission = s, .repeats = 1};
    v.steps = mem_alloc(v.nsteps * sizeof *v.steps);
    for (unsigned i = 0; i < v.nsteps; i++)
        v.steps[i] = (struct step_result){.id = s->lab->steps[i].id,
                                          .title = s->lab->steps[i].title,
                                          .points = s->lab->steps[i].points,
                                          .status = STEP_NOT_REACHED};
    int rc = pages_write(&page, &v, NULL, run->formats, err);
    verdict_json(&v, text);
    verdict_free(&v);
    return rc;
}

static int on_result(void *arg, size_t index, const struct worker_answer *head, const char *text,
                     struct error *err)
{
    struct run *run = arg;
    struct worker_answer none = {.outcome = OUTCOME_INTERNAL_ERROR, .repeats = 1};
    struct strbuf line = STRBUF_INIT, own = STRBUF_INIT;
    int rc = 0;
    if (head == NULL) {
        rc = internal_verdict(run, index, text, &own, err);
        head = &none;
        text = own.data;
    }
    if (rc == 0) {
        line_result(&line, run->tasks[index].submission, run->about[index].key, head, text);
        rc = journal_put(run->journal, &line, err);
    }
    if (rc == 0) {
        run->told = mem_resize(run->told, run->ntold + 1, sizeof *run->told);
        run->told[run->ntold++] = (struct told){index, head->outcome};
        run->summary->flaky += head->disagreed > 0;
    }
    strbuf_free(&line);
    strbuf_free(&own);
    return rc;
}

static void tell_progress(const struct run *run, const struct submission *s, const char *outcome)
{
    const struct grade_request *r = run->request;
    if (r->progress != NULL)
        r->progress(r->progress_arg, run->done, run->ntasks, s != NULL ? s->student : NULL,
                    s != NULL ? s->lab->id : NULL, outcome);
}

static int settle(struct run *run, struct error *err)
{
    size_t ntold = run->ntold;
    run->ntold = 0; /* also when they are lost: then they were not told, and are judged again */
    if (ntold > 0 && journal_sync(run->journal, err) != 0)
        return -1;
    for (size_t i = 0; i < ntold; i++) {
        const struct told *told = &run->told[i];
        run->done++;
        run->summary->graded++;
        run->summary->passed += told->outcome == OUTCOME_PASS;
        run->summary->internal_errors += told->outcome == OUTCOME_INTERNAL_ERROR;
        tell_progress(run, run->tasks[told->index].submission, outcome_name(told->outcome));
    }
    run->settled = clock_now();
    return 0;
}

/* When results come thick and fast, those of a moment go to the disk together. */
static int on_settle(void *arg, struct error *err)
{
    struct run *run = arg;
    const int64_t next = run->settled + SETTLE_MS * CLOCK_MS;
    if (run->ntold == 0)
        return 0;
    if (run->done + run->ntold == run->ntasks || clock_now() >= next)
        return settle(run, err);
    loop_timer_move(run->settle_timer, next);
    return 0;
}

static void on_settle_time(void *arg)
{
    (void)arg; /* the loop has come round, and so does on_settle */
}

/* --- which are judged --- */

static bool is_wanted(const struct grade_request *r, const struct submission *s)
{
    bool named = r->nonly == 0;
    for (size_t i = 0; i < r->nonly && !named; i++)
        named = strcmp(r->only[i], s->student) == 0;
    return named && (r->since == 0 || s->handed_in > r->since) &&
           key_in_shard(s->student, r->shard, r->shards);
}

/* Its pages are there, or can be made of what is there. */
static bool is_known(const struct run *run, const struct submission *s, const char *key)
{
    const struct journal_entry *entry =
        journal_find(run->journal, s->student, s->lab->id, s->attempt);
    return entry != NULL && !run->request->fresh && strcmp(entry->key, key) == 0 &&
           strcmp(entry->outcome, outcome_name(OUTCOME_INTERNAL_ERROR)) != 0 &&
           entry->handed_in == s->handed_in && strcmp(entry->submission, s->origin) == 0 &&
           strcmp(entry->name, s->name != NULL ? s->name : s->student) == 0 &&
           (pages_exist(run->request->out, s->folder, s->lab->id, s->attempt, run->formats) ||
            renew_pages(run->journal, entry, s, run->request->out, run->formats));
}

/* With --watch a later round finds again what a former one has counted. */
static void count_known(struct run *run, const struct journal_entry *entry)
{
    if (run->rounds > 1)
        return;
    run->summary->reused++;
    run->summary->passed += strcmp(entry->outcome, outcome_name(OUTCOME_PASS)) == 0;
    run->summary->flaky += entry->disagreed > 0;
}

static int choose(struct run *run, struct error *err)
{
    run->tasks = mem_resize(run->tasks, run->all.count + 1, sizeof *run->tasks);
    run->about = mem_resize(run->about, run->all.count + 1, sizeof *run->about);
    run->ntasks = run->done = 0;
    for (size_t i = 0; i < run->all.count && !interrupted(run); i++) {
        const struct submission *s = &run->all.list[i];
        struct to_judge *about = &run->about[run->ntasks];
        if (!is_wanted(run->request, s))
            continue;
        if (key_make(&run->keys, s, about->key, err) != 0)
            return -1;
        if (is_known(run, s, about->key)) {
            count_known(run, journal_find(run->journal, s->student, s->lab->id, s->attempt));
            continue;
        }
        struct worker_task *task = &run->tasks[run->ntasks++];
        task->submission = s;
        if (key_seed(run->keys.seed, s, &task->seed, err) != 0)
            return -1;
    }
    return 0;
}

/* Names of --only that nobody has: a typing mistake should not pass for "nothing to do". */
static void tell_unknown(const struct run *run)
{
    const struct grade_request *r = run->request;
    const char **names = mem_alloc((run->all.count + 1) * sizeof *names);
    for (size_t i = 0; i < r->nonly; i++) {
        bool found = false;
        for (size_t k = 0; k < run->all.count; k++) {
            names[k] = run->all.list[k].student;
            found = found || strcmp(names[k], r->only[i]) == 0;
        }
        if (found || r->notice == NULL)
            continue;
        const char *near = text_nearest(r->only[i], names, run->all.count);
        char *text = mem_format("Nothing was handed in by \"%s\" (--only)%s%s%s", r->only[i],
                                near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                                near != NULL ? "?" : ".");
        r->notice(r->progress_arg, text);
        free(text);
    }
    free(names);
}

/* --- refusals --- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool refusals_are_known(const struct run *run)
{
    if (journal_refusals(run->journal) != run->all.nrefusals)
        return false;
    for (size_t i = 0; i < run->all.nrefusals; i++) {
        const struct journal_refusal *old = journal_refusal(run->journal, i);
        const struct refusal *now = &run->all.refusals[i];
        if (!same_text(old->submission, now->origin) || !same_text(old->student, now->student) ||
            !same_text(old->name, now->name) || !same_text(old->why, now->why.text))
            return false;
    }
    return true;
}

static int note_refusals(struct run *run, struct error *err)
{
    int rc = 0;
    run->summary->refused = run->all.nrefusals;
    if (refusals_are_known(run))
        return 0;
    rc = journal_forget_refusals(run->journal, err);
    for (size_t i = 0; rc == 0 && i < run->all.nrefusals; i++) {
        const struct refusal *refusal = &run->all.refusals[i];
        struct strbuf line = STRBUF_INIT;
        line_refusal(&line, refusal->origin, refusal->student, refusal->name, refusal->why.text);
        rc = journal_put(run->journal, &line, err);
        strbuf_free(&line);
    }
    return rc == 0 ? journal_sync(run->journal, err) : rc;
}

static void tell_refusals(const struct run *run)
{
    const struct grade_request *r = run->request;
    for (size_t i = 0; r->refused != NULL && i < run->all.nrefusals; i++)
        r->refused(r->progress_arg, run->all.refusals[i].origin, run->all.refusals[i].why.text);
}

/* --- the whole --- */

static int write_reports(struct run *run, struct error *err)
{
    const struct grade_request *r = run->request;
    struct class_book book;
    memset(&book, 0, sizeof book);
    int rc = class_assemble(&book, run->journal, run->policy, r->catalog, (int64_t)time(NULL),
                            r->version, err);
    if (rc == 0)
        rc = out_write(&book, r->out, run->formats, err);
    /* Of a part they may not be true, and with --watch they would be told with each file. */
    if (rc == 0 && !r->watch && r->shards == 1)
        out_tell_notes(r, &book);
    class_free(&book);
    return rc;
}

/* Before the first source of a stranger is compiled. */
static int prove(struct run *run, struct error *err)
{
    const char *how = NULL;
    if (run->ntasks == 0) {
        build_proof_drop(run->proof);
        run->proof = NULL;
    }
    if (run->proof == NULL)
        return 0;
    int rc = build_proof_end(run->proof, &how, err);
    run->proof = NULL;
    /* Its time may have run out while this process did something else. */
    if (rc != 0 && build_prove_confinement(&how, err) != 0)
        return -1;
    if (how == NULL)
        return error_set(err,
                         "the compiler cannot be shut in here, and what students hand in could "
                         "read any file of yours while it is compiled: 'socklings doctor' "
                         "tells what is missing");
    run->proved = true;
    return 0;
}

/* Takes in what is there now, judges what is new, writes the reports. */
static int run_once(struct run *run, struct error *err)
{
    const struct grade_request *r = run->request;
    struct intake_request taken = {.paths = r->paths,
                                   .npaths = r->npaths,
                                   .labs = r->labs,
                                   .nlabs = r->nlabs,
                                   .out = r->out,
                                   .may_come = r->watch,
                                   .interrupted = r->interrupted};
    submissions_free(&run->all);
    run->all = (struct submissions){.list = NULL};
    run->rounds++;
    /* It takes as long as taking in a hundred submissions, which leaves it the other processor. */
    if (!run->proved)
        run->proof = build_proof_start();
    if (intake(&taken, &run->all, err) != 0 || note_refusals(run, err) != 0 ||
        choose(run, err) != 0)
        return -1;
    run->summary->left = run->ntasks;
    tell_unknown(run);
    if (r->watch && run->rounds == 1 && run->all.count + run->all.nrefusals == 0 &&
        r->notice != NULL)
        r->notice(r->progress_arg, "Nothing has been handed in yet; what arrives is graded.");
    if (prove(run, err) != 0)
        return -1;
    tell_progress(run, NULL, NULL);
    int rc = slots_run(run->slots, run->tasks, run->ntasks, err);
    if (settle(run, rc == 0 ? err : NULL) != 0)
        rc = -1;
    run->summary->left = run->ntasks - run->done;
    if (rc != 0)
        return -1;
    tell_refusals(run);
    return write_reports(run, err);
}

static int open_run(struct run *run, struct error *err)
{
    const struct grade_request *r = run->request;
    if (pages_formats(r->formats, &run->formats, err) != 0 || fit_paths(r, err) != 0)
        return -1;
    run->policy = policy_load(r->policy, r->catalog, err);
    if (run->policy == NULL)
        return -1;
    run->summary->unfit = fit_tier(&run->as_run, err) != 0;
    if (run->summary->unfit || keeper_start(&run->keeper, r, run->formats, err) != 0)
        return -1;
    run->journal = journal_open(r->out, r->seed, r->version, err);
    run->summary->begun = run->journal != NULL;
    if (run->journal == NULL || key_base_make(&run->keys, r, journal_seed(run->journal), err) != 0)
        return -1;
    out_sweep(r->out);
    run->slots = slots_new(run->loop, &run->keeper, r, on_result, on_settle, run);
    run->settle_timer = loop_timer_add(run->loop, INT64_MAX, on_settle_time, NULL);
    return 0;
}

static void close_run(struct run *run)
{
    slots_free(run->slots);
    loop_timer_remove(run->settle_timer);
    build_proof_drop(run->proof);
    keeper_stop(&run->keeper);
    submissions_free(&run->all);
    key_base_free(&run->keys);
    journal_close(run->journal);
    policy_free(run->policy);
    free(run->tasks);
    free(run->about);
    free(run->told);
}

int grade_run(struct loop *loop, const struct grade_request *request, struct grade_summary *summary,
              struct error *err)
{
    struct run run = {
        .loop = loop, .as_run = *request, .summary = summary, .keeper = {.fd = -1, .pidfd = -1}};
    run.request = &run.as_run;
    struct arrival *arrival = NULL;
    *summary = (struct grade_summary){.graded = 0};
    int rc = open_run(&run, err);
    if (rc == 0 && request->watch) {
        arrival = arrival_watch(loop, request->paths, request->npaths, err);
        rc = arrival != NULL ? 0 : -1;
    }
    if (rc == 0)
        rc = run_once(&run, err);
    while (rc == 0 && request->watch && arrival_wait(arrival, request->interrupted))
        rc = run_once(&run, err);
    arrival_free(arrival);
    close_run(&run);
    return rc;
}
