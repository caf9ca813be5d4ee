/* rules/facts: see facts.h. */
#include "rules/facts.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/network.h"
#include "catalog/vars.h"
#include "rules/sanitizer.h"

/* --- ports --- */

int facts_swap(int port)
{
    return (port & 0xff) << 8 | (port >> 8 & 0xff);
}

static void add_port(struct facts *f, int port)
{
    if (port <= 0)
        return;
    for (unsigned i = 0; i < f->nports; i++)
        if (f->ports[i] == port)
            return;
    f->ports = mem_resize(f->ports, f->nports + 1, sizeof *f->ports);
    f->ports[f->nports++] = port;
}

/* A variable is a port when the script says so, or, without a script, when its name does. */
static bool is_port_variable(const struct facts *f, const char *name)
{
    if (f->script == NULL)
        return strstr(name, "port") != NULL;
    for (unsigned i = 0; i < f->script->nvars; i++)
        if (strcmp(f->script->vars[i].name, name) == 0)
            return f->script->vars[i].kind == VAR_PORT;
    return false;
}

/* Sentences of the script name addresses: "127.0.0.1:40001". */
static void ports_of_sentence(struct facts *f, const char *text)
{
    for (const char *at = text; (at = strchr(at, ':')) != NULL; at++) {
        bool address = at > text && (isdigit((unsigned char)at[-1]) || at[-1] == ']');
        char *end;
        long port = address && isdigit((unsigned char)at[1]) ? strtol(at + 1, &end, 10) : -1;
        if (port > 0 && port <= 65535)
            add_port(f, (int)port);
    }
}

static void gather_ports(struct facts *f)
{
    const struct scene_event *scene = timeline_scene(f->timeline);
    for (unsigned i = 0; scene != NULL && i < scene->nvars; i++)
        if (is_port_variable(f, scene->vars[i].name))
            add_port(f, atoi(scene->vars[i].value.data));
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind == EVENT_SCRIPT && ev->script.text != NULL)
            ports_of_sentence(f, ev->script.text);
    }
}

int facts_swapped_port(const struct facts *f, int port)
{
    if (port <= 0 || facts_swap(port) == port)
        return -1;
    for (unsigned i = 0; i < f->nports; i++)
        if (f->ports[i] == port)
            return -1; /* it is a port that the script speaks of itself */
    for (unsigned i = 0; i < f->nports; i++)
        if (f->ports[i] == facts_swap(port))
            return f->ports[i];
    return -1;
}

/* --- gathering --- */

static const struct action *find_action(const struct action *actions, unsigned count,
                                        const char *path)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        if (a->path != NULL && strcmp(a->path, path) == 0)
            return a;
        if (a->kind == ACTION_REPEAT) {
            const struct action *inner = find_action(a->repeat.actions, a->repeat.nactions, path);
            if (inner != NULL)
                return inner;
        }
    }
    return NULL;
}

const struct action *facts_action(const struct facts *f, const char *path)
{
    if (f->script == NULL || path == NULL)
        return NULL;
    return find_action(f->script->actions, f->script->nactions, path);
}

const char *facts_destination(const struct facts *f)
{
    const char *to = NULL, *actor = f->failed_action != NULL ? f->failed_action->actor : NULL;
    if (actor == NULL)
        return NULL;
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        if (a != NULL && a->actor != NULL && strcmp(a->actor, actor) == 0) {
            if (a->kind == ACTION_SEND && a->send.to != NULL)
                to = a->send.to;
            else if (a->kind == ACTION_CONNECT)
                to = a->connect.to;
        }
        if (ev == f->failed)
            break;
    }
    return to;
}

void facts_gather(struct facts *f, const struct lab *lab, const struct scene_script *script,
                  const struct timeline *tl)
{
    *f = (struct facts){.lab = lab, .script = script, .timeline = tl, .end = timeline_end(tl)};
    model_build(&f->model, tl);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_SCRIPT && ev->script.status == SCRIPT_FAILED && f->failed == NULL)
            f->failed = ev;
    }
    if (f->failed != NULL)
        f->failed_action = facts_action(f, f->failed->script.path);
    gather_ports(f);
    facts_gather_places(f);
    sanitizer_read(&f->sanitizer, f);
}

void facts_free(struct facts *f)
{
    model_free(&f->model);
    sanitizer_free(&f->sanitizer);
    free(f->ports);
    free(f->places);
    free(f->own_ports);
    *f = (struct facts){0};
}

/* --- the script --- */

static int starts_learner(const struct action *actions, unsigned count, const char *program)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        if (a->kind == ACTION_START && a->actor != NULL && strcmp(a->actor, program) == 0)
            return !a->start.solution;
        if (a->kind == ACTION_REPEAT) {
            int inner = starts_learner(a->repeat.actions, a->repeat.nactions, program);
            if (inner >= 0)
                return inner;
        }
    }
    return -1;
}

bool facts_learner(const struct facts *f, const char *program)
{
    if (f->script == NULL || program == NULL)
        return true;
    return starts_learner(f->script->actions, f->script->nactions, program) != 0;
}

bool facts_broken(const struct facts *f)
{
    return f->failed != NULL || f->end == NULL || strcmp(f->end->why, "complete") != 0;
}

bool facts_failed_by(const struct facts *f, const char *failure)
{
    return f->failed != NULL && f->failed->script.failure != NULL &&
           strcmp(f->failed->script.failure, failure) == 0;
}

struct lookup {
    const struct facts *facts;
    struct strbuf value; /* of a variable that is worked out */
    bool dots;           /* "…" for what is not known */
};

static bool lookup(void *arg, const char *name, const char **data, size_t *len)
{
    static const char dots[] = "…";
    struct lookup *l = arg;
    const struct bytes *value = timeline_var(l->facts->timeline, name);
    const struct network *net = l->facts->script != NULL ? l->facts->script->network : NULL;
    if (value != NULL) {
        *data = value->data;
        *len = value->len;
        return true;
    }
    strbuf_cut(&l->value, 0);
    if (net == NULL || !network_variable(net, name, &l->value)) {
        if (!l->dots)
            return false;
        strbuf_puts(&l->value, dots);
    }
    *data = l->value.data;
    *len = l->value.len;
    return true;
}

bool facts_data(const struct facts *f, const struct data *data, struct strbuf *out)
{
    struct lookup l = {.facts = f, .value = STRBUF_INIT};
    bool known = vars_expand_data(out, data, lookup, &l, NULL) == 0;
    strbuf_free(&l.value);
    return known;
}

bool facts_text(const struct facts *f, const char *text, struct strbuf *out)
{
    struct lookup l = {.facts = f, .value = STRBUF_INIT};
    bool known = vars_expand(out, text, lookup, &l, NULL) == 0;
    strbuf_free(&l.value);
    return known;
}

void facts_text_shown(const struct facts *f, const char *text, struct strbuf *out)
{
    struct lookup l = {.facts = f, .value = STRBUF_INIT, .dots = true};
    if (vars_expand(out, text, lookup, &l, NULL) != 0)
        strbuf_puts(out, text);
    strbuf_free(&l.value);
}

bool facts_wanted(const struct facts *f, struct strbuf *out)
{
    const struct action *a = f->failed_action;
    if (a == NULL)
        return false;
    if (a->kind == ACTION_EXPECT)
        return facts_data(f, &a->expect.data, out) && out->len > 0;
    return a->kind == ACTION_OUTPUT && a->output.contains != NULL &&
           facts_text(f, a->output.contains, out) && out->len > 0;
}

bool facts_would_do(const struct facts *f, const char *data, size_t len)
{
    const struct action *a = f->failed_action;
    struct lookup l = {.facts = f, .value = STRBUF_INIT};
    struct strbuf wanted = STRBUF_INIT, text = STRBUF_INIT;
    struct error err;
    regex_t regex;
    bool would = false;
    if (a != NULL && a->kind == ACTION_OUTPUT && a->output.contains != NULL) {
        would = vars_expand(&wanted, a->output.contains, lookup, &l, &err) == 0 &&
                memmem(data, len, wanted.data, wanted.len) != NULL;
    } else if (a != NULL && a->kind == ACTION_OUTPUT && a->output.matches != NULL &&
               vars_expand_regex(&wanted, a->output.matches, lookup, &l, &err) == 0 &&
               regcomp(&regex, wanted.data, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0) {
        strbuf_add(&text, data, len);
        would = regexec(&regex, text.data, 0, NULL, 0) == 0;
        regfree(&regex);
    }
    strbuf_free(&wanted);
    strbuf_free(&text);
    strbuf_free(&l.value);
    return would;
}

bool facts_aims(const struct facts *f, const char *id)
{
    for (unsigned i = 0; f->lab != NULL && i < f->lab->nmistakes; i++)
        if (strcmp(f->lab->mistakes[i], id) == 0)
            return true;
    return false;
}

bool facts_signalled(const struct facts *f, const char *program, const char *name, uint64_t n)
{
    for (size_t i = 0; i < f->timeline->count && i < n; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind != EVENT_SCRIPT || strcmp(ev->script.verb, "signal") != 0 ||
            ev->script.actor == NULL || program == NULL || strcmp(ev->script.actor, program) != 0)
            continue;
        const struct action *a = facts_action(f, ev->script.path);
        if (name == NULL || (a != NULL && strcmp(a->signal.name, name) == 0) ||
            (ev->script.text != NULL && strstr(ev->script.text, name) != NULL))
            return true;
    }
    return false;
}

/* --- starts --- */

static bool is_start(const struct event *ev, const char *program)
{
    return ev->kind == EVENT_SCRIPT && ev->script.verb != NULL && ev->script.actor != NULL &&
           strcmp(ev->script.verb, "start") == 0 &&
           (program == NULL || strcmp(ev->script.actor, program) == 0);
}

/* The last time that the script started the program; MODEL_NEVER: it never did. */
static uint64_t last_start(const struct facts *f, const char *program)
{
    uint64_t last = f->failed != NULL ? f->failed->n : f->timeline->count;
    for (uint64_t n = last; program != NULL && n-- > 0;) {
        if (is_start(&f->timeline->events[n], program))
            return n;
    }
    return MODEL_NEVER;
}

/* A program may be over before its start is recorded as done: then it is the one that was started
 * last if more have ended than were started before. */
static bool ended_at_once(const struct facts *f, const char *program, uint64_t n, uint64_t start)
{
    unsigned started = 0, ended = 0;
    for (uint64_t i = 0; i < start; i++)
        started += is_start(&f->timeline->events[i], program);
    for (uint64_t i = 0; i <= n; i++) {
        const struct event *ev = &f->timeline->events[i];
        ended += ev->kind == EVENT_EXIT && ev->exit.main &&
                 (program == NULL || ev->program == NULL || strcmp(ev->program, program) == 0);
    }
    return ended > started;
}

bool facts_former(const struct facts *f, const struct event *ev)
{
    uint64_t start = last_start(f, ev->program);
    /* The one before was killed for the new one, and on a busy machine its end may be seen after
     * the new one's start: they end in the order in which they were started. */
    if (start != MODEL_NEVER && ev->n > start && ev->kind == EVENT_EXIT && ev->exit.main &&
        ev->exit.signal != NULL && strcmp(ev->exit.signal, "SIGKILL") == 0)
        return !ended_at_once(f, ev->program, ev->n, start);
    if (start == MODEL_NEVER || ev->n > start ||
        (ev->kind == EVENT_EXIT && ended_at_once(f, ev->program, ev->n, start)))
        return false;
    for (uint64_t n = ev->n; n < start; n++) {
        const struct event *end = &f->timeline->events[n];
        if (end->kind == EVENT_EXIT && end->pid == ev->pid)
            return true;
    }
    return false;
}

void facts_output(const struct facts *f, const char *program, const char *stream,
                  struct strbuf *out)
{
    uint64_t start = last_start(f, program);
    for (uint64_t n = start == MODEL_NEVER ? 0 : start; n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind != EVENT_OUTPUT || ev->output.bytes.data == NULL)
            continue;
        bool same = program == NULL || ev->program == NULL || strcmp(ev->program, program) == 0;
        bool there = stream == NULL || ev->output.stream == NULL ||
                     strcmp(ev->output.stream, "tty") == 0 ||
                     strcmp(ev->output.stream, stream) == 0;
        if (same && there)
            strbuf_add(out, ev->output.bytes.data, ev->output.bytes.len);
    }
}

bool facts_last_line(const struct facts *f, const char *program, const char *stream,
                     struct strbuf *out)
{
    struct strbuf all = STRBUF_INIT;
    facts_output(f, program, stream, &all);
    size_t end = all.len, begin;
    while (end > 0 && (all.data[end - 1] == '\n' || all.data[end - 1] == '\r'))
        end--;
    for (begin = end; begin > 0 && all.data[begin - 1] != '\n';)
        begin--;
    if (end > begin)
        strbuf_add(out, all.data + begin, end - begin);
    strbuf_free(&all);
    return end > begin;
}

/* --- calls --- */

const struct model_call *facts_call(const struct facts *f, uint64_t *n)
{
    while (*n < f->model.ncalls) {
        const struct model_call *c = model_call(&f->model, (*n)++);
        if (c != NULL && facts_learner(f, c->event->program))
            return c;
    }
    return NULL;
}

const struct model_call *facts_next(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = c->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *next = model_call(&f->model, n);
        if (next != NULL && next->event->pid == c->event->pid && next->event->tid == c->event->tid)
            return next;
    }
    return NULL;
}

const struct model_call *facts_last_io(const struct facts *f, int pid, enum model_io io, uint64_t n)
{
    while (n-- > 0) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->io == io && c->event->pid == pid)
            return c;
    }
    return NULL;
}

const struct event *facts_exit(const struct facts *f, int pid)
{
    for (size_t i = f->timeline->count; i-- > 0;)
        if (f->timeline->events[i].kind == EVENT_EXIT && f->timeline->events[i].pid == pid)
            return &f->timeline->events[i];
    return NULL;
}

bool facts_waits(const struct model_call *c)
{
    static const char *const calls[] = {"poll",     "ppoll",      "select",
                                        "pselect6", "epoll_wait", "epoll_pwait",
                                        "accept",   "accept4",    NULL};
    return model_one_of(c->event->call.name, calls);
}

bool facts_waits_or_receives(const struct model_call *c)
{
    return facts_waits(c) || facts_is(c, "recvfrom") || facts_is(c, "recvmsg");
}

/* They name the descriptors they watch: "3:POLLIN 0:POLLIN". */
bool facts_watches(const struct model_call *c, int fd, const char *event)
{
    char wanted[40];
    const char *fds = call_text(&c->event->call, "fds");
    int len = snprintf(wanted, sizeof wanted, "%d:", fd);
    for (const char *at = fds; (at = strstr(at, wanted)) != NULL; at += len) {
        const char *end = at + strcspn(at, " ");
        const char *found = event == NULL ? at : strstr(at, event);
        if ((at == fds || at[-1] == ' ') && found != NULL && found < end)
            return true;
    }
    return false;
}

bool facts_input_ended(const struct facts *f, const struct model_process *p)
{
    for (uint64_t n = 0; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->process == p && c->io == MODEL_RECV && c->fd == 0 &&
            c->socket == NULL && c->moved == 0)
            return true;
    }
    return false;
}

bool facts_error(const struct model_call *c, const char *name)
{
    return c->event->call.error != NULL && strcmp(c->event->call.error, name) == 0;
}
