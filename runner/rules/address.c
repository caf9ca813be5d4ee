/*
 * rules/address - mistakes in the address that a socket gets: byte order, family, which address.
 *
 *   - 01, 02: a port that, with its two bytes swapped, is one the script speaks of, while it is not
 *     one itself: two ports of a scene are never each other's swap, so this is conclusive. Without
 * a port from the script nothing is said.
 *   - 06: AF_UNSPEC in bind, or in connect of a socket that was not connected; in sendto only when
 *     no recvfrom could have left the address empty (that is 15).
 *   - 08: bound to loopback while the script, or a packet of another host, came by another address
 *     of the machine and failed; or the script asks for the any-address itself.
 */
#include "rules/rules.h"

#include <stdlib.h>
#include <string.h>

#include "timeline/describe.h"

/* --- 01, 02: byte order --- */

static void say_swapped(struct finding *out, const struct model_call *c, int port, int wanted,
                        const char *wire)
{
    finding_call(out, c);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, c);
    strbuf_printf(
        &out->message,
        " was given port %d, which is %d with its two bytes swapped (0x%04x for 0x%04x); %s", port,
        wanted, (unsigned)port, (unsigned)wanted, wire);
}

bool rule_port_no_htons_bind(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "bind"))
            continue;
        int port = (int)call_value(&c->event->call, "port", -1);
        int wanted = facts_swapped_port(f, port);
        if (wanted < 0)
            continue;
        say_swapped(out, c, port, wanted,
                    c->event->call.error == NULL
                        ? "whoever asks for the right port finds nobody there"
                        : "the kernel did not give that port");
        return true;
    }
    return false;
}

bool rule_port_no_htons_connect(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        bool sends = c->io == MODEL_SEND && c->socket != NULL;
        if (!facts_is(c, "connect") && !sends)
            continue;
        int port = (int)call_value(&c->event->call, "port", -1);
        int wanted = facts_swapped_port(f, port);
        if (wanted < 0)
            continue;
        say_swapped(out, c, port, wanted,
                    facts_error(c, "ECONNREFUSED")
                        ? "nobody listens there, and the kernel answered ECONNREFUSED"
                        : "what is sent there never reaches the one it is meant for");
        return true;
    }
    return false;
}

/* --- 06: the family --- */

static bool has_no_family(const struct model_call *c)
{
    return strcmp(call_text(&c->event->call, "family"), "AF_UNSPEC") == 0;
}

/* connect() with AF_UNSPEC is how a connected UDP socket is freed again: no mistake there. */
static bool was_connected_before(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = 0; n < c->event->n; n++) {
        const struct model_call *before = model_call(&f->model, n);
        if (before != NULL && before->socket == c->socket && facts_is(before, "connect") &&
            before->event->call.error == NULL && !has_no_family(before))
            return true;
    }
    return false;
}

/* An earlier recvfrom on the socket may have left the address as it was: then the length is to
 * blame, not the family. */
static bool received_before(const struct facts *f, const struct model_call *c)
{
    for (uint64_t n = 0; n < c->event->n; n++) {
        const struct model_call *before = model_call(&f->model, n);
        if (before != NULL && before->socket == c->socket && before->io == MODEL_RECV)
            return true;
    }
    return false;
}

bool rule_family_not_set(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (c->socket == NULL || !has_no_family(c))
            continue;
        bool binds = facts_is(c, "bind"), connects = facts_is(c, "connect");
        bool sends = c->io == MODEL_SEND && !received_before(f, c) &&
                     call_value(&c->event->call, "port", 0) > 0;
        if (!binds && !sends && !(connects && !was_connected_before(f, c)))
            continue;
        finding_call(out, c);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message, " got an address whose family is AF_UNSPEC (0); ");
        if (!call_succeeded(&c->event->call))
            strbuf_printf(&out->message, "the kernel could not tell what address it is: %s",
                          c->event->call.error != NULL ? c->event->call.error : "no answer");
        else if (connects)
            strbuf_puts(&out->message, "connect() returned 0 and connected nothing");
        else
            strbuf_puts(&out->message, "the kernel took it for IPv4 only by an old courtesy");
        return true;
    }
    return false;
}

/* --- 08: loopback only --- */

/* The script went to the right port by another address than the bound one, and got nothing. */
static bool failed_elsewhere(const struct facts *f, const struct model_call *bind)
{
    const char *to = facts_destination(f);
    const char *bound = call_text(&bind->event->call, "ip");
    struct strbuf address = STRBUF_INIT;
    char ip[FACTS_IP];
    bool nothing_came = f->failed != NULL && f->failed->script.received.len == 0;
    bool elsewhere = to != NULL && nothing_came && facts_text(f, to, &address) &&
                     facts_ip(address.data, ip) && strcmp(ip, bound) != 0 &&
                     !facts_broadcast(f, ip) &&
                     model_port(address.data) == call_value(&bind->event->call, "port", -1);
    strbuf_free(&address);
    return elsewhere;
}

/* What came to the port by another address of the host: nobody was there for it. */
static const struct event *came_elsewhere(const struct facts *f, const struct model_call *bind)
{
    const struct call_event *call = &bind->event->call;
    const char *host = bind->event->host;
    for (uint64_t n = bind->event->n; facts_broken(f) && n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        char ip[FACTS_IP];
        if (ev->kind != EVENT_PACKET || host == NULL || !facts_ip(ev->packet.to, ip) ||
            model_port(ev->packet.to) != call_value(call, "port", -1) ||
            strcmp(ip, call_text(call, "ip")) == 0 || facts_broadcast(f, ip))
            continue;
        const char *owner = facts_loopback(ip) ? ev->host : facts_owner(f, ip);
        if (owner != NULL && strcmp(owner, host) == 0)
            return ev;
    }
    return NULL;
}

/* Another socket of the host has the port too, on an address that can be reached. */
static bool bound_twice(const struct facts *f, const struct model_call *bind)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (s != bind->socket && s->bound != MODEL_NEVER && s->listener == NULL &&
            s->local.port == bind->socket->local.port && !facts_loopback(s->local.ip) &&
            model_same_host(s->owner->host, bind->event->host))
            return true;
    }
    return false;
}

/* An assertion of the script wants bind() with the any-address. */
static bool any_address_asked(const struct facts *f)
{
    for (unsigned i = 0; f->script != NULL && i < f->script->nthen; i++) {
        const struct assertion *a = &f->script->then[i];
        for (unsigned k = 0; k < a->ncalls && a->kind != ASSERT_NEVER; k++)
            for (unsigned j = 0; j < a->calls[k].nargs; j++) {
                const struct arg_match *arg = &a->calls[k].args[j];
                if (strcmp(a->calls[k].name, "bind") == 0 && arg->text != NULL &&
                    (strcmp(arg->name, "ip") == 0 || strcmp(arg->name, "addr") == 0) &&
                    (strncmp(arg->text, "0.0.0.0", 7) == 0 || strncmp(arg->text, "::", 2) == 0 ||
                     strncmp(arg->text, "[::]", 4) == 0))
                    return true;
            }
    }
    return false;
}

bool rule_bind_loopback_only(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL;) {
        if (!facts_is(c, "bind") || !call_succeeded(&c->event->call) ||
            !facts_loopback(call_text(&c->event->call, "ip")) || c->socket == NULL ||
            bound_twice(f, c))
            continue;
        bool elsewhere = failed_elsewhere(f, c);
        const struct event *packet = came_elsewhere(f, c);
        if (!elsewhere && packet == NULL && !any_address_asked(f))
            continue;
        finding_call(out, c);
        if (elsewhere)
            finding_event(out, f->failed);
        finding_event(out, packet);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message, " took the port on ");
        describe_address(&out->message, call_text(&c->event->call, "addr"));
        strbuf_puts(&out->message, " only; ");
        if (packet != NULL) {
            strbuf_puts(&out->message, "what was sent to ");
            describe_address(&out->message, packet->packet.to);
            strbuf_puts(&out->message, " found nobody there");
        } else {
            strbuf_printf(&out->message,
                          "a peer that %s by another address of this machine %s nobody there",
                          elsewhere ? "came" : "comes", elsewhere ? "found" : "finds");
        }
        return true;
    }
    return false;
}
