/*
 * rules/udp - datagrams are whole or not there at all.
 *
 *   - 23: recv was given less room than the datagram that came, as the wire or the script shows. A
 *     fact when what the script wanted is just what was cut off; a program may well want no more
 *     than the beginning.
 *   - 24: a send fails with EMSGSIZE, and the program sends nothing that fits instead.
 *   - 46: 0 from a UDP socket, then close or exit without another call on it.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "rules/datagram.h"
#include "rules/rules.h"
#include "timeline/describe.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_datagram(const struct model_call *c, enum model_io io)
{
    return c->io == io && c->socket != NULL && c->socket->datagram;
}

/* --- 23 --- */

static bool same_bytes(const struct model_call *c, const struct datagram *d)
{
    size_t n = least(c->data.len, d->data.len);
    return c->data.data != NULL && n > 0 && memcmp(c->data.data, d->data.data, n) == 0;
}

/* How many recv calls on the socket up to this one brought the same bytes. */
static unsigned times_received(const struct facts *f, const struct model_call *recv)
{
    unsigned times = 0;
    for (uint64_t n = 0; n <= recv->event->n; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && is_datagram(c, MODEL_RECV) && c->socket == recv->socket &&
            c->moved == recv->moved && c->data.len == recv->data.len &&
            memcmp(c->data.data, recv->data.data, c->data.len) == 0)
            times++;
    }
    return times;
}

/* The datagram of which recv brought the beginning. What came whole is told by its number: the
 * recv stands at its entry, so times do not help. */
static bool cut_datagram(const struct facts *f, const struct model_call *recv, struct datagram *cut)
{
    struct datagram d = DATAGRAM_INIT;
    unsigned whole = 0;
    bool found = false;
    for (uint64_t n = 0; datagram_next(f, &n, &d);) {
        if (d.lost || !same_bytes(recv, &d) || !datagram_meets(f, &d, recv->socket))
            continue;
        if (d.len == (size_t)recv->moved) {
            whole++;
        } else if (d.len > (size_t)recv->moved && !found) {
            found = true;
            *cut = d;
            d = (struct datagram)DATAGRAM_INIT;
        }
    }
    datagram_free(&d);
    if (found && times_received(f, recv) <= whole) {
        datagram_free(cut);
        found = false;
    }
    return found;
}

/* What the program printed would have been right with the whole datagram in its place. */
static bool whole_would_do(const struct facts *f, const struct model_call *recv,
                           const struct datagram *cut)
{
    enum { LEAST = 3 }; /* less may stand anywhere */
    struct strbuf printed = STRBUF_INIT, right = STRBUF_INIT;
    const char *found;
    size_t at = 0, moved = (size_t)recv->moved;
    if (f->failed_action == NULL || f->failed_action->kind != ACTION_OUTPUT || moved < LEAST ||
        recv->data.len != moved)
        return false;
    facts_output(f, f->failed_action->actor, f->failed_action->output.stream, &printed);
    while ((found = memmem(printed.data + at, printed.len - at, recv->data.data, moved)) != NULL) {
        size_t before = (size_t)(found - printed.data) - at;
        strbuf_add(&right, printed.data + at, before);
        strbuf_add(&right, cut->data.data, cut->data.len);
        at += before + moved;
    }
    strbuf_add(&right, printed.data + at, printed.len - at);
    bool would = at > 0 && facts_would_do(f, right.data, right.len);
    strbuf_free(&printed);
    strbuf_free(&right);
    return would;
}

/* The script wanted the bytes on both sides of the cut, or what only the whole has. */
static bool rest_was_wanted(const struct facts *f, const struct model_call *recv,
                            const struct datagram *cut)
{
    enum { BEFORE = 4, BEHIND = 8 };
    struct strbuf wanted = STRBUF_INIT;
    const struct strbuf *whole = &cut->data;
    size_t moved = (size_t)recv->moved, from = moved > BEFORE ? moved - BEFORE : 0;
    size_t to = least(whole->len, moved + BEHIND);
    bool is = false;
    if (facts_broken(f) && to > moved)
        is = (facts_wanted(f, &wanted) &&
              memmem(wanted.data, wanted.len, whole->data + from, to - from) != NULL) ||
             (facts_would_do(f, whole->data, whole->len) &&
              !facts_would_do(f, whole->data, moved)) ||
             whole_would_do(f, recv, cut);
    strbuf_free(&wanted);
    return is;
}

static bool looks_first(const struct model_call *c)
{
    const char *flags = call_text(&c->event->call, "flags");
    return strstr(flags, "MSG_PEEK") != NULL || strstr(flags, "MSG_TRUNC") != NULL;
}

bool rule_udp_buffer_too_small(const struct facts *f, struct finding *out)
{
    enum { MOST = 16 }; /* each look goes through the whole recording */
    const struct model_call *c, *first = NULL;
    struct datagram cut = DATAGRAM_INIT;
    unsigned looks = 0;
    for (uint64_t n = 0; looks < MOST && (c = facts_call(f, &n)) != NULL;) {
        struct datagram d = DATAGRAM_INIT;
        if (!is_datagram(c, MODEL_RECV) || c->moved <= 0 || c->moved != c->asked || looks_first(c))
            continue;
        looks++;
        if (!cut_datagram(f, c, &d))
            continue;
        bool wanted = rest_was_wanted(f, c, &d);
        if (wanted || first == NULL) {
            first = c;
            datagram_free(&cut);
            cut = d;
        } else {
            datagram_free(&d);
        }
        if (wanted) {
            out->certainty = CERTAINTY_FACT;
            break;
        }
    }
    if (first != NULL) {
        finding_call(out, first);
        if (cut.event->kind == EVENT_PACKET)
            finding_event(out, cut.event);
        finding_place(out, first);
        strbuf_printf(&out->message,
                      " had room for %" PRId64 " bytes, and the datagram has %zu; the kernel threw "
                      "the rest away%s",
                      first->asked, cut.len,
                      out->certainty == CERTAINTY_FACT ? "" : ": was it not needed?");
    }
    datagram_free(&cut);
    return first != NULL;
}

/* --- 24 --- */

/* The program sent something that fits instead. */
static bool sent_later(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *later = model_call(&f->model, n);
        if (later != NULL && later->process == c->process && is_datagram(later, MODEL_SEND) &&
            later->moved >= 0)
            return true;
    }
    return false;
}

bool rule_udp_too_big(const struct facts *f, struct finding *out)
{
    enum { MOST_V4 = 65507, MOST_V6 = 65527 };
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!is_datagram(c, MODEL_SEND) || !facts_error(c, "EMSGSIZE") || sent_later(f, c))
            continue;
        bool v6 = c->socket->domain != NULL && strcmp(c->socket->domain, "AF_INET6") == 0;
        int most = v6 ? MOST_V6 : MOST_V4;
        finding_call(out, c);
        finding_event(out, f->failed);
        out->certainty = facts_broken(f) ? CERTAINTY_FACT : CERTAINTY_HINT;
        finding_place(out, c);
        strbuf_printf(&out->message, " was given %" PRId64 " bytes for one datagram", c->asked);
        if (c->asked > most)
            strbuf_printf(&out->message, ", which holds %d at most", most);
        strbuf_puts(&out->message,
                    "; the kernel refused it (EMSGSIZE), and nothing of it went out");
        if (out->certainty == CERTAINTY_HINT)
            strbuf_puts(&out->message, ": is that what should happen?");
        return true;
    }
    return false;
}

/* --- 46 --- */

/* The call after the empty datagram that gives the socket up, or NULL. *ended: the program exited.
 */
static bool gives_socket_up(const struct facts *f, const struct model_call *c,
                            const struct model_call **close)
{
    *close = NULL;
    for (const struct model_call *next = facts_next(f, c); next != NULL;
         next = facts_next(f, next)) {
        if (facts_waits_or_receives(next))
            return false;
        if (next->socket != c->socket)
            continue;
        if (!facts_is(next, "close"))
            return false;
        *close = next;
        return true;
    }
    const struct event *exit = facts_exit(f, c->event->pid);
    return exit != NULL && exit->exit.signal == NULL && exit->n > c->event->n &&
           !facts_signalled(f, c->event->program, NULL, exit->n);
}

bool rule_empty_datagram_as_eof(const struct facts *f, struct finding *out)
{
    const struct model_call *c, *close;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_RECV || c->socket == NULL || !c->socket->datagram || c->moved != 0 ||
            c->asked <= 0 || !gives_socket_up(f, c, &close))
            continue;
        finding_call(out, c);
        if (close != NULL)
            finding_event(out, close->event);
        out->certainty = facts_broken(f) ? CERTAINTY_FACT : CERTAINTY_HINT;
        finding_place(out, c);
        strbuf_printf(&out->message, " returned 0, an empty datagram, and the program %s%s",
                      close != NULL ? "closed its socket" : "ended",
                      out->certainty == CERTAINTY_FACT
                          ? ", as if a stream were over; the next datagram found nobody"
                          : ": is that what an empty datagram means here?");
        return true;
    }
    return false;
}
