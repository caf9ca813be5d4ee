/*
 * picture_words.c - what stands in a picture's rows, in words; title, notes and details.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/picture_parts.h"
#include "timeline/describe.h"

enum { PRINTED = 60, DUMP_WIDTH = 8, DUMP_LINES = 8 };

void picture_add_escaped(struct strbuf *out, const char *text)
{
    size_t start = out->len;
    bytes_escape_lines(out, text, strlen(text));
    for (size_t i = start; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
}

void picture_time(struct strbuf *out, int64_t ns)
{
    if (ns < 1000)
        strbuf_printf(out, "%" PRId64 " ns", ns);
    else if (ns < 1000000)
        strbuf_printf(out, "%.0f µs", (double)ns / 1e3);
    else if (ns < 100000000)
        strbuf_printf(out, "%.1f ms", (double)ns / 1e6);
    else if (ns < 1000000000)
        strbuf_printf(out, "%.0f ms", (double)ns / 1e6);
    else
        strbuf_printf(out, "%.1f s", (double)ns / 1e9);
}

/* 12345 as "12,345": long numbers are for reading here. */
void picture_number(struct strbuf *out, uint64_t value)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    for (int i = 0; i < n; i++) {
        strbuf_putc(out, digits[i]);
        if (i + 1 < n && (n - i - 1) % 3 == 0)
            strbuf_putc(out, ',');
    }
}

/* --- calls --- */

static void add_process(struct picture *p, struct strbuf *out, const struct event *ev)
{
    const struct model_process *process = model_process(&p->work->model, ev->pid);
    if (ev->tid != ev->pid && ev->tid != 0)
        strbuf_printf(out, "thread %d: ", ev->tid);
    else if (process != NULL && process->parent != NULL)
        strbuf_printf(out, "child %d: ", ev->pid);
}

static void add_call_words(struct picture *p, struct strbuf *out, const struct picture_row *row)
{
    struct event ev = *row->event;
    struct strbuf all = STRBUF_INIT;
    const struct model *m = &p->work->model;
    add_process(p, out, &ev);
    if (ev.call.file == NULL) /* a function of an interpreter's says nothing to its user */
        ev.call.via = NULL;
    if (row->entered && ev.call.returned) {
        ev.call.returned = false;
        describe_call(&all, m, &ev);
        static const char suffix[] = " still waiting";
        strbuf_cut(&all, all.len - strlen(suffix));
    } else {
        describe_call(&all, m, &ev);
    }
    const char *result = strstr(all.data, ") = "), *paren = strchr(all.data, '(');
    if (row->kind == PICTURE_RETURN && result != NULL && paren != NULL) {
        strbuf_add(out, all.data, (size_t)(paren - all.data) + 1);
        strbuf_puts(out, result);
    } else {
        strbuf_add(out, all.data, all.len);
    }
    strbuf_free(&all);
}

/* --- the others --- */

static void add_quoted(struct strbuf *out, const char *before, const struct bytes *bytes)
{
    strbuf_puts(out, before);
    bytes_quote(out, bytes->data, bytes->len, PRINTED);
}

/* All that was printed from the row's event to its last, up to what is shown anyway. */
static void add_printed(struct picture *p, struct strbuf *out, const struct picture_row *row)
{
    struct strbuf all = STRBUF_INIT;
    bool is_output = row->event->kind == EVENT_OUTPUT;
    for (uint64_t n = row->event->n; n <= row->last && n < p->timeline->count; n++) {
        const struct event *ev = &p->timeline->events[n];
        if (ev->kind != row->event->kind || ev->program != row->event->program)
            continue;
        const struct arg *data = is_output ? NULL : call_arg(&ev->call, "data");
        if (is_output)
            strbuf_add(&all, ev->output.bytes.data, ev->output.bytes.len);
        else if (data != NULL && data->bytes.data != NULL && picture_is_print(p, ev))
            strbuf_add(&all, data->bytes.data, data->bytes.len);
    }
    bool error = is_output && row->event->output.stream != NULL &&
                 strcmp(row->event->output.stream, "stderr") == 0;
    struct bytes bytes = {all.data, all.len};
    add_quoted(out, error ? "stderr: " : "prints ", &bytes);
    strbuf_free(&all);
}

/* What stands for any text in a pattern: ".*", "[^ ]+" and the like. Its length, or 0. */
static size_t any_text(const char *at)
{
    size_t len = 0;
    if (*at == '.')
        len = 1;
    else if (at[0] == '[' && at[1] == '^')
        len = strcspn(at + 2, "]\"") + 2;
    if (len > 1)
        len = at[len] == ']' ? len + 1 : 0;
    return len > 0 && (at[len] == '+' || at[len] == '*') ? len + 1 : 0;
}

/* What a program should have printed, as a person would say it: a pattern (quoted, so that each of
 * its backslashes stands there twice) without its marks. */
static void add_expected(struct strbuf *out, const char *quoted)
{
    struct strbuf plain = STRBUF_INIT;
    for (const char *at = quoted; *at != '\0';) {
        size_t any = strncmp(at, ".\"", 2) == 0 && at > quoted && at[-1] == '"' ? 1 : any_text(at);
        if (any > 0)
            strbuf_puts(&plain, "…");
        else if (at[0] == '\\' && at[1] == '\\' && at[2] != '\0' &&
                 strchr("()[]{}.*+?^$|", at[2]) != NULL)
            any = 2; /* the sign behind them is meant as it is, and comes next */
        else
            strbuf_putc(&plain, *at);
        at += any > 0 ? any : 1;
        if (any == 2 && strchr("()[]{}.*+?^$|", *at) != NULL && at[-1] == '\\')
            strbuf_putc(&plain, *at++);
    }
    picture_add_escaped(out, plain.data);
    strbuf_free(&plain);
}

static void add_script_words(struct strbuf *out, const struct script_event *script)
{
    const char *text = script->text != NULL ? script->text : script->verb;
    size_t name = script->actor != NULL ? strlen(script->actor) : 0;
    if (text == NULL)
        return;
    if (name > 0 && strncmp(text, script->actor, name) == 0 && text[name] == ' ')
        text += name + 1;
    if (script->status == SCRIPT_FAILED)
        strbuf_puts(out, "✗ ");
    if (script->status == SCRIPT_FAILED && strncmp(text, "printed \"", 9) == 0) {
        strbuf_puts(out, "should have printed ");
        add_expected(out, text + 8);
        return;
    }
    picture_add_escaped(out, text);
    if (script->status == SCRIPT_FAILED && script->failure != NULL)
        strbuf_printf(out, " (%s)", script->failure);
}

static void add_end_words(struct strbuf *out, const struct end_event *end)
{
    bool stall = strcmp(end->why, "stall") == 0, failed = strcmp(end->why, "failed") == 0;
    strbuf_puts(out, stall ? "■ stuck" : failed ? "■ the check ends here" : "■ stopped");
    if (end->limit != NULL)
        strbuf_printf(out, " at the limit of %s", end->limit);
    if (end->text != NULL && *end->text != '\0') {
        strbuf_puts(out, ": ");
        picture_add_escaped(out, end->text);
    } else if (stall) {
        strbuf_puts(out, ": everybody waits, and nobody will act");
    }
}

static void add_repeat_words(struct strbuf *out, const struct picture_row *row)
{
    strbuf_puts(out, "… ");
    picture_number(out, row->count);
    if (row->kind == PICTURE_CUT)
        strbuf_puts(out, row->count == 1 ? " row is left out here" : " rows are left out here");
    else if (row->period == 1)
        strbuf_puts(out, " more like this");
    else
        strbuf_printf(out, " more rounds like these %zu rows", row->period);
}

static void add_event_words(struct picture *p, struct strbuf *out, const struct picture_row *row)
{
    const struct event *ev = row->event;
    switch (row->kind) {
    case PICTURE_PRINTS:
        add_printed(p, out, row);
        break;
    case PICTURE_TYPED:
        if (ev->input.bytes.len == 0)
            strbuf_puts(out, "end of input");
        else
            add_quoted(out, "typed: ", &ev->input.bytes);
        break;
    case PICTURE_SCRIPT:
        add_script_words(out, &ev->script);
        break;
    case PICTURE_SIGNAL:
        picture_add_escaped(out, ev->signal.name);
        strbuf_puts(out, ev->signal.fatal ? " ends it" : " arrives");
        break;
    case PICTURE_EXIT:
        add_process(p, out, ev);
        if (ev->exit.signal != NULL)
            strbuf_printf(out, "■ killed by %s", ev->exit.signal);
        else
            strbuf_printf(out, "■ exits with status %d", ev->exit.status);
        break;
    case PICTURE_FAULT:
        strbuf_puts(out, "made to happen: ");
        picture_add_escaped(out, ev->fault.text != NULL ? ev->fault.text : ev->fault.call);
        break;
    case PICTURE_END:
        add_end_words(out, &ev->end);
        break;
    default:
        break;
    }
}

static char *place_of(const struct event *ev)
{
    struct strbuf out = STRBUF_INIT;
    if ((ev->kind == EVENT_CALL && ev->call.file != NULL) ||
        (ev->kind == EVENT_SIGNAL && ev->signal.file != NULL))
        describe_where(&out, ev);
    return strbuf_take(&out);
}

/* --- bytes --- */

static char *dump(const struct bytes *data, uint64_t whole)
{
    struct strbuf out = STRBUF_INIT;
    size_t shown = data->len < DUMP_WIDTH * DUMP_LINES ? data->len : DUMP_WIDTH * DUMP_LINES;
    for (size_t at = 0; at < shown; at += DUMP_WIDTH) {
        size_t n = shown - at < DUMP_WIDTH ? shown - at : DUMP_WIDTH;
        if (at > 0)
            strbuf_putc(&out, '\n');
        for (size_t i = 0; i < DUMP_WIDTH; i++)
            if (i < n)
                strbuf_printf(&out, "%02x ", (unsigned char)data->data[at + i]);
            else
                strbuf_puts(&out, "   ");
        strbuf_putc(&out, ' ');
        for (size_t i = 0; i < DUMP_WIDTH; i++) {
            char c = i < n ? data->data[at + i] : ' ';
            strbuf_putc(&out, c >= ' ' && c < 0x7f ? c : '.');
        }
    }
    if (whole > shown) {
        strbuf_puts(&out, "\n… ");
        picture_number(&out, whole - shown);
        strbuf_puts(&out, " more bytes");
    }
    return strbuf_take(&out);
}

static char *bytes_of(const struct picture *p, const struct picture_row *row)
{
    const struct event *ev = row->event;
    if (ev->kind == EVENT_PACKET) {
        struct bytes payload = picture_payload(&ev->packet);
        return payload.len > 0 ? dump(&payload, ev->packet.len) : NULL;
    }
    /* The packets show the same bytes, once. */
    if (ev->kind != EVENT_CALL || p->work->packets > 0 || row->entered)
        return NULL;
    const struct model_call *call = model_call(&p->work->model, ev->n);
    const struct arg *data = call_arg(&ev->call, "data");
    if (call == NULL || call->moved <= 0 || data == NULL || data->bytes.len == 0)
        return NULL;
    struct bytes moved = data->bytes;
    if ((uint64_t)call->moved < moved.len)
        moved.len = (size_t)call->moved;
    return dump(&moved, (uint64_t)call->moved);
}

/* --- all rows --- */

static void fill(struct picture *p, struct picture_row *row, const picture_flow_counts flows)
{
    struct strbuf out = STRBUF_INIT;
    if (row->kind == PICTURE_CALL || row->kind == PICTURE_RETURN) {
        add_call_words(p, &out, row);
    } else if (row->kind == PICTURE_PACKET) {
        picture_packet_words(p, row, flows, &out);
    } else if (row->kind == PICTURE_GAP) {
        picture_time(&out, (int64_t)row->count);
        strbuf_puts(&out, " pass");
    } else if (row->event == NULL) {
        add_repeat_words(&out, row);
    } else {
        add_event_words(p, &out, row);
    }
    row->text = strbuf_take(&out);
    row->where = row->event != NULL ? place_of(row->event) : mem_string("");
    if (row->event != NULL && (p->layers & PICTURE_BYTES))
        row->bytes = bytes_of(p, row);
}

static void make_title(struct picture *p)
{
    const struct scene_event *scene = timeline_scene(p->timeline);
    struct strbuf out = STRBUF_INIT;
    if (scene->lab != NULL) {
        picture_add_escaped(&out, scene->lab);
        if (scene->step != NULL) {
            strbuf_puts(&out, ", step ");
            picture_add_escaped(&out, scene->step);
        }
    } else {
        for (int i = 0; i < p->nsides; i++) {
            const struct picture_side *side = &p->sides[i];
            strbuf_printf(&out, "%s%s",
                          i == 0              ? ""
                          : i + 1 < p->nsides ? ", "
                                              : " and ",
                          side->name);
            if (side->host >= 0 && !side->machine) {
                strbuf_puts(&out, " on ");
                picture_add_escaped(&out, p->work->hosts[side->host]);
            }
        }
    }
    p->title = strbuf_take(&out);
}

static void note_missing(struct picture *p, const struct end_event *end)
{
    struct strbuf number = STRBUF_INIT;
    if (end->packets_missed > 0) {
        picture_number(&number, end->packets_missed);
        picture_note(p, "%s %s not seen: %s passed faster than the kernel could keep %s.",
                     number.data, text_plural(end->packets_missed, "packet was", "packets were"),
                     text_plural(end->packets_missed, "it", "they"),
                     text_plural(end->packets_missed, "it", "them"));
    }
    strbuf_cut(&number, 0);
    if (end->packets_left_out > 0) {
        picture_number(&number, end->packets_left_out);
        picture_note(p, "%s %s left out: the recording was full.", number.data,
                     text_plural(end->packets_left_out, "packet was", "packets were"));
    }
    if (end->shortened > 0)
        picture_note(p, "The recording is long: of later messages only the beginning was kept.");
    strbuf_free(&number);
}

/* Only streams have states that are worth to be shown. */
static bool has_streams(const struct picture *p)
{
    const struct model *m = &p->work->model;
    for (unsigned i = 0; i < m->nsockets; i++)
        if (m->sockets[i]->stream)
            return true;
    return m->nsockets == 0;
}

static void make_notes(struct picture *p)
{
    const struct picture_work *w = p->work;
    const struct scene_event *scene = timeline_scene(p->timeline);
    bool confined = scene->tier != NULL && strcmp(scene->tier, "A") != 0;
    if (w->packets == 0 && (p->layers & PICTURE_PACKETS))
        picture_note(p, "There are no packets in this recording%s",
                     confined ? ": without a private network they cannot be captured." : ".");
    if (w->states == 0 && (p->layers & PICTURE_STATES) && has_streams(p))
        picture_note(p, "There are no socket states in this recording.");
    if (w->hidden > 0)
        picture_note(p, "%zu %s not about the network %s left out.", w->hidden,
                     text_plural(w->hidden, "call that is", "calls that are"),
                     text_plural(w->hidden, "is", "are"));
    const struct end_event *end = timeline_end(p->timeline);
    if (end == NULL && p->timeline->count > 0)
        picture_note(p, "The recording breaks off here.");
    if (end != NULL)
        note_missing(p, end);
}

void picture_words(struct picture *p)
{
    picture_flow_counts flows = {{0}};
    picture_count_flows(p, flows);
    for (size_t i = 0; i < p->nrows; i++)
        fill(p, &p->rows[i], (const unsigned(*)[PICTURE_SIDES_MAX])flows);
    make_title(p);
    make_notes(p);
}
