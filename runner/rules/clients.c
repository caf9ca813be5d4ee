/*
 * rules/clients - several clients: who is taken, who waits, who is cut off.
 *
 *   - 38: the program waits for one client, and the one for which the script waits lies in the
 *     kernel's queue. Calls and the kernel's list of sockets must agree.
 *   - 47: a client cannot even connect: the queue of listen() is full. The same two.
 *   - 50: close() fails with EBADF on a number that the process has closed before; or the number
 *     had gone to the next client by then, which was cut off, and is used after that: EBADF too.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* --- 38 --- */

/* The place of that peer's last connect among all, from 0; -1: it has made none. */
static int connect_index(const struct facts *f, const char *actor)
{
    int count = 0, found = -1;
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        if (a == NULL || a->kind != ACTION_CONNECT || ev->script.status != SCRIPT_OK)
            continue;
        if (a->actor != NULL && actor != NULL && strcmp(a->actor, actor) == 0)
            found = count;
        count++;
    }
    return found;
}

static int accepted_from(const struct facts *f, const struct model_socket *listener)
{
    int count = 0;
    for (unsigned i = 0; i < f->model.nsockets; i++)
        count += f->model.sockets[i]->listener == listener;
    return count;
}

/* The call in which the program waits for this client alone. */
static const struct model_call *waits_for_one(const struct facts *f, const struct model_socket *s)
{
    const struct model_call *c, *found = NULL;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->event->call.returned)
            continue;
        if (c->socket == s->listener || facts_watches(c, s->listener->fd, NULL))
            return NULL; /* somebody waits for the next */
        if ((c->io == MODEL_RECV && c->socket == s) || facts_watches(c, s->fd, "POLLIN"))
            found = c;
    }
    return found;
}

bool rule_one_client_at_a_time(const struct facts *f, struct finding *out)
{
    if (f->failed_action == NULL || !facts_failed_by(f, "stall") ||
        (f->failed_action->kind != ACTION_EXPECT && f->failed_action->kind != ACTION_EXPECT_END))
        return false;
    int index = connect_index(f, f->failed_action->actor);
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (s->listener == NULL || !s->stream || s->closed < s->listener->closed ||
            index < accepted_from(f, s->listener))
            continue;
        const struct model_call *c = waits_for_one(f, s);
        const struct event *row = c != NULL ? facts_left(f, s->listener) : NULL;
        if (row == NULL || row->state.rqueue == 0)
            continue;
        finding_call(out, c);
        finding_event(out, row);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " waits for one client; %s has connected too, lies in the kernel's queue "
                      "(",
                      f->failed_action->actor);
        text_count(&out->message, row->state.rqueue, "connection", "connections");
        strbuf_puts(&out->message, " there), and nobody takes it");
        return true;
    }
    return false;
}

/* --- 47 --- */

enum { FEW = 4 }; /* who asks for more has thought of others */

static bool took_one(const struct facts *f, const struct model_socket *listener)
{
    return accepted_from(f, listener) > 0;
}

bool rule_backlog(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    if (f->failed_action == NULL || f->failed_action->kind != ACTION_CONNECT ||
        f->failed->script.failure == NULL || facts_failed_by(f, "refused"))
        return false;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "listen") || c->socket == NULL || !call_succeeded(&c->event->call))
            continue;
        int64_t backlog = call_value(&c->event->call, "backlog", 0);
        const struct event *row = facts_left(f, c->socket);
        if (row == NULL || strcmp(row->state.to, "LISTEN") != 0 ||
            row->state.rqueue <= row->state.wqueue || (backlog > FEW && took_one(f, c->socket)))
            continue;
        finding_call(out, c);
        finding_event(out, row);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " asked for a queue of %" PRId64 "; %" PRIu32
                      " clients wait in it, it is full, and the kernel does not answer the next "
                      "one's SYN",
                      backlog, row->state.rqueue);
        return true;
    }
    return false;
}

/* --- 50 --- */

/* The last close of that number by the process before event n that had success. */
static const struct model_call *closed_before(const struct facts *f, const struct model_process *p,
                                              int fd, uint64_t n)
{
    while (n-- > 0) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->process == p && c->fd == fd && facts_is(c, "close") &&
            call_succeeded(&c->event->call))
            return c;
    }
    return NULL;
}

/* The program had done nothing with the connection between accept() and that close. */
static bool untouched(const struct facts *f, const struct model_socket *s, uint64_t end)
{
    for (uint64_t n = s->born; n < end; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io != MODEL_NO_IO)
            return false;
    }
    return true;
}

bool rule_double_close(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    /* Closing nothing does no harm. It is told where it may have, or where the scene asks for it.
     */
    bool matters = facts_broken(f) || facts_aims(f, "double-close");
    for (uint64_t n = 0; matters && (c = facts_call(f, &n)) != NULL;) {
        const struct model_call *close = !facts_error(c, "EBADF") || c->fd < 0 || c->process == NULL
                                             ? NULL
                                             : closed_before(f, c->process, c->fd, c->event->n);
        if (close == NULL)
            continue;
        const struct model_socket *cut = close->socket;
        const struct model_call *first =
            cut != NULL && cut->listener != NULL && untouched(f, cut, close->event->n)
                ? closed_before(f, c->process, c->fd, cut->born)
                : NULL;
        if (first == NULL && !facts_is(c, "close"))
            continue;
        finding_call(out, first != NULL ? close : c);
        finding_call(out, first != NULL ? first : close);
        finding_call(out, c);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, first != NULL ? close : c);
        strbuf_printf(&out->message, " closed descriptor %d a second time; ", c->fd);
        strbuf_puts(&out->message, first != NULL
                                       ? "the kernel had given the number to the next client by "
                                         "then, and that one was cut off"
                                       : "it was no longer open, and the kernel said EBADF");
        return true;
    }
    return false;
}
