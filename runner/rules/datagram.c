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
    d->lost = strcmp(packet->fate, "dropped") == 0 || packet->arrived_ns < 0;
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

bool datagram_next(const struct facts *f, uint64_t *n, struct datagram *d)
{
    /* Packets tell all; only without them is the rest asked, or everything would be there twice. */
    bool wire = f->wire;
    while (*n < f->timeline->count) {
        const struct event *ev = &f->timeline->events[(*n)++];
        bool found = false;
        datagram_free(d);
        if (wire && ev->kind == EVENT_PACKET && ev->packet.proto != NULL &&
            strcmp(ev->packet.proto, "udp") == 0) {
            from_packet(ev, d);
            found = true;
        } else if (!wire && ev->kind == EVENT_SCRIPT) {
            found = from_script(f, ev, d);
        } else if (!wire && ev->kind == EVENT_CALL) {
            found = from_call(model_call(&f->model, ev->n), d);
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

static bool comes_to_host(const struct facts *f, const struct datagram *d, const char *host)
{
    char ip[FACTS_IP];
    const char *to = d->event->kind == EVENT_PACKET ? d->event->packet.hosts_to : NULL;
    if (host == NULL || !facts_ip(d->to.data, ip))
        return true;
    if (facts_loopback(ip))
        return model_same_host(d->event->host, host);
    if (to != NULL && is_among(host, to))
        return true;
    if (datagram_broadcast(f, d))
        return to == NULL || model_same_host(d->event->host, host); /* a host hears its own */
    const char *owner = facts_owner(f, ip);
    return owner == NULL ? to == NULL : strcmp(owner, host) == 0;
}

bool datagram_meets(const struct facts *f, const struct datagram *d, const struct model_socket *s)
{
    int port = model_port(d->to.data);
    return port > 0 && facts_own_port(f, s) == port && comes_to_host(f, d, s->owner->host);
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
