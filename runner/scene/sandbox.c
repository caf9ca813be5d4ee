/*
 * scene/sandbox: see sandbox.h. The runner's side; init.c and rootfs.c are the inside, factory.c
 * makes them ahead of need.
 *
 *  - Files are opened here, since the sandbox belongs to a user who may not read them.
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
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "net/hosts.h"
#include "scene/factory.h"
#include "scene/init.h"

struct sandbox {
    enum scene_tier tier;
    struct lab_limits limits;
    bool packets;
    int ports[HOSTS_PORTS];
    unsigned nports;
    int control;
    int pidfd;
    int watched[INIT_WATCHED]; /* -1: not there */
    char folder[256];
};

/* Asks init for something. `got` (may be NULL) has room for *ngot descriptors that it sends back,
 * and gets at least one. */
static int request(struct sandbox *sb, struct init_request *req, size_t text_len, const int *fds,
                   unsigned nfds, int *got, unsigned *ngot, struct error *err)
{
    struct init_reply reply;
    unsigned none = 0;
    size_t len = offsetof(struct init_request, text) + text_len;
    req->cpu = sched_getcpu();
    if (packet_send(sb->control, req, len, fds, nfds) != 0 ||
        packet_receive(sb->control, &reply, sizeof reply, got, got != NULL ? ngot : &none) < 0)
        return error_errno(err, "the sandbox does not answer");
    if (reply.error != 0) {
        errno = reply.error;
        return error_errno(err, "the sandbox cannot %s", reply.text);
    }
    if (got != NULL && *ngot == 0) {
        /* It was sent, but this process has no room for it: unix(7), MSG_CTRUNC. What else init
         * says of it must not be taken for the answer to the next request. */
        if (req->word == INIT_SOCKET)
            packet_receive(sb->control, &reply, sizeof reply, NULL, &none);
        errno = EMFILE;
        return error_errno(err, "cannot take a socket from the sandbox");
    }
    return 0;
}

/* A descriptor of the file's content, which init copies from. */
static int open_content(const struct sandbox_file *file, struct error *err)
{
    if (file->host != NULL)
        return file_open_at(AT_FDCWD, file->host, FILE_REGULAR | FILE_NO_FOLLOW, err);
    int fd = memfd_create("content", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file->data, file->len) != (ssize_t)file->len) {
        error_errno(err, "cannot keep %s in memory", file->name);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

static int put_file(struct sandbox *sb, struct init_request *req, const struct sandbox_file *file,
                    struct error *err)
{
    bool content = file->kind == SCENE_FILE_CONTENT;
    int fd = content ? open_content(file, err) : -1;
    if (content && fd < 0)
        return -1;
    req->word = INIT_FILE;
    req->file = file->kind;
    req->size = file->size;
    req->executable = file->executable;
    int len = snprintf(req->text, sizeof req->text, "%s%c%s", file->name, '\0',
                       file->target != NULL ? file->target : "");
    int rc = request(sb, req, (size_t)len + 1, &fd, content ? 1 : 0, NULL, NULL, err);
    if (content)
        close(fd);
    return rc;
}

static unsigned depth(const char *name)
{
    unsigned n = 0;
    for (; *name != '\0'; name++)
        n += *name == '/';
    return n;
}

/* What lies deep comes first: a folder may become one that nobody enters. */
static int set_modes(struct sandbox *sb, struct init_request *req,
                     const struct sandbox_setup *setup, struct error *err)
{
    unsigned deepest = 0;
    for (unsigned i = 0; i < setup->nfiles; i++)
        deepest = depth(setup->files[i].name) > deepest ? depth(setup->files[i].name) : deepest;
    for (unsigned level = deepest + 1; level-- > 0;) {
        for (unsigned i = 0; i < setup->nfiles; i++) {
            const struct sandbox_file *file = &setup->files[i];
            if (!file->has_mode || depth(file->name) != level)
                continue;
            req->word = INIT_MODE;
            req->mode = file->mode;
            snprintf(req->text, sizeof req->text, "%s", file->name);
            if (request(sb, req, strlen(req->text) + 1, NULL, 0, NULL, NULL, err) != 0)
                return -1;
        }
    }
    return 0;
}

static int put_files(struct sandbox *sb, const struct sandbox_setup *setup, struct error *err)
{
    struct init_request *req = mem_alloc(sizeof *req);
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < setup->nfiles; i++)
        rc = put_file(sb, req, &setup->files[i], err);
    if (rc == 0)
        rc = set_modes(sb, req, setup, err);
    free(req);
    return rc;
}

/* The limits on its files, if they are others than those it was made with. */
static int set_disk(struct sandbox *sb, const struct sandbox_setup *setup, struct error *err)
{
    const struct lab_limits *limits = &setup->limits;
    if (setup->tier != TIER_A || setup->own || limits->disk_bytes == 0 ||
        (limits->disk_bytes == ROOTFS_BYTES && limits->inodes == ROOTFS_INODES))
        return 0;
    struct init_request *req = mem_alloc(sizeof *req);
    req->word = INIT_DISK;
    req->size = limits->disk_bytes;
    req->mode = limits->inodes;
    int rc = request(sb, req, 1, NULL, 0, NULL, NULL, err);
    free(req);
    return rc;
}

/* What its limits are seen with. */
static int open_watched(struct sandbox *sb, const struct sandbox_setup *setup, struct error *err)
{
    struct init_reply reply;
    unsigned n = INIT_WATCHED;
    const enum init_word word = INIT_WATCH;
    if (setup->tier != TIER_A || setup->own)
        return 0;
    if (packet_send(sb->control, &word, sizeof word, NULL, 0) != 0 ||
        packet_receive(sb->control, &reply, sizeof reply, sb->watched, &n) < 0)
        return error_errno(err, "the sandbox does not answer");
    for (unsigned i = n; i < INIT_WATCHED; i++)
        sb->watched[i] = -1;
    if (n > 0)
        return 0;
    errno = reply.error != 0 ? reply.error : EMFILE;
    return error_errno(err, "the sandbox cannot show its files");
}

static int add_hosts(struct sandbox *sb, const struct network *net, struct error *err)
{
    struct init_request *req = mem_alloc(sizeof *req);
    unsigned n = HOSTS_PORTS;
    req->word = INIT_HOSTS;
    memcpy(req->text, net, sizeof *net);
    int rc = request(sb, req, sizeof *net, NULL, 0, sb->ports, &n, err);
    if (rc == 0)
        sb->nports = n;
    free(req);
    return rc;
}

struct sandbox *sandbox_new(const struct sandbox_setup *setup, struct error *err)
{
    struct sandbox *sb = mem_alloc(sizeof *sb);
    sb->tier = setup->tier;
    sb->limits = setup->limits;
    sb->packets = setup->packets;
    sb->control = sb->pidfd = -1;
    for (unsigned i = 0; i < INIT_WATCHED; i++)
        sb->watched[i] = -1;
    int rc = factory_take((struct sandbox_kind){setup->tier, setup->own}, &sb->control, &sb->pidfd,
                          sb->folder, sizeof sb->folder, err);
    if (rc == 0)
        rc = set_disk(sb, setup, err);
    if (rc == 0)
        rc = open_watched(sb, setup, err);
    if (rc == 0)
        rc = put_files(sb, setup, err);
    if (rc == 0 && setup->network != NULL)
        rc = add_hosts(sb, setup->network, err);
    if (rc == 0)
        return sb;
    sandbox_free(sb);
    return NULL;
}

/* Without namespaces init clears its folder away when the control socket closes; unless one of the
 * user's own programs has killed it. */
static void wait_cleared(const struct sandbox *sb)
{
    struct pollfd pfd = {sb->pidfd, POLLIN, 0};
    while (poll(&pfd, 1, FACTORY_MS) < 0 && errno == EINTR) {
    }
    if (sb->folder[0] != '\0')
        file_remove_tree(sb->folder, NULL);
}

void sandbox_free(struct sandbox *sb)
{
    if (sb == NULL)
        return;
    if (sb->control >= 0)
        close(sb->control);
    if (sb->pidfd >= 0) {
        if (sb->tier != TIER_A)
            wait_cleared(sb);
        syscall(SYS_pidfd_send_signal, sb->pidfd, SIGKILL, NULL, 0);
        close(sb->pidfd);
    }
    for (unsigned i = 0; i < INIT_WATCHED; i++)
        if (sb->watched[i] >= 0)
            close(sb->watched[i]);
    for (unsigned i = 0; i < sb->nports; i++)
        close(sb->ports[i]); /* init's copies are the last ones */
    free(sb);
}

char *sandbox_path(const struct sandbox *sb, const char *name)
{
    return mem_format("%s/%s", sb->folder, name);
}

int sandbox_look(struct sandbox *sb, const char *name, int *fd, char what[256], struct error *err)
{
    struct init_request *req = mem_alloc(sizeof *req);
    struct init_reply reply;
    unsigned n = 1;
    req->word = INIT_LOOK;
    snprintf(req->text, sizeof req->text, "%s", name);
    size_t len = offsetof(struct init_request, text) + strlen(req->text) + 1;
    int rc = packet_send(sb->control, req, len, NULL, 0);
    free(req);
    if (rc != 0 || packet_receive(sb->control, &reply, sizeof reply, fd, &n) < 0)
        return error_errno(err, "the sandbox does not answer");
    memcpy(what, reply.text, sizeof reply.text);
    if (n == 1)
        return LOOK_FILE;
    return reply.text[0] == '\0' ? LOOK_NOTHING : LOOK_OTHER;
}

/* Adds up two columns of a table of /proc/sysvipc, counted from 0, times so many bytes each; of its
 * first megabyte, which is enough to be too much. */
static uint64_t add_up(int fd, unsigned one, unsigned bytes_one, unsigned two, unsigned bytes_two)
{
    char text[8192];
    uint64_t sum = 0, value = 0;
    unsigned column = 0;
    bool heading = true, in_number = false;
    ssize_t n;
    off_t at = 0;
    while (at < 1 << 20 && (n = pread(fd, text, sizeof text, at)) > 0) {
        at += n;
        for (ssize_t i = 0; i < n; i++) {
            bool digit = text[i] >= '0' && text[i] <= '9';
            if (digit && !heading)
                value = value * 10 + (uint64_t)(text[i] - '0');
            else if (in_number && !heading) {
                sum += column == one ? value * bytes_one : column == two ? value * bytes_two : 0;
                column++;
                value = 0;
            }
            in_number = digit;
            if (text[i] == '\n') {
                heading = false;
                column = 0;
            }
        }
    }
    return sum;
}

/* sysvipc(7), proc(5): of shared memory what is resident and swapped out; semaphores, which the
 * kernel keeps a cache line each for; bytes and messages in queues. */
uint64_t sandbox_ipc_bytes(const struct sandbox *sb)
{
    enum { LINE = 64 };
    uint64_t sum = 0;
    if (sb->watched[INIT_WATCHED_SHM] >= 0)
        sum += add_up(sb->watched[INIT_WATCHED_SHM], 14, 1, 15, 1);
    if (sb->watched[INIT_WATCHED_SEM] >= 0)
        sum += add_up(sb->watched[INIT_WATCHED_SEM], 3, LINE, ~0U, 0);
    if (sb->watched[INIT_WATCHED_MSG] >= 0)
        sum += add_up(sb->watched[INIT_WATCHED_MSG], 3, 1, 4, LINE);
    return sum;
}

bool sandbox_disk_full(const struct sandbox *sb)
{
    struct statfs st;
    int fd = sb->watched[INIT_WATCHED_FILES];
    return fd >= 0 && fstatfs(fd, &st) == 0 && (st.f_bavail == 0 || st.f_ffree == 0);
}

bool sandbox_lost(const struct sandbox *sb)
{
    struct pollfd pfd = {sb->pidfd, POLLIN, 0};
    return poll(&pfd, 1, 0) > 0;
}

const int *sandbox_ports(const struct sandbox *sb, unsigned *nports)
{
    *nports = sb->nports;
    return sb->ports;
}

int sandbox_socket(struct sandbox *sb, int host, int domain, int type, int protocol,
                   struct error *err)
{
    struct init_request req;
    int fd = -1;
    unsigned one = 1;
    req.word = INIT_SOCKET;
    req.host = host;
    req.domain = domain;
    req.type = type;
    req.protocol = protocol;
    req.keep = domain == AF_PACKET;
    if (request(sb, &req, 0, NULL, 0, &fd, &one, err) != 0)
        return -1;
    /* While init holds its copy too, our close() would end nothing. */
    struct init_reply reply;
    unsigned none = 0;
    if (packet_receive(sb->control, &reply, sizeof reply, NULL, &none) < 0) {
        close(fd);
        return error_errno(err, "the sandbox does not answer");
    }
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
    while ((rc = poll(&pfd, 1, FACTORY_MS)) < 0 && errno == EINTR) {
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
    req->host = spawn->host;
    req->terminal = spawn->terminal;
    req->limits = sb->limits;
    req->packets = sb->packets;
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
    int rc = request(sb, req, used, fds, nfds, NULL, NULL, err);
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
