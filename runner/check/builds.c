/* check/builds: see builds.h. */
#include "check/builds.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Rounds in which they start: see builds_start. */
static const struct {
    enum build_variant variant;
    bool solution;
} kinds[] = {
    {BUILD_PLAIN, false},
    {BUILD_PLAIN, true},
    {BUILD_SANITIZED, false},
    {BUILD_SANITIZED, true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct builds {
    struct loop *loop;
    const struct check_request *request;
    char *solution_dir;
    struct build **started; /* KINDS for each program of the lab; NULL: not wanted so far */
    double ms;
};

struct builds *builds_new(struct loop *loop, const struct check_request *request)
{
    struct builds *builds = mem_alloc(sizeof *builds);
    builds->loop = loop;
    builds->request = request;
    builds->solution_dir = mem_format("%s/solution", request->lab->dir);
    builds->started = mem_alloc(request->lab->nprograms * KINDS * sizeof *builds->started);
    return builds;
}

void builds_free(struct builds *builds)
{
    if (builds == NULL)
        return;
    for (unsigned i = 0; i < builds->request->lab->nprograms * KINDS; i++)
        build_free(builds->started[i]);
    free(builds->started);
    free(builds->solution_dir);
    free(builds);
}

static struct build **place_of(const struct builds *builds, const struct lab_program *program,
                               bool solution, enum build_variant variant)
{
    unsigned kind = 0;
    while (kinds[kind].variant != variant || kinds[kind].solution != solution)
        kind++;
    return &builds->started[(size_t)(program - builds->request->lab->programs) * KINDS + kind];
}

static void start(struct builds *builds, const struct lab_program *program, bool solution,
                  enum build_variant variant)
{
    const struct check_request *r = builds->request;
    struct build **place = place_of(builds, program, solution, variant);
    struct build_request request = {
        .source_dir = solution ? builds->solution_dir : r->source_dir,
        .source = program->source,
        .variant = variant,
        .lib_dir = r->lib_dir,
        .lib_archive = r->lib_archive,
        .warnings_are_errors = r->warnings_are_errors,
        .cache_dir = r->cache_dir,
        .confine = r->confine ? CONFINE_OR_FAIL : CONFINE_IF_POSSIBLE,
    };
    if (*place == NULL)
        *place = build_start(builds->loop, &request);
}

/* --- what is needed --- */

static bool actions_start(const struct action *actions, unsigned n, const char *role, bool solution)
{
    for (unsigned i = 0; i < n; i++) {
        const struct action *action = &actions[i];
        if (action->kind == ACTION_START && action->start.solution == solution &&
            strcmp(action->start.role, role) == 0)
            return true;
        if (action->kind == ACTION_REPEAT &&
            actions_start(action->repeat.actions, action->repeat.nactions, role, solution))
            return true;
    }
    return false;
}

bool builds_starts(const struct scene_script *script, const struct lab_program *program,
                   bool solution)
{
    return actions_start(script->actions, script->nactions, program->role, solution);
}

enum build_variant builds_first_variant(const struct builds *builds)
{
    return builds->request->sanitize_all ? BUILD_SANITIZED : BUILD_PLAIN;
}

enum build_variant builds_variant(const struct builds *builds, const struct scene_script *script)
{
    return script->sanitized ? BUILD_SANITIZED : builds_first_variant(builds);
}

static bool some_scene_starts(const struct builds *builds, const struct lab_program *program,
                              bool solution, enum build_variant variant)
{
    const struct lab *lab = builds->request->lab;
    for (unsigned s = 0; s < lab->nsteps; s++) {
        for (unsigned c = 0; c < lab->steps[s].nchecks; c++) {
            const struct lab_check *k = &lab->steps[s].checks[c];
            if (k->kind == CHECK_SCENE && builds_variant(builds, k->scene) == variant &&
                builds_starts(k->scene, program, solution))
                return true;
        }
    }
    return false;
}

void builds_start(struct builds *builds)
{
    const struct lab *lab = builds->request->lab;
    enum build_variant first = builds_first_variant(builds);
    for (unsigned k = 0; k < KINDS; k++) {
        if (builds->request->alone && kinds[k].variant != first)
            continue;
        for (unsigned i = 0; i < lab->nprograms; i++) {
            const struct lab_program *p = &lab->programs[i];
            if ((kinds[k].variant == first && !kinds[k].solution) ||
                some_scene_starts(builds, p, kinds[k].solution, kinds[k].variant))
                start(builds, p, kinds[k].solution, kinds[k].variant);
        }
    }
}

/* --- results --- */

const struct build_result *builds_wait(struct builds *builds, const struct lab_program *program,
                                       bool solution, enum build_variant variant)
{
    int64_t began = clock_now();
    start(builds, program, solution, variant);
    const struct build_result *result = build_wait(*place_of(builds, program, solution, variant));
    builds->ms += (double)(clock_now() - began) / (double)CLOCK_MS;
    return result;
}

const struct build_result *builds_result(const struct builds *builds,
                                         const struct lab_program *program, bool solution,
                                         enum build_variant variant)
{
    struct build *build = *place_of(builds, program, solution, variant);
    return build != NULL && build_done(build) ? build_wait(build) : NULL;
}

bool builds_under_way(const struct builds *builds, const struct lab_program *program, bool solution,
                      enum build_variant variant)
{
    struct build *build = *place_of(builds, program, solution, variant);
    return build != NULL && !build_done(build);
}

double builds_ms(const struct builds *builds)
{
    return builds->ms;
}
