/* rules/datagram: see datagram.h. */
#include "rules/datagram.h"

#include <string.h>

#include "timeline/packet.h"

void datagram_free(struct datagram *d)
{
    strbuf_free(&d->from);
    strbuf_free(&d->to);
    strbuf_free(&d->data);
    d->event = NULL;
    d->len = 0;
    d->lost = false;
}

/* --- where they are found --- */

static void from_packet(const struct event *ev, struct datagram *d)
{
    const struct packet_event *packet = &ev->packet;
    struct packet p;
    strbuf_puts(&d->from, packet->from);
    strbuf_puts(&d->to, packet->to);
    d->len = packet->len;
    /* A damaged one arrives, and the kernel throws it away for its checksum. */
    d->lost = packet->arrived_ns < 0 || strcmp(packet->fate, "dropped") == 0 ||
              strcmp(packet->fate, "corrupted") == 0;
    if (packet->frame.data == NULL)
        return;
    packet_decode(&p, packet->frame.data, packet->frame.len, packet->frame_len);
    if (!p.has_udp)
        return;
    strbuf_add(&d->data, packet->frame.data + p.payload_offset, p.payload_kept);
    if (p.ip.more_fragments && p.udp.len >= 8)
        d->len = (size_t)p.udp.len - 8; /* the first fragment tells of the whole */
}

/* The sentence of an action ends with the address: `ann sent 5 bytes to 127.0.0.1:7000`. */
static const char *last_address(const char *sentence)
{
    const char *found = NULL;
    for (const char *at = sentence; at != NULL && (at = strstr(at, " to ")) != NULL; at += 4)
        found = at + 4;
    return found != NULL && strchr(found, ' ') == NULL && model_port(found) >= 0 ? found : NULL;
}

static bool from_script(const struct facts *f, const struct event *ev, struct datagram *d)
{
    const struct action *a = facts_action(f, ev->script.path);
    const char *to = last_address(ev->script.text);
    if (a == NULL || a->kind != ACTION_SEND || to == NULL || ev->script.status != SCRIPT_OK)
        return false;
    strbuf_puts(&d->to, to);
    if (facts_data(f, &a->send.data, &d->data))
        d->len = d->data.len;
    return true;
}

static bool from_call(const struct model_call *c, struct datagram *d)
{
    if (c == NULL || c->io != MODEL_SEND || c->moved < 0 || c->socket == NULL ||
        !c->socket->datagram)
        return false;
    const char *to = call_text(&c->event->call, "addr");
    if (*to == '\0' && c->socket->remote.text != NULL)
        to = c->socket->remote.text;
    strbuf_puts(&d->to, to);
    if (c->data.data != NULL)
        strbuf_add(&d->data, c->data.data, c->data.len);
    d->len = (size_t)c->moved;
    return *to != '\0';
}

/* Of a long frame only the beginning is kept; the script knows all that it sent. */
static void complete(const struct facts *f, struct datagram *d)
{
    for (size_t i = 0; d->data.len > 0 && d->data.len < d->len && i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        struct strbuf data = STRBUF_INIT;
        if (a != NULL && a->kind == ACTION_SEND && facts_data(f, &a->send.data, &data) &&
            data.len == d->len && memcmp(data.data, d->data.data, d->data.len) == 0)
            strbuf_add(&d->data, data.data + d->data.len, data.len - d->data.len);
        strbuf_free(&data);
    }
}

/* Packets tell all; the rest is asked only for what none were recorded of, or everything would be
 * there twice. What a host sends to itself does not come to the wire between hosts. */
static bool on_wire(const struct facts *f, const struct event *ev, const struct datagram *d)
{
    char ip[FACTS_IP];
    if (!f->wire || f->loop || !facts_ip(d->to.data, ip) || ev->host == NULL)
        return f->wire;
    const char *owner = facts_loopback(ip) ? ev->host : facts_owner(f, ip);
    return owner == NULL || strcmp(owner, ev->host) != 0;
}

bool datagram_next(const struct facts *f, uint64_t *n, struct datagram *d)
{
    while (*n < f->timeline->count) {
        const struct event *ev = &f->timeline->events[(*n)++];
        bool found = false;
        datagram_free(d);
        if (ev->kind == EVENT_PACKET && strcmp(ev->packet.proto, "udp") == 0) {
            from_packet(ev, d);
            complete(f, d);
            found = true;
        } else if (ev->kind == EVENT_SCRIPT) {
            found = from_script(f, ev, d) && !on_wire(f, ev, d);
        } else if (ev->kind == EVENT_CALL) {
            found = from_call(model_call(&f->model, ev->n), d) && !on_wire(f, ev, d);
        }
        if (found) {
            d->event = ev;
            return true;
        }
    }
    datagram_free(d);
    return false;
}

/* --- addresses --- */

bool datagram_broadcast(const struct facts *f, const struct datagram *d)
{
    char ip[FACTS_IP];
    return facts_ip(d->to.data, ip) && facts_broadcast(f, ip);
}

/* The host's name is among those of a list: "bob,carol". */
static bool is_among(const char *host, const char *hosts)
{
    size_t len = strlen(host);
    for (const char *at = hosts; (at = strstr(at, host)) != NULL; at += len)
        if ((at == hosts || at[-1] == ',') && (at[len] == '\0' || at[len] == ','))
            return true;
    return false;
}

bool datagram_meets(const struct facts *f, const struct datagram *d, const struct model_socket *s)
{
    const char *hosts = d->event->kind == EVENT_PACKET ? d->event->packet.hosts_to : NULL;
    const char *host = s->owner->host;
    if (!facts_is_for(f, d->event->host, d->to.data, s))
        return false;
    /* A host hears its own broadcasts; on their way through a router others pass by. */
    return hosts == NULL || host == NULL || is_among(host, hosts) ||
           (datagram_broadcast(f, d) && model_same_host(d->event->host, host));
}

bool datagram_let_in(const struct datagram *d, const struct model_socket *s)
{
    char ip[FACTS_IP];
    return facts_any(s->local.ip) || (facts_ip(d->to.data, ip) && strcmp(ip, s->local.ip) == 0);
}

bool datagram_leaves(const struct facts *f, const struct datagram *d, const struct model_socket *s)
{
    if (d->event->kind == EVENT_CALL) {
        const struct model_call *c = model_call(&f->model, d->event->n);
        return c != NULL && c->socket == s;
    }
    int port = model_port(d->from.data);
    return port > 0 && facts_own_port(f, s) == port &&
           model_same_host(d->event->host, s->owner->host);
}
