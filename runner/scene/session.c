/*
 * scene/session: see session.h.
 *
 *  - Each terminal of the session is a program of the scene: a shell that runs one command.
 *  - A shown line is waited for; it is missing when the terminal printed another one, or when
 *    nothing can print it any more.
 *  - What a terminal prints and the session does not show is a difference too.
 */
#include "scene/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "scene/run.h"

enum { TERMINALS_MOST = 16, LOOK_US = 2000 };

struct terminal {
    const char *name;
    struct place *place;
    struct actor *actor; /* its latest command; NULL before the first */
    size_t seen;         /* bytes of the actor's output that were compared */
    bool gap;            /* a `…` stands before the next shown line */
};

struct player {
    struct run run;
    struct terminal terminals[TERMINALS_MOST];
    unsigned nterminals;
    struct strbuf *difference;
    const struct session_line *line; /* the one at hand */
};

static struct terminal *terminal_of(struct player *p, const char *name)
{
    for (unsigned i = 0; i < p->nterminals; i++)
        if (strcmp(p->terminals[i].name, name) == 0)
            return &p->terminals[i];
    if (p->nterminals == TERMINALS_MOST)
        return NULL;
    unsigned host = p->run.network != NULL ? session_host(p->run.network, name) : 0;
    p->terminals[p->nterminals] = (struct terminal){.name = name, .place = &p->run.places[host]};
    return &p->terminals[p->nterminals++];
}

static enum session_result differs(struct player *p, const struct terminal *t, const char *what,
                                   const char *got, size_t len)
{
    strbuf_printf(p->difference, "line %u, terminal '%s': %s", p->line->line, t->name, what);
    if (p->line->kind == SESSION_OUTPUT) {
        strbuf_puts(p->difference, "\n    shown:   ");
        bytes_escape_lines(p->difference, p->line->text, strlen(p->line->text));
    }
    if (len > 0) {
        strbuf_puts(p->difference, "\n    printed: ");
        bytes_quote(p->difference, got, len, 300);
    }
    return SESSION_DIFFERS;
}

/* One round of waiting. False: the time is over. */
static enum session_result wait_round(struct player *p)
{
    struct run *run = &p->run;
    const char *why = run_check_limits(run);
    if (why != NULL && strcmp(why, "internal") == 0)
        return SESSION_INTERNAL;
    if (why != NULL) {
        strbuf_printf(p->difference, "line %u: the session took too long (limit: %s)",
                      p->line->line, run->limit);
        return SESSION_DIFFERS;
    }
    loop_step(run->loop, clock_now() + LOOK_US * 1000);
    return SESSION_SAME;
}

/* Its command is gone, and all that it printed has been read. */
static bool ended(struct player *p, const struct terminal *t)
{
    return t->actor == NULL || (!actor_alive(t->actor) && settled(&p->run, t->actor));
}

/* The next line of the terminal, from *start, without its end; a line that has no end yet only if
 * `partial`. */
static bool next_line(const struct terminal *t, bool partial, const char **start, size_t *len,
                      size_t *used)
{
    *start = t->actor->out.data + t->seen;
    size_t left = t->actor->out.len - t->seen;
    const char *end = memchr(*start, '\n', left);
    if (end == NULL && (!partial || left == 0))
        return false;
    *len = end != NULL ? (size_t)(end - *start) : left;
    *used = end != NULL ? *len + 1 : left;
    if (*len > 0 && (*start)[*len - 1] == '\r')
        --*len;
    return true;
}

/* Compares what is there. True: the shown line was found, or another one stands in its place
 * (*result). */
static bool compare_line(struct player *p, struct terminal *t, bool quiet,
                         enum session_result *result)
{
    const char *start;
    size_t len, used;
    while (next_line(t, quiet, &start, &len, &used)) {
        char *printed = mem_format("%.*s", (int)len, start);
        bool same = session_matches(p->line->text, printed);
        free(printed);
        if (!same && !t->gap) {
            *result = differs(p, t, "another line was printed", start, len);
            return true;
        }
        t->seen += used;
        if (same) {
            t->gap = false;
            return true;
        }
    }
    return false;
}

static enum session_result expect_line(struct player *p, struct terminal *t)
{
    enum session_result result = SESSION_SAME;
    if (t->actor == NULL)
        return differs(p, t, "nothing has been started in it", "", 0);
    for (;;) {
        if (compare_line(p, t, false, &result))
            return result;
        bool over = ended(p, t) || stalled(&p->run);
        if (over || settled(&p->run, t->actor)) {
            if (compare_line(p, t, true, &result))
                return result;
            if (over)
                return differs(p, t, "the line was not printed", t->actor->out.data + t->seen,
                               t->actor->out.len - t->seen);
        }
        result = wait_round(p);
        if (result != SESSION_SAME)
            return result;
    }
}

/* Everything the terminal printed has been shown, unless a `…` stands for it. */
static enum session_result expect_no_more(struct player *p, struct terminal *t)
{
    if (t->actor != NULL && !t->gap && t->actor->out.len > t->seen)
        return differs(p, t, "it printed what the lesson does not show",
                       t->actor->out.data + t->seen, t->actor->out.len - t->seen);
    return SESSION_SAME;
}

/* The command of a terminal has ended: the shell would give its prompt again. */
static enum session_result wait_prompt(struct player *p, struct terminal *t)
{
    while (!ended(p, t)) {
        if (actor_alive(t->actor) && stalled(&p->run))
            return differs(p, t, "the command before has not ended", "", 0);
        enum session_result result = wait_round(p);
        if (result != SESSION_SAME)
            return result;
    }
    return expect_no_more(p, t);
}

/* Until everything sleeps, or has ended: the reader of a lesson types the next thing then. */
static enum session_result wait_quiet(struct player *p)
{
    do {
        enum session_result result = wait_round(p);
        if (result != SESSION_SAME)
            return result;
    } while (!settled(&p->run, NULL));
    return SESSION_SAME;
}

static enum session_result start(struct player *p, struct terminal *t)
{
    const char *const argv[] = {"/bin/sh", "-c", p->line->text, NULL};
    enum session_result result = wait_prompt(p, t);
    if (result != SESSION_SAME)
        return result;
    t->seen = 0;
    t->gap = false;
    t->actor = program_launch(&p->run, t->place, t->name[0] != '\0' ? t->name : "shell", argv,
                              STDIO_TERMINAL);
    if (t->actor == NULL)
        return SESSION_INTERNAL;
    while (!t->actor->traced->running && actor_alive(t->actor)) {
        result = wait_round(p);
        if (result != SESSION_SAME)
            return result;
    }
    return wait_quiet(p);
}

static enum session_result type(struct player *p, struct terminal *t)
{
    if (t->actor == NULL)
        return differs(p, t, "nothing has been started in it", "", 0);
    if (p->line->kind == SESSION_TYPE) {
        stdio_type(&t->actor->io, p->line->text, strlen(p->line->text));
        stdio_type(&t->actor->io, "\n", 1);
    } else if (strcmp(p->line->text, "^D") == 0) {
        stdio_end_input(&t->actor->io);
    } else {
        stdio_type(&t->actor->io, "\003", 1);
    }
    p->run.activity++;
    return wait_quiet(p);
}

static enum session_result rule(struct player *p)
{
    return wire_say(&p->run, p->line->text) == 0 ? wait_quiet(p) : SESSION_INTERNAL;
}

static enum session_result play_line(struct player *p)
{
    struct terminal *t = p->line->kind == SESSION_WIRE ? NULL : terminal_of(p, p->line->terminal);
    if (t == NULL && p->line->kind != SESSION_WIRE) {
        error_set(p->run.err, "a session has at most %d terminals", TERMINALS_MOST);
        return SESSION_INTERNAL;
    }
    switch (p->line->kind) {
    case SESSION_COMMAND:
        return start(p, t);
    case SESSION_TYPE:
    case SESSION_KEY:
        return type(p, t);
    case SESSION_GAP:
        t->gap = true;
        return SESSION_SAME;
    case SESSION_WIRE:
        return rule(p);
    default:
        return expect_line(p, t);
    }
}

static enum session_result play(struct player *p, const struct lesson_session *session)
{
    enum session_result result = SESSION_SAME;
    for (unsigned i = 0; i < session->nlines && result == SESSION_SAME; i++) {
        p->line = &session->lines[i];
        result = play_line(p);
    }
    if (result == SESSION_SAME)
        result = wait_quiet(p);
    for (unsigned i = 0; i < p->nterminals && result == SESSION_SAME; i++)
        result = expect_no_more(p, &p->terminals[i]);
    return result;
}

enum session_result session_play(struct loop *loop, const struct scene_setup *setup,
                                 const struct lesson_session *session, struct strbuf *difference,
                                 struct error *err)
{
    struct player p = {.difference = difference};
    struct timeline tl;
    timeline_init(&tl);
    run_begin(&p.run, loop, setup, &tl, err);
    timeline_append(&tl, EVENT_SCENE, 0);
    enum session_result result = SESSION_INTERNAL;
    if (run_open_sandbox(&p.run) == 0)
        result = play(&p, session);
    run_end(&p.run);
    timeline_free(&tl);
    return result;
}
