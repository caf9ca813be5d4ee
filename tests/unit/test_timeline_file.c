/* timeline/file: a recording saved, loaded, and what a file must not do to us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "timeline/file.h"

/* --- equality, field by field --- */

static void same_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        assert_true(a == b);
    else
        assert_string_equal(a, b);
}

static void same_bytes(struct bytes a, struct bytes b)
{
    assert_int_equal(a.data == NULL, b.data == NULL);
    assert_int_equal(a.len, b.len);
    if (a.len > 0)
        assert_memory_equal(a.data, b.data, a.len);
    if (b.data != NULL)
        assert_int_equal(b.data[b.len], 0);
}

static void same_scene(const struct scene_event *a, const struct scene_event *b)
{
    same_text(a->lab, b->lab);
    same_text(a->step, b->step);
    assert_int_equal(a->check, b->check);
    assert_true(a->seed == b->seed);
    same_text(a->tier, b->tier);
    same_text(a->variant, b->variant);
    same_text(a->stdio, b->stdio);
    assert_int_equal(a->nvars, b->nvars);
    for (unsigned i = 0; i < a->nvars; i++) {
        same_text(a->vars[i].name, b->vars[i].name);
        same_bytes(a->vars[i].value, b->vars[i].value);
    }
}

static void same_call(const struct call_event *a, const struct call_event *b)
{
    same_text(a->name, b->name);
    assert_int_equal(a->nargs, b->nargs);
    for (unsigned i = 0; i < a->nargs; i++) {
        same_text(a->args[i].name, b->args[i].name);
        assert_int_equal(a->args[i].has_value, b->args[i].has_value);
        assert_true(a->args[i].value == b->args[i].value);
        same_text(a->args[i].text, b->args[i].text);
        same_bytes(a->args[i].bytes, b->args[i].bytes);
    }
    assert_int_equal(a->returned, b->returned);
    assert_true(a->result == b->result);
    same_text(a->error, b->error);
    assert_true(a->blocked_ns == b->blocked_ns);
    same_text(a->file, b->file);
    assert_int_equal(a->line, b->line);
    same_text(a->function, b->function);
    same_text(a->via, b->via);
}

static void same_script(const struct script_event *a, const struct script_event *b)
{
    assert_int_equal(a->index, b->index);
    same_text(a->verb, b->verb);
    same_text(a->actor, b->actor);
    assert_int_equal(a->status, b->status);
    same_text(a->text, b->text);
    same_text(a->path, b->path);
    same_text(a->because, b->because);
    same_text(a->failure, b->failure);
    same_bytes(a->expected, b->expected);
    same_bytes(a->received, b->received);
}

static void same_end(const struct end_event *a, const struct end_event *b)
{
    same_text(a->why, b->why);
    same_text(a->limit, b->limit);
    same_text(a->text, b->text);
    assert_true(a->packets_missed == b->packets_missed);
    assert_true(a->packets_left_out == b->packets_left_out);
    assert_true(a->shortened == b->shortened);
    same_text(a->busy, b->busy);
    same_text(a->file, b->file);
    same_text(a->function, b->function);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->nwaits, b->nwaits);
    for (unsigned i = 0; i < a->nwaits; i++)
        assert_true(a->waits[i] == b->waits[i]);
}

static void same_rest(const struct event *a, const struct event *b)
{
    if (a->kind == EVENT_PACKET) {
        same_text(a->packet.proto, b->packet.proto);
        same_text(a->packet.from, b->packet.from);
        same_text(a->packet.to, b->packet.to);
        same_text(a->packet.flags, b->packet.flags);
        assert_int_equal(a->packet.seq, b->packet.seq);
        assert_int_equal(a->packet.ack, b->packet.ack);
        assert_int_equal(a->packet.len, b->packet.len);
        same_text(a->packet.fate, b->packet.fate);
        same_text(a->packet.rule, b->packet.rule);
        same_text(a->packet.hosts_to, b->packet.hosts_to);
        assert_true(a->packet.arrived_ns == b->packet.arrived_ns);
        assert_int_equal(a->packet.abs_seq, b->packet.abs_seq);
        assert_int_equal(a->packet.abs_ack, b->packet.abs_ack);
        assert_int_equal(a->packet.window, b->packet.window);
        same_text(a->packet.options, b->packet.options);
        same_text(a->packet.info, b->packet.info);
        same_bytes(a->packet.frame, b->packet.frame);
        assert_int_equal(a->packet.frame_len, b->packet.frame_len);
    } else if (a->kind == EVENT_STATE) {
        same_text(a->state.proto, b->state.proto);
        same_text(a->state.local, b->state.local);
        same_text(a->state.remote, b->state.remote);
        same_text(a->state.from, b->state.from);
        same_text(a->state.to, b->state.to);
        assert_int_equal(a->state.rqueue, b->state.rqueue);
        assert_int_equal(a->state.wqueue, b->state.wqueue);
        assert_int_equal(a->state.implied, b->state.implied);
    } else if (a->kind == EVENT_OUTPUT) {
        same_text(a->output.stream, b->output.stream);
        same_bytes(a->output.bytes, b->output.bytes);
    } else if (a->kind == EVENT_INPUT) {
        same_bytes(a->input.bytes, b->input.bytes);
    } else if (a->kind == EVENT_SIGNAL) {
        same_text(a->signal.name, b->signal.name);
        assert_int_equal(a->signal.fatal, b->signal.fatal);
        same_text(a->signal.file, b->signal.file);
        assert_int_equal(a->signal.line, b->signal.line);
    } else if (a->kind == EVENT_EXIT) {
        assert_int_equal(a->exit.status, b->exit.status);
        same_text(a->exit.signal, b->exit.signal);
        assert_int_equal(a->exit.main, b->exit.main);
        same_text(a->exit.leftover, b->exit.leftover);
    } else if (a->kind == EVENT_FAULT) {
        same_text(a->fault.call, b->fault.call);
        same_text(a->fault.text, b->fault.text);
    }
}

static void same_timeline(const struct timeline *a, const struct timeline *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct event *x = &a->events[i], *y = &b->events[i];
        assert_true(x->n == y->n && x->t == y->t);
        assert_int_equal(x->kind, y->kind);
        same_text(x->host, y->host);
        same_text(x->program, y->program);
        assert_int_equal(x->pid, y->pid);
        assert_int_equal(x->tid, y->tid);
        if (x->kind == EVENT_SCENE)
            same_scene(&x->scene, &y->scene);
        else if (x->kind == EVENT_CALL)
            same_call(&x->call, &y->call);
        else if (x->kind == EVENT_SCRIPT)
            same_script(&x->script, &y->script);
        else if (x->kind == EVENT_END)
            same_end(&x->end, &y->end);
        else
            same_rest(x, y);
    }
}

/* --- random recordings --- */

static unsigned seed = 1;

static unsigned chance(unsigned n)
{
    return (unsigned)(rand_r(&seed) >> 4) % n;
}

static const char *any_text(struct timeline *tl, bool may_be_null)
{
    static const char *const texts[] = {
        "",         "server",         "127.0.0.1:7000", "SOCK_STREAM|SOCK_CLOEXEC",
        "你好",     "line\nline\r\t", "quote \" \\ /",  "\x01\x02\033[2J\x7f",
        "\xff\xfe", "half \xe4\xbd",  "\xc2\x9b",       "{\"hex\":\"00\"}",
    };
    unsigned i = chance(14);
    if (may_be_null && i == 13)
        return NULL;
    if (i >= 12)
        return timeline_format(tl, "%0*d", (int)chance(300) + 1, 7);
    return timeline_string(tl, texts[i]);
}

static struct bytes any_bytes(struct timeline *tl)
{
    char data[64];
    size_t len = chance(sizeof data + 1);
    unsigned style = chance(3);
    for (size_t i = 0; i < len; i++)
        data[i] = style == 0 ? (char)chance(256) : style == 1 ? 'a' : (char)chance(128);
    return timeline_bytes(tl, data, len);
}

static struct bytes bytes_or_none(struct timeline *tl)
{
    return chance(3) == 0 ? (struct bytes){NULL, 0} : any_bytes(tl);
}

static int64_t any_int(void)
{
    static const int64_t numbers[] = {0,         1,
                                      -1,        3,
                                      7000,      INT64_MAX,
                                      INT64_MIN, INT64_MAX - 1,
                                      1LL << 53, -(1LL << 53),
                                      1LL << 54, INT32_MIN,
                                      INT32_MAX, 140737488355327};
    return numbers[chance(sizeof numbers / sizeof numbers[0])];
}

static void any_args(struct timeline *tl, struct call_event *call)
{
    call->nargs = chance(6);
    struct arg *args = timeline_memory(tl, call->nargs * sizeof *args);
    for (unsigned i = 0; i < call->nargs; i++) {
        args[i].name = timeline_format(tl, "arg%u", i);
        args[i].has_value = chance(2);
        if (args[i].has_value)
            args[i].value = any_int();
        args[i].text = any_text(tl, true);
        args[i].bytes = bytes_or_none(tl);
    }
    call->args = args;
}

static void any_call(struct timeline *tl, struct call_event *call)
{
    *call = (struct call_event){.name = any_text(tl, false), .returned = chance(4) != 0};
    any_args(tl, call);
    if (call->returned)
        call->result = any_int();
    call->error = chance(2) ? "EADDRINUSE" : NULL;
    call->blocked_ns = any_int() & INT64_MAX;
    call->file = any_text(tl, true);
    call->line = (int)chance(5000);
    call->function = any_text(tl, true);
    call->via = any_text(tl, true);
}

static void any_script(struct timeline *tl, struct script_event *script)
{
    *script = (struct script_event){.index = chance(1000),
                                    .verb = any_text(tl, false),
                                    .actor = any_text(tl, true),
                                    .status = chance(2) ? SCRIPT_OK : SCRIPT_FAILED,
                                    .text = any_text(tl, false),
                                    .path = any_text(tl, true),
                                    .because = any_text(tl, true),
                                    .failure = any_text(tl, true),
                                    .expected = bytes_or_none(tl),
                                    .received = bytes_or_none(tl)};
}

static void any_packet(struct timeline *tl, struct packet_event *packet)
{
    *packet = (struct packet_event){.proto = "tcp",
                                    .from = any_text(tl, false),
                                    .to = any_text(tl, false),
                                    .flags = any_text(tl, true),
                                    .seq = UINT32_MAX,
                                    .ack = chance(9),
                                    .len = chance(9),
                                    .fate = any_text(tl, false),
                                    .rule = any_text(tl, true),
                                    .hosts_to = any_text(tl, true),
                                    .arrived_ns = any_int() & INT64_MAX,
                                    .options = any_text(tl, true),
                                    .info = any_text(tl, true),
                                    .frame = bytes_or_none(tl),
                                    .frame_len = chance(3)};
    if (packet->flags != NULL) { /* they have a meaning only then, and are saved only then */
        packet->abs_seq = UINT32_MAX - chance(3);
        packet->abs_ack = chance(3);
        packet->window = chance(65536);
    }
}

static void any_body(struct timeline *tl, struct event *ev)
{
    switch (ev->kind) {
    case EVENT_CALL:
        any_call(tl, &ev->call);
        break;
    case EVENT_PACKET:
        any_packet(tl, &ev->packet);
        break;
    case EVENT_STATE:
        ev->state = (struct state_event){.proto = "udp",
                                         .local = any_text(tl, false),
                                         .remote = any_text(tl, true),
                                         .from = any_text(tl, true),
                                         .to = any_text(tl, false),
                                         .rqueue = UINT32_MAX,
                                         .wqueue = chance(9),
                                         .implied = chance(2)};
        break;
    case EVENT_OUTPUT:
        ev->output.stream = "tty";
        ev->output.bytes = any_bytes(tl);
        break;
    case EVENT_INPUT:
        ev->input.bytes = any_bytes(tl);
        break;
    case EVENT_SCRIPT:
        any_script(tl, &ev->script);
        break;
    case EVENT_SIGNAL:
        ev->signal.name = "SIGSEGV";
        ev->signal.fatal = chance(2);
        ev->signal.file = any_text(tl, true);
        ev->signal.line = (int)chance(3);
        break;
    case EVENT_EXIT:
        ev->exit = (struct exit_event){(int)chance(257) - 1, any_text(tl, true), chance(2),
                                       any_text(tl, true)};
        break;
    default:
        ev->kind = EVENT_FAULT;
        ev->fault.call = any_text(tl, false);
        ev->fault.text = any_text(tl, false);
    }
}

static void any_timeline(struct timeline *tl, size_t count)
{
    timeline_init(tl);
    struct event *ev = timeline_append(tl, EVENT_SCENE, 0);
    struct var *vars = timeline_memory(tl, 2 * sizeof *vars);
    for (int i = 0; i < 2; i++)
        vars[i] = (struct var){any_text(tl, false), any_bytes(tl)};
    ev->scene = (struct scene_event){any_text(tl, true),
                                     any_text(tl, true),
                                     chance(9),
                                     UINT64_MAX,
                                     "A",
                                     "plain",
                                     any_text(tl, true),
                                     vars,
                                     chance(3)};
    uint64_t last_call = 0;
    for (size_t i = 1; i < count; i++) {
        enum event_kind kind = (enum event_kind)(1 + chance(EVENT_END - 1));
        ev = timeline_append(tl, kind, (int64_t)i * 1000);
        ev->host = any_text(tl, true);
        ev->program = any_text(tl, true);
        ev->pid = (int)chance(3);
        ev->tid = ev->pid + (int)chance(2);
        any_body(tl, ev);
        if (ev->kind == EVENT_CALL)
            last_call = i;
    }
    ev = timeline_append(tl, EVENT_END, (int64_t)count * 1000);
    uint64_t *waits = timeline_memory(tl, sizeof *waits);
    *waits = last_call;
    ev->end = (struct end_event){
        any_text(tl, false), any_text(tl, true), any_text(tl, false), waits,
        last_call > 0,       chance(2),          chance(3),           chance(100000),
        any_text(tl, true),  any_text(tl, true), any_text(tl, true),  (int)chance(99)};
}

static char *temporary(void)
{
    static char path[64];
    strcpy(path, "/tmp/socklings-timeline-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return path;
}

static void what_is_loaded_is_what_was_saved(void **state)
{
    (void)state;
    char *path = temporary();
    for (seed = 1; seed <= 60;) {
        unsigned round = seed;
        struct timeline tl, again;
        struct error err;
        any_timeline(&tl, 100);
        assert_int_equal(timeline_save(&tl, path, &err), 0);
        if (timeline_load(&again, path, &err) != 0)
            fail_msg("%s", err.text);
        same_timeline(&tl, &again);
        timeline_free(&tl);
        timeline_free(&again);
        seed = round + 1;
    }
    unlink(path);
}

/* Files are read and written in pieces, whose ends fall anywhere in a line. */
static void a_large_recording_is_loaded_as_it_was_saved(void **state)
{
    (void)state;
    char *path = temporary();
    struct timeline tl, again;
    struct error err;
    timeline_init(&tl);
    timeline_append(&tl, EVENT_SCENE, 0);
    char *large = test_malloc(3 << 20);
    memset(large, 'l', 3 << 20);
    for (int i = 0; i < 3000; i++) {
        struct event *ev = timeline_append(&tl, EVENT_OUTPUT, i);
        ev->output.stream = "stdout";
        /* One line is longer than several pieces. */
        ev->output.bytes =
            timeline_bytes(&tl, large, i == 1500 ? 3 << 20 : (size_t)i * 7919 % 3000);
    }
    assert_int_equal(timeline_save(&tl, path, &err), 0);
    if (timeline_load(&again, path, &err) != 0)
        fail_msg("%s", err.text);
    same_timeline(&tl, &again);
    timeline_free(&again);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("nonsense\n", file);
    fclose(file);
    assert_int_equal(timeline_load(&again, path, &err), -1);
    assert_non_null(strstr(err.text, ":3002: the line is not one JSON object"));
    timeline_free(&tl);
    test_free(large);
    unlink(path);
}

static void a_line_looks_as_the_document_says(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    timeline_append(&tl, EVENT_SCENE, 0)->scene.seed = 4711;
    struct event *ev = timeline_append(&tl, EVENT_CALL, 1893211);
    struct arg args[] = {
        {.name = "fd", .has_value = true, .value = 3},
        {.name = "addr", .text = "10.0.0.2:40001"},
        {.name = "how", .has_value = true, .value = 1, .text = "SHUT_WR"},
        {.name = "data", .bytes = {"a\0b", 3}},
    };
    ev->host = "alice";
    ev->program = "server";
    ev->pid = ev->tid = 3;
    ev->call = (struct call_event){.name = "accept",
                                   .args = args,
                                   .nargs = 4,
                                   .returned = true,
                                   .result = 4,
                                   .blocked_ns = 91000,
                                   .file = "tcp_server.c",
                                   .line = 31};
    ev = timeline_append(&tl, EVENT_OUTPUT, 1895000);
    ev->program = "server";
    ev->output.stream = "stdout";
    ev->output.bytes = (struct bytes){"listening\n", 10};
    struct strbuf out = STRBUF_INIT;
    for (size_t i = 0; i < tl.count; i++)
        timeline_event_json(&tl.events[i], &out);
    assert_string_equal(
        out.data,
        "{\"n\":0,\"t\":0,\"kind\":\"scene\",\"version\":1,\"check\":0,\"seed\":4711,\"vars\":[]}\n"
        "{\"n\":1,\"t\":1893211,\"kind\":\"call\",\"host\":\"alice\",\"program\":\"server\","
        "\"pid\":3,\"call\":\"accept\",\"args\":{\"fd\":3,\"addr\":\"10.0.0.2:40001\","
        "\"how\":{\"value\":1,\"text\":\"SHUT_WR\"},\"data\":{\"bytes\":{\"hex\":\"610062\"}}},"
        "\"result\":4,\"errno\":null,\"file\":\"tcp_server.c\",\"line\":31,\"blocked_ns\":91000}\n"
        "{\"n\":2,\"t\":1895000,\"kind\":\"output\",\"program\":\"server\",\"stream\":\"stdout\","
        "\"bytes\":\"listening\\n\"}\n");
    strbuf_free(&out);
    timeline_free(&tl);
}

#define SCENE "{\"n\":0,\"t\":0,\"kind\":\"scene\"}\n"

static void check_error(const char *text, size_t len, const char *expected)
{
    struct timeline tl;
    struct error err = {"untouched"};
    assert_int_equal(timeline_parse(&tl, text, len, "r.jsonl", &err), -1);
    assert_string_equal(err.text, expected);
    assert_int_equal(tl.count, 0);
    assert_null(tl.events);
    assert_int_equal(timeline_parse(&tl, text, len, "r.jsonl", NULL), -1);
}

static void every_fault_names_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "r.jsonl: there is no event in it"},
        {"\n \r\n\n", "r.jsonl: there is no event in it"},
        {"hello", "r.jsonl:1: the line is not one JSON object"},
        {"[]", "r.jsonl:1: the line is not one JSON object"},
        {"{} {}", "r.jsonl:1: the line is not one JSON object"},
        {"{\"n\":0,\"t\":0,\"kind\":\"sce", "r.jsonl:1: the line is not one JSON object"},
        {"{\"t\":0,\"kind\":\"scene\"}", "r.jsonl:1: \"n\" is missing"},
        {"{\"n\":0,\"kind\":\"scene\"}", "r.jsonl:1: \"t\" is missing"},
        {"{\"n\":0,\"t\":0}", "r.jsonl:1: \"kind\" is missing"},
        {"{\"n\":0,\"t\":0,\"kind\":\"dance\\u001b\"}",
         "r.jsonl:1: there is no kind \"dance\\x1b\""},
        {"{\"n\":1,\"t\":0,\"kind\":\"scene\"}", "r.jsonl:1: \"n\" is 1 where 0 must follow"},
        {"{\"n\":-1,\"t\":0,\"kind\":\"scene\"}", "r.jsonl:1: \"n\" is out of range"},
        {"{\"n\":0.5,\"t\":0,\"kind\":\"scene\"}",
         "r.jsonl:1: \"n\" must be a whole number; one beyond 2^53 is written as a text"},
        {"{\"n\":0,\"t\":1e300,\"kind\":\"scene\"}",
         "r.jsonl:1: \"t\" must be a whole number; one beyond 2^53 is written as a text"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"version\":2}",
         "r.jsonl:1: the recording was made by a newer socklings (version 2 of the document; this "
         "one reads 1)"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"seed\":\"18446744073709551616\"}",
         "r.jsonl:1: \"seed\" is not a whole number of 64 bits"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"seed\":\"-1\"}",
         "r.jsonl:1: \"seed\" is not a whole number of 64 bits"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"lab\":5}",
         "r.jsonl:1: \"lab\" must be a text or {\"hex\": …}"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"lab\":{\"hex\":\"6100\"}}",
         "r.jsonl:1: \"lab\" must not hold a zero byte"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"lab\":{\"hex\":\"6\"}}",
         "r.jsonl:1: \"lab\": a byte is written with two hex digits: \"6\" at place 1 is one"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"lab\":\"a\\u0000b\"}",
         "r.jsonl:1: a zero byte must be written as {\"hex\": …}"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"vars\":[7]}", "r.jsonl:1: \"name\" is missing"},
        {"{\"n\":0,\"t\":0,\"kind\":\"scene\",\"vars\":{}}", "r.jsonl:1: \"vars\" must be a list"},
        {"\xff", "r.jsonl:1: the line is not valid UTF-8"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"end\",\"why\":\"complete\"}\n"
               "{\"n\":2,\"t\":5,\"kind\":\"input\"}",
         "r.jsonl:3: nothing may follow the end of the scene"},
        {SCENE "\n{\"n\":1,\"t\":5,\"kind\":\"scene\"}",
         "r.jsonl:3: a scene event can only be the first"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"input\"}\n{\"n\":2,\"t\":4,\"kind\":\"input\"}",
         "r.jsonl:3: \"t\" lies before that of the event before it"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\"}", "r.jsonl:2: \"call\" is missing"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\",\"call\":null}",
         "r.jsonl:2: \"call\" must be a text"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\",\"call\":\"recv\",\"args\":[3]}",
         "r.jsonl:2: \"args\" must be an object"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\",\"call\":\"recv\",\"args\":{\"fd\":[3]}}",
         "r.jsonl:2: \"args\" must hold numbers, texts and objects"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\",\"call\":\"recv\",\"result\":\"four\"}",
         "r.jsonl:2: \"result\" is not a whole number of 64 bits"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"call\",\"call\":\"recv\",\"line\":-2}",
         "r.jsonl:2: \"line\" is out of range"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"script\",\"verb\":\"send\",\"status\":\"good\"}",
         "r.jsonl:2: \"status\" must be \"ok\" or \"failed\""},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"exit\",\"status\":0,\"main\":1}",
         "r.jsonl:2: \"main\" must be true or false"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"exit\",\"main\":true}",
         "r.jsonl:2: \"status\" is missing"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"end\",\"why\":\"stall\",\"waits\":[0]}",
         "r.jsonl:2: \"waits\" must name calls by their number; 0 is none"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"end\",\"why\":\"stall\",\"waits\":[1]}",
         "r.jsonl:2: \"waits\" must name calls by their number; 1 is none"},
        {SCENE "{\"n\":1,\"t\":5,\"kind\":\"end\",\"why\":\"stall\",\"waits\":[99999]}",
         "r.jsonl:2: \"waits\" must name calls by their number; 99999 is none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_error(cases[i].text, strlen(cases[i].text), cases[i].error);
    check_error("{\0}", 3, "r.jsonl:1: the line is not one JSON object");
    check_error(SCENE "\0", sizeof SCENE, "r.jsonl:2: the line is not one JSON object");
}

static void unknown_fields_and_blank_lines_are_passed_over(void **state)
{
    (void)state;
    static const char text[] =
        "{\"n\":0,\"t\":0,\"kind\":\"scene\",\"weather\":{\"wind\":[1,2]}}\r\n"
        "\n"
        " {\"kind\":\"call\", \"call\":\"recv\", \"t\":1e3, \"n\":1} \t\r\n"
        "{\"n\":2,\"t\":1000,\"kind\":\"end\",\"why\":\"stall\",\"waits\":[1]}";
    struct timeline tl;
    struct error err;
    if (timeline_parse(&tl, text, sizeof text - 1, "r", &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(tl.count, 3);
    assert_int_equal(tl.events[1].t, 1000);
    assert_false(tl.events[1].call.returned);
    assert_null(tl.events[1].call.args);
    assert_string_equal(timeline_end(&tl)->text, "");
    assert_int_equal(timeline_end(&tl)->waits[0], 1);
    timeline_free(&tl);
}

static void a_backslash_before_u0000_is_not_a_zero_byte(void **state)
{
    (void)state;
    static const char text[] = "{\"n\":0,\"t\":0,\"kind\":\"scene\",\"lab\":\"\\\\u0000\"}";
    struct timeline tl;
    assert_int_equal(timeline_parse(&tl, text, sizeof text - 1, "r", NULL), 0);
    assert_string_equal(tl.events[0].scene.lab, "\\u0000");
    timeline_free(&tl);
}

static void deep_nesting_and_huge_lines_are_only_errors(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, "{\"n\":0,\"t\":0,\"kind\":\"scene\",\"x\":");
    strbuf_pad(&text, '[', 200000);
    check_error(text.data, text.len, "r.jsonl:1: the line is not one JSON object");
    strbuf_cut(&text, 0);
    strbuf_puts(&text, "{\"n\":0,\"t\":0,\"kind\":\"scene\",\"x\":\"");
    strbuf_pad(&text, 'x', 1 << 20);
    check_error(text.data, text.len, "r.jsonl:1: the line is not one JSON object");
    strbuf_free(&text);
}

static void a_file_that_cannot_be_read_or_written_is_an_error(void **state)
{
    (void)state;
    struct timeline tl;
    struct error err = {""};
    assert_int_equal(timeline_load(&tl, "/nonexistent/r.jsonl", &err), -1);
    assert_non_null(strstr(err.text, "/nonexistent/r.jsonl"));
    assert_int_equal(tl.count, 0);
    assert_int_equal(timeline_load(&tl, "/tmp", &err), -1);
    assert_int_equal(timeline_load(&tl, "/dev/zero", &err), -1);
    assert_int_equal(timeline_save(&tl, "/nonexistent/r.jsonl", &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_loaded_is_what_was_saved),
        cmocka_unit_test(a_large_recording_is_loaded_as_it_was_saved),
        cmocka_unit_test(a_line_looks_as_the_document_says),
        cmocka_unit_test(every_fault_names_file_and_line),
        cmocka_unit_test(unknown_fields_and_blank_lines_are_passed_over),
        cmocka_unit_test(a_backslash_before_u0000_is_not_a_zero_byte),
        cmocka_unit_test(deep_nesting_and_huge_lines_are_only_errors),
        cmocka_unit_test(a_file_that_cannot_be_read_or_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
