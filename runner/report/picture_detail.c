/*
 * picture_detail.c - all that is known of one row: for a pointer that rests on it.
 */
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "report/picture_parts.h"
#include "timeline/describe.h"

static void add_line(struct strbuf *out, const char *name, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    strbuf_printf(out, "\n%s: ", name);
    picture_add_escaped(out, text);
}

static void add_arguments(struct strbuf *out, const struct call_event *call)
{
    for (unsigned i = 0; i < call->nargs; i++) {
        const struct arg *arg = &call->args[i];
        strbuf_puts(out, "\n  ");
        picture_add_escaped(out, arg->name);
        strbuf_puts(out, ": ");
        if (arg->bytes.data != NULL)
            bytes_quote(out, arg->bytes.data, arg->bytes.len, 256);
        else if (arg->text != NULL)
            picture_add_escaped(out, arg->text);
        if (arg->has_value && arg->text != NULL)
            strbuf_printf(out, " (%" PRId64 ")", arg->value);
        else if (arg->has_value)
            strbuf_printf(out, "%" PRId64, arg->value);
    }
}

static void add_call(struct strbuf *out, const struct event *ev)
{
    const struct call_event *call = &ev->call;
    add_line(out, "system call", call->name);
    if (call->file != NULL) {
        strbuf_puts(out, "\nat: ");
        describe_where(out, ev);
        if (call->function != NULL) {
            strbuf_puts(out, " in ");
            picture_add_escaped(out, call->function);
            strbuf_puts(out, "()");
        }
    }
    add_arguments(out, call);
    if (!call->returned)
        strbuf_puts(out, "\nit did not return");
    else
        strbuf_printf(out, "\nresult: %" PRId64, call->result);
    add_line(out, "errno", call->error);
    strbuf_puts(out, call->returned ? "\nin the kernel for: " : "\nwaited for: ");
    picture_time(out, call->blocked_ns);
    strbuf_printf(out, "\nprocess: %d", ev->pid);
    if (ev->tid != 0 && ev->tid != ev->pid)
        strbuf_printf(out, ", thread %d", ev->tid);
}

static void add_packet(struct strbuf *out, const struct event *ev)
{
    const struct packet_event *packet = &ev->packet;
    strbuf_puts(out, "\nfrom: ");
    describe_address(out, packet->from != NULL ? packet->from : "?");
    strbuf_puts(out, "\nto: ");
    describe_address(out, packet->to != NULL ? packet->to : "?");
    if (ev->host != NULL && strcmp(ev->host, "localhost") != 0)
        add_line(out, "sent by host", ev->host);
    add_line(out, packet->arrived_ns < 0 ? "meant for host" : "handed to host", packet->hosts_to);
    add_line(out, "protocol", packet->proto);
    if (packet->flags != NULL) {
        strbuf_puts(out, "\nflags: ");
        picture_flags(out, packet->flags);
        strbuf_puts(out, " [");
        picture_add_escaped(out, packet->flags);
        strbuf_printf(out, "]\nseq: %" PRIu32 " (on the wire %" PRIu32 ")", packet->seq,
                      packet->abs_seq);
        strbuf_printf(out, "\nack: %" PRIu32 " (on the wire %" PRIu32 ")", packet->ack,
                      packet->abs_ack);
        strbuf_printf(out, "\nwindow: %" PRIu32, packet->window);
    }
    add_line(out, "options", packet->options);
    strbuf_printf(out, "\npayload: %" PRIu32 " bytes", packet->len);
    if (packet->frame_len > 0)
        strbuf_printf(out, " in a frame of %" PRIu32, packet->frame_len);
    add_line(out, "fate", packet->fate);
    add_line(out, "rule of the wire", packet->rule);
    if (packet->arrived_ns > 0) {
        strbuf_puts(out, "\non the way for: ");
        picture_time(out, packet->arrived_ns);
    } else if (packet->arrived_ns < 0) {
        strbuf_puts(out, "\nnever arrived");
    }
    add_line(out, "note", packet->info);
}

static void add_state(struct strbuf *out, const struct state_event *state)
{
    strbuf_puts(out, "\nstate of ");
    describe_address(out, state->local != NULL ? state->local : "*");
    if (state->remote != NULL && strcmp(state->remote, "*") != 0) {
        strbuf_puts(out, " with ");
        describe_address(out, state->remote);
    }
    strbuf_puts(out, ": ");
    if (state->from != NULL) {
        picture_add_escaped(out, state->from);
        strbuf_puts(out, " → ");
    }
    picture_add_escaped(out, state->to != NULL ? state->to : "?");
    bool listens = state->to != NULL && strcmp(state->to, "LISTEN") == 0;
    if (state->rqueue > 0)
        strbuf_printf(out, listens ? ", %" PRIu32 " not accepted" : ", %" PRIu32 " bytes not read",
                      state->rqueue);
    if (state->wqueue > 0 && !listens)
        strbuf_printf(out, ", %" PRIu32 " bytes not acknowledged", state->wqueue);
}

void picture_detail(const struct picture *p, const struct picture_row *row, struct strbuf *out)
{
    strbuf_puts(out, *row->text != '\0' ? row->text : "change of state");
    if (row->event == NULL)
        return;
    strbuf_printf(out, "\nevent %" PRIu64 " at %.6f ms", row->event->n, (double)row->t / 1e6);
    switch (row->event->kind) {
    case EVENT_CALL:
        add_call(out, row->event);
        break;
    case EVENT_PACKET:
        add_packet(out, row->event);
        break;
    case EVENT_SCRIPT:
        add_line(out, "because", row->event->script.because);
        add_line(out, "in lab.json", row->event->script.path);
        break;
    case EVENT_OUTPUT:
        add_line(out, "stream", row->event->output.stream);
        break;
    case EVENT_EXIT:
        add_line(out, "left open", row->event->exit.leftover);
        break;
    default:
        break;
    }
    for (unsigned i = 0; i < row->nstates; i++)
        add_state(out, &p->states[row->states + i].event->state);
}
