/* Tests of trace/ports: which ports programs get that leave them to the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/ports.h"

enum { SHARE = 1700, PROGRAMS = 16 };

static void the_same_seed_gives_the_same_ports(void **state)
{
    (void)state;
    for (unsigned n = 0; n < SHARE; n++)
        assert_int_equal(ports_choice(4711, n % 20, n), ports_choice(4711, n % 20, n));
}

static void another_seed_gives_others(void **state)
{
    (void)state;
    unsigned same = 0;
    for (uint64_t seed = 0; seed < 1000; seed++)
        same += ports_choice(seed, 0, 0) == ports_choice(seed + 1, 0, 0);
    assert_in_range(same, 0, 3);
}

static void they_are_those_that_the_kernel_gives_by_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++)
        for (unsigned n = 0; n < SHARE; n++)
            assert_in_range(ports_choice(seed * UINT64_C(0x9e3779b97f4a7c15), 3, n), 32768, 60999);
}

static void none_comes_twice_in_a_scene(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        unsigned char seen[65536] = {0};
        for (unsigned program = 0; program < PROGRAMS; program++)
            for (unsigned n = 0; n < SHARE; n++)
                assert_int_equal(seen[ports_choice(seed, program, n)]++, 0);
    }
}

static void many_programs_with_a_port_each_have_different_ones(void **state)
{
    (void)state;
    unsigned char seen[65536] = {0};
    for (unsigned program = 0; program < 1000; program++)
        assert_int_equal(seen[ports_choice(7, program, 0)]++, 0);
}

static void there_is_an_end_of_them(void **state)
{
    (void)state;
    assert_int_not_equal(ports_choice(1, 0, PORTS_COUNT / PROGRAMS - 1), 0);
    assert_int_equal(ports_choice(1, 0, PORTS_COUNT / PROGRAMS), 0);
    assert_int_equal(ports_choice(1, 0, UINT32_MAX), 0);
    assert_int_not_equal(ports_choice(UINT64_MAX, UINT32_MAX, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_ports),
        cmocka_unit_test(another_seed_gives_others),
        cmocka_unit_test(they_are_those_that_the_kernel_gives_by_itself),
        cmocka_unit_test(none_comes_twice_in_a_scene),
        cmocka_unit_test(many_programs_with_a_port_each_have_different_ones),
        cmocka_unit_test(there_is_an_end_of_them),
    };
    return cmocka_run_group_tests_name("ports", tests, NULL, NULL);
}
