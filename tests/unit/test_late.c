/* base/late: libraries that are loaded when they are needed, or told to be missing. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "base/late.h"

static struct late library = LATE_LIBRARY(SOCKLINGS_LIBPCAP);
static struct late other = LATE_LIBRARY(SOCKLINGS_LIBPCAP);
static struct late missing = {"libsocklings-has-none.so.7", NULL};

LATE(library, const char *, pcap_datalink_val_to_name, (int link), (link))

static void a_function_is_called_in_its_library(void **state)
{
    (void)state;
    assert_null(library.handle);
    assert_string_equal(pcap_datalink_val_to_name(DLT_EN10MB), "EN10MB");
    assert_non_null(library.handle);
    assert_null(pcap_datalink_val_to_name(-1));
}

static void a_library_is_loaded_once(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(late_load(&other, &err), 0);
    void *handle = other.handle;
    assert_int_equal(late_load(&other, &err), 0);
    assert_ptr_equal(other.handle, handle);
}

static void a_library_that_is_missing_is_named(void **state)
{
    (void)state;
    struct error err = {""};
    assert_int_equal(late_load(&missing, &err), -1);
    assert_non_null(strstr(err.text, "libsocklings-has-none.so.7"));
    assert_non_null(strstr(err.text, "make deps"));
}

/* How a process ends that calls it. */
static int end_of_call(struct late *late, const char *name)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        late_function(late, name);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void what_cannot_be_called_is_no_null_pointer(void **state)
{
    (void)state;
    assert_int_equal(end_of_call(&library, "pcap_datalink_val_to_name"), 0);
    assert_int_equal(WTERMSIG(end_of_call(&library, "no_such_function")), SIGABRT);
    assert_int_equal(WTERMSIG(end_of_call(&missing, "pcap_datalink_val_to_name")), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_called_in_its_library),
        cmocka_unit_test(a_library_is_loaded_once),
        cmocka_unit_test(a_library_that_is_missing_is_named),
        cmocka_unit_test(what_cannot_be_called_is_no_null_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
