/*
 * trace/faults: rules of a script that change a call which is about to run.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "trace/tracee.h"

void tracer_fault(struct tracer *tracer, struct trace_program *program,
                  const struct trace_fault *fault)
{
    if (tracer->nfaults < FAULTS_MOST)
        tracer->faults[tracer->nfaults++] = (struct fault){program, *fault, 0};
}

/* To a learner's "recv" and "send" belong read and write of a socket, not those of a file. */
static bool covers(const char *rule, const struct tracee *t)
{
    char path[64];
    struct stat st;
    const char *name = t->spec->name;
    if (!syscalls_covers(rule, name))
        return false;
    bool any_file = strncmp(name, "read", 4) == 0 || strncmp(name, "write", 5) == 0 ||
                    strcmp(name, "sendfile") == 0 || strcmp(name, "splice") == 0;
    if (!any_file || (strcmp(rule, "recv") != 0 && strcmp(rule, "send") != 0))
        return true;
    /* Of the two descriptors of splice() one says that it sends, and the other that it receives. */
    bool takes = strcmp(rule, "recv") == 0 && strcmp(name, "splice") == 0;
    int fd = (int)decoded_value(&t->decoded, takes ? "in" : "fd", -1);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->tid, fd);
    return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static struct fault *matching_fault(struct tracer *tracer, const struct tracee *t)
{
    struct fault *hit = NULL;
    for (unsigned i = 0; i < tracer->nfaults; i++) {
        struct fault *f = &tracer->faults[i];
        if (f->program != t->process->program || !covers(f->rule.call, t))
            continue;
        f->seen++;
        if (hit == NULL && f->seen >= f->rule.from && f->seen - f->rule.from < f->rule.count)
            hit = f;
    }
    return hit;
}

static void note_fault(struct tracer *tracer, struct tracee *t, const char *text)
{
    struct event *ev = timeline_append(tracer->tl, EVENT_FAULT, t->entered - tracer->start);
    ev->host = t->process->program->host;
    ev->program = t->process->program->name;
    ev->pid = t->process->vpid;
    ev->tid = t->vtid;
    ev->fault.call = t->spec->name;
    ev->fault.text = text;
}

bool faults_inject(struct tracer *tracer, struct tracee *t)
{
    struct fault *f = matching_fault(tracer, t);
    regs_set regs;
    if (f == NULL || regs_get(t->tid, &regs) != 0)
        return false;
    if (f->rule.errnum != 0) {
        note_fault(tracer, t, timeline_string(tracer->tl, strerrorname_np(f->rule.errnum)));
        regs_skip_call(t->tid, &regs, -f->rule.errnum);
        return true;
    }
    if (t->spec->length_arg >= 0 && t->args[t->spec->length_arg] > f->rule.shorten) {
        unsigned arg = (unsigned)t->spec->length_arg;
        note_fault(tracer, t,
                   timeline_format(tracer->tl, "asked for %llu bytes, allowed %zu",
                                   (unsigned long long)t->args[arg], f->rule.shorten));
        regs_set_arg(&regs, arg, f->rule.shorten);
        regs_put(t->tid, &regs);
        t->restore_arg = (int)arg;
        t->shortened = f->rule.shorten;
    }
    return false;
}
