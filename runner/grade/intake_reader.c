/*
 * grade/intake_reader - an archive, read by libarchive in a process of its own (intake_frames.h).
 *
 * - The process writes no file at all: entries and their bytes go back through a pipe. So it needs
 *   no folder, no user and no Landlock of its own: a seccomp filter leaves it memory, reading what
 *   it has open, and the pipe.
 * - It has two descriptors, the archive and the pipe, and can open no third one (RLIMIT_NOFILE).
 *   Its memory and processor time are limited.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "grade/intake.h"
#include "grade/intake_frames.h"

enum { INPUT_FD = 3, PIPE_FD = 4 };

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

static _Noreturn void fail(const char *text)
{
    send_frame(FRAME_ERROR, text, strnlen(text, 500));
    _exit(0);
}

static _Noreturn void fail_reading(struct reader *r)
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
        if (all > intake_most_of(r->want[index])) {
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
    static char buffer[sizeof(struct entry_frame) + FRAME_PATH_MOST];
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
    if (len >= FRAME_PATH_MOST) {
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

static _Noreturn void read_archive(struct reader *r)
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

_Noreturn void intake_reader_main(int input, int output, pid_t parent, const unsigned char *want,
                                  size_t nwant, const struct intake_limits *limits)
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
