/*
 * write.c - one event as a line of JSON, written straight as text: a recording can have a hundred
 * thousand events, and a tree for each would cost more than the scene did.
 *
 * A field that is NULL, or zero where zero means "none", is left out; read.c puts it back.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/json_write.h"
#include "timeline/file.h"

static void put_string(struct strbuf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    json_field(out, name);
    json_bytes(out, text, strlen(text));
}

static void put_bytes(struct strbuf *out, const char *name, struct bytes bytes)
{
    if (bytes.data == NULL)
        return;
    json_field(out, name);
    json_bytes(out, bytes.data, bytes.len);
}

/* Always as {"hex": …}: bytes that are never meant as text. */
static void put_hex(struct strbuf *out, const char *name, struct bytes bytes)
{
    if (bytes.data == NULL)
        return;
    json_field(out, name);
    strbuf_puts(out, "{\"hex\":\"");
    bytes_to_hex(out, bytes.data, bytes.len);
    strbuf_puts(out, "\"}");
}

static void put_int(struct strbuf *out, const char *name, int64_t value)
{
    json_field(out, name);
    json_int(out, value);
}

static void put_uint(struct strbuf *out, const char *name, uint64_t value)
{
    json_field(out, name);
    json_uint(out, value);
}

static void put_bool(struct strbuf *out, const char *name, bool value)
{
    json_field(out, name);
    strbuf_puts(out, value ? "true" : "false");
}

static void put_scene(struct strbuf *out, const struct scene_event *scene)
{
    put_uint(out, "version", TIMELINE_VERSION);
    put_string(out, "lab", scene->lab);
    put_string(out, "step", scene->step);
    put_uint(out, "check", scene->check);
    put_uint(out, "seed", scene->seed);
    put_string(out, "tier", scene->tier);
    put_string(out, "variant", scene->variant);
    put_string(out, "stdio", scene->stdio);
    json_field(out, "vars");
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < scene->nvars; i++) {
        json_comma(out);
        strbuf_putc(out, '{');
        put_string(out, "name", scene->vars[i].name);
        put_bytes(out, "value", scene->vars[i].value);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

/* A plain number or text where that says all, else an object. */
static void put_arg(struct strbuf *out, const struct arg *arg)
{
    json_comma(out);
    json_text(out, arg->name);
    strbuf_putc(out, ':');
    bool text = arg->text != NULL, bytes = arg->bytes.data != NULL;
    size_t start = out->len;
    if (arg->has_value && !text && !bytes) {
        json_int(out, arg->value);
        if (out->data[start] != '"')
            return;
    } else if (text && !arg->has_value && !bytes) {
        json_bytes(out, arg->text, strlen(arg->text));
        if (out->data[start] == '"')
            return;
    }
    strbuf_cut(out, start);
    strbuf_putc(out, '{');
    if (arg->has_value)
        put_int(out, "value", arg->value);
    put_string(out, "text", arg->text);
    put_bytes(out, "bytes", arg->bytes);
    strbuf_putc(out, '}');
}

static void put_call(struct strbuf *out, const struct call_event *call)
{
    put_string(out, "call", call->name);
    json_field(out, "args");
    strbuf_putc(out, '{');
    for (unsigned i = 0; i < call->nargs; i++)
        put_arg(out, &call->args[i]);
    strbuf_putc(out, '}');
    json_field(out, "result");
    if (call->returned)
        json_int(out, call->result);
    else
        strbuf_puts(out, "null");
    json_field(out, "errno");
    json_text(out, call->error);
    put_string(out, "file", call->file);
    if (call->line != 0)
        put_int(out, "line", call->line);
    put_string(out, "function", call->function);
    put_string(out, "via", call->via);
    put_int(out, "blocked_ns", call->blocked_ns);
}

static void put_packet(struct strbuf *out, const struct packet_event *packet)
{
    put_string(out, "proto", packet->proto);
    put_string(out, "from", packet->from);
    put_string(out, "to", packet->to);
    put_string(out, "flags", packet->flags);
    put_uint(out, "seq", packet->seq);
    put_uint(out, "ack", packet->ack);
    put_uint(out, "len", packet->len);
    put_string(out, "fate", packet->fate);
    put_string(out, "rule", packet->rule);
    put_string(out, "hosts_to", packet->hosts_to);
    if (packet->arrived_ns != 0)
        put_int(out, "arrived_ns", packet->arrived_ns);
    if (packet->flags != NULL) {
        put_uint(out, "abs_seq", packet->abs_seq);
        put_uint(out, "abs_ack", packet->abs_ack);
        put_uint(out, "window", packet->window);
    }
    put_string(out, "options", packet->options);
    put_string(out, "info", packet->info);
    put_hex(out, "frame", packet->frame);
    if (packet->frame_len != 0)
        put_uint(out, "frame_len", packet->frame_len);
}

static void put_state(struct strbuf *out, const struct state_event *state)
{
    put_string(out, "proto", state->proto);
    put_string(out, "local", state->local);
    put_string(out, "remote", state->remote);
    put_string(out, "from", state->from);
    put_string(out, "to", state->to);
    put_uint(out, "rqueue", state->rqueue);
    put_uint(out, "wqueue", state->wqueue);
    if (state->implied)
        put_bool(out, "implied", true);
}

static void put_script(struct strbuf *out, const struct script_event *script)
{
    put_uint(out, "index", script->index);
    put_string(out, "verb", script->verb);
    put_string(out, "actor", script->actor);
    put_string(out, "status", script->status == SCRIPT_OK ? "ok" : "failed");
    put_string(out, "text", script->text);
    put_string(out, "path", script->path);
    put_string(out, "because", script->because);
    put_string(out, "failure", script->failure);
    put_bytes(out, "expected", script->expected);
    put_bytes(out, "received", script->received);
}

static void put_signal(struct strbuf *out, const struct event *ev)
{
    put_string(out, "name", ev->signal.name);
    put_bool(out, "fatal", ev->signal.fatal);
    put_string(out, "file", ev->signal.file);
    if (ev->signal.line != 0)
        put_int(out, "line", ev->signal.line);
}

static void put_exit(struct strbuf *out, const struct exit_event *end)
{
    put_int(out, "status", end->status);
    put_string(out, "signal", end->signal);
    put_bool(out, "main", end->main);
    put_string(out, "leftover", end->leftover);
}

static void put_end(struct strbuf *out, const struct end_event *end)
{
    put_string(out, "why", end->why);
    put_string(out, "limit", end->limit);
    put_string(out, "text", end->text);
    put_string(out, "busy", end->busy);
    put_string(out, "file", end->file);
    put_string(out, "function", end->function);
    if (end->line > 0)
        put_int(out, "line", end->line);
    if (end->packets_missed != 0)
        put_uint(out, "packets_missed", end->packets_missed);
    if (end->packets_left_out != 0)
        put_uint(out, "packets_left_out", end->packets_left_out);
    if (end->shortened != 0)
        put_uint(out, "shortened", end->shortened);
    if (end->nwaits == 0)
        return;
    json_field(out, "waits");
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < end->nwaits; i++) {
        json_comma(out);
        json_uint(out, end->waits[i]);
    }
    strbuf_putc(out, ']');
}

static void put_body(struct strbuf *out, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_SCENE:
        put_scene(out, &ev->scene);
        break;
    case EVENT_CALL:
        put_call(out, &ev->call);
        break;
    case EVENT_PACKET:
        put_packet(out, &ev->packet);
        break;
    case EVENT_STATE:
        put_state(out, &ev->state);
        break;
    case EVENT_OUTPUT:
        put_string(out, "stream", ev->output.stream);
        put_bytes(out, "bytes", ev->output.bytes);
        break;
    case EVENT_INPUT:
        put_bytes(out, "bytes", ev->input.bytes);
        break;
    case EVENT_SCRIPT:
        put_script(out, &ev->script);
        break;
    case EVENT_SIGNAL:
        put_signal(out, ev);
        break;
    case EVENT_EXIT:
        put_exit(out, &ev->exit);
        break;
    case EVENT_FAULT:
        put_string(out, "call", ev->fault.call);
        put_string(out, "text", ev->fault.text);
        break;
    case EVENT_END:
        put_end(out, &ev->end);
        break;
    }
}

void timeline_event_json(const struct event *ev, struct strbuf *out)
{
    strbuf_putc(out, '{');
    put_uint(out, "n", ev->n);
    put_int(out, "t", ev->t);
    json_field(out, "kind");
    json_text(out, event_kind_name(ev->kind));
    put_string(out, "host", ev->host);
    put_string(out, "program", ev->program);
    if (ev->pid != 0)
        put_int(out, "pid", ev->pid);
    if (ev->tid != ev->pid)
        put_int(out, "tid", ev->tid);
    put_body(out, ev);
    strbuf_puts(out, "}\n");
}
