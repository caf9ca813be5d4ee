/*
 * grade/intake_unpack - archives, read by libarchive in a process of its own. See intake_tree.h.
 *
 * - The process that reads hostile bytes writes no file at all: entries and their bytes come back
 *   through a pipe, in frames whose sizes the parent checks. So it needs no folder, no user and no
 *   Landlock of its own: a seccomp filter leaves it memory, reading what it has open, and the pipe.
 * - It has two descriptors, the archive and the pipe, and can open no third one (RLIMIT_NOFILE).
 * Its memory and processor time are limited, and the parent kills it at a deadline by the clock.
 * - Its death, by whatever cause, is the archive's refusal.
 * - Nothing is written anywhere under a name that stands in the archive: unpacked files are
 * numbered.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sanitized.h"
#include "grade/intake.h"
#include "grade/intake_name.h"
#include "grade/intake_tree.h"

enum { INPUT_FD = 3, PIPE_FD = 4, PATH_MOST = 4096, FRAME_MOST = 64 * 1024 };
enum frame_type { FRAME_ENTRY = 1, FRAME_FILE, FRAME_DATA, FRAME_BIG, FRAME_ERROR, FRAME_END };

struct frame {
    uint32_t type, len;
};
struct entry_frame {
    int64_t size, mtime;
    uint64_t index;
    uint32_t kind;
    uint8_t locked, escapes, junk, spare;
};

/* --- the child --- */

struct reader {
    struct archive *archive;
    const unsigned char *want;
    size_t nwant;
    const struct intake_limits *limits;
    uint64_t unpacked;
    size_t names;
    bool opened; /* a header was read: its format is known */
};

static void send_all(const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = write(PIPE_FD, at, len);
        if (n < 0 && errno != EINTR)
            _exit(1);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}

static void send_frame(enum frame_type type, const void *data, size_t len)
{
    struct frame frame = {type, (uint32_t)len};
    send_all(&frame, sizeof frame);
    send_all(data, len);
}

static void fail(const char *text)
{
    send_frame(FRAME_ERROR, text, strnlen(text, 500));
    _exit(0);
}

static void fail_reading(struct reader *r)
{
    const char *why = archive_error_string(r->archive);
    if (r->opened && archive_read_has_encrypted_entries(r->archive) > 0)
        fail("it is locked with a password");
    fail(why != NULL ? why : "it cannot be read");
}

static void count_bytes(struct reader *r, uint64_t more)
{
    int64_t through = archive_filter_bytes(r->archive, 0);
    r->unpacked += more;
    if (r->unpacked > r->limits->bytes || (archive_filter_count(r->archive) > 1 && through > 0 &&
                                           (uint64_t)through > r->limits->bytes))
        fail("it unpacks to too many bytes");
}

/* What libarchive would skip by itself it would unpack without end when all of the archive is
 * compressed. */
static void skip(struct reader *r)
{
    const void *data;
    size_t len;
    la_int64_t offset;
    if (archive_filter_count(r->archive) <= 1)
        return;
    while (archive_read_data_block(r->archive, &data, &len, &offset) == ARCHIVE_OK)
        count_bytes(r, 0);
}

/* How much of a wanted file is taken. */
static uint64_t most_of(unsigned char want)
{
    return want == INTAKE_AS_ARCHIVE ? INTAKE_ARCHIVE_MOST : INTAKE_FILE_MOST;
}

static void send_file(struct reader *r, uint64_t index)
{
    static char piece[FRAME_MOST];
    uint64_t all = 0;
    send_frame(FRAME_FILE, &index, sizeof index);
    for (;;) {
        la_ssize_t n = archive_read_data(r->archive, piece, sizeof piece);
        if (n == 0)
            return;
        if (n < 0)
            fail_reading(r);
        count_bytes(r, (uint64_t)n);
        all += (uint64_t)n;
        if (all > most_of(r->want[index])) {
            send_frame(FRAME_BIG, NULL, 0);
            skip(r);
            return;
        }
        send_frame(FRAME_DATA, piece, (size_t)n);
    }
}

static uint32_t kind_of(struct archive_entry *entry)
{
    mode_t type = archive_entry_filetype(entry);
    if (archive_entry_hardlink(entry) != NULL || type == AE_IFLNK)
        return INTAKE_LINK;
    /* A zip made by a careless program tells no type: its name does. */
    return type == AE_IFREG || type == 0 ? INTAKE_FILE
           : type == AE_IFDIR            ? INTAKE_FOLDER
                                         : INTAKE_SPECIAL;
}

static void send_entry(struct reader *r, struct archive_entry *entry, uint64_t index)
{
    static char buffer[sizeof(struct entry_frame) + PATH_MOST];
    struct entry_frame head = {.size = archive_entry_size_is_set(entry) ? archive_entry_size(entry)
                                                                        : -1,
                               .mtime = archive_entry_mtime(entry),
                               .index = index,
                               .kind = kind_of(entry),
                               .locked = archive_entry_is_encrypted(entry) != 0};
    char *path = buffer + sizeof head;
    const char *name = archive_entry_pathname(entry);
    if (name == NULL)
        name = archive_entry_pathname_utf8(entry);
    if (name == NULL)
        name = "\xff"; /* cannot be told: matches nothing */
    size_t len = strlen(name);
    r->names += len;
    if (r->names > r->limits->names)
        fail("its names are too long, all in all");
    if (len >= PATH_MOST) {
        head.escapes = 1;
        memcpy(path, name, 100);
        path[100] = '\0';
    } else {
        head.escapes = !intake_path_clean(path, name);
    }
    if (intake_path_is_junk(path) || path[0] == '\0')
        return;
    memcpy(buffer, &head, sizeof head);
    send_frame(FRAME_ENTRY, buffer, sizeof head + strlen(path));
}

static void read_archive(struct reader *r)
{
    struct archive_entry *entry;
    for (uint64_t index = 0;; index++) {
        int rc = archive_read_next_header(r->archive, &entry);
        if (rc == ARCHIVE_EOF || (r->want != NULL && index >= r->nwant))
            break;
        if (rc == ARCHIVE_FATAL || rc == ARCHIVE_RETRY)
            fail_reading(r);
        r->opened = true;
        if (index >= r->limits->entries)
            fail("it holds too many entries");
        count_bytes(r, 0);
        if (r->want == NULL)
            send_entry(r, entry, index);
        if (r->want != NULL && r->want[index])
            send_file(r, index);
        else
            skip(r);
    }
    send_frame(FRAME_END, NULL, 0);
    _exit(0);
}

/* A macro, since the C libraries do not agree on the type of the first argument of setrlimit. */
#define limit(what, most) ((void)setrlimit(what, &(struct rlimit){most, most}))

static int confine(const struct intake_limits *limits)
{
    static const int allowed[] = {
        SCMP_SYS(read),       SCMP_SYS(pread64),      SCMP_SYS(write),          SCMP_SYS(lseek),
        SCMP_SYS(fstat),      SCMP_SYS(newfstatat),   SCMP_SYS(mmap),           SCMP_SYS(munmap),
        SCMP_SYS(mremap),     SCMP_SYS(mprotect),     SCMP_SYS(madvise),        SCMP_SYS(brk),
        SCMP_SYS(exit_group), SCMP_SYS(exit),         SCMP_SYS(clock_gettime),  SCMP_SYS(futex),
        SCMP_SYS(getrandom),  SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(gettid),
        SCMP_SYS(getpid),     SCMP_SYS(sigaltstack),  SCMP_SYS(sched_yield),    SCMP_SYS(close),
    };
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 0);
    limit(RLIMIT_CPU, limits->seconds);
    if (!SANITIZED)
        limit(RLIMIT_AS, (rlim_t)1 << 30);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return -1;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc;
}

/* None of the handlers of the program that this was forked from may run here; and Ctrl-C is for the
 * parent, who ends this process then. */
static void reset_signals(void)
{
    sigset_t none;
    for (int s = 1; s < 32; s++) {
        if (!SANITIZED || (s != SIGSEGV && s != SIGBUS && s != SIGFPE && s != SIGABRT))
            (void)signal(s, s == SIGINT || s == SIGQUIT ? SIG_IGN : SIG_DFL);
    }
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_main(int input, int output, pid_t parent, const unsigned char *want, size_t nwant,
                       const struct intake_limits *limits)
{
    reset_signals();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    /* Out of the way first: either may stand where the other is going. */
    int in = fcntl(input, F_DUPFD_CLOEXEC, 10), out = fcntl(output, F_DUPFD_CLOEXEC, 10);
    if (in < 0 || out < 0 || dup2(in, INPUT_FD) < 0 || dup2(out, PIPE_FD) < 0)
        _exit(1);
    (void)close_range(PIPE_FD + 1, ~0U, 0);
    close(0);
    close(1);
    if (!SANITIZED)
        close(2);
    /* Names in UTF-8 stay as they are; in the locale "C" libarchive turns them into '?'. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        (void)setlocale(LC_CTYPE, "en_US.UTF-8");
    struct reader r = {archive_read_new(), want, nwant, limits, 0, 0, false};
    if (r.archive == NULL || confine(limits) < 0)
        fail("the process that would read it cannot be confined");
    archive_read_support_filter_gzip(r.archive);
    archive_read_support_filter_bzip2(r.archive);
    archive_read_support_filter_xz(r.archive);
    archive_read_support_filter_zstd(r.archive);
    archive_read_support_format_zip(r.archive);
    archive_read_support_format_tar(r.archive);
    archive_read_support_format_7zip(r.archive);
    /* archive_read_has_encrypted_entries must not be asked before a format is known. */
    if (archive_read_open_fd(r.archive, INPUT_FD, 64 * 1024) != ARCHIVE_OK)
        fail(archive_error_string(r.archive) != NULL ? archive_error_string(r.archive)
                                                     : "it cannot be read");
    read_archive(&r);
}

/* --- the parent --- */

struct receiver {
    struct intake_tree *tree;
    struct intake_scratch *scratch;
    const struct intake_limits *limits;
    const unsigned char *want;
    size_t nwant;
    int fd;
    pid_t pid;
    int64_t deadline;
    struct intake_entry *file; /* that is being received */
    int out;
    uint64_t all; /* bytes of it */
    bool ended;
    bool *stop;
    struct error *err;
};

/* 1: it is there; 0: the pipe has ended; -1 and *err. */
static int receive(struct receiver *r, void *data, size_t len)
{
    char *at = data;
    while (len > 0) {
        int64_t left = (r->deadline - clock_now()) / 1000000;
        if (left <= 0)
            return error_set(r->err, "unpacking it takes too long");
        if (r->limits->interrupted != NULL && *r->limits->interrupted) {
            *r->stop = true;
            return error_set(r->err, "interrupted");
        }
        struct pollfd p = {r->fd, POLLIN, 0};
        int ready = poll(&p, 1, left < 200 ? (int)left : 200);
        if (ready <= 0)
            continue;
        ssize_t n = read(r->fd, at, len);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return 0;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return 1;
}

static int strange(struct receiver *r)
{
    return error_set(r->err, "unpacking it went wrong");
}

static int take_entry(struct receiver *r, char *data, size_t len)
{
    struct entry_frame head;
    if (r->want != NULL || len <= sizeof head || len >= sizeof head + PATH_MOST ||
        r->tree->count >= r->limits->entries)
        return strange(r);
    memcpy(&head, data, sizeof head);
    size_t path_len = len - sizeof head;
    if (memchr(data + sizeof head, '\0', path_len) != NULL || head.kind > INTAKE_SPECIAL)
        return strange(r);
    data[len] = '\0';
    bool sound = intake_path_clean(data + sizeof head, data + sizeof head);
    struct intake_entry *e =
        intake_tree_add(r->tree, data + sizeof head, strlen(data + sizeof head));
    e->kind = (enum intake_kind)head.kind;
    e->locked = head.locked != 0;
    e->escapes = head.escapes != 0 || !sound;
    e->size = head.size;
    e->mtime = head.mtime > 0 ? head.mtime : 0;
    e->index = head.index;
    return 0;
}

static int disk_error(struct receiver *r)
{
    *r->stop = true;
    return error_errno(r->err, "cannot write to %s", r->scratch->dir);
}

static int finish_file(struct receiver *r)
{
    if (r->file == NULL)
        return 0;
    r->file = NULL;
    int rc = close(r->out);
    r->out = -1;
    return rc < 0 ? disk_error(r) : 0;
}

static int start_file(struct receiver *r, const char *data, size_t len)
{
    uint64_t index;
    if (finish_file(r) < 0)
        return -1;
    if (len != sizeof index)
        return strange(r);
    memcpy(&index, data, sizeof index);
    for (size_t i = 0; index < r->nwant && r->want[index] && i < r->tree->count; i++) {
        struct intake_entry *e = r->tree->entries[i];
        if (e->index != index || e->kept != NULL)
            continue;
        e->kept = mem_format("%s/%u", r->scratch->dir, r->scratch->next++);
        r->out = open(e->kept, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (r->out < 0)
            return disk_error(r);
        r->file = e;
        r->all = 0;
        return 0;
    }
    return strange(r);
}

static int take_data(struct receiver *r, const char *data, size_t len)
{
    r->all += len;
    if (r->file == NULL || r->all > most_of(r->file->wanted))
        return strange(r);
    while (len > 0) {
        ssize_t n = write(r->out, data, len);
        if (n < 0 && errno != EINTR)
            return disk_error(r);
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    r->file->size = (int64_t)r->all;
    return 0;
}

static int take_big(struct receiver *r)
{
    struct intake_entry *e = r->file;
    if (e == NULL)
        return strange(r);
    (void)unlink(e->kept);
    free(e->kept);
    e->kept = NULL;
    e->size = (int64_t)most_of(e->wanted) + 1;
    return finish_file(r);
}

static int take_error(struct receiver *r, char *data, size_t len)
{
    data[len] = '\0';
    char *shown = intake_clean(data, len);
    error_set(r->err, "%s", shown);
    free(shown);
    return -1;
}

static int take_frame(struct receiver *r, const struct frame *frame, char *data)
{
    switch (frame->type) {
    case FRAME_ENTRY:
        return take_entry(r, data, frame->len);
    case FRAME_FILE:
        return start_file(r, data, frame->len);
    case FRAME_DATA:
        return take_data(r, data, frame->len);
    case FRAME_BIG:
        return take_big(r);
    case FRAME_ERROR:
        return take_error(r, data, frame->len);
    case FRAME_END:
        r->ended = true;
        return finish_file(r);
    default:
        return strange(r);
    }
}

static int receive_all(struct receiver *r)
{
    char *data = mem_alloc(FRAME_MOST + 1);
    int rc = 0;
    while (rc == 0 && !r->ended) {
        struct frame frame;
        int got = receive(r, &frame, sizeof frame);
        if (got == 1 && frame.len > FRAME_MOST)
            got = strange(r);
        if (got == 1)
            got = receive(r, data, frame.len);
        rc = got < 0 ? -1 : got == 0 ? error_set(r->err, "unpacking it went wrong") : 0;
        if (rc == 0)
            rc = take_frame(r, &frame, data);
    }
    if (r->out >= 0)
        close(r->out);
    free(data);
    return rc;
}

/* What the end of the process says that it could not say itself. */
static void explain_end(int status, bool ended, struct error *err)
{
    if (!ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        error_set(err, "unpacking it takes too long");
    else if (!ended && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        error_set(err, "unpacking it went wrong: the process that did it was ended by signal %d",
                  WTERMSIG(status));
}

/* One that has said all ends by itself, and of what is worth knowing; but it is not trusted to. */
static void end_child(pid_t pid, bool by_itself, int *status)
{
    int pidfd = by_itself ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    struct pollfd p = {pidfd, POLLIN, 0};
    if (pidfd < 0 || poll(&p, 1, 1000) != 1)
        kill(pid, SIGKILL);
    if (pidfd >= 0)
        close(pidfd);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        continue;
}

int intake_unpack(struct intake_tree *tree, const unsigned char *want, size_t nwant,
                  struct intake_scratch *scratch, const struct intake_limits *limits, bool *stop,
                  struct error *err)
{
    int pipes[2];
    if (intake_archive_ready(err) < 0) {
        *stop = true;
        return -1;
    }
    if (lseek(tree->archive, 0, SEEK_SET) < 0)
        return error_errno(err, "it cannot be read from the start");
    if (pipe2(pipes, O_CLOEXEC) < 0) {
        *stop = true;
        return error_errno(err, "cannot make a pipe");
    }
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        child_main(tree->archive, pipes[1], parent, want, nwant, limits);
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        *stop = true;
        return error_errno(err, "cannot start a process");
    }
    struct receiver r = {.tree = tree,
                         .scratch = scratch,
                         .limits = limits,
                         .want = want,
                         .nwant = nwant,
                         .fd = pipes[0],
                         .pid = pid,
                         .deadline = clock_now() + (int64_t)limits->seconds * 4 * 1000000000,
                         .out = -1,
                         .stop = stop,
                         .err = err};
    int rc = receive_all(&r);
    int status = 0;
    close(pipes[0]);
    end_child(pid, rc == 0 || (!*stop && clock_now() < r.deadline), &status);
    if (rc < 0 && !*stop)
        explain_end(status, r.ended, err);
    return rc;
}
