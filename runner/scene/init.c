/*
 * scene/init: PID 1 of a scene.
 *
 *  - It is a forked copy of the runner that never returns to the runner's code: it makes the
 *    sandbox, then does what it is asked for (the words of init.h: a socket, hosts, a file, a
 * program …) until the control socket closes.
 *  - It cannot be looked into (not dumpable), and takes no signal from inside but the kernel's.
 *  - Its children are reaped by the kernel: SIGCHLD is ignored. A tracer sees their end before.
 */
#include "scene/init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/landlock.h"
#include "base/loop.h"
#include "base/priority.h"
#include "base/sanitized.h"
#include "net/hosts.h"
#include "scene/init_files.h"
#include "trace/filter.h"

/* Where programs lie and start: /work, or a temporary folder in tiers B and C. */
static char folder[64] = "/work";

static bool folder_is_ours; /* a temporary one that was made */

/* Programs that cannot be changed: in tier A from the first start on, in tier B since they are
 * root's. Nobody has more than a few. */
enum { PROGRAMS_MOST = 16 };
static char *programs[PROGRAMS_MOST];
static unsigned nprograms;
static bool sealed;

static struct hosts_built hosts; /* when the scene has several */
static struct network network;

/* The kernel takes a namespace down with its init, files and all; without one the folder is left.
 * What the programs made in it is removed with no more than their own rights; then what is root's.
 */
static _Noreturn void leave(void)
{
    if (folder_is_ours && chdir("/") == 0) {
        file_remove_tree(folder, NULL);
        int fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && getuid() == 0 && seteuid(0) == 0) {
            for (unsigned i = 0; i < nprograms; i++)
                unlinkat(fd, programs[i], 0);
            rmdir(folder);
        }
    }
    _exit(0);
}

static void answer(int control, int error, const char *text, int fd)
{
    struct init_reply reply = {.error = error};
    snprintf(reply.text, sizeof reply.text, "%s", text);
    struct iovec iov = {&reply, sizeof reply};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control_data;
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        memset(&control_data, 0, sizeof control_data);
        msg.msg_control = control_data.bytes;
        msg.msg_controllen = sizeof control_data.bytes;
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(cmsg), &fd, sizeof fd);
    }
    if (sendmsg(control, &msg, MSG_NOSIGNAL) < 0)
        leave(); /* the runner has gone */
}

static int loopback_up(void)
{
    struct ifreq ifr = {.ifr_flags = IFF_UP};
    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "lo");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &ifr);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* For good; or, with `back`, so that it remains root's and no program can end it, but what it does
 * is done as that user. */
static int become(uid_t uid, bool back)
{
    if (uid == (uid_t)-1)
        return 0;
    /* EPERM: a container that has no groups to give up. */
    if ((setgroups(0, NULL) != 0 && errno != EPERM) || setresgid(uid, uid, uid) != 0)
        return -1;
    return back ? setresuid((uid_t)-1, uid, (uid_t)-1) : setresuid(uid, uid, uid);
}

/* Where programs are given another user than root and there is no PID namespace, init itself stays
 * root, so that no program can end it. */
static bool stays_root(const struct init_config *config)
{
    return config->kind.tier != TIER_A && config->uid != (uid_t)-1;
}

/* The programs' folder where there is no root file system of theirs. Root's own, with the sticky
 * bit: a program may make what it likes there, and not remove what is root's. */
static int make_folder(const struct init_config *config)
{
    snprintf(folder, sizeof folder, "/tmp/socklings-XXXXXX");
    folder_is_ours = mkdtemp(folder) != NULL;
    if (folder_is_ours && stays_root(config) &&
        (chown(folder, 0, config->uid) != 0 || chmod(folder, 01770) != 0))
        return -1;
    return folder_is_ours ? chdir(folder) : -1;
}

static int enter(const struct init_config *config, const char **step)
{
    if (config->kind.tier != TIER_A) {
        *step = "make a folder in /tmp";
        if (make_folder(config) != 0)
            return -1;
    }
    *step = "become an unprivileged user";
    if (become(config->uid, stays_root(config)) != 0)
        return -1;
    /* Changing the user clears both. Without namespaces it must live to clear away; it sees the end
     * of the control socket. */
    prctl(PR_SET_PDEATHSIG, config->kind.tier == TIER_A ? SIGKILL : 0);
    prctl(PR_SET_DUMPABLE, 0);
    umask(0);
    if (config->kind.tier != TIER_A) {
        *step = "become the reaper of orphans";
        return prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    *step = "bring the loopback up";
    if (loopback_up() != 0)
        return -1;
    *step = "set the host name";
    if (sethostname("localhost", 9) != 0)
        return -1;
    return config->kind.own ? rootfs_keep(step) : rootfs_enter(step);
}

/* --- a program --- */

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

static const char *const environment[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "HOME=/work",
    "LANG=C.UTF-8",
    "TERM=xterm",
    /* These go before what the program says itself (__asan_default_options), so also defaults of
     * which it might make something else stand here. */
    "ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:exitcode=99:color=never:strip_path_prefix=/work/:"
    "halt_on_error=1:log_path=stderr:report_globals=1:poison_heap=1:start_deactivated=0:"
    "replace_str=1:replace_intrin=1:handle_segv=1:allow_user_poisoning=0",
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
static int move_to_host(int host)
{
    const char *step;
    if (host < 0)
        return 0;
    if (hosts_enter(&hosts, host) != 0 || unshare(CLONE_NEWUTS) != 0)
        return -1;
    /* With a DNS server each host knows its own name only, and the server by the address on its own
     * side. Else all know the same, and share the files. */
    if (network.dns >= 0 &&
        (unshare(CLONE_NEWNS) != 0 || rootfs_names(&network, (unsigned)host, true, &step) != 0))
        return -1;
    return sethostname(network.hosts[host].name, strlen(network.hosts[host].name));
}

/* The lab's own programs are for the lab to start: they could do a learner's work. */
static int hide_solutions(const struct init_config *config, const char *program)
{
    if (config->kind.tier != TIER_A || config->kind.own || rootfs_is_solution(program))
        return 0;
    return rootfs_hide_solutions((const char *const *)programs, nprograms);
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

static void stay_on(int cpu)
{
    cpu_set_t one;
    if (cpu < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

/* What is left of the rights of init goes: most here, the rest with exec (capabilities(7)). */
static int lower_rights(const struct init_config *config, const struct init_request *req)
{
    bool root = stays_root(config);
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
    if (root && become(config->uid, false) != 0)
        return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user clears it */
    return 0;
}

static _Noreturn void become_program(const struct init_config *config,
                                     const struct init_request *req, int gate, const int stdio[3],
                                     char **argv)
{
    char byte = 'r', path[4200];
    int unmoved = move_to_host(req->host) == 0 && hide_solutions(config, argv[0]) == 0 ? 0 : errno;
    gate = fcntl(gate, F_DUPFD_CLOEXEC, 10); /* out of the way of 0, 1, 2 */
    take_stdio(stdio, req->terminal);
    syscall(SYS_close_range, 3, gate - 1, 0);
    syscall(SYS_close_range, gate + 1, ~0U, 0);
    loop_child_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    personality(ADDR_NO_RANDOMIZE);
    stay_on(req->cpu);
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
        snprintf(path, sizeof path, "%s/%s", folder, argv[0]);
    else
        snprintf(path, sizeof path, "%s", argv[0]);
    execve(path, argv, (char *const *)(uintptr_t)environment);
    give_up(gate, errno);
    _exit(127);
}

/* What a program is started with. */
struct start {
    const struct init_config *config;
    const struct init_request *req;
    int gate;
    const int *stdio;
    char **argv;
};

/* The program's side; in tier A it is in init's memory until it executes the program, and init
 * waits. So the answer is sent from here. */
static int begin_program(void *arg)
{
    const struct start *start = arg;
    answer(start->config->control, 0, "", -1);
    become_program(start->config, start->req, start->gate, start->stdio, start->argv);
}

/* AddressSanitizer does not know of another stack in the same memory. */
enum { SHARES_MEMORY = !SANITIZED };

/* Copying the page tables of a runner with all its libraries takes longer than all else here, so it
 * is done as vfork(2) does. Not without namespaces: the program then becomes another user, which
 * would make its memory, and so init's, one that nobody may look into or trace. */
static pid_t start_program(struct start *start)
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

static void spawn(const struct init_config *config, struct init_request *req, const int *fds,
                  unsigned nfds)
{
    char *argv[256];
    int stdio[3] = {-1, -1, -1};
    unsigned argc = 0, next = 1;
    if (nfds == 0 || req->argc == 0 || req->argc >= 255) {
        answer(config->control, EINVAL, "start a program", -1);
        return;
    }
    if (!sealed && config->kind.tier == TIER_A && !config->kind.own &&
        rootfs_seal((const char *const *)programs, nprograms) != 0) {
        answer(config->control, errno, "make its programs read-only", -1);
        return;
    }
    sealed = true;
    if (!config->kind.own && !stays_root(config))
        chmod(folder, 0755); /* a program may have closed it to the next */
    req->text[INIT_TEXT - 1] = '\0';
    for (char *at = req->text; argc < req->argc && at < req->text + INIT_TEXT; at += strlen(at) + 1)
        argv[argc++] = at;
    argv[argc] = NULL;
    for (int i = 0; i < 3; i++)
        if ((req->stdio_mask & (1U << i)) != 0 && next < nfds)
            stdio[i] = fds[next++];
    struct start start = {config, req, fds[0], stdio, argv};
    if (start_program(&start) < 0)
        answer(config->control, errno, "start a process", -1);
}

/* --- the words --- */

static unsigned take_fds(struct msghdr *msg, int *fds, unsigned most)
{
    unsigned n = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        unsigned count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (unsigned i = 0; i < count && n < most; i++)
            memcpy(&fds[n++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
    return n;
}

static int open_socket(const struct init_request *req)
{
    int fd = -1;
    if (req->host < 0 || hosts_enter(&hosts, req->host) == 0)
        fd = socket(req->domain, req->type | SOCK_CLOEXEC | SOCK_NONBLOCK, req->protocol);
    int saved = errno;
    if (req->host >= 0)
        hosts_enter(&hosts, -1);
    errno = saved;
    return fd;
}

/* The ports go to the runner; our copies stay, since their last close takes long. */
static void build_hosts(const struct init_config *config, const struct init_request *req)
{
    _Static_assert(sizeof network <= sizeof req->text, "a network fits into a request");
    struct init_reply reply = {0};
    struct error err = {{0}};
    const char *step = "";
    memcpy(&network, req->text, sizeof network);
    if (hosts_build(&network, &hosts, &err) != 0) {
        reply.error = errno != 0 ? errno : EPROTO;
        snprintf(reply.text, sizeof reply.text, "build its hosts: %.200s", err.text);
    } else if (rootfs_names(&network, 0, config->kind.own, &step) != 0) {
        reply.error = errno;
        snprintf(reply.text, sizeof reply.text, "%s", step);
    }
    if (packet_send(config->control, &reply, sizeof reply, hosts.ports,
                    reply.error == 0 ? hosts.nports : 0) != 0)
        leave();
}

/* A program goes where those that run cannot change it. */
static int make_file(const struct init_config *config, struct init_request *req, int from)
{
    char path[256];
    bool root = stays_root(config);
    if (!req->executable || nprograms == PROGRAMS_MOST || (config->kind.tier != TIER_A && !root) ||
        strchr(req->text, '/') != NULL || strlen(req->text) >= sizeof path)
        return init_make_file(req, from);
    programs[nprograms] = strdup(req->text);
    if (programs[nprograms] == NULL)
        return -1;
    nprograms++;
    if (root) {
        int rc = seteuid(0) == 0 ? init_make_file(req, from) : -1, saved = errno;
        if (seteuid(config->uid) != 0)
            leave();
        errno = saved;
        return rc;
    }
    /* In /work stands an empty one, for the mount. */
    memcpy(path, req->text, strlen(req->text) + 1);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    if (fd < 0)
        return -1;
    close(fd);
    snprintf(req->text, sizeof req->text, ".." ROOTFS_PROGRAMS "/%s", path);
    return init_make_file(req, from);
}

static void look(const struct init_config *config, const char *name)
{
    char what[sizeof((struct init_reply *)0)->text];
    int fd = init_look(name, what, sizeof what);
    answer(config->control, 0, what, fd);
    if (fd >= 0)
        close(fd);
}

static void show_watched(const struct init_config *config)
{
    static const char *const paths[INIT_WATCHED] = {
        [INIT_WATCHED_FILES] = "/work",
        [INIT_WATCHED_SHM] = "/proc/sysvipc/shm",
        [INIT_WATCHED_SEM] = "/proc/sysvipc/sem",
        [INIT_WATCHED_MSG] = "/proc/sysvipc/msg",
    };
    struct init_reply reply = {0};
    int fds[INIT_WATCHED];
    unsigned n = 0;
    for (; n < INIT_WATCHED; n++) {
        fds[n] = open(paths[n], (n == INIT_WATCHED_FILES ? O_PATH : O_RDONLY) | O_CLOEXEC);
        if (fds[n] < 0)
            break;
    }
    if (n == 0)
        reply.error = errno;
    if (packet_send(config->control, &reply, sizeof reply, fds, n) != 0)
        leave();
    while (n > 0)
        close(fds[--n]);
}

static void serve(const struct init_config *config)
{
    static struct init_request req;
    int fds[8] = {0};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control_data;
    struct iovec iov = {&req, sizeof req};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control_data.bytes,
                         .msg_controllen = sizeof control_data.bytes};
    ssize_t n = recvmsg(config->control, &msg, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0)
        leave(); /* the runner has gone, or is done */
    unsigned nfds = take_fds(&msg, fds, 8);
    if (req.word != INIT_WATCH)
        stay_on(req.cpu);
    if (req.word == INIT_SOCKET) {
        int fd = open_socket(&req);
        answer(config->control, fd < 0 ? errno : 0, "open a socket", fd);
        if (fd >= 0 && !req.keep)
            close(fd);
        if (fd >= 0)
            answer(config->control, 0, "let go of a socket", -1);
    } else if (req.word == INIT_HOSTS) {
        build_hosts(config, &req);
    } else if (req.word == INIT_FILE) {
        int rc = make_file(config, &req, nfds == 1 ? fds[0] : -1);
        answer(config->control, rc != 0 ? errno : 0, "make a file", -1);
    } else if (req.word == INIT_MODE) {
        answer(config->control, init_set_mode(&req) != 0 ? errno : 0, "set the mode of a file", -1);
    } else if (req.word == INIT_LOOK) {
        look(config, req.text);
    } else if (req.word == INIT_WATCH) {
        show_watched(config);
    } else if (req.word == INIT_DISK) {
        int rc = rootfs_limit(req.size, req.mode);
        answer(config->control, rc != 0 ? errno : 0, "set the limit on its files", -1);
    } else {
        spawn(config, &req, fds, nfds);
    }
    for (unsigned i = 0; i < nfds; i++)
        close(fds[i]);
}

_Noreturn void init_main(const struct init_config *config)
{
    const char *step = "";
    char byte;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    /* At once: with the other end of its own control socket open it would never see that closed. */
    syscall(SYS_close_range, 3, config->control - 1, 0);
    syscall(SYS_close_range, config->control + 1, ~0U, 0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    close(null);
    /* The runner writes the user map first. */
    if (recv(config->control, &byte, 1, 0) != 1)
        _exit(0);
    if (enter(config, &step) != 0) {
        answer(config->control, errno, step, -1);
        _exit(1);
    }
    answer(config->control, 0, folder, -1);
    for (;;)
        serve(config);
}
