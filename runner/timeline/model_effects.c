/*
 * timeline/model_effects - what each call changes once it has returned with success.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "timeline/model_private.h"

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

static void did_socket(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    const char *type = call_text(call, "type");
    struct model_socket *s = socket_new(m, c->process, (int)call->result, c->event->n);
    s->domain = call_text(call, "domain");
    s->stream = flagged(type, "SOCK_STREAM");
    s->datagram = flagged(type, "SOCK_DGRAM");
    s->nonblocking = flagged(type, "SOCK_NONBLOCK");
    model_open(m, c->process, (int)call->result, s, flagged(type, "SOCK_CLOEXEC"), c->event->n);
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
    model_open(m, c->process, (int)call->result, s, flagged(flags, "SOCK_CLOEXEC"), c->event->n);
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
    struct model_slot *slot = model_find_slot(m, c->process->table, c->fd);
    if (strncmp(command, "F_DUPFD", 7) == 0) {
        model_open(m, c->process, (int)call->result, c->socket, flagged(command, "CLOEXEC"),
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
        model_open(m, c->process, (int)call->result, c->socket, false, c->event->n);
}

static void did_open(struct model *m, struct model_call *c)
{
    const struct call_event *call = &c->event->call;
    bool cloexec = flagged(call_text(call, "flags"), "CLOEXEC");
    model_open(m, c->process, (int)call->result, NULL, cloexec, c->event->n);
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
        model_open(m, c->process, fd, s, false, c->event->n);
    }
}

static void did_exec(struct model *m, struct model_call *c)
{
    for (size_t i = 0; i < m->nslots; i++) {
        struct model_slot *slot = &m->slots[i];
        if (slot->table == c->process->table && slot->until == MODEL_NEVER && slot->cloexec)
            model_close(m, c->process->table, slot->fd, c->event->n);
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
    {"openat2", did_open},
    {"creat", did_open},
    {"epoll_create", did_open},
    {"epoll_create1", did_open},
    {"eventfd2", did_open},
    {"pipe", did_pair},
    {"pipe2", did_pair},
    {"socketpair", did_pair},
    {"execve", did_exec},
};

void model_effect(struct model *m, struct model_call *c)
{
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++)
        if (strcmp(effects[i].call, c->event->call.name) == 0)
            effects[i].did(m, c);
}
