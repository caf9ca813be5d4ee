/* judge/judge: which outcome a recording has, and what a stall, a crash or a limit is called. */
#include "judge_help.h"

static void a_complete_scene_passes_and_fills_nothing(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_end(&tl, "complete");
    struct result r = judge(&tl);
    assert_true(r.pass);
    assert_null(r.step.message);
    assert_null(r.step.evidence);
    done(&r, &tl);
}

static void an_unfinished_recording_is_the_runners_fault(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_exit(&tl, "server", 2, 0, "SIGSEGV");
    struct result r = judge(&tl);
    assert_false(r.pass);
    assert_int_equal(r.outcome, OUTCOME_INTERNAL_ERROR);
    assert_null(r.step.diagnosis);
    done(&r, &tl);
}

static void an_internal_end_is_the_runners_fault_whatever_the_program_did(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "x");
    tl_end(&tl, "internal")->end.text = "the sandbox's init has ended";
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_INTERNAL_ERROR);
    assert_string_equal(r.step.message, "the sandbox's init has ended");
    done(&r, &tl);
}

static void a_stall_says_who_waits_where_and_where_the_check_sent(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    bind_to(&tl, 22555);
    tl_call(&tl, "server 2 udp_echo.c:41 recvfrom fd=3 len=512 addrlen_in=16 = ?");
    tl_done(&tl, "wait", "server", "$.a[1]", "server waits");
    tl_done(&tl, "send", "ann", "$.a[2]", "ann sent \"hello\" to 127.0.0.1:7000");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "stall", "hello", "");
    tl_end(&tl, "stall");
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_STALL);
    assert_int_equal(r.step.stage, STAGE_EXCHANGE);
    assert_string_equal(
        r.step.message,
        "udp_echo.c:41 waits in recvfrom() on fd 3, bound to port 22555; ann waits for "
        "5 bytes and had sent to 127.0.0.1(7000)");
    assert_string_equal(r.step.trying, "a client sends a word");
    assert_non_null(r.step.diagnosis);
    assert_string_equal(r.step.diagnosis->id, "port-no-htons-bind");
    assert_int_equal(r.step.diagnosis->certainty, CERTAINTY_FACT);
    assert_string_equal(r.step.diagnosis->file, "udp_echo.c");
    assert_int_equal(r.step.diagnosis->line, 31);
    assert_string_equal(r.step.lesson, "05_udp_echo#port-no-htons-bind");
    assert_string_equal(r.step.question, r.step.diagnosis->question);
    assert_int_equal(r.step.nevidence, 2);
    assert_string_equal(r.step.evidence[0], "udp_echo.c:31  bind(3, 0.0.0.0(22555)) = 0");
    assert_string_equal(r.step.evidence[1],
                        "udp_echo.c:41  recvfrom(3, 512 bytes) … still waiting");
    assert_int_equal(r.step.nworked, 4);
    assert_string_equal(r.step.worked[0], "server was started");
    assert_string_equal(r.step.worked[1], "server bound 0.0.0.0(22555)");
    done(&r, &tl);
}

static void without_a_diagnosis_the_steps_anchor_and_a_question_stand(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    bind_to(&tl, 7000);
    tl_failed(&tl, "expect", "ann", "$.a[3]", "mismatch", "hello", "hellx\x1b[31m")
        ->script.because = "The answer is the same bytes.";
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_FAIL);
    assert_null(r.step.diagnosis);
    assert_string_equal(r.step.lesson, "05_udp_echo#one-question");
    assert_int_equal(r.step.question[strlen(r.step.question) - 1], '?');
    assert_string_equal(r.step.because, "The answer is the same bytes.");
    assert_string_equal(r.step.message, "ann expected 5 bytes and received 10 bytes");
    assert_non_null(strstr(r.step.diff, "hellx\\x1b[31m"));
    assert_null(strchr(r.step.diff, '\x1b'));
    assert_non_null(strchr(r.step.diff, '^'));
    done(&r, &tl);
}

static void a_crash_beats_the_action_that_failed_and_tells_the_signal_first(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    struct event *ev = tl_signal(&tl, "server", 2, "SIGSEGV");
    ev->signal.fatal = true;
    ev->signal.file = "udp_echo.c";
    ev->signal.line = 44;
    tl_exit(&tl, "server", 2, 0, "SIGSEGV");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "exit", "hello", "");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_CRASH);
    assert_string_equal(r.step.message,
                        "SIGSEGV: server was ended by this signal at udp_echo.c:44; "
                        "it used memory that is not its own");
    done(&r, &tl);
}

/* The signal, who got it, whether it was the first process, whether the script sent it. */
static void which_ends_by_a_signal_are_crashes(void **state)
{
    (void)state;
    static const struct {
        const char *signal;
        bool main, sent, crash;
    } cases[] = {
        {"SIGSEGV", true, false, true},   {"SIGABRT", false, false, true},
        {"SIGPIPE", true, false, true},   {"SIGPIPE", false, false, true},
        {"SIGALRM", true, false, true},   {"SIGTERM", true, true, false},
        {"SIGTERM", true, false, true},   {"SIGTERM", false, false, false},
        {"SIGKILL", true, false, false},  {"SIGHUP", true, false, false},
        {"SIGXCPU", false, false, false}, {"SIGSEGV", true, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        start(&tl);
        if (cases[i].sent)
            tl_done(&tl, "signal", "server", "$.a[4]", "server was sent SIGTERM");
        tl_exit(&tl, "server", 2, 0, cases[i].signal)->exit.main = cases[i].main;
        tl_end(&tl, "complete");
        struct result r = judge(&tl);
        assert_int_equal(!r.pass, cases[i].crash);
        if (cases[i].crash)
            assert_int_equal(r.outcome, OUTCOME_CRASH);
        done(&r, &tl);
    }
}

static void a_signal_that_the_script_waits_for_is_no_crash(void **state)
{
    (void)state;
    static const struct action waits = {.kind = ACTION_WAIT,
                                        .actor = "server",
                                        .path = "$.a[0]",
                                        .wait = {.what = WAIT_EXIT, .signal = "SIGABRT"}};
    static const struct scene_script aborts = {.actions = &waits, .nactions = 1};
    struct timeline tl;
    struct step_result out = {0};
    enum outcome outcome;
    const char *limit;
    start(&tl);
    tl_exit(&tl, "server", 2, 0, "SIGABRT");
    tl_end(&tl, "complete");
    assert_true(judge_scene(&lab, &step, &aborts, &tl, &out, &outcome, &limit));
    timeline_free(&tl);
}

static void a_limit_has_its_name_and_what_the_program_was_doing(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_call(&tl, "server 2 udp_echo.c:41 recvfrom fd=3 len=512 = ?");
    tl_failed(&tl, "expect", "ann", "$.a[3]", "limit", "hello", "");
    tl_end(&tl, "limit")->end.limit = "cpu";
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_LIMIT);
    assert_string_equal(r.limit, "cpu");
    assert_non_null(strstr(r.step.message, "udp_echo.c:41 waits in recv()"));
    done(&r, &tl);
}

static void a_loop_without_calls_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *limit, *function, *says;
    } cases[] = {
        {"cpu", "main", "used up; it was at udp_echo.c:12, in main()"},
        {"wall", "ma\x1bin", "has; the program computed at udp_echo.c:12, in ma\\x1bin()"},
        {NULL, NULL, "has; the program computed at udp_echo.c:12"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        start(&tl);
        struct end_event *end = &tl_end(&tl, "limit")->end;
        end->limit = cases[i].limit;
        end->busy = "server";
        end->file = "udp_echo.c";
        end->function = cases[i].function;
        end->line = 12;
        struct result r = judge(&tl);
        assert_int_equal(r.outcome, OUTCOME_LIMIT);
        if (strstr(r.step.message, cases[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", r.step.message, cases[i].says);
        done(&r, &tl);
    }
}

static void an_unknown_limit_is_called_the_wall(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_end(&tl, "limit")->end.limit = "no such limit";
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_LIMIT);
    assert_string_equal(r.limit, "wall");
    done(&r, &tl);
}

static const char asan[] =
    "=================================================================\r\n"
    "==2==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7f at pc 0x1\r\n"
    "WRITE of size 1 at 0x7f thread T0\r\n"
    "    #0 0x1 in memset ../../../../src/libsanitizer/asan/asan_interceptors.cpp:30\r\n"
    "    #1 0x2 in answer \x1b[1m/b/udp_echo.c:47\r\n"
    "    #2 0x3 in main /b/udp_echo.c:60\r\n";

static void a_sanitizers_report_is_a_crash_of_the_memory_with_its_line(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl.events[0].scene.variant = "sanitized";
    /* The report comes in pieces, as a pipe delivers it. */
    char first[60];
    snprintf(first, sizeof first, "%.50s", asan);
    tl_output(&tl, "server", "stderr", first);
    tl_output(&tl, "server", "stderr", asan + 50);
    tl_exit(&tl, "server", 2, 99, NULL);
    tl_failed(&tl, "expect", "ann", "$.a[3]", "exit", "hello", "");
    tl_end(&tl, "failed");
    struct result r = judge(&tl);
    assert_int_equal(r.outcome, OUTCOME_CRASH);
    assert_int_equal(r.step.stage, STAGE_MEMORY);
    assert_string_equal(r.step.message,
                        "AddressSanitizer: stack-buffer-overflow, a write of 1 byte "
                        "at udp_echo.c:47");
    assert_non_null(strstr(r.step.details, "WRITE of size 1"));
    assert_null(strchr(r.step.details, '\x1b'));
    done(&r, &tl);
}

static void the_same_words_from_a_plain_build_mean_nothing(void **state)
{
    (void)state;
    struct timeline tl;
    start(&tl);
    tl_output(&tl, "server", "stderr", asan);
    tl_end(&tl, "complete");
    struct result r = judge(&tl);
    assert_true(r.pass);
    done(&r, &tl);
}

/* A sanitized program that starts this one; plain when `variant` says so. */
static struct result judge_exec(struct timeline *tl, const char *variant, const char *line)
{
    start(tl);
    tl->events[0].scene.variant = variant;
    tl_call(tl, line);
    tl_end(tl, "complete");
    return judge(tl);
}

static void a_sanitized_program_may_not_start_one_of_its_own(void **state)
{
    (void)state;
    static const char *const own[] = {
        "server 2 udp_echo.c:9 execve path=/proc/self/exe = 0",
        "server 2 udp_echo.c:9 execve path=copy = 0",
        "server 2 udp_echo.c:9 execve path=/usr/../tmp/copy = 0",
        "server 2 udp_echo.c:9 execve path=/lib64/ld-linux-x86-64.so.2 = 0",
    };
    struct timeline tl;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        struct result r = judge_exec(&tl, "sanitized", own[i]);
        assert_false(r.pass);
        assert_int_equal(r.outcome, OUTCOME_FAIL);
        assert_int_equal(r.step.stage, STAGE_MEMORY);
        assert_non_null(strstr(r.step.message, "started a program of its own (execve of "));
        done(&r, &tl);
        r = judge_exec(&tl, "plain", own[i]);
        assert_true(r.pass);
        done(&r, &tl);
    }
}

static void a_sanitized_program_may_start_one_of_the_systems_or_fail_to(void **state)
{
    (void)state;
    static const char *const fine[] = {
        "server 2 udp_echo.c:9 execve path=/bin/date = 0",
        "server 2 udp_echo.c:9 execve path=nothing = ENOENT",
    };
    struct timeline tl;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        struct result r = judge_exec(&tl, "sanitized", fine[i]);
        assert_true(r.pass);
        done(&r, &tl);
    }
}

/* Socket 3 is the learner's (start); then these calls. */
static struct result judge_calls(struct timeline *tl, const char *const calls[4])
{
    start(tl);
    for (size_t i = 0; i < 4 && calls[i] != NULL; i++)
        tl_call(tl, calls[i]);
    tl_end(tl, "complete");
    return judge(tl);
}

static void a_program_may_not_have_another_do_its_work(void **state)
{
    (void)state;
    static const char *const outsourced[][4] = {
        /* it becomes the other one */
        {"server 2 udp_echo.c:9 execve path=/usr/bin/perl = 0",
         "server 2 - recvfrom fd=3 len=9 = ?"},
        {"server 2 udp_echo.c:9 execve path=./solution-udp_echo = 0",
         "server 2 - recvfrom fd=3 len=9 = ?"},
        /* a child does */
        {"server 2 udp_echo.c:8 clone flags=0 = 5",
         "server 5 udp_echo.c:9 execve path=/usr/bin/perl = 0", "server 5 - bind fd=3 = 0"},
        /* a child of that */
        {"server 2 udp_echo.c:9 execve path=/bin/sh = 0", "server 2 - clone flags=0 = 5",
         "server 5 - sendto fd=3 data=\"x\" len=1 = 1"},
        /* what is sent by write() is sent as well */
        {"server 2 udp_echo.c:9 execve path=/bin/cat = 0", "server 2 - read fd=3 len=9 = ?"},
    };
    static const char *const fine[][4] = {
        {"server 2 udp_echo.c:8 clone flags=0 = 5",
         "server 5 udp_echo.c:9 execve path=/bin/date = 0", "server 5 - write fd=1 len=9 = 9",
         "server 2 udp_echo.c:10 recvfrom fd=3 len=9 = ?"},
        {"server 2 udp_echo.c:8 clone flags=0 = 5",
         "server 2 udp_echo.c:9 execve path=/bin/x = EPERM",
         "server 5 udp_echo.c:10 recvfrom fd=3 len=9 = ?"},
        {"server 2 udp_echo.c:8 clone flags=0 = 5",
         "server 2 udp_echo.c:9 execve path=/bin/sleep = 0",
         "server 5 udp_echo.c:10 recvfrom fd=3 len=9 = ?"},
        {"server 2 udp_echo.c:9 execve path=/bin/date = 0", "server 2 - close fd=3 = 0"},
    };
    struct timeline tl;
    for (size_t i = 0; i < sizeof outsourced / sizeof outsourced[0]; i++) {
        struct result r = judge_calls(&tl, outsourced[i]);
        assert_false(r.pass);
        assert_int_equal(r.outcome, OUTCOME_FAIL);
        assert_non_null(strstr(r.step.message, "has another program do its work (execve of "));
        done(&r, &tl);
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        struct result r = judge_calls(&tl, fine[i]);
        assert_true(r.pass);
        done(&r, &tl);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_scene_passes_and_fills_nothing),
        cmocka_unit_test(an_unfinished_recording_is_the_runners_fault),
        cmocka_unit_test(an_internal_end_is_the_runners_fault_whatever_the_program_did),
        cmocka_unit_test(a_stall_says_who_waits_where_and_where_the_check_sent),
        cmocka_unit_test(without_a_diagnosis_the_steps_anchor_and_a_question_stand),
        cmocka_unit_test(a_crash_beats_the_action_that_failed_and_tells_the_signal_first),
        cmocka_unit_test(which_ends_by_a_signal_are_crashes),
        cmocka_unit_test(a_signal_that_the_script_waits_for_is_no_crash),
        cmocka_unit_test(a_limit_has_its_name_and_what_the_program_was_doing),
        cmocka_unit_test(a_loop_without_calls_is_told_with_its_line),
        cmocka_unit_test(an_unknown_limit_is_called_the_wall),
        cmocka_unit_test(a_sanitizers_report_is_a_crash_of_the_memory_with_its_line),
        cmocka_unit_test(the_same_words_from_a_plain_build_mean_nothing),
        cmocka_unit_test(a_sanitized_program_may_not_start_one_of_its_own),
        cmocka_unit_test(a_sanitized_program_may_start_one_of_the_systems_or_fail_to),
        cmocka_unit_test(a_program_may_not_have_another_do_its_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
