/*
 * rules/ready - waiting for several things at once, and not waiting at all.
 *
 *   - 39: the program sleeps in a read of its standard input, or in a poll that watches that and
 *     not the socket, while the kernel holds bytes for the socket, and nothing moves any more. A
 *     fact when these bytes are what the script waits for.
 *   - 48: select() was given a set with an open socket that nfds leaves out; or a set that holds
 *     just what the last select() had left in it. Conclusive by the arguments.
 *   - 49: a hundred times in a row, without any pause, a call that found nothing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "rules/rules.h"

/* --- 39 --- */

static bool is_keyboard(const struct model_call *c)
{
    return (c->io == MODEL_RECV && c->fd == 0 && c->socket == NULL) ||
           (facts_waits(c) && facts_watches(c, 0, "POLLIN"));
}

/* A socket of the program's for which the kernel still holds bytes; *row says so. */
static const struct model_socket *neglected(const struct facts *f, const struct model_call *c,
                                            const struct event **row)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (model_root(s->owner) != model_root(c->process) || s->listening != MODEL_NEVER ||
            facts_watches(c, s->fd, "POLLIN") || (s->closed != MODEL_NEVER && !s->closed_by_exit))
            continue;
        *row = facts_left(f, s);
        if (*row != NULL && (*row)->state.rqueue > 0)
            return s;
    }
    return NULL;
}

static bool holds(const struct strbuf *all, const char *part, size_t len)
{
    while (len > 0 && (part[len - 1] == '\n' || part[len - 1] == '\r'))
        len--;
    return len > 0 && memmem(all->data, all->len, part, len) != NULL;
}

/* The script waits for what was sent last, by a peer of its own or by another program. */
static bool sent_is_wanted(const struct facts *f, const struct model_call *c)
{
    struct strbuf wanted = STRBUF_INIT;
    bool is = false, known = facts_wanted(f, &wanted);
    for (uint64_t n = f->timeline->count; known && !is && n-- > 0;) {
        const struct event *ev = &f->timeline->events[n];
        const struct model_call *call = model_call(&f->model, n);
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        struct strbuf data = STRBUF_INIT;
        if (a != NULL && a->kind == ACTION_SEND && facts_data(f, &a->send.data, &data))
            is = holds(&wanted, data.data, data.len);
        else if (call != NULL && call->io == MODEL_SEND && call->socket != NULL &&
                 call->process != c->process && call->data.data != NULL)
            is = holds(&wanted, call->data.data, call->data.len);
        strbuf_free(&data);
    }
    strbuf_free(&wanted);
    return is;
}

bool rule_blocked_on_stdin(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    const struct event *row;
    for (uint64_t n = 0; facts_failed_by(f, "stall") && (c = facts_call(f, &n)) != NULL;) {
        if (c->event->call.returned || !is_keyboard(c))
            continue;
        const struct model_socket *s = neglected(f, c, &row);
        if (s == NULL)
            continue;
        finding_call(out, c);
        finding_event(out, row);
        bool wanted = sent_is_wanted(f, c);
        out->certainty = wanted ? CERTAINTY_FACT : CERTAINTY_HINT;
        finding_place(out, c);
        strbuf_puts(&out->message, " waits for a line from standard input; ");
        if (s->datagram)
            strbuf_puts(&out->message, "a datagram");
        else
            text_count(&out->message, row->state.rqueue, "byte", "bytes");
        strbuf_printf(&out->message, " came for descriptor %d in the meantime, and ", s->fd);
        strbuf_puts(&out->message, wanted
                                       ? "the program does not ask the kernel for it"
                                       : "lies in the kernel: should the program look there too?");
        return true;
    }
    return false;
}

/* --- 48 --- */

static bool is_select(const struct model_call *c)
{
    return facts_is(c, "select") || facts_is(c, "pselect6");
}

/* The next descriptor of "3:POLLIN 4:POLLIN"; *at then stands behind it. -1: no more. */
static int next_fd(const char **at)
{
    while (**at == ' ')
        ++*at;
    if (**at < '0' || **at > '9')
        return -1;
    int fd = (int)strtol(*at, NULL, 10);
    *at += strcspn(*at, " ");
    return fd;
}

static bool leaves_out(const struct facts *f, const struct model_call *c, struct finding *out)
{
    int64_t nfds = call_value(&c->event->call, "nfds", -1);
    const char *at = call_text(&c->event->call, "fds");
    for (int fd; nfds >= 0 && (fd = next_fd(&at)) >= 0;) {
        if (fd < nfds || model_socket_at(&f->model, c->event->pid, fd, c->event->n) == NULL)
            continue;
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_printf(&out->message,
                      " was given nfds = %" PRId64 ", so the kernel looks only at the descriptors "
                      "below that; descriptor %d is in a set, and is never looked at",
                      nfds, fd);
        return true;
    }
    return false;
}

/* The descriptor that a select() watched and the next one does not, since the last call took it
 * out; -1: none. */
static int taken_out(const struct model_call *c, const struct model_call *next)
{
    const char *watched = call_text(&c->event->call, "fds");
    const char *left = c->event->call.result > 0 ? call_text(&c->event->call, "ready") : "";
    if (!call_succeeded(&c->event->call) || strcmp(watched, left) == 0 ||
        strcmp(call_text(&next->event->call, "fds"), left) != 0 ||
        call_value(&next->event->call, "nfds", 0) <= 0)
        return -1;
    for (int fd; (fd = next_fd(&watched)) >= 0;)
        if (!facts_watches(next, fd, NULL))
            return fd;
    return -1;
}

static bool watched_again(const struct facts *f, const struct model_call *c, int fd)
{
    for (; c != NULL; c = facts_next(f, c))
        if (is_select(c) && facts_watches(c, fd, NULL))
            return true;
    return false;
}

static const struct model_call *next_select(const struct facts *f, const struct model_call *c)
{
    do
        c = facts_next(f, c);
    while (c != NULL && !is_select(c));
    return c;
}

static bool reuses_set(const struct facts *f, const struct model_call *c, struct finding *out)
{
    const struct model_call *next = facts_broken(f) ? next_select(f, c) : NULL;
    int fd = next == NULL ? -1 : taken_out(c, next);
    if (fd < 0 || watched_again(f, next, fd) ||
        (fd > 2 && model_socket_at(&f->model, c->event->pid, fd, next->event->n) == NULL))
        return false;
    finding_call(out, next);
    finding_event(out, c->event);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, next);
    strbuf_puts(&out->message, " was given the sets as the call before had left them, ");
    strbuf_puts(&out->message, c->event->call.result > 0
                                   ? "with nothing in them but what was ready then"
                                   : "empty, since nothing was ready then");
    strbuf_printf(&out->message, "; descriptor %d is not watched any more", fd);
    return true;
}

bool rule_select_nfds(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;)
        if (is_select(c) && (leaves_out(f, c, out) || reuses_set(f, c, out)))
            return true;
    return false;
}

/* --- 49 --- */

enum { BUSY = 100 };

/* A thread, and how often it has found nothing in a row. */
struct spin {
    int pid, tid;
    unsigned count;
    const struct model_call *first;
};

enum step { STEP_NOTHING, STEP_NEUTRAL, STEP_PAUSE };

static enum step step_of(const struct model_call *c)
{
    static const char *const pauses[] = {"nanosleep",       "clock_nanosleep",
                                         "wait4",           "waitid",
                                         "pause",           "rt_sigsuspend",
                                         "rt_sigtimedwait", NULL};
    bool asks = c->io == MODEL_RECV || facts_is(c, "accept") || facts_is(c, "accept4");
    bool at_once = strstr(call_text(&c->event->call, "flags"), "MSG_DONTWAIT") != NULL ||
                   (c->socket != NULL && c->socket->nonblocking);
    if (asks && facts_error(c, "EAGAIN"))
        return at_once ? STEP_NOTHING : STEP_PAUSE; /* SO_RCVTIMEO: it did wait */
    if (asks)
        return STEP_PAUSE;
    if (facts_waits(c))
        return call_value(&c->event->call, "timeout", -1) == 0 && c->event->call.result == 0
                   ? STEP_NOTHING
                   : STEP_PAUSE;
    return model_one_of(c->event->call.name, pauses) ? STEP_PAUSE : STEP_NEUTRAL;
}

static struct spin *spin_of(struct spin **all, unsigned *count, const struct model_call *c)
{
    for (unsigned i = 0; i < *count; i++)
        if ((*all)[i].pid == c->event->pid && (*all)[i].tid == c->event->tid)
            return &(*all)[i];
    *all = mem_resize(*all, *count + 1, sizeof **all);
    (*all)[*count] = (struct spin){.pid = c->event->pid, .tid = c->event->tid};
    return &(*all)[(*count)++];
}

/* The longest row of one thread: where it began, and the call with which it was long enough. */
static struct spin longest(const struct facts *f, const struct model_call **enough)
{
    struct spin *all = NULL, best = {0};
    unsigned count = 0;
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        struct spin *spin = spin_of(&all, &count, c);
        enum step step = step_of(c);
        if (step == STEP_PAUSE)
            spin->count = 0;
        if (step != STEP_NOTHING)
            continue;
        if (spin->count++ == 0)
            spin->first = c;
        if (spin->count == BUSY && best.count < BUSY)
            *enough = c;
        if (spin->count > best.count && (best.count < BUSY || best.first == spin->first))
            best = *spin;
    }
    free(all);
    return best;
}

bool rule_busy_poll(const struct facts *f, struct finding *out)
{
    const struct model_call *enough = NULL;
    struct spin spin = longest(f, &enough);
    if (spin.count < BUSY || enough == NULL)
        return false;
    finding_call(out, spin.first);
    finding_event(out, enough->event);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, spin.first);
    strbuf_printf(&out->message,
                  " was called %u times in a row and found nothing%s; the program never sleeps "
                  "in between, and keeps a processor busy",
                  spin.count, spin.first->event->call.error != NULL ? " (EAGAIN)" : "");
    return true;
}
