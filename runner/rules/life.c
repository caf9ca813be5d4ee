/*
 * rules/life - signals, descriptors, ends.
 *
 *   - 33: ended by SIGPIPE in a call that wrote to a connected socket: conclusive.
 *   - 37: accepted connections that have ended, for the very process that accepted them, are still
 *     open while it waits for others. A program that forks is left alone: there the parent's copy
 *     is the mistake.
 *   - 40: a call returned EINTR, not from a signal that is to end the program, and the program
 *     closed or exited instead of calling again, and the script failed.
 *   - 52: on a pipe the wanted line comes in a write() that is the program's last call; a stall on
 *     output with nothing written at all is only a hint.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- 33 --- */

bool rule_sigpipe(const struct facts *f, struct finding *out)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind != EVENT_EXIT || ev->exit.signal == NULL ||
            strcmp(ev->exit.signal, "SIGPIPE") != 0 || !facts_learner(f, ev->program) ||
            facts_signalled(f, ev->program, "SIGPIPE", ev->n))
            continue;
        const struct model_call *c = facts_last_io(f, ev->pid, MODEL_SEND, ev->n);
        if (c == NULL || c->socket == NULL || c->socket->connected == MODEL_NEVER ||
            c->socket->listening != MODEL_NEVER)
            continue;
        bool own = c->socket->shut < c->event->n;
        finding_call(out, c);
        finding_event(out, ev);
        out->certainty = own ? CERTAINTY_HINT : CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message,
                    own ? " wrote to a connection whose sending side the program had "
                          "ended itself: was that meant? SIGPIPE killed it"
                        : " wrote to a connection whose other side was gone; the "
                          "kernel sent SIGPIPE, and that killed the program without "
                          "a word");
        return true;
    }
    return false;
}

/* --- 37 --- */

/* When the process learned that this connection is over; MODEL_NEVER: it did not. */
static uint64_t over_since(const struct facts *f, const struct model_socket *s)
{
    static const char *const transient[] = {"EAGAIN", "EINTR", "EFAULT", "EINVAL", NULL};
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io == MODEL_NO_IO || c->process != s->owner)
            continue;
        bool ended = c->io == MODEL_RECV && c->moved == 0 && c->asked > 0;
        bool failed =
            c->event->call.error != NULL && !model_one_of(c->event->call.error, transient);
        if (ended || failed)
            return n;
    }
    return MODEL_NEVER;
}

/* After event n the process went to wait for something else, and more than once or for good.
 * Whoever still does something with the socket (sends in CLOSE_WAIT, say) has not moved on. */
static bool moved_on(const struct facts *f, const struct model_socket *s, uint64_t after)
{
    unsigned waits = 0;
    for (uint64_t n = f->model.ncalls; n-- > after + 1;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->process != s->owner)
            continue;
        if (c->socket == s)
            return false;
        if (!facts_waits_or_receives(c))
            continue;
        if (++waits == 2 || !c->event->call.returned)
            return true;
    }
    return false;
}

static bool is_leaked(const struct facts *f, const struct model_socket *s, uint64_t *since)
{
    if (s->listener == NULL || s->owner->forks > 0 || s->owner->parent != NULL ||
        !facts_learner(f, s->owner->program) ||
        s->listener->closed != MODEL_NEVER || /* one client only: nothing can pile up */
        (s->closed != MODEL_NEVER && !s->closed_by_exit))
        return false;
    *since = over_since(f, s);
    return *since != MODEL_NEVER && moved_on(f, s, *since);
}

/* The kernel still has the connection in CLOSE_WAIT: our side was never closed. */
static const struct event *close_wait_row(const struct facts *f, const struct model_socket *s)
{
    for (size_t i = f->timeline->count; i-- > 0;) {
        const struct event *ev = &f->timeline->events[i];
        if (state_is_left(ev, "CLOSE_WAIT") && model_port(ev->state.local) == s->local.port &&
            model_same_host(ev->host, s->owner->host))
            return ev;
    }
    return NULL;
}

static unsigned out_of_descriptors(const struct facts *f)
{
    const struct model_call *c;
    unsigned times = 0;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;)
        times += (facts_is(c, "accept") || facts_is(c, "accept4")) && facts_error(c, "EMFILE");
    return times;
}

bool rule_fd_leak_emfile(const struct facts *f, struct finding *out)
{
    const struct model_socket *first = NULL;
    unsigned leaked = 0, refused = out_of_descriptors(f);
    uint64_t since = MODEL_NEVER, at;
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (!is_leaked(f, s, &at))
            continue;
        if (leaked++ == 0) {
            first = s;
            since = at;
        }
    }
    if (first == NULL)
        return false;
    const struct event *row = close_wait_row(f, first);
    const struct model_call *accept = model_call(&f->model, first->born);
    bool sure = leaked >= 2 || row != NULL || facts_broken(f);
    finding_call(out, accept);
    finding_event(out, &f->timeline->events[since]);
    finding_event(out, row);
    out->certainty = sure ? CERTAINTY_FACT : CERTAINTY_HINT;
    finding_place(out, accept);
    strbuf_printf(&out->message, " returned descriptor %d, and the program never closed it",
                  first->fd);
    if (leaked > 1)
        strbuf_printf(&out->message, ", nor those of %u more connections that are over",
                      leaked - 1);
    else
        strbuf_puts(&out->message, " when that connection was over");
    if (refused > 0)
        strbuf_printf(&out->message, "; then accept() failed %u times with EMFILE", refused);
    else
        strbuf_puts(&out->message,
                    sure ? "; the client sees no end, and one day accept() fails with "
                           "EMFILE"
                         : ": is it still needed?");
    return true;
}

/* --- 40 --- */

static bool by_ending_signal(const struct facts *f, const struct model_call *c,
                             const struct model_call *next)
{
    static const char *const ending[] = {"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", NULL};
    uint64_t to = next != NULL ? next->event->n : f->timeline->count;
    for (uint64_t n = c->event->n; n < to && n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_SIGNAL && ev->pid == c->event->pid &&
            model_one_of(ev->signal.name, ending))
            return true;
    }
    return false;
}

/* NULL: the program called again, or may have. Else what it did instead. */
static const char *gave_up(const struct facts *f, const struct model_call *c)
{
    for (const struct model_call *next = facts_next(f, c); next != NULL;
         next = facts_next(f, next)) {
        bool same = strcmp(next->event->call.name, c->event->call.name) == 0 && next->fd == c->fd;
        if (same || facts_waits_or_receives(next))
            return NULL;
        if (facts_is(next, "close") && next->fd == c->fd && c->fd >= 0)
            return "closed the connection";
    }
    const struct event *exit = facts_exit(f, c->event->pid);
    return exit != NULL && exit->exit.signal == NULL ? "ended" : NULL;
}

bool rule_eintr(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        bool retryable = c->io != MODEL_NO_IO || facts_waits_or_receives(c);
        if (!retryable || !facts_error(c, "EINTR") || by_ending_signal(f, c, facts_next(f, c)))
            continue;
        const char *instead = gave_up(f, c);
        if (instead == NULL)
            continue;
        finding_call(out, c);
        finding_event(out, f->failed);
        out->certainty = facts_broken(f) ? CERTAINTY_FACT : CERTAINTY_HINT;
        finding_place(out, c);
        strbuf_printf(&out->message, " was interrupted by a signal (EINTR), and the program %s%s",
                      instead,
                      out->certainty == CERTAINTY_FACT
                          ? "; nothing was wrong, the call had only to be made again"
                          : ": was that meant?");
        return true;
    }
    return false;
}

/* --- 52 --- */

static bool holds(const struct bytes *data, const struct strbuf *text)
{
    return data->data != NULL && text->len > 0 &&
           memmem(data->data, data->len, text->data, text->len) != NULL;
}

static bool writes_stdout(const struct model_call *c, const char *program)
{
    return c->io == MODEL_SEND && c->fd == 1 && c->socket == NULL && c->event->program != NULL &&
           strcmp(c->event->program, program) == 0;
}

/* The program went through a call that waits for a peer. */
static const struct model_call *waited(const struct facts *f, const char *program)
{
    const struct model_call *c, *found = NULL;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;)
        if (c->event->program != NULL && strcmp(c->event->program, program) == 0 &&
            facts_waits_or_receives(c))
            found = c;
    return found;
}

/* The call for a peer's bytes that the program is in at the end; NULL: none. */
static const struct model_call *receives(const struct facts *f, const char *program)
{
    for (unsigned i = 0; f->end != NULL && i < f->end->nwaits; i++) {
        const struct model_call *c = model_call(&f->model, f->end->waits[i]);
        if (c != NULL && c->event->program != NULL && strcmp(c->event->program, program) == 0 &&
            facts_waits_or_receives(c))
            return c;
    }
    return NULL;
}

/* On a terminal the C library keeps only a line that is not finished. */
static bool unfinished_line(const struct facts *f, const struct action *a, struct finding *out)
{
    const struct model_call *c, *wait = receives(f, a->actor);
    if (wait == NULL || !facts_failed_by(f, "stall"))
        return false;
    /* Lines that it did print tell of another mistake. */
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;)
        if (writes_stdout(c, a->actor))
            return false;
    finding_call(out, wait);
    finding_event(out, f->failed);
    finding_place(out, wait);
    strbuf_puts(&out->message, " waits, and nothing has been written to stdout: was something "
                               "printed without a newline at its end, and not flushed?");
    return true;
}

bool rule_stdout_not_flushed(const struct facts *f, struct finding *out)
{
    const struct scene_event *scene = timeline_scene(f->timeline);
    const struct action *a = f->failed_action;
    if (a == NULL || a->kind != ACTION_OUTPUT || a->actor == NULL || a->output.lacks != NULL ||
        scene == NULL || scene->stdio == NULL ||
        (a->output.stream != NULL && strcmp(a->output.stream, "stderr") == 0) ||
        !facts_learner(f, a->actor))
        return false;
    if (strcmp(scene->stdio, "pipe") != 0)
        return unfinished_line(f, a, out);
    const struct model_call *c, *late = NULL, *first = NULL, *wait = waited(f, a->actor);
    struct strbuf text = STRBUF_INIT;
    bool known = a->output.contains != NULL && facts_text(f, a->output.contains, &text);
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!writes_stdout(c, a->actor))
            continue;
        if (first == NULL)
            first = c;
        if (known && holds(&c->data, &text) && c->event->n > f->failed->n)
            late = c;
    }
    strbuf_free(&text);
    if (wait == NULL || (late == NULL && first != NULL))
        return false;
    finding_call(out, late != NULL ? late : wait);
    finding_event(out, f->failed);
    if (late != NULL) {
        out->certainty = CERTAINTY_FACT;
        finding_place(out, late);
        strbuf_puts(&out->message,
                    " wrote what was printed much earlier only at the end: stdout is a "
                    "pipe here, and the C library had kept it");
        return true;
    }
    finding_place(out, wait);
    strbuf_puts(&out->message,
                " waits, and nothing has been written to stdout, which is a pipe here: "
                "was something printed that the C library still keeps?");
    return true;
}
