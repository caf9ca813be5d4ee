/*
 * Sandboxes side by side: each has a user of its own, whose limits the kernel keeps when nobody
 * looks; and of programs that attack, nothing is left on the machine.
 */
#include <pwd.h>

#include "base/landlock.h"
#include "scene/console.h"
#include "scene/sandbox.h"
#include "scene_help.h"
#include "trace/proc.h"

enum { IDS_EACH = 32, GONE_MS = 20000 };
#define IDS_FROM 0x70000000U
#define IDS_COUNT 0x0ffe0000U

/* --- looking --- */

static pid_t pid_of(int pidfd)
{
    char path[64], line[100];
    int pid = -1;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        sscanf(line, "Pid: %d", &pid);
    fclose(f);
    assert_true(pid > 0);
    return pid;
}

/* The real user id of a process, as seen here; -1: it has gone. */
static long user_of(pid_t pid)
{
    char path[64], line[200];
    long uid = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        sscanf(line, "Uid: %ld", &uid);
    if (f != NULL)
        fclose(f);
    return uid;
}

static bool is_ours(long uid)
{
    unsigned number = (unsigned)getpid() * IDS_EACH % IDS_COUNT;
    return uid >= (long)(IDS_FROM + number) && uid < (long)(IDS_FROM + number + IDS_EACH);
}

static unsigned processes_of_ours(void)
{
    unsigned n = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        n += pid > 0 && is_ours(user_of(pid));
    }
    closedir(proc);
    return n;
}

/* Folders of sandboxes that belong to that user, or whose group is one of ours. */
static unsigned folders_of(uid_t uid)
{
    unsigned n = 0;
    DIR *tmp = opendir("/tmp");
    struct dirent *entry;
    assert_non_null(tmp);
    while ((entry = readdir(tmp)) != NULL) {
        struct stat st;
        if (strncmp(entry->d_name, "socklings-", 10) != 0 ||
            fstatat(dirfd(tmp), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        n += (uid != 0 && st.st_uid == uid) || is_ours(st.st_gid);
    }
    closedir(tmp);
    return n;
}

/* --- users --- */

struct taken {
    int control, pidfd;
    char folder[256];
};

static void take(struct taken *t, enum scene_tier tier)
{
    struct error err;
    if (factory_take((struct sandbox_kind){.tier = tier}, &t->control, &t->pidfd, t->folder,
                     sizeof t->folder, &err) != 0)
        fail_msg("%s", err.text);
}

static void give_back(struct taken *t)
{
    close(t->control);
    close(t->pidfd);
}

static void test_each_sandbox_has_a_user_of_its_own(void **state)
{
    struct taken taken[6];
    long uids[6];
    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED FOR: root\n");
        skip();
    }
    for (int i = 0; i < 6; i++) {
        take(&taken[i], TIER_A);
        uids[i] = user_of(pid_of(taken[i].pidfd));
        assert_true(is_ours(uids[i]));
        assert_null(getpwuid((uid_t)uids[i]));
        for (int k = 0; k < i; k++)
            assert_int_not_equal(uids[i], uids[k]);
    }
    for (int i = 0; i < 6; i++)
        give_back(&taken[i]);
}

static void test_two_runners_have_none_in_common(void **state)
{
    struct taken mine;
    int ends[2];
    long theirs = -1;
    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED FOR: root\n");
        skip();
    }
    assert_int_equal(pipe(ends), 0);
    take(&mine, TIER_A);
    pid_t pid = fork();
    if (pid == 0) {
        struct taken other;
        take(&other, TIER_A); /* from a factory of its own */
        long uid = user_of(pid_of(other.pidfd));
        ssize_t n = write(ends[1], &uid, sizeof uid);
        factory_stop();
        _exit(n == (ssize_t)sizeof uid ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &theirs, sizeof theirs), (ssize_t)sizeof theirs);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    assert_int_not_equal(theirs, user_of(pid_of(mine.pidfd)));
    assert_false(is_ours(theirs));
    assert_true(theirs >= (long)IDS_FROM);
    give_back(&mine);
}

/* --- the kernel's own limits --- */

struct heard {
    struct strbuf text;
    bool ended;
};

static void on_news(void *arg, const char *terminal, const char *data, size_t len,
                    const char *ended)
{
    struct heard *heard = arg;
    (void)terminal;
    if (data != NULL)
        strbuf_add(&heard->text, data, len);
    heard->ended = heard->ended || ended != NULL;
}

/* A console does not look at limits. */
static void children_are_refused(enum scene_tier tier)
{
    const struct scene_script script = {0};
    const struct scene_program program = {.role = "prog",
                                          .binary = help_compile("attack.c", NULL),
                                          .name = "prog"};
    struct scene_setup setup = {.script = &script,
                                .programs = &program,
                                .nprograms = 1,
                                .tier = tier,
                                .limits = {.cpu_ms = 60000,
                                           .processes = 24,
                                           .file_bytes = 1 << 20,
                                           .output_bytes = 1 << 20}};
    struct heard heard = {.text = STRBUF_INIT};
    struct error err;
    struct console *console = console_open(help_loop, &setup, &err);
    if (console == NULL)
        fail_msg("%s", err.text);
    if (console_run(console, "localhost", "./prog counts_children", &err) != 0)
        fail_msg("%s", err.text);
    while (strstr(heard.text.data, "\n") == NULL && !heard.ended) {
        loop_step(help_loop, clock_now() + 10 * CLOCK_MS);
        console_news(console, on_news, &heard);
    }
    console_close(console);
    int n = (int)strtol(heard.text.data, NULL, 10);
    if (n < 20 || n > 32 || strstr(heard.text.data, "EAGAIN") == NULL)
        fail_msg("24 processes are allowed, and it got: %s", heard.text.data);
    strbuf_free(&heard.text);
}

static void test_the_kernel_refuses_more_processes_when_nobody_looks(void **state)
{
    (void)state;
    children_are_refused(TIER_A);
}

static void test_without_namespaces_too(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED FOR: root\n");
        skip();
    }
    children_are_refused(TIER_B);
}

/* --- an init that is killed --- */

/* Whether the kernel let it. */
static bool init_was_killed(enum scene_tier tier)
{
    struct played p;
    struct scene_case c = {.binary = help_compile("attack.c", NULL),
                           .check = "{'scene': [{'start': 'prog', 'args': ['kills_init']},"
                                    "{'output': 'prog', 'contains': 'never'}]}",
                           .tier = tier};
    help_play(&c, &p);
    const struct event *call = help_call(&p, "kill", 0);
    bool killed = call != NULL && call->call.result == 0;
    assert_non_null(call);
    played_free(&p);
    return killed;
}

/* Does it in a process of an ordinary user's. `went` returns whether all went as it should. */
static void as_ordinary_user(bool (*went)(void))
{
    enum { ORDINARY = 54321 };
    uid_t uid = geteuid() == 0 ? ORDINARY : geteuid();
    struct error err;
    int status = -1;
    help_compile("attack.c", NULL);
    unsigned before = folders_of(uid);
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && setresuid(uid, uid, uid) != 0)
            _exit(2);
        help_loop = loop_new(&err);
        bool good = went();
        factory_stop();
        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(folders_of(uid), before);
}

/* Without namespaces it has that user's rights; from Landlock 6 on it can signal nobody else. */
static bool killed_where_it_may(void)
{
    return init_was_killed(TIER_C) == (landlock_version() < 6);
}

static void test_a_program_cannot_kill_its_init_where_landlock_is_new(void **state)
{
    (void)state;
    as_ordinary_user(killed_where_it_may);
}

/* Of the factory, which is our child. */
static pid_t grandchild(void)
{
    pid_t found = -1;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        int parent = pid > 0 ? proc_status_number(pid, "PPid") : 0;
        if (parent > 0 && proc_status_number(parent, "PPid") == (int)getpid())
            found = pid;
    }
    closedir(proc);
    return found;
}

static bool kill_an_init(void)
{
    struct sandbox_file file = {
        .kind = SCENE_FILE_CONTENT, .name = "left-behind", .data = "x", .len = 1};
    struct sandbox_setup setup = {.tier = TIER_C, .files = &file, .nfiles = 1};
    struct error err;
    struct sandbox *sb = sandbox_new(&setup, &err);
    bool killed = sb != NULL && kill(grandchild(), SIGKILL) == 0;
    sandbox_free(sb);
    return killed;
}

static void test_an_init_that_was_killed_leaves_no_folder(void **state)
{
    (void)state;
    as_ordinary_user(kill_an_init);
}

static void test_with_another_user_id_it_cannot_kill_it(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED FOR: root\n");
        skip();
    }
    assert_false(init_was_killed(TIER_B));
    assert_int_equal(folders_of(0), 0);
}

/* --- all of it --- */

static void test_nothing_is_left_of_any_of_them(void **state)
{
    int64_t deadline = clock_now() + GONE_MS * CLOCK_MS;
    (void)state;
    factory_stop();
    while (processes_of_ours() > 0 && clock_now() < deadline) {
        struct timespec moment = {0, 2000000}; /* polls, until the deadline */
        nanosleep(&moment, NULL);
    }
    assert_int_equal(processes_of_ours(), 0);
    assert_int_equal(folders_of(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_each_sandbox_has_a_user_of_its_own),
        scene_test(test_two_runners_have_none_in_common),
        scene_test(test_the_kernel_refuses_more_processes_when_nobody_looks),
        scene_test(test_without_namespaces_too),
        scene_test(test_a_program_cannot_kill_its_init_where_landlock_is_new),
        scene_test(test_an_init_that_was_killed_leaves_no_folder),
        scene_test(test_with_another_user_id_it_cannot_kill_it),
        scene_test(test_nothing_is_left_of_any_of_them),
    };
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
