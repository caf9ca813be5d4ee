/*
 * trace/tracee: the lists of threads, processes and programs, and what is told of a process at its
 * end.
 */
#include "trace/tracee.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "trace/names.h"

struct tracee *tracee_find(struct tracer *tracer, pid_t tid)
{
    for (unsigned i = 0; i < tracer->ntracees; i++)
        if (tracer->tracees[i]->tid == tid)
            return tracer->tracees[i];
    return NULL;
}

struct tracee *tracee_add(struct tracer *tracer, pid_t tid)
{
    if (tracer->ntracees == tracer->cap) {
        tracer->cap = tracer->cap != 0 ? 2 * tracer->cap : 16;
        tracer->tracees = mem_resize(tracer->tracees, tracer->cap, sizeof(struct tracee *));
    }
    struct tracee *t = mem_alloc(sizeof *t);
    t->tid = tid;
    t->eye = (struct proc_eye){-1, -1};
    t->event = -1;
    t->restore_arg = -1;
    tracer->tracees[tracer->ntracees++] = t;
    return t;
}

struct process *process_add(struct tracer *tracer, pid_t pid, struct trace_program *program)
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

void tracee_attach(struct tracee *t, struct process *process)
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

void tracee_remove(struct tracer *tracer, struct tracee *t, int status)
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
    proc_eye_close(&t->eye);
    free(t);
}
