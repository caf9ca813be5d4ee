/*
 * scene/init: PID 1 of a scene.
 *
 *  - It is a forked copy of the runner that never returns to the runner's code: it makes the
 *    sandbox, then does what it is asked for (the words of init.h: a socket, hosts, a file, a
 * program …) until the control socket closes.
 *  - It cannot be looked into (not dumpable), and takes no signal from inside but the kernel's.
 *  - Its children are reaped by the kernel: SIGCHLD is ignored. A tracer sees their end before.
 */
#include "scene/init_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "scene/init_files.h"

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

void init_answer(int control, int error, const char *text, int fd)
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

void init_stay_on(int cpu)
{
    cpu_set_t one;
    if (cpu < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

int init_become(uid_t uid, bool back)
{
    if (uid == (uid_t)-1)
        return 0;
    /* EPERM: a container that has no groups to give up. */
    if ((setgroups(0, NULL) != 0 && errno != EPERM) || setresgid(uid, uid, uid) != 0)
        return -1;
    return back ? setresuid((uid_t)-1, uid, (uid_t)-1) : setresuid(uid, uid, uid);
}

bool init_stays_root(const struct init_config *config)
{
    return config->kind.tier != TIER_A && config->uid != (uid_t)-1;
}

/* The programs' folder where there is no root file system of theirs. Root's own, with the sticky
 * bit: a program may make what it likes there, and not remove what is root's. */
static int make_folder(const struct init_config *config)
{
    snprintf(folder, sizeof folder, "/tmp/socklings-XXXXXX");
    folder_is_ours = mkdtemp(folder) != NULL;
    if (folder_is_ours && init_stays_root(config) &&
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
    if (init_become(config->uid, init_stays_root(config)) != 0)
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

/* --- the words --- */

static void spawn(const struct init_config *config, struct init_request *req, const int *fds,
                  unsigned nfds)
{
    char *argv[256];
    int stdio[3] = {-1, -1, -1};
    unsigned argc = 0, next = 1;
    if (nfds == 0 || req->argc == 0 || req->argc >= 255) {
        init_answer(config->control, EINVAL, "start a program", -1);
        return;
    }
    if (!sealed && config->kind.tier == TIER_A && !config->kind.own &&
        rootfs_seal((const char *const *)programs, nprograms) != 0) {
        init_answer(config->control, errno, "make its programs read-only", -1);
        return;
    }
    sealed = true;
    if (!config->kind.own && !init_stays_root(config))
        chmod(folder, 0755); /* a program may have closed it to the next */
    req->text[INIT_TEXT - 1] = '\0';
    for (char *at = req->text; argc < req->argc && at < req->text + INIT_TEXT; at += strlen(at) + 1)
        argv[argc++] = at;
    argv[argc] = NULL;
    for (int i = 0; i < 3; i++)
        if ((req->stdio_mask & (1U << i)) != 0 && next < nfds)
            stdio[i] = fds[next++];
    struct init_start start = {.config = config,
                               .req = req,
                               .gate = fds[0],
                               .stdio = stdio,
                               .argv = argv,
                               .folder = folder,
                               .programs = programs,
                               .nprograms = nprograms,
                               .hosts = &hosts,
                               .network = &network};
    if (init_start_program(&start) < 0)
        init_answer(config->control, errno, "start a process", -1);
}

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
    bool root = init_stays_root(config);
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
    init_answer(config->control, 0, what, fd);
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
        init_stay_on(req.cpu);
    if (req.word == INIT_SOCKET) {
        int fd = open_socket(&req);
        init_answer(config->control, fd < 0 ? errno : 0, "open a socket", fd);
        if (fd >= 0 && !req.keep)
            close(fd);
        if (fd >= 0)
            init_answer(config->control, 0, "let go of a socket", -1);
    } else if (req.word == INIT_HOSTS) {
        build_hosts(config, &req);
    } else if (req.word == INIT_FILE) {
        int rc = make_file(config, &req, nfds == 1 ? fds[0] : -1);
        init_answer(config->control, rc != 0 ? errno : 0, "make a file", -1);
    } else if (req.word == INIT_MODE) {
        init_answer(config->control, init_set_mode(&req) != 0 ? errno : 0, "set the mode of a file",
                    -1);
    } else if (req.word == INIT_LOOK) {
        look(config, req.text);
    } else if (req.word == INIT_WATCH) {
        show_watched(config);
    } else if (req.word == INIT_DISK) {
        int rc = rootfs_limit(req.size, req.mode);
        init_answer(config->control, rc != 0 ? errno : 0, "set the limit on its files", -1);
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
        init_answer(config->control, errno, step, -1);
        _exit(1);
    }
    init_answer(config->control, 0, folder, -1);
    for (;;)
        serve(config);
}
