/*
 * read.c - one line of JSON back into an event.
 *
 * The file may come from anybody: nothing in it is believed. The first fault is kept in the reader
 * and every later step does nothing, so that the code below reads like the list of fields it is.
 */
#include "timeline/read.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "timeline/file.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53: beyond it a JSON number has lost digits */

struct reader {
    struct timeline *tl;
    const cJSON *object; /* whose fields are read */
    const cJSON *next;   /* behind the one that was read last: mostly the one that is wanted */
    struct error *err;
    bool failed;
};

enum need { OPTIONAL, NEEDED, OR_EMPTY /* absent is "" */ };

__attribute__((format(printf, 2, 3))) static void fail(struct reader *r, const char *format, ...)
{
    if (r->failed)
        return;
    r->failed = true;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    error_set(r->err, "%s", text);
}

static const cJSON *field(struct reader *r, const char *name, bool needed)
{
    if (r->failed)
        return NULL;
    const cJSON *item = r->next;
    if (item == NULL || item->string == NULL || strcmp(item->string, name) != 0)
        item = cJSON_GetObjectItemCaseSensitive(r->object, name);
    if (item != NULL)
        r->next = item->next;
    else if (needed)
        fail(r, "\"%s\" is missing", name);
    return item;
}

/* From here on fields are those of this object. */
static void look_into(struct reader *r, const cJSON *object)
{
    r->object = object;
    r->next = object->child;
}

/* --- texts and bytes --- */

static struct bytes item_bytes(struct reader *r, const cJSON *item, const char *name)
{
    if (cJSON_IsString(item))
        return timeline_bytes(r->tl, item->valuestring, strlen(item->valuestring));
    const cJSON *hex = cJSON_GetObjectItemCaseSensitive(item, "hex");
    struct bytes bytes = {NULL, 0};
    if (!cJSON_IsString(hex)) {
        fail(r, "\"%s\" must be a text or {\"hex\": …}", name);
        return bytes;
    }
    struct strbuf raw = STRBUF_INIT;
    struct error why;
    if (bytes_from_hex(&raw, hex->valuestring, &why) != 0)
        fail(r, "\"%s\": %s", name, why.text);
    else
        bytes = timeline_bytes(r->tl, raw.data, raw.len);
    strbuf_free(&raw);
    return bytes;
}

static const char *item_string(struct reader *r, const cJSON *item, const char *name)
{
    if (cJSON_IsString(item))
        return timeline_string(r->tl, item->valuestring);
    struct bytes bytes = item_bytes(r, item, name);
    if (bytes.data != NULL && memchr(bytes.data, 0, bytes.len) != NULL) {
        fail(r, "\"%s\" must not hold a zero byte", name);
        return NULL;
    }
    return timeline_string(r->tl, bytes.data);
}

static const char *get_string(struct reader *r, const char *name, enum need need)
{
    const cJSON *item = field(r, name, need == NEEDED);
    if (item == NULL || cJSON_IsNull(item)) {
        if (need == NEEDED)
            fail(r, "\"%s\" must be a text", name);
        return need == OR_EMPTY ? timeline_string(r->tl, "") : NULL;
    }
    return item_string(r, item, name);
}

static struct bytes get_bytes(struct reader *r, const char *name, enum need need)
{
    const cJSON *item = field(r, name, false);
    if (item != NULL && !cJSON_IsNull(item))
        return item_bytes(r, item, name);
    return need == OPTIONAL ? (struct bytes){NULL, 0} : timeline_bytes(r->tl, NULL, 0);
}

/* --- numbers --- */

static int64_t item_int(struct reader *r, const cJSON *item, const char *name, int64_t min,
                        int64_t max)
{
    int64_t value = 0;
    if (cJSON_IsNumber(item)) {
        double d = item->valuedouble;
        if (!(d >= -EXACT_MAX && d <= EXACT_MAX) || d != trunc(d)) {
            fail(r, "\"%s\" must be a whole number; one beyond 2^53 is written as a text", name);
            return 0;
        }
        value = (int64_t)d;
    } else if (cJSON_IsString(item)) {
        char *end;
        errno = 0;
        long long parsed = strtoll(item->valuestring, &end, 10);
        if (errno != 0 || end == item->valuestring || *end != '\0') {
            fail(r, "\"%s\" is not a whole number of 64 bits", name);
            return 0;
        }
        value = parsed;
    } else {
        fail(r, "\"%s\" must be a whole number", name);
        return 0;
    }
    if (value < min || value > max)
        fail(r, "\"%s\" is out of range", name);
    return value;
}

static int64_t get_int(struct reader *r, const char *name, int64_t min, int64_t max,
                       int64_t fallback)
{
    const cJSON *item = field(r, name, false);
    return item == NULL ? fallback : item_int(r, item, name, min, max);
}

static int64_t need_int(struct reader *r, const char *name, int64_t min, int64_t max)
{
    const cJSON *item = field(r, name, true);
    return item == NULL ? 0 : item_int(r, item, name, min, max);
}

static uint32_t get_u32(struct reader *r, const char *name)
{
    return (uint32_t)get_int(r, name, 0, UINT32_MAX, 0);
}

static int get_line(struct reader *r)
{
    return (int)get_int(r, "line", 0, INT_MAX, 0);
}

/* The seed alone uses all 64 bits without a sign. */
static uint64_t get_seed(struct reader *r)
{
    const cJSON *item = field(r, "seed", false);
    if (!cJSON_IsString(item))
        return item == NULL ? 0 : (uint64_t)item_int(r, item, "seed", 0, INT64_MAX);
    char *end;
    errno = 0;
    unsigned long long value = strtoull(item->valuestring, &end, 10);
    if (errno != 0 || *end != '\0' || item->valuestring[0] < '0' || item->valuestring[0] > '9')
        fail(r, "\"seed\" is not a whole number of 64 bits");
    return value;
}

static bool get_bool(struct reader *r, const char *name)
{
    const cJSON *item = field(r, name, false);
    if (item != NULL && !cJSON_IsBool(item))
        fail(r, "\"%s\" must be true or false", name);
    return cJSON_IsTrue(item);
}

/* A list's or object's items; 0 when it is absent. */
static unsigned get_list(struct reader *r, const char *name, bool object, const cJSON **first)
{
    const cJSON *list = field(r, name, false);
    *first = NULL;
    if (list == NULL)
        return 0;
    if (object ? !cJSON_IsObject(list) : !cJSON_IsArray(list)) {
        fail(r, "\"%s\" must be %s", name, object ? "an object" : "a list");
        return 0;
    }
    *first = list->child;
    return (unsigned)cJSON_GetArraySize(list);
}

/* --- the kinds --- */

static void read_scene(struct reader *r, struct scene_event *scene)
{
    int64_t version = get_int(r, "version", 1, INT_MAX, 1);
    if (!r->failed && version > TIMELINE_VERSION)
        fail(r,
             "the recording was made by a newer socklings (version %lld of the document; this "
             "one reads %d)",
             (long long)version, TIMELINE_VERSION);
    scene->lab = get_string(r, "lab", OPTIONAL);
    scene->step = get_string(r, "step", OPTIONAL);
    scene->check = get_u32(r, "check");
    scene->seed = get_seed(r);
    scene->tier = get_string(r, "tier", OPTIONAL);
    scene->variant = get_string(r, "variant", OPTIONAL);
    scene->stdio = get_string(r, "stdio", OPTIONAL);
    const cJSON *item;
    unsigned count = get_list(r, "vars", false, &item);
    struct var *vars = timeline_memory(r->tl, count * sizeof *vars);
    const cJSON *whole = r->object;
    for (unsigned i = 0; i < count && !r->failed; i++, item = item->next) {
        look_into(r, item);
        vars[i].name = get_string(r, "name", NEEDED);
        vars[i].value = get_bytes(r, "value", NEEDED);
    }
    look_into(r, whole);
    scene->vars = count > 0 ? vars : NULL;
    scene->nvars = r->failed ? 0 : count;
}

static void read_arg(struct reader *r, const cJSON *item, struct arg *arg)
{
    arg->name = timeline_string(r->tl, item->string);
    if (cJSON_IsNull(item))
        return;
    if (cJSON_IsNumber(item)) {
        arg->has_value = true;
        arg->value = item_int(r, item, "args", INT64_MIN, INT64_MAX);
    } else if (cJSON_IsString(item)) {
        arg->text = timeline_string(r->tl, item->valuestring);
    } else if (cJSON_IsObject(item)) {
        const cJSON *whole = r->object;
        look_into(r, item);
        arg->has_value = field(r, "value", false) != NULL;
        arg->value = get_int(r, "value", INT64_MIN, INT64_MAX, 0);
        arg->text = get_string(r, "text", OPTIONAL);
        arg->bytes = get_bytes(r, "bytes", OPTIONAL);
        look_into(r, whole);
    } else {
        fail(r, "\"args\" must hold numbers, texts and objects");
    }
}

static void read_call(struct reader *r, struct call_event *call)
{
    call->name = get_string(r, "call", NEEDED);
    const cJSON *item;
    unsigned count = get_list(r, "args", true, &item);
    struct arg *args = timeline_memory(r->tl, count * sizeof *args);
    for (unsigned i = 0; i < count && !r->failed; i++, item = item->next)
        read_arg(r, item, &args[i]);
    call->args = count > 0 ? args : NULL;
    call->nargs = r->failed ? 0 : count;
    item = field(r, "result", false);
    call->returned = item != NULL && !cJSON_IsNull(item);
    if (call->returned)
        call->result = item_int(r, item, "result", INT64_MIN, INT64_MAX);
    call->error = get_string(r, "errno", OPTIONAL);
    call->file = get_string(r, "file", OPTIONAL);
    call->line = get_line(r);
    call->function = get_string(r, "function", OPTIONAL);
    call->via = get_string(r, "via", OPTIONAL);
    call->blocked_ns = get_int(r, "blocked_ns", 0, INT64_MAX, 0);
}

static void read_packet(struct reader *r, struct packet_event *packet)
{
    packet->proto = get_string(r, "proto", NEEDED);
    packet->from = get_string(r, "from", OR_EMPTY);
    packet->to = get_string(r, "to", OR_EMPTY);
    packet->flags = get_string(r, "flags", OPTIONAL);
    packet->seq = get_u32(r, "seq");
    packet->ack = get_u32(r, "ack");
    packet->len = get_u32(r, "len");
    packet->fate = get_string(r, "fate", OR_EMPTY);
    packet->rule = get_string(r, "rule", OPTIONAL);
    packet->hosts_to = get_string(r, "hosts_to", OPTIONAL);
    packet->arrived_ns = get_int(r, "arrived_ns", -1, INT64_MAX, 0);
    packet->abs_seq = get_u32(r, "abs_seq");
    packet->abs_ack = get_u32(r, "abs_ack");
    packet->window = get_u32(r, "window");
    packet->options = get_string(r, "options", OPTIONAL);
    packet->info = get_string(r, "info", OPTIONAL);
    packet->frame = get_bytes(r, "frame", OPTIONAL);
    packet->frame_len = get_u32(r, "frame_len");
    if (!r->failed && packet->frame.len > PACKET_KEPT)
        fail(r, "\"frame\" is longer than %d bytes", PACKET_KEPT);
}

static void read_state(struct reader *r, struct state_event *state)
{
    state->proto = get_string(r, "proto", NEEDED);
    state->local = get_string(r, "local", OR_EMPTY);
    state->remote = get_string(r, "remote", OPTIONAL);
    state->from = get_string(r, "from", OPTIONAL);
    state->to = get_string(r, "to", OR_EMPTY);
    state->rqueue = get_u32(r, "rqueue");
    state->wqueue = get_u32(r, "wqueue");
    state->implied = get_bool(r, "implied");
}

static void read_script(struct reader *r, struct script_event *script)
{
    script->index = get_u32(r, "index");
    script->verb = get_string(r, "verb", NEEDED);
    script->actor = get_string(r, "actor", OPTIONAL);
    const char *status = get_string(r, "status", NEEDED);
    if (status != NULL && strcmp(status, "ok") != 0 && strcmp(status, "failed") != 0)
        fail(r, "\"status\" must be \"ok\" or \"failed\"");
    script->status = status != NULL && strcmp(status, "ok") == 0 ? SCRIPT_OK : SCRIPT_FAILED;
    script->text = get_string(r, "text", OR_EMPTY);
    script->path = get_string(r, "path", OPTIONAL);
    script->because = get_string(r, "because", OPTIONAL);
    script->failure = get_string(r, "failure", OPTIONAL);
    script->expected = get_bytes(r, "expected", OPTIONAL);
    script->received = get_bytes(r, "received", OPTIONAL);
}

static void read_end(struct reader *r, struct end_event *end)
{
    end->why = get_string(r, "why", NEEDED);
    end->limit = get_string(r, "limit", OPTIONAL);
    end->text = get_string(r, "text", OR_EMPTY);
    end->busy = get_string(r, "busy", OPTIONAL);
    end->file = get_string(r, "file", OPTIONAL);
    end->function = get_string(r, "function", OPTIONAL);
    end->line = (int)get_int(r, "line", 0, INT_MAX, 0);
    end->packets_missed = (uint64_t)get_int(r, "packets_missed", 0, INT64_MAX, 0);
    end->packets_left_out = (uint64_t)get_int(r, "packets_left_out", 0, INT64_MAX, 0);
    end->shortened = (uint64_t)get_int(r, "shortened", 0, INT64_MAX, 0);
    const cJSON *item;
    unsigned count = get_list(r, "waits", false, &item);
    uint64_t *waits = timeline_memory(r->tl, count * sizeof *waits);
    size_t before = r->tl->count - 1; /* events that stand before this one */
    for (unsigned i = 0; i < count && !r->failed; i++, item = item->next) {
        waits[i] = (uint64_t)item_int(r, item, "waits", 0, INT64_MAX);
        if (!r->failed && (waits[i] >= before || r->tl->events[waits[i]].kind != EVENT_CALL))
            fail(r, "\"waits\" must name calls by their number; %llu is none",
                 (unsigned long long)waits[i]);
    }
    end->waits = count > 0 ? waits : NULL;
    end->nwaits = r->failed ? 0 : count;
}

static void read_body(struct reader *r, struct event *ev)
{
    switch (ev->kind) {
    case EVENT_SCENE:
        read_scene(r, &ev->scene);
        break;
    case EVENT_CALL:
        read_call(r, &ev->call);
        break;
    case EVENT_PACKET:
        read_packet(r, &ev->packet);
        break;
    case EVENT_STATE:
        read_state(r, &ev->state);
        break;
    case EVENT_OUTPUT:
        ev->output.stream = get_string(r, "stream", NEEDED);
        ev->output.bytes = get_bytes(r, "bytes", NEEDED);
        break;
    case EVENT_INPUT:
        ev->input.bytes = get_bytes(r, "bytes", NEEDED);
        break;
    case EVENT_SCRIPT:
        read_script(r, &ev->script);
        break;
    case EVENT_SIGNAL:
        ev->signal.name = get_string(r, "name", NEEDED);
        ev->signal.fatal = get_bool(r, "fatal");
        ev->signal.file = get_string(r, "file", OPTIONAL);
        ev->signal.line = get_line(r);
        break;
    case EVENT_EXIT:
        ev->exit.status = (int)need_int(r, "status", INT_MIN, INT_MAX);
        ev->exit.signal = get_string(r, "signal", OPTIONAL);
        ev->exit.main = get_bool(r, "main");
        ev->exit.leftover = get_string(r, "leftover", OPTIONAL);
        break;
    case EVENT_FAULT:
        ev->fault.call = get_string(r, "call", NEEDED);
        ev->fault.text = get_string(r, "text", OR_EMPTY);
        break;
    case EVENT_END:
        read_end(r, &ev->end);
        break;
    }
}

static enum event_kind read_kind(struct reader *r)
{
    const char *name = get_string(r, "kind", NEEDED);
    for (int kind = EVENT_SCENE; name != NULL && kind <= EVENT_END; kind++)
        if (strcmp(event_kind_name((enum event_kind)kind), name) == 0)
            return (enum event_kind)kind;
    if (name != NULL) {
        struct strbuf shown = STRBUF_INIT;
        bytes_quote(&shown, name, strlen(name), 40);
        fail(r, "there is no kind %s", shown.data);
        strbuf_free(&shown);
    }
    return EVENT_SCENE;
}

static void read_event(struct reader *r)
{
    struct timeline *tl = r->tl;
    const struct event *last = tl->count > 0 ? &tl->events[tl->count - 1] : NULL;
    int64_t n = need_int(r, "n", 0, INT64_MAX);
    int64_t t = need_int(r, "t", 0, INT64_MAX);
    enum event_kind kind = read_kind(r);
    if (r->failed)
        return;
    if ((uint64_t)n != tl->count)
        fail(r, "\"n\" is %lld where %zu must follow", (long long)n, tl->count);
    else if (last != NULL && t < last->t)
        fail(r, "\"t\" lies before that of the event before it");
    else if (last != NULL && last->kind == EVENT_END)
        fail(r, "nothing may follow the end of the scene");
    else if (kind == EVENT_SCENE && last != NULL)
        fail(r, "a scene event can only be the first");
    if (r->failed)
        return;
    struct event *ev = timeline_append(tl, kind, t);
    ev->host = get_string(r, "host", OPTIONAL);
    ev->program = get_string(r, "program", OPTIONAL);
    ev->pid = (int)get_int(r, "pid", 0, INT_MAX, 0);
    ev->tid = (int)get_int(r, "tid", 0, INT_MAX, ev->pid);
    read_body(r, ev);
}

/* cJSON would end the text at a zero character and lose what follows. */
static bool has_zero_escape(const char *line, size_t len)
{
    const char *end = line + len, *at = line;
    while (at < end && (at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0)
            return true;
        at += 2;
    }
    return false;
}

int timeline_read_line(struct timeline *tl, const char *line, size_t len, struct error *err)
{
    if (!utf8_valid(line, len))
        return error_set(err, "the line is not valid UTF-8");
    if (has_zero_escape(line, len))
        return error_set(err, "a zero byte must be written as {\"hex\": …}");
    const char *end = NULL;
    cJSON *object = NULL;
    if (memchr(line, 0, len) == NULL) /* cJSON would take it for white space */
        object = cJSON_ParseWithLengthOpts(line, len, &end, false);
    while (object != NULL && end < line + len && strchr(" \t\r", *end) != NULL)
        end++;
    int result = -1;
    if (object == NULL || end != line + len || !cJSON_IsObject(object)) {
        error_set(err, "the line is not one JSON object");
    } else {
        struct reader r = {.tl = tl, .object = object, .err = err};
        read_event(&r);
        result = r.failed ? -1 : 0;
    }
    cJSON_Delete(object);
    return result;
}
