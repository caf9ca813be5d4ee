/* lib/sig: an end on SIGINT and SIGTERM that no timing can spoil. */
#include "sig.h"

#include "lib_help.h"

/* Starts a child that says it is ready, then does `wait_for_ever`. */
static int end_of_child(int number, void (*wait_for_ever)(void))
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sig_exit_on_stop();
        if (write(ready[1], "r", 1) != 1)
            _exit(98);
        wait_for_ever();
        _exit(99);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(kill(pid, number), 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void wait_in_recv(void)
{
    char byte;
    recv(raw_bound(SOCK_DGRAM), &byte, 1, 0);
}

static void wait_in_loop(void)
{
    for (volatile int i = 0;; i++)
        ;
}

static void assert_clean(int status)
{
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void sigterm_ends_with_0_wherever_the_program_is(void **state)
{
    (void)state;
    /* The signal comes before recv() or inside it, as it happens: both must end. */
    for (int i = 0; i < 50; i++)
        assert_clean(end_of_child(SIGTERM, wait_in_recv));
    assert_clean(end_of_child(SIGTERM, wait_in_loop));
}

static void sigint_ends_with_0(void **state)
{
    (void)state;
    assert_clean(end_of_child(SIGINT, wait_in_recv));
    assert_clean(end_of_child(SIGINT, wait_in_loop));
}

static void other_signals_stay_what_they_are(void **state)
{
    (void)state;
    int status = end_of_child(SIGHUP, wait_in_recv);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGHUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigterm_ends_with_0_wherever_the_program_is),
        cmocka_unit_test(sigint_ends_with_0),
        cmocka_unit_test(other_signals_stay_what_they_are),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
