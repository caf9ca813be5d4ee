/* scene/actions_program: what actions do to programs. */
#include <netinet/tcp.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "net/sockdiag.h"
#include "scene/actions.h"
#include "trace/names.h"
#include "trace/syscalls.h"

/* Every program of that name has ended; the kernel has told how. */
static bool has_exited(const struct actor *actor)
{
    return actor->traced != NULL && actor->traced->exited;
}

static enum progress wait_exit(struct run *run, const struct action *action, struct actor *actor)
{
    struct strbuf was = STRBUF_INIT;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s ended", actor->name);
    if (!has_exited(actor) || !settled(run, actor))
        return PROGRESS_WAIT;
    const struct trace_program *p = actor->traced;
    if (p->signal != 0)
        names_signal(&was, p->signal);
    bool right;
    if (action->wait.signal != NULL)
        right = p->signal != 0 && strcmp(was.data, action->wait.signal) == 0;
    else if (action->wait.status < 0)
        right = !p->crashed;
    else
        right = p->signal == 0 && p->status == action->wait.status;
    struct strbuf wanted = STRBUF_INIT, got = STRBUF_INIT;
    if (action->wait.signal != NULL)
        strbuf_printf(&wanted, "ended by %s", action->wait.signal);
    else if (action->wait.status < 0)
        strbuf_puts(&wanted, "any exit status");
    else
        strbuf_printf(&wanted, "exit status %d", action->wait.status);
    if (p->signal != 0)
        strbuf_printf(&got, "ended by %s", was.data);
    else
        strbuf_printf(&got, "exit status %d", p->status);
    enum progress result = PROGRESS_DONE;
    if (right)
        strbuf_printf(&run->sentence, " with %s", got.data);
    else
        result = action_differs(run, "exit", wanted.data, wanted.len, got.data, got.len);
    strbuf_free(&was);
    strbuf_free(&wanted);
    strbuf_free(&got);
    return result;
}

static bool call_is_wanted(const struct action *action, const struct trace_rest *rest)
{
    if (action->wait.ncalls == 0)
        return rest->spec == NULL || rest->spec->blocks != BLOCKS_NEVER;
    for (unsigned i = 0; rest->spec != NULL && i < action->wait.ncalls; i++)
        if (syscalls_covers(action->wait.calls[i], rest->spec->name))
            return true;
    return false;
}

static enum progress wait_blocked(struct run *run, const struct action *action, struct actor *actor)
{
    struct trace_rest rests[RESTS_MOST];
    unsigned n;
    if (!run->begun) {
        strbuf_printf(&run->sentence, "%s waits", actor->name);
        for (unsigned i = 0; i < action->wait.ncalls; i++)
            strbuf_printf(&run->sentence, "%s%s()", i == 0 ? " in " : " or ",
                          action->wait.calls[i]);
    }
    if (!settled(run, actor) || !tracer_asleep(run->tracer, actor->traced, rests, RESTS_MOST, &n))
        return PROGRESS_WAIT;
    for (unsigned i = 0; i < n; i++)
        if (call_is_wanted(action, &rests[i]))
            return PROGRESS_DONE;
    return PROGRESS_WAIT;
}

/* Sockets are listed when they may have changed: a call has returned since; or when nothing has
 * moved, which comes at growing intervals and before anybody gives up. */
static bool sockets_changed(struct run *run)
{
    uint64_t returned = tracer_returned(run->tracer), activity = run_activity(run);
    bool changed =
        !run->begun || returned != run->sockets_returned || activity == run->sockets_activity;
    run->sockets_returned = returned;
    run->sockets_activity = activity;
    return changed;
}

/* A listening TCP socket, or a bound UDP socket, that is none of our peers'. */
static enum progress wait_socket(struct run *run, const struct action *action, struct actor *actor)
{
    bool tcp = action->wait.what == WAIT_LISTENING;
    char *port = action->wait.port != NULL ? run_expand(run, action->wait.port) : NULL;
    struct socket_row *rows = NULL;
    unsigned n = 0;
    enum progress result = PROGRESS_WAIT;
    if (action->wait.port != NULL && port == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun) {
        strbuf_printf(&run->sentence, "%s %s", actor->name,
                      tcp ? "listens" : "has bound its socket");
        if (port != NULL)
            strbuf_printf(&run->sentence, "%s port %s", tcp ? " on" : " to", port);
    }
    const struct place *place = actor->place;
    if (place->diag >= 0 && sockets_changed(run) &&
        sockdiag_list(place->diag, tcp ? SOCKDIAG_LISTENING : SOCKDIAG_UDP, &rows, &n, NULL) == 0) {
        for (unsigned i = 0; i < n; i++) {
            bool ours = rows[i].local_port == run->marker_port;
            for (unsigned k = 0; k < run->npeers; k++)
                ours = ours || (run->peers[k]->host == place->host &&
                                address_port((struct sockaddr *)&run->peers[k]->self) ==
                                    rows[i].local_port);
            if (!ours && rows[i].tcp == tcp && (!tcp || rows[i].state == TCP_LISTEN) &&
                (port == NULL || rows[i].local_port == (unsigned)strtoul(port, NULL, 10)))
                result = PROGRESS_DONE;
        }
        free(rows);
    }
    free(port);
    return result;
}

enum progress action_wait(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    if (actor == NULL) {
        error_set(run->err, "%s: '%s' has not been started", action->path, action->actor);
        return PROGRESS_INTERNAL;
    }
    switch (action->wait.what) {
    case WAIT_EXIT:
        return wait_exit(run, action, actor);
    case WAIT_BLOCKED:
        return wait_blocked(run, action, actor);
    default:
        return wait_socket(run, action, actor);
    }
}

enum progress action_type(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct event *ev;
    bool end = action->kind == ACTION_END_INPUT;
    if (actor == NULL || (!end && action_expand(run, &action->type) != 0))
        return PROGRESS_INTERNAL;
    ev = timeline_append(run->tl, EVENT_INPUT, clock_now() - run->start);
    ev->program = timeline_string(run->tl, actor->name);
    ev->host = timeline_string(run->tl, actor->place->name);
    if (end) {
        ev->input.bytes = timeline_bytes(run->tl, "", 0);
        strbuf_printf(&run->sentence, "the input of %s ended", actor->name);
        stdio_end_input(&actor->io);
    } else {
        ev->input.bytes = timeline_bytes(run->tl, run->bytes.data, run->bytes.len);
        action_say_bytes(run, "typed at ", actor->name, ":");
        stdio_type(&actor->io, run->bytes.data, run->bytes.len);
    }
    run->activity++;
    return PROGRESS_DONE;
}

static const struct strbuf *printed(const struct actor *actor, const char *stream)
{
    if (stream == NULL)
        return &actor->out;
    return &actor->outs[strcmp(stream, "stderr") == 0];
}

/* Where the pattern matches, or false. */
static bool matches(const char *pattern, const char *text, regmatch_t *where)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
        return false;
    bool found = regexec(&regex, text, 1, where, 0) == 0;
    regfree(&regex);
    return found;
}

enum progress action_output(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct strbuf wanted = STRBUF_INIT;
    const char *text = action->output.contains != NULL  ? action->output.contains
                       : action->output.matches != NULL ? action->output.matches
                                                        : action->output.lacks;
    int rc = action->output.matches != NULL
                 ? vars_expand_regex(&wanted, text, run_lookup, run, run->err)
                 : vars_expand(&wanted, text, run_lookup, run, run->err);
    if (actor == NULL || rc != 0) {
        strbuf_free(&wanted);
        return PROGRESS_INTERNAL;
    }
    const struct strbuf *out = printed(actor, action->output.stream);
    regmatch_t where = {0, 0};
    bool there = action->output.matches != NULL
                     ? matches(wanted.data, out->data, &where)
                     : memmem(out->data, out->len, wanted.data, wanted.len) != NULL;
    enum progress result = PROGRESS_WAIT;
    if (!run->begun || there) {
        strbuf_cut(&run->sentence, 0);
        strbuf_printf(&run->sentence, "%s %s ", actor->name,
                      action->output.lacks != NULL ? "has not printed" : "printed");
        if (action->output.matches != NULL && there) /* what it was says more than the pattern */
            bytes_quote(&run->sentence, out->data + where.rm_so,
                        (size_t)(where.rm_eo - where.rm_so), 100);
        else
            bytes_quote(&run->sentence, wanted.data, wanted.len, 100);
        if (action->output.stream != NULL)
            strbuf_printf(&run->sentence, " on %s", action->output.stream);
    }
    if (action->output.lacks != NULL) {
        if (there)
            result = action_failed(run, "silence-broken");
        else if (settled(run, actor))
            result = PROGRESS_DONE;
    } else if (there) {
        result = PROGRESS_DONE;
    }
    strbuf_free(&wanted);
    return result;
}

enum progress action_signal(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    if (actor == NULL)
        return PROGRESS_INTERNAL;
    strbuf_printf(&run->sentence, "%s was sent %s", actor->name, action->signal.name);
    if (actor->traced != NULL && !actor->traced->exited)
        kill(actor->traced->pid, action->signal.number);
    return PROGRESS_DONE;
}

enum progress action_fault(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct trace_fault fault = {.call = action->fault.call,
                                .from = action->fault.from,
                                .count = action->fault.count,
                                .shorten = action->fault.shorten,
                                .errnum = action->fault.errnum};
    if (actor == NULL)
        return PROGRESS_INTERNAL;
    if (action->fault.errname != NULL)
        strbuf_printf(&run->sentence, "%s() of %s was made to fail with %s", action->fault.call,
                      actor->name, action->fault.errname);
    else
        strbuf_printf(&run->sentence, "%s() of %s was cut down to %zu bytes", action->fault.call,
                      actor->name, action->fault.shorten);
    tracer_fault(run->tracer, actor->traced, &fault);
    return PROGRESS_DONE;
}
