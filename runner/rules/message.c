/*
 * rules/message - 26: one recv of a stream brought several messages, and they were taken for one.
 *
 * Messages are lines, or what the script sent by one action each. A fact when the answers that
 * followed are fewer than the messages and the program, with nothing left to read, waits for more
 * while the script waits for the next answer; a hint when the answer looks otherwise.
 */
#include <inttypes.h>
#include <string.h>

#include "rules/rules.h"

static unsigned count_lines(const char *data, size_t len)
{
    unsigned lines = 0;
    for (size_t i = 0; i < len; i++)
        lines += data[i] == '\n';
    return lines;
}

/* What the script sent action by action, as far as the recv brought whole ones of them. */
static unsigned count_sent(const struct facts *f, const struct model_call *recv)
{
    size_t at = 0;
    unsigned count = 0;
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        struct strbuf data = STRBUF_INIT;
        if (a == NULL || a->kind != ACTION_SEND || a->send.to != NULL)
            continue;
        bool fits = facts_data(f, &a->send.data, &data) && data.len > 0 &&
                    data.len <= recv->data.len - at &&
                    memcmp(recv->data.data + at, data.data, data.len) == 0;
        if (fits) {
            at += data.len;
            count++;
        } else if (count > 0 && at < recv->data.len) {
            at = 0;
            count = 0;
        }
        strbuf_free(&data);
        if (at > 0 && at == recv->data.len)
            break;
    }
    return at == recv->data.len ? count : 0;
}

/* How many messages it brought, the last one whole; 0: it cannot be told. */
static unsigned messages(const struct facts *f, const struct model_call *c)
{
    if (c->io != MODEL_RECV || c->socket == NULL || !c->socket->stream || c->moved <= 1 ||
        c->data.data == NULL || c->data.len < (size_t)c->moved)
        return 0;
    bool lines = c->data.data[c->data.len - 1] == '\n';
    return lines ? count_lines(c->data.data, c->data.len) : count_sent(f, c);
}

/* What the program answered, or printed, between this recv and the next on the socket. */
struct answers {
    unsigned calls, lines;
    const struct model_call *first;
    const struct model_call *again; /* the next recv, or poll */
};

static struct answers answers_to(const struct facts *f, const struct model_call *c, bool printed)
{
    struct answers a = {0};
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls && a.again == NULL; n++) {
        const struct model_call *next = model_call(&f->model, n);
        if (next == NULL || next->process != c->process)
            continue;
        if ((next->socket == c->socket && next->io == MODEL_RECV) ||
            facts_watches(next, c->fd, "POLLIN")) {
            a.again = next;
        } else if (next->io == MODEL_SEND && next->moved > 0 &&
                   (printed ? next->fd == 1 : next->socket != NULL && next->socket->stream)) {
            a.calls++;
            a.lines += next->data.data != NULL ? count_lines(next->data.data, next->data.len) : 0;
            if (a.first == NULL)
                a.first = next;
        }
    }
    return a;
}

/* The message that the socket took last, before it waits for good. */
static bool took_for_one(const struct facts *f, const struct model_call *c, struct finding *out)
{
    enum action_kind kind = f->failed_action != NULL ? f->failed_action->kind : ACTION_KINDS;
    unsigned count = messages(f, c);
    if (count < 2 || (kind != ACTION_EXPECT && kind != ACTION_OUTPUT))
        return false;
    struct answers a = answers_to(f, c, kind == ACTION_OUTPUT);
    if (a.calls == 0 || a.calls >= count)
        return false;
    bool waits = a.again != NULL && !a.again->event->call.returned;
    bool fewer = facts_failed_by(f, "stall") && waits;
    /* Whoever closes after one answer takes one question only, which is another matter. */
    if (a.lines >= count || (!fewer && !facts_failed_by(f, "mismatch")))
        return false;
    finding_call(out, c);
    finding_event(out, a.first->event);
    finding_event(out, f->failed);
    out->certainty = fewer ? CERTAINTY_FACT : CERTAINTY_HINT;
    finding_place(out, c);
    strbuf_printf(&out->message, " brought %u messages at once, and the program %s ", count,
                  kind == ACTION_OUTPUT ? "printed" : "answered");
    if (fewer)
        strbuf_printf(&out->message, "%s; then it waits for more, and nothing is under way",
                      a.calls == 1 ? "once" : "fewer times");
    else
        strbuf_puts(&out->message, "once: does it take them one by one?");
    return true;
}

bool rule_merged_messages(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;)
        if (took_for_one(f, c, out))
            return true;
    return false;
}
