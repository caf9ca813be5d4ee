/*
 * rules/stream - a stream is not messages: where it begins, goes on and ends.
 *
 *   - 25: the program took the beginning of what the script's peer sent, then acted on it and
 * closed, or turned to something else, without asking for the rest. Calls and script must agree.
 * Whoever still reads may have answered too early all the same: it ended its own side when not one
 * line was whole, and the script did not like the answer.
 *   - 27: send() took less than it was given and what is left was never sent; the script must have
 *     failed.
 *   - 28: three times and more 0 from one stream: conclusive.
 *   - 29: both ends wait: the program in recv without having ended its own stream, the peer for
 * that end.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- 25: what the script's peers sent --- */

/* One connection of a peer of the script, as far as its bytes are known. */
struct peer_stream {
    const char *actor;
    struct strbuf bytes;
    bool known;   /* false: some of its data could not be told */
    size_t *ends; /* where each send action ended in bytes */
    unsigned nends;
};

struct peer_streams {
    struct peer_stream *of;
    unsigned count;
};

static void streams_free(struct peer_streams *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        strbuf_free(&s->of[i].bytes);
        free(s->of[i].ends);
    }
    free(s->of);
}

static struct peer_stream *stream_of(struct peer_streams *s, const char *actor, bool anew)
{
    for (unsigned i = s->count; i-- > 0 && !anew;)
        if (strcmp(s->of[i].actor, actor) == 0)
            return &s->of[i];
    s->of = mem_resize(s->of, s->count + 1, sizeof *s->of);
    s->of[s->count] = (struct peer_stream){.actor = actor, .bytes = STRBUF_INIT, .known = true};
    return &s->of[s->count++];
}

static void streams_read(const struct facts *f, struct peer_streams *s)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        if (a == NULL || a->actor == NULL)
            continue;
        if (a->kind == ACTION_CONNECT) {
            stream_of(s, a->actor, true);
        } else if (a->kind == ACTION_ACCEPT) {
            stream_of(s, a->accept.as != NULL ? a->accept.as : a->actor, true);
        } else if (a->kind == ACTION_SEND && a->send.to == NULL) {
            struct peer_stream *stream = stream_of(s, a->actor, false);
            stream->known = facts_data(f, &a->send.data, &stream->bytes) && stream->known;
            stream->ends = mem_resize(stream->ends, stream->nends + 1, sizeof *stream->ends);
            stream->ends[stream->nends++] = stream->bytes.len;
        }
    }
}

/* What the socket received is the beginning of that stream. */
static bool begins(const struct facts *f, const struct model_socket *s,
                   const struct peer_stream *stream)
{
    size_t at = 0;
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_RECV || c->moved <= 0)
            continue;
        if (at + (size_t)c->moved > stream->bytes.len || c->data.data == NULL ||
            memcmp(stream->bytes.data + at, c->data.data, least(c->data.len, (size_t)c->moved)) !=
                0)
            return false;
        at += (size_t)c->moved;
    }
    return at > 0;
}

/* How much was sent on the connection in all; 0: not known, or the program took everything.
 * *inside: it stopped in the middle of one action's bytes. */
static size_t sent_beyond(const struct facts *f, const struct model_socket *s, bool *inside)
{
    struct peer_streams streams = {0};
    size_t total = 0;
    streams_read(f, &streams);
    for (unsigned i = 0; i < streams.count && total == 0; i++) {
        const struct peer_stream *stream = &streams.of[i];
        if (!stream->known || stream->bytes.len <= s->received || !begins(f, s, stream))
            continue;
        total = stream->bytes.len;
        *inside = true;
        for (unsigned k = 0; k < stream->nends; k++)
            if (stream->ends[k] == s->received)
                *inside = false;
    }
    streams_free(&streams);
    return total;
}

/* The last recv on the socket that brought bytes, when no later one failed or saw the end. */
static const struct model_call *last_part(const struct facts *f, const struct model_socket *s)
{
    const struct model_call *last = NULL;
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_RECV)
            continue;
        if (!c->event->call.returned || (c->event->call.error != NULL && !facts_error(c, "EAGAIN")))
            return NULL; /* it did ask for more */
        if (c->moved == 0 && c->asked > 0)
            return NULL;
        if (c->moved > 0)
            last = c;
    }
    return last;
}

enum turn {
    TURN_NONE,  /* it may still come back to the socket */
    TURN_CLOSE, /* it closed, or ended, with the part it had */
    TURN_AWAY,  /* it waits for something else */
};

/* What the thread did after its last recv. */
static enum turn turn_after(const struct facts *f, const struct model_call *last)
{
    const struct model_socket *s = last->socket;
    for (const struct model_call *c = facts_next(f, last); c != NULL; c = facts_next(f, c)) {
        if (c->socket == s && facts_is(c, "close"))
            return TURN_CLOSE;
        if (!facts_waits(c) && !(c->io == MODEL_RECV && c->socket != s))
            continue;
        /* A call that waits: on this socket too, or for something else and without an end? */
        if (facts_watches(c, last->fd, NULL) || strncmp(c->event->call.name, "epoll", 5) == 0)
            return TURN_NONE;
        return c->event->call.returned ? TURN_NONE : TURN_AWAY;
    }
    const struct event *exit = facts_exit(f, last->event->pid);
    bool by_itself = exit != NULL && exit->exit.signal == NULL &&
                     !facts_signalled(f, last->event->program, NULL, exit->n);
    return by_itself ? TURN_CLOSE : TURN_NONE;
}

/* The program's buffer is full, which tells of another limit than that of one recv. A call that a
 * fault rule has shortened stands behind the fault. */
static bool filled(const struct facts *f, const struct model_call *c)
{
    bool shortened = c->event->n > 0 && f->timeline->events[c->event->n - 1].kind == EVENT_FAULT;
    return !shortened && c->moved >= c->asked;
}

static bool stops_early(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    bool inside = false;
    const struct model_call *last = last_part(f, s);
    if (last == NULL || filled(f, last) || !facts_learner(f, last->event->program))
        return false;
    enum turn turn = turn_after(f, last);
    size_t total = turn == TURN_NONE ? 0 : sent_beyond(f, s, &inside);
    if (total == 0 || (turn == TURN_AWAY && !inside))
        return false;
    finding_call(out, last);
    finding_event(out, f->model.timeline->events + s->born);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, last);
    strbuf_printf(&out->message,
                  " was the last on its connection: the program had %" PRIu64 " of the ",
                  s->received);
    text_count(&out->message, total, "byte", "bytes");
    strbuf_puts(&out->message, " that the peer sent, and ");
    strbuf_puts(&out->message, turn == TURN_CLOSE
                                   ? "ended the connection; the rest met nobody"
                                   : "waits for something else; the rest lies in the "
                                     "kernel");
    return true;
}

/* What the program had received when it ended its own side, and the recv that brought the last of
 * it; NULL: it did not end it, or had answered nothing. */
static const struct model_call *had_at_end(const struct facts *f, const struct model_socket *s,
                                           size_t *had)
{
    const struct model_call *last = NULL, *c;
    bool answered = false;
    *had = 0;
    for (uint64_t n = s->born; s->shut != MODEL_NEVER && n < s->shut; n++) {
        if ((c = model_call(&f->model, n)) == NULL || c->socket != s || c->moved <= 0)
            continue;
        answered = answered || c->io == MODEL_SEND;
        if (c->io == MODEL_RECV) {
            if (answered)
                return NULL; /* it talks and listens in turns */
            *had += (size_t)c->moved;
            last = c;
        }
    }
    return answered ? last : NULL;
}

/* The whole of the first line that the failed action's peer sent on the connection; 0: the program
 * had it, or it cannot be told. */
static size_t first_line(const struct facts *f, const struct model_socket *s, size_t had)
{
    struct peer_streams streams = {0};
    size_t whole = 0;
    streams_read(f, &streams);
    for (unsigned i = 0; i < streams.count && whole == 0; i++) {
        const struct peer_stream *stream = &streams.of[i];
        const char *end =
            !stream->known ? NULL : memchr(stream->bytes.data, '\n', stream->bytes.len);
        if (end == NULL || strcmp(stream->actor, f->failed_action->actor) != 0 ||
            !begins(f, s, stream))
            continue;
        size_t line = (size_t)(end - stream->bytes.data) + 1;
        /* What the peer sent of its own will as a part was meant to be answered so, perhaps. */
        if (had + strlen("\r\n") < line && stream->ends[0] >= line)
            whole = line;
    }
    streams_free(&streams);
    return whole;
}

static bool answers_early(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    size_t had;
    const struct model_call *last = had_at_end(f, s, &had);
    if (last == NULL || !facts_learner(f, last->event->program) || f->failed_action == NULL ||
        f->failed_action->actor == NULL || f->failed_action->kind != ACTION_EXPECT)
        return false;
    size_t line = first_line(f, s, had);
    if (line == 0)
        return false;
    finding_call(out, last);
    finding_call(out, model_call(&f->model, s->shut));
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, last);
    strbuf_printf(&out->message, " had brought %zu of the %zu bytes of the peer's first line", had,
                  line);
    strbuf_puts(&out->message, ", and the program answered and ended its side of the stream; the "
                               "rest of the line came behind that");
    return true;
}

bool rule_one_recv_one_message(const struct facts *f, struct finding *out)
{
    if (!facts_broken(f))
        return false;
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (!s->stream || s->received == 0)
            continue;
        if ((s->eof == MODEL_NEVER && stops_early(f, s, out)) || answers_early(f, s, out))
            return true;
    }
    return false;
}

/* --- 27 --- */

/* A later send that goes on where c stopped, or may do so as far as is recorded. */
static bool goes_on(const struct model_call *later, const struct model_call *c)
{
    size_t moved = (size_t)c->moved;
    if (c->data.data == NULL || c->data.len <= moved || later->data.data == NULL)
        return true;
    size_t n = least(c->data.len - moved, later->data.len);
    return n > 0 && memcmp(c->data.data + moved, later->data.data, n) == 0;
}

/* Nobody sends the rest, and nobody waits until it can be sent. */
static bool rest_is_lost(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *later = model_call(&f->model, n);
        if (later == NULL)
            continue;
        if (later->socket == c->socket && later->io == MODEL_SEND && goes_on(later, c))
            return false;
        if (later->process != c->process)
            continue;
        bool epoll_out = facts_is(later, "epoll_ctl") &&
                         strstr(call_text(&later->event->call, "events"), "EPOLLOUT") != NULL;
        if (epoll_out || facts_watches(later, c->fd, "POLLOUT"))
            return false;
    }
    return true;
}

/* The signal of a broken connection ended the process: nobody was left to send the rest. */
static bool died_of_it(const struct facts *f, const struct model_call *c)
{
    const struct event *exit = facts_exit(f, c->event->pid);
    return exit != NULL && exit->exit.signal != NULL && strcmp(exit->exit.signal, "SIGPIPE") == 0;
}

bool rule_partial_send(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_SEND || c->socket == NULL || !c->socket->stream || c->moved <= 0 ||
            c->moved >= c->asked || died_of_it(f, c) || !rest_is_lost(f, c))
            continue;
        finding_call(out, c);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " took %" PRId64 " of %" PRId64 " bytes, and the rest was never sent",
                      c->moved, c->asked);
        return true;
    }
    return false;
}

/* --- 28 --- */

enum { EOF_TIMES = 3 };

/* The third 0 in a row from the socket, and how many there are in all. */
static const struct model_call *third_zero(const struct facts *f, const struct model_socket *s,
                                           unsigned *zeros)
{
    const struct model_call *third = NULL;
    unsigned row = 0;
    *zeros = 0;
    for (uint64_t n = s->eof; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_RECV || !c->event->call.returned)
            continue;
        row = c->moved == 0 && c->asked > 0 ? row + 1 : 0;
        *zeros += row > 0;
        if (row == EOF_TIMES && third == NULL)
            third = c;
    }
    return third;
}

bool rule_eof_ignored(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        unsigned zeros;
        if (!s->stream || s->eof == MODEL_NEVER || !facts_learner(f, s->owner->program))
            continue;
        const struct model_call *third = third_zero(f, s, &zeros);
        if (third == NULL)
            continue;
        const struct model_call *first = model_call(&f->model, s->eof);
        finding_call(out, first);
        finding_call(out, third);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, first);
        strbuf_printf(&out->message,
                      " returned 0 %u times on descriptor %d, and the program went on reading; the "
                      "peer has ended its stream and nothing will come any more",
                      zeros, first->fd);
        return true;
    }
    return false;
}

/* --- 29 --- */

/* The program waits on this socket: in recv, or in a poll that watches it and not the keyboard. */
static bool waits_on(const struct facts *f, const struct model_call *c,
                     const struct model_socket *s)
{
    if (c->event->call.returned || c->process != s->owner)
        return false;
    if (c->io == MODEL_RECV)
        return c->socket == s;
    return facts_watches(c, s->fd, "POLLIN") &&
           (!facts_watches(c, 0, NULL) || facts_input_ended(f, c->process));
}

static const struct model_call *waiting_call(const struct facts *f, const struct model_socket *s)
{
    const struct model_call *c;
    for (uint64_t n = s->born; (c = facts_call(f, &n)) != NULL;)
        if (waits_on(f, c, s))
            return c;
    return NULL;
}

/* An open connection that the program made and whose sending side it never ended. */
static bool half_open(const struct facts *f, const struct model_socket *s)
{
    return s->stream && s->listener == NULL && s->connected != MODEL_NEVER &&
           s->shut == MODEL_NEVER && s->eof == MODEL_NEVER &&
           (s->closed == MODEL_NEVER || s->closed_by_exit) && facts_learner(f, s->owner->program);
}

static bool waits_for_script(const struct facts *f, const struct model_socket *s,
                             struct finding *out)
{
    bool end_wanted = f->failed_action != NULL && f->failed_action->kind == ACTION_EXPECT_END &&
                      facts_failed_by(f, "stall") && f->failed->script.received.len == 0;
    const struct model_call *c = end_wanted && half_open(f, s) ? waiting_call(f, s) : NULL;
    if (c == NULL)
        return false;
    finding_call(out, c);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, c);
    strbuf_printf(
        &out->message,
        " waits for the other side on descriptor %d, and the program has not ended its own "
        "side of the stream; the other side waits for just that",
        s->fd);
    return true;
}

/* The other end of the connection, in another program of the scene. */
static const struct model_socket *other_end(const struct facts *f, const struct model_socket *s)
{
    const struct model_socket *found = NULL;
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *t = f->model.sockets[i];
        if (t->listener == NULL || t->owner == s->owner || s->remote.text == NULL ||
            !facts_is_for(f, s->owner->host, s->remote.text, t))
            continue;
        if (found != NULL)
            return NULL; /* several clients: which one is it? */
        found = t;
    }
    return found;
}

static bool waits_for_program(const struct facts *f, const struct model_socket *s,
                              struct finding *out)
{
    const struct model_socket *t = half_open(f, s) ? other_end(f, s) : NULL;
    const struct model_call *here = t == NULL ? NULL : waiting_call(f, s), *there = NULL;
    for (uint64_t n = 0; here != NULL && there == NULL && n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->io == MODEL_RECV && c->socket == t && !c->event->call.returned)
            there = c;
    }
    if (there == NULL || !facts_broken(f))
        return false;
    finding_call(out, here);
    finding_event(out, there->event);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, here);
    strbuf_puts(&out->message, " waits for an answer, and ");
    finding_place(out, there);
    strbuf_puts(&out->message,
                " on the other end of the same connection waits for more, or for its "
                "end: nothing is under way");
    return true;
}

bool rule_waits_for_eof(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; i < f->model.nsockets; i++)
        if (waits_for_script(f, f->model.sockets[i], out) ||
            waits_for_program(f, f->model.sockets[i], out))
            return true;
    return false;
}
