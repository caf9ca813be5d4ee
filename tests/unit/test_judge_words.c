/* judge/judge: the stage, the sentence and the evidence of a step that failed. */
#include "judge_help.h"

static void stages_follow_what_the_script_was_doing(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *actor, *path, *failure;
        enum stage stage;
    } cases[] = {
        {"wait", "server", "$.a[1]", "exit", STAGE_START},
        {"connect", "ann", "$.a[8]", "refused", STAGE_START},
        {"output", "server", "$.a[6]", "stall", STAGE_START},
        {"expect", "ann", "$.a[3]", "mismatch", STAGE_EXCHANGE},
        {"expect-end", "ann", "$.a[7]", "stall", STAGE_CLOSE},
        {"wait", "server", "$.a[5]", "exit", STAGE_CLOSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        start(&tl);
        tl_failed(&tl, cases[i].verb, cases[i].actor, cases[i].path, cases[i].failure, NULL, NULL);
        tl_end(&tl, "failed");
        struct result r = judge(&tl);
        assert_int_equal(r.step.stage, cases[i].stage);
        assert_true(strlen(r.step.message) > 20);
        done(&r, &tl);
    }
}

static void of_a_program_that_ended_it_is_told_before_those_who_wait(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_call(&tl, "other 9 udp_echo.c:41 recvfrom fd=3 len=512 addrlen_in=16 = ?");
    tl_output(&tl, "server", "stderr", "bind: Address already in use\n");
    tl_exit(&tl, "server", 2, 1, NULL);
    tl_failed(&tl, "wait", "server", "$.a[1]", "stall", NULL, NULL);
    struct event *end = tl_end(&tl, "stall");
    static const uint64_t waits[] = {3};
    end->end.waits = waits;
    end->end.nwaits = 1;
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_FAIL);
    assert_string_equal(r.step.message,
                        "server exited with status 1; server should wait in a call for what comes "
                        "next; the last thing it printed was \"bind: Address already in use\"");
    assert_string_equal(r.step.evidence[r.step.nevidence - 1], "server exited with status 1");
    done(&r, &tl);
}

static void a_program_of_the_labs_own_is_named_last_and_without_its_lines(void **state)
{
    (void)state;
    static const struct action starts[] = {
        {.kind = ACTION_START, .actor = "server", .path = "$.a[0]", .start = {.solution = true}},
        {.kind = ACTION_START, .actor = "client", .path = "$.a[1]"},
        {.kind = ACTION_WAIT, .actor = "client", .path = "$.a[2]", .wait = {.what = WAIT_EXIT}},
    };
    static const struct scene_script own = {.actions = starts, .nactions = 3};
    static const uint64_t waits[] = {2, 3};
    struct timeline tl;
    struct result r = {0};
    tl_begin(&tl, NULL);
    tl_done(&tl, "start", "server", "$.a[0]", "server was started");
    tl_call(&tl, "server 2 echo.c:71 recvfrom fd=3 len=512 = ?");
    tl_call(&tl, "client 3 ask.c:26 recvfrom fd=3 len=512 = ?");
    tl_failed(&tl, "wait", "client", "$.a[2]", "stall", NULL, NULL);
    struct event *end = tl_end(&tl, "stall");
    end->end.waits = waits;
    end->end.nwaits = 2;
    r.pass = judge_scene(&lab, &step, &own, &tl, &r.step, &r.outcome, &r.limit);
    assert_int_equal(r.outcome, OUTCOME_STALL);
    assert_string_equal(r.step.message,
                        "ask.c:26 waits in recv() on fd 3; the lab's own server waits in "
                        "recv() on fd 3; client should have ended");
    assert_int_equal(r.step.nevidence, 2);
    assert_string_equal(r.step.evidence[0], "ask.c:26  recv(3, 512 bytes) … still waiting");
    assert_string_equal(r.step.evidence[1],
                        "the lab's own server  recv(3, 512 bytes) … still waiting");
    done(&r, &tl);
}

static void
a_stream_without_a_connection_is_told_with_its_socket_and_a_timeout_its_unit(void **state)
{
    (void)state;
    struct timeline tl;
    tl_begin(&tl, "port=7000", NULL);
    tl_call(&tl, "server 2 send.c:18 socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&tl, "server 2 send.c:21 setsockopt fd=3 option=SO_RCVTIMEO value=2000 = 0");
    tl_call(&tl, "server 2 send.c:22 sendto fd=3 data=\"x\" len=1 addr=127.0.0.1:7000 = EPIPE");
    tl_exit(&tl, "server", 2, 0, "SIGPIPE");
    tl_end(&tl, "crash");
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_CRASH);
    assert_non_null(strstr(r.step.message,
                           "; it wrote to a stream socket that was never connected; "
                           "send.c:18 socket() made it with SOCK_STREAM"));
    assert_string_equal(r.step.evidence[0], "send.c:21  setsockopt(3, SO_RCVTIMEO, 2 s) = 0");
    done(&r, &tl);
}

static void a_wrong_exit_status_is_told_without_a_diff_of_words(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_exit(&tl, "server", 2, 3, NULL);
    tl_failed(&tl, "wait", "server", "$.a[5]", "exit", "exit status 0", "exit status 3");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_string_equal(r.step.message,
                        "server should exit with status 0; server exited with status 3");
    assert_null(r.step.diff);
    done(&r, &tl);
}

static void a_pattern_is_told_as_a_line_that_it_would_match(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_failed(&tl, "output", "server", "$.a[6]", "exit", NULL, NULL);
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_non_null(strstr(r.step.message, "a line like \"listening on …(7000)\""));
    done(&r, &tl);
}

static bool shown(const struct result *r, const char *part)
{
    for (unsigned i = 0; i < r->step.nevidence; i++)
        if (strstr(r->step.evidence[i], part) != NULL)
            return true;
    return false;
}

static void what_failed_is_no_evidence_but_the_programs_last_words_are(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_call(&tl, "server 2 udp_echo.c:31 bind fd=3 addr=127.0.0.9:7000 = EADDRNOTAVAIL");
    tl_output(&tl, "server", "stderr", "a remark\nbind: \x1b[31mno such address\n");
    tl_exit(&tl, "server", 2, 1, NULL);
    tl_failed(&tl, "expect", "ann", "$.a[3]", "exit", "hello", "")->script.text =
        "ann received \"hello\"";
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_false(shown(&r, "ann received"));
    assert_true(shown(&r, "EADDRNOTAVAIL"));
    assert_true(shown(&r, "server printed \"bind: \\x1b[31mno such address\" on stderr"));
    assert_false(shown(&r, "a remark"));
    assert_non_null(strstr(r.step.question, "that call's error"));
    done(&r, &tl);
}

static void ends_of_former_starts_are_no_evidence(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_exit(&tl, "server", 2, 0, "SIGKILL");
    tl_done(&tl, "start", "server", "$.a[0]", "server was started");
    tl_call(&tl, "server 3 udp_echo.c:20 socket domain=AF_INET type=SOCK_DGRAM = 3");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "jello");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_false(shown(&r, "SIGKILL"));
    done(&r, &tl);
}

/* On a busy machine the end of the one that was killed is seen late. */
static void the_end_of_the_former_may_be_seen_after_the_new_start(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_done(&tl, "start", "server", "$.a[0]", "server was started");
    tl_exit(&tl, "server", 2, 0, "SIGKILL");
    tl_call(&tl, "server 3 udp_echo.c:20 socket domain=AF_INET type=SOCK_DGRAM = 3");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "jello");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_false(shown(&r, "SIGKILL"));
    done(&r, &tl);
    /* The second end is the new one's. */
    start(&tl);
    tl_done(&tl, "start", "server", "$.a[0]", "server was started");
    tl_exit(&tl, "server", 2, 0, "SIGKILL");
    tl_exit(&tl, "server", 3, 0, "SIGKILL");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "jello");
    tl_end(&tl, "failed");
    r = judge(&tl);
    assert_true(shown(&r, "SIGKILL"));
    done(&r, &tl);
}

static void an_empty_datagram_that_never_came_is_not_compared(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    bind_to(&tl, 7000);
    tl_exit(&tl, "server", 2, 0, NULL);
    tl_failed(&tl, "expect", "ann", "$.a[9]", "exit", "", "");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_string_equal(r.step.message, "an empty datagram was expected; none came: server exited "
                                        "with status 0");
    assert_null(r.step.diff);
    assert_non_null(strstr(r.step.question, "makes the program end"));
    done(&r, &tl);
}

static void other_output_is_quoted_and_a_sleep_is_asked_about(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_output(&tl, "server", "stdout", "hello\nlistens somewhere\n");
    tl_call(&tl, "server 2 udp_echo.c:50 nanosleep ns=20000000 = ?");
    tl_failed(&tl, "output", "server", "$.a[6]", "deadline", NULL, NULL);
    tl_end(&tl, "limit");
    struct result r = judge(&tl);
    assert_non_null(strstr(r.step.message, "sleeps in nanosleep() for 20 ms"));
    assert_non_null(strstr(r.step.question, "while it sleeps"));
    done(&r, &tl);
    start(&tl);
    tl_output(&tl, "server", "stdout", "hello\nlistens somewhere\n");
    tl_exit(&tl, "server", 2, 0, NULL);
    tl_failed(&tl, "output", "server", "$.a[6]", "exit", NULL, NULL);
    tl_end(&tl, "failed");
    r = judge(&tl);
    assert_non_null(strstr(r.step.message, "; its last line was \"listens somewhere\""));
    done(&r, &tl);
}

static void of_a_long_way_the_middle_is_left_out(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    for (int i = 0; i < 100; i++)
        tl_done(&tl, "send", "ann", "$.a[2]", timeline_format(&tl, "round %d", i));
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "x");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_int_equal(r.step.nworked, 13);
    assert_string_equal(r.step.worked[0], "server was started");
    assert_string_equal(r.step.worked[4], "… 89 more");
    assert_string_equal(r.step.worked[12], "round 99");
    done(&r, &tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_follow_what_the_script_was_doing),
        cmocka_unit_test(of_a_program_that_ended_it_is_told_before_those_who_wait),
        cmocka_unit_test(a_program_of_the_labs_own_is_named_last_and_without_its_lines),
        cmocka_unit_test(
            a_stream_without_a_connection_is_told_with_its_socket_and_a_timeout_its_unit),
        cmocka_unit_test(a_wrong_exit_status_is_told_without_a_diff_of_words),
        cmocka_unit_test(a_pattern_is_told_as_a_line_that_it_would_match),
        cmocka_unit_test(what_failed_is_no_evidence_but_the_programs_last_words_are),
        cmocka_unit_test(ends_of_former_starts_are_no_evidence),
        cmocka_unit_test(the_end_of_the_former_may_be_seen_after_the_new_start),
        cmocka_unit_test(an_empty_datagram_that_never_came_is_not_compared),
        cmocka_unit_test(other_output_is_quoted_and_a_sleep_is_asked_about),
        cmocka_unit_test(of_a_long_way_the_middle_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
