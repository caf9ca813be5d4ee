/* Tests of judge/assert: which calls an assertion speaks of, and when it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/assert.h"
#include "tl_build.h"

static const struct action starts[] = {
    {.kind = ACTION_START, .actor = "server", .path = "$.a[0]"},
    {.kind = ACTION_START, .actor = "helper", .path = "$.a[1]", .start = {.solution = true}},
};
static const struct scene_script script = {.actions = starts, .nactions = 2};

struct judged {
    struct timeline tl;
    struct facts f;
};

static void gather(struct judged *j)
{
    tl_end(&j->tl, "complete");
    facts_gather(&j->f, NULL, &script, &j->tl);
}

static void done(struct judged *j)
{
    facts_free(&j->f);
    timeline_free(&j->tl);
}

/* A server's usual calls: 1 socket, 2 setsockopt, 3 bind, 4 listen, 5 accept, 6 recv, 7 failed
 * send, 8 close; 9 the solution's own socket. */
static void usual(struct judged *j)
{
    tl_begin(&j->tl, "port=7000", NULL);
    tl_call(&j->tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM|SOCK_CLOEXEC = 3");
    tl_call(&j->tl, "server 2 s.c:2 setsockopt fd=3 option=SO_REUSEADDR value=1 = 0");
    tl_call(&j->tl, "server 2 s.c:3 bind fd=3 addr=0.0.0.0:7000 = 0");
    tl_call(&j->tl, "server 2 s.c:4 listen fd=3 backlog=5 = 0");
    tl_call(&j->tl, "server 2 s.c:5 accept4 fd=3 = 4");
    tl_call(&j->tl, "server 2 s.c:6 read fd=4 data=\"hello\" len=512 = 5");
    tl_call(&j->tl, "server 2 s.c:7 sendto fd=4 data=\"hello\" len=5 = EPIPE");
    tl_call(&j->tl, "server 2 s.c:8 close fd=4 = 0");
    tl_call(&j->tl, "helper 3 h.c:1 socket domain=AF_INET6 type=SOCK_DGRAM = 3");
    gather(j);
}

struct wanted {
    const char *name, *arg, *text;
};

static struct call_pattern pattern(const struct wanted *w, struct arg_match *match)
{
    *match = (struct arg_match){w->arg, w->text};
    return (struct call_pattern){.name = w->name, .args = match, .nargs = w->arg != NULL};
}

static bool holds(const struct judged *j, const struct assertion *a, const char *says)
{
    struct assert_failure failure = ASSERT_FAILURE_INIT;
    bool right = assert_holds(&j->f, a, &failure);
    if (right)
        assert_string_equal(failure.message.data, "");
    else if (says != NULL)
        assert_string_equal(failure.message.data, says);
    assert_failure_free(&failure);
    return right;
}

static void arguments_are_compared_as_text_number_flags_or_bytes(void **state)
{
    (void)state;
    static const struct {
        struct wanted w;
        bool there;
    } cases[] = {
        {{"socket", "type", "SOCK_STREAM"}, true},
        {{"socket", "type", "SOCK_CLOEXEC|SOCK_STREAM"}, true},
        {{"socket", "type", "SOCK_STREAM|SOCK_NONBLOCK"}, false},
        {{"socket", "type", "SOCK"}, false},
        {{"socket", "type", ""}, false},
        {{"bind", "port", "${port}"}, true},
        {{"bind", "port", "7001"}, false},
        {{"bind", "port", "${nobody}"}, false},
        {{"bind", "addr", "0.0.0.0:${port}"}, true},
        {{"bind", "family", "AF_INET"}, true},
        {{"bind", "family", "2"}, true},
        {{"bind", "backlog", "5"}, false},
        {{"read", "data", "hello"}, true},
        {{"read", "data", "hell"}, false},
        {{"setsockopt", "option", "SO_REUSEADDR"}, true},
    };
    struct judged j;
    usual(&j);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arg_match match;
        struct call_pattern p = pattern(&cases[i].w, &match);
        struct assertion a = {.kind = ASSERT_CALL, .calls = &p, .ncalls = 1, .count_min = 1};
        assert_int_equal(holds(&j, &a, NULL), cases[i].there);
    }
    done(&j);
}

static void a_result_can_be_asked_for(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct call_pattern p = {.name = "send", .result = RESULT_OK};
    struct assertion a = {.kind = ASSERT_CALL, .calls = &p, .ncalls = 1, .count_min = 1};
    assert_false(holds(&j, &a,
                       "there was no send() that succeeds; the program did s.c:7 send(4, "
                       "\"hello\", 5 bytes) = -1 EPIPE"));
    p.result = RESULT_FAILS;
    assert_true(holds(&j, &a, NULL));
    p.errname = "EPIPE";
    assert_true(holds(&j, &a, NULL));
    p.errname = "ECONNRESET";
    assert_false(holds(&j, &a, NULL));
    p = (struct call_pattern){.name = "recv", .result = RESULT_VALUE, .value = 5};
    assert_true(holds(&j, &a, NULL));
    p.value = 0;
    assert_false(holds(&j, &a, NULL));
    done(&j);
}

static void only_the_learners_programs_count_unless_one_is_named(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct wanted w = {"socket", "type", "SOCK_DGRAM"};
    struct arg_match match;
    struct call_pattern p = pattern(&w, &match);
    struct assertion a = {.kind = ASSERT_CALL, .calls = &p, .ncalls = 1, .count_min = 1};
    assert_false(holds(&j, &a, NULL));
    p.program = "helper";
    assert_true(holds(&j, &a, NULL));
    p.program = "server";
    assert_false(holds(&j, &a, NULL));
    done(&j);
}

static void calls_are_counted(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct call_pattern p = {.name = "close"};
    struct assertion a = {.kind = ASSERT_CALL, .calls = &p, .ncalls = 1, .count_min = 2};
    assert_false(holds(&j, &a, "there was 1 call of close(), and 2 are needed"));
    a.count_min = 0;
    a.count_max = 1;
    assert_true(holds(&j, &a, NULL));
    p.name = "socket";
    assert_true(holds(&j, &a, NULL));
    p.name = "dup";
    assert_true(holds(&j, &a, NULL));
    a.count_min = 1;
    assert_false(holds(&j, &a, "there was no dup()"));
    done(&j);
}

static void order_is_the_order_in_which_calls_began(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct call_pattern right[] = {{.name = "bind"}, {.name = "listen"}, {.name = "accept"}};
    struct call_pattern wrong[] = {{.name = "bind"}, {.name = "setsockopt"}};
    struct call_pattern missing[] = {{.name = "listen"}, {.name = "connect"}};
    struct assertion a = {.kind = ASSERT_ORDER, .calls = right, .ncalls = 3};
    assert_true(holds(&j, &a, NULL));
    a.calls = wrong;
    a.ncalls = 2;
    assert_false(holds(&j, &a,
                       "s.c:2 setsockopt(3, SO_REUSEADDR, 1) = 0 came before s.c:3 bind(3, "
                       "0.0.0.0(7000)) = 0, and should come after it"));
    a.calls = missing;
    assert_false(holds(&j, &a, "there was no connect() after s.c:4 listen(3, 5) = 0"));
    done(&j);
}

static void never_means_not_once(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct call_pattern p = {.name = "bind"};
    struct assertion a = {.kind = ASSERT_NEVER, .calls = &p, .ncalls = 1};
    assert_false(holds(&j, &a, "s.c:3 bind(3, 0.0.0.0(7000)) = 0 should not be there"));
    p.name = "connect";
    assert_true(holds(&j, &a, NULL));
    done(&j);
}

/* A child that is alive when the program's first process ends, and how that one ended. */
static void a_child_left_behind_is_told_unless_the_scene_killed_the_program(void **state)
{
    (void)state;
    for (int killed = 0; killed <= 1; killed++)
        for (int waited = 0; waited <= 1; waited++) {
            struct judged j;
            tl_begin(&j.tl, NULL);
            tl_call(&j.tl, "server 2 s.c:1 clone flags=0 = 5");
            tl_call(&j.tl, "server 5 s.c:2 getpid = 5");
            if (waited)
                tl_exit(&j.tl, "server", 5, 0, NULL)->exit.main = false;
            tl_exit(&j.tl, "server", 2, 0, killed ? "SIGKILL" : NULL);
            gather(&j);
            struct assertion a = {.kind = ASSERT_NO_LEFTOVER, .program = "server"};
            assert_int_equal(holds(&j, &a, "server ended and left its child 5 behind"),
                             killed || waited);
            done(&j);
        }
}

static void too_many_descriptors_at_a_time_are_told(void **state)
{
    (void)state;
    struct judged j;
    usual(&j);
    struct assertion a = {.kind = ASSERT_NO_LEFTOVER, .program = "server", .max_fds = 5};
    assert_true(holds(&j, &a, NULL));
    a.max_fds = 4;
    assert_false(
        holds(&j, &a, "server had 5 descriptors open at a time, and should need at most 4"));
    a.program = "helper";
    assert_true(holds(&j, &a, NULL));
    done(&j);
}

static void a_report_of_ubsan_is_not_clean(void **state)
{
    (void)state;
    struct judged j;
    tl_begin(&j.tl, NULL);
    j.tl.events[0].scene.variant = "sanitized";
    tl_output(&j.tl, "server", "tty",
              "hello\r\ns.c:47:9: runtime error: index 16 out of bounds for "
              "type 'char [16]'\r\n");
    gather(&j);
    struct assertion a = {.kind = ASSERT_SANITIZERS};
    assert_false(holds(&j, &a,
                       "UndefinedBehaviorSanitizer: index 16 out of bounds for type 'char [16]' at "
                       "s.c:47"));
    done(&j);
}

static void words_that_only_look_like_a_report_are_clean(void **state)
{
    (void)state;
    struct judged j;
    tl_begin(&j.tl, NULL);
    j.tl.events[0].scene.variant = "sanitized";
    tl_output(&j.tl, "server", "stderr", "my runtime error: none\nno: runtime error: at all\n");
    tl_output(&j.tl, "server", "stdout", "==1==ERROR: AddressSanitizer: joke\n");
    gather(&j);
    struct assertion a = {.kind = ASSERT_SANITIZERS};
    assert_true(holds(&j, &a, NULL));
    done(&j);
}

static void a_certain_mistake_fails_only_where_it_is_asked_for(void **state)
{
    (void)state;
    static const char *own[] = {"reuseaddr-after-bind"}, *other[] = {"eof-ignored"};
    struct judged j;
    tl_begin(&j.tl, NULL);
    tl_call(&j.tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&j.tl, "server 2 s.c:3 bind fd=3 addr=0.0.0.0:7000 = 0");
    tl_call(&j.tl, "server 2 s.c:4 setsockopt fd=3 option=SO_REUSEADDR value=1 = 0");
    gather(&j);
    struct assertion a = {.kind = ASSERT_NO_MISTAKE, .mistakes = own, .nmistakes = 1};
    struct assert_failure failure = ASSERT_FAILURE_INIT;
    assert_false(assert_holds(&j.f, &a, &failure));
    assert_string_equal(failure.diagnosis->id, "reuseaddr-after-bind");
    assert_failure_free(&failure);
    a.mistakes = other;
    assert_true(holds(&j, &a, NULL));
    a.nmistakes = 0;
    assert_false(holds(&j, &a, NULL));
    done(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_compared_as_text_number_flags_or_bytes),
        cmocka_unit_test(a_result_can_be_asked_for),
        cmocka_unit_test(only_the_learners_programs_count_unless_one_is_named),
        cmocka_unit_test(calls_are_counted),
        cmocka_unit_test(order_is_the_order_in_which_calls_began),
        cmocka_unit_test(never_means_not_once),
        cmocka_unit_test(a_child_left_behind_is_told_unless_the_scene_killed_the_program),
        cmocka_unit_test(too_many_descriptors_at_a_time_are_told),
        cmocka_unit_test(a_report_of_ubsan_is_not_clean),
        cmocka_unit_test(words_that_only_look_like_a_report_are_clean),
        cmocka_unit_test(a_certain_mistake_fails_only_where_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
