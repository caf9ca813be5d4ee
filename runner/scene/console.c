/* scene/console: see console.h. */
#include "scene/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "scene/run.h"
#include "trace/names.h"

struct console {
    struct run run;
    struct error err; /* of the call at hand: the run must not keep the caller's */
    struct timeline tl;
    size_t *seen; /* of each actor: bytes of its output that were told */
    bool *ended;  /* … and whether its end was */
    unsigned nactors;
};

struct console *console_open(struct loop *loop, const struct scene_setup *setup, struct error *err)
{
    struct console *c = mem_alloc(sizeof *c);
    timeline_init(&c->tl);
    run_begin(&c->run, loop, setup, &c->tl, &c->err);
    timeline_append(&c->tl, EVENT_SCENE, 0);
    if (run_open_sandbox(&c->run) == 0)
        return c;
    if (err != NULL)
        *err = c->err;
    console_close(c);
    return NULL;
}

/* 0, or -1 and the caller's *err. */
static int told(const struct console *c, int rc, struct error *err)
{
    if (rc != 0 && err != NULL)
        *err = c->err;
    return rc;
}

void console_close(struct console *c)
{
    if (c == NULL)
        return;
    run_end(&c->run);
    timeline_free(&c->tl);
    free(c->seen);
    free(c->ended);
    free(c);
}

static struct place *place_of(const struct console *c, const char *terminal)
{
    struct run *run = (struct run *)(uintptr_t)&c->run;
    for (unsigned i = 0; i < run->nplaces; i++) {
        size_t len = strlen(run->places[i].name);
        if (strncmp(run->places[i].name, terminal, len) == 0 &&
            (terminal[len] == '\0' || terminal[len] == '-'))
            return &run->places[i];
    }
    return NULL;
}

bool console_knows(const struct console *c, const char *terminal)
{
    return place_of(c, terminal) != NULL;
}

bool console_runs(const struct console *c, const char *terminal)
{
    const struct actor *actor = find_actor((struct run *)(uintptr_t)&c->run, terminal);
    return actor != NULL && actor_alive(actor);
}

static int no_host(const struct console *c, const char *terminal, struct error *err)
{
    struct strbuf names = STRBUF_INIT;
    for (unsigned i = 0; i < c->run.nplaces; i++)
        strbuf_printf(&names, "%s%s", i > 0 ? ", " : "", c->run.places[i].name);
    error_set(err, "there is no host %s; there are %s", terminal, names.data);
    strbuf_free(&names);
    return -1;
}

int console_run(struct console *c, const char *terminal, const char *command, struct error *err)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    struct place *place = place_of(c, terminal);
    if (place == NULL)
        return no_host(c, terminal, err);
    if (console_runs(c, terminal))
        return error_set(err, "a command still runs in %s; %s-2 is another terminal of that host",
                         terminal, place->name);
    const struct actor *actor = program_launch(&c->run, place, terminal, argv, STDIO_TERMINAL);
    return told(c, actor != NULL ? 0 : -1, err);
}

static struct actor *running(struct console *c, const char *terminal, struct error *err)
{
    struct actor *actor = find_actor(&c->run, terminal);
    if (actor != NULL && actor_alive(actor))
        return actor;
    if (place_of(c, terminal) == NULL)
        no_host(c, terminal, err);
    else
        error_set(err, "nothing runs in %s; \"%s$ COMMAND\" starts something", terminal, terminal);
    return NULL;
}

int console_type(struct console *c, const char *terminal, const char *data, size_t len,
                 struct error *err)
{
    struct actor *actor = running(c, terminal, err);
    if (actor == NULL)
        return -1;
    stdio_type(&actor->io, data, len);
    c->run.activity++;
    return 0;
}

int console_end_input(struct console *c, const char *terminal, struct error *err)
{
    struct actor *actor = running(c, terminal, err);
    if (actor == NULL)
        return -1;
    stdio_end_input(&actor->io);
    c->run.activity++;
    return 0;
}

int console_wire(struct console *c, const char *rule, struct error *err)
{
    return told(c, wire_say(&c->run, rule), err);
}

static void tell_end(const struct actor *actor, console_fn *fn, void *arg)
{
    struct strbuf how = STRBUF_INIT;
    if (actor->traced->signal != 0)
        names_signal(&how, actor->traced->signal);
    else
        strbuf_printf(&how, "exit status %d", actor->traced->status);
    fn(arg, actor->name, NULL, 0, how.data);
    strbuf_free(&how);
}

bool console_news(struct console *c, console_fn *fn, void *arg)
{
    struct run *run = &c->run;
    bool any = false;
    if (c->nactors < run->nactors) {
        c->seen = mem_resize(c->seen, run->nactors, sizeof *c->seen);
        c->ended = mem_resize(c->ended, run->nactors, sizeof *c->ended);
        for (; c->nactors < run->nactors; c->nactors++) {
            c->seen[c->nactors] = 0;
            c->ended[c->nactors] = false;
        }
    }
    for (unsigned i = 0; i < run->nactors; i++) {
        struct actor *actor = run->actors[i];
        if (actor->out.len > c->seen[i]) {
            size_t from = c->seen[i];
            c->seen[i] = actor->out.len;
            fn(arg, actor->name, actor->out.data + from, actor->out.len - from, NULL);
            any = true;
        } else if (!c->ended[i] && actor->traced != NULL && !actor_alive(actor) &&
                   stdio_finished(&actor->io)) {
            c->ended[i] = true;
            tell_end(actor, fn, arg);
            any = true;
        }
    }
    return any;
}

bool console_quiet(struct console *c)
{
    return settled(&c->run, NULL);
}

bool console_over(struct console *c)
{
    return tracer_live(c->run.tracer) == 0 ? settled(&c->run, NULL) : stalled(&c->run);
}
