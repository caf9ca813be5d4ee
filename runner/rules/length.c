/*
 * rules/length - 16 to 19: sent too much, too little, or what nobody wrote.
 *
 * What is sent is compared with what came in just before, in the same thread, and with what the
 * script wanted: a length that is always 8; the size of the buffer; what came and older bytes of
 * the buffer behind it; what came up to its first zero.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* The first send after a recv of the same thread: an answer, or what was typed passed on. */
static const struct model_call *source_of(const struct facts *f, const struct model_call *send)
{
    for (uint64_t n = send->event->n; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->event->tid != send->event->tid || c->event->pid != send->event->pid ||
            c->io == MODEL_NO_IO)
            continue;
        if (c->io == MODEL_RECV)
            return c->moved >= 0 ? c : NULL;
        if (c->fd == send->fd)
            return NULL;
    }
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The send begins with what came in, as far as both are recorded. */
static bool passes_on(const struct model_call *send, const struct model_call *source, size_t count)
{
    if (send->data.data == NULL || (count > 0 && source->data.data == NULL))
        return false;
    size_t n = least(count, least(send->data.len, source->data.len));
    return n == 0 || memcmp(send->data.data, source->data.data, n) == 0;
}

/* Every send of that source line has the same length, and there is more than one, or only it. */
static bool always_as_long(const struct facts *f, const struct model_call *send)
{
    const struct model_call *c;
    const struct call_event *this = &send->event->call;
    for (uint64_t n = 0; this->file != NULL && (c = facts_call(f, &n)) != NULL;) {
        const struct call_event *call = &c->event->call;
        if (c->io == MODEL_SEND && call->file != NULL && strcmp(call->file, this->file) == 0 &&
            call->line == this->line && c->asked != send->asked)
            return false;
    }
    return true;
}

/* What the script compared in vain: the peer got exactly what this call sent. */
static bool peer_got(const struct facts *f, const struct model_call *send)
{
    if (f->failed == NULL || f->failed->script.received.data == NULL || send->data.data == NULL)
        return false;
    const struct bytes *got = &f->failed->script.received;
    return got->len >= send->data.len && send->data.len > 0 &&
           memcmp(got->data, send->data.data, send->data.len) == 0;
}

static bool is_text_end(char c)
{
    return c == '\0' || c == '\n' || c == '\r';
}

/* 16. A line of just eight letters may be sent too: the cut must go through the middle of a text.
 */
static bool cuts_at_eight(const struct facts *f, const struct model_call *send)
{
    const struct model_call *source = source_of(f, send);
    const char *whole = NULL;
    if (send->data.len != 8 || memchr(send->data.data, '\0', 8) != NULL)
        return false;
    if (source != NULL && source->moved > 8 && source->data.len > 8 && passes_on(send, source, 8))
        whole = source->data.data;
    else if (peer_got(f, send) && f->failed->script.received.len == 8 &&
             f->failed->script.expected.data != NULL && f->failed->script.expected.len > 8 &&
             memcmp(f->failed->script.expected.data, send->data.data, 8) == 0)
        whole = f->failed->script.expected.data;
    return whole != NULL && !is_text_end(whole[7]) && !is_text_end(whole[8]);
}

bool rule_sizeof_pointer(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_SEND || c->socket == NULL || c->asked != 8 || !cuts_at_eight(f, c) ||
            !always_as_long(f, c))
            continue;
        finding_call(out, c);
        finding_event(out, f->failed);
        finding_place(out, c);
        out->certainty = CERTAINTY_FACT;
        strbuf_puts(&out->message,
                    " was given the length 8 for a longer text, and that is the size "
                    "of a pointer; the rest never left the program");
        return true;
    }
    return false;
}

/* 17. Longer than what came in, and just as long as the buffer it came into. */
static bool sends_buffer(const struct model_call *send, const struct model_call *source)
{
    return source != NULL && source->moved < send->asked &&
           (send->asked == source->asked || send->asked - 1 == source->asked) && send->asked > 8 &&
           passes_on(send, source, (size_t)source->moved);
}

/* The peer got all that it expected, and then the end of this call's bytes, which begins with a
 * zero. */
static bool surplus_of(const struct facts *f, const struct model_call *send)
{
    if (f->failed == NULL || f->failed->script.received.data == NULL || send->data.data == NULL ||
        f->failed->script.expected.data == NULL || send->data.len < (size_t)send->asked)
        return false;
    const struct bytes *want = &f->failed->script.expected, *got = &f->failed->script.received;
    if (got->len <= want->len || memcmp(got->data, want->data, want->len) != 0)
        return false;
    size_t more = got->len - want->len;
    const char *surplus = got->data + want->len;
    return more < send->data.len && *surplus == '\0' &&
           memcmp(send->data.data + send->data.len - more, surplus, more) == 0;
}

/* Without a source: a round length, and a text that ends long before. */
static bool sends_round_length(const struct facts *f, const struct model_call *send)
{
    return (send->asked % 16 == 0 || send->asked % 50 == 0) && surplus_of(f, send);
}

bool rule_sizeof_array_sent(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_SEND || c->socket == NULL || c->asked <= 8)
            continue;
        const struct model_call *source = source_of(f, c);
        bool buffer = sends_buffer(c, source);
        if ((!buffer && !sends_round_length(f, c)) || !always_as_long(f, c))
            continue;
        out->certainty = CERTAINTY_FACT;
        finding_call(out, c);
        if (buffer)
            finding_event(out, source->event);
        finding_place(out, c);
        strbuf_printf(&out->message, " sent %" PRId64 " bytes, the whole array", c->asked);
        if (buffer) {
            strbuf_puts(&out->message, ", of which ");
            text_count(&out->message, (uint64_t)source->moved, "byte", "bytes");
            strbuf_puts(&out->message, " had been received");
        }
        strbuf_puts(&out->message,
                    "; the rest is whatever the memory held, and it is on the wire now");
        return true;
    }
    return false;
}

/* What a buffer holds in which all of a process' recv calls put their bytes, each at the start. */
struct residue {
    char bytes[TIMELINE_DATA_MAX];
    size_t len;
};

static void residue_before(const struct facts *f, const struct model_call *source,
                           struct residue *r)
{
    r->len = 0;
    for (uint64_t at = 0; at < source->event->n; at++) {
        const struct model_call *c = model_call(&f->model, at);
        if (c == NULL || c->io != MODEL_RECV || c->socket == NULL || c->moved <= 0 ||
            c->data.data == NULL || c->event->pid != source->event->pid)
            continue;
        size_t n = least(c->data.len, sizeof r->bytes);
        memcpy(r->bytes, c->data.data, n);
        if (n > r->len)
            r->len = n;
    }
}

/* Bytes behind what came are those that an earlier recv had left at just that place. */
static size_t stale_bytes(const struct facts *f, const struct model_call *send,
                          const struct model_call *source)
{
    struct residue *r = mem_alloc(sizeof *r);
    size_t from = (size_t)source->moved, count = 0;
    residue_before(f, source, r);
    size_t to = least(send->data.len, r->len);
    if (to > from && memcmp(send->data.data + from, r->bytes + from, to - from) == 0)
        count = to - from;
    free(r);
    return count;
}

static bool has_odd_byte(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < ' ' ? strchr("\t\n\r", c) == NULL : c >= 0x7f)
            return true;
    }
    return false;
}

/* 18. No zero in what is sent, more than came, and the surplus is older memory. */
static bool sends_surplus(const struct facts *f, const struct model_call *send)
{
    const struct model_call *source = source_of(f, send);
    if (source == NULL || source->socket == NULL || source->moved < 1 ||
        source->moved >= send->asked || send->data.data == NULL ||
        send->data.len <= (size_t)source->moved ||
        memchr(send->data.data, '\0', send->data.len) != NULL ||
        !passes_on(send, source, (size_t)source->moved))
        return false;
    size_t surplus = send->data.len - (size_t)source->moved;
    size_t stale = stale_bytes(f, send, source);
    /* One or two equal bytes may be a newline that the program means to add. */
    if (stale >= 3 || (stale == surplus && facts_broken(f) && stale > 0 &&
                       has_odd_byte(send->data.data + source->moved, surplus)))
        return true;
    return facts_broken(f) && peer_got(f, send) &&
           has_odd_byte(send->data.data + source->moved, surplus);
}

bool rule_strlen_unterminated(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    if (f->sanitizer.text != NULL && f->sanitizer.in_strlen && !f->sanitizer.write) {
        const struct model_call *recv = finding_last_recv(f, f->sanitizer.program, f->sanitizer.n);
        if (recv != NULL && recv->moved > 0) {
            finding_sanitizer(f, out, recv);
            strbuf_puts(&out->message, "looked for the zero byte at the end of what ");
            finding_place(out, recv);
            strbuf_puts(&out->message, " had put there; there is none, and it read on past the end "
                                       "of the buffer");
            return true;
        }
    }
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_SEND || c->socket == NULL || !sends_surplus(f, c))
            continue;
        const struct model_call *source = source_of(f, c);
        finding_call(out, c);
        finding_event(out, source->event);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message, " sent %" PRId64 " bytes where ", c->asked);
        text_count(&out->message, (uint64_t)source->moved, "byte", "bytes");
        strbuf_puts(&out->message, " had been received; what follows them is older contents of the "
                                   "buffer, up to a zero byte that happened to be there");
        return true;
    }
    return false;
}

/* 19. Cut at the first zero of what came. */
static bool cut_at_zero(const struct facts *f, const struct model_call *send,
                        const struct model_call *source)
{
    if (source == NULL || source->data.data == NULL || send->asked < 0 ||
        send->asked >= source->moved || (size_t)send->asked >= source->data.len)
        return false;
    /* What is printed is often only a log of it. */
    bool printed = send->socket == NULL && send->fd <= 2;
    if (printed && (f->failed_action == NULL || f->failed_action->kind != ACTION_OUTPUT))
        return false;
    const char *zero = memchr(source->data.data, '\0', source->data.len);
    return zero != NULL && zero - source->data.data == send->asked &&
           passes_on(send, source, (size_t)send->asked);
}

bool rule_strlen_binary(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        const struct model_call *source = c->io == MODEL_SEND ? source_of(f, c) : NULL;
        if (source == NULL || source->socket == NULL || !cut_at_zero(f, c, source))
            continue;
        finding_call(out, c);
        finding_event(out, source->event);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " passed on %" PRId64 " of the %" PRId64
                      " bytes that were received: just those before the first zero "
                      "byte",
                      c->asked, source->moved);
        return true;
    }
    return false;
}
