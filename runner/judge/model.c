/*
 * model.c - replaying the calls of a recording; see model.h.
 *
 *  1. Calls are entered in the order in which they began. Before a call is entered, all calls that
 *     returned by then take their effect.
 *  2. A descriptor table belongs to a process, or to several that share it (CLONE_FILES).
 *  3. Every stay of a descriptor in a table is kept as a slot, so that one can ask for any moment.
 */
#include "judge/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct model_table {
    unsigned users;
    unsigned open;   /* slots that are open */
    size_t *slot_of; /* by descriptor: its open slot + 1, or 0 */
    int size;        /* of slot_of */
};
enum { FD_BOUND = 1 << 20 }; /* no descriptor of Linux is larger by default; others are ignored */

/* A descriptor of one table from `since` until `until`. */
struct model_slot {
    const struct model_table *table;
    int fd;
    struct model_socket *socket; /* NULL: something else than a socket */
    bool cloexec;
    uint64_t since, until; /* until MODEL_NEVER: still open */
};

/* --- processes and tables --- */

struct model_process *model_process(const struct model *m, int pid)
{
    for (unsigned i = m->nprocesses; i-- > 0;)
        if (m->processes[i]->pid == pid)
            return m->processes[i];
    return NULL;
}

const struct model_process *model_root(const struct model_process *process)
{
    while (process != NULL && process->parent != NULL)
        process = process->parent;
    return process;
}

static struct model_table *table_new(struct model *m)
{
    struct model_table *table = mem_alloc(sizeof *table);
    m->tables = mem_resize(m->tables, m->ntables + 1, sizeof(struct model_table *));
    m->tables[m->ntables++] = table;
    return table;
}

static struct model_slot *slot_find(const struct model *m, const struct model_table *table, int fd)
{
    if (fd < 0 || fd >= table->size || table->slot_of[fd] == 0)
        return NULL;
    return &m->slots[table->slot_of[fd] - 1];
}

static void table_put(struct model_table *table, int fd, size_t slot)
{
    int old = table->size;
    if (fd >= old) {
        table->size = fd < 16 ? 32 : 2 * fd;
        table->slot_of = mem_resize(table->slot_of, (size_t)table->size, sizeof(size_t));
        memset(table->slot_of + old, 0, (size_t)(table->size - old) * sizeof(size_t));
    }
    table->slot_of[fd] = slot + 1;
}

static void slot_end(struct model_slot *slot, uint64_t n, bool by_exit)
{
    struct model_socket *s = slot->socket;
    slot->until = n;
    if (s != NULL && --s->holders == 0) {
        s->closed = n;
        s->closed_by_exit = by_exit;
    }
}

static void fd_close(struct model *m, struct model_table *table, int fd, uint64_t n)
{
    struct model_slot *slot = slot_find(m, table, fd);
    if (slot == NULL)
        return;
    slot_end(slot, n, false);
    table->slot_of[fd] = 0;
    table->open--;
}

static void fd_open(struct model *m, struct model_process *p, int fd, struct model_socket *socket,
                    bool cloexec, uint64_t n)
{
    if (fd < 0 || fd >= FD_BOUND)
        return;
    fd_close(m, p->table, fd, n);
    table_put(p->table, fd, m->nslots);
    if ((m->nslots & (m->nslots - 1)) == 0)
        m->slots = mem_resize(m->slots, m->nslots == 0 ? 1 : 2 * m->nslots, sizeof *m->slots);
    m->slots[m->nslots++] = (struct model_slot){
        .table = p->table,
        .fd = fd,
        .socket = socket,
        .cloexec = cloexec,
        .since = n,
        .until = MODEL_NEVER,
    };
    if (socket != NULL) {
        socket->holders++;
        socket->closed = MODEL_NEVER;
    }
    if (++p->table->open > p->peak_fds)
        p->peak_fds = p->table->open;
}

static struct model_process *process_add(struct model *m, int pid, const char *program, uint64_t n)
{
    struct model_process *p = mem_alloc(sizeof *p);
    p->pid = pid;
    p->program = program;
    p->born = n;
    p->exited = MODEL_NEVER;
    m->processes = mem_resize(m->processes, m->nprocesses + 1, sizeof(struct model_process *));
    m->processes[m->nprocesses++] = p;
    return p;
}

/* One that the script started: it has its standard input, output and error. */
static struct model_process *process_started(struct model *m, int pid, const char *program,
                                             uint64_t n)
{
    struct model_process *p = process_add(m, pid, program, n);
    p->table = table_new(m);
    p->table->users = 1;
    for (int fd = 0; fd <= 2; fd++)
        fd_open(m, p, fd, NULL, false, n);
    return p;
}

static void process_forked(struct model *m, struct model_process *parent, int pid, bool shares,
                           uint64_t n)
{
    struct model_process *child = process_add(m, pid, parent->program, n);
    child->parent = parent;
    parent->forks++;
    if (shares) {
        child->table = parent->table;
        child->table->users++;
        return;
    }
    child->table = table_new(m);
    child->table->users = 1;
    size_t count = m->nslots;
    for (size_t i = 0; i < count; i++) {
        struct model_slot slot = m->slots[i];
        if (slot.table == parent->table && slot.until == MODEL_NEVER)
            fd_open(m, child, slot.fd, slot.socket, slot.cloexec, n);
    }
}

static void table_leave(struct model *m, struct model_table *table, uint64_t n)
{
    if (--table->users > 0)
        return;
    for (size_t i = 0; i < m->nslots; i++)
        if (m->slots[i].table == table && m->slots[i].until == MODEL_NEVER)
            slot_end(&m->slots[i], n, true);
    memset(table->slot_of, 0, (size_t)table->size * sizeof(size_t));
    table->open = 0;
}

/* --- sockets --- */

static struct model_socket *socket_new(struct model *m, const struct model_process *p, int fd,
                                       uint64_t n)
{
    struct model_socket *s = mem_alloc(sizeof *s);
    *s = (struct model_socket){
        .id = m->nsockets,
        .owner = p,
        .born = n,
        .fd = fd,
        .local.port = -1,
        .remote.port = -1,
        .bound = MODEL_NEVER,
        .listening = MODEL_NEVER,
        .connected = MODEL_NEVER,
        .eof = MODEL_NEVER,
        .shut = MODEL_NEVER,
        .closed = MODEL_NEVER,
    };
    m->sockets = mem_resize(m->sockets, m->nsockets + 1, sizeof(struct model_socket *));
    m->sockets[m->nsockets++] = s;
    return s;
}

int model_port(const char *address)
{
    const char *colon = address == NULL ? NULL : strrchr(address, ':');
    if (colon == NULL || colon[1] == '\0')
        return -1;
    char *end;
    long port = strtol(colon + 1, &end, 10);
    return *end == '\0' && port >= 0 && port <= 65535 ? (int)port : -1;
}

static struct model_address address_of(const struct call_event *call)
{
    struct model_address a = {.port = -1};
    const struct arg *addr = call_arg(call, "addr");
    if (addr == NULL || addr->text == NULL)
        return a;
    a.text = addr->text;
    const struct arg *family = call_arg(call, "family"), *ip = call_arg(call, "ip");
    a.family = family != NULL ? family->text : NULL;
    a.ip = ip != NULL ? ip->text : NULL;
    a.port = (int)call_value(call, "port", model_port(addr->text));
    return a;
}

static bool flagged(const char *flags, const char *name)
{
    return strstr(flags, name) != NULL;
}

const struct model_option *model_option(const struct model_socket *socket, const char *name,
                                        uint64_t n)
{
    for (unsigned i = socket->noptions; i-- > 0;)
        if (socket->options[i].n < n && strcmp(socket->options[i].name, name) == 0)
            return &socket->options[i];
    return NULL;
}

/* --- effects of calls --- */

static void did_socket(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    const char *type = call_text(call, "type");
    struct model_socket *s = socket_new(m, c->process, (int)call->result, c->event->n);
    s->domain = call_text(call, "domain");
    s->stream = flagged(type, "SOCK_STREAM");
    s->datagram = flagged(type, "SOCK_DGRAM");
    s->nonblocking = flagged(type, "SOCK_NONBLOCK");
    fd_open(m, c->process, (int)call->result, s, flagged(type, "SOCK_CLOEXEC"), c->event->n);
    c->made = s;
}

static void did_accept(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    const char *flags = call_text(call, "flags");
    struct model_socket *s = socket_new(m, c->process, (int)call->result, c->event->n);
    struct model_socket *listener = c->socket;
    s->listener = listener;
    s->stream = true;
    if (listener != NULL) {
        s->domain = listener->domain;
        s->datagram = listener->datagram;
        s->stream = !listener->datagram;
        s->local = listener->local;
    }
    s->nonblocking = flagged(flags, "SOCK_NONBLOCK");
    s->remote = address_of(call);
    s->connected = c->event->n;
    fd_open(m, c->process, (int)call->result, s, flagged(flags, "SOCK_CLOEXEC"), c->event->n);
    c->made = s;
}

static void did_bind(struct model *m, struct model_call *c)
{
    (void)m;
    if (c->socket == NULL)
        return;
    c->socket->local = address_of(&c->event->call);
    c->socket->bound = c->event->n;
}

static void did_connect(struct model *m, struct model_call *c)
{
    (void)m;
    if (c->socket == NULL)
        return;
    struct model_address to = address_of(&c->event->call);
    bool dissolves = to.family != NULL && strcmp(to.family, "AF_UNSPEC") == 0;
    c->socket->remote = to;
    c->socket->connected = dissolves ? MODEL_NEVER : c->event->n;
}

static void did_listen(struct model *m, struct model_call *c)
{
    (void)m;
    if (c->socket != NULL && c->socket->listening == MODEL_NEVER)
        c->socket->listening = c->event->n;
}

static void did_setsockopt(struct model *m, struct model_call *c)
{
    (void)m;
    struct model_socket *s = c->socket;
    if (s == NULL)
        return;
    const struct call_event *call = &c->event->call;
    s->options = mem_resize(s->options, s->noptions + 1, sizeof *s->options);
    s->options[s->noptions++] = (struct model_option){
        .level = call_text(call, "level"),
        .name = call_text(call, "option"),
        .value = call_value(call, "value", 0),
        .n = c->event->n,
    };
}

static void did_shutdown(struct model *m, struct model_call *c)
{
    (void)m;
    const char *how = call_text(&c->event->call, "how");
    if (c->socket != NULL && c->socket->shut == MODEL_NEVER && strcmp(how, "SHUT_RD") != 0)
        c->socket->shut = c->event->n;
}

static void did_getsockname(struct model *m, struct model_call *c)
{
    (void)m;
    if (c->socket != NULL && address_of(&c->event->call).text != NULL)
        c->socket->local = address_of(&c->event->call);
}

static void did_fcntl(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    const char *command = call_text(call, "command");
    struct model_slot *slot = slot_find(m, c->process->table, c->fd);
    if (strncmp(command, "F_DUPFD", 7) == 0) {
        fd_open(m, c->process, (int)call->result, c->socket, flagged(command, "CLOEXEC"),
                c->event->n);
    } else if (strcmp(command, "F_SETFD") == 0 && slot != NULL) {
        slot->cloexec = (call_value(call, "value", 0) & 1) != 0;
    } else if (strcmp(command, "F_SETFL") == 0 && c->socket != NULL) {
        enum { O_NONBLOCK_ON_LINUX = 04000 };
        c->socket->nonblocking = (call_value(call, "value", 0) & O_NONBLOCK_ON_LINUX) != 0;
    }
}

/* dup, and dup2 or dup3 with "to": the result says which descriptor it became. */
static void did_dup(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    if (call->result != c->fd)
        fd_open(m, c->process, (int)call->result, c->socket, false, c->event->n);
}

static void did_open(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    bool cloexec = flagged(call_text(call, "flags"), "CLOEXEC");
    fd_open(m, c->process, (int)call->result, NULL, cloexec, c->event->n);
}

/* The two descriptors of pipe and socketpair stand in "fds", as "[4, 5]". */
static void did_pair(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    const char *at = call_text(call, "fds");
    bool sockets = strcmp(call->name, "socketpair") == 0;
    for (int i = 0; i < 2; i++) {
        at += strcspn(at, "0123456789");
        if (*at == '\0')
            return;
        char *end;
        int fd = (int)strtol(at, &end, 10);
        at = end;
        struct model_socket *s = NULL;
        if (sockets) {
            s = socket_new(m, c->process, fd, c->event->n);
            s->domain = call_text(call, "domain");
            s->stream = flagged(call_text(call, "type"), "SOCK_STREAM");
            s->datagram = flagged(call_text(call, "type"), "SOCK_DGRAM");
            s->connected = c->event->n;
        }
        fd_open(m, c->process, fd, s, false, c->event->n);
    }
}

static void did_exec(struct model *m, struct model_call *c)
{
    for (size_t i = 0; i < m->nslots; i++) {
        struct model_slot *slot = &m->slots[i];
        if (slot->table == c->process->table && slot->until == MODEL_NEVER && slot->cloexec)
            fd_close(m, c->process->table, slot->fd, c->event->n);
    }
}

/* Effects that count once the call has returned with success. */
static const struct {
    const char *call;
    void (*did)(struct model *m, struct model_call *c);
} effects[] = {
    {"socket", did_socket},
    {"accept", did_accept},
    {"accept4", did_accept},
    {"bind", did_bind},
    {"connect", did_connect},
    {"listen", did_listen},
    {"setsockopt", did_setsockopt},
    {"shutdown", did_shutdown},
    {"getsockname", did_getsockname},
    {"fcntl", did_fcntl},
    {"dup", did_dup},
    {"dup2", did_dup},
    {"dup3", did_dup},
    {"open", did_open},
    {"openat", did_open},
    {"epoll_create", did_open},
    {"epoll_create1", did_open},
    {"eventfd2", did_open},
    {"pipe", did_pair},
    {"pipe2", did_pair},
    {"socketpair", did_pair},
    {"execve", did_exec},
};

static const char *const recv_calls[] = {"recvfrom", "recvmsg", "read", "readv", NULL};
static const char *const send_calls[] = {"sendto",   "sendmsg", "write", "writev",
                                         "sendfile", "splice",  NULL};

static bool one_of(const char *name, const char *const *names)
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
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++)
        if (strcmp(effects[i].call, call->name) == 0)
            effects[i].did(m, c);
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
    process_forked(m, c->process, (int)call->result, (flags & FILES_SHARED) != 0, c->event->n);
}

static void call_enter(struct model *m, const struct event *ev)
{
    const struct call_event *call = &ev->call;
    struct model_call *c = &m->calls[ev->n];
    struct model_process *p = model_process(m, ev->pid);
    if (p == NULL || p->exited != MODEL_NEVER)
        p = process_started(m, ev->pid, ev->program, ev->n);
    c->event = ev;
    c->process = p;
    c->fd = (int)call_value(call, "fd", -1);
    struct model_slot *slot = c->fd < 0 ? NULL : slot_find(m, p->table, c->fd);
    c->socket = slot == NULL ? NULL : slot->socket;
    c->moved = -1;
    if (one_of(call->name, recv_calls))
        c->io = MODEL_RECV;
    else if (one_of(call->name, send_calls))
        c->io = MODEL_SEND;
    if (c->io != MODEL_NO_IO) {
        const struct arg *data = call_arg(call, "data");
        c->asked = call_value(call, "len", 0);
        c->moved = call_succeeded(call) ? call->result : -1;
        if (data != NULL)
            c->data = data->bytes;
    }
    if (strcmp(call->name, "close") == 0 && (!call->returned || call_succeeded(call)))
        fd_close(m, p->table, c->fd, ev->n);
    else if (strcmp(call->name, "close_range") == 0 && call_succeeded(call))
        for (size_t i = 0; i < m->nslots; i++) {
            struct model_slot *s = &m->slots[i];
            if (s->table == p->table && s->until == MODEL_NEVER && s->fd >= c->fd &&
                s->fd <= call_value(call, "to", 0))
                fd_close(m, p->table, s->fd, ev->n);
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
    table_leave(m, p->table, ev->n);
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
        bool on_sockets; /* counts only when the descriptor is a socket */
        const char *kernel[5];
    } families[] = {
        {"recv", false, {"recvfrom", "recvmsg", NULL}},
        {"recv", true, {"read", "readv", NULL}},
        {"send", false, {"sendto", "sendmsg", NULL}},
        {"send", true, {"write", "writev", "sendfile", "splice", NULL}},
        {"recvfrom", false, {"recvmsg", NULL}},
        {"sendto", false, {"sendmsg", NULL}},
        {"read", false, {"readv", NULL}},
        {"write", false, {"writev", NULL}},
        {"accept", false, {"accept4", NULL}},
        {"poll", false, {"ppoll", NULL}},
        {"select", false, {"pselect6", NULL}},
        {"epoll_wait", false, {"epoll_pwait", NULL}},
        {"open", false, {"openat", NULL}},
        {"dup", false, {"dup2", "dup3", NULL}},
        {"dup2", false, {"dup3", NULL}},
        {"pipe", false, {"pipe2", NULL}},
        {"wait", false, {"wait4", "waitid", NULL}},
        {"waitpid", false, {"wait4", NULL}},
        {"sleep", false, {"nanosleep", "clock_nanosleep", NULL}},
    };
    const struct call_event *event = &call->event->call;
    if (strcmp(event->name, name) == 0 || strcmp(call_display_name(event), name) == 0)
        return true;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0 && one_of(event->name, families[i].kernel) &&
            (!families[i].on_sockets || call->socket != NULL))
            return true;
    return false;
}
