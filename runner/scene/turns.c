/*
 * scene/turns: the script and the programs take turns, so that the same script with the same
 * program makes the same recording, however quick each of them is.
 *
 *  - An action that does something begins when the programs rest; what an action waited for is told
 *    when they rest again. `calm` says when, and that one who never rests is not waited for.
 *  - What belongs together is done in one turn: a peer sends and ends its stream; it pauses before
 *    it has read on; it goes away while more is coming.
 */
#include <string.h>

#include "base/clock.h"
#include "scene/run.h"

bool turn_acts(const struct action *action)
{
    switch (action->kind) {
    case ACTION_WAIT:
    case ACTION_OUTPUT:
    case ACTION_ACCEPT:
    case ACTION_EXPECT:
    case ACTION_EXPECT_END:
    case ACTION_EXPECT_RESET:
    case ACTION_EXPECT_NOTHING:
    case ACTION_FILE:
        return false;
    default:
        return true;
    }
}

static bool ends_stream(const struct action *action)
{
    return action->kind == ACTION_HALF_CLOSE || action->kind == ACTION_CLOSE ||
           action->kind == ACTION_RESET;
}

/* The peer that an action is about, by its name; NULL: none. */
static const char *peer_of(const struct action *action)
{
    return action->kind == ACTION_ACCEPT && action->accept.as != NULL ? action->accept.as
                                                                      : action->actor;
}

static bool same_peer(const struct action *one, const struct action *other)
{
    const char *a = peer_of(one), *b = peer_of(other);
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Both are done before anybody can answer. */
static bool goes_along(const struct action *before, const struct action *action)
{
    if (action->kind == ACTION_PAUSE)
        return true;
    return before != NULL && ends_stream(action) && same_peer(before, action) &&
           (before->kind == ACTION_SEND || before->kind == ACTION_HALF_CLOSE);
}

/* The action that follows in the same list, or NULL. */
static const struct action *following(const struct run *run)
{
    const struct frame *frame = &run->frames[run->depth - 1];
    return frame->at + 1 < frame->count ? &frame->actions[frame->at + 1] : NULL;
}

static uint64_t received(struct run *run, const struct action *action)
{
    const char *name = peer_of(action);
    const struct peer *peer = name != NULL ? find_peer(run, name) : NULL;
    return peer != NULL ? peer->received : 0;
}

/* The next action will not wait: it ends what would go on until then. */
static bool cut_off(struct run *run, const struct action *action)
{
    const struct action *next = following(run);
    if (next == NULL || !same_peer(action, next))
        return false;
    return next->kind == ACTION_PAUSE ||
           (ends_stream(next) && received(run, action) > run->received_before);
}

enum progress turn_step(struct run *run, const struct action *action)
{
    if (run->held == PROGRESS_WAIT) {
        bool along = !run->begun && goes_along(run->before, action);
        if (!run->begun && turn_acts(action) && !run->hurries && !along && !calm(run))
            return PROGRESS_WAIT;
        int64_t began = clock_now(), former = run->action_began;
        run->hurries = false;
        run->held = action_step(run, action);
        if (!run->begun) /* what is done at once stands behind what it has recorded itself */
            run->action_began = run->held == PROGRESS_WAIT ? began : clock_now();
        if (along && run->before != NULL && turn_acts(run->before))
            run->action_began = former; /* one turn: nothing that came of it lies between */
        run->begun = true;
        run->received_before = received(run, action);
    }
    if (run->held == PROGRESS_FAILED || (run->held == PROGRESS_DONE && !turn_acts(action))) {
        run->hurries = run->held == PROGRESS_DONE && cut_off(run, action);
        if (!run->hurries && !calm(run))
            return PROGRESS_WAIT;
    }
    enum progress p = run->held;
    run->held = PROGRESS_WAIT;
    run->calm_since.at = 0;
    return p;
}
