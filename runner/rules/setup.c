/*
 * rules/setup - mistakes on the way to a socket that serves: the port that is taken, calls that are
 * missing or meet the wrong descriptor.
 *
 *   - 03, 04, 05: EADDRINUSE means different things: a TIME_WAIT row of the kernel and no listener
 *     speaks for a missing option, a listener of another program for a port in use. An option set
 *     after bind() is conclusive by its order; so is a listener without the option when the script
 *     asks for it.
 *   - 11: ENOTSOCK on descriptor 0, 1 or 2, while a socket that was made just before is never used.
 *   - 12: accept() fails with EINVAL on a socket that never listened, or listen() chose a port
 *     since bind() had not.
 *   - 13: data calls on a listening socket.
 */
#include "rules/rules.h"

#include <string.h>

#include "timeline/describe.h"

/* --- who has the port --- */

/* The row of the list of what was left, for the port and host of a bind(). */
static const struct event *state_row(const struct facts *f, const char *state,
                                     const struct model_call *c)
{
    int port = (int)call_value(&c->event->call, "port", -1);
    for (size_t i = f->timeline->count; i-- > 0;) {
        const struct event *ev = &f->timeline->events[i];
        if (state_is_left(ev, state) && model_port(ev->state.local) == port &&
            model_same_host(ev->host, c->event->host))
            return ev;
    }
    return NULL;
}

/* A socket that listened on the port when call c was made, of another start of a program. */
static const struct model_socket *listener_elsewhere(const struct facts *f,
                                                     const struct model_call *c, int port)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (s->listening < c->event->n && s->closed > c->event->n && s->local.port == port &&
            model_root(s->owner) != model_root(c->process))
            return s;
    }
    return NULL;
}

/* The same among the program's own sockets: two binds of one program clash, another mistake. */
static bool own_socket_has_port(const struct facts *f, const struct model_call *c, int port)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (s != c->socket && s->bound < c->event->n && s->closed > c->event->n &&
            s->local.port == port && model_root(s->owner) == model_root(c->process))
            return true;
    }
    return false;
}

static bool reuse_set(const struct model_socket *s, uint64_t n)
{
    const struct model_option *option = model_option(s, "SO_REUSEADDR", n);
    return option != NULL && option->value != 0;
}

/* bind() that failed with EADDRINUSE while a closed connection, and no listener, held the port. */
static bool meets_time_wait(const struct facts *f, const struct model_call *c,
                            const struct event **row)
{
    int port = (int)call_value(&c->event->call, "port", -1);
    if (!facts_is(c, "bind") || !facts_error(c, "EADDRINUSE") || c->socket == NULL ||
        !c->socket->stream || listener_elsewhere(f, c, port) != NULL ||
        own_socket_has_port(f, c, port) || state_row(f, "LISTEN", c) != NULL)
        return false;
    *row = state_row(f, "TIME_WAIT", c);
    return *row != NULL;
}

/* --- 03 --- */

/* The script's assertions name the option. */
static bool option_asked(const struct facts *f)
{
    for (unsigned i = 0; f->script != NULL && i < f->script->nthen; i++) {
        const struct assertion *a = &f->script->then[i];
        for (unsigned k = 0; k < a->ncalls && a->kind != ASSERT_NEVER; k++)
            for (unsigned j = 0; j < a->calls[k].nargs; j++)
                if (strcmp(a->calls[k].args[j].name, "option") == 0 &&
                    strcmp(a->calls[k].args[j].text, "SO_REUSEADDR") == 0)
                    return true;
    }
    return false;
}

static bool listens_without_option(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; option_asked(f) && (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "listen") || !call_succeeded(&c->event->call) || c->socket == NULL ||
            !c->socket->stream || c->socket->bound > c->event->n ||
            model_option(c->socket, "SO_REUSEADDR", MODEL_NEVER) != NULL)
            continue;
        const struct model_call *bind = model_call(&f->model, c->socket->bound);
        finding_call(out, bind);
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, bind);
        strbuf_printf(
            &out->message,
            " took port %d on a socket without SO_REUSEADDR; if the server closes a "
            "connection first and is started again, bind() will fail with EADDRINUSE for a "
            "minute",
            c->socket->local.port);
        return true;
    }
    return false;
}

bool rule_no_reuseaddr(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    const struct event *row;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!meets_time_wait(f, c, &row) || reuse_set(c->socket, c->event->n))
            continue;
        finding_call(out, c);
        finding_event(out, row);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message, " failed with EADDRINUSE on a socket without SO_REUSEADDR; the "
                                   "connection that the last run closed first is still there in "
                                   "TIME_WAIT: ");
        describe_event(&out->message, &f->model, row);
        return true;
    }
    return listens_without_option(f, out);
}

/* --- 04 --- */

static const struct model_call *option_call(const struct facts *f, const struct model_socket *s,
                                            uint64_t after)
{
    for (unsigned i = 0; i < s->noptions; i++)
        if (s->options[i].n > after && strcmp(s->options[i].name, "SO_REUSEADDR") == 0 &&
            s->options[i].value != 0)
            return model_call(&f->model, s->options[i].n);
    return NULL;
}

static bool set_after_bind(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (!s->stream || s->listener != NULL || s->bound == MODEL_NEVER ||
            !facts_learner(f, s->owner->program) || reuse_set(s, s->bound))
            continue;
        const struct model_call *bind = model_call(&f->model, s->bound);
        const struct model_call *option = option_call(f, s, s->bound);
        if (option == NULL || bind == NULL)
            continue;
        finding_call(out, option);
        finding_call(out, bind);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, option);
        strbuf_puts(&out->message, " set SO_REUSEADDR after the bind()");
        if (bind->event->call.line > 0)
            strbuf_printf(&out->message, " of line %d", bind->event->call.line);
        strbuf_puts(&out->message, "; bind() had already decided without it");
        return true;
    }
    return false;
}

bool rule_reuseaddr_after_bind(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    const struct event *row;
    if (set_after_bind(f, out))
        return true;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!meets_time_wait(f, c, &row) || !reuse_set(c->socket, c->event->n))
            continue;
        finding_call(out, c);
        finding_event(out, row);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message,
                    " failed with EADDRINUSE although SO_REUSEADDR is set; the run that left the "
                    "TIME_WAIT had bound its socket without it, and that is what counts: ");
        describe_event(&out->message, &f->model, row);
        return true;
    }
    return false;
}

/* --- 05 --- */

/* The script itself listens there, to see what the program makes of it. */
static bool script_listens(const struct facts *f, const struct model_call *c, int port)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        struct strbuf at = STRBUF_INIT;
        bool here = a != NULL && a->kind == ACTION_LISTEN && facts_text(f, a->open.at, &at) &&
                    model_port(at.data) == port && model_same_host(ev->host, c->event->host);
        strbuf_free(&at);
        if (here)
            return true;
    }
    return false;
}

bool rule_port_in_use_by_listener(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        int port = (int)call_value(&c->event->call, "port", -1);
        if (!facts_is(c, "bind") || !facts_error(c, "EADDRINUSE") || c->socket == NULL ||
            !c->socket->stream || own_socket_has_port(f, c, port) || script_listens(f, c, port))
            continue;
        const struct model_socket *other = listener_elsewhere(f, c, port);
        const struct event *row = state_row(f, "LISTEN", c);
        if (other == NULL && row == NULL)
            continue;
        finding_call(out, c);
        finding_event(out, row);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message, " failed with EADDRINUSE; ");
        if (other != NULL) {
            finding_event(out, &f->timeline->events[other->listening]);
            strbuf_printf(&out->message, "%s, process %d, still listens on port %d",
                          other->owner->program != NULL ? other->owner->program : "another program",
                          other->owner->pid, port);
        } else {
            strbuf_printf(&out->message, "somebody else listens on port %d already", port);
        }
        return true;
    }
    return false;
}

/* --- 11 --- */

/* The last socket that the process made before c, when no call ever uses it. */
static const struct model_call *unused_socket(const struct facts *f, const struct model_call *c)
{
    const struct model_call *made = NULL;
    for (uint64_t n = 0; n < c->event->n; n++) {
        const struct model_call *before = model_call(&f->model, n);
        if (before != NULL && before->process == c->process && before->made != NULL)
            made = before;
    }
    for (uint64_t n = 0; made != NULL && n < f->model.ncalls; n++) {
        const struct model_call *other = model_call(&f->model, n);
        if (other != NULL && other->socket == made->made)
            return NULL;
    }
    return made;
}

bool rule_precedence(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_error(c, "ENOTSOCK") || c->fd < 0 || c->fd > 2)
            continue;
        const struct model_call *made = unused_socket(f, c);
        if (made == NULL)
            continue;
        finding_call(out, made);
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, made);
        strbuf_printf(&out->message, " returned %d, but ", made->made->fd);
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " used descriptor %d, which is no socket (ENOTSOCK); %d is what a comparison "
                      "gives",
                      c->fd, c->fd);
        return true;
    }
    return false;
}

/* --- 12 --- */

static bool accept_without_listen(const struct model_call *c)
{
    return (facts_is(c, "accept") || facts_is(c, "accept4")) && facts_error(c, "EINVAL") &&
           c->socket != NULL && c->socket->stream && c->socket->listening == MODEL_NEVER;
}

bool rule_no_listen(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (accept_without_listen(c)) {
            finding_call(out, c);
            out->certainty = CERTAINTY_FACT;
            finding_place(out, c);
            strbuf_printf(&out->message,
                          " failed with EINVAL: there was no listen() on descriptor %d, so no "
                          "connection can come to it",
                          c->fd);
            return true;
        }
        bool unbound = facts_is(c, "listen") && call_succeeded(&c->event->call) &&
                       c->socket != NULL && c->socket->stream && f->nports > 0 &&
                       c->socket->bound == MODEL_NEVER &&
                       (c->socket->domain == NULL || strcmp(c->socket->domain, "AF_UNIX") != 0);
        if (unbound) {
            finding_call(out, c);
            out->certainty = CERTAINTY_FACT;
            out->question = "Which call gives the socket its port, and where must it stand?";
            finding_place(out, c);
            strbuf_puts(&out->message, " was called on a socket that was not bound; the kernel "
                                       "chose a port of its own, which no client knows");
            return true;
        }
    }
    return false;
}

/* --- 13 --- */

bool rule_wrong_fd(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->io == MODEL_NO_IO || c->socket == NULL || c->socket->listening > c->event->n)
            continue;
        /* A listening socket answers ENOTCONN to a read and EPIPE to a write. */
        if (!facts_error(c, "ENOTCONN") && !facts_error(c, "EPIPE"))
            continue;
        finding_call(out, c);
        finding_event(out, &f->timeline->events[c->socket->listening]);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " used descriptor %d, the socket that listens: it has no peer (%s); what the "
                      "client sent waits on the descriptor that accept() returned",
                      c->fd, c->event->call.error);
        return true;
    }
    return false;
}
