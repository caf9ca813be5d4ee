/*
 * trace/tracer: see tracer.h. Who is traced, and what each stop means; the calls themselves are
 * in call.c.
 *
 *  - A new thread or child may stop before its parent's fork event tells whose it is: it is parked
 *    until then.
 *  - Every tracee is waited for (the loop does, with __WALL), also one whose namespace is dying.
 */
#include "trace/tracer.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trace/names.h"
#include "trace/proc.h"
#include "trace/tracee.h"

static const unsigned long options =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;

static void on_status(void *arg, pid_t tid, int status);
static void handle_stop(struct tracer *tracer, struct tracee *t, int status);

int64_t tracer_now(const struct tracer *tracer)
{
    return clock_now() - tracer->start;
}

/* --- the lists --- */

static struct tracee *find(struct tracer *tracer, pid_t tid)
{
    for (unsigned i = 0; i < tracer->ntracees; i++)
        if (tracer->tracees[i]->tid == tid)
            return tracer->tracees[i];
    return NULL;
}

static struct tracee *add(struct tracer *tracer, pid_t tid)
{
    if (tracer->ntracees == tracer->cap) {
        tracer->cap = tracer->cap != 0 ? 2 * tracer->cap : 16;
        tracer->tracees = mem_resize(tracer->tracees, tracer->cap, sizeof(struct tracee *));
    }
    struct tracee *t = mem_alloc(sizeof *t);
    t->tid = tid;
    t->event = -1;
    t->restore_arg = -1;
    tracer->tracees[tracer->ntracees++] = t;
    return t;
}

static struct process *add_process(struct tracer *tracer, pid_t pid, struct trace_program *program)
{
    struct process *p = mem_alloc(sizeof *p);
    unsigned same = 1;
    p->pid = pid;
    p->vpid = proc_status_number(pid, "NSpid");
    p->program = program;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        const struct process *other = tracer->tracees[i]->process;
        same += other != NULL && other->program == program && tracer->tracees[i]->tid == other->pid;
    }
    if (same > program->processes_most)
        program->processes_most = same;
    tracer->nprocesses++;
    return p;
}

static void attach(struct tracee *t, struct process *process)
{
    t->process = process;
    t->vtid = t->tid == process->pid ? process->vpid : proc_status_number(t->tid, "NSpid");
    process->threads++;
    process->program->live++;
}

static void note_exit(struct tracer *tracer, struct process *p, int status)
{
    struct trace_program *program = p->program;
    struct strbuf name = STRBUF_INIT;
    if (!p->running || tracer->finished)
        return; /* it never became the program: the sandbox tells why; or nobody records any more */
    struct event *ev = timeline_append(tracer->tl, EVENT_EXIT, tracer_now(tracer));
    ev->host = program->host;
    ev->program = program->name;
    ev->pid = ev->tid = p->vpid;
    ev->exit.main = p->first;
    ev->exit.leftover = p->leftover;
    ev->exit.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (WIFSIGNALED(status)) {
        names_signal(&name, WTERMSIG(status));
        ev->exit.signal = timeline_string(tracer->tl, name.data);
        strbuf_free(&name);
    }
    if (p->first) {
        program->exited = true;
        program->status = ev->exit.status;
        program->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
}

static void remove_tracee(struct tracer *tracer, struct tracee *t, int status)
{
    struct process *p = t->process;
    call_abandon(tracer, t, NULL);
    if (tracer->asked == t)
        tracer->asked = NULL;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        if (tracer->tracees[i] == t) {
            tracer->tracees[i] = tracer->tracees[--tracer->ntracees];
            break;
        }
    }
    if (p != NULL) {
        p->program->live--;
        if (--p->threads == 0) {
            note_exit(tracer, p, status);
            tracer->nprocesses--;
            tracer->ended_cpu_ms += p->cpu_ms;
            source_put(p->source);
            free(p);
        }
    }
    free(t);
}

/* --- stops --- */

void tracee_resume(struct tracee *t, int signal)
{
    bool exit_wanted = t->state == CALL_ENTERED || t->state == CALL_SIGRETURN;
    /* ESRCH: it was killed meanwhile; its end will be reported. */
    ptrace(exit_wanted ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, 0, signal);
}

static pid_t event_message(pid_t tid)
{
    unsigned long message = 0;
    ptrace(PTRACE_GETEVENTMSG, tid, 0, &message);
    return (pid_t)message;
}

/* The tracee has a new thread or child. */
static void on_fork(struct tracer *tracer, struct tracee *parent)
{
    pid_t tid = event_message(parent->tid);
    struct tracee *t = find(tracer, tid);
    pid_t group = proc_status_number(tid, "Tgid");
    if (group == 0 && t == NULL)
        return; /* killed, and reaped already */
    if (t == NULL)
        t = add(tracer, tid);
    if (t->process != NULL)
        return;
    if (group == parent->process->pid) {
        attach(t, parent->process);
    } else {
        struct process *p = add_process(tracer, tid, parent->process->program);
        const struct process *from = parent->process;
        p->running = from->running;
        p->main_seen = from->main_seen;
        p->receive_timeout = from->receive_timeout;
        p->loader_from = from->loader_from;
        p->loader_to = from->loader_to;
        p->source = source_share(from->source);
        attach(t, p);
    }
    if (t->parked_status != 0)
        handle_stop(tracer, t, t->parked_status);
}

static void find_loader(struct process *p)
{
    struct strbuf maps = STRBUF_INIT;
    struct proc_mapping m;
    p->loader_from = p->loader_to = 0;
    proc_read(p->pid, "maps", &maps);
    for (const char *at = maps.data; proc_next_mapping(&at, &m);) {
        if (!source_is_loader(m.path, m.path_len))
            continue;
        if (p->loader_from == 0)
            p->loader_from = m.start;
        p->loader_to = m.end;
    }
    strbuf_free(&maps);
}

/* The process runs a new program image. */
static void on_exec(struct tracer *tracer, struct tracee *t)
{
    /* When a thread other than the first one executes, it takes over the first one's id. */
    pid_t former = event_message(t->tid);
    if (former != t->tid) {
        /* What the first one was in the middle of will never return; the exec is the other's. */
        struct tracee *old = find(tracer, former);
        call_abandon(tracer, t, NULL);
        t->nsuspended = 0;
        if (old != NULL) {
            t->state = old->state;
            t->spec = old->spec;
            memcpy(t->args, old->args, sizeof t->args);
            t->decoded = old->decoded;
            t->event = old->event;
            t->entered = old->entered;
            old->state = CALL_NONE;
            old->event = -1;
            remove_tracee(tracer, old, 0);
        }
    }
    struct process *p = t->process;
    char path[64], inside[512];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)p->pid);
    ssize_t n = readlink(path, inside, sizeof inside - 1);
    inside[n > 0 ? n : 0] = '\0';
    const struct known_binary *known = NULL;
    for (unsigned i = 0; i < tracer->nbinaries; i++)
        if (strcmp(tracer->binaries[i].inside, inside) == 0)
            known = &tracer->binaries[i];
    source_put(p->source);
    p->source =
        source_get(known != NULL ? known->host : NULL, known != NULL ? known->source : NULL);
    p->running = true;
    p->program->running = true;
    p->main_seen = false;
    find_loader(p);
}

/* What is open besides the standard streams; a line each. */
static const char *open_descriptors(struct tracer *tracer, pid_t pid)
{
    char path[64], target[256];
    struct strbuf text = STRBUF_INIT;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd <= STDERR_FILENO)
            continue;
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        if (n > 0)
            strbuf_printf(&text, "%sfd %d %.*s", text.len > 0 ? "\n" : "", fd, (int)n, target);
    }
    if (dir != NULL)
        closedir(dir);
    const char *kept = text.len > 0 ? timeline_string(tracer->tl, text.data) : NULL;
    strbuf_free(&text);
    return kept;
}

static void on_exit_stop(struct tracer *tracer, struct tracee *t)
{
    struct process *p = t->process;
    if (p->threads == 1) {
        p->cpu_ms = proc_cpu_ms(p->pid);
        if (p->running)
            p->leftover = open_descriptors(tracer, p->pid);
    }
}

static bool is_crash(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
           signal == SIGABRT || signal == SIGSYS || signal == SIGTRAP;
}

static void on_signal(struct tracer *tracer, struct tracee *t, int signal)
{
    struct process *p = t->process;
    struct source_frame frame = {0};
    struct strbuf name = STRBUF_INIT;
    regs_set regs;
    bool fatal = is_crash(signal);
    if (signal == SIGALRM && !p->timer_repeats)
        p->timer_armed = false;
    if (!p->running)
        return;
    if (fatal && p->source != NULL && regs_get(t->tid, &regs) == 0)
        source_locate(p->source, t->tid, &regs, tracer->tl, &frame);
    struct event *ev = timeline_append(tracer->tl, EVENT_SIGNAL, tracer_now(tracer));
    names_signal(&name, signal);
    ev->host = p->program->host;
    ev->program = p->program->name;
    ev->pid = p->vpid;
    ev->tid = t->vtid;
    ev->signal.name = timeline_string(tracer->tl, name.data);
    ev->signal.fatal = fatal;
    ev->signal.file = frame.file;
    ev->signal.line = frame.line;
    strbuf_free(&name);
    if (fatal)
        p->program->crashed = true;
}

static bool is_job_stop(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void handle_stop(struct tracer *tracer, struct tracee *t, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;
    t->parked_status = 0;
    t->stopped = false;
    switch (event) {
    case PTRACE_EVENT_SECCOMP:
        call_entry(tracer, t);
        return;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        on_fork(tracer, t);
        break;
    case PTRACE_EVENT_EXEC:
        on_exec(tracer, t);
        break;
    case PTRACE_EVENT_EXIT:
        on_exit_stop(tracer, t);
        break;
    case PTRACE_EVENT_STOP:
        if (is_job_stop(signal) && t->process->running) {
            t->stopped = true;
            ptrace(PTRACE_LISTEN, t->tid, 0, 0); /* stays stopped, as the terminal asked */
            return;
        }
        if (tracer->asked == t)
            busy_stopped(tracer, t);
        break;
    default:
        if (signal == (SIGTRAP | 0x80)) {
            call_exit(tracer, t);
            return;
        }
        on_signal(tracer, t, signal);
        tracee_resume(t, signal);
        return;
    }
    tracee_resume(t, 0);
}

static void on_status(void *arg, pid_t tid, int status)
{
    struct tracer *tracer = arg;
    struct tracee *t = find(tracer, tid);
    tracer->activity++;
    if (!WIFSTOPPED(status)) {
        if (t != NULL)
            remove_tracee(tracer, t, status);
        return;
    }
    if (tracer->finished) {
        ptrace(PTRACE_CONT, tid, 0, 0); /* on its way to being killed */
        return;
    }
    if (t == NULL)
        t = add(tracer, tid);
    if (t->process == NULL)
        t->parked_status = status;
    else
        handle_stop(tracer, t, status);
}

/* --- for the scene --- */

struct tracer *tracer_new(struct loop *loop, struct timeline *tl, int64_t start, struct error *err)
{
    (void)err;
    struct tracer *tracer = mem_alloc(sizeof *tracer);
    tracer->loop = loop;
    tracer->tl = tl;
    tracer->start = start;
    loop_child_default(loop, on_status, tracer);
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
        if (pid <= 0 || find(tracer, pid) != NULL ||
            proc_status_number(pid, "TracerPid") != (int)getpid())
            continue;
        kill(pid, SIGKILL);
        add(tracer, pid);
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
        remove_tracee(tracer, tracer->tracees[0], 0);
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
    struct process *p = add_process(tracer, pid, program);
    p->first = true;
    attach(add(tracer, pid), p);
    return program;
}

void tracer_fault(struct tracer *tracer, struct trace_program *program,
                  const struct trace_fault *fault)
{
    if (tracer->nfaults < FAULTS_MOST)
        tracer->faults[tracer->nfaults++] = (struct fault){program, *fault, 0};
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

static struct trace_rest rest_of(const struct tracee *t)
{
    struct trace_rest rest = {.program = t->process->program, .event = -1, .fd = -1};
    rest.timed = t->process->timer_armed;
    if (t->state != CALL_ENTERED)
        return rest;
    rest.spec = t->spec;
    rest.event = t->event;
    rest.fd = descriptor_of(t);
    if (t->spec->blocks == BLOCKS_NAP ||
        (t->spec->blocks == BLOCKS_TIMED && t->decoded.timeout_ms >= 0) ||
        (t->spec->blocks == BLOCKS_PEER && t->process->receive_timeout))
        rest.timed = true;
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
        const struct tracee *t = tracer->tracees[i];
        if (t->process == NULL)
            return false;
        if (program != NULL && t->process->program != program)
            continue;
        if (has_ended(t))
            continue;
        bool timed = false;
        if (!t->process->running || !(t->stopped || proc_sleeps(t->tid, &timed)))
            return false;
        if (*n < most) {
            rests[*n] = rest_of(t);
            if (t->state != CALL_ENTERED)
                rests[*n].timed = rests[*n].timed || timed;
            ++*n;
        }
    }
    return *n > 0;
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

uint64_t tracer_memory(const struct tracer *tracer)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        const struct process *p = tracer->tracees[i]->process;
        if (p != NULL && tracer->tracees[i]->tid == p->pid)
            sum += proc_memory(p->pid);
    }
    return sum;
}

void tracer_finish(struct tracer *tracer)
{
    note_forks(tracer);
    for (unsigned i = 0; i < tracer->ntracees; i++)
        if (tracer->tracees[i]->process != NULL && tracer->tracees[i]->state != CALL_NONE)
            call_abandon(tracer, tracer->tracees[i], NULL);
    tracer->finished = true;
}
