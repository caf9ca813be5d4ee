/*
 * rules/broadcast - one datagram for every host of a subnet.
 *
 *   - 41: a datagram socket without SO_BROADCAST gets EACCES: conclusive, when the program does not
 *     set the option then and send again.
 *   - 42: a broadcast came to the host and the port of a socket that is bound to one of the host's
 *     own addresses, which lets it in to no one else; the script failed.
 *   - 43: EADDRINUSE of a second socket that is to hear the same broadcasts, one of the two without
 *     SO_REUSEADDR; the script failed. Where nothing speaks of broadcasts, a port that is taken is
 *     just taken.
 */
#include <string.h>

#include "rules/datagram.h"
#include "rules/rules.h"
#include "timeline/describe.h"

static bool is_set(const struct model_socket *s, const char *name, uint64_t n)
{
    const struct model_option *option = model_option(s, name, n);
    return option != NULL && option->value != 0;
}

/* --- 41 --- */

/* The program set the option then, and came through. */
static bool came_through(const struct facts *f, const struct model_call *c)
{
    const char *to = call_text(&c->event->call, "addr");
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *later = model_call(&f->model, n);
        if (later != NULL && later->process == c->process &&
            strcmp(call_text(&later->event->call, "addr"), to) == 0 &&
            call_succeeded(&later->event->call) && !facts_is(later, "bind"))
            return true;
    }
    return false;
}

bool rule_broadcast_no_option(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        bool sends = c->io == MODEL_SEND || facts_is(c, "connect");
        if (!sends || c->socket == NULL || !c->socket->datagram || !facts_error(c, "EACCES") ||
            !facts_broadcast(f, call_text(&c->event->call, "ip")) ||
            is_set(c->socket, "SO_BROADCAST", c->event->n) || came_through(f, c))
            continue;
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message, " to ");
        describe_address(&out->message, call_text(&c->event->call, "addr"));
        strbuf_puts(&out->message, " failed with EACCES; that is a broadcast address, and the "
                                   "kernel lets nothing out to it from a socket without "
                                   "SO_BROADCAST");
        return true;
    }
    return false;
}

/* --- 42 --- */

/* Another socket of the program's lets it in. */
static bool let_in_elsewhere(const struct facts *f, const struct datagram *d,
                             const struct model_socket *s)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *t = f->model.sockets[i];
        if (t != s && t->datagram && model_root(t->owner) == model_root(s->owner) &&
            t->born < s->closed && t->closed > s->born && datagram_meets(f, d, t) &&
            datagram_let_in(d, t))
            return true;
    }
    return false;
}

/* A broadcast for the socket's port, at a time when it was bound, that it was not given. */
static bool missed(const struct facts *f, const struct model_socket *s, struct datagram *d)
{
    for (uint64_t n = s->bound; datagram_next(f, &n, d);) {
        bool own =
            d->event->kind == EVENT_CALL && model_call(&f->model, d->event->n)->process == s->owner;
        if (!own && !d->lost && d->event->n < s->closed && datagram_broadcast(f, d) &&
            !datagram_let_in(d, s) && datagram_meets(f, d, s) && !let_in_elsewhere(f, d, s))
            return true;
    }
    return false;
}

static bool any_broadcast(const struct facts *f)
{
    struct datagram d = DATAGRAM_INIT;
    bool any = false;
    for (uint64_t n = 0; !any && datagram_next(f, &n, &d);)
        any = datagram_broadcast(f, &d);
    datagram_free(&d);
    return any;
}

bool rule_broadcast_receiver_bound_to_unicast(const struct facts *f, struct finding *out)
{
    /* For each the whole recording is gone through: thousands of sockets would take hours. */
    enum { SOCKETS_MOST = 64 };
    struct datagram d = DATAGRAM_INIT;
    const struct model_socket *s = NULL;
    if (!facts_broken(f) || !any_broadcast(f))
        return false;
    for (unsigned i = 0, asked = 0; asked < SOCKETS_MOST && i < f->model.nsockets && s == NULL;
         i++) {
        const struct model_socket *t = f->model.sockets[i];
        if (!t->datagram || t->bound == MODEL_NEVER || facts_any(t->local.ip) ||
            !facts_learner(f, t->owner->program))
            continue;
        asked++;
        if (missed(f, t, &d))
            s = t;
    }
    if (s != NULL) {
        const struct model_call *bind = model_call(&f->model, s->bound);
        finding_call(out, bind);
        finding_event(out, d.event);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, bind);
        strbuf_puts(&out->message, " took the port on ");
        describe_address(&out->message, s->local.text);
        strbuf_puts(&out->message, " only; what was sent to ");
        describe_address(&out->message, d.to.data);
        strbuf_puts(&out->message, " came to this host, and its kernel found no socket for it");
    }
    datagram_free(&d);
    return s != NULL;
}

/* --- 43 --- */

static bool script_broadcasts(const struct facts *f, const struct action *actions, unsigned count,
                              int port)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        struct strbuf to = STRBUF_INIT;
        char ip[FACTS_IP];
        bool is = a->kind == ACTION_SEND && a->send.to != NULL && facts_text(f, a->send.to, &to) &&
                  model_port(to.data) == port && facts_ip(to.data, ip) && facts_broadcast(f, ip);
        strbuf_free(&to);
        if (is || (a->kind == ACTION_REPEAT &&
                   script_broadcasts(f, a->repeat.actions, a->repeat.nactions, port)))
            return true;
    }
    return false;
}

/* Something goes to everybody at that port. */
static bool hears_broadcasts(const struct facts *f, int port)
{
    struct datagram d = DATAGRAM_INIT;
    bool any =
        facts_aims(f, "broadcast-two-listeners-no-reuse") ||
        (f->script != NULL && script_broadcasts(f, f->script->actions, f->script->nactions, port));
    for (uint64_t n = 0; !any && datagram_next(f, &n, &d);)
        any = model_port(d.to.data) == port && datagram_broadcast(f, &d);
    datagram_free(&d);
    return any;
}

/* The socket of another program on the host that had the port when bind c failed. A program that
 * has the port itself has made another mistake. */
static const struct model_socket *holder(const struct facts *f, const struct model_call *c)
{
    const struct model_socket *found = NULL;
    int port = (int)call_value(&c->event->call, "port", -1);
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *t = f->model.sockets[i];
        if (!t->datagram || t->bound > c->event->n || t->closed < c->event->n ||
            t->local.port != port || !model_same_host(t->owner->host, c->event->host))
            continue;
        if (model_root(t->owner) == model_root(c->process))
            return NULL;
        found = t;
    }
    return found;
}

static void say_taken(const struct facts *f, struct finding *out, const struct model_call *c,
                      const struct model_socket *other)
{
    const struct model_call *first = model_call(&f->model, other->bound);
    bool own = !is_set(c->socket, "SO_REUSEADDR", c->event->n);
    finding_call(out, own || first == NULL ? c : first);
    finding_call(out, c);
    finding_event(out, first != NULL ? first->event : NULL);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, c);
    strbuf_printf(&out->message, " failed with EADDRINUSE; %s, process %d, has port %d already, ",
                  other->owner->program != NULL ? other->owner->program : "another program",
                  other->owner->pid, other->local.port);
    if (own) {
        strbuf_puts(&out->message, "and this socket does not have SO_REUSEADDR, with which both "
                                   "would hear a broadcast");
    } else {
        strbuf_puts(&out->message, "and took it at ");
        describe_where(&out->message, first != NULL ? first->event : c->event);
        strbuf_puts(&out->message, " without SO_REUSEADDR: both sockets need it");
    }
}

bool rule_broadcast_two_listeners_no_reuse(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "bind") || !facts_error(c, "EADDRINUSE") || c->socket == NULL ||
            !c->socket->datagram)
            continue;
        const struct model_socket *other = holder(f, c);
        bool both = other != NULL && is_set(c->socket, "SO_REUSEADDR", c->event->n) &&
                    is_set(other, "SO_REUSEADDR", c->event->n);
        if (other == NULL || both || !hears_broadcasts(f, other->local.port))
            continue;
        say_taken(f, out, c, other);
        return true;
    }
    return false;
}
