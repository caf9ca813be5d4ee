/*
 * A runner with a priority of its own (chrt, nice) keeps it to itself.
 */
#include <sched.h>
#include <sys/resource.h>

#include "scene_help.h"

/* False: this user may not. */
static bool take_priority(int policy, int nice)
{
    const struct sched_param given = {.sched_priority = policy == SCHED_OTHER ? 0 : 1};
    return sched_setscheduler(0, policy, &given) == 0 && setpriority(PRIO_PROCESS, 0, nice) == 0;
}

static void programs_say(enum scene_tier tier, const char *wanted)
{
    struct played p;
    struct scene_case c = {.binary = help_compile("attack.c", NULL),
                           .check = "{'scene': [{'start': 'prog', 'args': ['priority']},"
                                    "{'wait': 'prog', 'for': 'exit'}]}",
                           .tier = tier};
    factory_stop(); /* the next one has our priority */
    help_play(&c, &p);
    HELP_HOLDS(&p, p.passed && strstr(help_output(&p, "prog"), wanted) != NULL,
               "it does not say '%s'", wanted);
    played_free(&p);
}

static void with_priority(enum scene_tier tier, int policy, int nice, const char *wanted)
{
    bool taken = take_priority(policy, nice);
    if (taken)
        programs_say(tier, wanted);
    take_priority(SCHED_OTHER, 0);
    if (!taken)
        skip();
}

static void test_a_real_time_policy_is_not_the_programs(void **state)
{
    (void)state;
    with_priority(TIER_A, SCHED_RR, 0, "policy 0, nice 0");
}

static void test_nor_without_namespaces(void **state)
{
    (void)state;
    with_priority(geteuid() == 0 ? TIER_B : TIER_C, SCHED_FIFO, 0, "policy 0, nice 0");
}

static void test_nor_is_a_niceness_below_0(void **state)
{
    (void)state;
    with_priority(TIER_A, SCHED_OTHER, -10, "policy 0, nice 0");
}

/* The last one: an ordinary user cannot take it back. */
static void test_one_that_is_nicer_than_others_has_nicer_programs(void **state)
{
    (void)state;
    with_priority(TIER_A, SCHED_OTHER, 5, "policy 0, nice 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_a_real_time_policy_is_not_the_programs),
        scene_test(test_nor_without_namespaces),
        scene_test(test_nor_is_a_niceness_below_0),
        scene_test(test_one_that_is_nicer_than_others_has_nicer_programs),
    };
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
