/*
 * rules/close - how a connection was ended.
 *
 *   - 30: the program closed a socket in which bytes lay that it had not read, and the kernel sent
 *     a reset. Calls (what it read) and packets (what had come, and the reset) must agree.
 */
#include "rules/rules.h"

#include <string.h>

/* --- 30 --- */

static bool is_segment(const struct event *ev)
{
    return ev->kind == EVENT_PACKET && ev->packet.flags != NULL &&
           strcmp(ev->packet.fate, "dropped") != 0;
}

/* How many connections were accepted from the same listener before this one. */
static unsigned place_in_queue(const struct facts *f, const struct model_socket *s)
{
    unsigned before = 0;
    for (unsigned i = 0; i < f->model.nsockets; i++)
        before +=
            f->model.sockets[i]->listener == s->listener && f->model.sockets[i]->born < s->born;
    return before;
}

/* The other end; NULL: not known. accept() may not have asked who it is: connections are handed out
 * in the order in which their handshakes were completed. */
static const char *other_end(const struct facts *f, const struct model_socket *s)
{
    const char *last = NULL;
    if (s->remote.text != NULL || s->listener == NULL)
        return s->remote.text;
    unsigned before = place_in_queue(f, s);
    for (uint64_t n = 0; n < s->born; n++) {
        const struct event *ev = &f->timeline->events[n];
        bool completes = is_segment(ev) && strcmp(ev->packet.flags, ".") == 0 &&
                         ev->packet.seq == 1 && ev->packet.ack == 1 && ev->packet.len == 0 &&
                         model_port(ev->packet.to) == facts_own_port(f, s);
        if (completes && (last == NULL || strcmp(last, ev->packet.from) != 0)) {
            last = ev->packet.from;
            if (before-- == 0)
                return last;
        }
    }
    return NULL;
}

/* A connection: a socket and its other end. */
struct line {
    const struct model_socket *socket;
    const char *other;
};

/* A socket of both families calls its other end "[::ffff:10.0.0.2]:7000"; on the wire it is
 * "10.0.0.2:7000". */
static bool same_end(const char *on_wire, const char *at_socket)
{
    static const char mapped[] = "[::ffff:";
    if (strncmp(at_socket, mapped, sizeof mapped - 1) != 0)
        return strcmp(on_wire, at_socket) == 0;
    const char *ip = at_socket + sizeof mapped - 1, *end = strchr(ip, ']');
    size_t len = end != NULL ? (size_t)(end - ip) : 0;
    return len > 0 && strncmp(on_wire, ip, len) == 0 && strcmp(on_wire + len, end + 1) == 0;
}

/* The segment went the one way or the other on it. */
static bool is_on(const struct facts *f, const struct line *line, const struct event *ev, bool sent)
{
    if (!is_segment(ev))
        return false;
    const char *own = sent ? ev->packet.from : ev->packet.to;
    const char *other = sent ? ev->packet.to : ev->packet.from;
    return same_end(other, line->other) && model_port(own) == facts_own_port(f, line->socket);
}

/* Bytes that had come before that event, each counted once. */
static uint64_t arrived(const struct facts *f, const struct line *line, uint64_t before)
{
    uint64_t highest = 1; /* relative: the first byte behind the SYN is 1 */
    for (uint64_t n = 0; n < before; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (!is_on(f, line, ev, false) || ev->packet.len == 0)
            continue;
        if (strchr(ev->packet.flags, 'S') != NULL)
            continue;
        uint64_t end = (uint64_t)ev->packet.seq + ev->packet.len;
        if (end > highest)
            highest = end;
    }
    return highest - 1;
}

/* The reset that its close brought about; NULL: there was none. */
static const struct event *reset_after(const struct facts *f, const struct line *line)
{
    for (uint64_t n = line->socket->closed + 1; n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (is_on(f, line, ev, false) && ev->packet.len > 0)
            return NULL; /* bytes that came later are answered so, whatever was read before */
        if (is_on(f, line, ev, true) && strchr(ev->packet.flags, 'R') != NULL)
            return ev;
    }
    return NULL;
}

static const struct model_call *last_recv(const struct facts *f, const struct model_socket *s)
{
    const struct model_call *last = NULL;
    for (uint64_t n = s->born; n < s->closed; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == s && c->io == MODEL_RECV)
            last = c;
    }
    return last;
}

static bool stops_too_early(const struct facts *f)
{
    struct finding other = {.message = STRBUF_INIT};
    bool found = rule_one_recv_one_message(f, &other);
    strbuf_free(&other.message);
    return found;
}

bool rule_close_with_unread_data(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; f->wire && i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (!s->stream || s->closed == MODEL_NEVER || s->eof != MODEL_NEVER ||
            !facts_learner(f, s->owner->program))
            continue;
        const struct line line = {s, other_end(f, s)};
        if (line.other == NULL)
            continue;
        uint64_t came = arrived(f, &line, s->closed);
        const struct event *reset = came > s->received ? reset_after(f, &line) : NULL;
        if (reset == NULL)
            continue;
        const struct model_call *recv = last_recv(f, s);
        if (recv != NULL && recv->event->call.error != NULL)
            continue; /* it did try, and gave up for another reason */
        const struct model_call *close = model_call(&f->model, s->closed);
        /* Where all went well, it may be meant: a stranger who sends too much is cut off so. What
         * failed may have another reason, unless the reset is what the peer met. And whoever stops
         * reading too early closes with bytes unread as well, or not, as it happens. */
        bool aims = facts_aims(f, "close-with-unread-data");
        if (!aims && !facts_broken(f))
            continue;
        bool met = aims || (facts_failed_by(f, "reset") && !stops_too_early(f));
        out->certainty = met ? CERTAINTY_FACT : CERTAINTY_HINT;
        if (close != NULL && facts_is(close, "close"))
            finding_call(out, close);
        if (met) /* the whole connection is the evidence, from its beginning */
            finding_event(out, f->timeline->events + s->born);
        if (recv != NULL)
            finding_call(out, recv);
        finding_event(out, reset);
        if (close != NULL && facts_is(close, "close"))
            finding_place(out, close);
        else
            strbuf_puts(&out->message, "the program's end");
        strbuf_printf(&out->message,
                      " closed the connection while %llu bytes that had come lay unread; the "
                      "kernel sent a reset (RST) instead of the end of the stream (FIN), and a "
                      "reset may take the answer with it",
                      (unsigned long long)(came - s->received));
        return true;
    }
    return false;
}
