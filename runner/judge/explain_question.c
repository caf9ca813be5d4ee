/* judge/explain_question: the question asked when no rule knows the mistake. What the recording
 * shows comes first; the stage alone is asked about when it shows nothing. */
#include <string.h>

#include "base/strbuf.h"
#include "judge/evidence.h"
#include "judge/explain.h"

/* --- what the recording shows --- */

static bool is_sleep(const struct model_call *c)
{
    return facts_is(c, "nanosleep") || facts_is(c, "clock_nanosleep");
}

static bool sleeps(const struct facts *f)
{
    for (unsigned i = 0; f->end != NULL && i < f->end->nwaits; i++) {
        const struct model_call *c = model_call(&f->model, f->end->waits[i]);
        if (c != NULL && is_sleep(c) && facts_learner(f, c->event->program))
            return true;
    }
    return false;
}

/* The end of the program before the failure; NULL: it ran on. */
static const struct event *ended(const struct facts *f)
{
    for (uint64_t n = f->failed->n; n-- > 0;) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_EXIT && ev->exit.main && facts_learner(f, ev->program) &&
            !facts_former(f, ev))
            return ev;
    }
    return NULL;
}

/* The last thing that a program did with a socket had failed. */
static bool last_call_failed(const struct facts *f)
{
    for (uint64_t n = f->failed->n; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket != NULL && c->event->call.returned &&
            facts_learner(f, c->event->program) && !facts_is(c, "close"))
            return evidence_complaint(f, c->event->pid, n + 1) == c;
    }
    return false;
}

static bool ours(const struct facts *f, const struct model_socket *s)
{
    return s->owner != NULL && facts_learner(f, s->owner->program) && (s->stream || s->datagram);
}

/* Every socket that served others was closed before the failure. */
static bool closed_all(const struct facts *f)
{
    bool any = false;
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        /* Who takes one client only may close its listener early. */
        bool serves = s->listener != NULL
                          ? s->born < f->failed->n && s->closed > f->failed->n
                          : s->listening < f->failed->n || (s->datagram && s->bound < f->failed->n);
        if (!ours(f, s) || !serves)
            continue;
        if (s->closed > f->failed->n)
            return false;
        any = true;
    }
    return any;
}

/* A peer sent datagrams to a port that no socket of the program has. */
static bool bound_elsewhere(const struct facts *f)
{
    const char *to = facts_destination(f);
    struct strbuf text = STRBUF_INIT;
    int port = to != NULL && facts_text(f, to, &text) ? model_port(text.data) : -1;
    strbuf_free(&text);
    bool any = false;
    for (unsigned i = 0; port > 0 && i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (!ours(f, s) || s->born > f->failed->n)
            continue;
        if (s->local.port == port)
            return false;
        any = any || s->datagram;
    }
    return any;
}

static bool sends_datagrams(const struct action *actions, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        if ((a->kind == ACTION_WAIT && a->wait.what == WAIT_BOUND) ||
            (a->kind == ACTION_SEND && a->send.to != NULL) ||
            (a->kind == ACTION_REPEAT && sends_datagrams(a->repeat.actions, a->repeat.nactions)))
            return true;
    }
    return false;
}

static bool only_datagrams(const struct facts *f)
{
    bool datagram = false;
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (ours(f, s) && s->stream)
            return false;
        datagram = datagram || (ours(f, s) && s->datagram);
    }
    return datagram ||
           (f->script != NULL && sends_datagrams(f->script->actions, f->script->nactions));
}

/* --- the choice --- */

static const char *of_output(const struct facts *f)
{
    const struct action *a = f->failed_action;
    struct strbuf line = STRBUF_INIT;
    bool any = facts_last_line(f, a->actor, a->output.stream, &line);
    strbuf_free(&line);
    if (a->output.lacks != NULL)
        return "Which line of the program prints that, and when does it come to it?";
    return any ? "Where does what the program printed differ from what was asked for?"
               : "Does the program come to the line that prints it, and when does what it prints "
                 "leave it?";
}

static const char *of_file(const struct facts *f)
{
    switch (f->failed_action->file.what) {
    case FILE_ABSENT:
        return "Which line makes that file, and should the program come to it here?";
    case FILE_HAS_SIZE:
        return "How many bytes did the program get for that file, and how many did it write?";
    case FILE_HOLDS:
        break;
    }
    return "Which bytes did the program get for that file, and which did it write, in which order?";
}

static const char *of_failure(const struct facts *f)
{
    static const char error[] =
        "What does that call's error say, and which of its arguments does it speak of?";
    if (f->failed == NULL || f->failed_action == NULL)
        return NULL;
    enum action_kind kind = f->failed_action->kind;
    if (kind == ACTION_WAIT && f->failed_action->wait.what == WAIT_EXIT)
        return NULL;
    const struct event *exit = ended(f);
    if (exit != NULL && exit->exit.status != 0 && evidence_complaint(f, exit->pid, exit->n) != NULL)
        return error;
    bool printed = kind == ACTION_OUTPUT && exit != NULL && exit->exit.status == 0;
    if (kind == ACTION_FILE && facts_failed_by(f, "mismatch"))
        return of_file(f);
    bool close = kind == ACTION_EXPECT_END || kind == ACTION_EXPECT_RESET;
    if (!printed && !close && (exit != NULL || closed_all(f)))
        return "What makes the program end, or close that socket, there?";
    if (last_call_failed(f))
        return error;
    if (kind == ACTION_EXPECT && bound_elsewhere(f))
        return "On which address and port is the program's socket bound at that moment?";
    return NULL;
}

static const char *of_stage(enum stage stage, const struct facts *f)
{
    if (stage == STAGE_CLOSE)
        return "How does the program learn that the other side has finished, and what does it do "
               "then?";
    if (stage == STAGE_START && only_datagrams(f))
        return "Which call comes next in the order socket, bind, recvfrom, sendto?";
    if (stage == STAGE_START)
        return "Which call comes next in the order socket, bind, listen, accept or connect?";
    return "Which bytes did the program get, and how many of them did it pass on?";
}

const char *explain_question(enum outcome outcome, enum stage stage, const struct facts *f)
{
    enum action_kind kind = f->failed_action != NULL ? f->failed_action->kind : ACTION_KINDS;
    if (outcome == OUTCOME_CRASH && stage != STAGE_MEMORY)
        return "What does the program hold in the variables of that line at that moment?";
    if (stage == STAGE_MEMORY)
        return "How many bytes does the buffer of that line hold, and which byte does the line "
               "touch?";
    if (stage == STAGE_LEFTOVERS)
        return "Who closes, or waits for, what the program opened?";
    if (sleeps(f))
        return "What does the program wait for while it sleeps, and could it wait for the network "
               "instead?";
    if (outcome == OUTCOME_LIMIT)
        return "Which condition should end the loop that the program is in, and when does it "
               "become true?";
    const char *shown = of_failure(f);
    if (shown != NULL)
        return shown;
    if (outcome == OUTCOME_STALL && kind != ACTION_OUTPUT)
        return "What has to happen for that call to return, and who would do it?";
    if (kind == ACTION_WAIT && f->failed_action->wait.what == WAIT_EXIT &&
        facts_failed_by(f, "exit"))
        return "With which status does the program end there, and what does that number tell the "
               "one who started it?";
    if (kind == ACTION_CONNECT)
        return "On which address and port does the program listen, and when does it begin to?";
    if (kind == ACTION_OUTPUT)
        return of_output(f);
    if (kind == ACTION_EXPECT && f->failed_action->expect.matches != NULL &&
        facts_failed_by(f, "mismatch"))
        return "Which line of the program sends that answer, and what did it decide that by?";
    return of_stage(stage, f);
}
