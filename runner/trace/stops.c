/*
 * trace/stops: what each stop of a tracee means (ptrace(2)); those at calls go on to call.c.
 *
 *  - A new thread or child may stop before its parent's fork event tells whose it is: it is parked
 *    until then.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/names.h"
#include "trace/proc.h"
#include "trace/tracee.h"

static void handle_stop(struct tracer *tracer, struct tracee *t, int status);

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
    struct tracee *t = tracee_find(tracer, tid);
    pid_t group = proc_status_number(tid, "Tgid");
    if (group == 0 && t == NULL)
        return; /* killed, and reaped already */
    if (t == NULL)
        t = tracee_add(tracer, tid);
    if (t->process != NULL)
        return;
    if (group == parent->process->pid) {
        tracee_attach(t, parent->process);
    } else {
        struct process *p = process_add(tracer, tid, parent->process->program);
        const struct process *from = parent->process;
        p->running = from->running;
        p->main_seen = from->main_seen;
        p->receive_timeout = from->receive_timeout;
        p->loader_from = from->loader_from;
        p->loader_to = from->loader_to;
        p->source = source_share(from->source);
        tracee_attach(t, p);
    }
    if (t->parked_status != 0)
        handle_stop(tracer, t, t->parked_status);
}

static void find_loader(struct process *p, bool own)
{
    struct strbuf maps = STRBUF_INIT;
    struct proc_mapping m;
    p->loader_from = p->loader_to = 0;
    proc_read(p->pid, "maps", &maps);
    for (const char *at = maps.data; proc_next_mapping(&at, &m);) {
        if (!source_is_loader(p->pid, &m, own))
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
        struct tracee *old = tracee_find(tracer, former);
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
            tracee_remove(tracer, old, 0);
        }
    }
    struct process *p = t->process;
    char path[64], inside[512];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)p->pid);
    ssize_t n = readlink(path, inside, sizeof inside - 1);
    inside[n > 0 ? n : 0] = '\0';
    /* The path of the call was read before the kernel read it. */
    if (t->event >= 0 && t->decoded.count < DECODE_MAX)
        t->decoded.args[t->decoded.count++] =
            (struct arg){.name = "opened", .text = timeline_string(tracer->tl, inside)};
    const struct known_binary *known = NULL;
    for (unsigned i = 0; i < tracer->nbinaries; i++)
        if (strcmp(tracer->binaries[i].inside, inside) == 0)
            known = &tracer->binaries[i];
    bool own = tracer->nbinaries == 0; /* no program of a lab: the user's own */
    source_put(p->source);
    p->source =
        source_get(known != NULL ? known->host : NULL, known != NULL ? known->source : NULL, own);
    p->running = true;
    p->program->running = true;
    p->main_seen = false;
    find_loader(p, own);
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

void stops_status(void *arg, pid_t tid, int status)
{
    struct tracer *tracer = arg;
    struct tracee *t = tracee_find(tracer, tid);
    tracer->activity++;
    if (!WIFSTOPPED(status)) {
        if (t != NULL)
            tracee_remove(tracer, t, status);
        return;
    }
    if (tracer->finished) {
        ptrace(PTRACE_CONT, tid, 0, 0); /* on its way to being killed */
        return;
    }
    if (t == NULL)
        t = tracee_add(tracer, tid);
    if (t->process == NULL && status >> 16 == PTRACE_EVENT_EXIT)
        ptrace(PTRACE_CONT, tid, 0, 0); /* killed before its parent could tell of it */
    else if (t->process == NULL)
        t->parked_status = status;
    else
        handle_stop(tracer, t, status);
}
