/*
 * trace/tracer: see tracer.h. Who is traced, and what the scene may ask about them; stops are in
 * stops.c, the calls themselves in call.c.
 *
 *  - Every tracee is waited for (the loop does, with __WALL), also one whose namespace is dying.
 */
#include "trace/tracer.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trace/proc.h"
#include "trace/tracee.h"

static const unsigned long options =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;

int64_t tracer_now(const struct tracer *tracer)
{
    return clock_now() - tracer->start;
}

struct tracer *tracer_new(struct loop *loop, struct timeline *tl, int64_t start, struct error *err)
{
    (void)err;
    struct tracer *tracer = mem_alloc(sizeof *tracer);
    tracer->loop = loop;
    tracer->tl = tl;
    tracer->start = start;
    loop_child_default(loop, stops_status, tracer);
    return tracer;
}

static void note_forks(struct tracer *tracer)
{
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        const struct tracee *t = tracer->tracees[i];
        if (t->state == CALL_ENTERED && syscalls_covers("fork", t->spec->name))
            tracer->forking = true;
    }
}

/* Children that were just being born when their parents were killed: nobody has told of them, and
 * they cannot end before their tracer has seen them. */
static bool find_lost(struct tracer *tracer)
{
    bool found = false;
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || tracee_find(tracer, pid) != NULL ||
            proc_status_number(pid, "TracerPid") != (int)getpid())
            continue;
        kill(pid, SIGKILL);
        tracee_add(tracer, pid);
        found = true;
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

static void end_all(struct tracer *tracer)
{
    int64_t deadline = clock_now() + 5 * CLOCK_S;
    do {
        while (tracer->ntracees > 0 && clock_now() < deadline)
            loop_step(tracer->loop, deadline);
    } while (tracer->forking && clock_now() < deadline && find_lost(tracer));
}

void tracer_free(struct tracer *tracer)
{
    if (tracer == NULL)
        return;
    if (!tracer->finished)
        note_forks(tracer);
    tracer->finished = true;
    tracer_kill(tracer, NULL, SIGKILL);
    end_all(tracer);
    while (tracer->ntracees > 0)
        tracee_remove(tracer, tracer->tracees[0], 0);
    loop_child_default(tracer->loop, NULL, NULL);
    for (unsigned i = 0; i < tracer->nprograms; i++)
        free(tracer->programs[i]);
    free(tracer->folder);
    for (unsigned i = 0; i < tracer->nbinaries; i++) {
        free(tracer->binaries[i].inside);
        free(tracer->binaries[i].host);
        free(tracer->binaries[i].source);
    }
    free(tracer->programs);
    free(tracer->binaries);
    free(tracer->tracees);
    free(tracer);
}

void tracer_binary(struct tracer *tracer, const char *inside, const char *host, const char *source)
{
    tracer->binaries =
        mem_resize(tracer->binaries, tracer->nbinaries + 1, sizeof *tracer->binaries);
    tracer->binaries[tracer->nbinaries++] =
        (struct known_binary){mem_string(inside), mem_string(host), mem_string(source)};
}

void tracer_folder(struct tracer *tracer, const char *folder)
{
    free(tracer->folder);
    tracer->folder = mem_string(folder);
}

struct trace_program *tracer_seize(struct tracer *tracer, pid_t pid, const char *name,
                                   const char *host, struct error *err)
{
    if (ptrace(PTRACE_SEIZE, pid, 0, options) != 0) {
        error_errno(err, "cannot trace process %d (ptrace)", (int)pid);
        return NULL;
    }
    struct trace_program *program = mem_alloc(sizeof *program);
    program->name = timeline_string(tracer->tl, name);
    program->host = timeline_string(tracer->tl, host);
    program->index = tracer->nprograms;
    program->pid = pid;
    tracer->programs =
        mem_resize(tracer->programs, tracer->nprograms + 1, sizeof(struct trace_program *));
    tracer->programs[tracer->nprograms++] = program;
    struct process *p = process_add(tracer, pid, program);
    p->first = true;
    tracee_attach(tracee_add(tracer, pid), p);
    return program;
}

void tracer_calls_most(struct tracer *tracer, unsigned most)
{
    tracer->calls_most = most;
}

void tracer_ports(struct tracer *tracer, uint64_t seed)
{
    tracer->ports_follow = true;
    tracer->ports_seed = seed;
}

void tracer_at_boundaries(struct tracer *tracer, tracer_boundary_fn *fn, void *arg)
{
    tracer->boundary = fn;
    tracer->boundary_arg = arg;
}

void tracer_kill(struct tracer *tracer, const struct trace_program *program, int signal)
{
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        const struct tracee *t = tracer->tracees[i];
        if (t->process == NULL
                ? program == NULL
                : t->tid == t->process->pid && (program == NULL || t->process->program == program))
            kill(t->tid, signal);
    }
}

static int descriptor_of(const struct tracee *t)
{
    if (t->spec->args[0].type == ARG_FD)
        return (int)(uint32_t)t->args[0];
    return -1;
}

static void will_wake(struct trace_rest *rest, int64_t when)
{
    if (!rest->timed || when < rest->wakes)
        rest->wakes = when;
    rest->timed = true;
}

static struct trace_rest rest_of(const struct tracee *t)
{
    struct trace_rest rest = {.program = t->process->program, .event = -1, .fd = -1};
    if (t->process->timer_armed)
        will_wake(&rest, t->process->timer_ends);
    if (t->state != CALL_ENTERED)
        return rest;
    rest.spec = t->spec;
    rest.event = t->event;
    rest.fd = descriptor_of(t);
    if (t->spec->blocks == BLOCKS_TIMED && t->decoded.timeout_ms >= 0)
        will_wake(&rest, clock_after(t->entered, t->decoded.timeout_ms));
    if (t->spec->blocks == BLOCKS_NAP ||
        (t->spec->blocks == BLOCKS_PEER && t->process->receive_timeout))
        will_wake(&rest, 0);
    rest.idle_loop = rest.timed && t->idle_rounds >= IDLE_ROUNDS &&
                     clock_now() - t->idle_since >= IDLE_MS * CLOCK_MS;
    return rest;
}

/* A first thread that has ended before the others: the kernel tells its end only with theirs. */
static bool has_ended(const struct tracee *t)
{
    return t->tid == t->process->pid && t->process->threads > 1 && proc_state(t->tid) == 'Z';
}

bool tracer_asleep(struct tracer *tracer, const struct trace_program *program,
                   struct trace_rest *rests, unsigned most, unsigned *n)
{
    *n = 0;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        struct tracee *t = tracer->tracees[i];
        if (t->process == NULL)
            return false;
        if (program != NULL && t->process->program != program)
            continue;
        if (has_ended(t))
            continue;
        bool timed = false;
        if (!t->process->running || !(t->stopped || proc_sleeps(t->tid, &t->eye, &timed)))
            return false;
        if (*n < most) {
            rests[*n] = rest_of(t);
            if (t->state != CALL_ENTERED && timed)
                will_wake(&rests[*n], 0);
            ++*n;
        }
    }
    return *n > 0;
}

bool tracer_moves(struct tracer *tracer, const struct trace_program *program)
{
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        struct tracee *t = tracer->tracees[i];
        if (t->process == NULL)
            return true;
        if (program != NULL && t->process->program != program)
            continue;
        if (!t->process->running || (!t->stopped && proc_runs(t->tid, &t->eye)))
            return true;
    }
    return false;
}

unsigned tracer_calls(struct tracer *tracer, const struct trace_program *program,
                      struct trace_rest *rests, unsigned most)
{
    unsigned n = 0;
    for (unsigned i = 0; i < tracer->ntracees && n < most; i++) {
        const struct tracee *t = tracer->tracees[i];
        if (t->process != NULL && t->state == CALL_ENTERED &&
            (program == NULL || t->process->program == program))
            rests[n++] = rest_of(t);
    }
    return n;
}

bool tracer_in_calls(const struct tracer *tracer)
{
    for (unsigned i = 0; i < tracer->ntracees; i++)
        if (tracer->tracees[i]->state != CALL_ENTERED)
            return false;
    return true;
}

uint64_t tracer_returned(const struct tracer *tracer)
{
    return tracer->returned;
}

uint64_t tracer_activity(const struct tracer *tracer)
{
    return tracer->activity;
}

unsigned tracer_recorded(const struct tracer *tracer)
{
    return tracer->recorded;
}

unsigned tracer_live(const struct tracer *tracer)
{
    return tracer->ntracees;
}

unsigned tracer_processes(const struct tracer *tracer)
{
    return tracer->nprocesses;
}

uint64_t tracer_cpu_ms(struct tracer *tracer)
{
    uint64_t sum = tracer->ended_cpu_ms;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        struct process *p = tracer->tracees[i]->process;
        if (p != NULL && tracer->tracees[i]->tid == p->pid) {
            p->cpu_ms = proc_cpu_ms(p->pid);
            sum += p->cpu_ms;
        }
    }
    return sum;
}

uint64_t tracer_waited_ns(const struct tracer *tracer, uint64_t *most)
{
    uint64_t sum = 0, longest = 0;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        uint64_t waited = proc_waited_ns(tracer->tracees[i]->tid);
        sum += waited;
        longest = waited > longest ? waited : longest;
    }
    if (most != NULL)
        *most = longest;
    return sum;
}

uint64_t tracer_memory(const struct tracer *tracer, enum proc_memory_kind kind)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        const struct process *p = tracer->tracees[i]->process;
        if (p != NULL && tracer->tracees[i]->tid == p->pid)
            sum += proc_memory(p->pid, kind);
    }
    return sum;
}

uint64_t tracer_hidden(const struct tracer *tracer, uint64_t file_bytes)
{
    return tracer->shared + tracer->memfds * file_bytes;
}

uint64_t tracer_sent(const struct tracer *tracer)
{
    return tracer->sent;
}

void tracer_finish(struct tracer *tracer)
{
    note_forks(tracer);
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        struct tracee *t = tracer->tracees[i];
        if (t->process != NULL && t->state != CALL_NONE)
            call_abandon(tracer, t, NULL);
        /* The recording is put in order now, and its events are others'. */
        t->event = -1;
        for (unsigned k = 0; k < t->nsuspended; k++)
            t->suspended[k].event = -1;
    }
    tracer->finished = true;
}
