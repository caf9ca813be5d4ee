/*
 * check: see check.h.
 *
 *  - All plain builds start at once, the sanitized ones behind them: they compile on the other
 *    processor while the first scenes run.
 *  - The runner's own failures are tried once more, and then are internal errors, never the
 *    learner's.
 */
#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "check/builds.h"
#include "check/hands.h"
#include "judge/judge.h"

/* One scene of the lab, in the order of steps and checks. */
struct job {
    const struct lab_step *step;
    unsigned check;
    const struct scene_script *script;
    unsigned gathered; /* of the lab's programs, the learner's and its own, looked at so far */
    struct scene_program *programs;
    char **names;
    unsigned nprograms;
};

struct check {
    const struct check_request *request;
    const struct lab *lab;
    struct loop *loop;
    struct verdict *v;
    struct timeline *last;
    enum scene_tier tier;
    struct builds *builds;
    struct job *jobs;
    bool *shared; /* the helper may run it */
    unsigned njobs;
    struct hands *hands; /* NULL until the first scene */
};

static double ms_since(int64_t start)
{
    return (double)(clock_now() - start) / 1e6;
}

/* --- failures that are not the judge's --- */

static void internal_error(struct check *check, const char *text)
{
    check->v->outcome = OUTCOME_INTERNAL_ERROR;
    free(check->v->error);
    check->v->error = mem_string(text);
}

/* A build that did not give a program: true when it is told as a failure of the step, false when it
 * is ours. */
static bool tell_build_failure(struct check *check, const struct lab_step *step,
                               const struct lab_program *program, bool solution,
                               const struct build_result *result, struct step_result *out)
{
    if (solution || result->status == BUILD_INTERNAL || result->status == BUILD_NO_COMPILER) {
        char *text = mem_format("cannot build %s%s: %s", solution ? "the solution's " : "",
                                program->source, result->messages);
        internal_error(check, text);
        free(text);
        return false;
    }
    out->status = STEP_FAIL;
    out->stage = STAGE_BUILD;
    out->details = mem_string(result->messages);
    out->message = mem_format(result->status == BUILD_LIMIT ? "compiling %s took too long or wrote "
                                                              "too much"
                              : result->status == BUILD_BAD_SOURCE ? "%s cannot be compiled"
                                                                   : "%s does not compile",
                              program->source);
    out->question = mem_string(result->status == BUILD_FAILED
                                   ? "What does the first message of the compiler say, and about "
                                     "which line?"
                                   : "Is this the file you meant to hand in?");
    out->lesson = mem_format("%s#%s", check->lab->id, step->lesson != NULL ? step->lesson : "");
    check->v->outcome = OUTCOME_BUILD_ERROR;
    free(check->v->error);
    check->v->error = mem_string(out->message);
    return true;
}

/* --- checks --- */

enum check_end { CHECK_PASSED, CHECK_FAILED, CHECK_INTERNAL };

static enum check_end check_build(struct check *check, const struct lab_step *step,
                                  struct step_result *out)
{
    enum build_variant variant = builds_first_variant(check->builds);
    for (unsigned i = 0; i < check->lab->nprograms; i++) {
        const struct lab_program *program = &check->lab->programs[i];
        const struct build_result *result = builds_wait(check->builds, program, false, variant);
        if (result->status != BUILD_OK)
            return tell_build_failure(check, step, program, false, result, out) ? CHECK_FAILED
                                                                                : CHECK_INTERNAL;
        if (result->warnings > 0) {
            out->status = STEP_FAIL;
            out->stage = STAGE_BUILD;
            out->message = mem_format("%s compiles, but with %u warning%s", program->source,
                                      result->warnings, result->warnings == 1 ? "" : "s");
            out->details = mem_string(result->messages);
            out->question = mem_string("What does the compiler suspect, and is it right?");
            out->lesson = mem_format("%s#%s", check->lab->id, step->lesson);
            check->v->outcome = OUTCOME_FAIL;
            return CHECK_FAILED;
        }
    }
    return CHECK_PASSED;
}

static void add_program(struct job *job, const struct lab_program *program, bool solution,
                        const char *binary)
{
    char *name = mem_format("%.*s", (int)strcspn(program->source, "."), program->source);
    job->names = mem_resize(job->names, job->nprograms + 1, sizeof *job->names);
    job->names[job->nprograms] = name;
    job->programs = mem_resize(job->programs, job->nprograms + 1, sizeof *job->programs);
    job->programs[job->nprograms++] =
        (struct scene_program){program->role, solution, binary, name, program->source};
}

/* The programs that the scene starts. */
static enum check_end gather(struct check *check, struct job *job, struct step_result *out)
{
    enum build_variant variant = builds_variant(check->builds, job->script);
    const struct lab *lab = check->lab;
    for (unsigned i = job->gathered; i < 2 * lab->nprograms; i++) {
        const struct lab_program *p = &lab->programs[i / 2];
        bool solution = i % 2 == 1;
        if (builds_starts(job->script, p, solution)) {
            const struct build_result *result = builds_wait(check->builds, p, solution, variant);
            if (result->status != BUILD_OK)
                return tell_build_failure(check, job->step, p, solution, result, out)
                           ? CHECK_FAILED
                           : CHECK_INTERNAL;
            add_program(job, p, solution, result->binary);
        }
        job->gathered = i + 1;
    }
    return CHECK_PASSED;
}

/* Runs one job, here or in the helper. */
static int run_job(void *arg, unsigned index, struct loop *loop, struct timeline *tl,
                   struct error *err)
{
    const struct check *check = arg;
    const struct job *job = &check->jobs[index];
    struct scene_script variant = *job->script;
    variant.sanitized = builds_variant(check->builds, job->script) == BUILD_SANITIZED;
    struct scene_setup setup = {
        .script = &variant,
        .programs = job->programs,
        .nprograms = job->nprograms,
        .limits = check->lab->limits,
        .tier = check->tier,
        .seed = check->v->seed,
        .stdio = check->request->stdio,
        .lab = check->lab->id,
        .step = job->step->id,
        .check = job->check,
        .packets = check->lab->needs_packets,
        .interrupted = check->request->interrupted,
    };
    int rc = scene_run(loop, &setup, tl, err);
    bool interrupted = check->request->interrupted != NULL && *check->request->interrupted;
    if (rc != 0 && !interrupted) {
        timeline_free(tl);
        timeline_init(tl);
        rc = scene_run(loop, &setup, tl, err);
    }
    return rc;
}

static void list_jobs(struct check *check)
{
    const struct lab *lab = check->lab;
    for (unsigned s = 0; s < lab->nsteps; s++) {
        for (unsigned c = 0; c < lab->steps[s].nchecks; c++) {
            const struct lab_check *k = &lab->steps[s].checks[c];
            if (k->kind != CHECK_SCENE)
                continue;
            check->jobs = mem_resize(check->jobs, check->njobs + 1, sizeof *check->jobs);
            check->jobs[check->njobs++] =
                (struct job){.step = &lab->steps[s], .check = c, .script = k->scene};
        }
    }
    check->shared = mem_alloc(check->njobs * sizeof *check->shared);
}

/* The helper gets the scenes whose programs are ready: the sanitized ones may still be compiling,
 * and only this process can wait for its compilers. Without a network of their own (tiers B and C)
 * two scenes would get into each other's way. */
static enum check_end start_hands(struct check *check, struct step_result *out)
{
    for (unsigned i = 0; i < check->njobs; i++) {
        struct job *job = &check->jobs[i];
        if (check->tier != TIER_A || check->request->alone ||
            builds_variant(check->builds, job->script) == BUILD_SANITIZED)
            continue;
        enum check_end end = gather(check, job, out);
        if (end != CHECK_PASSED)
            return end;
        check->shared[i] = true;
    }
    check->hands = hands_start(check->loop, check->shared, check->njobs, run_job, check,
                               check->request->interrupted);
    return CHECK_PASSED;
}

static unsigned find_job(const struct check *check, const struct lab_step *step, unsigned index)
{
    for (unsigned i = 0; i < check->njobs; i++)
        if (check->jobs[i].step == step && check->jobs[i].check == index)
            return i;
    abort(); /* each scene has one */
}

/* What the scene starts is compiled. */
static bool is_built(const struct check *check, const struct job *job)
{
    enum build_variant variant = builds_variant(check->builds, job->script);
    for (unsigned i = 0; i < 2 * check->lab->nprograms; i++) {
        const struct lab_program *p = &check->lab->programs[i / 2];
        bool solution = i % 2 == 1;
        if (builds_starts(job->script, p, solution) &&
            builds_under_way(check->builds, p, solution, variant))
            return false;
    }
    return true;
}

static enum check_end check_scene(struct check *check, const struct lab_step *step, unsigned index,
                                  const struct scene_script *script, struct step_result *out)
{
    unsigned i = find_job(check, step, index);
    struct timeline tl;
    struct error err = {""};
    const char *limit = NULL;
    /* Other scenes need not wait for this one's compiler. */
    while (check->hands != NULL && !is_built(check, &check->jobs[i]) &&
           hands_ahead(check->hands, i)) {
    }
    enum check_end end = gather(check, &check->jobs[i], out);
    if (end == CHECK_PASSED && check->hands == NULL)
        end = start_hands(check, out);
    if (end != CHECK_PASSED)
        return end;
    int64_t start = clock_now();
    timeline_init(&tl);
    if (hands_result(check->hands, i, &tl, &err) != 0) {
        internal_error(check, err.text);
        end = CHECK_INTERNAL;
    } else if (!judge_scene(check->lab, step, script, &tl, out, &check->v->outcome, &limit)) {
        free(check->v->limit);
        check->v->limit = mem_string(limit);
        end = CHECK_FAILED;
        if (check->v->outcome == OUTCOME_INTERNAL_ERROR) {
            /* The recording does not hold what would tell: no failure of the program. */
            internal_error(check, out->message);
            out->status = STEP_NOT_REACHED;
            end = CHECK_INTERNAL;
        }
    }
    check->v->ms_scene += ms_since(start);
    if (check->last != NULL && !(check->request->hide && step->hidden)) {
        timeline_free(check->last);
        *check->last = tl;
        timeline_init(&tl);
    }
    timeline_free(&tl);
    return end;
}

static enum check_end check_step(struct check *check, const struct lab_step *step,
                                 struct step_result *out)
{
    for (unsigned c = 0; c < step->nchecks; c++) {
        const struct lab_check *k = &step->checks[c];
        enum check_end end = k->kind == CHECK_BUILD ? check_build(check, step, out)
                                                    : check_scene(check, step, c, k->scene, out);
        if (end != CHECK_PASSED)
            return end;
    }
    out->status = STEP_PASS;
    return CHECK_PASSED;
}

/* --- the whole --- */

static void prepare_verdict(struct check *check)
{
    struct verdict *v = check->v;
    const struct lab *lab = check->lab;
    *v = (struct verdict){.lab = lab->id, .max_points = lab->points};
    v->tier = scene_tier_letter(check->tier);
    v->seed = check->request->seed;
    while (v->seed == 0) {
        uint32_t drawn = 0; /* short enough to be typed */
        if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
            drawn = (uint32_t)clock_now();
        v->seed = drawn;
    }
    v->steps = mem_alloc(lab->nsteps * sizeof *v->steps);
    v->nsteps = lab->nsteps;
    for (unsigned i = 0; i < lab->nsteps; i++) {
        v->steps[i].id = lab->steps[i].id;
        v->steps[i].title = lab->steps[i].title;
        v->steps[i].points = lab->steps[i].points;
        v->steps[i].status = STEP_NOT_REACHED;
    }
    v->reproduce = check->request->reproduce != NULL
                       ? mem_string(check->request->reproduce)
                       : mem_format("socklings check %u --src %s --seed %llu", lab->number,
                                    check->request->source_dir, (unsigned long long)v->seed);
}

static void collect_warnings(struct check *check)
{
    struct strbuf text = STRBUF_INIT;
    for (unsigned i = 0; i < check->lab->nprograms; i++) {
        const struct build_result *result =
            builds_result(check->builds, &check->lab->programs[i], false, BUILD_PLAIN);
        if (result != NULL && result->status == BUILD_OK)
            strbuf_puts(&text, result->messages);
    }
    if (text.len > 0)
        check->v->warnings = strbuf_take(&text);
    strbuf_free(&text);
}

static void run_steps(struct check *check)
{
    struct verdict *v = check->v;
    for (unsigned i = 0; i < v->nsteps; i++) {
        enum outcome before = v->outcome;
        enum check_end end = check_step(check, &check->lab->steps[i], &v->steps[i]);
        if (before != OUTCOME_PASS && end != CHECK_INTERNAL)
            v->outcome = before; /* keep_going: the first failure is the verdict's */
        if (end == CHECK_PASSED)
            v->points += v->steps[i].points;
        if (check->request->progress != NULL && end != CHECK_INTERNAL)
            check->request->progress(check->request->progress_arg, &v->steps[i]);
        if (end == CHECK_INTERNAL || (end == CHECK_FAILED && !check->request->keep_going))
            return;
    }
}

static void free_jobs(struct check *check)
{
    for (unsigned i = 0; i < check->njobs; i++) {
        for (unsigned k = 0; k < check->jobs[i].nprograms; k++)
            free(check->jobs[i].names[k]);
        free(check->jobs[i].names);
        free(check->jobs[i].programs);
    }
    free(check->jobs);
    free(check->shared);
}

void check_run(struct loop *loop, const struct check_request *request, struct verdict *v,
               struct timeline *last)
{
    int64_t start = clock_now();
    struct check check = {
        .request = request, .lab = request->lab, .loop = loop, .v = v, .last = last};
    check.tier = scene_tier_probe();
    prepare_verdict(&check);
    check.builds = builds_new(loop, request);
    if (check.tier == TIER_NONE) {
        internal_error(&check,
                       "programs cannot be traced on this machine: 'socklings doctor' tells "
                       "what is missing");
    } else if (request->lab->needs_packets && check.tier != TIER_A) {
        internal_error(&check,
                       "this lab's programs read raw packets, which takes a private network: "
                       "'socklings doctor' tells what is missing here");
    } else {
        builds_start(check.builds);
        list_jobs(&check);
        run_steps(&check);
        collect_warnings(&check);
    }
    hands_free(check.hands);
    free_jobs(&check);
    v->ms_build = builds_ms(check.builds);
    builds_free(check.builds);
    v->ms_total = ms_since(start);
}
