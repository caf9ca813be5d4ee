/*
 * trace/busy: where a program computes that makes no calls. A thread is stopped in the middle of
 * whatever it does (PTRACE_INTERRUPT, ptrace(2)), looked at like one that makes a call, and let go.
 */
#include <sys/ptrace.h>

#include "base/clock.h"
#include "trace/tracee.h"

/* A thread that runs stops at once; on a busy machine when it is its turn. */
enum { STOP_MS = 500 };

/* Of all that compute, one of the process that has computed most. */
static struct tracee *choose(const struct tracer *tracer)
{
    struct tracee *chosen = NULL;
    bool timed;
    for (unsigned i = 0; i < tracer->ntracees; i++) {
        struct tracee *t = tracer->tracees[i];
        if (t->process == NULL || !t->process->running || t->process->source == NULL ||
            t->state != CALL_NONE || t->stopped || proc_sleeps(t->tid, &t->eye, &timed))
            continue;
        if (chosen == NULL || t->process->cpu_ms > chosen->process->cpu_ms)
            chosen = t;
    }
    return chosen;
}

void busy_stopped(struct tracer *tracer, const struct tracee *t)
{
    regs_set regs;
    tracer->asked = NULL;
    if (t->state == CALL_NONE && regs_get(t->tid, &regs) == 0)
        source_locate(t->process->source, t->tid, &regs, tracer->tl, &tracer->found);
}

bool tracer_busy(struct tracer *tracer, struct trace_place *place)
{
    struct tracee *t = choose(tracer);
    if (t == NULL || ptrace(PTRACE_INTERRUPT, t->tid, 0, 0) != 0)
        return false;
    int64_t deadline = clock_now() + STOP_MS * CLOCK_MS;
    const char *program = t->process->program->name;
    tracer->found = (struct source_frame){0};
    tracer->asked = t;
    while (tracer->asked != NULL && clock_now() < deadline)
        loop_step(tracer->loop, deadline);
    tracer->asked = NULL;
    *place = (struct trace_place){.program = program,
                                  .file = tracer->found.file,
                                  .line = tracer->found.line,
                                  .function = tracer->found.function};
    return place->file != NULL && place->line > 0;
}
