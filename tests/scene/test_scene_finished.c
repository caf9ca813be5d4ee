/*
 * A recording that is finished is not written into, whatever becomes of the programs: it is being
 * put in order, and its events have moved.
 */
#include "scene_help.h"

#include "base/clock.h"
#include "scene/sandbox.h"
#include "trace/tracer.h"

struct traced {
    struct timeline tl;
    struct sandbox *sb;
    struct tracer *tracer;
};

/* Until the program waits in that call. */
static void wait_for_call(struct traced *t, const char *name)
{
    struct trace_rest rest;
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    while (clock_now() < deadline) {
        if (tracer_calls(t->tracer, NULL, &rest, 1) == 1 && strcmp(rest.spec->name, name) == 0)
            return;
        loop_step(help_loop, deadline);
    }
    fail_msg("the program does not come to %s()", name);
}

static void start(struct traced *t, const char *const *argv)
{
    struct sandbox_setup setup = {
        .tier = TIER_A,
        .limits = {.cpu_ms = 5000, .processes = 16, .file_bytes = 4096, .wall_ms = 5000}};
    struct spawn_request request = {.argv = argv, .stdio = {-1, -1, -1}, .host = -1};
    struct error err;
    int gate = -1;
    timeline_init(&t->tl);
    t->sb = sandbox_new(&setup, &err);
    if (t->sb == NULL)
        fail_msg("%s", err.text);
    t->tracer = tracer_new(help_loop, &t->tl, clock_now(), &err);
    pid_t pid = sandbox_spawn(t->sb, &request, &gate, &err);
    assert_true(pid > 0);
    assert_non_null(tracer_seize(t->tracer, pid, "prog", "localhost", &err));
    assert_int_equal(sandbox_open_gate(gate, &err), 0);
    close(gate);
}

/* Finishes the recording, then ends the programs. */
static void nothing_is_written(struct traced *t)
{
    tracer_finish(t->tracer);
    size_t count = t->tl.count, size = count * sizeof *t->tl.events;
    struct event *kept = malloc(size);
    assert_true(count > 0);
    assert_non_null(kept);
    memcpy(kept, t->tl.events, size);
    tracer_free(t->tracer);
    sandbox_free(t->sb);
    assert_int_equal(t->tl.count, count);
    assert_memory_equal(t->tl.events, kept, size);
    free(kept);
    timeline_free(&t->tl);
}

static void test_a_call_that_was_under_way_ends_in_no_recording(void **state)
{
    static const char *const argv[] = {"/bin/sleep", "60", NULL};
    struct traced t;
    (void)state;
    start(&t, argv);
    wait_for_call(&t, "clock_nanosleep");
    nothing_is_written(&t);
}

static void test_nor_does_that_of_a_child(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", "sleep 60; true", NULL};
    struct traced t;
    (void)state;
    start(&t, argv);
    wait_for_call(&t, "wait4");
    nothing_is_written(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_a_call_that_was_under_way_ends_in_no_recording),
        scene_test(test_nor_does_that_of_a_child),
    };
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
