/* The lab, the script and the recordings that the tests of judge/judge are made of. */
#ifndef SOCKLINGS_TESTS_JUDGE_HELP_H
#define SOCKLINGS_TESTS_JUDGE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/judge.h"
#include "tl_build.h"

/* A script of a server and a peer; the actions' paths are "$.a[I]". */
static const struct data_part hello_parts[] = {{.kind = DATA_TEXT, .text = "hello"}};
static const struct action actions[] = {
    {.kind = ACTION_START, .actor = "server", .path = "$.a[0]"},
    {.kind = ACTION_WAIT, .actor = "server", .path = "$.a[1]", .wait = {.what = WAIT_BLOCKED}},
    {.kind = ACTION_SEND, .actor = "ann", .path = "$.a[2]", .send = {.to = "127.0.0.1:${port}"}},
    {.kind = ACTION_EXPECT, .actor = "ann", .path = "$.a[3]", .expect = {.data = {hello_parts, 1}}},
    {.kind = ACTION_SIGNAL, .actor = "server", .path = "$.a[4]", .signal = {.name = "SIGTERM"}},
    {.kind = ACTION_WAIT,
     .actor = "server",
     .path = "$.a[5]",
     .wait = {.what = WAIT_EXIT, .status = 0}},
    {.kind = ACTION_OUTPUT,
     .actor = "server",
     .path = "$.a[6]",
     .output = {.matches = "listening on [^ ]+\\(${port}\\)"}},
    {.kind = ACTION_EXPECT_END, .actor = "ann", .path = "$.a[7]"},
    {.kind = ACTION_CONNECT,
     .actor = "ann",
     .path = "$.a[8]",
     .connect = {.to = "127.0.0.2:${port}"}},
    {.kind = ACTION_EXPECT, .actor = "ann", .path = "$.a[9]"},
};
static const struct var_spec port_var = {.name = "port", .kind = VAR_PORT};
static const struct scene_script script = {
    .title = "a client sends a word",
    .vars = &port_var,
    .nvars = 1,
    .actions = actions,
    .nactions = sizeof actions / sizeof actions[0],
};
static const struct lab_step step = {.id = "answer", .lesson = "one-question"};
static const char *const aimed[] = {"port-no-htons-bind"};
static const struct lab lab = {.id = "05_udp_echo", .mistakes = aimed, .nmistakes = 1};

struct result {
    bool pass;
    struct step_result step;
    enum outcome outcome;
    const char *limit;
};

static inline struct result judge(const struct timeline *tl)
{
    struct result r = {0};
    r.pass = judge_scene(&lab, &step, &script, tl, &r.step, &r.outcome, &r.limit);
    return r;
}

/* verdict_free frees the step through a verdict of its own. */
static inline void done(struct result *r, struct timeline *tl)
{
    struct verdict v = {.nsteps = 1, .steps = malloc(sizeof r->step)};
    memcpy(v.steps, &r->step, sizeof r->step);
    verdict_free(&v);
    timeline_free(tl);
}

static inline void start(struct timeline *tl)
{
    tl_begin(tl, "port=7000", NULL);
    tl_done(tl, "start", "server", "$.a[0]", "server was started");
    tl_call(tl, "server 2 udp_echo.c:20 socket domain=AF_INET type=SOCK_DGRAM = 3");
}

static inline void bind_to(struct timeline *tl, int port)
{
    char line[100];
    snprintf(line, sizeof line, "server 2 udp_echo.c:31 bind fd=3 addr=0.0.0.0:%d = 0", port);
    tl_call(tl, line);
}

#endif
