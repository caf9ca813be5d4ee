/*
 * trace/decode: see decode.h.
 *
 *  - the tracee is stopped, its memory is its own: every pointer may be wrong, and what cannot
 *    be read is left out;
 *  - at most TIMELINE_DATA_MAX bytes of data and 64 descriptors of a set are kept.
 */
#include "trace/decode.h"

#include <arpa/inet.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "trace/memory.h"
#include "trace/names.h"

enum { IOV_MOST = 16, POLL_MOST = 64, DATA_LEAST = 64 };

struct context {
    struct timeline *tl;
    pid_t tid;
    const uint64_t *args;
    struct decoded *out;
};

static struct arg *add(struct context *c, const char *name)
{
    static struct arg overflow;
    struct arg *arg = c->out->count < DECODE_MAX ? &c->out->args[c->out->count++] : &overflow;
    *arg = (struct arg){.name = name};
    return arg;
}

static struct arg *add_value(struct context *c, const char *name, int64_t value)
{
    struct arg *arg = add(c, name);
    arg->has_value = true;
    arg->value = value;
    return arg;
}

/* The text is kept, the buffer emptied. */
static void add_text(struct context *c, struct arg *arg, struct strbuf *text)
{
    arg->text = timeline_string(c->tl, text->data);
    strbuf_free(text);
}

static void add_named(struct context *c, const char *name, int value,
                      void (*namer)(struct strbuf *, int))
{
    struct strbuf text = STRBUF_INIT;
    struct arg *arg = add_value(c, name, value);
    namer(&text, value);
    add_text(c, arg, &text);
}

/* --- addresses --- */

const char *decode_address(struct timeline *tl, const struct sockaddr_storage *addr, size_t len)
{
    char ip[INET6_ADDRSTRLEN];
    const struct sockaddr_in *v4 = (const void *)addr;
    const struct sockaddr_in6 *v6 = (const void *)addr;
    const struct sockaddr_un *un = (const void *)addr;
    switch (addr->ss_family) {
    case AF_INET:
        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        return timeline_format(tl, "%s:%u", ip, (unsigned)ntohs(v4->sin_port));
    case AF_INET6:
        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
        return timeline_format(tl, "[%s]:%u", ip, (unsigned)ntohs(v6->sin6_port));
    case AF_UNIX: {
        size_t room = len > offsetof(struct sockaddr_un, sun_path)
                          ? len - offsetof(struct sockaddr_un, sun_path)
                          : 0;
        if (room > 0 && un->sun_path[0] == '\0')
            return timeline_format(tl, "unix:@%.*s", (int)room - 1, un->sun_path + 1);
        return timeline_format(tl, "unix:%.*s", (int)room, un->sun_path);
    }
    case AF_UNSPEC: /* a family that was forgotten: what it would be for IPv4 */
        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        return timeline_format(tl, "AF_UNSPEC %s:%u", ip, (unsigned)ntohs(v4->sin_port));
    default:
        return timeline_format(tl, "family %u", (unsigned)addr->ss_family);
    }
}

static void add_address(struct context *c, uint64_t pointer, size_t len)
{
    struct sockaddr_storage addr;
    memset(&addr, 0, sizeof addr);
    if (len > sizeof addr)
        len = sizeof addr;
    if (pointer == 0 || len < sizeof addr.ss_family ||
        memory_read(c->tid, pointer, &addr, len) < sizeof addr.ss_family)
        return;
    add(c, "addr")->text = decode_address(c->tl, &addr, len);
    add_named(c, "family", addr.ss_family, names_family);
    char ip[INET6_ADDRSTRLEN];
    const struct sockaddr_in *v4 = (const void *)&addr;
    const struct sockaddr_in6 *v6 = (const void *)&addr;
    if (addr.ss_family == AF_INET || addr.ss_family == AF_UNSPEC) {
        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        add(c, "ip")->text = timeline_string(c->tl, ip);
        add_value(c, "port", ntohs(v4->sin_port));
    } else if (addr.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
        add(c, "ip")->text = timeline_string(c->tl, ip);
        add_value(c, "port", ntohs(v6->sin6_port));
    }
}

/* --- bytes --- */

static void add_data(struct context *c, uint64_t pointer, size_t len)
{
    char buffer[TIMELINE_DATA_MAX];
    size_t want = len < sizeof buffer ? len : sizeof buffer;
    size_t n = want > 0 ? memory_read(c->tid, pointer, buffer, want) : 0;
    add(c, "data")->bytes = timeline_sample(c->tl, buffer, n, DATA_LEAST);
}

/* Gathers from an iovec array; `most` bytes at most, the sum of the lengths is returned. */
static uint64_t gather(struct context *c, uint64_t pointer, size_t count, size_t most, bool keep)
{
    struct iovec iov[IOV_MOST];
    char buffer[TIMELINE_DATA_MAX];
    size_t have = 0;
    uint64_t sum = 0;
    if (count > IOV_MOST)
        count = IOV_MOST;
    if (count == 0 || memory_read(c->tid, pointer, iov, count * sizeof *iov) < count * sizeof *iov)
        return 0;
    for (size_t i = 0; i < count; i++) {
        sum += iov[i].iov_len;
        size_t room = (most < sizeof buffer ? most : sizeof buffer) - have;
        size_t piece = iov[i].iov_len < room ? iov[i].iov_len : room;
        if (keep && piece > 0)
            have += memory_read(c->tid, (uint64_t)(uintptr_t)iov[i].iov_base, buffer + have, piece);
    }
    if (keep)
        add(c, "data")->bytes = timeline_sample(c->tl, buffer, have, DATA_LEAST);
    return sum;
}

static void add_message(struct context *c, uint64_t pointer, int64_t result, bool out)
{
    struct msghdr msg;
    if (memory_read(c->tid, pointer, &msg, sizeof msg) < sizeof msg)
        return;
    size_t most = out && result >= 0 ? (size_t)result : TIMELINE_DATA_MAX;
    uint64_t sum =
        gather(c, (uint64_t)(uintptr_t)msg.msg_iov, msg.msg_iovlen, most, !out || result >= 0);
    add_value(c, "len", (int64_t)sum);
    if (msg.msg_name != NULL && (!out || result >= 0))
        add_address(c, (uint64_t)(uintptr_t)msg.msg_name, msg.msg_namelen);
}

/* --- options, sets, times --- */

/* A time in smaller units; a program may ask for any, and gets the longest there is. */
static int64_t in_units(int64_t seconds, int64_t units, int64_t rest)
{
    int64_t most = INT64_MAX / units - 1;
    if (seconds > most)
        return INT64_MAX;
    if (seconds < -most)
        return INT64_MIN;
    return seconds * units + rest;
}

static void add_option_value(struct context *c, const char *name, uint64_t pointer, size_t len)
{
    const struct arg *option = NULL;
    for (unsigned i = 0; i < c->out->count; i++)
        if (strcmp(c->out->args[i].name, "option") == 0)
            option = &c->out->args[i];
    if (option != NULL && option->text != NULL && strstr(option->text, "TIMEO") != NULL) {
        struct timeval tv;
        if (memory_read(c->tid, pointer, &tv, sizeof tv) == sizeof tv)
            add_value(c, name, in_units(tv.tv_sec, 1000, tv.tv_usec / 1000));
        return;
    }
    int value;
    if (len >= sizeof value && memory_read(c->tid, pointer, &value, sizeof value) == sizeof value)
        add_value(c, name, value);
}

static void add_pollfds(struct context *c, uint64_t pointer, size_t count, bool revents)
{
    struct pollfd fds[POLL_MOST];
    struct strbuf text = STRBUF_INIT;
    if (count > POLL_MOST)
        count = POLL_MOST;
    size_t n = memory_read(c->tid, pointer, fds, count * sizeof *fds) / sizeof *fds;
    for (size_t i = 0; i < n; i++) {
        unsigned events = (unsigned)(unsigned short)(revents ? fds[i].revents : fds[i].events);
        if (fds[i].fd < 0 || (revents && events == 0))
            continue;
        strbuf_printf(&text, "%s%d:", text.len > 0 ? " " : "", fds[i].fd);
        names_poll_events(&text, events);
    }
    add_text(c, add(c, revents ? "ready" : "fds"), &text);
}

static void add_fdsets(struct context *c, const uint64_t pointers[3], int nfds, bool ready)
{
    static const char *const events[] = {"POLLIN", "POLLOUT", "POLLPRI"};
    struct strbuf text = STRBUF_INIT;
    if (nfds > FD_SETSIZE)
        nfds = FD_SETSIZE;
    for (int set = 0; set < 3; set++) {
        fd_set fds;
        FD_ZERO(&fds);
        if (pointers[set] == 0 || nfds <= 0)
            continue;
        /* The bits at and above nfds too: to watch one of those is a mistake worth seeing. */
        memory_read(c->tid, pointers[set], &fds, sizeof fds);
        for (int fd = 0, shown = 0; fd < FD_SETSIZE && shown < POLL_MOST; fd++) {
            if (FD_ISSET(fd, &fds) && (!ready || fd < nfds)) {
                strbuf_printf(&text, "%s%d:%s", text.len > 0 ? " " : "", fd, events[set]);
                shown++;
            }
        }
    }
    add_text(c, add(c, ready ? "ready" : "fds"), &text);
}

static void add_timeout(struct context *c, const char *name, int64_t ms)
{
    c->out->timeout_ms = ms;
    add_value(c, name, ms);
}

static void add_timespec(struct context *c, const char *name, uint64_t pointer, bool nap)
{
    struct timespec ts;
    if (pointer == 0) {
        add_timeout(c, name, -1);
        return;
    }
    if (memory_read(c->tid, pointer, &ts, sizeof ts) < sizeof ts)
        return;
    if (nap)
        add_value(c, name, in_units(ts.tv_sec, 1000000000, ts.tv_nsec));
    else
        add_timeout(c, name, in_units(ts.tv_sec, 1000, ts.tv_nsec / 1000000));
}

static void add_timeval(struct context *c, const char *name, uint64_t pointer)
{
    struct timeval tv;
    if (pointer == 0)
        add_timeout(c, name, -1);
    else if (memory_read(c->tid, pointer, &tv, sizeof tv) == sizeof tv)
        add_timeout(c, name, in_units(tv.tv_sec, 1000, tv.tv_usec / 1000));
}

static void add_path(struct context *c, const char *name, uint64_t pointer)
{
    char path[PATH_MAX];
    memory_read_text(c->tid, pointer, path, sizeof path);
    add(c, name)->text = timeline_string(c->tl, path);
}

/* The file that an open led to, as the program would name it. */
static void add_opened(struct context *c, int64_t fd)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%d/fd/%lld", (int)c->tid, (long long)fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return;
    path[n] = '\0';
    add(c, "opened")->text = timeline_string(c->tl, path);
}

static void add_open_how(struct context *c, const char *name, uint64_t pointer, size_t size)
{
    struct open_how how = {0};
    struct strbuf text = STRBUF_INIT;
    size_t most = size < sizeof how ? size : sizeof how;
    if (memory_read(c->tid, pointer, &how, most) < most)
        return;
    add_named(c, name, (int)how.flags, names_open_flags);
    if (how.resolve == 0)
        return;
    struct arg *arg = add_value(c, "resolve", (int64_t)how.resolve);
    names_resolve_flags(&text, how.resolve);
    add_text(c, arg, &text);
}

static void add_fd_pair(struct context *c, const char *name, uint64_t pointer)
{
    int pair[2];
    if (memory_read(c->tid, pointer, pair, sizeof pair) == sizeof pair)
        add(c, name)->text = timeline_format(c->tl, "%d %d", pair[0], pair[1]);
}

static void add_epoll_event(struct context *c, const char *name, uint64_t pointer)
{
    struct epoll_event ev;
    struct strbuf text = STRBUF_INIT;
    if (pointer == 0 || memory_read(c->tid, pointer, &ev, sizeof ev) < sizeof ev)
        return;
    struct arg *arg = add_value(c, name, ev.events);
    names_epoll_events(&text, ev.events);
    add_text(c, arg, &text);
}

static void add_clone_flags(struct context *c, const char *name, uint64_t value)
{
    struct strbuf text = STRBUF_INIT;
    struct arg *arg = add_value(c, name, (int64_t)value);
    names_clone_flags(&text, value);
    add_text(c, arg, &text);
}

static void add_level_option(struct context *c, const char *name, int level, int option)
{
    struct strbuf text = STRBUF_INIT;
    struct arg *arg = add_value(c, name, option);
    names_option(&text, level, option);
    add_text(c, arg, &text);
}

static int address_length_in(struct context *c, uint64_t addr, uint64_t pointer)
{
    int len;
    if (addr == 0 || pointer == 0 || memory_read(c->tid, pointer, &len, sizeof len) < sizeof len)
        return -1;
    return len;
}

/* --- one argument --- */

static void entry_number(struct context *c, enum arg_type type, const char *name, uint64_t value)
{
    int number = (int)(uint32_t)value;
    switch (type) {
    case ARG_FD:
    case ARG_INT:
    case ARG_ADDRLEN:
        add_value(c, name, number);
        break;
    case ARG_LONG:
        add_value(c, name, (int64_t)value);
        break;
    case ARG_DOMAIN:
        add_named(c, name, number, names_family);
        break;
    case ARG_SOCKTYPE:
        add_named(c, name, number, names_socket_type);
        break;
    case ARG_MSG_FLAGS:
        add_named(c, name, number, names_message_flags);
        break;
    case ARG_SHUT_HOW:
        add_named(c, name, number, names_shutdown);
        break;
    case ARG_LEVEL:
        add_named(c, name, number, names_level);
        break;
    case ARG_OPEN_FLAGS:
        add_named(c, name, number, names_open_flags);
        break;
    case ARG_SIGNAL:
        add_named(c, name, number, names_signal);
        break;
    case ARG_EPOLL_OP:
        add_named(c, name, number, names_epoll_op);
        break;
    case ARG_FCNTL:
        add_named(c, name, number, names_fcntl);
        break;
    case ARG_CLONE_FLAGS:
        add_clone_flags(c, name, value);
        break;
    case ARG_TIMEOUT:
        add_timeout(c, name, number < 0 ? -1 : number);
        break;
    default:
        break;
    }
}

static void entry_pointer(struct context *c, enum arg_type type, const char *name, unsigned i)
{
    uint64_t pointer = c->args[i], next = i < 5 ? c->args[i + 1] : 0;
    switch (type) {
    case ARG_ADDR:
        add_address(c, pointer, (size_t)(uint32_t)next);
        break;
    case ARG_ADDR_OUT:
        if (pointer != 0)
            add_value(c, "addrlen_in", address_length_in(c, pointer, next));
        break;
    case ARG_DATA:
        add_data(c, pointer, (size_t)next);
        break;
    case ARG_IOV:
    case ARG_IOV_OUT:
        add_value(c, "len",
                  (int64_t)gather(c, pointer, (size_t)next, TIMELINE_DATA_MAX, type == ARG_IOV));
        break;
    case ARG_MSG:
        add_message(c, pointer, 0, false);
        break;
    case ARG_OPTION:
        add_level_option(c, name, (int)(uint32_t)c->args[i - 1], (int)(uint32_t)pointer);
        break;
    case ARG_OPTVAL:
        add_option_value(c, name, pointer, (size_t)(uint32_t)next);
        break;
    case ARG_POLLFDS:
        add_pollfds(c, pointer, (size_t)(uint32_t)next, false);
        break;
    case ARG_FDSETS:
        add_fdsets(c, &c->args[i], (int)(uint32_t)c->args[i - 1], false);
        break;
    case ARG_TIMESPEC:
    case ARG_NAP:
        add_timespec(c, name, pointer, type == ARG_NAP);
        break;
    case ARG_TIMEVAL:
        add_timeval(c, name, pointer);
        break;
    case ARG_PATH:
    case ARG_OPEN_PATH:
        add_path(c, name, pointer);
        break;
    case ARG_EPOLL_EVENT:
        add_epoll_event(c, name, pointer);
        break;
    case ARG_OPEN_HOW:
        add_open_how(c, name, pointer, (size_t)next);
        break;
    default:
        entry_number(c, type, name, pointer);
    }
}

void decode_entry(struct timeline *tl, pid_t tid, const struct call_spec *spec,
                  const uint64_t args[6], struct decoded *out)
{
    struct context c = {tl, tid, args, out};
    out->count = 0;
    out->timeout_ms = -1;
    for (unsigned i = 0; i < 6 && spec->args[i].type != ARG_END; i++)
        entry_pointer(&c, spec->args[i].type, spec->args[i].name, i);
}

/* What the program said its buffer for an address holds, when it made the call. */
static int address_room(const struct context *c)
{
    for (unsigned i = 0; i < c->out->count; i++)
        if (strcmp(c->out->args[i].name, "addrlen_in") == 0)
            return (int)c->out->args[i].value;
    return 0;
}

static void exit_argument(struct context *c, enum arg_type type, const char *name, unsigned i,
                          int64_t result)
{
    uint64_t pointer = c->args[i], next = i < 5 ? c->args[i + 1] : 0;
    switch (type) {
    case ARG_ADDR_OUT: {
        int len = address_length_in(c, pointer, next);
        if (result >= 0 && len >= 0) {
            int room = address_room(c);
            add_value(c, "addrlen_out", len);
            if (len <= room) /* else it was cut off, and the rest is what stood there before */
                add_address(c, pointer, (size_t)len);
        }
        break;
    }
    case ARG_DATA_OUT:
        if (result >= 0) /* with MSG_TRUNC it may be more than there is room for */
            add_data(c, pointer, (uint64_t)result < next ? (size_t)result : (size_t)next);
        break;
    case ARG_IOV_OUT:
        if (result >= 0)
            gather(c, pointer, (size_t)next, (size_t)result, true);
        break;
    case ARG_MSG_OUT:
        add_message(c, pointer, result, true);
        break;
    case ARG_OPTVAL_OUT:
        if (result >= 0)
            add_option_value(c, name, pointer, sizeof(int));
        break;
    case ARG_POLLFDS:
        if (result > 0)
            add_pollfds(c, pointer, (size_t)(uint32_t)next, true);
        break;
    case ARG_FDSETS:
        if (result > 0)
            add_fdsets(c, &c->args[i], (int)(uint32_t)c->args[i - 1], true);
        break;
    case ARG_OPEN_PATH:
        if (result >= 0)
            add_opened(c, result);
        break;
    case ARG_FD_PAIR:
        if (result >= 0)
            add_fd_pair(c, name, pointer);
        break;
    default:
        break;
    }
}

void decode_exit(struct timeline *tl, pid_t tid, const struct call_spec *spec,
                 const uint64_t args[6], int64_t result, struct decoded *out)
{
    struct context c = {tl, tid, args, out};
    for (unsigned i = 0; i < 6 && spec->args[i].type != ARG_END; i++)
        exit_argument(&c, spec->args[i].type, spec->args[i].name, i, result);
}
