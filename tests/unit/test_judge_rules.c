/*
 * Tests of the mistake rules on recordings written by hand: what tests/rules cannot easily bring
 * about, and how one mistake is chosen among several.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/judge.h"
#include "tl_build.h"

static const struct var_spec port_var = {.name = "port", .kind = VAR_PORT};
static const struct action actions[] = {
    {.kind = ACTION_START, .actor = "server", .path = "$.a[0]"},
    {.kind = ACTION_START, .actor = "other", .path = "$.a[1]", .start = {.solution = true}},
    {.kind = ACTION_EXPECT, .actor = "ann", .path = "$.a[2]"},
    {.kind = ACTION_EXPECT_END, .actor = "ann", .path = "$.a[3]"},
    {.kind = ACTION_OUTPUT, .actor = "server", .path = "$.a[4]", .output = {.contains = "ready"}},
    {.kind = ACTION_LISTEN, .actor = "bob", .path = "$.a[5]", .open = {.at = "0.0.0.0:${port}"}},
};
static const struct arg_match reuse = {"option", "SO_REUSEADDR"};
static const struct call_pattern sets_reuse = {.name = "setsockopt", .args = &reuse, .nargs = 1};
static const struct assertion asks_reuse = {.kind = ASSERT_CALL, .calls = &sets_reuse, .ncalls = 1};
static const struct scene_script script = {
    .vars = &port_var,
    .nvars = 1,
    .actions = actions,
    .nactions = sizeof actions / sizeof actions[0],
};

static void begin(struct timeline *tl)
{
    tl_begin(tl, "port=7000", NULL);
}

/* Checks what is found, and frees. id NULL: nothing at all. */
static void finds(struct timeline *tl, const struct scene_script *s, const char *id,
                  enum certainty certainty)
{
    struct diagnosis *d = judge_diagnose(NULL, s, tl, NULL);
    assert_string_equal(d != NULL ? d->id : "nothing", id != NULL ? id : "nothing");
    if (d != NULL)
        assert_int_equal(d->certainty, certainty);
    diagnosis_free(d);
    timeline_free(tl);
}

static void listener(struct timeline *tl)
{
    tl_call(tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(tl, "server 2 s.c:3 bind fd=3 addr=0.0.0.0:7000 = 0");
    tl_call(tl, "server 2 s.c:4 listen fd=3 backlog=5 = 0");
}

static void nothing_is_found_in_nothing(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    finds(&tl, NULL, NULL, CERTAINTY_HINT);
    begin(&tl);
    finds(&tl, &script, NULL, CERTAINTY_HINT);
}

static void the_solutions_own_calls_are_never_judged(void **state)
{
    (void)state;
    for (int own = 0; own <= 1; own++) {
        struct timeline tl;
        begin(&tl);
        const char *who = own ? "server" : "other";
        tl_call(&tl,
                timeline_format(&tl, "%s 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3", who));
        tl_call(&tl, timeline_format(&tl, "%s 2 s.c:2 bind fd=3 addr=0.0.0.0:22555 = 0", who));
        tl_end(&tl, "complete");
        finds(&tl, &script, own ? "port-no-htons-bind" : NULL, CERTAINTY_FACT);
    }
}

static void a_port_whose_bytes_are_equal_is_never_swapped(void **state)
{
    (void)state;
    struct timeline tl;
    tl_begin(&tl, "port=28784", NULL); /* 0x7070 */
    tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3");
    tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=0.0.0.0:28784 = 0");
    tl_end(&tl, "complete");
    finds(&tl, &script, NULL, CERTAINTY_HINT);
}

/* Only the script knows which port is meant: without one, a variable's name must tell. */
static void without_a_script_a_variable_named_port_is_the_port(void **state)
{
    (void)state;
    for (int named = 0; named <= 1; named++) {
        struct timeline tl;
        tl_begin(&tl, named ? "port=7000" : "count=7000", NULL);
        tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3");
        tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=0.0.0.0:22555 = 0");
        tl_end(&tl, "complete");
        finds(&tl, NULL, named ? "port-no-htons-bind" : NULL, CERTAINTY_FACT);
    }
}

static void a_fact_beats_an_earlier_hint_and_the_earlier_fact_a_later_one(void **state)
{
    (void)state;
    struct timeline tl;
    begin(&tl);
    /* A hint: an absurd room for an address. Then two facts. */
    tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&tl, "server 2 s.c:2 getsockname fd=3 addr=0.0.0.0:0 addrlen_in=99999 "
                 "addrlen_out=16 = 0");
    tl_call(&tl, "server 2 s.c:3 bind fd=3 addr=AF_UNSPEC_0.0.0.0:7000 = 0");
    tl_call(&tl, "server 2 s.c:4 socket domain=AF_INET type=SOCK_STREAM = 4");
    tl_call(&tl, "server 2 s.c:5 bind fd=4 addr=0.0.0.0:7000 = 0");
    tl_call(&tl, "server 2 s.c:6 setsockopt fd=4 option=SO_REUSEADDR value=1 = 0");
    tl_end(&tl, "complete");
    struct diagnosis *d = judge_diagnose(NULL, &script, &tl, NULL);
    assert_string_equal(d->id, "family-not-set");
    diagnosis_free(d);
    static const char *const only[] = {"addrlen-uninit-accept", "eof-ignored", NULL};
    d = judge_diagnose(NULL, &script, &tl, only);
    assert_string_equal(d->id, "addrlen-uninit-accept");
    assert_int_equal(d->certainty, CERTAINTY_HINT);
    diagnosis_free(d);
    timeline_free(&tl);
}

static void a_missing_option_is_a_fact_where_the_script_asks_for_it(void **state)
{
    (void)state;
    struct scene_script asking = script;
    asking.then = &asks_reuse;
    asking.nthen = 1;
    for (int asked = 0; asked <= 1; asked++) {
        struct timeline tl;
        begin(&tl);
        listener(&tl);
        tl_end(&tl, "complete");
        finds(&tl, asked ? &asking : &script, asked ? "no-reuseaddr" : NULL, CERTAINTY_FACT);
    }
}

/* Both runs set the option, the first one too late: the second then fails although it does it
 * right. */
static void an_option_that_the_former_run_lacked_is_told_as_such(void **state)
{
    (void)state;
    for (int row = 0; row <= 2; row++) {
        struct timeline tl;
        begin(&tl);
        tl_call(&tl, "server 9 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
        tl_call(&tl, "server 9 s.c:2 setsockopt fd=3 option=SO_REUSEADDR value=1 = 0");
        tl_call(&tl, "server 9 s.c:3 bind fd=3 addr=0.0.0.0:7000 = EADDRINUSE");
        tl_exit(&tl, "server", 9, 1, NULL);
        if (row == 1)
            tl_state(&tl, "127.0.0.1:7000", "127.0.0.1:40001", "TIME_WAIT");
        else if (row == 2)
            tl_state(&tl, "127.0.0.1:7001", "127.0.0.1:40001", "TIME_WAIT");
        tl_end(&tl, "failed");
        finds(&tl, &script, row == 1 ? "reuseaddr-after-bind" : NULL, CERTAINTY_FACT);
    }
}

static void a_listener_of_the_script_is_nobodys_mistake(void **state)
{
    (void)state;
    for (int held = 0; held <= 1; held++) {
        struct timeline tl;
        begin(&tl);
        if (held)
            tl_done(&tl, "listen", "bob", "$.a[5]", "bob listens on 0.0.0.0:7000");
        tl_call(&tl, "server 9 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
        tl_call(&tl, "server 9 s.c:3 bind fd=3 addr=0.0.0.0:7000 = EADDRINUSE");
        tl_state(&tl, "0.0.0.0:7000", "*", "LISTEN");
        tl_end(&tl, "failed");
        finds(&tl, &script, held ? NULL : "port-in-use-by-listener", CERTAINTY_FACT);
    }
}

/* Learner's client and learner's server, each waiting for the other. */
static void two_programs_that_wait_for_each_other_are_seen(void **state)
{
    (void)state;
    for (int shut = 0; shut <= 1; shut++) {
        struct timeline tl;
        begin(&tl);
        listener(&tl);
        tl_call(&tl, "server 2 s.c:5 accept fd=3 addr=127.0.0.1:40001 = 4");
        tl_call(&tl, "client 5 c.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
        tl_call(&tl, "client 5 c.c:2 connect fd=3 addr=127.0.0.1:7000 = 0");
        tl_call(&tl, "client 5 c.c:3 sendto fd=3 data=\"hi\" len=2 = 2");
        if (shut)
            tl_call(&tl, "client 5 c.c:4 shutdown fd=3 how=SHUT_WR = 0");
        tl_call(&tl, "server 2 s.c:6 recvfrom fd=4 data=\"hi\" len=512 = 2");
        tl_call(&tl, "server 2 s.c:6 recvfrom fd=4 len=512 = ?");
        tl_call(&tl, "client 5 c.c:5 recvfrom fd=3 len=512 = ?");
        tl_end(&tl, "stall");
        finds(&tl, &script, shut ? NULL : "waits-for-eof", CERTAINTY_FACT);
    }
}

/* The same EINTR: from the child that ended, or from the signal that is to stop the server. */
static void an_interrupted_accept_is_a_mistake_unless_the_server_was_to_end(void **state)
{
    (void)state;
    static const struct {
        const char *signal;
        bool retries, named;
    } cases[] = {{"SIGCHLD", false, true},
                 {"SIGTERM", false, false},
                 {"SIGINT", false, false},
                 {"SIGCHLD", true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        begin(&tl);
        listener(&tl);
        tl_call(&tl, "server 2 s.c:5 accept fd=3 = EINTR");
        tl_signal(&tl, "server", 2, cases[i].signal);
        tl_call(&tl, "server 2 s.c:9 write fd=2 data=\"accept: Interrupted\" len=19 = 19");
        if (cases[i].retries)
            tl_call(&tl, "server 2 s.c:5 accept fd=3 = ENFILE");
        tl_exit(&tl, "server", 2, 1, NULL);
        tl_failed(&tl, "expect", "ann", "$.a[2]", "exit", "hello", "");
        tl_end(&tl, "failed");
        finds(&tl, &script, cases[i].named ? "eintr" : NULL, CERTAINTY_FACT);
    }
}

static void an_early_line_that_is_written_at_the_end_was_not_flushed(void **state)
{
    (void)state;
    static const struct {
        const char *stdio, *late;
        const char *id;
        enum certainty certainty;
        bool waits;
    } cases[] = {
        {"pipe", "ready\n", "stdout-not-flushed", CERTAINTY_FACT, false},
        {"pipe", NULL, "stdout-not-flushed", CERTAINTY_HINT, false},
        {"pipe", "other\n", NULL, CERTAINTY_HINT, false},
        {"pty", NULL, NULL, CERTAINTY_HINT, false},
        {"pty", NULL, "stdout-not-flushed", CERTAINTY_HINT, true},
        {"pty", "other\n", NULL, CERTAINTY_HINT, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        begin(&tl);
        tl.events[0].scene.stdio = cases[i].stdio;
        listener(&tl);
        tl_call(&tl, "server 2 s.c:5 accept fd=3 = ECONNABORTED");
        if (cases[i].waits)
            tl_call(&tl, "server 2 s.c:6 accept fd=3 = ?");
        tl_failed(&tl, "output", "server", "$.a[4]", "stall", NULL, NULL);
        if (cases[i].late != NULL) {
            struct event *ev = tl_call(&tl, "server 2 s.c:9 write fd=1 data=\"x\" len=6 = 6");
            struct arg *data = timeline_memory(&tl, 3 * sizeof *data);
            memcpy(data, ev->call.args, 3 * sizeof *data);
            data[1].bytes = tl_text(&tl, cases[i].late);
            ev->call.args = data;
            tl_exit(&tl, "server", 2, 0, NULL);
        }
        tl_end(&tl, "stall");
        finds(&tl, &script, cases[i].id, cases[i].certainty);
    }
}

/* Addresses of another kind have other sizes; no address at all has none. */
static void the_room_for_an_address_is_judged_by_the_kind_of_socket(void **state)
{
    (void)state;
    static const struct {
        const char *domain, *room, *result;
        bool named;
    } cases[] = {
        {"AF_INET", "addrlen_in=0 addrlen_out=16 addr=0.0.0.0:0", "4", true},
        {"AF_INET", "addrlen_in=8 addrlen_out=16 addr=127.0.0.1:4", "4", true},
        {"AF_INET", "addrlen_in=16 addrlen_out=16 addr=127.0.0.1:4", "4", false},
        {"AF_INET", "addrlen_in=128 addrlen_out=16 addr=127.0.0.1:4", "4", false},
        {"AF_INET", "", "4", false},
        {"AF_INET", "addrlen_in=-9", "EINVAL", true},
        {"AF_INET", "addrlen_in=-1", "EFAULT", false},
        {"AF_INET6", "addrlen_in=16 addrlen_out=28 addr=[::1]:4", "4", true},
        {"AF_INET6", "addrlen_in=28 addrlen_out=28 addr=[::1]:4", "4", false},
        {"AF_UNIX", "addrlen_in=2 addrlen_out=2", "4", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        begin(&tl);
        tl_call(&tl, timeline_format(&tl, "server 2 s.c:1 socket domain=%s type=SOCK_STREAM = 3",
                                     cases[i].domain));
        tl_call(&tl, "server 2 s.c:3 bind fd=3 addr=0.0.0.0:7000 = 0");
        tl_call(&tl, "server 2 s.c:4 listen fd=3 backlog=5 = 0");
        tl_call(&tl, timeline_format(&tl, "server 2 s.c:5 accept fd=3 %s = %s", cases[i].room,
                                     cases[i].result));
        tl_end(&tl, "complete");
        finds(&tl, &script, cases[i].named ? "addrlen-uninit-accept" : NULL, CERTAINTY_FACT);
    }
}

/* What came is in the send, and more: whose bytes are they? */
static void a_surplus_is_the_buffers_only_when_it_is_seen_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *sent;
        const char *id;
    } cases[] = {
        {"abcdefghij", "XY", "XYcdefghij", "strlen-unterminated"}, /* the older bytes */
        {"abcdefghij", "XY", "XY, thanks", NULL},                  /* words of its own */
        {"abcdefghij", "XY", "XY\\n", NULL},                       /* a newline of its own */
        {"a", "XY", "XY\\x9f\\x01\\xee", "strlen-unterminated"},   /* nobody writes that */
        {"abcdefghij", "XY", "XY", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        begin(&tl);
        tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3");
        tl_call(&tl, timeline_format(&tl, "server 2 s.c:5 recvfrom fd=3 data=\"%s\" len=512 = %zu",
                                     cases[i].first, strlen(cases[i].first)));
        tl_call(&tl, timeline_format(&tl, "server 2 s.c:5 recvfrom fd=3 data=\"%s\" len=512 = 2",
                                     cases[i].second));
        struct event *sent =
            tl_call(&tl, timeline_format(&tl, "server 2 s.c:6 sendto fd=3 len=0 data=\"%s\" = 0",
                                         cases[i].sent));
        struct arg *args = timeline_memory(&tl, 3 * sizeof *args);
        memcpy(args, sent->call.args, 3 * sizeof *args);
        args[1].value = sent->call.result = (int64_t)args[2].bytes.len;
        sent->call.args = args;
        struct event *failed = tl_failed(&tl, "expect", "ann", "$.a[2]", "mismatch", "QQ", "");
        failed->script.received = args[2].bytes;
        tl_end(&tl, "failed");
        finds(&tl, &script, cases[i].id, CERTAINTY_FACT);
    }
}

/* One end of the stream, said three times; or three times on a socket that has no stream. */
static void zeros_are_the_end_only_of_a_stream_and_only_in_a_row(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int zeros;
        bool closes, named;
    } cases[] = {{"SOCK_STREAM", 3, false, true},
                 {"SOCK_STREAM", 2, false, false},
                 {"SOCK_STREAM", 3, true, false},
                 {"SOCK_DGRAM", 5, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        begin(&tl);
        for (int k = 0; k < cases[i].zeros; k++) {
            if (k == 0 || cases[i].closes)
                tl_call(&tl,
                        timeline_format(&tl, "server 2 s.c:1 socket domain=AF_INET type=%s = 3",
                                        cases[i].type));
            tl_call(&tl, "server 2 s.c:5 read fd=3 data=\"\" len=512 = 0");
            if (cases[i].closes)
                tl_call(&tl, "server 2 s.c:6 close fd=3 = 0");
        }
        tl_end(&tl, "complete");
        finds(&tl, &script, cases[i].named ? "eof-ignored" : NULL, CERTAINTY_FACT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_found_in_nothing),
        cmocka_unit_test(the_solutions_own_calls_are_never_judged),
        cmocka_unit_test(a_port_whose_bytes_are_equal_is_never_swapped),
        cmocka_unit_test(without_a_script_a_variable_named_port_is_the_port),
        cmocka_unit_test(a_fact_beats_an_earlier_hint_and_the_earlier_fact_a_later_one),
        cmocka_unit_test(a_missing_option_is_a_fact_where_the_script_asks_for_it),
        cmocka_unit_test(an_option_that_the_former_run_lacked_is_told_as_such),
        cmocka_unit_test(a_listener_of_the_script_is_nobodys_mistake),
        cmocka_unit_test(two_programs_that_wait_for_each_other_are_seen),
        cmocka_unit_test(an_interrupted_accept_is_a_mistake_unless_the_server_was_to_end),
        cmocka_unit_test(an_early_line_that_is_written_at_the_end_was_not_flushed),
        cmocka_unit_test(the_room_for_an_address_is_judged_by_the_kind_of_socket),
        cmocka_unit_test(a_surplus_is_the_buffers_only_when_it_is_seen_to_be),
        cmocka_unit_test(zeros_are_the_end_only_of_a_stream_and_only_in_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
