/*
 * judge/rules_length - lengths that are too long, too short, or no lengths at all.
 *
 * 14, 15  The room for an address that the program announced is smaller than the address the kernel
 *         had to write, or negative: conclusive.
 * 16–19   What is sent is compared with what came in just before, in the same thread, and with what
 *         the script wanted: a length that is always 8; the size of the buffer; what came and
 *         older bytes of the buffer behind it; what came up to its first zero.
 * 20, 21  A sanitizer's report right after a recv that filled the buffer; a length below zero.
 * 23      The datagram that the script sent is longer than the room that recv was given.
 */
#include "judge/rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* --- 14, 15: the length of an address --- */

enum {
    SIZE_IN = 16,       /* struct sockaddr_in */
    SIZE_ABSURD = 4096, /* no address structure is as large as this */
};

static bool is_internet(const struct model_socket *s)
{
    return s->domain != NULL && strncmp(s->domain, "AF_INET", 7) == 0;
}

/* What is wrong with the room that the program announced; false: nothing. */
static bool bad_room(const struct model_call *c, int64_t *room, int64_t *needed)
{
    const struct call_event *call = &c->event->call;
    const struct arg *in = call_arg(call, "addrlen_in");
    if (in == NULL || !in->has_value || c->socket == NULL)
        return false;
    *room = in->value;
    *needed = call_value(call, "addrlen_out", SIZE_IN);
    if (*room < 0 || *room > INT32_MAX)
        return facts_error(c, "EINVAL");
    if (!is_internet(c->socket))
        return false;
    if (*needed < SIZE_IN)
        *needed = SIZE_IN;
    return *room < *needed || *room > SIZE_ABSURD;
}

static void say_room(struct finding *out, const struct model_call *c, int64_t room, int64_t needed)
{
    finding_call(out, c);
    out->certainty = room > SIZE_ABSURD && room <= INT32_MAX ? CERTAINTY_HINT : CERTAINTY_FACT;
    finding_place(out, c);
    if (out->certainty == CERTAINTY_HINT) {
        strbuf_printf(&out->message,
                      " was told that there is room for an address of %" PRId64
                      " bytes: was that variable ever set?",
                      room);
    } else if (facts_error(c, "EINVAL")) {
        strbuf_printf(&out->message,
                      " was told that there is room for an address of %" PRId64
                      " bytes, and failed with EINVAL",
                      room);
    } else {
        strbuf_printf(&out->message,
                      " was told that there is room for an address of %" PRId64
                      " bytes; the kernel has %" PRId64 " to write, and wrote %s",
                      room, needed, room == 0 ? "none of them" : "only the first of them");
    }
}

bool rule_addrlen_uninit_accept(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    int64_t room, needed;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "accept") && !facts_is(c, "accept4") && !facts_is(c, "getsockname") &&
            !facts_is(c, "getpeername"))
            continue;
        if (!bad_room(c, &room, &needed))
            continue;
        say_room(out, c, room, needed);
        return true;
    }
    return false;
}

bool rule_addrlen_uninit_recvfrom(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    int64_t room, needed;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "recvfrom") || c->socket == NULL || !c->socket->datagram ||
            !bad_room(c, &room, &needed))
            continue;
        say_room(out, c, room, needed);
        const struct model_call *next = facts_next(f, c);
        if (next != NULL && next->io == MODEL_SEND && next->socket == c->socket &&
            next->event->call.error != NULL) {
            finding_call(out, next);
            strbuf_puts(&out->message, "; ");
            finding_place(out, next);
            strbuf_printf(&out->message, " then had no address to send to: %s",
                          next->event->call.error);
        }
        return true;
    }
    return false;
}

/* --- 16 to 19: what comes in, and what goes out --- */

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
           (send->asked == source->asked || send->asked == source->asked + 1) && send->asked > 8 &&
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
    for (uint64_t n = 0; n < source->event->n; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->io != MODEL_RECV || c->socket == NULL || c->moved <= 0 ||
            c->event->pid != source->event->pid)
            continue;
        memcpy(r->bytes, c->data.data, least(c->data.len, sizeof r->bytes));
        if (c->data.len > r->len)
            r->len = c->data.len;
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

static const struct model_call *last_recv_of(const struct facts *f, const char *program,
                                             uint64_t before)
{
    for (uint64_t n = before; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->io == MODEL_RECV && c->socket != NULL &&
            (program == NULL || c->event->program == NULL ||
             strcmp(program, c->event->program) == 0))
            return c;
    }
    return NULL;
}

/* The place is the line that the sanitizer names. */
static void say_sanitizer(const struct facts *f, struct finding *out, const struct model_call *recv)
{
    out->certainty = CERTAINTY_FACT;
    finding_call(out, recv);
    out->file = f->sanitizer.file;
    out->line = f->sanitizer.line;
    if (f->sanitizer.file != NULL)
        strbuf_printf(&out->message, "%s:%d ", f->sanitizer.file, f->sanitizer.line);
    else
        strbuf_puts(&out->message, "The program ");
}

bool rule_strlen_unterminated(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    if (f->sanitizer.text != NULL && f->sanitizer.in_strlen && !f->sanitizer.write) {
        const struct model_call *recv = last_recv_of(f, f->sanitizer.program, f->sanitizer.n);
        if (recv != NULL && recv->moved > 0) {
            say_sanitizer(f, out, recv);
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

/* --- 20, 21 --- */

bool rule_nul_past_end(const struct facts *f, struct finding *out)
{
    const struct sanitizer_report *r = &f->sanitizer;
    if (r->text == NULL)
        return false;
    const struct model_call *recv = last_recv_of(f, r->program, r->n);
    if (recv == NULL || recv->moved <= 0 || recv->moved != recv->asked)
        return false;
    char index[40];
    snprintf(index, sizeof index, "index %" PRId64 " out of bounds", recv->moved);
    bool asan = !r->undefined && r->write && r->size == 1 && strstr(r->summary, "overflow") != NULL;
    bool ubsan = r->undefined && strstr(r->summary, index) != NULL;
    if (!asan && !ubsan)
        return false;
    say_sanitizer(f, out, recv);
    strbuf_puts(&out->message, "wrote one byte behind the end of a buffer that ");
    finding_place(out, recv);
    strbuf_printf(&out->message,
                  " had filled to its last byte: it asked for %" PRId64 " bytes and got %" PRId64,
                  recv->asked, recv->moved);
    return true;
}

static const struct model_call *failed_recv_before(const struct facts *f,
                                                   const struct model_call *c)
{
    const struct model_call *recv = facts_last_io(f, c->event->pid, MODEL_RECV, c->event->n);
    return recv != NULL && recv->event->call.error != NULL ? recv : NULL;
}

bool rule_retval_as_length(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    const struct sanitizer_report *r = &f->sanitizer;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->io == MODEL_NO_IO || c->asked >= 0)
            continue;
        const struct model_call *recv = failed_recv_before(f, c);
        finding_call(out, c);
        if (recv != NULL)
            finding_event(out, recv->event);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " was given the length %" PRIu64 ", which is %" PRId64 " taken for a size",
                      (uint64_t)c->asked, c->asked);
        if (recv != NULL) {
            strbuf_puts(&out->message, "; ");
            finding_place(out, recv);
            strbuf_printf(&out->message, " had returned -1 (%s) just before",
                          recv->event->call.error);
        }
        return true;
    }
    const struct model_call *recv = r->text == NULL ? NULL : last_recv_of(f, r->program, r->n);
    bool below = recv != NULL && recv->event->call.error != NULL &&
                 (r->undefined ? strstr(r->summary, "index -1 out of bounds") != NULL
                               : r->write && r->size == 1);
    if (!below)
        return false;
    say_sanitizer(f, out, recv);
    strbuf_puts(&out->message, "used the result of ");
    finding_place(out, recv);
    strbuf_printf(&out->message, " as an index; it was -1 (%s)", recv->event->call.error);
    return true;
}

/* --- 23 --- */

/* The script sent a datagram that begins with what was received and is longer. */
static bool longer_was_sent(const struct facts *f, const struct model_call *recv, size_t *length)
{
    /* The recv stands at its entry, so it may well stand before the send that it waited for. */
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        struct strbuf data = STRBUF_INIT;
        bool longer = a != NULL && a->kind == ACTION_SEND && facts_data(f, &a->send.data, &data) &&
                      data.len > (size_t)recv->moved && recv->data.len > 0 &&
                      memcmp(data.data, recv->data.data, recv->data.len) == 0;
        *length = data.len;
        strbuf_free(&data);
        if (longer)
            return true;
    }
    return false;
}

bool rule_udp_buffer_too_small(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    size_t length;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_RECV || c->socket == NULL || !c->socket->datagram || c->moved <= 0 ||
            c->moved != c->asked ||
            strstr(call_text(&c->event->call, "flags"), "MSG_PEEK") != NULL ||
            !longer_was_sent(f, c, &length))
            continue;
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " had room for %" PRId64 " bytes, and the datagram has %zu; the kernel threw "
                      "the rest away",
                      c->asked, length);
        return true;
    }
    return false;
}
