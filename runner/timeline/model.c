/*
 * model.c - replaying the calls of a recording; see model.h.
 *
 *  1. Calls are entered in the order in which they began. Before a call is entered, all calls that
 *     returned by then take their effect.
 *  2. A descriptor table belongs to a process, or to several that share it (CLONE_FILES).
 *  3. Every stay of a descriptor in a table is kept as a slot, so that one can ask for any moment.
 */
#include "timeline/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "timeline/model_private.h"

static const char *const recv_calls[] = {"recvfrom", "recvmsg", "read", "readv", NULL};
static const char *const send_calls[] = {"sendto",   "sendmsg", "write", "writev",
                                         "sendfile", "splice",  NULL};

bool model_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Bytes that went over a socket are counted; for a stream, 0 is its end. */
static void did_io(struct model_call *c)
{
    struct model_socket *s = c->socket;
    if (s == NULL || c->moved < 0)
        return;
    if (c->io == MODEL_SEND) {
        s->sent += (uint64_t)c->moved;
        return;
    }
    s->received += (uint64_t)c->moved;
    if (c->moved == 0 && c->asked > 0 && s->stream && s->eof == MODEL_NEVER)
        s->eof = c->event->n;
}

static void call_return(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    if (c->io != MODEL_NO_IO) {
        did_io(c);
        return;
    }
    bool under_way = strcmp(call->name, "connect") == 0 && call->error != NULL &&
                     strcmp(call->error, "EINPROGRESS") == 0;
    if (!call_succeeded(call) && !under_way)
        return;
    model_effect(m, c);
}

/* --- entries --- */

static bool pid_occurs(const struct timeline *tl, int pid)
{
    for (size_t i = 0; i < tl->count; i++)
        if (tl->events[i].pid == pid)
            return true;
    return false;
}

static void enter_fork(struct model *m, struct model_call *c)
{
    enum { VM_SHARED = 0x100, FILES_SHARED = 0x400, THREAD = 0x10000 }; /* CLONE_… of Linux */
    const struct call_event *call = &c->event->call;
    int64_t flags = call_value(call, "flags", 0);
    /* clone3 keeps its flags in memory: a new thread is told by its pid never turning up. */
    bool thread = (flags & THREAD) != 0 || (strcmp(call->name, "clone3") == 0 &&
                                            !pid_occurs(m->timeline, (int)call->result));
    if (!call_succeeded(call) || call->result <= 0 || thread)
        return;
    model_forked(m, c->process, (int)call->result, (flags & FILES_SHARED) != 0, c->event->n);
}

/* splice() has two descriptors, and "fd" is where the bytes go. What takes bytes out of a socket,
 * into a pipe as a rule, is a recv. */
static void enter_splice(struct model *m, struct model_call *c)
{
    int in = (int)call_value(&c->event->call, "in", -1);
    const struct model_slot *slot = in < 0 ? NULL : model_find_slot(m, c->process->table, in);
    if (c->socket != NULL || slot == NULL || slot->socket == NULL)
        return;
    c->fd = in;
    c->socket = slot->socket;
    c->io = MODEL_RECV;
}

static void call_enter(struct model *m, const struct event *ev)
{
    const struct call_event *call = &ev->call;
    struct model_call *c = &m->calls[ev->n];
    struct model_process *p = model_process(m, ev->pid);
    if (p == NULL || p->exited != MODEL_NEVER)
        p = model_started(m, ev);
    c->event = ev;
    c->process = p;
    c->fd = (int)call_value(call, "fd", -1);
    struct model_slot *slot = c->fd < 0 ? NULL : model_find_slot(m, p->table, c->fd);
    c->socket = slot == NULL ? NULL : slot->socket;
    c->moved = -1;
    if (model_one_of(call->name, recv_calls))
        c->io = MODEL_RECV;
    else if (model_one_of(call->name, send_calls))
        c->io = MODEL_SEND;
    if (strcmp(call->name, "splice") == 0)
        enter_splice(m, c);
    if (c->io != MODEL_NO_IO) {
        const struct arg *data = call_arg(call, "data");
        c->asked = call_value(call, "len", 0);
        c->moved = call_succeeded(call) ? call->result : -1;
        if (data != NULL)
            c->data = data->bytes;
    }
    if (strcmp(call->name, "close") == 0 && (!call->returned || call_succeeded(call)))
        model_close(m, p->table, c->fd, ev->n);
    else if (strcmp(call->name, "close_range") == 0 && call_succeeded(call))
        for (size_t i = 0; i < m->nslots; i++) {
            struct model_slot *s = &m->slots[i];
            if (s->table == p->table && s->until == MODEL_NEVER && s->fd >= c->fd &&
                s->fd <= call_value(call, "to", 0))
                model_close(m, p->table, s->fd, ev->n);
        }
    else if (strcmp(call->name, "fork") == 0 || strcmp(call->name, "vfork") == 0 ||
             strncmp(call->name, "clone", 5) == 0)
        enter_fork(m, c);
}

static void process_exit(struct model *m, const struct event *ev)
{
    struct model_process *p = model_process(m, ev->pid);
    if (p == NULL || p->exited != MODEL_NEVER)
        return;
    p->exited = ev->n;
    model_leave_table(m, p->table, ev->n);
}

/* --- the replay --- */

/* Calls that have begun and not yet taken effect: few, one for each thread. */
struct pending {
    uint64_t *n;
    size_t count, cap;
};

static int64_t returned_at(const struct event *ev)
{
    return ev->t + ev->call.blocked_ns;
}

/* Lets all calls take effect that returned by `t`, the earliest first. */
static void settle(struct model *m, struct pending *pending, int64_t t)
{
    for (;;) {
        size_t first = pending->count;
        for (size_t i = 0; i < pending->count; i++) {
            const struct event *ev = m->calls[pending->n[i]].event;
            if (returned_at(ev) > t)
                continue;
            if (first == pending->count ||
                returned_at(ev) < returned_at(m->calls[pending->n[first]].event))
                first = i;
        }
        if (first == pending->count)
            return;
        call_return(m, &m->calls[pending->n[first]]);
        pending->count--;
        memmove(pending->n + first, pending->n + first + 1,
                (pending->count - first) * sizeof *pending->n);
    }
}

void model_build(struct model *m, const struct timeline *tl)
{
    *m = (struct model){.timeline = tl, .ncalls = tl->count};
    m->calls = mem_alloc((tl->count + 1) * sizeof *m->calls);
    struct pending pending = {0};
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        settle(m, &pending, ev->t);
        if (ev->kind == EVENT_EXIT)
            process_exit(m, ev);
        if (ev->kind != EVENT_CALL)
            continue;
        call_enter(m, ev);
        if (!ev->call.returned)
            continue;
        if (pending.count == pending.cap) {
            pending.cap = pending.cap == 0 ? 16 : 2 * pending.cap;
            pending.n = mem_resize(pending.n, pending.cap, sizeof *pending.n);
        }
        pending.n[pending.count++] = ev->n;
    }
    settle(m, &pending, INT64_MAX);
    free(pending.n);
}

void model_free(struct model *m)
{
    for (unsigned i = 0; i < m->nsockets; i++) {
        free(m->sockets[i]->options);
        free(m->sockets[i]);
    }
    for (unsigned i = 0; i < m->nprocesses; i++)
        free(m->processes[i]);
    for (unsigned i = 0; i < m->ntables; i++) {
        free(m->tables[i]->slot_of);
        free(m->tables[i]);
    }
    free(m->sockets);
    free(m->processes);
    free(m->tables);
    free(m->slots);
    free(m->calls);
    *m = (struct model){0};
}

/* --- questions --- */

int model_port(const char *address)
{
    const char *colon = address == NULL ? NULL : strrchr(address, ':');
    if (colon == NULL || colon[1] == '\0')
        return -1;
    char *end;
    long port = strtol(colon + 1, &end, 10);
    return *end == '\0' && port >= 0 && port <= 65535 ? (int)port : -1;
}

bool model_same_host(const char *a, const char *b)
{
    return a == NULL || b == NULL || strcmp(a, b) == 0;
}

const struct model_option *model_option(const struct model_socket *socket, const char *name,
                                        uint64_t n)
{
    for (unsigned i = socket->noptions; i-- > 0;)
        if (socket->options[i].n < n && strcmp(socket->options[i].name, name) == 0)
            return &socket->options[i];
    return NULL;
}

const struct model_call *model_call(const struct model *m, uint64_t n)
{
    return n < m->ncalls && m->calls[n].event != NULL ? &m->calls[n] : NULL;
}

struct model_socket *model_socket_at(const struct model *m, int pid, int fd, uint64_t n)
{
    const struct model_process *p = model_process(m, pid);
    if (p == NULL)
        return NULL;
    for (size_t i = m->nslots; i-- > 0;) {
        const struct model_slot *slot = &m->slots[i];
        if (slot->table == p->table && slot->fd == fd && slot->since < n && slot->until >= n)
            return slot->socket;
    }
    return NULL;
}

bool model_holds(const struct model *m, int pid, const struct model_socket *socket)
{
    const struct model_process *p = model_process(m, pid);
    for (size_t i = 0; p != NULL && i < m->nslots; i++)
        if (m->slots[i].table == p->table && m->slots[i].socket == socket &&
            m->slots[i].until == MODEL_NEVER)
            return true;
    return false;
}

bool model_call_named(const struct model_call *call, const char *name)
{
    static const struct {
        const char *name;
        enum model_io io; /* counts only on a socket, and in this direction; NO_IO: on anything */
        const char *kernel[5];
    } families[] = {
        {"recv", MODEL_NO_IO, {"recvfrom", "recvmsg", NULL}},
        {"recv", MODEL_RECV, {"read", "readv", "splice", NULL}},
        {"send", MODEL_NO_IO, {"sendto", "sendmsg", NULL}},
        {"send", MODEL_SEND, {"write", "writev", "sendfile", "splice", NULL}},
        {"recvfrom", MODEL_NO_IO, {"recvmsg", NULL}},
        {"sendto", MODEL_NO_IO, {"sendmsg", NULL}},
        {"read", MODEL_NO_IO, {"readv", NULL}},
        {"write", MODEL_NO_IO, {"writev", NULL}},
        {"accept", MODEL_NO_IO, {"accept4", NULL}},
        {"poll", MODEL_NO_IO, {"ppoll", NULL}},
        {"select", MODEL_NO_IO, {"pselect6", NULL}},
        {"epoll_wait", MODEL_NO_IO, {"epoll_pwait", NULL}},
        {"open", MODEL_NO_IO, {"openat", "openat2", "creat", NULL}},
        {"openat", MODEL_NO_IO, {"openat2", NULL}},
        {"unlink", MODEL_NO_IO, {"unlinkat", NULL}},
        {"rmdir", MODEL_NO_IO, {"unlinkat", NULL}},
        {"rename", MODEL_NO_IO, {"renameat", "renameat2", NULL}},
        {"mkdir", MODEL_NO_IO, {"mkdirat", NULL}},
        {"link", MODEL_NO_IO, {"linkat", NULL}},
        {"symlink", MODEL_NO_IO, {"symlinkat", NULL}},
        {"dup", MODEL_NO_IO, {"dup2", "dup3", NULL}},
        {"dup2", MODEL_NO_IO, {"dup3", NULL}},
        {"pipe", MODEL_NO_IO, {"pipe2", NULL}},
        {"wait", MODEL_NO_IO, {"wait4", "waitid", NULL}},
        {"waitpid", MODEL_NO_IO, {"wait4", NULL}},
        {"sleep", MODEL_NO_IO, {"nanosleep", "clock_nanosleep", NULL}},
    };
    const struct call_event *event = &call->event->call;
    if (strcmp(event->name, name) == 0 || strcmp(call_display_name(event), name) == 0)
        return true;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0 && model_one_of(event->name, families[i].kernel) &&
            (families[i].io == MODEL_NO_IO || (call->socket != NULL && call->io == families[i].io)))
            return true;
    return false;
}
