/*
 * What the tests that touch files share: a folder of their own, counted descriptors, and children
 * that try things as an ordinary user, on a full disk, or until they are killed.
 */
#ifndef TESTS_FILES_HELP_H
#define TESTS_FILES_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "descriptors.h"

static char *folder; /* the test's own, removed after it */
static unsigned fds_before;

static inline int folder_setup(void **state)
{
    const char *temp = getenv("TMPDIR");
    folder = mem_format("%s/socklings-test-XXXXXX", temp != NULL ? temp : "/tmp");
    if (mkdtemp(folder) == NULL)
        return -1;
    chmod(folder, 0755);
    alarm(120); /* a backstop: a test that hangs is killed instead of holding everything up */
    fds_before = open_descriptors();
    *state = folder;
    return 0;
}

static inline int folder_teardown(void **state)
{
    (void)state;
    bool leaked = open_descriptors() != fds_before;
    bool removed = file_remove_tree(folder, NULL) == 0 && !file_exists(folder);
    free(folder);
    folder = NULL;
    if (leaked)
        fprintf(stderr, "descriptors were left open\n");
    if (!removed)
        fprintf(stderr, "the test's folder could not be removed\n");
    return leaked || !removed ? -1 : 0;
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

/* The path of a name in the test's folder; good for the next seven calls. */
static inline const char *at(const char *name)
{
    static char paths[8][1024];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void put(const char *name, const char *text)
{
    FILE *f = fopen(at(name), "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static inline void put_bytes(const char *name, const void *bytes, size_t len)
{
    FILE *f = fopen(at(name), "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* What a file holds; the caller frees. */
static inline char *contents(const char *name)
{
    struct strbuf text = STRBUF_INIT;
    struct error err;
    if (file_read(at(name), 64 * 1024 * 1024, 0, &text, &err) < 0)
        fail_msg("%s", err.text);
    return strbuf_take(&text);
}

static inline void assert_contents(const char *name, const char *expected)
{
    char *text = contents(name);
    assert_string_equal(text, expected);
    free(text);
}

#define assert_has(text, part)                                     \
    do {                                                           \
        if (strstr((text), (part)) == NULL)                        \
            fail_msg("\"%s\" should hold \"%s\"", (text), (part)); \
    } while (0)

/* Runs fn in a child, after `before` (0, or why the machine cannot do that). The child's value is
 * fn's; it must be 0. */
typedef int child_fn(void);
enum { CHILD_CANNOT = 77 };

static inline void in_child(child_fn *before, child_fn *fn, const char *missing)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(before != NULL && before() != 0 ? CHILD_CANNOT : fn());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_CANNOT) {
        print_message("SKIPPED FOR: %s\n", missing);
        skip();
    }
    if (WEXITSTATUS(status) != 0)
        fail_msg("the child says: check %d failed", WEXITSTATUS(status));
}

/* In a child: gives up root, for which no permission is missing. */
static inline int be_ordinary(void)
{
    if (geteuid() != 0)
        return 0;
    if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
        return -1;
    return 0;
}

static inline int write_proc(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n < 0 ? -1 : 0;
}

/* In a child: the test's folder becomes a disk with room for `options`, seen by the child only. */
static inline int on_small_disk(const char *options)
{
    char uids[64], gids[64];
    snprintf(uids, sizeof uids, "0 %u 1", (unsigned)geteuid());
    snprintf(gids, sizeof gids, "0 %u 1", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return -1;
    if (write_proc("/proc/self/setgroups", "deny") < 0 ||
        write_proc("/proc/self/uid_map", uids) < 0 || write_proc("/proc/self/gid_map", gids) < 0)
        return -1;
    return mount("none", folder, "tmpfs", 0, options);
}

#endif
