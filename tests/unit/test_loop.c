/* base/loop: what no other test of the rooms above it shows. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"

static void on_timer(void *arg)
{
    *(bool *)arg = true;
}

/* Waits for a timer of a second and tells that it does: 0 when it had its second, whatever else
 * was done to this process meanwhile. */
static int wait_a_second(int tell)
{
    bool fired = false;
    struct loop *loop = loop_new(NULL);
    int64_t began = clock_now();
    loop_timer_add(loop, began + CLOCK_S, on_timer, &fired);
    if (write(tell, "w", 1) != 1)
        return 1;
    while (!fired)
        loop_step(loop, INT64_MAX);
    int64_t own = clock_now() - began - loop_lost(loop);
    int status = loop_lost(loop) < CLOCK_S ? 2 : own < CLOCK_S ? 3 : 0;
    loop_free(loop);
    return status;
}

static void time_in_which_the_process_was_stopped_is_nobodys(void **state)
{
    int ready[2], status;
    char byte;
    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(wait_a_second(ready[1]));
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    poll(NULL, 0, 2500); /* being stopped for so long is what is tested */
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_in_which_the_process_was_stopped_is_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
