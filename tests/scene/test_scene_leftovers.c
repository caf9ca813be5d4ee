/*
 * Nothing is left behind: no process, descriptor or file, also when the runner is killed in the
 * middle of a scene, and when a scene is interrupted.
 *
 * Everything that belongs to one test has a mark of its own on its command line: programs as an
 * argument, the runner's helpers because they are copies of a runner that was started with it.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "descriptors.h"
#include "scene_help.h"

/* More than a busy machine needs to take a few processes down. */
enum { GONE_MS = 20000 };

static char mark[32];

static const char *new_mark(void)
{
    static unsigned count;
    snprintf(mark, sizeof mark, "scene-mark-%d-%u", (int)getpid(), ++count);
    return mark;
}

/* --- looking --- */

/* How many processes have the mark on their command line; *some is one of them. */
static unsigned marked(const char *text, pid_t *some)
{
    unsigned n = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL) {
        char path[300], line[8192];
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || pid == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t len = fd >= 0 ? read(fd, line, sizeof line) : -1;
        if (fd >= 0)
            close(fd);
        if (len > 0 && memmem(line, (size_t)len, text, strlen(text)) != NULL) {
            n++;
            *some = pid;
        }
    }
    closedir(proc);
    return n;
}

/* Folders of sandboxes that hold a file with that name. */
static unsigned marked_folders(const char *name)
{
    unsigned n = 0;
    DIR *tmp = opendir("/tmp");
    struct dirent *entry;
    assert_non_null(tmp);
    while ((entry = readdir(tmp)) != NULL) {
        char path[600];
        snprintf(path, sizeof path, "/tmp/%s/%s", entry->d_name, name);
        n += strncmp(entry->d_name, "socklings-", 10) == 0 && access(path, F_OK) == 0;
    }
    closedir(tmp);
    return n;
}

/* Between two looks of a wait with a deadline, and before a kill at some moment. */
static void pause_for(long ms)
{
    struct timespec moment = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&moment, NULL);
}

static void must_go(const char *text)
{
    int64_t deadline = clock_now() + GONE_MS * CLOCK_MS;
    pid_t some = 0;
    while (marked(text, &some) > 0 || marked_folders(text) > 0) {
        if (clock_now() > deadline) {
            char *line = mem_format("cat /proc/%d/status /proc/%d/stack >&2; ls -l /proc/%d/fd >&2",
                                    (int)some, (int)some, (int)some);
            if (system(line) != 0)
                print_message("(process %d cannot be shown)\n", (int)some);
            free(line);
            fail_msg("%u processes and %u folders of %s are left, such as process %d",
                     marked(text, &some), marked_folders(text), text, (int)some);
        }
        pause_for(2);
    }
}

static unsigned children(void)
{
    char path[64], text[1024] = "";
    unsigned n = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < len; i++)
        n += text[i] == ' ';
    return n;
}

/* --- playing --- */

static const struct {
    const char *mode, *scene;
} scenes[] = {
    {"echo", "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}, {'udp': 'ann'},"
             "{'send': 'ann', 'to': '127.0.0.1:${port}', 'data': 'hello'},"
             "{'expect': 'ann', 'data': 'hello'}"},
    {"daemonises", "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}"},
    {"segv", "{'wait': 'prog', 'for': 'exit'}"},
    {"bomb", "{'wait': 'prog', 'for': 'exit'}"},
    {"mute", "{'wait': 'prog', 'for': 'exit'}"},
    {"main_thread_ends", "{'wait': 'prog', 'for': 'exit'}"},
    {"stop", "{'wait': 'prog', 'for': 'exit'}"},
    {"flood", "{'wait': 'prog', 'for': 'exit'}"},
    {"segv_child", "{'wait': 'prog', 'for': 'exit'}"},
    {"deadlock_server", "{'wait': 'prog', 'for': 'listening'},"
                        "{'start': 'other', 'args': ['deadlock_client', '${port}', 'MARK']},"
                        "{'wait': 'other', 'for': 'exit'}"},
};
enum { SCENES = sizeof scenes / sizeof scenes[0] };

/* Plays one of them; every program has `text` on its command line. */
static void play(unsigned which, const char *binary, const char *text, enum scene_tier tier)
{
    struct played p;
    char *actions = mem_string(scenes[which].scene), *at = strstr(actions, "MARK");
    char *rest = at != NULL ? mem_format("%.*s%s%s", (int)(at - actions), actions, text, at + 4)
                            : mem_string(actions);
    char *check = mem_format("{'vars': {'port': 'port'}, 'scene': [{'start': 'prog', 'args': "
                             "['%s', '${port}', '%s']}, %s]}",
                             scenes[which].mode, text, rest);
    struct scene_case c = {.binary = binary,
                           .check = check,
                           .tier = tier,
                           .name = text,
                           .limits = "{'processes': 20, 'output_bytes': 10000, 'wall_ms': 3000}"};
    help_play(&c, &p);
    HELP_HOLDS(&p, p.rc == 0, "%s", p.err.text);
    played_free(&p);
    free(check);
    free(rest);
    free(actions);
}

static void test_nothing_is_left_after_scenes_of_all_kinds(void **state)
{
    const char *text = new_mark(), *binary = help_compile("trouble.c", NULL);
    (void)state;
    play(0, binary, text, TIER_A); /* what is kept from the first scene on is not left over */
    source_forget_all();
    unsigned fds = open_descriptors();
    for (unsigned i = 0; i < SCENES; i++) {
        play(i, binary, text, TIER_A);
        must_go(text);
        source_forget_all(); /* programs' files are kept open for the next scene with them */
        if (open_descriptors() != fds && system("ls -l /proc/$PPID/fd >&2") == 0)
            fail_msg("%s left %d descriptors", scenes[i].mode, (int)(open_descriptors() - fds));
        if (children() > 1)
            fail_msg("%s left %u children", scenes[i].mode, children() - 1);
    }
    factory_stop();
    assert_int_equal(children(), 0);
}

/* Children that are just being born when their parents are killed. */
static void test_nothing_is_left_of_twenty_fork_bombs(void **state)
{
    const char *text = new_mark(), *binary = help_compile("trouble.c", NULL);
    (void)state;
    for (int i = 0; i < 20; i++) {
        play(3, binary, text, TIER_A);
        must_go(text);
        play(0, binary, text, TIER_A);
        must_go(text);
    }
}

/* Memory does not grow: what the hundredth scene needs, the twentieth needed already. */
static void test_a_hundred_scenes_need_no_more_than_twenty(void **state)
{
    const char *text = new_mark(), *binary = help_compile("trouble.c", NULL);
    struct rusage before, after;
    (void)state;
    for (int i = 0; i < 20; i++)
        play(0, binary, text, TIER_A);
    unsigned fds = open_descriptors();
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < 80; i++)
        play(0, binary, text, TIER_A);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(open_descriptors(), fds);
#ifndef __SANITIZE_ADDRESS__ /* keeps what was freed for a while */
    if (after.ru_maxrss - before.ru_maxrss > 8192)
        fail_msg("80 scenes took %ld KiB", after.ru_maxrss - before.ru_maxrss);
#endif
    must_go(text);
}

/* --- a runner that is killed --- */

/* What a victim does until it is killed. */
static int victim(int argc, char **argv)
{
    unsigned which = (unsigned)atoi(argv[4]);
    struct error err;
    if (argc != 6)
        return 2;
    help_loop = loop_new(&err);
    for (unsigned i = which;; i++)
        play(i % SCENES, argv[3], argv[2], (enum scene_tier)atoi(argv[5]));
}

static pid_t start(char *const *argv)
{
    extern char **environ;
    pid_t pid;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&pid, argv[0], &files, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

/* Kills after a while that is drawn: that is what the test is about, not a wait for something.
 * False: it was too late. */
static bool kill_soon(pid_t pid, unsigned *seed, unsigned most_ms)
{
    int status;
    pause_for((long)((unsigned)rand_r(seed) % most_ms));
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status);
}

static void rounds(unsigned count, enum scene_tier tier)
{
    const char *binary = help_compile("trouble.c", NULL);
    unsigned seed = (unsigned)clock_now();
    print_message("# seed %u\n", seed);
    for (unsigned i = 0; i < count; i++) {
        char first[16], level[16];
        snprintf(first, sizeof first, "%u", i);
        snprintf(level, sizeof level, "%d", (int)tier);
        char *argv[] = {"/proc/self/exe",
                        "--victim",
                        (char *)(uintptr_t)new_mark(),
                        (char *)(uintptr_t)binary,
                        first,
                        level,
                        NULL};
        if (!kill_soon(start(argv), &seed, i % 2 == 0 ? 30 : 120))
            fail_msg("the runner ended by itself");
        must_go(mark);
    }
}

static void test_nothing_is_left_when_the_runner_is_killed_fifty_times(void **state)
{
    (void)state;
    rounds(50, TIER_A);
}

static void test_nothing_is_left_of_a_killed_runner_without_namespaces(void **state)
{
    (void)state;
    if (geteuid() == 0)
        rounds(15, TIER_B);
    rounds(15, TIER_C);
}

static void test_nothing_is_left_of_a_check_that_is_killed_while_it_compiles(void **state)
{
    unsigned seed = (unsigned)clock_now();
    const char *build = getenv("BUILD");
    (void)state;
    if (build == NULL) {
        print_message("SKIPPED FOR: $BUILD, where the program is\n");
        skip();
    }
    char *socklings = mem_format("%s/socklings", build);
    /* A check that is quicker than 120 ms may end before it is killed: that one does not count. */
    for (unsigned killed = 0, tried = 0; killed < 12; tried++) {
        if (tried == 200)
            fail_msg("only %u of %u checks were killed", killed, tried);
        /* An empty cache with the mark in its name, which the compiler's command line has too. */
        char *cache = mem_format("%s/%s", help_folder, new_mark());
        char *argv[] = {"env",
                        mem_format("SOCKLINGS_CACHE=%s", cache),
                        socklings,
                        "--work",
                        cache,
                        "check",
                        "5",
                        "--src",
                        "labs/05_udp_echo/solution",
                        NULL};
        /* "env" becomes the runner: its command line has the mark as well. */
        killed += kill_soon(start(argv), &seed, 120);
        must_go(mark);
        free(argv[1]);
        free(cache);
    }
    free(socklings);
}

/* --- the runner's own failures: told as such, and nothing is left --- */

static void fails(const char *binary, const char *wanted)
{
    struct played p;
    struct scene_case c = {.binary = binary,
                           .check =
                               "{'scene': [{'start': 'prog'}, {'wait': 'prog', 'for': 'exit'}]}"};
    help_play(&c, &p);
    HELP_HOLDS(&p, p.rc == -1 && strstr(p.err.text, wanted) != NULL, "%d: '%s' does not say '%s'",
               p.rc, p.err.text, wanted);
    played_free(&p);
}

/* A compiler has made it, so what is in it is the learner's. */
static void is_not_loaded(const char *binary)
{
    struct played p;
    struct scene_case c = {.binary = binary,
                           .check =
                               "{'scene': [{'start': 'prog'}, {'wait': 'prog', 'for': 'exit'}]}"};
    help_play(&c, &p);
    HELP_HOLDS(&p, p.rc == 0 && !p.passed && p.outcome == OUTCOME_FAIL, "%d: %s", p.rc, p.err.text);
    HELP_HOLDS(
        &p, strcmp(p.result.message, "prog cannot be loaded by the kernel: Exec format error") == 0,
        "it says '%s'", p.result.message);
    played_free(&p);
}

static void test_what_cannot_be_started_is_told_and_leaves_nothing(void **state)
{
    struct error err;
    char *text = file_join(help_folder, "text");
    (void)state;
    assert_int_equal(file_write(text, "no program", 10, 0755, 0, &err), 0);
    is_not_loaded(text); /* once, so that what is kept is there */
    unsigned fds = open_descriptors();
    for (int i = 0; i < 5; i++) {
        is_not_loaded(text);
        fails("/no/such/program", "/no/such/program");
        fails(help_folder, help_folder);
    }
    assert_int_equal(open_descriptors(), fds);
    assert_true(children() <= 1);
    free(text);
}

/* From a limit at which nothing works to one at which all does: what fails in between is told as
 * what it is, is no failure of the program, and leaves nothing open. */
static void runs_short_of_descriptors(const char *stdio)
{
    const char *binary = help_compile("trouble.c", NULL);
    char *check = mem_format(
        "{'vars': {'port': 'port'}, 'stdio': '%s', 'scene': [{'start': 'prog', 'args': ['mute', "
        "'${port}']}, {'wait': 'prog', 'for': 'bound', 'port': '${port}'}, {'udp': 'ann'},"
        "{'listen': 'server', 'at': '127.0.0.1:0'}]}",
        stdio);
    struct scene_case c = {.binary = binary, .check = check};
    struct rlimit usual, low;
    unsigned failed = 0, passed = 0;
    struct played p;
    help_play(&c, &p); /* once, so that what is kept is there */
    HELP_HOLDS(&p, p.passed, "it does not pass without a limit: %s", p.err.text);
    played_free(&p);
    unsigned fds = open_descriptors();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    low = usual;
    for (low.rlim_cur = fds; passed < 3 && low.rlim_cur < fds + 100; low.rlim_cur++) {
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
        help_play(&c, &p);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
        if (p.rc == 0) {
            HELP_HOLDS(&p, p.passed, "with %u descriptors more the program is blamed",
                       (unsigned)low.rlim_cur - fds);
            passed++;
        } else {
            HELP_HOLDS(&p, strstr(p.err.text, "Too many open files") != NULL,
                       "with %u descriptors more: '%s'", (unsigned)low.rlim_cur - fds, p.err.text);
            failed++;
        }
        played_free(&p);
        assert_int_equal(open_descriptors(), fds);
    }
    assert_true(failed > 3);
    assert_int_equal(passed, 3);
    free(check);
}

static void test_a_runner_short_of_descriptors_says_so_with_a_terminal(void **state)
{
    (void)state;
    runs_short_of_descriptors("pty");
}

static void test_a_runner_short_of_descriptors_says_so_with_pipes(void **state)
{
    (void)state;
    runs_short_of_descriptors("pipe");
}

/* --- a scene that is interrupted --- */

static volatile int interrupted;

static void on_interval(int number)
{
    (void)number;
    interrupted = 1;
}

static void interrupt_a(const char *check)
{
    struct played p;
    struct itimerval soon = {{0, 0}, {0, 150000}}, off = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_interval};
    char *text = mem_string(check);
    struct scene_case c = {.binary = help_compile("trouble.c", NULL),
                           .check = text,
                           .interrupted = &interrupted,
                           .limits = "{'cpu_ms': 60000, 'wall_ms': 60000}"};
    interrupted = 0;
    alarm(0); /* there is one such timer */
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    help_play(&c, &p);
    setitimer(ITIMER_REAL, &off, NULL);
    signal(SIGALRM, SIG_DFL);
    HELP_HOLDS(&p, p.rc == -1, "the scene went on");
    assert_string_equal(p.err.text, "interrupted");
    if (p.ms > 5000)
        fail_msg("it took %.0f ms", p.ms);
    played_free(&p);
    free(text);
}

static void test_ctrl_c_ends_a_scene_in_which_a_program_computes(void **state)
{
    (void)state;
    interrupt_a(
        "{'scene': [{'start': 'prog', 'args': ['spin']}, {'wait': 'prog', 'for': 'exit'}]}");
}

static void test_ctrl_c_ends_a_scene_in_which_a_program_sleeps(void **state)
{
    (void)state;
    interrupt_a("{'scene': [{'start': 'prog', 'args': ['long_nap']},"
                " {'wait': 'prog', 'for': 'exit'}]}");
}

static void test_ctrl_c_ends_a_scene_whose_script_is_done(void **state)
{
    (void)state;
    interrupt_a("{'scene': [{'start': 'prog', 'args': ['spin']}]}");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_nothing_is_left_after_scenes_of_all_kinds),
        scene_test(test_nothing_is_left_of_twenty_fork_bombs),
        scene_test(test_a_hundred_scenes_need_no_more_than_twenty),
        scene_test(test_nothing_is_left_when_the_runner_is_killed_fifty_times),
        scene_test(test_nothing_is_left_of_a_killed_runner_without_namespaces),
        scene_test(test_nothing_is_left_of_a_check_that_is_killed_while_it_compiles),
        scene_test(test_what_cannot_be_started_is_told_and_leaves_nothing),
        scene_test(test_a_runner_short_of_descriptors_says_so_with_a_terminal),
        scene_test(test_a_runner_short_of_descriptors_says_so_with_pipes),
        scene_test(test_ctrl_c_ends_a_scene_in_which_a_program_computes),
        scene_test(test_ctrl_c_ends_a_scene_in_which_a_program_sleeps),
        scene_test(test_ctrl_c_ends_a_scene_whose_script_is_done),
    };
    if (argc > 1 && strcmp(argv[1], "--victim") == 0)
        return victim(argc, argv);
    return cmocka_run_group_tests_name("scene_leftovers", tests, help_group_setup,
                                       help_group_teardown);
}
