/*
 * build/confine: the child. It is a copy of the runner that never returns to the runner's code.
 *
 *  - With namespaces it is PID 1 of its own, and gives up all rights before the compiler starts:
 * its end, for whatever reason, is the end of everything in there, and the runner's end is its own.
 *  - With Landlock it stays who it is, and watches: when nobody reads the messages any more, the
 *    runner is gone, and it ends its process group and removes the folder.
 *  - The compiler is started by vfork: limits are set, and rights dropped, in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/priority.h"
#include "build/confine_parts.h"

enum {
    PROGRAM_FD = 3,
    FILE_BYTES = 64 * 1024 * 1024,
    MEMORY_BYTES = 1024 * 1024 * 1024,
    PROCESSES = 64,
    DESCRIPTORS = 256,
};

int confine_fail(struct confined *c, const char *step)
{
    c->report->error = errno;
    snprintf(c->report->step, sizeof c->report->step, "%s", step);
    return -1;
}

int confine_refused(struct confined *c, const char *step)
{
    static const int passing[] = {ENOMEM, EAGAIN, EMFILE, ENFILE, EIO, EINTR};
    c->report->refused = true;
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (errno == passing[i])
            c->report->refused = false;
    return confine_fail(c, step);
}

/* --- giving up --- */

static void set_limits(const struct confined *c)
{
    const struct {
        __rlimit_resource_t what;
        rlim_t most;
    } limits[] = {
        {RLIMIT_CORE, 0},
        {RLIMIT_CPU, c->seconds},
        {RLIMIT_FSIZE, FILE_BYTES},
        {RLIMIT_AS, MEMORY_BYTES},
        {RLIMIT_NOFILE, DESCRIPTORS},
        /* Counts per user: others' processes too, unless the uid is its own. */
        {RLIMIT_NPROC, PROCESSES},
    };
    size_t count = sizeof limits / sizeof *limits - (c->uid == (uid_t)-1);
    for (size_t i = 0; i < count; i++) {
        struct rlimit old, limit = {limits[i].most, limits[i].most};
        if (getrlimit(limits[i].what, &old) == 0 && old.rlim_max < limit.rlim_max)
            limit.rlim_cur = limit.rlim_max = old.rlim_max;
        setrlimit(limits[i].what, &limit);
    }
}

/* Another user, no capability, and no way to any. */
static int drop_rights(uid_t uid)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
        continue;
    /* EPERM: a container that has no groups to give up. */
    if (uid != (uid_t)-1 && ((setgroups(0, NULL) != 0 && errno != EPERM) ||
                             setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0))
        return -1;
    if (syscall(SYS_capset, &header, none) != 0)
        return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* --- the compiler --- */

static char **make_environment(const struct confined *c)
{
    struct word_list list = {NULL, 0};
    const char *given = getenv("PATH");
    char *path = mem_format("PATH=%s", given != NULL ? given : "/usr/local/bin:/usr/bin:/bin");
    char *temp = mem_format("TMPDIR=%s", c->work);
    word_add(&list, path);
    word_add(&list, temp);
    word_add(&list, "LC_ALL=C");
    word_add(&list, "CCACHE_DISABLE=1"); /* what it keeps is out of reach, and is others' */
    free(temp);
    free(path);
    return list.words;
}

/* In the compiler's process, which shares our memory until it has become the compiler. */
static _Noreturn void become_compiler(struct confined *c, char **environment, int rules)
{
    priority_lower();
    set_limits(c);
    if (c->way == WAY_LANDLOCK && (drop_rights(c->uid) != 0 || confine_landlock_enter(rules) != 0))
        confine_refused(c, "give up its rights");
    else {
        execve(c->command.words[0], c->command.words, environment);
        confine_fail(c, "start the compiler");
    }
    _exit(127);
}

static pid_t start_compiler(struct confined *c, int rules)
{
    char **environment = make_environment(c);
    c->report->error = 0;
    /* Of a copy of our memory nothing would be used. What is called until execve is made for that:
     * it changes nothing that is read here but the report. */
    pid_t pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
    if (pid == 0)
        become_compiler(c, environment, rules); /* NOLINT(clang-analyzer-unix.Vfork) */
    if (pid < 0)
        confine_fail(c, "start a process");
    return c->report->error != 0 ? -1 : pid;
}

/* The runner holds the other end of what is printed. */
static bool runner_is_gone(int output)
{
    struct pollfd watch = {.fd = output, .events = 0};
    return poll(&watch, 1, 0) > 0 && (watch.revents & POLLERR) != 0;
}

/* The compiler first, and then what it left: it might go on to make files. */
static _Noreturn void clear_away(const struct confined *c, pid_t pid)
{
    signal(SIGTERM, SIG_IGN); /* the compiler's processes do not */
    kill(0, SIGTERM);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    for (int tries = 0; tries < 1000 && file_remove_tree(c->folder, NULL) != 0; tries++)
        sched_yield();
    kill(0, SIGKILL);
    _exit(1);
}

/* Returns when the compiler has ended, and not at all when the runner has gone. */
static void watch_until_end(const struct confined *c, pid_t pid)
{
    struct pollfd watch[2] = {{.fd = STDOUT_FILENO, .events = 0},
                              {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN}};
    while (poll(watch, 2, -1) < 0 || (watch[0].revents | watch[1].revents) == 0)
        continue;
    if (watch[1].revents == 0)
        clear_away(c, pid);
    close(watch[1].fd);
}

static int wait_for(const struct confined *c, pid_t pid)
{
    int status = 0;
    pid_t ended;
    if (c->way == WAY_LANDLOCK)
        watch_until_end(c, pid);
    /* PID 1 reaps orphans on the way. */
    while ((ended = waitpid(-1, &status, 0)) != pid)
        if (ended < 0 && errno != EINTR)
            break;
    return status;
}

/* The compiler was fed by a stranger: what it left is a plain file of bounded size, or nothing. */
static int hand_over(struct confined *c)
{
    char name[4096];
    struct stat st;
    snprintf(name, sizeof name, "../%s", c->request.program);
    int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES)
        return confine_fail(c, "find the program it has made");
    static char bytes[65536];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        if (write(PROGRAM_FD, bytes, (size_t)n) != n)
            return confine_fail(c, "keep the program it has made");
    return n < 0 ? confine_fail(c, "read the program it has made") : 0;
}

/* --- the child --- */

/* Nothing of the runner's stays open but its end of the messages and the place for the program. */
static int keep_descriptors(struct confined *c, int rules)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int output = fcntl(c->request.output, F_DUPFD_CLOEXEC, 10);
    int program = fcntl(c->program, F_DUPFD_CLOEXEC, 10);
    int kept_rules = rules < 0 ? -1 : fcntl(rules, F_DUPFD_CLOEXEC, 10);
    if (null < 0 || output < 0 || program < 0 || (rules >= 0 && kept_rules < 0) ||
        dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
        dup3(program, PROGRAM_FD, O_CLOEXEC) < 0 ||
        (rules >= 0 && dup3(kept_rules, PROGRAM_FD + 1, O_CLOEXEC) < 0))
        return confine_fail(c, "arrange its descriptors");
    unsigned first = PROGRAM_FD + 1 + (rules >= 0);
    if (syscall(SYS_close_range, first, ~0U, 0) != 0) { /* before Linux 5.9 */
        long most = sysconf(_SC_OPEN_MAX);
        for (int fd = (int)first; fd < most; fd++)
            close(fd);
    }
    return rules >= 0 ? PROGRAM_FD + 1 : -1;
}

static int enclose(struct confined *c, int *rules)
{
    umask(022);
    if (c->way == WAY_NAMESPACES) {
        if (confine_enter_root(c) != 0)
            return -1;
        keep_descriptors(c, -1);
        if (c->report->error == 0 && drop_rights(c->uid) != 0)
            confine_refused(c, "give up its rights");
    } else {
        int made = confine_landlock_rules(c);
        if (made < 0)
            return confine_refused(c, "make Landlock rules");
        *rules = keep_descriptors(c, made);
        char *work = file_join(c->folder, "src");
        if (c->report->error == 0 && chdir(work) != 0)
            confine_fail(c, "enter its folder");
        free(work);
    }
    return c->report->error != 0 ? -1 : 0;
}

_Noreturn void confine_child(struct confined *c)
{
    int rules = -1;
    loop_child_signals();
    setpgid(0, 0);
    if (enclose(c, &rules) != 0)
        _exit(1);
    /* Changing the user clears it, so it comes now; and the runner may have gone before. */
    if (c->way == WAY_NAMESPACES)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
    if (runner_is_gone(STDOUT_FILENO)) {
        if (c->folder != NULL)
            file_remove_tree(c->folder, NULL);
        _exit(1);
    }
    pid_t pid = start_compiler(c, rules);
    if (pid < 0)
        _exit(1);
    int status = wait_for(c, pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && hand_over(c) != 0)
        _exit(1);
    c->report->status = status;
    c->report->ran = true;
    _exit(0);
}
