/*
 * scene/factory: see factory.h.
 *
 *  - It answers a request with what it has ready, and makes the next ones when nobody asks.
 *  - Started as root, each sandbox belongs to a uid that nobody else has, neither another runner
 * nor another sandbox of this one: limits on processes count per uid, and do not hold for root at
 * all.
 */
#include "scene/factory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spare_id.h"
#include "net/capture.h"
#include "scene/init.h"
#include "trace/filter.h"

enum {
    INSIDE_UID = 1000,
    READY = 2, /* sandboxes made ahead: one for each process that runs scenes */
    LINES = 4, /* processes that may ask */
};

struct sandbox_ready {
    bool made;
    struct sandbox_kind kind;
    int control, pidfd;
    struct init_reply reply;
};

/* --- in the factory --- */

/* Started as root, every sandbox has an id of its own, and no two have the same: the runner's pid
 * and a count stand in it. They are of a range that no system hands out, neither to people nor to
 * their containers (systemd's table "Users, Groups, UIDs and GIDs" calls it unused). */
#define IDS_FROM 0x70000000U
#define IDS_COUNT 0x0ffe0000U
#define IDS_EACH 32U /* of one runner */

struct ids {
    uid_t uid;
    gid_t gid;
};

static struct ids next_ids(void)
{
    static unsigned made;
    struct ids ids = {geteuid(), getegid()};
    if (ids.uid == 0) {
        unsigned number = (unsigned)getppid() * IDS_EACH + made++ % IDS_EACH;
        ids.uid = spare_id("/proc/self/uid_map", IDS_FROM + number % IDS_COUNT, number);
        ids.gid = spare_id("/proc/self/gid_map", IDS_FROM + number % IDS_COUNT, number);
    }
    return ids;
}

static int write_text(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* user_namespaces(7): root may keep setgroups, which the inside then uses to drop all groups. */
static int write_maps(pid_t pid, bool own, const struct ids *ids)
{
    char map[64];
    bool root = geteuid() == 0;
    if (!root && write_text(pid, "setgroups", "deny") != 0)
        return -1;
    snprintf(map, sizeof map, "%u %u 1", own ? geteuid() : INSIDE_UID, own ? geteuid() : ids->uid);
    if (write_text(pid, "uid_map", map) != 0)
        return -1;
    snprintf(map, sizeof map, "%u %u 1", own ? getegid() : INSIDE_UID,
             root && !own ? ids->gid : getegid());
    return write_text(pid, "gid_map", map);
}

static pid_t clone_init(enum scene_tier tier)
{
    unsigned long flags = SIGCHLD;
    if (tier == TIER_A)
        flags |=
            CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
    return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

static void failed(struct sandbox_ready *ready, const char *what)
{
    ready->reply.error = errno != 0 ? errno : EPROTO;
    snprintf(ready->reply.text, sizeof ready->reply.text, "%s", what);
}

static void make(struct sandbox_ready *ready, struct sandbox_kind kind)
{
    int pair[2];
    unsigned none = 0;
    struct init_config config = {.kind = kind, .uid = (uid_t)-1};
    const struct ids ids = next_ids();
    *ready = (struct sandbox_ready){.made = true, .kind = kind, .control = -1, .pidfd = -1};
    if (geteuid() == 0 && !kind.own)
        config.uid = kind.tier == TIER_A ? INSIDE_UID : ids.uid;
    if (filter_get(kind.tier != TIER_A, kind.own, &config.filter, NULL) != 0) {
        failed(ready, "build its seccomp filter");
        return;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        failed(ready, "make a socket pair");
        return;
    }
    config.control = pair[1];
    ready->control = pair[0];
    if (kind.tier == TIER_B && config.uid == 0) {
        close(pair[1]);
        errno = EPERM;
        failed(ready, "find another user id than root's");
        return;
    }
    pid_t pid = clone_init(kind.tier);
    if (pid == 0)
        init_main(&config);
    int saved = errno;
    close(pair[1]);
    errno = saved;
    if (pid < 0)
        failed(ready, "make the namespaces");
    else if ((ready->pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0)
        failed(ready, "take hold of its init");
    else if (kind.tier == TIER_A && write_maps(pid, kind.own, &ids) != 0)
        failed(ready, "map the user");
    else if (packet_send(pair[0], "g", 1, NULL, 0) != 0 ||
             packet_receive(pair[0], &ready->reply, sizeof ready->reply, NULL, &none) < 0)
        failed(ready, "hear from its init");
}

static void discard(struct sandbox_ready *ready)
{
    if (ready->control >= 0)
        close(ready->control);
    if (ready->pidfd >= 0) {
        syscall(SYS_pidfd_send_signal, ready->pidfd, SIGKILL, NULL, 0);
        close(ready->pidfd);
    }
    ready->made = false;
}

static bool usable(const struct sandbox_ready *ready, const struct sandbox_kind *kind)
{
    return ready->made && ready->reply.error == 0 && ready->kind.tier == kind->tier &&
           ready->kind.own == kind->own;
}

/* Hands over a sandbox that is ready, or one that is made now. -1: nobody listens any more. */
static int answer(int line, struct sandbox_ready ready[READY], struct sandbox_kind kind)
{
    struct sandbox_ready *found = NULL;
    for (int i = 0; i < READY; i++) {
        if (usable(&ready[i], &kind))
            found = &ready[i];
        else if (ready[i].made)
            discard(&ready[i]);
    }
    if (found == NULL) {
        found = &ready[0];
        make(found, kind);
    }
    const int fds[2] = {found->control, found->pidfd};
    bool good = found->reply.error == 0;
    int rc = packet_send(line, &found->reply, sizeof found->reply, fds, good ? 2 : 0);
    if (good) {
        close(found->control);
        close(found->pidfd);
        found->made = false;
    }
    return rc;
}

/* One request: a kind of sandbox, or nothing and a descriptor, which is a new line. -1: the line
 * has ended. */
static int serve_line(struct pollfd lines[LINES], int at, struct sandbox_ready ready[READY],
                      struct sandbox_kind *kind)
{
    struct sandbox_kind asked;
    int fd = -1;
    unsigned nfds = 1;
    int n = packet_receive(lines[at].fd, &asked, sizeof asked, &fd, &nfds);
    if (nfds == 1) {
        int i = 0;
        while (i < LINES && lines[i].fd >= 0)
            i++;
        if (i < LINES)
            lines[i].fd = fd;
        else
            close(fd);
        return 0;
    }
    if (n != (int)sizeof asked || answer(lines[at].fd, ready, asked) != 0)
        return -1;
    *kind = asked;
    return 0;
}

/* When nobody asks: one for each line. The other tiers' cost nothing to make, but leave a folder.
 * False: there are enough. */
static bool make_ahead(const struct pollfd lines[LINES], struct sandbox_ready ready[READY],
                       struct sandbox_kind kind)
{
    int wanted = 0;
    for (int i = 0; i < LINES; i++)
        wanted += lines[i].fd >= 0;
    for (int i = 0; kind.tier == TIER_A && i < READY && i < wanted; i++) {
        if (!ready[i].made) {
            make(&ready[i], kind);
            return true;
        }
    }
    return false;
}

static _Noreturn void serve(int fd)
{
    struct sandbox_ready ready[READY] = {{.made = false}};
    struct sandbox_kind kind = {.tier = TIER_NONE};
    struct pollfd lines[LINES];
    bool idle = false;
    for (int i = 0; i < LINES; i++)
        lines[i] = (struct pollfd){i == 0 ? fd : -1, POLLIN, 0};
    for (;;) {
        int n = poll(lines, LINES, idle ? -1 : 0);
        for (int i = 0; n > 0 && i < LINES; i++) {
            if (lines[i].fd < 0 || lines[i].revents == 0)
                continue;
            if (serve_line(lines, i, ready, &kind) != 0) {
                if (i == 0)
                    _exit(0); /* the runner has gone: its end is ours, and ours the sandboxes' */
                close(lines[i].fd);
                lines[i].fd = -1;
            }
        }
        idle = n <= 0 && !make_ahead(lines, ready, kind);
    }
}

/* --- in the runner --- */

static struct {
    pid_t owner; /* the process whose line it is: a forked copy must not share it */
    pid_t pid;   /* 0: the line was adopted, and the factory is the parent's */
    int pidfd;   /* a loop may reap it first: its number may be another's by then */
    int fd;
} factory;

static bool have_factory(void)
{
    return factory.owner == getpid();
}

static _Noreturn void factory_main(int fd, pid_t runner)
{
    cpu_set_t all;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != runner)
        _exit(0);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    memset(&all, 0xff, sizeof all); /* the runner may keep to one processor: not so its factory */
    sched_setaffinity(0, sizeof all, &all);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    syscall(SYS_close_range, 3, fd - 1, 0);
    syscall(SYS_close_range, fd + 1, ~0U, 0);
    capture_prepare();
    serve(fd);
}

static int start(struct error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return error_errno(err, "cannot make a socket pair");
    pid_t runner = getpid(), pid = fork();
    if (pid == 0)
        factory_main(fcntl(pair[1], F_DUPFD_CLOEXEC, 3), runner);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return error_errno(err, "cannot start a process");
    }
    factory.owner = runner;
    factory.pid = pid;
    factory.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    factory.fd = pair[0];
    return 0;
}

void factory_stop(void)
{
    if (!have_factory())
        return;
    close(factory.fd);
    factory.owner = 0;
    if (factory.pid == 0)
        return;
    if (factory.pidfd >= 0) {
        syscall(SYS_pidfd_send_signal, factory.pidfd, SIGKILL, NULL, 0);
        close(factory.pidfd);
    }
    while (waitpid(factory.pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

void factory_hide(const char *folder)
{
    rootfs_hide(folder);
    factory_stop(); /* what it has ready still shows it */
}

int factory_line(void)
{
    int pair[2];
    struct sandbox_kind none = {.tier = TIER_NONE};
    if (!have_factory() && start(NULL) != 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    int rc = packet_send(factory.fd, &none, sizeof none, &pair[1], 1);
    close(pair[1]);
    if (rc == 0)
        return pair[0];
    close(pair[0]);
    return -1;
}

void factory_adopt(int line)
{
    if (line < 0)
        return;
    factory.owner = getpid();
    factory.pid = 0;
    factory.pidfd = -1;
    factory.fd = line;
}

static int ask(const struct sandbox_kind *kind, struct init_reply *reply, int fds[2])
{
    unsigned nfds = 2;
    if (packet_send(factory.fd, kind, sizeof *kind, NULL, 0) != 0)
        return -1;
    if (packet_receive(factory.fd, reply, sizeof *reply, fds, &nfds) < 0)
        return -1;
    if (reply->error != 0 || nfds == 2)
        return 0;
    if (nfds == 1)
        close(fds[0]);
    errno = EMFILE; /* they were sent, but this process has no room for them */
    return -1;
}

int factory_take(struct sandbox_kind kind, int *control, int *pidfd, char *folder, size_t size,
                 struct error *err)
{
    struct init_reply reply;
    int fds[2];
    bool mine = have_factory();
    if (!mine && start(err) != 0)
        return -1;
    if (ask(&kind, &reply, fds) != 0) {
        /* Somebody ended it: another one does as well. */
        if (!mine)
            return error_errno(err, "the maker of sandboxes does not answer");
        factory_stop();
        if (start(err) != 0)
            return -1;
        if (ask(&kind, &reply, fds) != 0)
            return error_errno(err, "the maker of sandboxes does not answer");
    }
    if (reply.error != 0) {
        errno = reply.error;
        return error_errno(err, "a sandbox cannot %s", reply.text);
    }
    *control = fds[0];
    *pidfd = fds[1];
    snprintf(folder, size, "%s", reply.text);
    return 0;
}
