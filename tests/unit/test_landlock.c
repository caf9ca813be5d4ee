/* base/landlock: a domain that keeps others' processes apart, and takes nothing else away. */
#include "files_help.h"

#include <signal.h>
#include <sys/prctl.h>

#include "base/landlock.h"

/* In a child, after `enter`. Exits with the number of the first thing that is not as it should be;
 * 0: all is well. */
static int in_domain(int (*enter)(void), bool keeps_signals)
{
    char memory[64];
    int status = -1;
    pid_t parent = getpid();
    snprintf(memory, sizeof memory, "/proc/%d/mem", (int)parent);
    assert_int_equal(mkdir(at("a"), 0755), 0);
    assert_int_equal(mkdir(at("b"), 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || enter() != 0)
            _exit(1);
        if (open(memory, O_RDONLY) >= 0 || errno != EACCES)
            _exit(2);
        if (keeps_signals != (kill(parent, 0) != 0))
            _exit(3);
        int fd = open(at("a/x"), O_WRONLY | O_CREAT, 0755);
        if (fd < 0 || write(fd, "#!/bin/true\n", 12) != 12 || close(fd) != 0)
            _exit(4);
        if (rename(at("a/x"), at("b/x")) != 0 || link(at("b/x"), at("a/y")) != 0 ||
            unlink(at("a/y")) != 0)
            _exit(5);
        execl(at("b/x"), "x", (char *)NULL);
        _exit(6);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void need(int version)
{
    if (landlock_version() < version) {
        print_message("SKIPPED FOR: Landlock %d\n", version);
        skip();
    }
}

static void it_keeps_others_apart_and_nothing_else(void **state)
{
    (void)state;
    need(2);
    assert_int_equal(in_domain(landlock_enter_own_domain, landlock_version() >= 6), 0);
}

static int enter_as_version_2(void)
{
    return landlock_enter_own_domain_of(2);
}

static void it_does_so_as_an_older_kernel_would(void **state)
{
    (void)state;
    need(2);
    assert_int_equal(in_domain(enter_as_version_2, false), 0);
}

static int enter_as_version_1(void)
{
    return landlock_enter_own_domain_of(1);
}

/* There a domain forbids to move a file to another folder, and nothing can allow it. */
static void the_oldest_ones_are_left_alone(void **state)
{
    (void)state;
    assert_int_equal(in_domain(enter_as_version_1, false), 1);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(it_keeps_others_apart_and_nothing_else),
        in_folder(it_does_so_as_an_older_kernel_would),
        in_folder(the_oldest_ones_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
