/*
 * grade/worker: see worker.h.
 *
 *  - Keeper and workers are a session of their own: Ctrl-C at the terminal is the grader's alone,
 *    who ends them.
 *  - The keeper reaps nothing (SIGCHLD is ignored); the grader holds each worker by a pidfd.
 *  - Tasks and answers are the bytes of a struct, then texts: both ends are one program.
 */
#include "grade/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/build.h"
#include "grade/judge_one.h"
#include "grade/pages.h"
#include "report/verdict_json.h"
#include "scene/factory.h"

struct copied { /* in keeper and workers */
    const struct grade_request *request;
    unsigned formats;
};

struct task_head {
    uint32_t len; /* of the texts behind it */
    unsigned lab; /* index into the request's labs */
    unsigned attempt;
    uint64_t seed;
};

/* --- bytes through a socket --- */

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int read_all(int fd, void *data, size_t len)
{
    for (char *at = data; len > 0;) {
        ssize_t n = recv(fd, at, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* --- in a worker --- */

/* The texts of a task, in this order. */
enum { TASK_STUDENT, TASK_NAME, TASK_FOLDER, TASK_ORIGIN, TASK_DIR, TASK_TEXTS };

static int read_texts(char *text, size_t len, char *texts[TASK_TEXTS])
{
    for (int i = 0; i < TASK_TEXTS; i++) {
        size_t one = strnlen(text, len);
        if (one == len)
            return -1;
        texts[i] = text;
        text += one + 1;
        len -= one + 1;
    }
    return 0;
}

static int answer(int fd, struct worker_answer *head, const struct strbuf *text)
{
    if (text->len > ANSWER_MOST)
        return -1;
    head->len = (uint32_t)text->len;
    return write_all(fd, (const char *)head, sizeof *head) == 0 &&
                   write_all(fd, text->data, head->len) == 0
               ? 0
               : -1;
}

static int do_task(int fd, struct loop *loop, const struct copied *copied,
                   const struct submission *submission, uint64_t seed)
{
    struct judged judged;
    struct error err = {""};
    struct strbuf text = STRBUF_INIT;
    judge_submission(loop, copied->request, submission, seed, &judged);
    struct page_of page = {.out = copied->request->out,
                           .submission = submission,
                           .repeats = judged.repeats,
                           .disagreed = judged.disagreed};
    struct worker_answer head = {.kind = ANSWER_VERDICT,
                                 .outcome = judged.verdict.outcome,
                                 .repeats = judged.repeats,
                                 .disagreed = judged.disagreed};
    if (pages_write(&page, &judged.verdict, &judged.tl, copied->formats, &err) == 0) {
        verdict_json(&judged.verdict, &text);
    } else {
        head.kind = ANSWER_STOP;
        strbuf_puts(&text, err.text);
    }
    int rc = answer(fd, &head, &text);
    strbuf_free(&text);
    judged_free(&judged);
    return rc;
}

/* One task. -1: the grader has gone, or does not speak our language. */
static int serve_task(int fd, struct loop *loop, const struct copied *copied)
{
    struct task_head head;
    char *texts[TASK_TEXTS];
    int rc = -1;
    if (read_all(fd, &head, sizeof head) != 0 || head.lab >= copied->request->nlabs)
        return -1;
    char *text = mem_alloc((size_t)head.len + 1);
    if (read_all(fd, text, head.len) == 0 && read_texts(text, head.len, texts) == 0) {
        struct submission submission = {.student = texts[TASK_STUDENT],
                                        .name = *texts[TASK_NAME] ? texts[TASK_NAME] : NULL,
                                        .folder = texts[TASK_FOLDER],
                                        .origin = texts[TASK_ORIGIN],
                                        .dir = texts[TASK_DIR],
                                        .lab = copied->request->labs[head.lab],
                                        .attempt = head.attempt};
        rc = do_task(fd, loop, copied, &submission, head.seed);
    }
    free(text);
    return rc;
}

static _Noreturn void worker_main(int fd, int cpu, pid_t keeper, const struct copied *copied)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(0);
    signal(SIGCHLD, SIG_DFL);
    if (cpu >= 0) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET((size_t)cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    struct loop *loop = loop_new(NULL);
    while (loop != NULL && serve_task(fd, loop, copied) == 0) {
    }
    factory_stop();
    _exit(0);
}

/* --- in the keeper --- */

static void fork_worker(int line, int cpu, const struct copied *copied)
{
    int pair[2], fds[2] = {-1, -1}, why = 0;
    pid_t keeper = getpid(), pid = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        why = errno;
        packet_send(line, &why, sizeof why, NULL, 0);
        return;
    }
    pid = fork();
    if (pid == 0) {
        close(pair[0]);
        close(line);
        worker_main(pair[1], cpu, keeper, copied);
    }
    close(pair[1]);
    fds[0] = pair[0];
    fds[1] = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (fds[1] < 0)
        why = errno;
    packet_send(line, &why, sizeof why, fds, why == 0 ? 2 : 0);
    close(fds[0]);
    if (fds[1] >= 0)
        close(fds[1]);
}

static _Noreturn void keeper_main(int line, pid_t grader, const struct copied *copied)
{
    int cpu;
    unsigned none = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != grader)
        _exit(0);
    setsid();
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO); /* messages of an abort go to stderr all the same */
    line = fcntl(line, F_DUPFD_CLOEXEC, 3);
    syscall(SYS_close_range, 3, line - 1, 0);
    syscall(SYS_close_range, line + 1, ~0U, 0);
    for (;;) {
        int n = packet_receive(line, &cpu, sizeof cpu, NULL, &none);
        if (n == (int)sizeof cpu)
            fork_worker(line, cpu, copied);
        else if (n >= 0 || errno != ETIMEDOUT)
            _exit(0);
    }
}

/* --- in the grader --- */

int keeper_start(struct keeper *keeper, const struct grade_request *request, unsigned formats,
                 struct error *err)
{
    int pair[2];
    struct copied copied = {request, formats};
    *keeper = (struct keeper){.fd = -1, .pidfd = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return error_errno(err, "cannot make a socket pair");
    pid_t grader = getpid(), pid = fork();
    if (pid == 0)
        keeper_main(pair[1], grader, &copied);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return error_errno(err, "cannot start a process");
    }
    keeper->pid = pid;
    keeper->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    keeper->fd = pair[0];
    return 0;
}

void keeper_stop(struct keeper *keeper)
{
    if (keeper->fd < 0)
        return;
    close(keeper->fd);
    keeper->fd = -1;
    if (keeper->pidfd >= 0) {
        syscall(SYS_pidfd_send_signal, keeper->pidfd, SIGKILL, NULL, 0);
        close(keeper->pidfd);
    }
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

int worker_start(struct keeper *keeper, int cpu, struct worker *worker, struct error *err)
{
    int why = 0, fds[2] = {-1, -1};
    unsigned nfds = 2;
    *worker = (struct worker){-1, -1};
    if (packet_send(keeper->fd, &cpu, sizeof cpu, NULL, 0) != 0 ||
        packet_receive(keeper->fd, &why, sizeof why, fds, &nfds) != (int)sizeof why)
        return error_errno(err, "the keeper of the workers does not answer");
    if (why != 0 || nfds != 2) {
        errno = why != 0 ? why : EMFILE;
        return error_errno(err, "cannot start a worker");
    }
    worker->fd = fds[0];
    worker->pidfd = fds[1];
    return 0;
}

void worker_end(struct worker *worker)
{
    if (worker->fd < 0)
        return;
    syscall(SYS_pidfd_send_signal, worker->pidfd, SIGKILL, NULL, 0);
    close(worker->pidfd);
    close(worker->fd);
    *worker = (struct worker){-1, -1};
}

static void add_text(struct strbuf *out, const char *text)
{
    strbuf_puts(out, text != NULL ? text : "");
    strbuf_putc(out, '\0');
}

int worker_give(const struct worker *worker, const struct grade_request *request,
                const struct worker_task *task)
{
    const struct submission *s = task->submission;
    struct task_head head = {.attempt = s->attempt, .seed = task->seed};
    struct strbuf text = STRBUF_INIT;
    while (request->labs[head.lab] != s->lab)
        head.lab++;
    add_text(&text, s->student);
    add_text(&text, s->name);
    add_text(&text, s->folder);
    add_text(&text, s->origin);
    add_text(&text, s->dir);
    head.len = (uint32_t)text.len;
    int rc = write_all(worker->fd, (const char *)&head, sizeof head) == 0
                 ? write_all(worker->fd, text.data, text.len)
                 : -1;
    strbuf_free(&text);
    return rc;
}

char *worker_reproduce(const struct grade_request *request, const struct submission *s,
                       uint64_t seed)
{
    struct strbuf out = STRBUF_INIT;
    char *dir = mem_format("submissions/%s/%u/%s", s->folder, s->attempt, s->lab->id);
    strbuf_printf(&out, "socklings check %u --src ", s->lab->number);
    text_shell_word(&out, dir);
    strbuf_printf(&out, " --seed %llu", (unsigned long long)seed);
    if (s->lab->hidden_file != NULL) {
        strbuf_puts(&out, " --hidden ");
        text_shell_word(&out, request->hidden);
    }
    free(dir);
    return strbuf_take(&out);
}

int64_t worker_patience(const struct lab *lab, unsigned repeat)
{
    enum { BUILD_S = 30, AROUND_MS = 20000, FIRST_S = 60 };
    int64_t one = (int64_t)lab->nprograms * 4 * 2 * BUILD_S * CLOCK_S;
    for (unsigned s = 0; s < lab->nsteps; s++) /* a scene that failed by our fault is run again */
        for (unsigned c = 0; c < lab->steps[s].nchecks; c++)
            if (lab->steps[s].checks[c].kind == CHECK_SCENE)
                one += 2 * ((int64_t)lab->limits.wall_ms + AROUND_MS) * CLOCK_MS;
    return FIRST_S * CLOCK_S + one * (repeat > 0 ? repeat : 1);
}
