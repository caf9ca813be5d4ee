/*
 * Time in which others have the processor is not the programs'; time in which they keep each other
 * from it is.
 */
#include "scene_help.h"

static void test_processes_that_wait_for_each_other_get_no_more_time(void **state)
{
    struct played p;
    struct scene_case c = {.binary = help_compile("attack.c", NULL),
                           .check = "{'scene': [{'start': 'prog', 'args': ['spin_together']},"
                                    "{'wait': 'prog', 'for': 'exit'}]}",
                           .limits = "{'wall_ms': 500, 'cpu_ms': 1500, 'processes': 64}"};
    (void)state;
    help_play(&c, &p);
    HELP_HOLDS(&p, p.limit != NULL && strcmp(p.limit, "wall") == 0, "the limit is %s, not wall",
               p.limit != NULL ? p.limit : "none");
    played_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_processes_that_wait_for_each_other_get_no_more_time),
    };
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
