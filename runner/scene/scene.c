/*
 * scene: see scene.h. Carrying out the script, and ending it, whatever happens.
 *
 *  - The script is asked to go on after everything that happens; between, the loop waits.
 *  - When it waits, the scene is looked at, at growing intervals, until something happens: is it
 * stalled?
 */
#include "scene/scene.h"

#include <string.h>

#include "base/clock.h"
#include "scene/run.h"
#include "timeline/order.h"

/* After so long without an event the scene is looked at: when all threads are in calls, which most
 * likely sleep by then; and while some work, which they need the processor for. */
enum { LOOK_CALLS_US = 30, LOOK_WORK_US = 200, LOOK_MOST_US = 5000, FINAL_SETTLE_MS = 300 };

/* --- carrying out the script --- */

static const struct action *current(struct run *run)
{
    while (run->depth > 0) {
        struct frame *frame = &run->frames[run->depth - 1];
        if (frame->at < frame->count)
            return &frame->actions[frame->at];
        if (frame->round < frame->rounds) {
            frame->round++;
            frame->at = 0;
        } else {
            run->depth--;
        }
    }
    return NULL;
}

static void next_action(struct run *run)
{
    run->frames[run->depth - 1].at++;
    run->begun = false;
    run->settle = SETTLE_IDLE;
    strbuf_cut(&run->sentence, 0);
}

static bool enter_repeat(struct run *run, const struct action *action)
{
    run->frames[run->depth - 1].at++;
    if (run->depth == sizeof run->frames / sizeof run->frames[0])
        return false;
    run->frames[run->depth++] = (struct frame){.actions = action->repeat.actions,
                                               .count = action->repeat.nactions,
                                               .round = 1,
                                               .rounds = action->repeat.count};
    return true;
}

static void succeeded(struct run *run, const struct action *action)
{
    record_look(run);
    script_record_action(run, action, true, turn_acts(action) ? run->action_began : clock_now());
    run->done++;
    run->before = action;
    next_action(run);
}

/* Goes on as far as it can without waiting. Returns why the scene is over, or NULL. */
static const char *advance(struct run *run)
{
    const struct action *action;
    while ((action = current(run)) != NULL) {
        if (action->kind == ACTION_REPEAT) {
            if (!enter_repeat(run, action)) {
                error_set(run->err, "%s: repeats are nested too deeply", action->path);
                return "internal";
            }
            continue;
        }
        switch (turn_step(run, action)) {
        case PROGRESS_DONE:
            succeeded(run, action);
            break;
        case PROGRESS_WAIT:
            return NULL;
        case PROGRESS_FAILED:
            script_record_action(run, action, false, clock_now());
            return "failed";
        case PROGRESS_INTERNAL:
            return "internal";
        }
    }
    return "complete";
}

static const char *give_up(struct run *run, const char *kind)
{
    const struct action *action = current(run);
    bool alive = tracer_live(run->tracer) > 0;
    if (action != NULL && run->held == PROGRESS_FAILED) {
        script_record_action(run, action, false, clock_now());
        return "failed";
    }
    if (action != NULL && run->held == PROGRESS_DONE) {
        succeeded(run, action);
        action = current(run);
    }
    if (action == NULL)
        return kind;
    action_give_up(run, action, alive, kind);
    script_record_action(run, action, false, clock_now());
    if (kind != NULL)
        return "limit";
    return alive ? "stall" : "failed";
}

static int64_t first_look(const struct run *run)
{
    return (tracer_in_calls(run->tracer) ? LOOK_CALLS_US : LOOK_WORK_US) * INT64_C(1000);
}

/* Nothing moves any more. Being quiet may be just what the action waits for; else it gives up.
 * NULL: it goes on. */
static const char *end_stall(struct run *run)
{
    unsigned done = run->done;
    uint64_t seen = run_activity(run);
    const char *why = advance(run);
    if (why != NULL)
        return why;
    if (run->done != done || run_activity(run) != seen || !stalled(run))
        return NULL;
    /* A limit may have been reached since it was last looked at. */
    run->next_limit_check = 0;
    why = run_check_limits(run);
    return why != NULL && strcmp(why, "limit") != 0 ? why : give_up(run, why);
}

static const char *play(struct run *run)
{
    int64_t look = first_look(run);
    bool quiet = false; /* nothing came while it was waited last */
    for (;;) {
        uint64_t before = run_activity(run);
        unsigned done = run->done;
        const char *why = run_check_limits(run);
        if (why == NULL)
            why = advance(run);
        if (why != NULL)
            return strcmp(why, "limit") == 0 ? give_up(run, "limit") : why;
        if (run->done != done)
            look = first_look(run);
        else if (quiet && run_activity(run) == before && stalled(run)) {
            /* What came meanwhile has not been looked at yet. */
            quiet = loop_step(run->loop, clock_now()) == 0;
            if (quiet && (why = end_stall(run)) != NULL)
                return why;
            if (!quiet) {
                look = first_look(run);
                continue;
            }
        }
        int64_t until = clock_now() + look;
        if (until > run->deadline)
            until = run->deadline;
        quiet = loop_step(run->loop, until) == 0 && run_activity(run) == before;
        if (!quiet)
            look = first_look(run);
        else
            look = look * 2 < LOOK_MOST_US * 1000 ? look * 2 : LOOK_MOST_US * 1000;
    }
}

/* After the last action the programs may still be printing, closing or tripping over a sanitizer:
 * what they do of themselves belongs to the recording. One that goes on for ever is not waited for.
 */
static const char *let_settle(struct run *run)
{
    int64_t began = clock_now(), until = began + FINAL_SETTLE_MS * CLOCK_MS;
    int64_t look = first_look(run), now = began, lost = loop_lost(run->loop);
    uint64_t before, waited;
    tracer_waited_ns(run->tracer, &before);
    run->settle = SETTLE_IDLE;
    while (now < until) {
        const char *why = run_check_limits(run);
        if (why != NULL)
            return why;
        now = clock_now();
        int64_t at = now + look;
        if (loop_step(run->loop, at < until ? at : until) > 0) {
            look = first_look(run);
        } else {
            if (settled(run, NULL))
                return "complete";
            look = look * 2 < LOOK_MOST_US * 1000 ? look * 2 : LOOK_MOST_US * 1000;
        }
        now = clock_now();
        if (now >= until) { /* what it could not use for want of a processor does not count */
            tracer_waited_ns(run->tracer, &waited);
            int64_t more = waited > before ? (int64_t)(waited - before) : 0;
            more += loop_lost(run->loop) - lost;
            until = began + FINAL_SETTLE_MS * CLOCK_MS + more;
        }
    }
    return "complete";
}

int scene_run(struct loop *loop, const struct scene_setup *setup, struct timeline *tl,
              struct error *err)
{
    struct run run;
    run_begin(&run, loop, setup, tl, err);
    vars_draw(&run.vars, setup->script->vars, setup->script->nvars, setup->seed);
    script_record_scene(&run);
    run.frames[0] = (struct frame){.actions = setup->script->actions,
                                   .count = setup->script->nactions,
                                   .rounds = 1,
                                   .round = 1};
    run.depth = 1;
    run.held = PROGRESS_WAIT;
    const char *why = "internal";
    if (run_open_sandbox(&run) == 0) {
        tracer_calls_most(run.tracer, setup->limits.calls);
        why = play(&run);
        if (strcmp(why, "complete") == 0)
            why = let_settle(&run);
        else if (strcmp(why, "failed") == 0)
            let_settle(&run); /* how the program took it, and whether it crashed meanwhile */
        if (strcmp(why, "internal") != 0) {
            if (strcmp(why, "complete") != 0)
                script_record_sockets(&run);
            script_record_end(&run, why);
            timeline_sort(tl);
        }
    }
    run_end(&run);
    return strcmp(why, "internal") == 0 ? -1 : 0;
}
