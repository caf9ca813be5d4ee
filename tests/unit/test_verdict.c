/* Tests of judge/verdict: the names that other programs rely on, and the exit status of `check`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "judge/verdict.h"

static void outcomes_have_stable_names(void **state)
{
    (void)state;
    assert_string_equal(outcome_name(OUTCOME_PASS), "pass");
    assert_string_equal(outcome_name(OUTCOME_FAIL), "fail");
    assert_string_equal(outcome_name(OUTCOME_CRASH), "crash");
    assert_string_equal(outcome_name(OUTCOME_STALL), "stall");
    assert_string_equal(outcome_name(OUTCOME_LIMIT), "limit");
    assert_string_equal(outcome_name(OUTCOME_BUILD_ERROR), "build-error");
    assert_string_equal(outcome_name(OUTCOME_INTERNAL_ERROR), "internal-error");
}

static void steps_and_stages_have_stable_names(void **state)
{
    (void)state;
    assert_string_equal(step_status_name(STEP_PASS), "pass");
    assert_string_equal(step_status_name(STEP_FAIL), "fail");
    assert_string_equal(step_status_name(STEP_NOT_REACHED), "not-reached");
    static const char *const stages[] = {"none", "build", "start",     "exchange",
                                         "wire", "close", "leftovers", "memory"};
    for (int i = STAGE_NONE; i <= STAGE_MEMORY; i++)
        assert_string_equal(stage_name((enum stage)i), stages[i]);
}

static void only_a_pass_exits_0_and_the_runners_own_trouble_3(void **state)
{
    (void)state;
    static const int status[] = {
        [OUTCOME_PASS] = 0,          [OUTCOME_FAIL] = 1,  [OUTCOME_CRASH] = 1,
        [OUTCOME_STALL] = 1,         [OUTCOME_LIMIT] = 1, [OUTCOME_BUILD_ERROR] = 1,
        [OUTCOME_INTERNAL_ERROR] = 3};
    for (int i = OUTCOME_PASS; i <= OUTCOME_INTERNAL_ERROR; i++) {
        struct verdict v = {.outcome = (enum outcome)i};
        assert_int_equal(verdict_exit_status(&v), status[i]);
    }
}

/* Under the sanitizers this finds what is freed twice; under valgrind, what is not freed. */
static void a_full_verdict_is_freed_whole_and_twice_does_no_harm(void **state)
{
    (void)state;
    struct verdict v = {.outcome = OUTCOME_FAIL, .nsteps = 1};
    v.steps = mem_alloc(sizeof *v.steps);
    v.limit = mem_string("wall");
    v.error = mem_string("e");
    v.warnings = mem_string("w");
    v.reproduce = mem_string("r");
    struct step_result *step = &v.steps[0];
    step->trying = mem_string("t");
    step->message = mem_string("m");
    step->because = mem_string("b");
    step->diff = mem_string("d");
    step->details = mem_string("d");
    step->question = mem_string("q");
    step->lesson = mem_string("l");
    step->evidence = mem_alloc(sizeof(char *));
    step->evidence[step->nevidence++] = mem_string("e");
    step->worked = mem_alloc(sizeof(char *));
    step->worked[step->nworked++] = mem_string("w");
    step->diagnosis = mem_alloc(sizeof *step->diagnosis);
    step->diagnosis->message = mem_string("m");
    step->diagnosis->question = mem_string("q");
    step->diagnosis->file = mem_string("f");
    step->diagnosis->lesson = mem_string("l");
    step->diagnosis->events = mem_alloc(sizeof(uint64_t));
    verdict_free(&v);
    assert_null(v.steps);
    assert_int_equal(v.nsteps, 0);
    verdict_free(&v);
    diagnosis_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_have_stable_names),
        cmocka_unit_test(steps_and_stages_have_stable_names),
        cmocka_unit_test(only_a_pass_exits_0_and_the_runners_own_trouble_3),
        cmocka_unit_test(a_full_verdict_is_freed_whole_and_twice_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
