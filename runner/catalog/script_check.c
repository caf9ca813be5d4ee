/*
 * catalog/script_check: see script_check.h. Walks through a script as a scene would, remembering
 * which programs run and which peers are open. The body of a repeat is walked through twice, so
 * that what its first round leaves behind is seen by the second.
 */
#include "catalog/script_check.h"

#include <string.h>

#include "base/text.h"
#include "catalog/script_state.h"

/* --- actions on programs --- */

static int check_start(struct script_state *s, const struct action *action)
{
    const struct lab *lab = s->lab;
    const char *roles[8];
    if (lab_program(lab, action->start.role) == NULL) {
        unsigned n = 0;
        for (; n < lab->nprograms && n < 8; n++)
            roles[n] = lab->programs[n].role;
        const char *near = text_nearest(action->start.role, roles, n);
        return state_error(s, action->path, NULL,
                           "the lab has no program with the role \"%s\"%s%s%s", action->start.role,
                           near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                           near != NULL ? "\"?" : "");
    }
    for (unsigned i = 0; i < action->start.nargs; i++)
        if (state_check_text(s, action->path, ".args", action->start.args[i]) != 0)
            return -1;
    if (state_peer(s, action->actor) != NULL)
        return state_error(s, action->path, NULL, "\"%s\" is a peer already", action->actor);
    if (state_need_host(s, action) != 0)
        return -1;
    return state_start(s, action);
}

static int check_wait(struct script_state *s, const struct action *action)
{
    if (state_need_running(s, action) != 0)
        return -1;
    if (action->wait.port != NULL && state_check_port(s, action->path, action->wait.port) != 0)
        return -1;
    if (action->wait.what == WAIT_EXIT)
        state_program(s, action->actor)->running = false;
    return 0;
}

static int check_output(struct script_state *s, const struct action *action)
{
    if (state_need_started(s, action) != 0)
        return -1;
    if (action->output.contains != NULL)
        return state_check_text(s, action->path, ".contains", action->output.contains);
    if (action->output.lacks != NULL)
        return state_check_text(s, action->path, ".lacks", action->output.lacks);
    return state_check_regex(s, action->path, ".matches", action->output.matches);
}

static int check_type(struct script_state *s, const struct action *action)
{
    if (state_need_running(s, action) != 0)
        return -1;
    return state_check_data(s, action->path, &action->type);
}

/* A fault may be armed before the program is started. */
static int check_fault(struct script_state *s, const struct action *action)
{
    if (state_is_started_somewhere(s->script->actions, s->script->nactions, action->actor))
        return 0;
    return state_error(s, action->path, NULL, "no action starts a program \"%s\"", action->actor);
}

/* --- actions of peers --- */

static int check_udp(struct script_state *s, const struct action *action)
{
    if (state_need_host(s, action) != 0 ||
        state_check_address(s, action->path, ".at", action->open.at, ADDRESS_OWN) != 0)
        return -1;
    return state_open(s, action->path, action->actor, PEER_UDP);
}

static int check_connect(struct script_state *s, const struct action *action)
{
    if (state_need_host(s, action) != 0 ||
        state_check_address(s, action->path, ".to", action->connect.to, ADDRESS_OTHER) != 0)
        return -1;
    if (action->connect.from != NULL &&
        state_check_address(s, action->path, ".from", action->connect.from, ADDRESS_OWN) != 0)
        return -1;
    if (state_open(s, action->path, action->actor, PEER_TCP) != 0)
        return -1;
    if (action->connect.refused)
        state_peer(s, action->actor)->kind = PEER_NONE;
    return 0;
}

static int check_listen(struct script_state *s, const struct action *action)
{
    if (state_need_host(s, action) != 0 ||
        state_check_address(s, action->path, ".at", action->open.at, ADDRESS_OWN) != 0)
        return -1;
    return state_open(s, action->path, action->actor, PEER_LISTENING);
}

static int check_accept(struct script_state *s, const struct action *action)
{
    const struct peer_state *peer = state_peer(s, action->actor);
    if (peer == NULL || !peer->listening)
        return state_error(s, action->path, NULL,
                           "\"%s\" does not listen; a listen must come first", action->actor);
    return state_open(s, action->path, action->accept.as, PEER_TCP);
}

static int check_split(struct script_state *s, const struct action *action)
{
    size_t total, size;
    if (action->send.nsplit == 0 || !state_data_size(s, &action->send.data, &size))
        return 0;
    total = 0;
    for (unsigned i = 0; i < action->send.nsplit; i++)
        total += action->send.split[i];
    if (total <= size)
        return 0;
    return state_error(s, action->path, ".split",
                       "the pieces are %zu bytes long, the data only %zu", total, size);
}

static int check_send(struct script_state *s, const struct action *action)
{
    struct peer_state *peer = state_need_peer(s, action, PEER_ANY);
    if (peer == NULL || state_check_data(s, action->path, &action->send.data) != 0)
        return -1;
    if (peer->kind == PEER_TCP) {
        if (action->send.to != NULL)
            return state_error(s, action->path, ".to",
                               "\"%s\" is connected by TCP, which knows where to send",
                               action->actor);
        if (peer->half_closed)
            return state_error(s, action->path, NULL,
                               "\"%s\" has half-closed: it cannot send any more", action->actor);
        return check_split(s, action);
    }
    if (action->send.nsplit > 0 || action->send.bytewise)
        return state_error(s, action->path, ".split", "a datagram cannot be split");
    if (action->send.to == NULL && !peer->has_partner)
        return state_error(s, action->path, NULL,
                           "\"%s\" has not sent or received yet, so \"to\" is needed",
                           action->actor);
    peer->has_partner = true;
    return action->send.to == NULL
               ? 0
               : state_check_address(s, action->path, ".to", action->send.to, ADDRESS_OTHER);
}

/* It would wait for what it does not take. */
static int need_reading(const struct script_state *s, const struct action *action,
                        const struct peer_state *peer)
{
    if (!peer->paused)
        return 0;
    return state_error(s, action->path, NULL,
                       "\"%s\" does not read: a resume must come before it can expect something",
                       action->actor);
}

static int check_expect(struct script_state *s, const struct action *action)
{
    struct peer_state *peer = state_need_peer(s, action, PEER_ANY);
    if (peer == NULL)
        return -1;
    peer->has_partner = true;
    if (action->expect.how != EXPECT_DATA && peer->kind == PEER_UDP)
        return state_error(s, action->path, NULL,
                           "\"until\" and \"count\" are for a stream, and \"%s\" is a UDP peer: a "
                           "datagram is expected as a whole",
                           action->actor);
    if (need_reading(s, action, peer) != 0 || state_check_expect(s, action) != 0)
        return -1;
    if (action->expect.from == NULL)
        return 0;
    if (peer->kind != PEER_UDP)
        return state_error(s, action->path, ".from", "this key has a meaning only for a UDP peer");
    return state_check_address(s, action->path, ".from", action->expect.from, ADDRESS_OTHER);
}

static int check_tcp(struct script_state *s, const struct action *action)
{
    const struct peer_state *peer = state_need_peer(s, action, PEER_TCP);
    return peer != NULL ? need_reading(s, action, peer) : -1;
}

static int check_nothing(struct script_state *s, const struct action *action)
{
    const struct peer_state *peer = state_need_peer(s, action, PEER_ANY);
    return peer != NULL ? need_reading(s, action, peer) : -1;
}

static int check_pause(struct script_state *s, const struct action *action)
{
    bool pause = action->kind == ACTION_PAUSE;
    struct peer_state *peer = state_need_peer(s, action, PEER_TCP);
    if (peer == NULL)
        return -1;
    if (peer->paused == pause)
        return state_error(s, action->path, NULL,
                           pause ? "\"%s\" has paused already" : "\"%s\" has not paused",
                           action->actor);
    peer->paused = pause;
    return 0;
}

static int check_half_close(struct script_state *s, const struct action *action)
{
    struct peer_state *peer = state_need_peer(s, action, PEER_TCP);
    if (peer == NULL)
        return -1;
    if (peer->half_closed)
        return state_error(s, action->path, NULL, "\"%s\" has half-closed already", action->actor);
    peer->half_closed = true;
    return 0;
}

/* The connection is closed first when a listening peer has one under its own name. */
static int check_close(struct script_state *s, const struct action *action)
{
    struct peer_state *peer = state_peer(s, action->actor);
    if (peer != NULL && peer->kind == PEER_NONE && peer->listening) {
        peer->listening = false;
        return 0;
    }
    peer = state_need_peer(s, action, PEER_ANY);
    if (peer == NULL)
        return -1;
    peer->kind = PEER_NONE;
    return 0;
}

static int check_reset(struct script_state *s, const struct action *action)
{
    struct peer_state *peer = state_need_peer(s, action, PEER_TCP);
    if (peer == NULL)
        return -1;
    peer->kind = PEER_NONE;
    return 0;
}

/* --- files --- */

static int check_file(struct script_state *s, const struct action *action)
{
    if (state_check_file_name(s, action->path, ".file", action->file.name) != 0)
        return -1;
    return state_check_data(s, action->path, &action->file.data);
}

/* --- the walk --- */

#define MAX_REPEATS 3     /* inside each other: a body is walked through twice */
#define MAX_ACTIONS 20000 /* in all rounds */

static int walk(struct script_state *s, const struct action *actions, unsigned count);

static int check_repeat(struct script_state *s, const struct action *action)
{
    if (s->repeats == MAX_REPEATS)
        return state_error(s, action->path, NULL, "more than %d repeats inside each other",
                           MAX_REPEATS);
    s->repeats++;
    int result = walk(s, action->repeat.actions, action->repeat.nactions);
    if (result == 0 && action->repeat.count > 1)
        result = walk(s, action->repeat.actions, action->repeat.nactions);
    s->repeats--;
    return result;
}

typedef int check_fn(struct script_state *s, const struct action *action);

static check_fn *const checks[ACTION_KINDS] = {
    [ACTION_START] = check_start,
    [ACTION_WAIT] = check_wait,
    [ACTION_TYPE] = check_type,
    [ACTION_END_INPUT] = state_need_running,
    [ACTION_OUTPUT] = check_output,
    [ACTION_SIGNAL] = state_need_running,
    [ACTION_UDP] = check_udp,
    [ACTION_CONNECT] = check_connect,
    [ACTION_LISTEN] = check_listen,
    [ACTION_ACCEPT] = check_accept,
    [ACTION_SEND] = check_send,
    [ACTION_EXPECT] = check_expect,
    [ACTION_EXPECT_END] = check_tcp,
    [ACTION_EXPECT_RESET] = check_tcp,
    [ACTION_EXPECT_NOTHING] = check_nothing,
    [ACTION_HALF_CLOSE] = check_half_close,
    [ACTION_CLOSE] = check_close,
    [ACTION_RESET] = check_reset,
    [ACTION_FAULT] = check_fault,
    [ACTION_REPEAT] = check_repeat,
    [ACTION_WIRE] = state_wire,
    [ACTION_PAUSE] = check_pause,
    [ACTION_RESUME] = check_pause,
    [ACTION_RELEASE] = state_release,
    [ACTION_FILE] = check_file,
};

static int walk(struct script_state *s, const struct action *actions, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (checks[actions[i].kind](s, &actions[i]) != 0)
            return -1;
    return 0;
}

/* How many actions are carried out, all rounds counted; above MAX_ACTIONS it is not exact. */
static size_t count_actions(const struct action *actions, unsigned count)
{
    size_t total = 0;
    for (unsigned i = 0; i < count && total <= MAX_ACTIONS; i++) {
        total++;
        if (actions[i].kind == ACTION_REPEAT)
            total += actions[i].repeat.count *
                     count_actions(actions[i].repeat.actions, actions[i].repeat.nactions);
    }
    return total <= MAX_ACTIONS ? total : MAX_ACTIONS + 1;
}

/* --- assertions --- */

static int check_program(struct script_state *s, const struct assertion *a, const char *program)
{
    if (program == NULL || state_program(s, program) != NULL)
        return 0;
    return state_error(s, a->path, NULL, "no action starts a program \"%s\"", program);
}

/* The texts with ${…} of what is said of packets and states. */
static int check_ends(struct script_state *s, const struct assertion *a)
{
    for (unsigned i = 0; i < a->npackets; i++) {
        const struct packet_pattern *packet = &a->packets[i];
        if ((packet->from != NULL && state_check_text(s, a->path, ".packets", packet->from) != 0) ||
            (packet->to != NULL && state_check_text(s, a->path, ".packets", packet->to) != 0))
            return -1;
    }
    for (unsigned i = 0; i < a->nbetween; i++)
        if (state_check_text(s, a->path, ".between", a->between[i]) != 0)
            return -1;
    if (a->local != NULL && state_check_text(s, a->path, ".local", a->local) != 0)
        return -1;
    return a->remote == NULL ? 0 : state_check_text(s, a->path, ".remote", a->remote);
}

static int check_assertion(struct script_state *s, const struct assertion *a)
{
    if (check_program(s, a, a->program) != 0)
        return -1;
    if (a->kind == ASSERT_SANITIZERS && !s->script->sanitized)
        return state_error(s, a->path, NULL,
                           "this says something only of a scene with \"sanitized\": true");
    if (check_ends(s, a) != 0 || state_check_host(s, a->path, ".host", a->host) != 0)
        return -1;
    for (unsigned i = 0; i < a->ncalls; i++) {
        const struct call_pattern *call = &a->calls[i];
        if (check_program(s, a, call->program) != 0)
            return -1;
        for (unsigned k = 0; k < call->nargs; k++)
            if (state_check_text(s, a->path, ".args", call->args[k].text) != 0)
                return -1;
    }
    return 0;
}

static int check_vars(struct script_state *s, const char *path)
{
    for (unsigned i = 0; i < s->script->nvars; i++) {
        const struct var_spec *var = &s->script->vars[i];
        if (var->kind == VAR_TEXT && strstr(var->text, "${") != NULL)
            return state_error(s, path, ".vars", "the text of \"%s\" is fixed and cannot hold ${…}",
                               var->name);
    }
    return 0;
}

int script_check(const struct lab *lab, const struct scene_script *script, const char *path,
                 struct error *err)
{
    struct script_state s = {.lab = lab, .script = script, .err = err};
    if (count_actions(script->actions, script->nactions) > MAX_ACTIONS)
        return state_error(&s, path, ".scene", "more than %d actions, all rounds counted",
                           MAX_ACTIONS);
    int result = check_vars(&s, path);
    if (result == 0)
        result = state_check_files(&s, path);
    if (result == 0)
        result = state_check_rules(&s, path);
    if (result == 0)
        result = walk(&s, script->actions, script->nactions);
    for (unsigned i = 0; i < script->nthen && result == 0; i++)
        result = check_assertion(&s, &script->then[i]);
    state_free(&s);
    return result;
}
