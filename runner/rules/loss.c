/*
 * rules/loss - a datagram may be lost, and nobody says so.
 *
 *   - 44: the program asked, and waits without a limit for the answer. A fact when the wire lost
 *     question or answer, or answered that nobody is there; without that, when nothing came and
 *     the lab is about just this.
 *   - 45: what the wire lost was sent once only; or a burst was more than the receiver's buffer
 *     holds, and the receiver waits for the rest.
 */
#include <string.h>

#include "rules/datagram.h"
#include "rules/rules.h"

/* For each of these the whole recording is gone through, in which a program may have left thousands
 * of them: what the first do not show, the others do not either. */
enum { SOCKETS_MOST = 512, ASKING_MOST = 64, LOST_MOST = 64 };

/* --- 44, 45: questions and answers --- */

/* The first send on the socket stands before any recv: its program asks, and does not serve. */
static bool sends_first(const struct facts *f, const struct model_socket *s)
{
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io != MODEL_NO_IO)
            return c->io == MODEL_SEND;
    }
    return false;
}

/* The next of the learner's sockets, from *i on, whose program asks; NULL: none, or enough of them.
 * *asking counts them; both begin at 0. */
static const struct model_socket *next_asking(const struct facts *f, unsigned *i, unsigned *asking)
{
    while (*i < f->model.nsockets && *i < SOCKETS_MOST && *asking < ASKING_MOST) {
        const struct model_socket *s = f->model.sockets[(*i)++];
        if (!s->datagram || !facts_learner(f, s->owner->program) || !sends_first(f, s))
            continue;
        ++*asking;
        return s;
    }
    return NULL;
}

static bool has_timer(const struct facts *f, const struct model_process *p)
{
    static const char *const timers[] = {"alarm", "setitimer", "timer_settime", "timerfd_settime",
                                         NULL};
    for (uint64_t n = 0; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->process == p && model_one_of(c->event->call.name, timers))
            return true;
    }
    return false;
}

/* The call waits for something on that socket, and for ever. */
static bool waits_for_ever(const struct facts *f, const struct model_call *c,
                           const struct model_socket *s)
{
    if (c->event->call.returned || c->process != s->owner || has_timer(f, c->process))
        return false;
    if (c->io == MODEL_RECV) {
        const struct model_option *limit = model_option(s, "SO_RCVTIMEO", c->event->n);
        return c->socket == s && (limit == NULL || limit->value == 0);
    }
    return call_value(&c->event->call, "timeout", 0) < 0 && facts_watches(c, s->fd, "POLLIN") &&
           (!facts_watches(c, 0, NULL) || facts_input_ended(f, c->process));
}

/* The learner's call that waits for ever for an answer on s; *asked: the question. */
static const struct model_call *waits_for_answer(const struct facts *f,
                                                 const struct model_socket *s,
                                                 const struct model_call **asked)
{
    *asked = NULL;
    const struct model_call *c;
    for (uint64_t n = s->born; (c = facts_call(f, &n)) != NULL;) {
        if (c->socket == s && c->io == MODEL_SEND && c->moved >= 0)
            *asked = c;
        else if (c->socket == s && c->io == MODEL_RECV && c->moved >= 0)
            *asked = NULL; /* answered */
        else if (*asked != NULL && waits_for_ever(f, c, s))
            return c;
    }
    return NULL;
}

static const char *destination(const struct model_call *send)
{
    const char *to = call_text(&send->event->call, "addr");
    if (*to == '\0' && send->socket->remote.text != NULL)
        to = send->socket->remote.text;
    return to;
}

/* "port unreachable (udp to 10.0.0.1:7000)" after the question. */
static const struct event *refusal(const struct facts *f, const struct model_call *asked)
{
    const char *to = destination(asked);
    for (size_t i = asked->event->n; *to != '\0' && i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind == EVENT_PACKET && ev->packet.info != NULL &&
            strncmp(ev->packet.proto, "icmp", 4) == 0 &&
            strstr(ev->packet.info, "unreachable") != NULL && strstr(ev->packet.info, to) != NULL)
            return ev;
    }
    return NULL;
}

enum loss { NOTHING_LOST, QUESTION_LOST, ANSWER_LOST };

/* What the wire lost of the socket's exchange from event n on: the last thing that went over it.
 * *event: the packet. An answer that came is answer enough. */
static enum loss lost_since(const struct facts *f, const struct model_socket *s, uint64_t n,
                            const struct event **event)
{
    struct datagram d = DATAGRAM_INIT;
    enum loss loss = NOTHING_LOST;
    while (datagram_next(f, &n, &d)) {
        bool to = datagram_meets(f, &d, s), from = !to && datagram_leaves(f, &d, s);
        if (!to && !from)
            continue;
        *event = d.event;
        loss = !d.lost ? NOTHING_LOST : to ? ANSWER_LOST : QUESTION_LOST;
    }
    datagram_free(&d);
    return loss;
}

/* Something was sent to the socket since event n, whatever became of it. */
static bool anything_came(const struct facts *f, const struct model_socket *s, uint64_t n)
{
    struct datagram d = DATAGRAM_INIT;
    bool any = false;
    int port = facts_own_port(f, s);
    while (!any && datagram_next(f, &n, &d))
        any = port < 0 ? d.event->kind == EVENT_SCRIPT : datagram_meets(f, &d, s);
    datagram_free(&d);
    return any;
}

/* The script wanted the program itself to go on. */
static bool should_go_on(const struct facts *f, const char *program)
{
    const struct action *a = f->failed_action;
    return a != NULL && a->actor != NULL && program != NULL && strcmp(a->actor, program) == 0 &&
           (a->kind == ACTION_OUTPUT || (a->kind == ACTION_WAIT && a->wait.what == WAIT_EXIT));
}

static bool no_timeout(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    const struct model_call *asked, *c = waits_for_answer(f, s, &asked);
    if (c == NULL)
        return false;
    const struct event *packet = NULL, *icmp = refusal(f, asked);
    enum loss loss = icmp != NULL ? NOTHING_LOST : lost_since(f, s, asked->event->n, &packet);
    bool shown = icmp != NULL || loss != NOTHING_LOST;
    if (!shown && (anything_came(f, s, asked->event->n) || !should_go_on(f, c->event->program)))
        return false;
    finding_call(out, c);
    finding_event(out, asked->event);
    finding_event(out, icmp != NULL ? icmp : loss != NOTHING_LOST ? packet : NULL);
    bool sure = shown || facts_aims(f, "udp-no-timeout");
    out->certainty = sure ? CERTAINTY_FACT : CERTAINTY_HINT;
    finding_place(out, c);
    strbuf_puts(&out->message, " waits for an answer without a time limit; ");
    if (icmp != NULL) {
        strbuf_puts(&out->message, "the other side's kernel has answered that nobody has that "
                                   "port (ICMP port unreachable)");
        strbuf_puts(&out->message, s->connected != MODEL_NEVER
                                       ? ""
                                       : ", but a socket that is not connected is not told of it");
    } else if (loss == QUESTION_LOST) {
        strbuf_puts(&out->message,
                    "the question was lost on the wire, and nobody tells the program");
    } else if (loss == ANSWER_LOST) {
        strbuf_puts(&out->message, "the answer was lost on the wire, and nobody tells the program");
    } else {
        strbuf_puts(&out->message, sure ? "none came, and UDP tells nobody that a datagram is lost"
                                        : "none came: how long should it wait?");
    }
    return true;
}

static bool is_stalled(const struct facts *f)
{
    return facts_failed_by(f, "stall") || (f->end != NULL && strcmp(f->end->why, "stall") == 0);
}

bool rule_udp_no_timeout(const struct facts *f, struct finding *out)
{
    const struct model_socket *s;
    unsigned i = 0, asking = 0;
    while (is_stalled(f) && (s = next_asking(f, &i, &asking)) != NULL)
        if (!s->nonblocking && no_timeout(f, s, out))
            return true;
    return false;
}

/* --- 45 --- */

/* The program sent these bytes more than once. */
static bool sent_again(const struct facts *f, const struct model_call *send)
{
    for (uint64_t n = send->socket->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c != send && c->process == send->process && c->socket != NULL &&
            c->socket->datagram && c->io == MODEL_SEND && c->moved == send->moved &&
            c->data.len == send->data.len &&
            (c->data.len == 0 || memcmp(c->data.data, send->data.data, c->data.len) == 0))
            return true;
    }
    return false;
}

/* The question that the lost datagram was, or was to answer. */
static const struct model_call *question_of(const struct facts *f, const struct model_socket *s,
                                            const struct event *packet)
{
    for (uint64_t n = packet->n + 1; n-- > s->born;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io == MODEL_SEND && c->moved >= 0)
            return c;
    }
    return NULL;
}

/* The program sent there again, if other bytes: a question that is numbered, or the next one. */
static bool sent_more(const struct facts *f, const struct model_call *send)
{
    for (uint64_t n = send->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->process == send->process && c->socket != NULL && c->socket->datagram &&
            c->io == MODEL_SEND && c->moved >= 0 && strcmp(destination(c), destination(send)) == 0)
            return true;
    }
    return false;
}

static bool asked_once(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    struct datagram d = DATAGRAM_INIT;
    const struct model_call *asked = NULL;
    bool to = false, found = false;
    unsigned lost = 0;
    for (uint64_t n = s->born; !found && lost < LOST_MOST && datagram_next(f, &n, &d);) {
        to = d.lost && datagram_meets(f, &d, s);
        if (!d.lost || (!to && !datagram_leaves(f, &d, s)))
            continue;
        lost++;
        asked = question_of(f, s, d.event);
        found = asked != NULL && !sent_again(f, asked);
    }
    if (found) {
        finding_call(out, asked);
        finding_event(out, d.event);
        bool sure = facts_aims(f, "udp-loss-not-expected") && !sent_more(f, asked);
        out->certainty = sure ? CERTAINTY_FACT : CERTAINTY_HINT;
        finding_place(out, asked);
        strbuf_printf(&out->message, " sent this once, and the wire lost %s; ",
                      to ? "the answer to it" : "it");
        strbuf_puts(&out->message, sure ? "only the program itself could have sent it again"
                                        : "should it have been sent again?");
    }
    datagram_free(&d);
    return found;
}

/* The socket of another program, or another one of the same, that is bound to where c sends. */
static const struct model_socket *receiver_of(const struct facts *f, const struct model_call *c)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *t = f->model.sockets[i];
        if (t != c->socket && t->datagram && t->bound != MODEL_NEVER &&
            facts_is_for(f, c->event->host, destination(c), t))
            return t;
    }
    return NULL;
}

static unsigned count_io(const struct facts *f, const struct model_socket *s, enum model_io io,
                         uint64_t from, const char *to)
{
    unsigned count = 0;
    for (uint64_t n = from; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io == io && c->moved >= 0 &&
            (to == NULL || strcmp(destination(c), to) == 0))
            count++;
    }
    return count;
}

/* Nothing is left in its queue: it asks for more, or the kernel shows none. */
static bool took_all(const struct facts *f, const struct model_socket *t)
{
    const struct event *row = facts_left(f, t);
    if (row != NULL)
        return row->state.rqueue == 0;
    for (uint64_t n = t->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == t && c->io == MODEL_RECV && !c->event->call.returned)
            return true;
    }
    return false;
}

/* Sends without a pause for any answer. */
static bool bursts(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    enum { BURST = 8 };
    const struct model_call *first = NULL;
    for (uint64_t n = s->born; n < f->model.ncalls && first == NULL; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io == MODEL_SEND && c->moved >= 0)
            first = c;
    }
    const struct model_socket *t = first == NULL ? NULL : receiver_of(f, first);
    if (t == NULL || count_io(f, s, MODEL_RECV, s->born, NULL) > 0 || !took_all(f, t))
        return false;
    unsigned sent = count_io(f, s, MODEL_SEND, s->born, destination(first));
    unsigned came = count_io(f, t, MODEL_RECV, t->born, NULL);
    if (sent < BURST || came >= sent)
        return false;
    finding_call(out, first);
    finding_event(out, facts_left(f, t));
    out->certainty = CERTAINTY_FACT;
    finding_place(out, first);
    strbuf_printf(&out->message,
                  " was called %u times in a row, and always succeeded; the receiver got %u of "
                  "the datagrams, and the kernel threw away those for which its buffer had no room",
                  sent, came);
    return true;
}

bool rule_udp_loss_not_expected(const struct facts *f, struct finding *out)
{
    const struct model_socket *s;
    const struct model_call *asked;
    unsigned i = 0, asking = 0;
    while (facts_broken(f) && (s = next_asking(f, &i, &asking)) != NULL)
        if (waits_for_answer(f, s, &asked) == NULL && (asked_once(f, s, out) || bursts(f, s, out)))
            return true;
    return false;
}
