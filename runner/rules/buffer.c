/*
 * rules/buffer - room that is not there.
 *
 *   - 14, 15: the room for an address that the program announced is smaller than the address the
 *     kernel had to write, or negative: conclusive.
 *   - 20, 21: a sanitizer's report right after a recv that filled the buffer; a length below zero.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* --- 20, 21 --- */

bool rule_nul_past_end(const struct facts *f, struct finding *out)
{
    const struct sanitizer_report *r = &f->sanitizer;
    if (r->text == NULL)
        return false;
    const struct model_call *recv = finding_last_recv(f, r->program, r->n);
    if (recv == NULL || recv->moved <= 0 || recv->moved != recv->asked)
        return false;
    char index[40];
    snprintf(index, sizeof index, "index %" PRId64 " out of bounds", recv->moved);
    bool asan = !r->undefined && r->write && r->size == 1 && strstr(r->summary, "overflow") != NULL;
    bool ubsan = r->undefined && strstr(r->summary, index) != NULL;
    if (!asan && !ubsan)
        return false;
    finding_sanitizer(f, out, recv);
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
    const struct model_call *recv = r->text == NULL ? NULL : finding_last_recv(f, r->program, r->n);
    bool below = recv != NULL && recv->event->call.error != NULL &&
                 (r->undefined ? strstr(r->summary, "index -1 out of bounds") != NULL
                               : r->write && r->size == 1);
    if (!below)
        return false;
    finding_sanitizer(f, out, recv);
    strbuf_puts(&out->message, "used the result of ");
    finding_place(out, recv);
    strbuf_printf(&out->message, " as an index; it was -1 (%s)", recv->event->call.error);
    return true;
}
