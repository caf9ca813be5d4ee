/*
 * call.c - reading a call event: its arguments, and the name the learner knows it by.
 */
#include <string.h>

#include "timeline/timeline.h"

const struct arg *call_arg(const struct call_event *call, const char *name)
{
    for (unsigned i = 0; i < call->nargs; i++)
        if (strcmp(call->args[i].name, name) == 0)
            return &call->args[i];
    return NULL;
}

int64_t call_value(const struct call_event *call, const char *name, int64_t fallback)
{
    const struct arg *arg = call_arg(call, name);
    return arg != NULL && arg->has_value ? arg->value : fallback;
}

const char *call_text(const struct call_event *call, const char *name)
{
    const struct arg *arg = call_arg(call, name);
    return arg != NULL && arg->text != NULL ? arg->text : "";
}

/* Did the program give an address, or ask for one? While the call waits, or when it failed, there
 * is no address to show; the length it passed tells. */
static bool has_address(const struct call_event *call)
{
    const struct arg *addr = call_arg(call, "addr");
    if (call_arg(call, "addrlen_in") != NULL)
        return true;
    if (addr == NULL)
        return false;
    if (addr->has_value)
        return addr->value != 0;
    return addr->text != NULL && strcmp(addr->text, "NULL") != 0;
}

/* One kernel call stands for three things a C program can write. */
static const char *clone_name(const struct call_event *call)
{
    const char *flags = call_text(call, "flags");
    if (strstr(flags, "CLONE_THREAD") != NULL)
        return "pthread_create";
    if (strstr(flags, "CLONE_VFORK") != NULL)
        return "posix_spawn";
    return "fork";
}

const char *call_display_name(const struct call_event *call)
{
    static const struct {
        const char *kernel, *shown;
    } names[] = {
        {"accept4", "accept"},
        {"pselect6", "select"},
        {"ppoll", "poll"},
        {"epoll_pwait", "epoll_wait"},
        {"epoll_create1", "epoll_create"},
        {"epoll_pwait2", "epoll_wait"},
        {"wait4", "waitpid"},
        {"clock_nanosleep", "nanosleep"},
        {"exit_group", "exit"},
        {"rt_sigaction", "sigaction"},
        {"pipe2", "pipe"},
        {"dup3", "dup2"},
        {"openat", "open"},
        {"unlinkat", "unlink"},
        {"renameat", "rename"},
        {"renameat2", "rename"},
        {"mkdirat", "mkdir"},
        {"linkat", "link"},
        {"symlinkat", "symlink"},
        {"pread64", "pread"},
        {"pwrite64", "pwrite"},
        {"rt_sigprocmask", "sigprocmask"},
        {"rt_sigsuspend", "sigsuspend"},
        {"rt_sigtimedwait", "sigtimedwait"},
    };
    if (strcmp(call->name, "recvfrom") == 0)
        return has_address(call) ? "recvfrom" : "recv";
    if (strcmp(call->name, "sendto") == 0)
        return has_address(call) ? "sendto" : "send";
    if (strcmp(call->name, "clone") == 0 || strcmp(call->name, "clone3") == 0)
        return clone_name(call);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(call->name, names[i].kernel) == 0)
            return names[i].shown;
    return call->name;
}

bool call_succeeded(const struct call_event *call)
{
    return call->returned && call->error == NULL && call->result != -1;
}

bool call_is(const struct event *ev, const char *name)
{
    return ev->kind == EVENT_CALL && strcmp(ev->call.name, name) == 0;
}

bool state_is_left(const struct event *ev, const char *state)
{
    return ev->kind == EVENT_STATE && ev->state.from == NULL && ev->state.to != NULL &&
           (state == NULL || strcmp(ev->state.to, state) == 0);
}
