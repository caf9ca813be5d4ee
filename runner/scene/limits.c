/*
 * scene/limits: has a scene used up what it may?
 *
 *  - What the tracer counts (processes, calls, output) is looked at after everything that happens;
 * processor time, memory and disk every LOOK_MS, so that a program which takes memory as fast as
 * the machine can give it gets little beyond its limit.
 *  - The kernel's own limits (init.c, rootfs.c) hold where one process or file is meant, and where
 * nobody could look often enough. No limit of its own on memory would do: RLIMIT_AS and RLIMIT_DATA
 * end a sanitized program, which reserves terabytes that it never uses.
 *  - On a machine that has too much to do, time goes by in which nobody of the scene has a
 * processor. A slow machine is no mistake of the program: what its threads and this one waited for
 * a processor that others had is added to the time they have, up to WAITED_MOST times that.
 *  - Time in which this process was stopped (Ctrl-Z and fg) is nobody's either: while it is, the
 * programs wait for it at each of their calls.
 *  - Memory is what programs have mapped, and what they have hidden elsewhere: in page tables, the
 * buffers of sockets, shared memory that is not mapped any more. The latter costs more to find out,
 * and is looked for every SLOW_LOOKS.
 */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/sockmem.h"
#include "scene/run.h"
#include "trace/proc.h"

enum { LOOK_MS = 20, SLOW_LOOKS = 5, WAITED_MOST = 10 };

/* So much may lie in sockets unseen until the next slow look. */
#define SENT_MUCH (UINT64_C(32) << 20)

static uint64_t hidden_memory(struct run *run)
{
    uint64_t sum =
        tracer_hidden(run->tracer, run->setup->limits.file_bytes) + sandbox_ipc_bytes(run->sandbox);
    for (unsigned i = 0; i < run->nplaces; i++)
        if (run->places[i].diag >= 0 && run->setup->tier == TIER_A)
            sum += sockmem_sum(run->places[i].diag);
    return sum;
}

static bool memory_used_up(struct run *run)
{
    uint64_t most = run->setup->limits.memory_bytes, sum;
    uint64_t sent = tracer_sent(run->tracer);
    bool slow = ++run->looks % SLOW_LOOKS == 0 || sent - run->sent_seen > SENT_MUCH;
    if (most == 0)
        return false;
    if (slow) {
        run->sent_seen = sent;
        run->hidden = hidden_memory(run);
    }
    sum = tracer_memory(run->tracer, slow ? PROC_MEMORY_TABLES : PROC_MEMORY_QUICK);
    if (sum + run->hidden <= most)
        return false;
    /* What processes share was counted in each: a server's children are not as large as they look.
     */
    return tracer_memory(run->tracer, PROC_MEMORY_EXACT) + hidden_memory(run) > most;
}

/* A program that was told that there is no room, or was ended where it had mapped a file that the
 * kernel could not extend (SIGBUS), when there was none. */
static bool disk_used_up(const struct run *run)
{
    for (unsigned i = 0; i < run->nactors; i++) {
        const struct trace_program *traced = run->actors[i]->traced;
        if (traced != NULL && (traced->no_space || (traced->exited && traced->signal == SIGBUS)))
            return sandbox_disk_full(run->sandbox);
    }
    return false;
}

/* What the tracer has seen. */
static void check_programs(struct run *run)
{
    const struct lab_limits *limits = &run->setup->limits;
    if (tracer_processes(run->tracer) > limits->processes ||
        tracer_live(run->tracer) > limits->processes)
        run->limit = "processes";
    else if (tracer_recorded(run->tracer) > limits->calls)
        run->limit = "calls";
    for (unsigned i = 0; i < run->nactors; i++) {
        const struct trace_program *traced = run->actors[i]->traced;
        if (traced != NULL && traced->spinning && run->limit == NULL)
            run->limit = "calls";
        else if (traced != NULL && traced->exited && traced->signal == SIGXFSZ)
            run->limit = "disk"; /* the kernel was quicker than us, as with the next */
        else if (traced != NULL && traced->exited && traced->signal == SIGXCPU)
            run->limit = "cpu";
    }
    if (run->limit == NULL && disk_used_up(run))
        run->limit = "disk";
}

/* For how long others had the processor. Of what the scene's threads waited, only that is no time
 * of theirs: while one of them runs, or this thread for them, the rest wait for each other. */
static int64_t kept_waiting(const struct run *run, int64_t now)
{
    int64_t worked = clock_thread() - run->worked_before;
    int64_t ran = (int64_t)tracer_cpu_ms(run->tracer) * CLOCK_MS + worked;
    int64_t waited = (int64_t)(proc_waited_ns(gettid()) + tracer_waited_ns(run->tracer, NULL)) -
                     run->waited_before - worked;
    int64_t others = now - run->start - ran;
    int64_t least = waited < others ? waited : others;
    return least > 0 ? least : 0;
}

static bool time_used_up(struct run *run, int64_t now)
{
    const int64_t wall = run->setup->limits.wall_ms * CLOCK_MS;
    if (now < run->deadline)
        return false;
    int64_t waited = kept_waiting(run, now);
    int64_t deadline = run->start + wall +
                       (waited < WAITED_MOST * wall ? waited : WAITED_MOST * wall) +
                       loop_lost(run->loop) - run->lost_before + run->starting;
    if (deadline > run->deadline)
        run->deadline = deadline;
    return now >= run->deadline;
}

const char *run_check_limits(struct run *run)
{
    const struct lab_limits *limits = &run->setup->limits;
    if (run->setup->interrupted != NULL && *run->setup->interrupted) {
        error_set(run->err, "interrupted");
        return "internal";
    }
    check_programs(run);
    int64_t now = clock_now();
    if (now >= run->next_limit_check) {
        run->next_limit_check = now + LOOK_MS * CLOCK_MS;
        if (sandbox_lost(run->sandbox)) {
            error_set(run->err, "the sandbox's init has ended unexpectedly");
            return "internal";
        }
        if (tracer_cpu_ms(run->tracer) > limits->cpu_ms)
            run->limit = "cpu";
        else if (memory_used_up(run))
            run->limit = "memory";
        else if (sandbox_disk_full(run->sandbox))
            run->limit = "disk";
    }
    if (run->limit == NULL && time_used_up(run, now))
        run->limit = "wall";
    return run->limit != NULL ? "limit" : NULL;
}
