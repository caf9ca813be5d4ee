/* check/hands: see hands.h. */
#include "check/hands.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "scene/factory.h"
#include "timeline/file.h"

enum { SHARED_LEAST = 3 };

struct result {
    bool done;
    int rc;
    struct error err;
    struct timeline tl;
};

struct hands {
    struct loop *loop;
    hands_fn *fn;
    void *arg;
    volatile const int *interrupted;
    const bool *shared;
    unsigned njobs;
    struct result *results;
    atomic_bool *taken; /* memory of both processes; NULL: no helper */
    size_t taken_size;
    pid_t helper; /* 0: none */
    int pidfd;    /* the loop may reap it first: its number may be another's by then */
    int fd;
    int recordings;       /* a file in memory: a socket would make the helper wait for its reader */
    cpu_set_t processors; /* to be restored */
};

/* The recording lies in `recordings`. */
struct message {
    unsigned index;
    int rc;
    off_t from;
    size_t len;
    struct error err;
};

/* --- in the helper --- */

static int append(int fd, off_t from, const char *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(fd, data + done, len - done, from + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int hand_over(const struct hands *hands, int fd, struct message *message,
                     const struct timeline *tl)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < tl->count; i++)
        timeline_event_json(&tl->events[i], &text);
    message->len = text.len;
    int rc = append(hands->recordings, message->from, text.data, text.len);
    if (rc == 0 && send(fd, message, sizeof *message, MSG_NOSIGNAL) != (ssize_t)sizeof *message)
        rc = -1;
    strbuf_free(&text);
    return rc;
}

static bool take(struct hands *hands, unsigned index)
{
    bool free_one = false;
    return hands->taken == NULL ||
           atomic_compare_exchange_strong(&hands->taken[index], &free_one, true);
}

static _Noreturn void help(struct hands *hands, int fd, int line, pid_t owner, int cpu)
{
    cpu_set_t one;
    off_t used = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != owner)
        _exit(0);
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    factory_adopt(line);
    struct loop *loop = loop_new(NULL);
    for (unsigned i = 0; loop != NULL && i < hands->njobs; i++) {
        struct timeline tl;
        struct message message = {.index = i, .from = used};
        if (!hands->shared[i] || !take(hands, i))
            continue;
        timeline_init(&tl);
        message.rc = hands->fn(hands->arg, i, loop, &tl, &message.err);
        if (hand_over(hands, fd, &message, &tl) != 0)
            break;
        used += (off_t)message.len;
        timeline_free(&tl);
    }
    _exit(0);
}

/* --- in the owner --- */

static int read_back(const struct hands *hands, const struct message *message, struct strbuf *text)
{
    strbuf_reserve(text, message->len);
    for (size_t done = 0; done < message->len;) {
        ssize_t n = pread(hands->recordings, text->data + done, message->len - done,
                          message->from + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static void end_helper(struct hands *hands)
{
    if (hands->helper == 0)
        return;
    close(hands->fd);
    close(hands->recordings);
    if (hands->pidfd >= 0) {
        syscall(SYS_pidfd_send_signal, hands->pidfd, SIGKILL, NULL, 0);
        close(hands->pidfd);
    }
    while (waitpid(hands->helper, NULL, 0) < 0 && errno == EINTR) {
    }
    hands->helper = 0;
}

/* One result of the helper. When it has gone, so has the reason to leave its jobs to it. */
static void receive(struct hands *hands)
{
    struct message message;
    ssize_t n;
    while ((n = recv(hands->fd, &message, sizeof message, 0)) < 0 && errno == EINTR) {
    }
    if (n != (ssize_t)sizeof message || message.index >= hands->njobs) {
        end_helper(hands);
        return;
    }
    struct result *result = &hands->results[message.index];
    struct strbuf text = STRBUF_INIT;
    int rc = read_back(hands, &message, &text);
    if (rc == 0 && message.rc == 0)
        rc = timeline_parse(&result->tl, text.data, message.len, "helper", NULL);
    strbuf_free(&text);
    if (rc != 0) {
        end_helper(hands);
        return;
    }
    result->done = true;
    result->rc = message.rc;
    result->err = message.err;
}

static void run_here(struct hands *hands, unsigned index)
{
    struct result *result = &hands->results[index];
    result->rc = hands->fn(hands->arg, index, hands->loop, &result->tl, &result->err);
    result->done = true;
}

/* Does something useful towards `index`: takes a result that has come, or a job, or waits. */
static int go_on(struct hands *hands, unsigned index)
{
    struct pollfd pfd = {hands->fd, POLLIN, 0};
    if (hands->helper == 0) {
        run_here(hands, index);
        return 0;
    }
    if (poll(&pfd, 1, 0) > 0) {
        receive(hands);
        return 0;
    }
    for (unsigned i = index; i < hands->njobs; i++) {
        if ((i == index || hands->shared[i]) && !hands->results[i].done && take(hands, i)) {
            run_here(hands, i);
            return 0;
        }
    }
    if (poll(&pfd, 1, -1) < 0 && hands->interrupted != NULL && *hands->interrupted)
        return -1;
    return 0;
}

int hands_result(struct hands *hands, unsigned index, struct timeline *tl, struct error *err)
{
    struct result *result = &hands->results[index];
    while (!result->done)
        if (go_on(hands, index) != 0)
            return error_set(err, "interrupted");
    timeline_free(tl);
    *tl = result->tl;
    timeline_init(&result->tl);
    if (result->rc != 0)
        error_set(err, "%s", result->err.text);
    return result->rc;
}

bool hands_ahead(struct hands *hands, unsigned from)
{
    for (unsigned i = from; i < hands->njobs; i++) {
        if (hands->shared[i] && !hands->results[i].done && take(hands, i)) {
            run_here(hands, i);
            return true;
        }
    }
    return false;
}

/* Another processor than this one, or -1. This process stays on its own meanwhile. */
static int other_processor(struct hands *hands)
{
    cpu_set_t one;
    int here = sched_getcpu();
    if (here < 0 || CPU_COUNT(&hands->processors) < 2)
        return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (cpu != here && CPU_ISSET((size_t)cpu, &hands->processors)) {
            CPU_ZERO(&one);
            CPU_SET((size_t)here, &one);
            sched_setaffinity(0, sizeof one, &one);
            return cpu;
        }
    }
    return -1;
}

static void start_helper(struct hands *hands)
{
    int pair[2], cpu = other_processor(hands);
    void *memory =
        mmap(NULL, hands->taken_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    hands->taken = memory; /* zero bytes are false */
    if (cpu < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return;
    int recordings = memfd_create("recordings", MFD_CLOEXEC);
    int line = factory_line();
    hands->recordings = recordings;
    pid_t owner = getpid(), pid = recordings >= 0 ? fork() : -1;
    if (pid == 0) {
        close(pair[0]);
        help(hands, pair[1], line, owner, cpu);
    }
    close(pair[1]);
    if (line >= 0)
        close(line);
    if (pid < 0) {
        close(pair[0]);
        if (recordings >= 0)
            close(recordings);
        return;
    }
    hands->helper = pid;
    hands->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    hands->fd = pair[0];
}

struct hands *hands_start(struct loop *loop, const bool *shared, unsigned njobs, hands_fn *fn,
                          void *arg, volatile const int *interrupted)
{
    struct hands *hands = mem_alloc(sizeof *hands);
    unsigned nshared = 0;
    *hands = (struct hands){.loop = loop,
                            .fn = fn,
                            .arg = arg,
                            .interrupted = interrupted,
                            .shared = shared,
                            .njobs = njobs,
                            .taken_size = njobs * sizeof(atomic_bool) + 1,
                            .fd = -1};
    hands->results = mem_alloc(njobs * sizeof *hands->results);
    for (unsigned i = 0; i < njobs; i++) {
        timeline_init(&hands->results[i].tl);
        nshared += shared[i];
    }
    sched_getaffinity(0, sizeof hands->processors, &hands->processors);
    if (nshared >= SHARED_LEAST)
        start_helper(hands);
    return hands;
}

void hands_free(struct hands *hands)
{
    if (hands == NULL)
        return;
    end_helper(hands);
    if (hands->taken != NULL)
        munmap(hands->taken, hands->taken_size);
    sched_setaffinity(0, sizeof hands->processors, &hands->processors);
    for (unsigned i = 0; i < hands->njobs; i++)
        timeline_free(&hands->results[i].tl);
    free(hands->results);
    free(hands);
}
