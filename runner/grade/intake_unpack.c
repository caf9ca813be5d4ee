/*
 * grade/intake_unpack - asks a process of its own what an archive holds. See intake_tree.h; the
 * process: intake_reader.c.
 *
 * - What it answers is checked like anything that was handed in: sizes of frames, names, numbers.
 * - It is killed at a deadline by the clock. Its death, by whatever cause, is the archive's
 * refusal.
 * - Nothing is written anywhere under a name that stands in the archive: unpacked files are
 *   numbered.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "grade/intake.h"
#include "grade/intake_frames.h"
#include "grade/intake_name.h"

uint64_t intake_most_of(unsigned char want)
{
    return want == INTAKE_AS_ARCHIVE ? INTAKE_ARCHIVE_MOST : INTAKE_FILE_MOST;
}

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
    if (r->want != NULL || len <= sizeof head || len >= sizeof head + FRAME_PATH_MOST ||
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
    if (r->file == NULL || r->all > intake_most_of(r->file->wanted))
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
    e->size = (int64_t)intake_most_of(e->wanted) + 1;
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
        intake_reader_main(tree->archive, pipes[1], parent, want, nwant, limits);
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
