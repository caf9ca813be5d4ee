/*
 * trace/call: the entry and the exit of one traced call.
 *
 *  - The filter stops a tracee at the entry of a traced call; it is resumed so that it stops again
 * at the exit.
 *  - A call that a signal interrupts ends with one of the kernel's restart codes (512 to 516),
 * which a program never sees: either it is entered again (by itself, or through
 * restart_syscall), or the handler's rt_sigreturn shows that it failed with EINTR. Both are one
 * event. Calls that the handler makes meanwhile are events of their own.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/ports.h"
#include "trace/tracee.h"

enum { RESTART_FIRST = 512, RESTART_LAST = 516 };

static void at_boundary(struct tracer *tracer, int64_t now, const struct event *call)
{
    if (tracer->boundary != NULL)
        tracer->boundary(tracer->boundary_arg, now - tracer->start, call);
}

static bool system_call_info(pid_t tid, struct __ptrace_syscall_info *info)
{
    memset(info, 0, sizeof *info);
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof *info, info) > 0;
}

static struct call_event *event_of(struct tracer *tracer, struct tracee *t)
{
    return t->event >= 0 ? &tracer->tl->events[t->event].call : NULL;
}

static void store_args(struct tracer *tracer, struct tracee *t)
{
    struct call_event *call = event_of(tracer, t);
    if (call == NULL)
        return;
    if (t->decoded.count > call->nargs) {
        struct arg *args = timeline_memory(tracer->tl, t->decoded.count * sizeof *args);
        memcpy(args, t->decoded.args, t->decoded.count * sizeof *args);
        call->args = args;
        call->nargs = t->decoded.count;
    }
}

/* What lies in the programs' folder is named as seen from there, wherever that folder is. */
static void name_opened(const struct tracer *tracer, struct tracee *t)
{
    size_t len = tracer->folder != NULL ? strlen(tracer->folder) : 0;
    for (unsigned i = 0; len > 0 && i < t->decoded.count; i++) {
        struct arg *arg = &t->decoded.args[i];
        if (strcmp(arg->name, "opened") != 0 || strncmp(arg->text, tracer->folder, len) != 0)
            continue;
        if (arg->text[len] == '/')
            arg->text += len + 1;
        else if (arg->text[len] == '\0')
            arg->text = ".";
    }
}

/* --- entry --- */

/* The C library's own errands inside a look-up: their sockets are not the learner's. */
static bool is_lookup(const char *via)
{
    static const char *const names[] = {"getaddrinfo",    "getnameinfo",   "gethostbyname",
                                        "gethostbyname2", "gethostbyaddr", "getservbyname",
                                        "getservbyport",  "getpwuid",      "getpwnam"};
    for (size_t i = 0; via != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(via, names[i]) == 0)
            return true;
    return false;
}

static bool worth_recording(struct tracer *tracer, struct tracee *t, struct source_frame *frame)
{
    struct process *p = t->process;
    regs_set regs;
    *frame = (struct source_frame){0};
    if (p->source != NULL && regs_get(t->tid, &regs) == 0)
        source_locate(p->source, t->tid, &regs, tracer->tl, frame);
    if (t->spec->number == SYS_execve)
        return true; /* what runs from there on is another program: nothing may hide that */
    if (frame->in_loader)
        return false;
    if (frame->in_program || frame->unreadable)
        p->main_seen = true;
    return p->main_seen && !is_lookup(frame->via);
}

static void record(struct tracer *tracer, struct tracee *t, const struct source_frame *frame)
{
    t->event = (int64_t)tracer->tl->count;
    struct event *ev = timeline_append(tracer->tl, EVENT_CALL, t->entered - tracer->start);
    ev->host = t->process->program->host;
    ev->program = t->process->program->name;
    ev->pid = t->process->vpid;
    ev->tid = t->vtid;
    ev->call.name = t->spec->name;
    ev->call.file = frame->file;
    ev->call.line = frame->line;
    ev->call.function = frame->function;
    /* syscall(SYS_openat2, …) is that call, of which the C library knows nothing else. */
    bool bare = frame->via != NULL && strcmp(frame->via, "syscall") == 0;
    ev->call.via = bare ? t->spec->name : frame->via;
    store_args(tracer, t);
    tracer->recorded++;
}

/* --- calls and signal handlers --- */

/* What the kernel puts on the stack for a handler is larger than this, so a handler's calls are
 * made further below the interrupted one. */
enum { SIGNAL_FRAME = 512 };

static void suspend(struct tracee *t)
{
    struct suspended *s = &t->suspended[t->nsuspended++];
    s->spec = t->spec;
    memcpy(s->args, t->args, sizeof s->args);
    s->sp = t->sp;
    s->decoded = t->decoded;
    s->event = t->event;
    s->entered = t->entered;
    s->restore_arg = t->restore_arg;
    s->shortened = t->shortened;
}

static void resume_suspended(struct tracee *t)
{
    const struct suspended *s = &t->suspended[--t->nsuspended];
    t->spec = s->spec;
    memcpy(t->args, s->args, sizeof t->args);
    t->sp = s->sp;
    t->decoded = s->decoded;
    t->event = s->event;
    t->entered = s->entered;
    t->restore_arg = s->restore_arg;
    t->shortened = s->shortened;
    t->state = CALL_INTERRUPTED;
}

/* Another call is entered while one is interrupted: a handler makes it, or a handler was left by
 * longjmp and the interrupted one never returns. */
static void leave_interrupted(struct tracer *tracer, struct tracee *t, uint64_t sp)
{
    if (t->state == CALL_INTERRUPTED) {
        if (t->nsuspended == SUSPENDED_MOST || sp + SIGNAL_FRAME > t->sp)
            call_abandon(tracer, t, NULL);
        else
            suspend(t);
    }
    while (t->nsuspended > 0 && sp + SIGNAL_FRAME > t->suspended[t->nsuspended - 1].sp) {
        resume_suspended(t);
        call_abandon(tracer, t, NULL);
    }
}

static bool is_restart(const struct tracee *t, long number, const uint64_t args[6])
{
    if (t->state != CALL_INTERRUPTED)
        return false;
    return number == SYS_restart_syscall ||
           (number == t->spec->number && memcmp(t->args, args, sizeof t->args) == 0);
}

static void restart(struct tracee *t)
{
    regs_set regs;
    t->state = CALL_ENTERED;
    if (t->restore_arg >= 0 && regs_get(t->tid, &regs) == 0) {
        regs_set_arg(&regs, (unsigned)t->restore_arg, t->shortened);
        regs_put(t->tid, &regs);
    }
}

/* Memory that no process need show: see tracer_hidden. A mapping of a device is one of /dev/zero.
 */
static void note_hidden(struct tracer *tracer, const struct tracee *t, long number,
                        const uint64_t args[6])
{
    char path[64];
    struct stat st;
    if (number == SYS_memfd_create) {
        tracer->memfds++;
    } else if (number == SYS_mmap) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->tid, (int)args[4]);
        if ((args[3] & MAP_ANONYMOUS) != 0 || (stat(path, &st) == 0 && S_ISCHR(st.st_mode)))
            tracer->shared += args[1];
    }
}

/* The loader never executes another program; who lets it seem so has something to hide. */
static bool is_loaders(const struct process *p, const struct call_spec *spec, uint64_t at)
{
    return at >= p->loader_from && at < p->loader_to && spec->number != SYS_execve;
}

/* What the filter wants to fail (filter.h), also where nobody follows the call. */
static void refuse(const struct tracee *t, int error)
{
    regs_set regs;
    if (error != 0 && regs_get(t->tid, &regs) == 0)
        regs_skip_call(t->tid, &regs, -error);
}

void call_entry(struct tracer *tracer, struct tracee *t)
{
    struct __ptrace_syscall_info info;
    if (!system_call_info(t->tid, &info) || info.op != PTRACE_SYSCALL_INFO_SECCOMP) {
        tracee_resume(t, 0);
        return;
    }
    refuse(t, (int)info.seccomp.ret_data);
    if (info.seccomp.nr == SYS_rt_sigreturn) {
        t->below = t->state;
        t->state = CALL_SIGRETURN;
        tracee_resume(t, 0);
        return;
    }
    const struct call_spec *spec = syscalls_find((long)info.seccomp.nr);
    uint64_t args[6];
    for (int i = 0; i < 6; i++)
        args[i] = info.seccomp.args[i];
    if (is_restart(t, (long)info.seccomp.nr, args)) {
        restart(t);
        tracee_resume(t, 0);
        return;
    }
    if (spec == NULL) {
        note_hidden(tracer, t, (long)info.seccomp.nr, args);
        tracee_resume(t, 0);
        return;
    }
    if (!t->process->running || is_loaders(t->process, spec, info.instruction_pointer)) {
        tracee_resume(t, 0); /* the loader's own: not followed to its exit */
        return;
    }
    leave_interrupted(tracer, t, info.stack_pointer);

    struct source_frame frame;
    bool skipped = false;
    t->entered = clock_now();
    t->sp = info.stack_pointer;
    t->spec = spec;
    memcpy(t->args, args, sizeof t->args);
    t->restore_arg = -1;
    t->event = -1;
    t->state = CALL_ENTERED;
    t->decoded.count = 0;
    t->decoded.timeout_ms = -1;
    if (worth_recording(tracer, t, &frame)) {
        if (tracer->calls_most > 0 && tracer->recorded >= tracer->calls_most) {
            tracer->recorded++;
            t->state = CALL_NONE;
            return; /* held */
        }
        decode_entry(tracer->tl, t->tid, spec, args, &t->decoded);
        skipped = faults_inject(tracer, t);
        at_boundary(tracer, t->entered, NULL);
        record(tracer, t, &frame);
    } else if (spec->blocks == BLOCKS_TIMED) {
        /* Not recorded, but it tells a sleep from a stall: a resolver waits for its servers so. */
        decode_entry(tracer->tl, t->tid, spec, args, &t->decoded);
    }
    if (!skipped)
        ports_entry(tracer, t);
    tracee_resume(t, 0);
}

/* --- exit --- */

static void count_terminal_output(struct tracee *t, int64_t result)
{
    char path[64];
    struct stat st;
    int fd = (int)decoded_value(&t->decoded, "fd", -1);
    bool writes = strcmp(t->spec->name, "write") == 0 || strcmp(t->spec->name, "writev") == 0;
    if (!writes || result <= 0)
        return;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->tid, fd);
    /* The other ends of pseudo terminals have these major numbers (the kernel's devices.txt). */
    if (stat(path, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) >= 136 &&
        major(st.st_rdev) <= 143)
        t->process->program->tty_written += (uint64_t)result;
}

/* What the kernel may hold for whoever reads it, with what it needs for itself beside it. */
static void count_sent(struct tracer *tracer, const struct tracee *t, int64_t result)
{
    enum { BESIDE = 1024, DATAGRAM_MOST = 65536 };
    switch (t->spec->number) {
    case SYS_write:
    case SYS_writev:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendfile:
    case SYS_splice:
        tracer->sent += (uint64_t)result + BESIDE;
        break;
    case SYS_sendmmsg:
        tracer->sent += (uint64_t)result * DATAGRAM_MOST;
        break;
    default:
        break;
    }
}

static void finish(struct tracer *tracer, struct tracee *t, int64_t result, const char *error)
{
    int64_t now = clock_now();
    t->state = CALL_NONE;
    tracer->returned++;
    if (t->event < 0)
        return;
    decode_exit(tracer->tl, t->tid, t->spec, t->args, error != NULL ? -1 : result, &t->decoded);
    name_opened(tracer, t);
    store_args(tracer, t);
    struct call_event *call = event_of(tracer, t);
    call->returned = true;
    call->result = error != NULL ? -1 : result;
    call->error = timeline_string(tracer->tl, error);
    call->blocked_ns = now - t->entered;
    int64_t told = call->result;
    at_boundary(tracer, now, &tracer->tl->events[t->event]); /* may append: the events move */
    count_terminal_output(t, result);
    idle_effects(t, told);
    idle_after(t, told, error);
}

void call_abandon(struct tracer *tracer, struct tracee *t, const char *error)
{
    if (error != NULL) {
        finish(tracer, t, -1, error);
        return;
    }
    struct call_event *call = event_of(tracer, t);
    if (call != NULL && !call->returned)
        call->blocked_ns = clock_now() - t->entered;
    t->state = CALL_NONE;
}

/* The handler is done: the registers it restores tell what became of the call below. A restart
 * sets the program counter back to the system call instruction, EINTR stands in the result. */
static void sigreturn_exit(struct tracer *tracer, struct tracee *t)
{
    regs_set regs;
    t->state = t->below;
    if (t->state == CALL_NONE && t->nsuspended > 0)
        resume_suspended(t);
    if (t->state == CALL_INTERRUPTED && regs_get(t->tid, &regs) == 0 &&
        (int64_t)regs_result(&regs) == -EINTR)
        call_abandon(tracer, t, "EINTR");
}

static void restore_argument(struct tracee *t)
{
    regs_set regs;
    if (t->restore_arg >= 0 && regs_get(t->tid, &regs) == 0) {
        regs_set_arg(&regs, (unsigned)t->restore_arg, t->args[t->restore_arg]);
        regs_put(t->tid, &regs);
    }
}

/* The port that was meant for its socket is taken: it gets any, as if nothing had been. */
static bool again(struct tracee *t, int64_t result)
{
    regs_set regs;
    if (!ports_exit(t, result))
        return false;
    restore_argument(t);
    if (regs_get(t->tid, &regs) != 0 ||
        regs_repeat_call(t->tid, &regs, (uint64_t)t->spec->number, t->args) != 0)
        return false;
    t->state = CALL_INTERRUPTED; /* and entered again */
    return true;
}

void call_exit(struct tracer *tracer, struct tracee *t)
{
    struct __ptrace_syscall_info info;
    if (t->state == CALL_SIGRETURN) {
        sigreturn_exit(tracer, t);
    } else if (t->state == CALL_ENTERED && system_call_info(t->tid, &info) &&
               info.op == PTRACE_SYSCALL_INFO_EXIT && !again(t, info.exit.rval)) {
        int64_t result = info.exit.rval;
        const char *error = NULL;
        if (info.exit.is_error && -result >= RESTART_FIRST && -result <= RESTART_LAST) {
            t->state = CALL_INTERRUPTED;
            restore_argument(t);
        } else {
            if (info.exit.is_error)
                error = strerrorname_np((int)-result);
            else if (result > 0)
                count_sent(tracer, t, result);
            if (result == -ENOSPC)
                t->process->program->no_space = true;
            restore_argument(t);
            finish(tracer, t, result, info.exit.is_error && error == NULL ? "E?" : error);
        }
    }
    bool held = tracer->calls_most > 0 && t->process->program->spinning;
    if (!held)
        tracee_resume(t, 0);
}
