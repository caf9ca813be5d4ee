/*
 * picture_calls.c - which calls are shown, and which may wait.
 */
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"

static bool about_sockets(const char *name)
{
    static const char *const names[] = {"socket",      "bind",       "listen",     "accept",
                                        "accept4",     "connect",    "recvfrom",   "recvmsg",
                                        "recvmmsg",    "sendto",     "sendmsg",    "sendmmsg",
                                        "shutdown",    "setsockopt", "getsockopt", "getsockname",
                                        "getpeername", "socketpair", NULL};
    return model_one_of(name, names);
}

static bool about_waiting(const char *name)
{
    static const char *const names[] = {"poll",
                                        "ppoll",
                                        "select",
                                        "pselect6",
                                        "epoll_wait",
                                        "epoll_pwait",
                                        "epoll_pwait2",
                                        "epoll_create1",
                                        "epoll_ctl",
                                        "nanosleep",
                                        "clock_nanosleep",
                                        "pause",
                                        "wait4",
                                        "waitid",
                                        "fork",
                                        "vfork",
                                        "clone",
                                        "clone3",
                                        "kill",
                                        "sendfile",
                                        "rt_sigsuspend",
                                        "rt_sigtimedwait",
                                        NULL};
    return model_one_of(name, names);
}

/* Of interest only where a child has something to do with the network: a wrapper of the shell, or a
 * compiler that is asked for its version, hides what a learner looks for. */
static bool about_children(const char *name)
{
    static const char *const names[] = {"wait4", "waitid", "fork", "vfork",
                                        "clone", "clone3", NULL};
    return model_one_of(name, names);
}

void picture_find_busy(struct picture *p)
{
    struct picture_work *w = p->work;
    for (size_t i = 0; i < w->model.ncalls; i++) {
        const struct model_call *call = &w->model.calls[i];
        if (call->event == NULL || call->process == NULL ||
            (call->socket == NULL && call->made == NULL))
            continue;
        bool known = w->nbusy > 0 && w->busy[w->nbusy - 1] == call->process;
        for (size_t k = 0; !known && k < w->nbusy; k++)
            known = w->busy[k] == call->process;
        if (known)
            continue;
        w->busy = mem_resize(w->busy, w->nbusy + 1, sizeof *w->busy);
        w->busy[w->nbusy++] = call->process;
        w->busy_children |= call->process->parent != NULL;
    }
}

bool picture_is_busy(const struct picture *p, const struct event *ev)
{
    const struct model_process *process = model_process(&p->work->model, ev->pid);
    bool busy = process == NULL || process->parent == NULL;
    for (size_t k = 0; !busy && k < p->work->nbusy; k++)
        busy = p->work->busy[k] == process;
    return busy;
}

/* A talk with the kernel about its interfaces: what getifaddrs() does. */
static bool about_interfaces(const struct model_call *call)
{
    const struct model_socket *socket = call == NULL         ? NULL
                                        : call->made != NULL ? call->made
                                                             : call->socket;
    return socket != NULL && socket->domain != NULL && strcmp(socket->domain, "AF_NETLINK") == 0;
}

bool picture_is_shown(const struct picture *p, const struct event *ev)
{
    const struct model_call *call = model_call(&p->work->model, ev->n);
    const char *name = ev->call.name;
    if (about_interfaces(call))
        return false;
    if (about_children(name))
        return p->work->busy_children;
    if (about_sockets(name) || about_waiting(name))
        return true;
    if (call == NULL)
        return false;
    if (strcmp(name, "fcntl") == 0)
        return call->socket != NULL && strstr(call_text(&ev->call, "command"), "SETFL") != NULL;
    if (call->socket != NULL)
        return true;
    /* The output is a row of its own, where it was recorded. */
    return call->io == MODEL_RECV && (call->fd == 0 || ev->call.error != NULL) &&
           picture_is_busy(p, ev);
}

bool picture_is_print(const struct picture *p, const struct event *ev)
{
    const struct model_call *call = model_call(&p->work->model, ev->n);
    return call != NULL && call->socket == NULL && call->io == MODEL_SEND &&
           (call->fd == 1 || call->fd == 2);
}

bool picture_may_wait(const char *name)
{
    static const char *const names[] = {"accept",
                                        "accept4",
                                        "connect",
                                        "recvfrom",
                                        "recvmsg",
                                        "recvmmsg",
                                        "read",
                                        "readv",
                                        "poll",
                                        "ppoll",
                                        "select",
                                        "pselect6",
                                        "epoll_wait",
                                        "epoll_pwait",
                                        "epoll_pwait2",
                                        "wait4",
                                        "waitid",
                                        "nanosleep",
                                        "clock_nanosleep",
                                        "pause",
                                        "rt_sigsuspend",
                                        "rt_sigtimedwait",
                                        NULL};
    return model_one_of(name, names);
}

bool picture_does_something(const char *name)
{
    static const char *const names[] = {"sendto",   "sendmsg", "write",  "writev",
                                        "shutdown", "close",   "listen", NULL};
    return model_one_of(name, names);
}
