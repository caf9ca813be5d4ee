/*
 * scene/init_program: from init's child to the program: what it gives up, what it is given, and the
 * gate at which a tracer takes hold of it.
 */
#include "scene/init_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/loop.h"
#include "base/priority.h"
#include "base/sanitized.h"
#include "trace/filter.h"

static void limit(int resource, rlim_t value)
{
    struct rlimit rl = {value, value};
    setrlimit((__rlimit_resource_t)resource, &rl);
}

static void set_limits(const struct init_config *config, const struct lab_limits *limits)
{
    /* The scene ends a program at its limit and says so; these are what holds if it cannot. */
    limit(RLIMIT_CPU, limits->cpu_ms / 1000 + 2);
    limit(RLIMIT_FSIZE, limits->file_bytes);
    limit(RLIMIT_CORE, 1); /* 0 would not keep a crash from the host's handler (core(5)); 1 does */
    limit(RLIMIT_NOFILE, 512);    /* counts for descriptors on their way to others too (unix(7)) */
    limit(RLIMIT_STACK, 8 << 20); /* whoever started us may have another: the verdict is the same */
    limit(RLIMIT_MEMLOCK, 1 << 20);
    limit(RLIMIT_MSGQUEUE, 1 << 20);
    limit(RLIMIT_SIGPENDING, 4096);
    limit(RLIMIT_RTPRIO, 0);
    limit(RLIMIT_NICE, 0);
    if (config->kind.tier != TIER_C) /* there the limit would count the user's other processes */
        limit(RLIMIT_NPROC, limits->processes + 8);
}

/* When memory runs out in spite of the limit, this program goes first. */
static void offer_to_oom_killer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "1000", 4) < 0) {
        /* not allowed here: the limit is watched all the same */
    }
    close(fd);
}

/* These go before what the program says itself (__asan_default_options), so also defaults of which
 * it might make something else stand here. */
static const char asan_options[] =
    "ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:exitcode=99:color=never:strip_path_prefix=/work/:"
    "halt_on_error=1:log_path=stderr:report_globals=1:poison_heap=1:start_deactivated=0:"
    "replace_str=1:replace_intrin=1:handle_segv=1:allow_user_poisoning=0";

static const char *const environment[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "HOME=/work",
    "LANG=C.UTF-8",
    "TERM=xterm",
    asan_options,
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99:color=never:log_path=stderr",
    NULL,
};

/* Ambient capabilities survive the exec of an ordinary user (capabilities(7)); they count in the
 * scene's own namespaces only. */
static int keep_raw_sockets(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    data[0].inheritable |= 1U << CAP_NET_RAW;
    if (syscall(SYS_capset, &header, data) != 0)
        return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
}

/* No program of another user's, nor one with capabilities of its own, could give them back. */
static void forget_capabilities(void)
{
    for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++) {
    }
}

/* Before descriptors are closed and capabilities go. */
static int move_to_host(const struct init_start *start)
{
    const struct network *network = start->network;
    const int host = start->req->host;
    const char *step;
    if (host < 0)
        return 0;
    if (hosts_enter(start->hosts, host) != 0 || unshare(CLONE_NEWUTS) != 0)
        return -1;
    /* With a DNS server each host knows its own name only, and the server by the address on its own
     * side. Else all know the same, and share the files. */
    if (network->dns >= 0 &&
        (unshare(CLONE_NEWNS) != 0 || rootfs_names(network, (unsigned)host, true, &step) != 0))
        return -1;
    return sethostname(network->hosts[host].name, strlen(network->hosts[host].name));
}

/* The lab's own programs are for the lab to start: they could do a learner's work. */
static int hide_solutions(const struct init_start *start)
{
    const struct sandbox_kind *kind = &start->config->kind;
    if (kind->tier != TIER_A || kind->own || rootfs_is_solution(start->argv[0]))
        return 0;
    return rootfs_hide_solutions((const char *const *)start->programs, start->nprograms);
}

static void give_up(int gate, int error)
{
    send(gate, &error, sizeof error, MSG_NOSIGNAL);
    _exit(127);
}

static void take_stdio(const int fds[3], bool terminal)
{
    setsid();
    if (terminal)
        ioctl(fds[0], TIOCSCTTY, 0);
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0)
            dup2(fds[i], i);
        else
            close(i);
    }
}

/* What is left of the rights of init goes: most here, the rest with exec (capabilities(7)). */
static int lower_rights(const struct init_config *config, const struct init_request *req)
{
    bool root = init_stays_root(config);
    if (root && seteuid(0) != 0)
        return -1;
    /* A traced one must be dumpable, unless its tracer may trace everything; but until it executes
     * its program it is a copy of the runner, and no other program shall look into that. In tier A
     * none may, since it still has capabilities that they have not. */
    if (!root)
        prctl(PR_SET_DUMPABLE, 1);
    offer_to_oom_killer();
    if (config->kind.own)
        return req->packets ? keep_raw_sockets() : 0;
    if (req->packets && keep_raw_sockets() != 0)
        return -1;
    forget_capabilities();
    if (root && init_become(config->uid, false) != 0)
        return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user clears it */
    return 0;
}

static _Noreturn void become_program(const struct init_start *start)
{
    const struct init_config *config = start->config;
    const struct init_request *req = start->req;
    char byte = 'r', path[4200], **argv = start->argv;
    int unmoved = move_to_host(start) == 0 && hide_solutions(start) == 0 ? 0 : errno;
    int gate = fcntl(start->gate, F_DUPFD_CLOEXEC, 10); /* out of the way of 0, 1, 2 */
    take_stdio(start->stdio, req->terminal);
    syscall(SYS_close_range, 3, gate - 1, 0);
    syscall(SYS_close_range, gate + 1, ~0U, 0);
    loop_child_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    personality(ADDR_NO_RANDOMIZE);
    init_stay_on(req->cpu);
    if (!config->kind.own) {
        priority_lower();
        set_limits(config, &req->limits);
    }
    umask(022);
    int unfit = lower_rights(config, req) == 0 ? 0 : errno;
    if (send(gate, &byte, 1, MSG_NOSIGNAL) != 1 || recv(gate, &byte, 1, 0) != 1)
        _exit(127);
    if (unmoved != 0)
        give_up(gate, unmoved);
    if (unfit != 0)
        give_up(gate, unfit);
    /* What runs beside it, of the same user, is none of its business. Not every kernel can. */
    if (!config->kind.own && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        landlock_enter_own_domain();
    if (filter_install(&config->filter) != 0)
        give_up(gate, errno);
    if (config->kind.own) {
        execvp(argv[0], argv);
        give_up(gate, errno);
    }
    if (strchr(argv[0], '/') == NULL)
        snprintf(path, sizeof path, "%s/%s", start->folder, argv[0]);
    else
        snprintf(path, sizeof path, "%s", argv[0]);
    execve(path, argv, (char *const *)(uintptr_t)environment);
    give_up(gate, errno);
    _exit(127);
}

/* The program's side; in tier A it is in init's memory until it executes the program, and init
 * waits. So the answer is sent from here. */
static int begin_program(void *arg)
{
    const struct init_start *start = arg;
    init_answer(start->config->control, 0, "", -1);
    become_program(start);
}

/* AddressSanitizer does not know of another stack in the same memory. */
enum { SHARES_MEMORY = !SANITIZED };

/* Copying the page tables of a runner with all its libraries takes longer than all else here, so it
 * is done as vfork(2) does. Not without namespaces: the program then becomes another user, which
 * would make its memory, and so init's, one that nobody may look into or trace. */
pid_t init_start_program(struct init_start *start)
{
    static _Alignas(16) char stack[128 << 10];
    if (SHARES_MEMORY && start->config->kind.tier == TIER_A) {
        pid_t pid =
            clone(begin_program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, start);
        prctl(PR_SET_DUMPABLE, 0); /* as it was before: the program's side could be traced */
        return pid;
    }
    pid_t pid = fork();
    if (pid == 0)
        begin_program(start);
    return pid;
}
