/* scene/observe: see observe.h. */
#include "scene/observe.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "scene/run.h"
#include "timeline/order.h"

enum { LOOK_US = 2000, START_MS = 5000, END_MS = 2000, CALLS_DEFAULT = 100000 };

static bool someone_lives(const struct run *run, unsigned from)
{
    for (unsigned i = from; i < run->nactors; i++)
        if (actor_alive(run->actors[i]))
            return true;
    return false;
}

/* "limit", "internal", or NULL. */
static const char *wait_round(struct run *run)
{
    loop_step(run->loop, clock_now() + LOOK_US * 1000);
    for (unsigned i = 0; i < run->nactors; i++) {
        if (run->actors[i]->exec_error != 0) {
            errno = run->actors[i]->exec_error;
            error_errno(run->err, "cannot execute %s", run->actors[i]->name);
            return "internal";
        }
    }
    if (sandbox_lost(run->sandbox)) {
        error_set(run->err, "the sandbox's init has ended unexpectedly");
        return "internal";
    }
    if (tracer_recorded(run->tracer) >= run->setup->limits.calls) {
        run->limit = "calls";
        return "limit";
    }
    return NULL;
}

static bool interrupted(const struct observe_setup *setup)
{
    return setup->interrupted != NULL && *setup->interrupted;
}

static const char *start_all(struct run *run, const struct observe_setup *setup)
{
    for (unsigned i = 0; i < setup->ncommands && !interrupted(setup); i++) {
        const struct observe_command *command = &setup->commands[i];
        const char *why = NULL;
        int64_t until = clock_now() + START_MS * CLOCK_MS;
        struct actor *actor = program_launch(run, run_place(run, command->host), command->name,
                                             command->argv, STDIO_OWN);
        if (actor == NULL)
            return "internal";
        for (unsigned k = 0; k < command->nfaults; k++)
            tracer_fault(run->tracer, actor->traced, &command->faults[k]);
        /* The next one finds it ready: a server that listens, say. One that is busy for ever is
         * not waited for. */
        while (why == NULL && !interrupted(setup) && actor_alive(actor) &&
               (i + 1 < setup->ncommands || !actor->traced->running) &&
               !(actor->traced->running && (clock_now() >= until || settled(run, actor))))
            why = wait_round(run);
        /* Dead before it ran: its last word may still be on its way through the gate. */
        while (why == NULL && !actor->traced->running && actor->gate_watch != NULL)
            why = wait_round(run);
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* Until all have ended; or, where the first has peers, until it or all of them have, and who is
 * left only waits: for somebody who will not come any more. */
static const char *watch(struct run *run, const struct observe_setup *setup)
{
    for (;;) {
        if (interrupted(setup))
            return "complete";
        if (!someone_lives(run, 0))
            return "complete";
        bool alone = !actor_alive(run->actors[0]) || !someone_lives(run, 1);
        if (setup->ncommands > 1 && alone && stalled(run))
            return "complete";
        const char *why = wait_round(run);
        if (why != NULL)
            return why;
    }
}

/* What still runs is asked to end, so that its last calls are seen, and is given a moment. */
static void end_programs(struct run *run, bool by_user)
{
    if (run->nactors > 0 && actor_alive(run->actors[0]))
        run->actors[0]->ended_by_us = true;
    int64_t until = clock_now() + END_MS * CLOCK_MS;
    if (someone_lives(run, 0))
        tracer_kill(run->tracer, NULL, by_user ? SIGINT : SIGTERM);
    while (someone_lives(run, 0) && clock_now() < until && wait_round(run) == NULL) {
    }
}

static void record_end(struct run *run, const char *why)
{
    record_close(run);
    tracer_finish(run->tracer);
    struct event *ev = timeline_append(run->tl, EVENT_END, clock_now() - run->start);
    ev->end.why = timeline_string(run->tl, why);
    ev->end.limit = timeline_string(run->tl, run->limit);
    record_missing(run, &ev->end);
}

int observe_run(struct loop *loop, const struct observe_setup *setup, struct timeline *tl,
                int *status, struct error *err)
{
    const struct scene_script script = {.capture = true,
                                        .states = true,
                                        .network = setup->network,
                                        .wire = setup->wire,
                                        .nwire = setup->nwire};
    char tier[2] = {scene_tier_letter(setup->tier), '\0'};
    struct scene_setup scene = {
        .script = &script, .tier = setup->tier, .seed = setup->seed, .own = true};
    struct run run;
    scene.limits.calls = setup->max_calls != 0 ? setup->max_calls : CALLS_DEFAULT;
    scene.limits.output_bytes = SIZE_MAX;
    run_begin(&run, loop, &scene, tl, err);
    timeline_append(tl, EVENT_SCENE, 0)->scene.tier = timeline_string(tl, tier);
    tl->events[0].scene.seed = setup->seed;
    if (setup->network == NULL)
        tl->events[0].host = timeline_string(tl, run.places[0].name);
    const char *why = "internal";
    *status = 0;
    if (run_open_sandbox(&run) == 0) {
        why = start_all(&run, setup);
        if (why == NULL)
            why = watch(&run, setup);
        if (strcmp(why, "internal") != 0) {
            end_programs(&run, interrupted(setup));
            record_end(&run, why);
            timeline_sort(tl);
        }
        const struct trace_program *first = run.nactors > 0 ? run.actors[0]->traced : NULL;
        if (first != NULL && first->exited && !run.actors[0]->ended_by_us)
            *status = first->signal != 0 ? 128 + first->signal : first->status;
    }
    run_end(&run);
    return strcmp(why, "internal") == 0 ? -1 : 0;
}
