/* catalog/script_state: see script_state.h. Programs and peers; script_text.c has the texts. */
#include "catalog/script_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void state_free(struct script_state *s)
{
    for (unsigned i = 0; i < s->nholds; i++)
        free(s->holds[i]);
    free(s->holds);
    free(s->programs);
    free(s->peers);
    free(s->saved);
}

int state_error(const struct script_state *s, const char *path, const char *key, const char *format,
                ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_set(s->err, "%s: %s%s: %s", s->lab->file, path, key != NULL ? key : "", message);
}

struct program_state *state_program(const struct script_state *s, const char *name)
{
    for (unsigned i = 0; i < s->nprograms; i++)
        if (strcmp(s->programs[i].name, name) == 0)
            return &s->programs[i];
    return NULL;
}

struct peer_state *state_peer(const struct script_state *s, const char *name)
{
    for (unsigned i = 0; i < s->npeers; i++)
        if (strcmp(s->peers[i].name, name) == 0)
            return &s->peers[i];
    return NULL;
}

/* --- programs --- */

int state_start(struct script_state *s, const struct action *action)
{
    struct program_state *program = state_program(s, action->actor);
    if (program == NULL) {
        s->programs = mem_resize(s->programs, s->nprograms + 1, sizeof *s->programs);
        program = &s->programs[s->nprograms++];
    }
    *program = (struct program_state){.name = action->actor, .running = true};
    return 0;
}

/* "; did you mean …" of the names there are. Names are of letters, digits, '_' and '-'. */
static int unknown_name(const struct script_state *s, const char *path, const char *name,
                        const char *what, const char *const *known, unsigned count)
{
    const char *near = text_nearest(name, known, count);
    if (near != NULL)
        return state_error(s, path, NULL, "\"%s\" %s; did you mean \"%s\"?", name, what, near);
    return state_error(s, path, NULL, "\"%s\" %s", name, what);
}

int state_need_started(struct script_state *s, const struct action *action)
{
    if (state_program(s, action->actor) != NULL)
        return 0;
    const char **known = mem_alloc((s->nprograms + 1) * sizeof *known);
    for (unsigned i = 0; i < s->nprograms; i++)
        known[i] = s->programs[i].name;
    unknown_name(s, action->path, action->actor, "is no program that has been started", known,
                 s->nprograms);
    free(known);
    return -1;
}

int state_need_running(struct script_state *s, const struct action *action)
{
    if (state_need_started(s, action) != 0)
        return -1;
    if (state_program(s, action->actor)->running)
        return 0;
    return state_error(s, action->path, NULL,
                       "\"%s\" has ended: an earlier action waits for its exit", action->actor);
}

bool state_is_started_somewhere(const struct action *actions, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *action = &actions[i];
        if (action->kind == ACTION_START && strcmp(action->actor, name) == 0)
            return true;
        if (action->kind == ACTION_REPEAT &&
            state_is_started_somewhere(action->repeat.actions, action->repeat.nactions, name))
            return true;
    }
    return false;
}

/* --- peers --- */

#define MAX_PEERS 1000 /* keeps the searches for names short */

int state_open(struct script_state *s, const char *path, const char *name, enum peer_kind kind)
{
    if (state_program(s, name) != NULL)
        return state_error(s, path, NULL, "\"%s\" is a program already", name);
    if (state_check_peer_name(s, path, name) != 0)
        return -1;
    struct peer_state *peer = state_peer(s, name);
    if (peer == NULL && s->npeers == MAX_PEERS)
        return state_error(s, path, NULL, "more than %d peers", MAX_PEERS);
    if (peer == NULL) {
        s->peers = mem_resize(s->peers, s->npeers + 1, sizeof *s->peers);
        peer = &s->peers[s->npeers++];
        *peer = (struct peer_state){.name = name};
    }
    /* The name of a listening peer can be that of a connection it takes, not of any other. */
    bool taken = kind == PEER_LISTENING ? peer->listening || peer->kind != PEER_NONE
                                        : peer->kind != PEER_NONE;
    if (taken)
        return state_error(s, path, NULL,
                           "\"%s\" is open already; close it first, or take another name", name);
    if (kind == PEER_LISTENING) {
        peer->listening = true;
        return 0;
    }
    peer->kind = kind;
    peer->half_closed = false;
    peer->paused = false;
    peer->has_partner = false;
    return 0;
}

struct peer_state *state_need_peer(struct script_state *s, const struct action *action,
                                   enum peer_kind kind)
{
    struct peer_state *peer = state_peer(s, action->actor);
    if (peer != NULL && peer->kind != PEER_NONE) {
        if (kind == PEER_ANY || kind == peer->kind)
            return peer;
        state_error(s, action->path, NULL, "\"%s\" is a UDP peer; this is for TCP", action->actor);
        return NULL;
    }
    if (peer != NULL && peer->listening) {
        state_error(s, action->path, NULL, "\"%s\" listens; an accept must come first",
                    action->actor);
        return NULL;
    }
    if (peer != NULL) {
        state_error(s, action->path, NULL, "\"%s\" is not open any more", action->actor);
        return NULL;
    }
    const char **known = mem_alloc((s->npeers + 1) * sizeof *known);
    for (unsigned i = 0; i < s->npeers; i++)
        known[i] = s->peers[i].name;
    unknown_name(s, action->path, action->actor,
                 "is no peer yet: udp, connect, listen or accept must come first", known,
                 s->npeers);
    free(known);
    return NULL;
}
