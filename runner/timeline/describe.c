/* timeline/describe: see describe.h. */
#include "timeline/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

enum { DATA_SHOWN = 24, PATH_SHOWN = 60 }; /* bytes of data, of a path in a line */

static void add_text(struct strbuf *out, const char *text)
{
    bytes_escape(out, text, strlen(text));
}

/* A sentence of the recording, in which bytes are escaped already; somebody else's file may hold
 * anything, though. */
static void add_sentence(struct strbuf *out, const char *text)
{
    bytes_escape_lines(out, text, strlen(text));
}

void describe_address(struct strbuf *out, const char *address)
{
    int port = model_port(address);
    const char *colon = strrchr(address, ':');
    if (port < 0 || strncmp(address, "unix:", 5) == 0) {
        add_text(out, address);
        return;
    }
    const char *end = colon;
    if (*address == '[' && colon > address + 1 && colon[-1] == ']') {
        address++;
        end = colon - 1;
    }
    bytes_escape(out, address, (size_t)(end - address));
    strbuf_printf(out, "(%d)", port);
}

void describe_where(struct strbuf *out, const struct event *ev)
{
    const char *file = NULL;
    int line = 0;
    if (ev->kind == EVENT_CALL) {
        file = ev->call.file;
        line = ev->call.line;
    } else if (ev->kind == EVENT_SIGNAL) {
        file = ev->signal.file;
        line = ev->signal.line;
    } else if (ev->kind == EVENT_END) {
        file = ev->end.file;
        line = ev->end.line;
    }
    if (file != NULL) {
        add_text(out, file);
        if (line > 0)
            strbuf_printf(out, ":%d", line);
    } else {
        strbuf_puts(out, ev->program != NULL ? ev->program : "the program");
    }
}

void describe_host(struct strbuf *out, const struct event *ev)
{
    if (ev->host == NULL || *ev->host == '\0' || strcmp(ev->host, "localhost") == 0)
        return;
    strbuf_puts(out, " on ");
    add_text(out, ev->host);
}

const char *describe_name(const struct call_event *call)
{
    /* "__interceptor_recv" and "recv.part.0" are what a sanitizer or the compiler made of it. */
    bool written = call->via != NULL && *call->via != '_' && strchr(call->via, '.') == NULL &&
                   strcmp(call->via, "wait4") != 0; /* waitpid() goes through it */
    return written ? call->via : call_display_name(call);
}

/* Names of socket calls and their like, which take what the kernel takes; fgets() does not. */
static bool is_plain(const char *via)
{
    static const char *const names[] = {
        "recv",    "recvfrom", "recvmsg",    "read",       "readv",   "send",      "sendto",
        "sendmsg", "write",    "writev",     "accept",     "accept4", "poll",      "ppoll",
        "select",  "pselect",  "epoll_wait", "socket",     "bind",    "listen",    "connect",
        "close",   "shutdown", "setsockopt", "getsockopt", "dup",     "dup2",      "fork",
        "waitpid", "wait",     "open",       "fcntl",      "pipe",    "nanosleep", "sleep",
        "usleep",  "kill",     "pause",      "sendfile",   "splice",  NULL};
    return model_one_of(via, names);
}

/* --- arguments --- */

static bool is_sleep(const struct call_event *call)
{
    return strcmp(call->name, "nanosleep") == 0 || strcmp(call->name, "clock_nanosleep") == 0;
}

/* " for 5 s", " for 20 ms": nobody reads nanoseconds. */
static void add_duration(struct strbuf *out, const struct call_event *call)
{
    const struct arg *ns = call_arg(call, "ns");
    if (!is_sleep(call) || ns == NULL || !ns->has_value)
        return;
    double t = (double)ns->value;
    if (t >= 1e9)
        strbuf_printf(out, " for %.4g s", t / 1e9);
    else if (t >= 1e6)
        strbuf_printf(out, " for %.4g ms", t / 1e6);
    else
        strbuf_printf(out, " for %.4g µs", t / 1e3);
}

struct line {
    struct strbuf *out;
    const struct call_event *call;
    bool first; /* no argument was written yet */
};

static void separate(struct line *l)
{
    if (!l->first)
        strbuf_puts(l->out, ", ");
    l->first = false;
}

static void add_plain(struct line *l, const struct arg *arg)
{
    separate(l);
    if (arg->text != NULL)
        add_text(l->out, arg->text);
    else
        strbuf_printf(l->out, "%" PRId64, arg->value);
}

static void add_bytes(struct line *l, const struct arg *data)
{
    separate(l);
    bytes_quote(l->out, data->bytes.data, data->bytes.len, DATA_SHOWN);
}

static void add_length(struct line *l, const struct arg *len)
{
    separate(l);
    if (len->value < 0) /* a size_t: -1 that was used as a length */
        strbuf_printf(l->out, "%" PRIu64 " bytes", (uint64_t)len->value);
    else
        text_count(l->out, (uint64_t)len->value, "byte", "bytes");
}

static void add_address(struct line *l, const struct arg *addr)
{
    separate(l);
    if (addr->text != NULL)
        describe_address(l->out, addr->text);
    else
        strbuf_puts(l->out, "an address");
}

/* What stands elsewhere in the line, or says nothing to a learner. */
static bool left_out(const struct line *l, const struct arg *arg)
{
    static const char *const names[] = {"family",      "ip",       "port",  "addrlen", "addrlen_in",
                                        "addrlen_out", "protocol", "level", NULL};
    if (model_one_of(arg->name, names))
        return strcmp(arg->name, "protocol") != 0 || arg->value == 0;
    if (strcmp(arg->name, "flags") == 0)
        return arg->has_value && arg->value == 0;
    /* Relative to where the program is (AT_FDCWD), as most paths are; and where a path led to. */
    if (strcmp(arg->name, "dir") == 0 || strcmp(arg->name, "to_dir") == 0)
        return arg->value == -100;
    if (strcmp(arg->name, "opened") == 0)
        return true;
    return strcmp(arg->name, "len") == 0 && strstr(l->call->name, "sockopt") != NULL;
}

static bool comes_out(const struct call_event *call, const char *name)
{
    static const char *const calls[] = {"accept",      "accept4",     "recvfrom", "recvmsg",
                                        "getsockname", "getpeername", "read",     "readv",
                                        "pread64",     NULL};
    if (strcmp(name, "addr") != 0 && strcmp(name, "data") != 0)
        return false;
    return model_one_of(call->name, calls);
}

/* "to" is a descriptor of dup2(). */
static bool is_path(const struct call_event *call, const struct arg *arg)
{
    return arg->text != NULL && (strcmp(arg->name, "path") == 0 || strcmp(arg->name, "to") == 0) &&
           strcmp(call->name, "execve") != 0;
}

static void add_path(struct line *l, const struct arg *path)
{
    separate(l);
    bytes_quote(l->out, path->text, strlen(path->text), PATH_SHOWN);
}

/* SO_RCVTIMEO and SO_SNDTIMEO are recorded in milliseconds. */
static bool is_timeout_option(const struct call_event *call, const struct arg *arg)
{
    return strcmp(arg->name, "value") == 0 && arg->has_value && arg->text == NULL &&
           strstr(call->name, "sockopt") != NULL && strstr(call_text(call, "option"), "TIMEO");
}

static void add_timeout(struct line *l, int64_t ms)
{
    separate(l);
    if (ms >= 1000 || ms <= -1000)
        strbuf_printf(l->out, "%.12g s", (double)ms / 1000);
    else
        strbuf_printf(l->out, "%" PRId64 " ms", ms);
}

static void add_arguments(struct line *l)
{
    for (unsigned i = 0; i < l->call->nargs; i++) {
        const struct arg *arg = &l->call->args[i];
        if (is_sleep(l->call) || left_out(l, arg) || comes_out(l->call, arg->name))
            continue;
        if (strcmp(arg->name, "addr") == 0)
            add_address(l, arg);
        else if (is_timeout_option(l->call, arg))
            add_timeout(l, arg->value);
        else if (strcmp(arg->name, "len") == 0 && arg->has_value)
            add_length(l, arg);
        else if (is_path(l->call, arg))
            add_path(l, arg);
        else if (arg->bytes.data != NULL)
            add_bytes(l, arg);
        else if (arg->text != NULL || arg->has_value)
            add_plain(l, arg);
    }
}

/* --- results --- */

static void add_outcome(struct line *l, const struct model_call *known)
{
    const struct call_event *call = l->call;
    const struct arg *addr = call_arg(call, "addr"), *data = call_arg(call, "data");
    strbuf_printf(l->out, " = %" PRId64, call->result);
    if (known != NULL && known->io == MODEL_RECV && call->result == 0 && known->asked > 0) {
        if (known->socket != NULL && known->socket->stream)
            strbuf_puts(l->out, " (end of the stream)");
        else if (known->fd == 0)
            strbuf_puts(l->out, " (end of input)");
    }
    if (addr != NULL && addr->text != NULL && comes_out(call, "addr")) {
        strbuf_puts(l->out, strncmp(call->name, "get", 3) == 0 ? " " : " from ");
        describe_address(l->out, addr->text);
    }
    if (data != NULL && data->bytes.data != NULL && data->bytes.len > 0 &&
        comes_out(call, "data")) {
        strbuf_puts(l->out, ": ");
        bytes_quote(l->out, data->bytes.data, data->bytes.len, DATA_SHOWN);
    }
}

void describe_call(struct strbuf *out, const struct model *m, const struct event *ev)
{
    struct line l = {.out = out, .call = &ev->call, .first = true};
    const char *name = describe_name(&ev->call);
    bool plain = is_plain(name) || strcmp(name, call_display_name(&ev->call)) == 0;
    add_text(out, plain ? name : call_display_name(&ev->call));
    strbuf_putc(out, '(');
    add_arguments(&l);
    strbuf_putc(out, ')');
    add_duration(out, &ev->call);
    if (!plain) {
        strbuf_puts(out, " by ");
        add_text(out, name);
        strbuf_puts(out, "()");
    }
    if (!ev->call.returned)
        strbuf_puts(out, " … still waiting");
    else if (ev->call.error != NULL)
        strbuf_printf(out, " = -1 %s", ev->call.error);
    else
        add_outcome(&l, m == NULL ? NULL : model_call(m, ev->n));
}

/* --- waiting --- */

/* "on fd 3, bound to port 22555", "on fd 4, connected to 127.0.0.1(40001)". */
static void add_socket(struct strbuf *out, int fd, const struct model_socket *s)
{
    strbuf_printf(out, " on fd %d", fd);
    if (s == NULL) {
        if (fd == 0)
            strbuf_puts(out, ", its standard input");
        return;
    }
    if (s->remote.text != NULL && s->connected != MODEL_NEVER) {
        strbuf_puts(out, ", connected to ");
        describe_address(out, s->remote.text);
    } else if (s->listening != MODEL_NEVER && s->local.port >= 0) {
        strbuf_printf(out, ", listening on port %d", s->local.port);
    } else if (s->local.port > 0) {
        strbuf_printf(out, ", bound to port %d", s->local.port);
    } else if (s->listening != MODEL_NEVER) {
        strbuf_puts(out, ", listening on a port that bind() never chose");
    }
}

void describe_wait(struct strbuf *out, const struct model *m, const struct event *ev)
{
    const struct model_call *known = m == NULL ? NULL : model_call(m, ev->n);
    describe_where(out, ev);
    describe_host(out, ev);
    strbuf_puts(out, is_sleep(&ev->call) ? " sleeps in " : " waits in ");
    add_text(out, describe_name(&ev->call));
    strbuf_puts(out, "()");
    add_duration(out, &ev->call);
    if (known != NULL && known->fd >= 0)
        add_socket(out, known->fd, known->socket);
    else if (*call_text(&ev->call, "fds") != '\0')
        strbuf_printf(out, " on %s", call_text(&ev->call, "fds"));
}

/* --- other events --- */

static void describe_state(struct strbuf *out, const struct state_event *state)
{
    strbuf_printf(out, "%s  ", state->proto != NULL ? state->proto : "socket");
    describe_address(out, state->local != NULL ? state->local : "*");
    if (state->remote != NULL && strcmp(state->remote, "*") != 0) {
        strbuf_puts(out, " with ");
        describe_address(out, state->remote);
    }
    strbuf_printf(out, ": %s", state->to != NULL ? state->to : "?");
    if (state->to != NULL && strcmp(state->to, "LISTEN") == 0) {
        if (state->rqueue > 0)
            strbuf_printf(out, ", %" PRIu32 " waiting to be accepted", state->rqueue);
        return;
    }
    /* Of a datagram socket the kernel counts the memory, not the bytes. */
    if (state->rqueue > 0 && state->proto != NULL && strcmp(state->proto, "udp") == 0) {
        strbuf_puts(out, ", data not read");
    } else if (state->rqueue > 0) {
        strbuf_puts(out, ", ");
        text_count(out, state->rqueue, "byte", "bytes");
        strbuf_puts(out, " not read");
    }
    if (state->wqueue > 0) {
        strbuf_puts(out, ", ");
        text_count(out, state->wqueue, "byte", "bytes");
        strbuf_puts(out, " not acknowledged");
    }
}

static void describe_exit(struct strbuf *out, const struct event *ev)
{
    strbuf_puts(out, ev->program != NULL ? ev->program : "the program");
    describe_host(out, ev);
    if (!ev->exit.main)
        strbuf_printf(out, " (process %d)", ev->pid);
    if (ev->exit.signal != NULL)
        strbuf_printf(out, " was ended by %s", ev->exit.signal);
    else
        strbuf_printf(out, " exited with status %d", ev->exit.status);
}

/* "alice to bob, carol: ": addresses alone do not say who that is. */
static void add_way(struct strbuf *out, const struct event *ev)
{
    const char *to = ev->packet.hosts_to;
    if (ev->host == NULL || to == NULL || *to == '\0')
        return;
    add_text(out, ev->host);
    strbuf_puts(out, " to ");
    for (; *to != '\0'; to += *to == ',') {
        size_t n = strcspn(to, ",");
        bytes_escape(out, to, n);
        to += n;
        strbuf_puts(out, *to == ',' ? ", " : ": ");
    }
}

void describe_event(struct strbuf *out, const struct model *m, const struct event *ev)
{
    const char *who = ev->program != NULL ? ev->program : "the program";
    switch (ev->kind) {
    case EVENT_CALL:
        describe_where(out, ev);
        describe_host(out, ev);
        strbuf_puts(out, "  ");
        describe_call(out, m, ev);
        break;
    case EVENT_STATE:
        describe_state(out, &ev->state);
        describe_host(out, ev);
        break;
    case EVENT_OUTPUT:
        strbuf_puts(out, who);
        describe_host(out, ev);
        strbuf_puts(out, " printed ");
        bytes_quote(out, ev->output.bytes.data, ev->output.bytes.len, 2 * DATA_SHOWN);
        break;
    case EVENT_INPUT:
        strbuf_printf(out, "%s%s", ev->input.bytes.len == 0 ? "end of input for " : "typed to ",
                      who);
        describe_host(out, ev);
        if (ev->input.bytes.len > 0) {
            strbuf_puts(out, ": ");
            bytes_quote(out, ev->input.bytes.data, ev->input.bytes.len, 2 * DATA_SHOWN);
        }
        break;
    case EVENT_SCRIPT:
        add_sentence(out, ev->script.text != NULL ? ev->script.text : ev->script.verb);
        break;
    case EVENT_SIGNAL:
        describe_where(out, ev);
        describe_host(out, ev);
        strbuf_printf(out, "  %s", ev->signal.name);
        break;
    case EVENT_EXIT:
        describe_exit(out, ev);
        break;
    case EVENT_FAULT:
        add_sentence(out, ev->fault.text != NULL ? ev->fault.text : ev->fault.call);
        break;
    case EVENT_PACKET:
        add_way(out, ev);
        describe_packet(out, &ev->packet);
        break;
    case EVENT_END:
        add_sentence(out, ev->end.text != NULL ? ev->end.text : ev->end.why);
        break;
    case EVENT_SCENE:
        strbuf_puts(out, "the scene began");
        break;
    }
}
