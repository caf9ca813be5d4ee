/*
 * A machine that has too much to do is no mistake of the program: the same verdict as on an idle
 * one.
 */
#include "scene_help.h"

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>

enum { OTHERS = 5 };

static pid_t others[OTHERS];

/* This process and all that it starts share one processor with others that never rest. */
static int crowd(void **state)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        return -1;
    for (int i = 0; i < OTHERS; i++) {
        others[i] = fork();
        if (others[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) {
            }
        }
    }
    return help_setup(state);
}

static int disperse(void **state)
{
    for (int i = 0; i < OTHERS; i++) {
        kill(others[i], SIGKILL);
        waitpid(others[i], NULL, 0);
    }
    return help_teardown(state);
}

static bool waits_are_counted(void)
{
    struct strbuf text = STRBUF_INIT;
    unsigned long long waited = 0;
    bool counted = file_read("/proc/self/schedstat", 4096, 0, &text, NULL) == 0 &&
                   sscanf(text.data, "%*u %llu", &waited) == 1 && waited > 0;
    strbuf_free(&text);
    return counted;
}

static void play(const char *mode, const char *limits, struct played *p)
{
    char *check = mem_format("{'scene': [{'start': 'prog', 'args': ['%s', '1']}, "
                             "{'wait': 'prog', 'for': 'exit'}]}",
                             mode);
    struct scene_case scene = {.binary = help_compile("trouble.c", NULL),
                               .source = "trouble.c",
                               .check = check,
                               .limits = limits};
    if (!waits_are_counted()) {
        print_message("SKIPPED FOR: /proc/PID/schedstat\n");
        skip();
    }
    help_play(&scene, p);
    HELP_HOLDS(p, p->rc == 0, "%s", p->err.text);
    free(check);
}

/* Alone it takes a quarter of a second, here six times that. */
static void a_program_that_waits_for_the_processor_is_waited_for(void **state)
{
    struct played p;
    (void)state;
    play("work", "{'wall_ms': 400}", &p);
    HELP_HOLDS(&p, p.passed, "the limit is %s", p.limit != NULL ? p.limit : "none");
    assert_true(p.ms > 400); /* else nobody was in its way, and nothing was tested */
    played_free(&p);
}

static void an_endless_loop_uses_up_its_processor_time_all_the_same(void **state)
{
    struct played p;
    (void)state;
    play("spin", "{'wall_ms': 400, 'cpu_ms': 300}", &p);
    HELP_HOLDS(&p, !p.passed && p.limit != NULL && strcmp(p.limit, "cpu") == 0, "the limit is %s",
               p.limit != NULL ? p.limit : "none");
    played_free(&p);
}

/* On one processor they wait for each other, always: that is no reason to wait for them. */
static void a_script_goes_on_beside_threads_that_all_spin(void **state)
{
    struct played p;
    struct scene_case scene = {.binary = help_compile("trouble.c", NULL),
                               .source = "trouble.c",
                               .check = "{'scene': [{'start': 'prog', 'args': "
                                        "['answers_beside_spin']},"
                                        " {'type': 'prog', 'data': 'hello\\n'},"
                                        " {'output': 'prog', 'contains': 'hello'}]}",
                               .limits = "{'wall_ms': 60000, 'cpu_ms': 2000}"};
    (void)state;
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0 && p.passed, "the limit is %s", p.limit != NULL ? p.limit : "none");
    played_free(&p);
}

enum { STOPPED_MS = 2500 };

/* Stops this process so many milliseconds from now, for a while: that is what is tested. */
static pid_t stop_in(int ms)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    poll(NULL, 0, ms);
    kill(getppid(), SIGSTOP);
    poll(NULL, 0, STOPPED_MS);
    kill(getppid(), SIGCONT);
    _exit(0);
}

/* A quarter of a second of work, and somebody types Ctrl-Z in the middle of it. Where the middle is
 * depends on the machine: a recording that has a gap is looked for. */
static void a_check_that_was_stopped_and_goes_on_has_lost_no_time(void **state)
{
    (void)state;
    for (int ms = 60; ms < 2000; ms += 40) {
        struct played p;
        pid_t stopper = stop_in(ms);
        play("work", "{'wall_ms': 2000}", &p);
        waitpid(stopper, NULL, 0);
        bool stopped = p.tl.count > 0 &&
                       p.tl.events[p.tl.count - 1].t - p.tl.events[0].t > STOPPED_MS * CLOCK_MS;
        HELP_HOLDS(&p, !stopped || p.passed, "the limit is %s", p.limit != NULL ? p.limit : "none");
        played_free(&p);
        if (stopped)
            return;
    }
    fail_msg("no scene was stopped");
}

int main(void)
{
#define crowded(test) cmocka_unit_test_setup_teardown(test, crowd, disperse)
    const struct CMUnitTest tests[] = {
        crowded(a_program_that_waits_for_the_processor_is_waited_for),
        cmocka_unit_test_setup_teardown(a_check_that_was_stopped_and_goes_on_has_lost_no_time,
                                        help_setup, help_teardown),
        crowded(a_script_goes_on_beside_threads_that_all_spin),
        cmocka_unit_test_setup_teardown(a_script_goes_on_beside_threads_that_all_spin, help_setup,
                                        help_teardown),
        crowded(an_endless_loop_uses_up_its_processor_time_all_the_same),
    };
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
