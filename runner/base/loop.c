/*
 * base/loop: see loop.h.
 *
 *  - a watch or timer that is removed from inside a callback is only marked, and freed when no
 *    callback is running any more, so that a pending epoll event never meets freed memory;
 *  - timers are a short unordered array: a scene has a handful;
 *  - SIGCHLD comes through a signalfd; one read, then waitpid until nothing is left;
 *  - a long wait is made of short ones, so that one which ends far too late shows how long the
 *    process was stopped; between two waits it is what it did not work that shows it.
 */
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { EVENTS_AT_ONCE = 32, STATUSES_AT_ONCE = 256 };

/* The longest wait; and what no load on a machine keeps a process waiting for a processor. */
enum { WAIT_MOST_MS = 250, STOPPED_MS = 1000, SAMPLE_MS = 100 };

struct loop_fd {
    struct loop *loop;
    int fd;
    loop_fd_fn *fn;
    void *arg;
    bool dead;
    struct loop_fd *next_dead;
};

struct loop_timer {
    struct loop *loop;
    int64_t at, set; /* set: when it was armed */
    bool armed;
    loop_timer_fn *fn;
    void *arg;
};

struct child {
    pid_t pid;
    loop_child_fn *fn;
    void *arg;
};

struct loop {
    int epoll;
    int signals;
    struct loop_fd *signal_watch;
    struct loop_fd *dead; /* removed while callbacks run */
    struct loop_timer **timers;
    size_t ntimers;
    struct child *children;
    size_t nchildren;
    struct child otherwise;
    int64_t lost;            /* loop_lost */
    int64_t seen;            /* clock_now() when it was last known that this process runs */
    int64_t sampled, worked; /* clock_now() and clock_thread() at some time not long before */
    int called;              /* callbacks run in this step */
    bool more_statuses;      /* children may have more to tell */
};

static struct child *find_child(struct loop *loop, pid_t pid)
{
    for (size_t i = 0; i < loop->nchildren; i++)
        if (loop->children[i].pid == pid)
            return &loop->children[i];
    return NULL;
}

static void deliver(struct loop *loop, pid_t pid, int status)
{
    struct child *found = find_child(loop, pid);
    struct child child = found != NULL ? *found : loop->otherwise;
    if (found != NULL && (WIFEXITED(status) || WIFSIGNALED(status)))
        loop_child_remove(loop, pid);
    if (child.fn != NULL) {
        loop->called++;
        child.fn(child.arg, pid, status);
    }
}

/* Tracees on other processors may stop as fast as they are let go: the rest of the loop has its
 * turn all the same. */
static void take_statuses(struct loop *loop)
{
    int status, left = STATUSES_AT_ONCE;
    pid_t pid = 0;
    while (left-- > 0 && (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
        deliver(loop, pid, status);
    loop->more_statuses = pid > 0;
}

static void on_sigchld(void *arg, int fd, uint32_t events)
{
    struct loop *loop = arg;
    struct signalfd_siginfo info[16];
    (void)events;
    /* What it says does not matter: one SIGCHLD may stand for many children. */
    while (read(fd, info, sizeof info) == sizeof info) {
    }
    take_statuses(loop);
}

struct loop *loop_new(struct error *err)
{
    struct loop *loop = mem_alloc(sizeof *loop);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->epoll < 0 || loop->signals < 0) {
        error_errno(err, "cannot create an event loop");
        loop_free(loop);
        return NULL;
    }
    loop->signal_watch = loop_fd_add(loop, loop->signals, EPOLLIN, on_sigchld, loop);
    loop->seen = loop->sampled = clock_now();
    loop->worked = clock_thread();
    return loop;
}

static void bury(struct loop *loop)
{
    while (loop->dead != NULL) {
        struct loop_fd *next = loop->dead->next_dead;
        free(loop->dead);
        loop->dead = next;
    }
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    loop_fd_remove(loop->signal_watch);
    bury(loop);
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->signals >= 0)
        close(loop->signals);
    for (size_t i = 0; i < loop->ntimers; i++)
        free(loop->timers[i]);
    free(loop->timers);
    free(loop->children);
    free(loop);
}

void loop_child_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int sig = 1; sig < NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            sigaction(sig, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

struct loop_fd *loop_fd_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg)
{
    struct loop_fd *watch = mem_alloc(sizeof *watch);
    *watch = (struct loop_fd){.loop = loop, .fd = fd, .fn = fn, .arg = arg};
    struct epoll_event ev = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        abort(); /* a descriptor that is closed, watched twice or a plain file: a bug of the caller
                  */
    return watch;
}

void loop_fd_events(struct loop_fd *watch, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = watch};
    epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &ev);
}

void loop_fd_remove(struct loop_fd *watch)
{
    if (watch == NULL || watch->dead)
        return;
    struct loop *loop = watch->loop;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->dead = true;
    watch->next_dead = loop->dead;
    loop->dead = watch;
}

struct loop_timer *loop_timer_add(struct loop *loop, int64_t at, loop_timer_fn *fn, void *arg)
{
    struct loop_timer *timer = mem_alloc(sizeof *timer);
    *timer = (struct loop_timer){
        .loop = loop, .at = at, .set = clock_now(), .armed = true, .fn = fn, .arg = arg};
    loop->timers = mem_resize(loop->timers, loop->ntimers + 1, sizeof *loop->timers);
    loop->timers[loop->ntimers++] = timer;
    return timer;
}

void loop_timer_move(struct loop_timer *timer, int64_t at)
{
    timer->at = at;
    timer->set = clock_now();
    timer->armed = true;
}

void loop_timer_remove(struct loop_timer *timer)
{
    if (timer == NULL)
        return;
    struct loop *loop = timer->loop;
    for (size_t i = 0; i < loop->ntimers; i++) {
        if (loop->timers[i] == timer) {
            loop->timers[i] = loop->timers[--loop->ntimers];
            break;
        }
    }
    free(timer);
}

void loop_child_add(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg)
{
    loop_child_remove(loop, pid);
    loop->children = mem_resize(loop->children, loop->nchildren + 1, sizeof *loop->children);
    loop->children[loop->nchildren++] = (struct child){pid, fn, arg};
}

void loop_child_remove(struct loop *loop, pid_t pid)
{
    struct child *child = find_child(loop, pid);
    if (child != NULL)
        *child = loop->children[--loop->nchildren];
}

void loop_child_default(struct loop *loop, loop_child_fn *fn, void *arg)
{
    loop->otherwise = (struct child){0, fn, arg};
}

static struct loop_timer *next_timer(const struct loop *loop)
{
    struct loop_timer *next = NULL;
    for (size_t i = 0; i < loop->ntimers; i++)
        if (loop->timers[i]->armed && (next == NULL || loop->timers[i]->at < next->at))
            next = loop->timers[i];
    return next;
}

/* At most as many as there are: one that its callback re-arms for the past waits for the next step,
 * so that descriptors get their turn. */
static void run_timers(struct loop *loop, int64_t now)
{
    struct loop_timer *timer;
    for (size_t left = loop->ntimers; left > 0; left--) {
        timer = next_timer(loop);
        if (timer == NULL || timer->at > now)
            return;
        timer->armed = false;
        loop->called++;
        timer->fn(timer->arg);
    }
}

/* epoll_pwait2 came with Linux 5.11, and some containers' filters do not know it: without it a wait
 * is rounded up to milliseconds. */
static int wait_events(int epoll, struct epoll_event *events, const struct timespec *timeout)
{
    static bool coarse;
    if (!coarse) {
        int n = epoll_pwait2(epoll, events, EVENTS_AT_ONCE, timeout, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        coarse = true;
    }
    int ms = -1;
    if (timeout != NULL)
        ms = timeout->tv_sec > 3600
                 ? 3600 * 1000
                 : (int)(timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000);
    return epoll_wait(epoll, events, EVENTS_AT_ONCE, ms);
}

/* This process runs. Asking for the thread's time costs more than ours: it is not done each time.
 */
static void note_seen(struct loop *loop, int64_t now)
{
    loop->seen = now;
    if (now - loop->sampled < SAMPLE_MS * CLOCK_MS)
        return;
    loop->sampled = now;
    loop->worked = clock_thread();
}

/* What was to be over at `due` was late by so much. */
static void note_lost(struct loop *loop, int64_t due, int64_t late)
{
    int64_t now = due + late;
    if (late < STOPPED_MS * CLOCK_MS)
        return;
    loop->lost += late;
    for (size_t i = 0; i < loop->ntimers; i++) {
        struct loop_timer *timer = loop->timers[i];
        int64_t its = timer->set > due ? now - timer->set : late;
        if (its > 0 && timer->at < INT64_MAX - its) /* else: never */
            timer->at += its;
    }
}

int64_t loop_lost(struct loop *loop)
{
    int64_t now = clock_now(), away = now - loop->seen;
    if (away >= STOPPED_MS * CLOCK_MS)
        note_lost(loop, loop->seen, away - (clock_thread() - loop->worked));
    note_seen(loop, now);
    return loop->lost;
}

/* For events, at most until then: how many there are. Ended by a signal: fewer than 0. */
static int wait_until(struct loop *loop, struct epoll_event *events, int64_t until)
{
    int64_t now = clock_now();
    int n;
    do {
        int64_t most = WAIT_MOST_MS * CLOCK_MS, left = until > now ? until - now : 0;
        struct timespec wait = {0, left < most ? left : most};
        n = wait_events(loop->epoll, events, &wait);
        int64_t due = now + wait.tv_nsec;
        now = clock_now();
        note_lost(loop, due, now - due);
        note_seen(loop, now);
    } while (n == 0 && now < until);
    return n;
}

/* For events; there is no timer. */
static int wait_for_ever(struct loop *loop, struct epoll_event *events)
{
    int n = wait_events(loop->epoll, events, NULL);
    note_seen(loop, clock_now());
    return n;
}

int loop_step(struct loop *loop, int64_t until)
{
    (void)loop_lost(loop); /* callers have done other things meanwhile */
    struct loop_timer *timer = next_timer(loop);
    if (timer != NULL && timer->at < until)
        until = timer->at;
    if (loop->more_statuses)
        until = 0;

    struct epoll_event events[EVENTS_AT_ONCE];
    bool more = loop->more_statuses;
    loop->called = 0;
    loop->more_statuses = false;
    int n = until == INT64_MAX ? wait_for_ever(loop, events) : wait_until(loop, events, until);
    for (int i = 0; i < n; i++) {
        struct loop_fd *watch = events[i].data.ptr;
        if (watch->dead)
            continue;
        loop->called++;
        watch->fn(watch->arg, watch->fd, events[i].events);
    }
    if (more && !loop->more_statuses)
        take_statuses(loop);
    (void)loop_lost(loop); /* before timers are asked */
    run_timers(loop, clock_now());
    bury(loop);
    return loop->called;
}
