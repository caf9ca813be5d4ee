/* judge/evidence: see evidence.h. */
#include "judge/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "timeline/describe.h"

enum {
    CALLS_SHOWN = 4, /* last calls of the programs when nothing better is known */
    STATES_SHOWN = 3,
    REFUSAL_NEAR = 16, /* events before the failure in which a refusal belongs to it */
    WORKED_FIRST = 4,  /* of a long list: from its beginning and its end */
    WORKED_LAST = 8,
    LINE_SHOWN = 100, /* columns of what a program printed */
};

void picked_add(struct picked *p, uint64_t n)
{
    unsigned at = p->count;
    while (at > 0 && p->n[at - 1] > n)
        at--;
    if (at > 0 && p->n[at - 1] == n)
        return;
    p->n = mem_resize(p->n, p->count + 1, sizeof *p->n);
    memmove(p->n + at + 1, p->n + at, (p->count - at) * sizeof *p->n);
    p->n[at] = n;
    p->count++;
}

void picked_free(struct picked *p)
{
    free(p->n);
    *p = (struct picked){0};
}

const struct event *evidence_ended(const struct facts *f)
{
    const char *actor = f->failed_action != NULL ? f->failed_action->actor : NULL;
    if (actor == NULL || !facts_failed_by(f, "stall"))
        return NULL;
    for (uint64_t n = f->failed->n; n-- > 0;) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_EXIT && ev->exit.main && ev->program != NULL &&
            strcmp(ev->program, actor) == 0 && !facts_former(f, ev))
            return ev;
    }
    return NULL;
}

bool evidence_own(const struct facts *f, const struct event *ev, struct event *shown,
                  struct strbuf *name)
{
    if (ev->kind != EVENT_CALL || facts_learner(f, ev->program))
        return false;
    strbuf_cut(name, 0);
    strbuf_printf(name, "the lab's own %s", ev->program);
    *shown = *ev;
    shown->program = name->data;
    shown->call.file = NULL;
    return true;
}

static void add_line(struct lines *lines, char *text)
{
    lines->text = mem_resize(lines->text, lines->count + 1, sizeof(char *));
    lines->text[lines->count++] = text;
}

/* Calls that tell something of the exchange; not what the C library does behind it. */
static bool tells(const struct model_call *c)
{
    static const char *const calls[] = {"socket", "bind", "listen", "connect", "setsockopt", NULL};
    if (c->socket != NULL || (c->io == MODEL_RECV && c->fd == 0) || facts_error(c, "EBADF"))
        return true;
    return facts_waits(c) || model_one_of(c->event->call.name, calls);
}

/* A loop fails in one place, in the same way, again and again: once is enough. */
static bool same_failure(const struct call_event *one, const struct call_event *other)
{
    return one->error != NULL && other->error != NULL && one->line == other->line &&
           strcmp(one->error, other->error) == 0 && strcmp(one->name, other->name) == 0;
}

static void pick_last_calls(const struct facts *f, uint64_t at, struct picked *p)
{
    const struct call_event *later = NULL;
    unsigned shown = 0;
    for (uint64_t n = at; n-- > 0 && shown < CALLS_SHOWN;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || !facts_learner(f, c->event->program) || !tells(c) ||
            facts_former(f, c->event))
            continue;
        if (later != NULL && same_failure(&c->event->call, later))
            continue;
        later = &c->event->call;
        picked_add(p, n);
        shown++;
    }
}

/* Of what the kernel still had at the end, what stands in a learner's way: unread bytes, a socket
 * that waits to be closed, a listener. */
static void pick_states(const struct facts *f, struct picked *p)
{
    unsigned shown = 0;
    for (size_t i = f->timeline->count; i-- > 0 && shown < STATES_SHOWN;) {
        const struct event *ev = &f->timeline->events[i];
        if (!state_is_left(ev, NULL))
            continue;
        if (ev->state.rqueue > 0 || strcmp(ev->state.to, "CLOSE_WAIT") == 0 ||
            strcmp(ev->state.to, "LISTEN") == 0) {
            picked_add(p, ev->n);
            shown++;
        }
    }
}

/* A refusal: a reset, or a message of ICMP. */
static bool refuses(const struct event *ev)
{
    if (ev->kind != EVENT_PACKET)
        return false;
    const char *flags = ev->packet.flags;
    return (flags != NULL && strchr(flags, 'R') != NULL) ||
           (ev->packet.proto != NULL && strncmp(ev->packet.proto, "icmp", 4) == 0);
}

static bool answers(const struct packet_event *answer, const struct packet_event *asked)
{
    bool back = strcmp(answer->from, asked->to) == 0 && strcmp(answer->to, asked->from) == 0;
    /* ICMP has no ports; it quotes what it is about. */
    return back || (answer->flags == NULL && answer->info != NULL && *asked->to != '\0' &&
                    strstr(answer->info, asked->to) != NULL);
}

/* What was refused on the wire just before, and with what. */
static void pick_refusal(const struct facts *f, uint64_t at, struct picked *p)
{
    uint64_t least = at > REFUSAL_NEAR ? at - REFUSAL_NEAR : 0;
    for (uint64_t n = at; n-- > least;) {
        const struct event *ev = &f->timeline->events[n];
        if (!refuses(ev))
            continue;
        picked_add(p, n);
        while (n-- > least) {
            const struct event *before = &f->timeline->events[n];
            if (before->kind == EVENT_PACKET && answers(&ev->packet, &before->packet)) {
                picked_add(p, n);
                return;
            }
        }
        return;
    }
}

const struct model_call *evidence_complaint(const struct facts *f, int pid, uint64_t before)
{
    static const char *const passing[] = {"EAGAIN", "EINTR", "EINPROGRESS", NULL};
    for (uint64_t n = before; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->event->pid == pid && c->event->call.error != NULL && tells(c) &&
            !model_one_of(c->event->call.error, passing))
            return c;
    }
    return NULL;
}

/* The call that probably made the program give up, and what it said of it. */
static void pick_complaint(const struct facts *f, const struct event *exit, struct picked *p)
{
    const struct model_call *failed = evidence_complaint(f, exit->pid, exit->n);
    if (failed != NULL)
        picked_add(p, failed->event->n);
    /* What it printed may be read after its end was seen. */
    for (uint64_t n = f->timeline->count; n-- > 0;) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_OUTPUT && ev->program != NULL && exit->program != NULL &&
            strcmp(ev->program, exit->program) == 0 && ev->output.stream != NULL &&
            strcmp(ev->output.stream, "stderr") == 0 && !facts_former(f, ev)) {
            picked_add(p, n);
            break;
        }
    }
}

void evidence_pick(const struct facts *f, uint64_t at, struct picked *p)
{
    const struct event *ended = evidence_ended(f);
    /* Who waits on is innocent where the program at hand has ended. */
    bool endless = f->end != NULL && f->end->limit != NULL && strcmp(f->end->limit, "calls") == 0;
    unsigned waits = f->end != NULL && ended == NULL && !endless ? f->end->nwaits : 0;
    bool stuck = waits > 0;
    if (p->count == 0)
        pick_last_calls(f, at, p);
    if (ended != NULL)
        picked_add(p, ended->n);
    for (unsigned i = 0; i < waits && i < CALLS_SHOWN; i++)
        if (f->end->waits[i] < f->timeline->count)
            picked_add(p, f->end->waits[i]);
    if (stuck)
        pick_states(f, p);
    pick_refusal(f, at, p);
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        /* A program that ended before the failure explains more than any call. */
        if (ev->kind == EVENT_EXIT && ev->n < at && ev->exit.main &&
            facts_learner(f, ev->program) && ev->exit.status != 0 && !facts_former(f, ev)) {
            picked_add(p, ev->n);
            if (ev->exit.signal == NULL)
                pick_complaint(f, ev, p);
        }
        if (ev->kind == EVENT_FAULT && ev->n < at && at - ev->n < 8)
            picked_add(p, ev->n);
    }
}

/* Of a program's complaints only the last line. */
static bool add_last_line(const struct facts *f, const struct event *ev, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    bool stderr_too = ev->kind == EVENT_OUTPUT && ev->output.stream != NULL &&
                      strcmp(ev->output.stream, "stderr") == 0;
    bool any = stderr_too && facts_last_line(f, ev->program, "stderr", &line);
    if (any) {
        strbuf_printf(out, "%s printed ", ev->program != NULL ? ev->program : "the program");
        bytes_quote(out, line.data, line.len, LINE_SHOWN);
        strbuf_puts(out, " on stderr");
    }
    strbuf_free(&line);
    return any;
}

static void add_event(const struct facts *f, const struct event *ev, bool own, struct lines *out)
{
    struct strbuf line = STRBUF_INIT, name = STRBUF_INIT;
    struct event shown;
    /* The sentence of an action says what was to happen; that it did not stands above. */
    bool failed = ev->kind == EVENT_SCRIPT && ev->script.status == SCRIPT_FAILED;
    if (!failed && evidence_own(f, ev, &shown, &name) == own) {
        if (own || !add_last_line(f, ev, &line))
            describe_event(&line, &f->model, own ? &shown : ev);
        add_line(out, strbuf_take(&line));
    }
    strbuf_free(&name);
}

void evidence_lines(const struct facts *f, const struct picked *p, struct lines *out)
{
    const struct event **events = mem_resize(NULL, p->count + 1, sizeof *events);
    evidence_order(f, p, events);
    for (unsigned i = 0; i < p->count; i++)
        add_event(f, events[i], false, out);
    for (unsigned i = 0; i < p->count; i++)
        add_event(f, events[i], true, out);
    free(events);
}

/* "server bound 0.0.0.0(7000)" */
static char *milestone(const struct facts *f, const struct model_call *c)
{
    static const struct {
        const char *call, *did;
        bool address; /* the call's own; else none */
    } milestones[] = {
        {"bind", "bound", true},           {"listen", "listens", false},
        {"connect", "connected to", true}, {"accept", "accepted", true},
        {"accept4", "accepted", true},
    };
    const struct call_event *call = &c->event->call;
    if (!call_succeeded(call) || !facts_learner(f, c->event->program))
        return NULL;
    for (size_t i = 0; i < sizeof milestones / sizeof milestones[0]; i++) {
        if (!facts_is(c, milestones[i].call))
            continue;
        struct strbuf line = STRBUF_INIT;
        strbuf_printf(&line, "%s %s", c->event->program != NULL ? c->event->program : "the program",
                      milestones[i].did);
        const char *address = call_text(call, "addr");
        if (milestones[i].address) {
            strbuf_putc(&line, ' ');
            if (*address != '\0')
                describe_address(&line, address);
            else
                strbuf_puts(&line, "a connection");
        }
        return strbuf_take(&line);
    }
    return NULL;
}

/* A connection is there when accept() gives it, and not when somebody begins to wait for it. */
static int64_t moment(const struct event *ev)
{
    bool accepts = ev->kind == EVENT_CALL && strncmp(ev->call.name, "accept", 6) == 0;
    return accepts ? ev->t + ev->call.blocked_ns : ev->t;
}

/* Behind all that was before. */
static void add_at(struct lines *lines, int64_t **times, int64_t t, char *text)
{
    add_line(lines, text);
    *times = mem_resize(*times, lines->count, sizeof **times);
    unsigned i = lines->count - 1;
    for (; i > 0 && (*times)[i - 1] > t; i--) {
        (*times)[i] = (*times)[i - 1];
        lines->text[i] = lines->text[i - 1];
    }
    (*times)[i] = t;
    lines->text[i] = text;
}

void evidence_worked(const struct facts *f, uint64_t at, struct lines *out)
{
    struct lines all = {0};
    int64_t *times = NULL;
    for (size_t i = 0; i < f->timeline->count && i < at; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct model_call *c = model_call(&f->model, i);
        char *line = NULL;
        if (ev->kind == EVENT_SCRIPT && ev->script.status == SCRIPT_OK && ev->script.text != NULL) {
            struct strbuf text = STRBUF_INIT;
            describe_event(&text, &f->model, ev);
            line = strbuf_take(&text);
        } else if (c != NULL) {
            line = milestone(f, c);
        }
        if (line != NULL)
            add_at(&all, &times, moment(ev), line);
    }
    free(times);
    for (unsigned i = 0; i < all.count; i++) {
        bool left_out = all.count > WORKED_FIRST + WORKED_LAST + 1 && i >= WORKED_FIRST &&
                        i < all.count - WORKED_LAST;
        if (!left_out) {
            add_line(out, all.text[i]);
            continue;
        }
        if (i == WORKED_FIRST)
            add_line(out, mem_format("… %u more", all.count - WORKED_FIRST - WORKED_LAST));
        free(all.text[i]);
    }
    free(all.text);
}
