/* scene/actions_peer: what scripted peers do. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/random.h"
#include "scene/actions.h"

/* --- opening and closing --- */

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

static struct peer *add_peer(struct run *run, const char *name, enum peer_kind kind, int host,
                             int fd)
{
    struct peer *peer = peer_new(name, kind, host, fd, run->loop, &run->activity);
    run->peers = mem_resize(run->peers, run->npeers + 1, sizeof(struct peer *));
    run->peers[run->npeers++] = peer;
    return peer;
}

/* The next of the ports that no kernel gives out by itself (ip(7), ip_local_port_range), from a
 * place that follows from the seed: so the same check tells the same addresses. On a network that
 * is not our own they may be others'. */
static uint16_t choose_port(const struct run *run)
{
    enum { FIRST = 61000, COUNT = 4500 };
    struct random random;
    if (run->setup->tier != TIER_A)
        return 0;
    random_seed(&random, run->setup->seed);
    return (uint16_t)(FIRST + (random_below(&random, COUNT) + run->npeers) % COUNT);
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
    if (fd < 0)
        return NULL;
    uint16_t port = choose_port(run);
    struct peer *peer = add_peer(run, action->actor, kind, host, fd);
    peer->port = port;
    return peer;
}

enum progress action_open(struct run *run, const struct action *action)
{
    char *at = run_expand(run, action->open.at);
    char name[ADDRESS_TEXT];
    bool udp = action->kind == ACTION_UDP;
    struct peer *peer =
        at != NULL ? open_peer(run, action, udp ? PEER_UDP : PEER_LISTENER, at) : NULL;
    if (peer != NULL && !udp)
        peer_buffer(peer, action->open.buffer);
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

enum progress action_connect(struct run *run, const struct action *action)
{
    struct peer *peer;
    if (!run->begun) {
        char *to = run_expand(run, action->connect.to);
        char *from = action->connect.from != NULL ? run_expand(run, action->connect.from) : NULL;
        peer = to != NULL ? open_peer(run, action, PEER_STREAM, to) : NULL;
        int rc = peer == NULL ? -1 : from != NULL ? peer_bind(peer, from, run->err) : 0;
        if (rc == 0) {
            peer_buffer(peer, action->connect.buffer);
            peer->delayed_ack = action->connect.delayed_ack;
            rc = peer_connect(peer, to, run->err);
        }
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
            return action_failed(run, "mismatch");
        strbuf_puts(&run->sentence, ", and was refused");
        return PROGRESS_DONE;
    }
    return peer->connect_error == 0 ? PROGRESS_DONE : action_failed(run, "refused");
}

enum progress action_accept(struct run *run, const struct action *action)
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
    peer->delayed_ack = action->accept.delayed_ack;
    peer_accepted(peer);
    strbuf_printf(&run->sentence, " from %s",
                  address_format((struct sockaddr *)&peer->other, name));
    return PROGRESS_DONE;
}

enum progress action_close(struct run *run, const struct action *action)
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

enum progress action_pause(struct run *run, const struct action *action)
{
    bool pause = action->kind == ACTION_PAUSE;
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    strbuf_printf(&run->sentence, pause ? "%s stopped reading" : "%s reads again", action->actor);
    peer_pause(peer, pause);
    return PROGRESS_DONE;
}

/* --- sending and expecting --- */

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

enum progress action_send(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    char *to = action->send.to != NULL ? run_expand(run, action->send.to) : NULL;
    enum progress result = PROGRESS_DONE;
    if (peer == NULL || (action->send.to != NULL && to == NULL) ||
        (!run->begun && action_expand(run, &action->send.data) != 0)) {
        free(to);
        return PROGRESS_INTERNAL;
    }
    if (!run->begun) {
        run->sent = run->piece = 0;
        action_say_bytes(run, "", action->actor, " sent");
        if (to != NULL)
            strbuf_printf(&run->sentence, " to %s", to);
        if (action->send.bytewise)
            strbuf_puts(&run->sentence, ", byte by byte");
        else if (action->send.nsplit > 0)
            strbuf_printf(&run->sentence, ", in %u pieces", action->send.nsplit + 1);
    }
    if (peer->kind == PEER_STREAM) {
        if (peer->reset || (peer->fd < 0))
            result = action_failed(run, "reset");
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
        return peer->refused != 0 ? action_failed(run, "refused") : PROGRESS_WAIT;
    enum progress result = PROGRESS_DONE;
    if (d->data.len != run->bytes.len ||
        memcmp(d->data.data, run->bytes.data, run->bytes.len) != 0) {
        result = action_differs(run, "mismatch", run->bytes.data, run->bytes.len, d->data.data,
                                d->data.len);
    } else if (action->expect.from != NULL) {
        char *from = run_expand(run, action->expect.from);
        address_format((const struct sockaddr *)&d->from, came);
        if (from == NULL)
            result = PROGRESS_INTERNAL;
        else if (strcmp(from, came) != 0)
            result = action_differs(run, "source", from, strlen(from), came, strlen(came));
        free(from);
    }
    peer_drop_datagram(peer);
    return result;
}

static enum progress expect_bytes(struct run *run, const struct action *action, struct peer *peer)
{
    size_t n = peer->in.len < run->bytes.len ? peer->in.len : run->bytes.len;
    size_t seen = run->sent; /* these were right when they were looked at */
    if (memcmp(peer->in.data + seen, run->bytes.data + seen, n - seen) != 0) {
        /* Whatever else is on its way belongs to what was received. */
        if (!settled(run, NULL) && !peer->end && !peer->reset)
            return PROGRESS_WAIT;
        return action_differs(run, "mismatch", run->bytes.data, run->bytes.len, peer->in.data,
                              peer->in.len);
    }
    run->sent = n;
    if (n == run->bytes.len) {
        strbuf_drop(&peer->in, n);
        return PROGRESS_DONE;
    }
    if (peer->end || peer->reset)
        return action_differs(run, peer->reset ? "reset" : "end", run->bytes.data, run->bytes.len,
                              peer->in.data, peer->in.len);
    (void)action;
    return PROGRESS_WAIT;
}

enum progress action_expect(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (action->expect.how == EXPECT_UNTIL)
        return expect_until(run, action, peer);
    if (action->expect.how == EXPECT_COUNT)
        return expect_count(run, action, peer);
    if (!run->begun) {
        if (action_expand(run, &action->expect.data) != 0)
            return PROGRESS_INTERNAL;
        action_say_bytes(run, "", action->actor, " received");
        run->sent = 0;
    }
    return peer->kind == PEER_UDP ? expect_datagram(run, action, peer)
                                  : expect_bytes(run, action, peer);
}

enum progress action_expect_end(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    bool want_reset = action->kind == ACTION_EXPECT_RESET;
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s saw %s", action->actor,
                      want_reset ? "the connection reset" : "the end of the stream");
    if (peer->in.len > 0)
        return action_differs(run, "more", "", 0, peer->in.data, peer->in.len);
    if (peer->reset)
        return want_reset || action->expect.or_reset ? PROGRESS_DONE : action_failed(run, "reset");
    if (peer->end)
        return want_reset ? action_failed(run, "end") : PROGRESS_DONE;
    return PROGRESS_WAIT;
}

enum progress action_expect_nothing(struct run *run, const struct action *action)
{
    struct peer *peer = find_peer(run, action->actor);
    if (peer == NULL)
        return PROGRESS_INTERNAL;
    if (!run->begun)
        strbuf_printf(&run->sentence, "%s received nothing", action->actor);
    if (peer->in.len > 0)
        return action_differs(run, "silence-broken", "", 0, peer->in.data, peer->in.len);
    if (peer->first != NULL)
        return action_differs(run, "silence-broken", "", 0, peer->first->data.data,
                              peer->first->data.len);
    if (peer->reset || peer->end)
        return action_failed(run, peer->reset ? "reset" : "end");
    return undisturbed(run) ? PROGRESS_DONE : PROGRESS_WAIT;
}
