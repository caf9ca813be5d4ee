/*
 * tl_build - recordings written by hand, a line a call, for tests of the judge.
 *
 *     struct timeline tl;
 *     tl_begin(&tl, "port=7000", NULL);
 *     tl_call(&tl, "server 2 udp_echo.c:31 bind fd=3 addr=0.0.0.0:22555 = 0");
 *     tl_failed(&tl, "expect", "ann", "$.steps[0].checks[0].scene[3]", "stall", "hello", NULL);
 *     tl_end(&tl, "stall");
 *
 * A call: program, pid or pid/tid, source line or -, name, arguments, = and a result: a number, an
 * error (EINTR), or ? for a call that did not return. An argument is a number, a text, or "bytes"
 * with \n, \0 and \xNN. addr gives family, ip and port as well; "+5000" at the end: nanoseconds in
 * the kernel.
 */
#ifndef SOCKLINGS_TESTS_TL_BUILD_H
#define SOCKLINGS_TESTS_TL_BUILD_H

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "timeline/timeline.h"

enum { TL_STEP = 1000, TL_ARGS = 16 };

static inline struct event *tl_event(struct timeline *tl, enum event_kind kind)
{
    int64_t t = tl->count == 0 ? 0 : tl->events[tl->count - 1].t + TL_STEP;
    return timeline_append(tl, kind, t);
}

static inline struct bytes tl_text(struct timeline *tl, const char *text)
{
    return text == NULL ? (struct bytes){0} : timeline_bytes(tl, text, strlen(text));
}

/* "name=value" for each variable, NULL at the end. */
static inline void tl_begin(struct timeline *tl, ...)
{
    timeline_init(tl);
    struct event *ev = tl_event(tl, EVENT_SCENE);
    struct var *vars = timeline_memory(tl, 8 * sizeof *vars);
    va_list ap;
    va_start(ap, tl);
    const char *pair;
    unsigned n = 0;
    while ((pair = va_arg(ap, const char *)) != NULL && n < 8) {
        const char *sign = strchr(pair, '=');
        vars[n].name = timeline_format(tl, "%.*s", (int)(sign - pair), pair);
        vars[n++].value = tl_text(tl, sign + 1);
    }
    va_end(ap);
    ev->scene.vars = vars;
    ev->scene.nvars = n;
    ev->scene.tier = "A";
    ev->scene.variant = "plain";
    ev->scene.stdio = "pty";
}

static inline const char *tl_word(struct timeline *tl, const char **at)
{
    *at += strspn(*at, " ");
    size_t n = strcspn(*at, " ");
    const char *word = timeline_format(tl, "%.*s", (int)n, *at);
    *at += n;
    return word;
}

static inline struct bytes tl_quoted(struct timeline *tl, const char **at)
{
    struct strbuf sb = STRBUF_INIT;
    for ((*at)++; **at != '"' && **at != '\0'; (*at)++) {
        char hex[3] = {0};
        if (**at != '\\') {
            strbuf_putc(&sb, **at);
            continue;
        }
        (*at)++;
        if (**at == 'x') {
            memcpy(hex, *at + 1, 2);
            strbuf_putc(&sb, (char)strtol(hex, NULL, 16));
            *at += 2;
        } else {
            strbuf_putc(&sb, **at == 'n' ? '\n' : **at == '0' ? '\0' : **at);
        }
    }
    *at += **at == '"';
    struct bytes bytes = timeline_bytes(tl, sb.data, sb.len);
    strbuf_free(&sb);
    return bytes;
}

static inline void tl_value(struct arg *arg, const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);
    arg->has_value = *text != '\0' && *end == '\0';
    arg->value = arg->has_value ? value : 0;
    if (!arg->has_value)
        arg->text = text;
}

static inline unsigned tl_address(struct timeline *tl, struct arg *args, const char *text)
{
    bool unspec = strncmp(text, "AF_UNSPEC_", 10) == 0, six = text[0] == '[';
    const char *bare = unspec ? text + 10 : text, *colon = strrchr(bare, ':');
    args[0] = (struct arg){.name = "addr", .text = text};
    args[1] = (struct arg){.name = "family",
                           .has_value = true,
                           .value = unspec ? 0
                                    : six  ? 10
                                           : 2,
                           .text = unspec ? "AF_UNSPEC"
                                   : six  ? "AF_INET6"
                                          : "AF_INET"};
    args[2] =
        (struct arg){.name = "ip",
                     .text = six ? timeline_format(tl, "%.*s", (int)(colon - bare - 2), bare + 1)
                                 : timeline_format(tl, "%.*s", (int)(colon - bare), bare)};
    args[3] = (struct arg){.name = "port", .has_value = true, .value = atoi(colon + 1)};
    return 4;
}

static inline struct event *tl_call(struct timeline *tl, const char *line)
{
    const char *at = line;
    struct event *ev = tl_event(tl, EVENT_CALL);
    struct arg *args = timeline_memory(tl, TL_ARGS * sizeof *args);
    unsigned n = 0;
    ev->program = tl_word(tl, &at);
    const char *pid = tl_word(tl, &at), *slash = strchr(pid, '/');
    ev->pid = atoi(pid);
    ev->tid = slash != NULL ? atoi(slash + 1) : ev->pid;
    const char *place = tl_word(tl, &at), *colon = strchr(place, ':');
    if (colon != NULL) {
        ev->call.file = timeline_format(tl, "%.*s", (int)(colon - place), place);
        ev->call.line = atoi(colon + 1);
    }
    ev->call.name = tl_word(tl, &at);
    for (at += strspn(at, " "); *at != '=' && *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, "=");
        const char *name = timeline_format(tl, "%.*s", (int)len, at);
        at += len + 1;
        args[n] = (struct arg){.name = name};
        if (*at == '"')
            args[n++].bytes = tl_quoted(tl, &at);
        else if (strcmp(name, "addr") == 0 && strncmp(at, "unix:", 5) != 0)
            n += tl_address(tl, &args[n], tl_word(tl, &at));
        else
            tl_value(&args[n++], tl_word(tl, &at));
    }
    at += *at == '=';
    const char *result = tl_word(tl, &at), *late = tl_word(tl, &at);
    ev->call.args = args;
    ev->call.nargs = n;
    ev->call.returned = strcmp(result, "?") != 0;
    ev->call.result = isalpha((unsigned char)*result) ? -1 : atoll(result);
    ev->call.error = isalpha((unsigned char)*result) ? result : NULL;
    ev->call.blocked_ns = *late == '+' ? atoll(late + 1) : TL_STEP / 2;
    return ev;
}

static inline struct event *tl_done(struct timeline *tl, const char *verb, const char *actor,
                                    const char *path, const char *text)
{
    struct event *ev = tl_event(tl, EVENT_SCRIPT);
    ev->script.verb = verb;
    ev->script.actor = actor;
    ev->script.path = path;
    ev->script.status = SCRIPT_OK;
    ev->script.text = text;
    return ev;
}

static inline struct event *tl_failed(struct timeline *tl, const char *verb, const char *actor,
                                      const char *path, const char *failure, const char *expected,
                                      const char *received)
{
    struct event *ev = tl_done(tl, verb, actor, path, "the action that failed");
    ev->script.status = SCRIPT_FAILED;
    ev->script.failure = failure;
    ev->script.expected = tl_text(tl, expected);
    ev->script.received = tl_text(tl, received);
    return ev;
}

static inline struct event *tl_state(struct timeline *tl, const char *local, const char *remote,
                                     const char *state)
{
    struct event *ev = tl_event(tl, EVENT_STATE);
    ev->state.proto = "tcp";
    ev->state.local = local;
    ev->state.remote = remote;
    ev->state.to = state;
    return ev;
}

static inline struct event *tl_output(struct timeline *tl, const char *program, const char *stream,
                                      const char *text)
{
    struct event *ev = tl_event(tl, EVENT_OUTPUT);
    ev->program = program;
    ev->output.stream = stream;
    ev->output.bytes = tl_text(tl, text);
    return ev;
}

static inline struct event *tl_exit(struct timeline *tl, const char *program, int pid, int status,
                                    const char *signal)
{
    struct event *ev = tl_event(tl, EVENT_EXIT);
    ev->program = program;
    ev->pid = ev->tid = pid;
    ev->exit.status = signal != NULL ? -1 : status;
    ev->exit.signal = signal;
    ev->exit.main = true;
    return ev;
}

static inline struct event *tl_signal(struct timeline *tl, const char *program, int pid,
                                      const char *name)
{
    struct event *ev = tl_event(tl, EVENT_SIGNAL);
    ev->program = program;
    ev->pid = ev->tid = pid;
    ev->signal.name = name;
    return ev;
}

/* The calls that did not return are those that wait. */
static inline struct event *tl_end(struct timeline *tl, const char *why)
{
    uint64_t *waits = timeline_memory(tl, 8 * sizeof *waits);
    unsigned n = 0;
    for (size_t i = 0; i < tl->count && n < 8; i++)
        if (tl->events[i].kind == EVENT_CALL && !tl->events[i].call.returned)
            waits[n++] = i;
    struct event *ev = tl_event(tl, EVENT_END);
    ev->end.why = why;
    ev->end.waits = waits;
    ev->end.nwaits = n;
    return ev;
}

#endif
