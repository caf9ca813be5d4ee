/*
 * scene/actions: what each action of a script does.
 *
 *  - An action is asked again and again until it is done or has failed; the first time, run->begun
 * is false. It never waits by itself.
 *  - Its sentence is written when it begins, so that a failure can be told with it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/sockdiag.h"
#include "scene/run.h"
#include "trace/names.h"
#include "trace/syscalls.h"

enum { QUOTED = 40 };

typedef enum progress step_fn(struct run *run, const struct action *action);

struct peer *find_peer(struct run *run, const char *name)
{
    /* A connection hides the listener of its name until it is closed. */
    struct peer *closed = NULL;
    for (unsigned i = run->npeers; i > 0; i--) {
        struct peer *peer = run->peers[i - 1];
        if (strcmp(peer->name, name) != 0)
            continue;
        if (peer->fd >= 0)
            return peer;
        if (closed == NULL)
            closed = peer;
    }
    return closed;
}

static enum progress failed(struct run *run, const char *kind)
{
    run->failure.kind = kind;
    return PROGRESS_FAILED;
}

static enum progress differs(struct run *run, const char *kind, const void *expected, size_t elen,
                             const void *received, size_t rlen)
{
    strbuf_cut(&run->failure.expected, 0);
    strbuf_cut(&run->failure.received, 0);
    strbuf_add(&run->failure.expected, expected, elen);
    strbuf_add(&run->failure.received, received, rlen);
    run->failure.compares = true;
    return failed(run, kind);
}

static struct peer *add_peer(struct run *run, const char *name, enum peer_kind kind, int host,
                             int fd)
{
    struct peer *peer = peer_new(name, kind, host, fd, run->loop, &run->activity);
    run->peers = mem_resize(run->peers, run->npeers + 1, sizeof(struct peer *));
    run->peers[run->npeers++] = peer;
    return peer;
}

static int address_family(const char *address)
{
    return address[0] == '[' ? AF_INET6 : AF_INET;
}

/* A new peer with a socket in the scene's network, or NULL and run->err. */
static struct peer *open_peer(struct run *run, const struct action *action, enum peer_kind kind,
                              const char *address)
{
    int host = run_place(run, action->host)->host;
    int fd = sandbox_socket(run->sandbox, host, address_family(address),
                            kind == PEER_UDP ? SOCK_DGRAM : SOCK_STREAM, 0, run->err);
    return fd < 0 ? NULL : add_peer(run, action->actor, kind, host, fd);
}

/* --- programs --- */

/* Every program of that name has ended; the kernel has told how. */
static bool has_exited(const struct actor *actor)
{
    return actor->traced != NULL && actor->traced->exited;
}

static enum progress wait_exit(struct run *run, const struct action *action, struct actor *actor)
{
    struct strbuf was = STRBUF_INIT;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s ended", actor->name);
    if (!has_exited(actor) || !settled(run, actor))
        return PROGRESS_WAIT;
    const struct trace_program *p = actor->traced;
    if (p->signal != 0)
        names_signal(&was, p->signal);
    bool right;
    if (action->wait.signal != NULL)
        right = p->signal != 0 && strcmp(was.data, action->wait.signal) == 0;
    else if (action->wait.status < 0)
        right = !p->crashed;
    else
        right = p->signal == 0 && p->status == action->wait.status;
    struct strbuf wanted = STRBUF_INIT, got = STRBUF_INIT;
    if (action->wait.signal != NULL)
        strbuf_printf(&wanted, "ended by %s", action->wait.signal);
    else if (action->wait.status < 0)
        strbuf_puts(&wanted, "any exit status");
    else
        strbuf_printf(&wanted, "exit status %d", action->wait.status);
    if (p->signal != 0)
        strbuf_printf(&got, "ended by %s", was.data);
    else
        strbuf_printf(&got, "exit status %d", p->status);
    enum progress result = PROGRESS_DONE;
    if (right)
        strbuf_printf(&run->sentence, " with %s", got.data);
    else
        result = differs(run, "exit", wanted.data, wanted.len, got.data, got.len);
    strbuf_free(&was);
    strbuf_free(&wanted);
    strbuf_free(&got);
    return result;
}

static bool call_is_wanted(const struct action *action, const struct trace_rest *rest)
{
    if (action->wait.ncalls == 0)
        return rest->spec == NULL || rest->spec->blocks != BLOCKS_NEVER;
    for (unsigned i = 0; rest->spec != NULL && i < action->wait.ncalls; i++)
        if (syscalls_covers(action->wait.calls[i], rest->spec->name))
            return true;
    return false;
}

static enum progress wait_blocked(struct run *run, const struct action *action, struct actor *actor)
{
    struct trace_rest rests[RESTS_MOST];
    unsigned n;
    if (!run->begun) {
        strbuf_printf(&run->sentence, "%s waits", actor->name);
        for (unsigned i = 0; i < action->wait.ncalls; i++)
            strbuf_printf(&run->sentence, "%s%s()", i == 0 ? " in " : " or ",
                          action->wait.calls[i]);
    }
    if (!settled(run, actor) || !tracer_asleep(run->tracer, actor->traced, rests, RESTS_MOST, &n))
        return PROGRESS_WAIT;
    for (unsigned i = 0; i < n; i++)
        if (call_is_wanted(action, &rests[i]))
            return PROGRESS_DONE;
    return PROGRESS_WAIT;
}

/* A listening TCP socket, or a bound UDP socket, that is none of our peers'. */
static enum progress wait_socket(struct run *run, const struct action *action, struct actor *actor)
{
    bool tcp = action->wait.what == WAIT_LISTENING;
    char *port = action->wait.port != NULL ? run_expand(run, action->wait.port) : NULL;
    struct socket_row *rows = NULL;
    unsigned n = 0;
    enum progress result = PROGRESS_WAIT;
    if (action->wait.port != NULL && port == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun) {
        strbuf_printf(&run->sentence, "%s %s", actor->name,
                      tcp ? "listens" : "has bound its socket");
        if (port != NULL)
            strbuf_printf(&run->sentence, "%s port %s", tcp ? " on" : " to", port);
    }
    const struct place *place = actor->place;
    if (place->diag >= 0 &&
        sockdiag_list(place->diag, tcp ? SOCKDIAG_LISTENING : SOCKDIAG_UDP, &rows, &n, NULL) == 0) {
        for (unsigned i = 0; i < n; i++) {
            bool ours = rows[i].local_port == run->marker_port;
            for (unsigned k = 0; k < run->npeers; k++)
                ours = ours || (run->peers[k]->host == place->host &&
                                address_port((struct sockaddr *)&run->peers[k]->self) ==
                                    rows[i].local_port);
            if (!ours && rows[i].tcp == tcp && (!tcp || rows[i].state == TCP_LISTEN) &&
                (port == NULL || rows[i].local_port == (unsigned)strtoul(port, NULL, 10)))
                result = PROGRESS_DONE;
        }
        free(rows);
    }
    free(port);
    return result;
}

static enum progress step_wait(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    if (actor == NULL) {
        error_set(run->err, "%s: '%s' has not been started", action->path, action->actor);
        return PROGRESS_INTERNAL;
    }
    switch (action->wait.what) {
    case WAIT_EXIT:
        return wait_exit(run, action, actor);
    case WAIT_BLOCKED:
        return wait_blocked(run, action, actor);
    default:
        return wait_socket(run, action, actor);
    }
}

static int expand_data(struct run *run, const struct data *data)
{
    strbuf_cut(&run->bytes, 0);
    return vars_expand_data(&run->bytes, data, run_lookup, run, run->err);
}

/* "BEFORE WHO AFTER "hello\n"" */
static void say_bytes(struct run *run, const char *before, const char *who, const char *after)
{
    strbuf_printf(&run->sentence, "%s%s%s ", before, who, after);
    if (run->bytes.len <= QUOTED)
        bytes_quote(&run->sentence, run->bytes.data, run->bytes.len, QUOTED);
    else
        strbuf_printf(&run->sentence, "%zu bytes", run->bytes.len);
}

static enum progress step_type(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct event *ev;
    bool end = action->kind == ACTION_END_INPUT;
    if (actor == NULL || (!end && expand_data(run, &action->type) != 0))
        return PROGRESS_INTERNAL;
    ev = timeline_append(run->tl, EVENT_INPUT, clock_now() - run->start);
    ev->program = timeline_string(run->tl, actor->name);
    ev->host = timeline_string(run->tl, actor->place->name);
    if (end) {
        ev->input.bytes = timeline_bytes(run->tl, "", 0);
        strbuf_printf(&run->sentence, "the input of %s ended", actor->name);
        stdio_end_input(&actor->io);
    } else {
        ev->input.bytes = timeline_bytes(run->tl, run->bytes.data, run->bytes.len);
        say_bytes(run, "typed at ", actor->name, ":");
        stdio_type(&actor->io, run->bytes.data, run->bytes.len);
    }
    run->activity++;
    return PROGRESS_DONE;
}

static const struct strbuf *printed(const struct actor *actor, const char *stream)
{
    if (stream == NULL)
        return &actor->out;
    return &actor->outs[strcmp(stream, "stderr") == 0];
}

/* Where the pattern matches, or false. */
static bool matches(const char *pattern, const char *text, regmatch_t *where)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
        return false;
    bool found = regexec(&regex, text, 1, where, 0) == 0;
    regfree(&regex);
    return found;
}

static enum progress step_output(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct strbuf wanted = STRBUF_INIT;
    const char *text = action->output.contains != NULL  ? action->output.contains
                       : action->output.matches != NULL ? action->output.matches
                                                        : action->output.lacks;
    int rc = action->output.matches != NULL
                 ? vars_expand_regex(&wanted, text, run_lookup, run, run->err)
                 : vars_expand(&wanted, text, run_lookup, run, run->err);
    if (actor == NULL || rc != 0) {
        strbuf_free(&wanted);
        return PROGRESS_INTERNAL;
    }
    const struct strbuf *out = printed(actor, action->output.stream);
    regmatch_t where = {0, 0};
    bool there = action->output.matches != NULL
                     ? matches(wanted.data, out->data, &where)
                     : memmem(out->data, out->len, wanted.data, wanted.len) != NULL;
    enum progress result = PROGRESS_WAIT;
    if (!run->begun || there) {
        strbuf_cut(&run->sentence, 0);
        strbuf_printf(&run->sentence, "%s %s ", actor->name,
                      action->output.lacks != NULL ? "has not printed" : "printed");
        if (action->output.matches != NULL && there) /* what it was says more than the pattern */
            bytes_quote(&run->sentence, out->data + where.rm_so,
                        (size_t)(where.rm_eo - where.rm_so), 100);
        else
            bytes_quote(&run->sentence, wanted.data, wanted.len, 100);
        if (action->output.stream != NULL)
            strbuf_printf(&run->sentence, " on %s", action->output.stream);
    }
    if (action->output.lacks != NULL) {
        if (there)
            result = failed(run, "silence-broken");
        else if (settled(run, actor))
            result = PROGRESS_DONE;
    } else if (there) {
        result = PROGRESS_DONE;
    }
    strbuf_free(&wanted);
    return result;
}

static enum progress step_signal(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    if (actor == NULL)
        return PROGRESS_INTERNAL;
    strbuf_printf(&run->sentence, "%s was sent %s", actor->name, action->signal.name);
    if (actor->traced != NULL && !actor->traced->exited)
        kill(actor->traced->pid, action->signal.number);
    return PROGRESS_DONE;
}

static enum progress step_fault(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    struct trace_fault fault = {.call = action->fault.call,
                                .from = action->fault.from,
                                .count = action->fault.count,
                                .shorten = action->fault.shorten,
                                .errnum = action->fault.errnum};
    if (actor == NULL)
        return PROGRESS_INTERNAL;
    if (action->fault.errname != NULL)
        strbuf_printf(&run->sentence, "%s() of %s was made to fail with %s", action->fault.call,
                      actor->name, action->fault.errname);
    else
        strbuf_printf(&run->sentence, "%s() of %s was cut down to %zu bytes", action->fault.call,
                      actor->name, action->fault.shorten);
    tracer_fault(run->tracer, actor->traced, &fault);
    return PROGRESS_DONE;
}

/* --- peers: opening and closing --- */

static enum progress step_open(struct run *run, const struct action *action)
{
    char *at = run_expand(run, action->open.at);
    char name[ADDRESS_TEXT];
    bool udp = action->kind == ACTION_UDP;
    struct peer *peer =
        at != NULL ? open_peer(run, action, udp ? PEER_UDP : PEER_LISTENER, at) : NULL;
    int rc = peer == NULL ? -1
             : udp        ? peer_bind(peer, at, run->err)
                          : peer_listen(peer, at, action->open.backlog, run->err);
    if (rc == 0)
        strbuf_printf(&run->sentence, "%s %s %s", action->actor,
                      udp ? "has a UDP socket at" : "listens on",
                      address_format((struct sockaddr *)&peer->self, name));
    free(at);
    return rc == 0 ? PROGRESS_DONE : PROGRESS_INTERNAL;
}

static enum progress step_connect(struct run *run, const struct action *action)
{
    struct peer *peer;
    if (!run->begun) {
        char *to = run_expand(run, action->connect.to);
        char *from = action->connect.from != NULL ? run_expand(run, action->connect.from) : NULL;
        peer = to != NULL ? open_peer(run, action, PEER_STREAM, to) : NULL;
        int rc = peer == NULL ? -1 : from != NULL ? peer_bind(peer, from, run->err) : 0;
        if (rc == 0)
            rc = peer_connect(peer, to, run->err);
        if (rc == 0)
            strbuf_printf(&run->sentence, "%s connected to %s", action->actor, to);
        free(to);
        free(from);
        return rc == 0 ? PROGRESS_WAIT : PROGRESS_INTERNAL;
    }
    peer = find_peer(run, action->actor);
    if (peer->connecting)
        return PROGRESS_WAIT;
    if (action->connect.refused) {
        if (peer->connect_error == 0)
            return failed(run, "mismatch");
        strbuf_puts(&run->sentence, ", and was refused");
        return PROGRESS_DONE;
    }
    return peer->connect_error == 0 ? PROGRESS_DONE : failed(run, "refused");
}

static enum progress step_accept(struct run *run, const struct action *action)
{
    struct peer *listener = NULL;
    char name[ADDRESS_TEXT];
    /* The connection may have taken the listener's name: look for the socket that listens. */
    for (unsigned i = 0; i < run->npeers; i++)
        if (run->peers[i]->kind == PEER_LISTENER && strcmp(run->peers[i]->name, action->actor) == 0)
            listener = run->peers[i];
    if (listener == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s got a connection", action->actor);
    int fd = peer_take_connection(listener);
    if (fd < 0)
        return PROGRESS_WAIT;
    const char *as = action->accept.as != NULL ? action->accept.as : action->actor;
    struct peer *peer = add_peer(run, as, PEER_STREAM, listener->host, fd);
    peer_accepted(peer);
    strbuf_printf(&run->sentence, " from %s",
                  address_format((struct sockaddr *)&peer->other, name));
    return PROGRESS_DONE;
}

static enum progress step_close(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (peer->out.len > 0)
        return PROGRESS_WAIT;
    switch (action->kind) {
    case ACTION_HALF_CLOSE:
        strbuf_printf(&run->sentence, "%s said that it will send no more (FIN)", action->actor);
        peer_half_close(peer);
        break;
    case ACTION_RESET:
        strbuf_printf(&run->sentence, "%s reset the connection (RST)", action->actor);
        peer_close(peer, true);
        break;
    default:
        strbuf_printf(&run->sentence, "%s closed its end", action->actor);
        peer_close(peer, false);
    }
    run->activity++;
    return PROGRESS_DONE;
}

/* --- peers: sending and expecting --- */

static size_t piece_length(const struct action *action, size_t index, size_t left)
{
    size_t want = left;
    if (action->send.bytewise)
        want = 1;
    else if (index < action->send.nsplit)
        want = action->send.split[index];
    return want < left ? want : left;
}

static enum progress send_pieces(struct run *run, const struct action *action, struct peer *peer)
{
    bool split = action->send.bytewise || action->send.nsplit > 0;
    while (run->sent < run->bytes.len) {
        if (run->piece > 0 && split && !action->send.at_once && !settled(run, NULL))
            return PROGRESS_WAIT;
        size_t n = piece_length(action, run->piece, run->bytes.len - run->sent);
        if (peer_send(peer, run->bytes.data + run->sent, n, NULL, run->err) != 0)
            return PROGRESS_INTERNAL;
        run->sent += n;
        run->piece++;
        run->activity++;
    }
    return peer->out.len > 0 ? PROGRESS_WAIT : PROGRESS_DONE;
}

static enum progress step_send(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    char *to = action->send.to != NULL ? run_expand(run, action->send.to) : NULL;
    enum progress result = PROGRESS_DONE;
    if (peer == NULL || (action->send.to != NULL && to == NULL) ||
        (!run->begun && expand_data(run, &action->send.data) != 0)) {
        free(to);
        return PROGRESS_INTERNAL;
    }
    if (!run->begun) {
        run->sent = run->piece = 0;
        say_bytes(run, "", action->actor, " sent");
        if (to != NULL)
            strbuf_printf(&run->sentence, " to %s", to);
        if (action->send.bytewise)
            strbuf_puts(&run->sentence, ", byte by byte");
        else if (action->send.nsplit > 0)
            strbuf_printf(&run->sentence, ", in %u pieces", action->send.nsplit + 1);
    }
    if (peer->kind == PEER_STREAM) {
        if (peer->reset || (peer->fd < 0))
            result = failed(run, "reset");
        else
            result = send_pieces(run, action, peer);
    } else if (peer_send(peer, run->bytes.data, run->bytes.len, to, NULL) != 0 &&
               peer_send(peer, run->bytes.data, run->bytes.len, to, run->err) != 0) {
        /* The first attempt may only have fetched an error that an earlier datagram brought back.
         */
        result = PROGRESS_INTERNAL;
    } else {
        run->activity++;
    }
    free(to);
    return result;
}

static enum progress expect_datagram(struct run *run, const struct action *action,
                                     struct peer *peer)
{
    char came[ADDRESS_TEXT];
    const struct datagram *d = peer->first;
    if (d == NULL)
        return peer->refused != 0 ? failed(run, "refused") : PROGRESS_WAIT;
    enum progress result = PROGRESS_DONE;
    if (d->data.len != run->bytes.len ||
        memcmp(d->data.data, run->bytes.data, run->bytes.len) != 0) {
        result =
            differs(run, "mismatch", run->bytes.data, run->bytes.len, d->data.data, d->data.len);
    } else if (action->expect.from != NULL) {
        char *from = run_expand(run, action->expect.from);
        address_format((const struct sockaddr *)&d->from, came);
        if (from == NULL)
            result = PROGRESS_INTERNAL;
        else if (strcmp(from, came) != 0)
            result = differs(run, "source", from, strlen(from), came, strlen(came));
        free(from);
    }
    peer_drop_datagram(peer);
    return result;
}

static enum progress expect_bytes(struct run *run, const struct action *action, struct peer *peer)
{
    size_t n = peer->in.len < run->bytes.len ? peer->in.len : run->bytes.len;
    if (memcmp(peer->in.data, run->bytes.data, n) != 0) {
        /* Whatever else is on its way belongs to what was received. */
        if (!settled(run, NULL) && !peer->end && !peer->reset)
            return PROGRESS_WAIT;
        return differs(run, "mismatch", run->bytes.data, run->bytes.len, peer->in.data,
                       peer->in.len);
    }
    if (n == run->bytes.len) {
        strbuf_drop(&peer->in, n);
        return PROGRESS_DONE;
    }
    if (peer->end || peer->reset)
        return differs(run, peer->reset ? "reset" : "end", run->bytes.data, run->bytes.len,
                       peer->in.data, peer->in.len);
    (void)action;
    return PROGRESS_WAIT;
}

static enum progress step_expect(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL || (!run->begun && expand_data(run, &action->expect.data) != 0))
        return PROGRESS_INTERNAL;
    if (!run->begun)
        say_bytes(run, "", action->actor, " received");
    return peer->kind == PEER_UDP ? expect_datagram(run, action, peer)
                                  : expect_bytes(run, action, peer);
}

static enum progress step_expect_end(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    bool want_reset = action->kind == ACTION_EXPECT_RESET;
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s saw %s", action->actor,
                      want_reset ? "the connection reset" : "the end of the stream");
    if (peer->in.len > 0)
        return differs(run, "more", "", 0, peer->in.data, peer->in.len);
    if (peer->reset)
        return want_reset || action->expect.or_reset ? PROGRESS_DONE : failed(run, "reset");
    if (peer->end)
        return want_reset ? failed(run, "end") : PROGRESS_DONE;
    return PROGRESS_WAIT;
}

static enum progress step_expect_nothing(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s received nothing", action->actor);
    if (peer->in.len > 0)
        return differs(run, "silence-broken", "", 0, peer->in.data, peer->in.len);
    if (peer->first != NULL)
        return differs(run, "silence-broken", "", 0, peer->first->data.data, peer->first->data.len);
    if (peer->reset || peer->end)
        return failed(run, peer->reset ? "reset" : "end");
    return settled(run, NULL) ? PROGRESS_DONE : PROGRESS_WAIT;
}

/* --- the wire --- */

static enum progress step_wire(struct run *run, const struct action *action)
{
    if (action->wire.rule == NULL)
        wire_clear(run);
    else if (wire_add_rule(run, action->wire.rule) != 0)
        return PROGRESS_INTERNAL;
    return PROGRESS_DONE;
}

static enum progress step_release(struct run *run, const struct action *action)
{
    return wire_release(run, action->release.rule) == 0 ? PROGRESS_DONE : PROGRESS_INTERNAL;
}

/* --- the table --- */

enum progress action_step(struct run *run, const struct action *action)
{
    static step_fn *const steps[ACTION_KINDS] = {
        [ACTION_START] = program_start,
        [ACTION_WAIT] = step_wait,
        [ACTION_TYPE] = step_type,
        [ACTION_END_INPUT] = step_type,
        [ACTION_OUTPUT] = step_output,
        [ACTION_SIGNAL] = step_signal,
        [ACTION_UDP] = step_open,
        [ACTION_CONNECT] = step_connect,
        [ACTION_LISTEN] = step_open,
        [ACTION_ACCEPT] = step_accept,
        [ACTION_SEND] = step_send,
        [ACTION_EXPECT] = step_expect,
        [ACTION_EXPECT_END] = step_expect_end,
        [ACTION_EXPECT_RESET] = step_expect_end,
        [ACTION_EXPECT_NOTHING] = step_expect_nothing,
        [ACTION_HALF_CLOSE] = step_close,
        [ACTION_CLOSE] = step_close,
        [ACTION_RESET] = step_close,
        [ACTION_FAULT] = step_fault,
        [ACTION_WIRE] = step_wire,
        [ACTION_RELEASE] = step_release,
    };
    return steps[action->kind](run, action);
}

void action_give_up(struct run *run, const struct action *action, bool alive, const char *kind)
{
    const struct peer *peer = action->actor != NULL && action->kind == ACTION_EXPECT
                                  ? find_peer(run, action->actor)
                                  : NULL;
    failed(run, kind != NULL ? kind : alive ? "stall" : "exit");
    if (peer != NULL)
        differs(run, run->failure.kind, run->bytes.data, run->bytes.len,
                peer->kind == PEER_UDP ? "" : peer->in.data,
                peer->kind == PEER_UDP ? 0 : peer->in.len);
}
