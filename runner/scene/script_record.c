/*
 * scene/script_record: the variables of a script, and what of the script stands in the recording:
 * its first event, the actions, what sockets were left, and the end.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "net/sockdiag.h"
#include "scene/run.h"
#include "timeline/order.h"

/* --- variables --- */

/* Whoever is bound to any address of a host is reached at the host's. */
static void peer_ip(const struct run *run, const struct peer *peer, char text[ADDRESS_TEXT])
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&peer->self;
    bool any = v4->sin_family == AF_INET && v4->sin_addr.s_addr == htonl(INADDR_ANY);
    if (any && peer->host >= 0)
        inet_ntop(AF_INET, &run->network->hosts[peer->host].interfaces[0].address, text,
                  ADDRESS_TEXT);
    else
        address_ip((const struct sockaddr *)&peer->self, text);
}

static bool own_end(struct run *run, const char *name, const char **data, size_t *len)
{
    static char text[ADDRESS_TEXT];
    const char *dot = strchr(name, '.');
    char who[128];
    if (dot == NULL || (size_t)(dot - name) >= sizeof who)
        return false;
    memcpy(who, name, (size_t)(dot - name));
    who[dot - name] = '\0';
    const struct peer *peer = find_peer(run, who);
    if (peer == NULL)
        return false;
    if (strcmp(dot + 1, "port") == 0)
        snprintf(text, sizeof text, "%u", address_port((const struct sockaddr *)&peer->self));
    else if (strcmp(dot + 1, "addr") == 0)
        peer_ip(run, peer, text);
    else
        return false;
    *data = text;
    *len = strlen(text);
    return true;
}

static bool host_value(const struct run *run, const char *name, const char **data, size_t *len)
{
    static char text[64];
    struct strbuf out = STRBUF_INIT;
    bool found = run->network != NULL && network_variable(run->network, name, &out);
    if (found) {
        snprintf(text, sizeof text, "%s", out.data);
        *data = text;
        *len = strlen(text);
    }
    strbuf_free(&out);
    return found;
}

bool run_lookup(void *arg, const char *name, const char **data, size_t *len)
{
    struct run *run = arg;
    static char round[16];
    if (strcmp(name, "i") == 0 && run->depth > 1) {
        snprintf(round, sizeof round, "%u", run->frames[run->depth - 1].round);
        *data = round;
        *len = strlen(round);
        return true;
    }
    return own_end(run, name, data, len) || host_value(run, name, data, len) ||
           vars_lookup(&run->vars, name, data, len) || vars_lookup(&run->saved, name, data, len);
}

char *run_expand(struct run *run, const char *text)
{
    struct strbuf out = STRBUF_INIT;
    if (vars_expand(&out, text, run_lookup, run, run->err) != 0) {
        strbuf_free(&out);
        return NULL;
    }
    return strbuf_take(&out);
}

/* --- the recording's first and last events --- */

void script_record_scene(struct run *run)
{
    const struct scene_setup *setup = run->setup;
    struct event *ev = timeline_append(run->tl, EVENT_SCENE, 0);
    struct var *vars = timeline_memory(run->tl, run->vars.nvars * sizeof *vars + 1);
    char tier[2] = {scene_tier_letter(setup->tier), '\0'};
    enum stdio_kind stdio = setup->stdio != STDIO_DEFAULT ? setup->stdio : setup->script->stdio;
    for (unsigned i = 0; i < run->vars.nvars; i++) {
        vars[i].name = timeline_string(run->tl, run->vars.vars[i].name);
        vars[i].value = timeline_bytes(run->tl, run->vars.vars[i].data, run->vars.vars[i].len);
    }
    if (run->network == NULL)
        ev->host = timeline_string(run->tl, run->places[0].name);
    ev->scene.lab = timeline_string(run->tl, setup->lab);
    ev->scene.step = timeline_string(run->tl, setup->step);
    ev->scene.check = setup->check;
    ev->scene.seed = setup->seed;
    ev->scene.tier = timeline_string(run->tl, tier);
    ev->scene.variant = timeline_string(run->tl, setup->script->sanitized ? "sanitized" : "plain");
    ev->scene.stdio = timeline_string(run->tl, stdio == STDIO_PIPE     ? "pipe"
                                               : stdio == STDIO_CLOSED ? "closed"
                                                                       : "pty");
    ev->scene.vars = vars;
    ev->scene.nvars = run->vars.nvars;
}

static const char *const host_values[] = {"addr", "addr6", "mac", "broadcast"};
enum { HOST_VALUES = sizeof host_values / sizeof host_values[0] };

static unsigned record_hosts(struct run *run, struct var *vars)
{
    unsigned n = 0;
    const char *data;
    size_t len;
    for (unsigned i = 0; run->network != NULL && i < run->network->nhosts; i++) {
        for (unsigned k = 0; k < HOST_VALUES; k++) {
            const char *name =
                timeline_format(run->tl, "%s.%s", run->network->hosts[i].name, host_values[k]);
            if (!host_value(run, name, &data, &len))
                continue;
            vars[n].name = name;
            vars[n++].value = timeline_bytes(run->tl, data, len);
        }
    }
    return n;
}

/* The hosts' addresses, the peers' own ends and what was saved last are variables of what is judged
 * afterwards, as they are of the script. */
static void record_ends(struct run *run)
{
    struct scene_event *scene = &run->tl->events[0].scene;
    unsigned most = scene->nvars + run->saved.nvars + 2 * run->npeers + HOST_VALUES * run->nplaces;
    struct var *vars = timeline_memory(run->tl, most * sizeof *vars + 1);
    char text[ADDRESS_TEXT];
    unsigned n = scene->nvars;
    for (unsigned i = 0; i < n; i++)
        vars[i] = scene->vars[i];
    for (unsigned i = 0; i < run->npeers; i++) {
        const struct peer *peer = run->peers[i];
        snprintf(text, sizeof text, "%u", address_port((const struct sockaddr *)&peer->self));
        vars[n].name = timeline_format(run->tl, "%s.port", peer->name);
        vars[n++].value = timeline_bytes(run->tl, text, strlen(text));
        peer_ip(run, peer, text);
        vars[n].name = timeline_format(run->tl, "%s.addr", peer->name);
        vars[n++].value = timeline_bytes(run->tl, text, strlen(text));
    }
    n += record_hosts(run, vars + n);
    for (unsigned i = 0; i < run->saved.nvars; i++) {
        const struct drawn_var *saved = &run->saved.vars[i];
        vars[n].name = timeline_string(run->tl, saved->name);
        vars[n++].value = timeline_bytes(run->tl, saved->data, saved->len);
    }
    scene->vars = vars;
    scene->nvars = n;
}

/* Where a program or peer of that name is; with one host, there, whoever it is. */
static const struct place *actor_place(struct run *run, const char *name)
{
    const struct actor *actor = name != NULL ? find_actor(run, name) : NULL;
    const struct peer *peer = name != NULL && actor == NULL ? find_peer(run, name) : NULL;
    if (run->network == NULL)
        return &run->places[0];
    if (actor != NULL)
        return actor->place;
    return peer != NULL ? &run->places[peer->host] : NULL;
}

void script_record_action(struct run *run, const struct action *action, bool ok, int64_t t)
{
    struct event *ev = timeline_append_late(run->tl, EVENT_SCRIPT, t - run->start);
    const struct place *place = actor_place(run, action->actor);
    if (place != NULL)
        ev->host = timeline_string(run->tl, place->name);
    if (action->actor != NULL && find_actor(run, action->actor) != NULL)
        ev->program = timeline_string(run->tl, action->actor);
    ev->script.index = run->done;
    ev->script.verb = action_verb(action->kind);
    ev->script.actor = timeline_string(run->tl, action->actor);
    ev->script.status = ok ? SCRIPT_OK : SCRIPT_FAILED;
    ev->script.text = timeline_string(run->tl, run->sentence.data);
    ev->script.path = timeline_string(run->tl, action->path);
    ev->script.because = timeline_string(run->tl, action->why);
    if (!ok) {
        ev->script.failure = run->failure.kind;
        if (run->failure.compares)
            ev->script.expected =
                timeline_bytes(run->tl, run->failure.expected.data, run->failure.expected.len);
        if (run->failure.compares || run->failure.tells)
            ev->script.received =
                timeline_bytes(run->tl, run->failure.received.data, run->failure.received.len);
    }
}

/* The kernel tells them in the order of its hash table, which is another in every network. */
static int compare_rows(const void *one, const void *other)
{
    const struct socket_row *a = one, *b = other;
    if (a->tcp != b->tcp)
        return a->tcp ? 1 : -1;
    if (a->local_port != b->local_port)
        return a->local_port < b->local_port ? -1 : 1;
    if (a->remote_port != b->remote_port)
        return a->remote_port < b->remote_port ? -1 : 1;
    if (a->state != b->state)
        return a->state < b->state ? -1 : 1;
    int order = strcmp(a->local, b->local);
    return order != 0 ? order : strcmp(a->remote, b->remote);
}

/* What the kernel's sockets are when a scene did not go well: what a failure is explained with. */
static void record_rows(struct run *run, const struct place *place)
{
    struct socket_row *rows;
    unsigned n;
    if (place->diag < 0 || run->setup->tier != TIER_A ||
        sockdiag_list(place->diag, SOCKDIAG_ALL, &rows, &n, NULL) != 0)
        return;
    if (n > 0) /* else there is no list */
        qsort(rows, n, sizeof *rows, compare_rows);
    for (unsigned i = 0; i < n; i++) {
        if (rows[i].local_port == run->marker_port)
            continue;
        struct event *ev = timeline_append(run->tl, EVENT_STATE, clock_now() - run->start);
        ev->host = timeline_string(run->tl, place->name);
        ev->state.proto = timeline_string(run->tl, rows[i].tcp ? "tcp" : "udp");
        ev->state.local = timeline_string(run->tl, rows[i].local);
        ev->state.remote = timeline_string(run->tl, rows[i].remote);
        ev->state.to = timeline_string(run->tl, sockdiag_state_name(&rows[i]));
        ev->state.rqueue = rows[i].rqueue;
        ev->state.wqueue = rows[i].wqueue;
    }
    free(rows);
}

void script_record_sockets(struct run *run)
{
    for (unsigned i = 0; i < run->nplaces; i++)
        record_rows(run, &run->places[i]);
}

/* What a loop that makes no calls leaves in the recording: the place where it was. */
static void record_busy(struct end_event *end, const struct trace_place *place)
{
    end->busy = place->program;
    end->file = place->file;
    end->function = place->function;
    end->line = place->line;
}

void script_record_end(struct run *run, const char *why)
{
    struct trace_rest rests[RESTS_MOST];
    struct trace_place place;
    bool loops =
        run->limit != NULL && (strcmp(run->limit, "cpu") == 0 || strcmp(run->limit, "wall") == 0);
    bool busy = loops && tracer_busy(run->tracer, &place);
    unsigned n = tracer_calls(run->tracer, NULL, rests, RESTS_MOST), kept = 0;
    uint64_t *waits = timeline_memory(run->tl, (n + 1) * sizeof *waits);
    for (unsigned i = 0; i < n; i++)
        if (rests[i].event >= 0)
            waits[kept++] = (uint64_t)rests[i].event;
    record_close(run);
    tracer_finish(run->tracer);
    record_ends(run);
    struct event *ev = timeline_append(run->tl, EVENT_END, clock_now() - run->start);
    if (run->network == NULL)
        ev->host = timeline_string(run->tl, run->places[0].name);
    ev->end.why = timeline_string(run->tl, why);
    ev->end.limit = timeline_string(run->tl, run->limit);
    if (busy)
        record_busy(&ev->end, &place);
    record_missing(run, &ev->end);
    ev->end.waits = waits;
    ev->end.nwaits = kept;
    run->over = true;
}
