/*
 * scene/sandbox: see sandbox.h. The runner's side; init.c and rootfs.c are the inside.
 *
 *  - Files are opened here, before the sandbox belongs to a user who may not read them.
 *  - Every answer of init is waited for with a deadline that only a broken machine reaches.
 */
#include "scene/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "scene/init.h"
#include "trace/filter.h"

enum { ANSWER_MS = 20000, INSIDE_UID = 1000, FILE_MOST = 256 << 20 };

struct sandbox {
    struct loop *loop;
    enum scene_tier tier;
    pid_t init; /* 0 once it has ended */
    bool lost;
    int control;
    char *dir; /* tiers B and C: a temporary folder; else NULL */
};

/* --- making it --- */

static int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Who the sandbox is outside. Root gives it a uid that nobody has: limits on processes count per
 * uid, and do not hold for root at all. The pid makes it different for runners side by side. */
static uid_t outer_uid(void)
{
    return geteuid() != 0 ? geteuid() : (uid_t)0x40000000 + (uid_t)getpid();
}

static int write_maps(pid_t pid, struct error *err)
{
    char path[64], map[64];
    bool root = geteuid() == 0;
    snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
    if (!root && write_text(path, "deny") != 0)
        return error_errno(err, "cannot write %s", path);
    snprintf(path, sizeof path, "/proc/%d/uid_map", (int)pid);
    snprintf(map, sizeof map, "%d %u 1", INSIDE_UID, outer_uid());
    if (write_text(path, map) != 0)
        return error_errno(err, "cannot write %s", path);
    snprintf(path, sizeof path, "/proc/%d/gid_map", (int)pid);
    snprintf(map, sizeof map, "%d %u 1", INSIDE_UID, root ? outer_uid() : getegid());
    if (write_text(path, map) != 0)
        return error_errno(err, "cannot write %s", path);
    return 0;
}

static void on_init_end(void *arg, pid_t pid, int status)
{
    struct sandbox *sb = arg;
    (void)pid;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        sb->init = 0;
        sb->lost = true;
    }
}

static pid_t clone_init(enum scene_tier tier)
{
    unsigned long flags = SIGCHLD;
    if (tier == TIER_A)
        flags |=
            CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
    return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

static int receive_reply(int control, struct init_reply *reply, int *fd, struct error *err)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control_data;
    struct iovec iov = {reply, sizeof *reply};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control_data.bytes,
                         .msg_controllen = sizeof control_data.bytes};
    struct pollfd pfd = {control, POLLIN, 0};
    int64_t deadline = clock_now() + ANSWER_MS * CLOCK_MS;
    int rc;
    do {
        int64_t left = (deadline - clock_now()) / CLOCK_MS;
        rc = poll(&pfd, 1, left > 0 ? (int)left : 0);
    } while (rc < 0 && errno == EINTR);
    if (rc <= 0)
        return error_set(err, "the sandbox did not answer within %d s", ANSWER_MS / 1000);
    ssize_t n = recvmsg(control, &msg, MSG_CMSG_CLOEXEC);
    if (n != (ssize_t)sizeof *reply)
        return error_set(err, "the sandbox has ended");
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    if (fd != NULL && cmsg != NULL && cmsg->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(cmsg), sizeof *fd);
    if (reply->error != 0) {
        errno = reply->error;
        return error_errno(err, "the sandbox cannot %s", reply->step);
    }
    return 0;
}

static int open_files(const struct sandbox_setup *setup, int *fds, struct error *err)
{
    for (unsigned i = 0; i < setup->nfiles; i++) {
        fds[i] = open(setup->files[i].host, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fds[i] < 0)
            return error_errno(err, "cannot open %s", setup->files[i].host);
    }
    return 0;
}

/* Tiers B and C have no file system of their own: the files go to a folder below /tmp. */
static int make_folder(struct sandbox *sb, const struct sandbox_setup *setup, const int *fds,
                       struct error *err)
{
    char folder[] = "/tmp/socklings-XXXXXX";
    if (mkdtemp(folder) == NULL)
        return error_errno(err, "cannot make a folder in /tmp");
    sb->dir = mem_string(folder);
    if (chmod(folder, 0755) != 0 ||
        (geteuid() == 0 && chown(folder, outer_uid(), outer_uid()) != 0))
        return error_errno(err, "cannot give %s to the sandbox", folder);
    for (unsigned i = 0; i < setup->nfiles; i++) {
        char *path = sandbox_path(sb, setup->files[i].name);
        struct strbuf content = STRBUF_INIT;
        mode_t mode = setup->files[i].executable ? 0755 : 0644;
        int rc = file_read_fd(fds[i], setup->files[i].host, FILE_MOST, &content, err);
        if (rc == 0)
            rc = file_write(path, content.data, content.len, mode, FILE_NEW, err);
        strbuf_free(&content);
        free(path);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int start_init(struct sandbox *sb, const struct sandbox_setup *setup, const int *file_fds,
                      struct error *err)
{
    int pair[2];
    struct init_config config = {.tier = sb->tier,
                                 .uid = (uid_t)-1,
                                 .dir = sb->dir,
                                 .files = setup->files,
                                 .file_fds = file_fds,
                                 .nfiles = setup->nfiles,
                                 .limits = setup->limits};
    if (geteuid() == 0)
        config.uid = sb->tier == TIER_A ? INSIDE_UID : outer_uid();
    if (filter_get(&config.filter, err) != 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return error_errno(err, "cannot make a socket pair");
    config.control = pair[1];
    sb->control = pair[0];
    pid_t pid = clone_init(sb->tier);
    if (pid == 0)
        init_main(&config);
    int saved = errno;
    close(pair[1]);
    errno = saved;
    if (pid < 0)
        return error_errno(err, "cannot make the namespaces of the sandbox");
    sb->init = pid;
    loop_child_add(sb->loop, pid, on_init_end, sb);
    if (sb->tier == TIER_A && write_maps(pid, err) != 0)
        return -1;
    if (send(sb->control, "g", 1, MSG_NOSIGNAL) != 1)
        return error_errno(err, "cannot talk to the sandbox");
    struct init_reply reply;
    return receive_reply(sb->control, &reply, NULL, err);
}

struct sandbox *sandbox_new(struct loop *loop, const struct sandbox_setup *setup, struct error *err)
{
    struct sandbox *sb = mem_alloc(sizeof *sb);
    int *fds = mem_resize(NULL, setup->nfiles + 1, sizeof *fds);
    for (unsigned i = 0; i < setup->nfiles; i++)
        fds[i] = -1;
    sb->loop = loop;
    sb->tier = setup->tier;
    sb->control = -1;
    int rc = open_files(setup, fds, err);
    if (rc == 0 && sb->tier != TIER_A)
        rc = make_folder(sb, setup, fds, err);
    if (rc == 0)
        rc = start_init(sb, setup, fds, err);
    for (unsigned i = 0; i < setup->nfiles; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(fds);
    if (rc != 0) {
        sandbox_free(sb);
        return NULL;
    }
    return sb;
}

void sandbox_free(struct sandbox *sb)
{
    if (sb == NULL)
        return;
    if (sb->init > 0)
        kill(sb->init, SIGKILL);
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    while (sb->init > 0 && clock_now() < deadline)
        loop_step(sb->loop, deadline);
    if (sb->init > 0)
        loop_child_remove(sb->loop, sb->init);
    if (sb->control >= 0)
        close(sb->control);
    if (sb->dir != NULL)
        file_remove_tree(sb->dir, NULL);
    free(sb->dir);
    free(sb);
}

const char *sandbox_dir(const struct sandbox *sb)
{
    return sb->dir != NULL ? sb->dir : "/work";
}

char *sandbox_path(const struct sandbox *sb, const char *name)
{
    return mem_format("%s/%s", sandbox_dir(sb), name);
}

bool sandbox_lost(const struct sandbox *sb)
{
    return sb->lost;
}

/* --- asking init --- */

static int request(struct sandbox *sb, const struct init_request *req, size_t len, const int *fds,
                   unsigned nfds, int *fd, struct error *err)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control_data;
    struct iovec iov = {(void *)(uintptr_t)req, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    struct init_reply reply;
    if (nfds > 0) {
        memset(&control_data, 0, sizeof control_data);
        msg.msg_control = control_data.bytes;
        msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
    }
    if (sendmsg(sb->control, &msg, MSG_NOSIGNAL) < 0)
        return error_errno(err, "cannot talk to the sandbox");
    return receive_reply(sb->control, &reply, fd, err);
}

int sandbox_socket(struct sandbox *sb, int domain, int type, int protocol, struct error *err)
{
    struct init_request req = {
        .word = INIT_SOCKET, .domain = domain, .type = type, .protocol = protocol};
    int fd = -1;
    if (request(sb, &req, offsetof(struct init_request, text), NULL, 0, &fd, err) != 0)
        return -1;
    return fd;
}

/* The first byte through the gate carries the sender's pid, as the kernel translates it for us. */
static pid_t pid_at_gate(int gate, struct error *err)
{
    char byte;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control_data;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control_data.bytes,
                         .msg_controllen = sizeof control_data.bytes};
    struct pollfd pfd = {gate, POLLIN, 0};
    int rc;
    while ((rc = poll(&pfd, 1, ANSWER_MS)) < 0 && errno == EINTR) {
    }
    if (rc <= 0 || recvmsg(gate, &msg, 0) != 1)
        return error_set(err, "the new process did not come to its gate");
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    if (cmsg == NULL || cmsg->cmsg_type != SCM_CREDENTIALS)
        return error_set(err, "the new process did not say who it is");
    struct ucred who;
    memcpy(&who, CMSG_DATA(cmsg), sizeof who);
    return who.pid;
}

pid_t sandbox_spawn(struct sandbox *sb, const struct spawn_request *spawn, int *gate,
                    struct error *err)
{
    struct init_request *req = mem_alloc(sizeof *req);
    int fds[4], pair[2], one = 1;
    unsigned nfds = 1;
    size_t used = 0;
    req->word = INIT_SPAWN;
    req->terminal = spawn->terminal;
    for (; spawn->argv[req->argc] != NULL; req->argc++) {
        size_t len = strlen(spawn->argv[req->argc]) + 1;
        if (used + len > INIT_TEXT || req->argc >= 254) {
            free(req);
            return error_set(err, "the program's arguments are too long");
        }
        memcpy(req->text + used, spawn->argv[req->argc], len);
        used += len;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        free(req);
        return error_errno(err, "cannot make a socket pair");
    }
    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
    fds[0] = pair[1];
    for (unsigned i = 0; i < 3; i++) {
        if (spawn->stdio[i] >= 0) {
            req->stdio_mask |= 1U << i;
            fds[nfds++] = spawn->stdio[i];
        }
    }
    int rc = request(sb, req, offsetof(struct init_request, text) + used, fds, nfds, NULL, err);
    free(req);
    close(pair[1]);
    pid_t pid = rc == 0 ? pid_at_gate(pair[0], err) : -1;
    if (pid < 0) {
        close(pair[0]);
        return -1;
    }
    *gate = pair[0];
    return pid;
}

int sandbox_open_gate(int gate, struct error *err)
{
    int zero = 0;
    /* From here on only errno or the end is expected: without credentials beside it. */
    setsockopt(gate, SOL_SOCKET, SO_PASSCRED, &zero, sizeof zero);
    if (send(gate, "g", 1, MSG_NOSIGNAL) != 1)
        return error_errno(err, "cannot let the program start");
    return 0;
}
