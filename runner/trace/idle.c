/*
 * trace/idle: what the calls of a thread tell of how it passes its time: it works, it idles, or it
 * spins; and whether something will wake it.
 */
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "base/clock.h"
#include "trace/memory.h"
#include "trace/tracee.h"

static bool waits_again(const char *error)
{
    return error != NULL && (strcmp(error, "EAGAIN") == 0 || strcmp(error, "EINTR") == 0);
}

/* It was asked which descriptors are ready, and some were. */
static bool tells_ready(const struct tracee *t, int64_t result)
{
    switch (t->spec->number) {
#ifdef SYS_poll
    case SYS_poll:
    case SYS_select:
    case SYS_epoll_wait:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
#endif
        return result > 0;
    default:
        return false;
    }
}

/* Whoever tries again after that fails again. */
static bool is_lasting(const char *error)
{
    static const char *const lasting[] = {"EBADF",        "EINVAL", "ENOTSOCK",  "ENOTCONN",
                                          "EDESTADDRREQ", "EFAULT", "EOPNOTSUPP"};
    for (size_t i = 0; error != NULL && i < sizeof lasting / sizeof lasting[0]; i++)
        if (strcmp(error, lasting[i]) == 0)
            return true;
    return false;
}

/* Something came or went. Not what it writes: complaints are written as well. */
static bool gets_on(const struct tracee *t, int64_t result)
{
    return t->spec->blocks == BLOCKS_PEER && t->spec->number != SYS_write &&
           t->spec->number != SYS_writev && (result > 0 || t->spec->number == SYS_connect);
}

/* Idle: it waited, nothing came, it looked, and waited again. Spinning: the same call with the same
 * empty result, over and over; also when it asks each time whether there is something, and there
 * always is: the end; or calls that can only fail, whatever it says of them in between. */
void idle_after(struct tracee *t, int64_t result, const char *error)
{
    bool timed_out =
        (t->spec->blocks == BLOCKS_TIMED && t->decoded.timeout_ms >= 0 && result == 0) ||
        t->spec->blocks == BLOCKS_NAP;
    /* Naps may be counted: many small ones are one long one. */
    bool nap = timed_out && decoded_value(&t->decoded, "nfds", 0) == 0 &&
               decoded_value(&t->decoded, "fd", -1) < 0;
    if (nap && t->naps < NAPS_MOST)
        t->naps++;
    else if (timed_out || (waits_again(error) && t->process->receive_timeout)) {
        if (t->idle_rounds++ == 0)
            t->idle_since = t->entered;
    } else if (!waits_again(error))
        t->idle_rounds = t->naps = 0;

    if (is_lasting(error))
        t->failures++;
    else if (error == NULL && gets_on(t, result))
        t->failures = 0;
    if (t->failures >= FAILURES_LIMIT)
        t->process->program->spinning = true;

    if (tells_ready(t, result))
        return;
    int fd = (int)decoded_value(&t->decoded, "fd", -1);
    bool empty = error != NULL || result == 0;
    if (empty && !timed_out && t->spec == t->last_spec && fd == t->last_fd &&
        result == t->last_result)
        t->repeats++;
    else if (!timed_out)
        t->repeats = 0;
    t->last_spec = t->spec;
    t->last_fd = fd;
    t->last_result = result;
    if (t->repeats >= SPIN_LIMIT)
        t->process->program->spinning = true;
}

/* The other timers run only while the process does. */
static void note_interval_timer(struct tracee *t)
{
    struct process *p = t->process;
    struct itimerval timer;
    if (t->args[0] != ITIMER_REAL ||
        memory_read(t->tid, t->args[1], &timer, sizeof timer) < sizeof timer)
        return;
    p->timer_armed = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
    p->timer_repeats = timer.it_interval.tv_sec != 0 || timer.it_interval.tv_usec != 0;
    p->timer_ends = p->timer_repeats ? 0 : clock_after(t->entered, timer.it_value.tv_sec * 1000);
}

void idle_effects(struct tracee *t, int64_t result)
{
    const char *name = t->spec->name;
    if (result < 0)
        return;
    if (strcmp(name, "setsockopt") == 0) {
        if (strstr(decoded_text(&t->decoded, "option"), "TIMEO") != NULL)
            t->process->receive_timeout = true;
    } else if (strcmp(name, "alarm") == 0) {
        uint32_t seconds = (uint32_t)decoded_value(&t->decoded, "seconds", 0);
        t->process->timer_armed = seconds != 0;
        t->process->timer_repeats = false;
        t->process->timer_ends = clock_after(t->entered, (int64_t)seconds * 1000);
    } else if (strcmp(name, "setitimer") == 0) {
        note_interval_timer(t);
    } else if (strcmp(name, "timer_settime") == 0 || strcmp(name, "timerfd_settime") == 0) {
        t->process->timer_armed = t->process->timer_repeats = true;
        t->process->timer_ends = 0;
    }
}
