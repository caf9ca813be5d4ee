/* lib/err: the text of a message, where it goes, and how the program ends. */
#include "err.h"

#include "lib_help.h"

static void body_usage(void)
{
    die_usage("udp_echo PORT");
}

static void usage_goes_to_stderr_and_ends_with_2(void **state)
{
    (void)state;
    char text[256];
    int status = run_child(body_usage, text, sizeof text);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    assert_string_equal(text, "usage: udp_echo PORT\n");
}

static void body_call(void)
{
    errno = EADDRINUSE;
    die_call("bind", "0.0.0.0(7000)");
}

static void a_failed_call_is_named_with_subject_and_reason_and_ends_with_1(void **state)
{
    (void)state;
    char text[256];
    int status = run_child(body_call, text, sizeof text);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_string_equal(text, "bind 0.0.0.0(7000): Address already in use\n");
}

static void body_call_alone(void)
{
    errno = EMFILE;
    die_call("socket", NULL);
}

static void a_call_without_subject_is_named_alone(void **state)
{
    (void)state;
    char text[256];
    assert_int_equal(WEXITSTATUS(run_child(body_call_alone, text, sizeof text)), 1);
    assert_string_equal(text, "socket: Too many open files\n");
}

static void body_warn(void)
{
    errno = ECONNREFUSED;
    warn_call("recvfrom", NULL);
    warn("%d%% of %s", 50, "it");
    _exit(errno == ECONNREFUSED ? 0 : 3);
}

static void a_warning_goes_on_and_leaves_errno_alone(void **state)
{
    (void)state;
    char text[256];
    int status = run_child(body_warn, text, sizeof text);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_string_equal(text, "recvfrom: Connection refused\n50% of it\n");
}

static void body_die(void)
{
    printf("said before"); /* without a newline: still in stdio's buffer */
    dup2(STDERR_FILENO, STDOUT_FILENO);
    die("no %s", "reply");
}

static void die_writes_out_what_stdio_still_holds(void **state)
{
    (void)state;
    char text[256];
    assert_int_equal(WEXITSTATUS(run_child(body_die, text, sizeof text)), 1);
    assert_string_equal(text, "no reply\nsaid before");
}

static void a_text_is_filled_and_its_status_is_error(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(err_set(&err, "port %d", 7000), STATUS_ERROR);
    assert_string_equal(err.text, "port 7000");
    errno = EACCES;
    assert_int_equal(err_call(&err, "bind", "0.0.0.0(80)"), STATUS_ERROR);
    assert_string_equal(err.text, "bind 0.0.0.0(80): Permission denied");
    assert_int_equal(errno, EACCES);
}

static void nobody_has_to_want_the_text(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, "lost"), STATUS_ERROR);
    assert_int_equal(err_call(NULL, "send", NULL), STATUS_ERROR);
}

static void a_text_that_is_too_long_is_cut_and_not_written_beyond(void **state)
{
    (void)state;
    struct {
        struct err err;
        char guard[8];
    } box;
    memset(&box, 'g', sizeof box);
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    err_set(&box.err, "%s", longest);
    assert_int_equal(strlen(box.err.text), sizeof box.err.text - 1);
    assert_memory_equal(box.guard, "gggggggg", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_goes_to_stderr_and_ends_with_2),
        cmocka_unit_test(a_failed_call_is_named_with_subject_and_reason_and_ends_with_1),
        cmocka_unit_test(a_call_without_subject_is_named_alone),
        cmocka_unit_test(a_warning_goes_on_and_leaves_errno_alone),
        cmocka_unit_test(die_writes_out_what_stdio_still_holds),
        cmocka_unit_test(a_text_is_filled_and_its_status_is_error),
        cmocka_unit_test(nobody_has_to_want_the_text),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_and_not_written_beyond),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
