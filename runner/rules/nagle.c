/*
 * rules/nagle - 53: a message in two small sends, and then a wait for the answer.
 *
 * The kernel keeps a small segment back while another is not acknowledged (Nagle's algorithm, RFC
 * 9293, section 3.7.4), and the peer's kernel acknowledges late, for it hopes to send data with it
 * (section 3.8.6.3). A fact when calls and packets show it: the second send had returned, then the
 * bare acknowledgement came, and only then the second segment left. Nothing is measured; the order
 * tells it. The scene went well otherwise: whoever has another fault is told that one.
 */
#include "rules/rules.h"

#include <string.h>

enum { SMALL = 1400 }; /* bytes that do not fill a segment of an Ethernet */

/* The port of the program's end; where the kernel chose it, that of the connect's first packet. */
static int own_port(const struct facts *f, const struct model_socket *s)
{
    int own = facts_own_port(f, s);
    for (uint64_t n = s->connected; own < 0 && n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_PACKET && ev->packet.flags != NULL &&
            strcmp(ev->packet.flags, "S") == 0 && model_port(ev->packet.to) == s->remote.port)
            own = model_port(ev->packet.from);
    }
    return own;
}

/* The packet is of that connection; *ours: the program's socket sent it. */
static bool is_of(const struct event *ev, const struct model_socket *s, int own, bool *ours)
{
    if (ev->kind != EVENT_PACKET || strcmp(ev->packet.proto, "tcp") != 0)
        return false;
    int from = model_port(ev->packet.from), to = model_port(ev->packet.to);
    *ours = from == own && to == s->remote.port;
    return *ours || (from == s->remote.port && to == own);
}

/* The next packet of the connection from event n on, which then stands behind it; NULL: none. */
static const struct event *next_packet(const struct facts *f, const struct model_socket *s, int own,
                                       uint64_t *n, bool *ours)
{
    while (*n < f->timeline->count) {
        const struct event *ev = &f->timeline->events[(*n)++];
        if (is_of(ev, s, own, ours))
            return ev;
    }
    return NULL;
}

/* What the send handed over waited for an acknowledgement without data; *ack is that. NULL: not so.
 * Else the segment that left then. */
static const struct event *kept_back(const struct facts *f, const struct model_call *send,
                                     const struct event **ack)
{
    bool ours;
    int own = own_port(f, send->socket);
    uint64_t n = send->event->n + 1;
    *ack = NULL;
    if (own < 0 || send->socket->remote.port < 0)
        return NULL;
    *ack = next_packet(f, send->socket, own, &n, &ours);
    if (*ack == NULL || ours || (*ack)->packet.len > 0 || (*ack)->packet.flags == NULL ||
        strcmp((*ack)->packet.flags, ".") != 0)
        return NULL;
    const struct event *segment = next_packet(f, send->socket, own, &n, &ours);
    return segment != NULL && ours && segment->packet.len > 0 ? segment : NULL;
}

/* The next call that moves bytes, or waits for some, on the same socket. */
static const struct model_call *next_on(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *next = model_call(&f->model, n);
        if (next == NULL || next->process != c->process)
            continue;
        if ((next->socket == c->socket && next->io != MODEL_NO_IO) ||
            facts_watches(next, c->fd, "POLLIN"))
            return next;
    }
    return NULL;
}

static bool is_small_send(const struct model_call *c)
{
    return c != NULL && c->io == MODEL_SEND && c->socket != NULL && c->socket->stream &&
           c->moved > 0 && c->moved < SMALL;
}

/* The script is about this: a peer of its own acknowledges late. Elsewhere two sends are slow, and
 * right. */
static bool is_asked(const struct facts *f)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        if (a != NULL && ((a->kind == ACTION_CONNECT && a->connect.delayed_ack) ||
                          (a->kind == ACTION_ACCEPT && a->accept.delayed_ack)))
            return true;
    }
    return false;
}

bool rule_write_write_read(const struct facts *f, struct finding *out)
{
    const struct model_call *first;
    bool asked = f->wire && !facts_broken(f) && is_asked(f);
    for (uint64_t n = 0; asked && (first = facts_call(f, &n)) != NULL;) {
        const struct model_call *second = is_small_send(first) ? next_on(f, first) : NULL;
        const struct model_call *read = is_small_send(second) ? next_on(f, second) : NULL;
        const struct event *ack, *segment;
        if (read == NULL || read->io == MODEL_SEND ||
            (segment = kept_back(f, second, &ack)) == NULL)
            continue;
        finding_call(out, second);
        finding_call(out, first);
        finding_event(out, ack);
        finding_event(out, segment);
        finding_call(out, read);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, second);
        strbuf_puts(&out->message, " is the second of two small ones, one behind the other; its "
                                   "bytes left only when the first had been acknowledged, and the "
                                   "peer takes its time for that: it waits for the rest");
        return true;
    }
    return false;
}
