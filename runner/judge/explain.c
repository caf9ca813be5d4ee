/* judge/explain: see explain.h. The sentences of failed actions stand in explain_action.c, the
 * questions in explain_question.c. */
#include "judge/explain.h"

#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "judge/evidence.h"
#include "judge/explain_action.h"
#include "timeline/describe.h"

/* --- crashes --- */

/* The script waits for just this end of the program. */
static bool wanted(const struct action *actions, unsigned count, const char *program,
                   const char *signal)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        if (a->kind == ACTION_WAIT && a->wait.what == WAIT_EXIT && a->wait.signal != NULL &&
            strcmp(a->wait.signal, signal) == 0 && strcmp(a->actor, program) == 0)
            return true;
        if (a->kind == ACTION_REPEAT &&
            wanted(a->repeat.actions, a->repeat.nactions, program, signal))
            return true;
    }
    return false;
}

static bool is_crash(const struct facts *f, const struct event *ev)
{
    static const char *const faults[] = {"SIGSEGV", "SIGBUS",  "SIGFPE",  "SIGILL", "SIGABRT",
                                         "SIGSYS",  "SIGTRAP", "SIGPIPE", NULL};
    /* The scene's end kills and hangs up; limits have their own outcome. */
    static const char *const ours[] = {"SIGKILL", "SIGHUP", "SIGXCPU", "SIGXFSZ", NULL};
    const char *signal = ev->exit.signal;
    if (signal == NULL || ev->program == NULL || !facts_learner(f, ev->program))
        return false;
    if (f->script != NULL && wanted(f->script->actions, f->script->nactions, ev->program, signal))
        return false;
    if (facts_signalled(f, ev->program, signal, ev->n) || model_one_of(signal, ours))
        return false;
    /* It wrote to a page of a file for which there was no room. */
    if (strcmp(signal, "SIGBUS") == 0 && f->end != NULL && f->end->limit != NULL &&
        strcmp(f->end->limit, "disk") == 0)
        return false;
    /* A parent may end its children by any other signal. */
    return model_one_of(signal, faults) || ev->exit.main;
}

bool explain_find_crash(const struct facts *f, struct crash *crash)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind != EVENT_EXIT || !is_crash(f, ev))
            continue;
        *crash = (struct crash){ev->program, ev->exit.signal, ev};
        for (size_t k = i; k-- > 0;) {
            const struct event *signal = &f->timeline->events[k];
            if (signal->kind == EVENT_SIGNAL && signal->pid == ev->pid &&
                strcmp(signal->signal.name, ev->exit.signal) == 0) {
                crash->event = signal;
                break;
            }
        }
        return true;
    }
    return false;
}

static const char *signal_meaning(const char *signal)
{
    static const struct {
        const char *signal, *meaning;
    } meanings[] = {
        {"SIGSEGV", "it used memory that is not its own"},
        {"SIGBUS", "it used an address that has no memory behind it"},
        {"SIGFPE", "it divided by zero"},
        {"SIGILL", "it ran what is no instruction"},
        {"SIGABRT",
         "it gave up by abort(): an assertion, or the C library found its memory damaged"},
        {"SIGPIPE", "it wrote to a connection whose other side was gone"},
        {"SIGALRM", "its alarm() went off and nothing handled it"},
        {"SIGSYS", "it made a system call that is not allowed here"},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].signal, signal) == 0)
            return meanings[i].meaning;
    return "nothing handled this signal";
}

/* A stream socket that never had a connection has no other side that could have gone: most likely
 * the type of the socket is not what was meant. */
static bool explain_unconnected(const struct facts *f, const struct event *ev, struct strbuf *out)
{
    const struct model_call *c = evidence_complaint(f, ev->pid, ev->n);
    const struct model_socket *s = c != NULL ? c->socket : NULL;
    if (s == NULL || !facts_error(c, "EPIPE") || !s->stream || s->listener != NULL ||
        s->connected != MODEL_NEVER)
        return false;
    const struct model_call *made = model_call(&f->model, s->born);
    if (made == NULL || !facts_is(made, "socket"))
        return false;
    strbuf_puts(out, "; it wrote to a stream socket that was never connected; ");
    describe_where(out, made->event);
    strbuf_puts(out, " socket() made it with SOCK_STREAM");
    return true;
}

void explain_crash(const struct facts *f, const struct crash *crash, struct strbuf *out)
{
    const struct event *ev = crash->event;
    bool placed = ev->kind == EVENT_SIGNAL && ev->signal.file != NULL;
    strbuf_printf(out, "%s: %s was ended by this signal", crash->signal, crash->program);
    if (placed) {
        strbuf_puts(out, " at ");
        describe_where(out, ev);
    } else {
        const struct model_call *last = NULL;
        for (uint64_t n = ev->n; last == NULL && n-- > 0;) {
            const struct model_call *c = model_call(&f->model, n);
            if (c != NULL && c->event->pid == ev->pid)
                last = c;
        }
        if (last != NULL && last->event->call.file != NULL) {
            strbuf_puts(out, strcmp(crash->signal, "SIGPIPE") == 0 ? " at " : " after ");
            describe_where(out, last->event);
            strbuf_printf(out, " %s()", describe_name(&last->event->call));
        }
    }
    if (strcmp(crash->signal, "SIGPIPE") != 0 || !explain_unconnected(f, ev, out))
        strbuf_printf(out, "; %s", signal_meaning(crash->signal));
}

/* --- waiting --- */

/* The learner's programs, or those of the lab's own; `shown` counts on. */
static void add_waits(const struct facts *f, bool own, unsigned *shown, struct strbuf *out)
{
    enum { MOST = 3 };
    struct strbuf name = STRBUF_INIT;
    for (unsigned i = 0; f->end != NULL && i < f->end->nwaits; i++) {
        const struct model_call *c = model_call(&f->model, f->end->waits[i]);
        struct event as_own;
        if (c == NULL || evidence_own(f, c->event, &as_own, &name) != own)
            continue;
        if (++*shown > MOST)
            continue;
        if (*shown > 1)
            strbuf_puts(out, "; ");
        describe_wait(out, &f->model, own ? &as_own : c->event);
    }
    if (own && *shown > MOST)
        strbuf_printf(out, "; %u more wait as well", *shown - MOST);
    strbuf_free(&name);
}

bool explain_waits(const struct facts *f, struct strbuf *out)
{
    unsigned shown = 0;
    add_waits(f, false, &shown, out);
    add_waits(f, true, &shown, out);
    return shown > 0;
}

/* Where the program was that computed when the limit was reached. */
static void explain_busy(const struct facts *f, bool cpu, struct strbuf *out)
{
    const struct end_event *end = f->end;
    if (end == NULL || end->busy == NULL || end->file == NULL || !facts_learner(f, end->busy))
        return;
    strbuf_puts(out, cpu ? "; it was at " : "; the program computed at ");
    describe_where(out, &f->timeline->events[f->timeline->count - 1]);
    if (end->function != NULL) {
        strbuf_puts(out, ", in ");
        bytes_escape_lines(out, end->function, strlen(end->function));
        strbuf_puts(out, "()");
    }
}

void explain_limit(const struct facts *f, struct strbuf *out)
{
    static const struct {
        const char *limit, *meaning;
    } meanings[] = {
        {"wall", "the scene was not over in the time it has"},
        {"cpu", "the program computed without pause until its processor time was used up"},
        {"output", "the program printed more than it may"},
        {"processes", "the program made more processes or threads than it may"},
        {"calls", "the program made more system calls than it may: a loop never ends"},
        {"memory", "the program used more memory than it may"},
        {"files", "the program opened more files than it may"},
        {"disk", "the program wrote more than it may"},
    };
    const char *limit = f->end != NULL && f->end->limit != NULL ? f->end->limit : "wall";
    const char *meaning = "a limit was reached";
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].limit, limit) == 0)
            meaning = meanings[i].meaning;
    strbuf_puts(out, meaning);
    explain_busy(f, strcmp(limit, "cpu") == 0, out);
    struct strbuf waits = STRBUF_INIT;
    /* Who makes calls without end may be in one, and waits in none. */
    if (strcmp(limit, "calls") != 0 && explain_waits(f, &waits))
        strbuf_printf(out, "; %s", waits.data);
    strbuf_free(&waits);
    if (f->failed_action != NULL) {
        strbuf_puts(out, "; ");
        explain_wanted(f, f->failed_action, out);
    }
}

/* --- the failed action --- */

/* "garden exited with status 1; garden should wait in a call for what comes next; the last thing it
 * printed was "bind: Address already in use"" */
static void explain_ended(const struct facts *f, const struct event *exit, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    describe_event(out, &f->model, exit);
    strbuf_puts(out, "; ");
    explain_wanted(f, f->failed_action, out);
    if (facts_last_line(f, exit->program, NULL, &line)) {
        strbuf_puts(out, "; the last thing it printed was ");
        bytes_quote(out, line.data, line.len, 100);
    }
    strbuf_free(&line);
}

void explain_failure(const struct facts *f, struct strbuf *out)
{
    const struct script_event *script = &f->failed->script;
    struct strbuf waits = STRBUF_INIT;
    if (f->failed_action == NULL) {
        const char *text = script->text != NULL ? script->text : script->verb;
        bytes_escape_lines(out, text, strlen(text)); /* a sentence: its bytes are escaped already */
        strbuf_printf(out, ": %s", script->failure != NULL ? script->failure : "failed");
    } else if (evidence_ended(f) != NULL) {
        explain_ended(f, evidence_ended(f), out);
    } else if (facts_failed_by(f, "stall") && explain_waits(f, &waits)) {
        strbuf_printf(out, "%s; ", waits.data);
        explain_wanted(f, f->failed_action, out);
    } else {
        explain_action(f, f->failed_action, script, out);
    }
    strbuf_free(&waits);
}

/* --- stage --- */

/* A byte went over a socket, or the script sent one, before event n. */
static bool exchanged(const struct facts *f, uint64_t n)
{
    for (size_t i = 0; i < f->timeline->count && i < n; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct model_call *c = model_call(&f->model, i);
        if (c != NULL && c->io != MODEL_NO_IO && c->socket != NULL && c->moved > 0)
            return true;
        if (ev->kind == EVENT_SCRIPT && ev->script.status == SCRIPT_OK &&
            (strcmp(ev->script.verb, "send") == 0 || strcmp(ev->script.verb, "expect") == 0))
            return true;
    }
    return false;
}

enum stage explain_stage(const struct facts *f, const struct action *action, uint64_t n)
{
    if (action != NULL) {
        switch (action->kind) {
        case ACTION_EXPECT_END:
        case ACTION_EXPECT_RESET:
        case ACTION_HALF_CLOSE:
        case ACTION_CLOSE:
        case ACTION_RESET:
        case ACTION_END_INPUT:
            return STAGE_CLOSE;
        case ACTION_WAIT:
            if (action->wait.what == WAIT_EXIT)
                return STAGE_CLOSE;
            break;
        case ACTION_SEND:
        case ACTION_EXPECT:
        case ACTION_EXPECT_NOTHING:
        case ACTION_FILE:
            return STAGE_EXCHANGE;
        default:
            break;
        }
    }
    return exchanged(f, n) ? STAGE_EXCHANGE : STAGE_START;
}
