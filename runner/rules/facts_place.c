/* rules/facts_place: whose address and port it is, in a scene of one host or of several. See
 * facts.h. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/network.h"
#include "rules/facts.h"

/* --- addresses --- */

bool facts_ip(const char *address, char ip[FACTS_IP])
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address)
        return false;
    if (*address == '[' && colon[-1] == ']') {
        address++;
        colon--;
    }
    size_t len = (size_t)(colon - address);
    if (len == 0 || len >= FACTS_IP)
        return false;
    memcpy(ip, address, len);
    ip[len] = '\0';
    return true;
}

bool facts_loopback(const char *ip)
{
    return ip != NULL && (strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 ||
                          strncmp(ip, "::ffff:127.", 11) == 0);
}

bool facts_any(const char *ip)
{
    return ip == NULL || strcmp(ip, "0.0.0.0") == 0 || strcmp(ip, "::") == 0;
}

/* The hosts of the scene, where its script is at hand. */
static const struct network *network_of(const struct facts *f)
{
    return f->script != NULL ? f->script->network : NULL;
}

bool facts_broadcast(const struct facts *f, const char *ip)
{
    struct in_addr address;
    const struct network *net = network_of(f);
    if (inet_pton(AF_INET, ip, &address) != 1)
        return false;
    if (address.s_addr == htonl(INADDR_BROADCAST) || strcmp(ip, "127.255.255.255") == 0)
        return true;
    for (unsigned i = 0; net != NULL && i < net->nhosts; i++)
        for (unsigned k = 0; k < net->hosts[i].ninterfaces; k++)
            if (network_broadcast(&net->hosts[i].interfaces[k]).s_addr == address.s_addr)
                return true;
    return net == NULL && (ntohl(address.s_addr) & 0xff) == 0xff;
}

const char *facts_owner(const struct facts *f, const char *ip)
{
    struct in_addr v4;
    struct in6_addr v6;
    const struct network *net = network_of(f);
    bool is4 = inet_pton(AF_INET, ip, &v4) == 1, is6 = inet_pton(AF_INET6, ip, &v6) == 1;
    int host =
        net == NULL || (!is4 && !is6) ? -1 : network_owner(net, is4 ? &v4 : NULL, is6 ? &v6 : NULL);
    if (host >= 0)
        return net->hosts[host].name;
    for (unsigned i = 0; i < f->nplaces; i++)
        if (strcmp(f->places[i].ip, ip) == 0)
            return f->places[i].host;
    return NULL;
}

/* The first host from which an address came has it; a router sends it on later. */
static void add_place(struct facts *f, const struct event *ev)
{
    char ip[FACTS_IP];
    if (ev->host == NULL || !facts_ip(ev->packet.from, ip) || facts_loopback(ip) ||
        facts_owner(f, ip) != NULL)
        return;
    f->places = mem_resize(f->places, f->nplaces + 1, sizeof *f->places);
    f->places[f->nplaces].host = ev->host;
    memcpy(f->places[f->nplaces++].ip, ip, sizeof ip);
}

/* --- the ends of sockets --- */

/* Its first datagram on the wire: from its host, to where it sent, just as long. */
static int seen_port(const struct facts *f, const struct model_socket *s)
{
    const struct model_call *c = NULL;
    for (uint64_t n = s->born; n < f->model.ncalls && c == NULL; n++) {
        c = model_call(&f->model, n);
        if (c != NULL && (c->socket != s || c->io != MODEL_SEND || c->moved < 0))
            c = NULL;
    }
    const char *to = c == NULL ? "" : call_text(&c->event->call, "addr");
    if (c != NULL && *to == '\0' && s->remote.text != NULL)
        to = s->remote.text;
    for (uint64_t n = c == NULL || *to == '\0' ? f->timeline->count : c->event->n;
         n < f->timeline->count; n++) {
        const struct event *ev = &f->timeline->events[n];
        if (ev->kind == EVENT_PACKET && strcmp(ev->packet.to, to) == 0 &&
            strcmp(ev->packet.proto, "udp") == 0 && model_same_host(ev->host, s->owner->host))
            return model_port(ev->packet.from);
    }
    return -1;
}

void facts_gather_places(struct facts *f)
{
    for (size_t i = 0; i < f->timeline->count; i++) {
        if (f->timeline->events[i].kind != EVENT_PACKET)
            continue;
        f->wire = true;
        f->loop = f->loop || f->timeline->events[i].packet.hosts_to == NULL;
        add_place(f, &f->timeline->events[i]);
    }
    f->own_ports = mem_alloc((f->model.nsockets + 1) * sizeof *f->own_ports);
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        bool given = f->wire && s->datagram && s->local.port <= 0;
        f->own_ports[i] = s->local.port > 0 ? s->local.port : given ? seen_port(f, s) : -1;
    }
}

int facts_own_port(const struct facts *f, const struct model_socket *s)
{
    return f->own_ports[s->id];
}

bool facts_is_for(const struct facts *f, const char *from, const char *to,
                  const struct model_socket *s)
{
    char ip[FACTS_IP];
    const char *host = s->owner->host;
    int port = model_port(to);
    if (port <= 0 || facts_own_port(f, s) != port || !facts_ip(to, ip))
        return false;
    if (facts_loopback(ip))
        return model_same_host(from, host);
    const char *owner = facts_broadcast(f, ip) ? NULL : facts_owner(f, ip);
    return model_same_host(owner, host);
}

/* --- what was left --- */

/* A port that is some other socket's: another program's, or a peer's of the script. */
static bool is_known_port(const struct facts *f, int port, const char *host)
{
    const struct scene_event *scene = timeline_scene(f->timeline);
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *s = f->model.sockets[i];
        if (f->own_ports[i] == port && model_same_host(s->owner->host, host))
            return true;
    }
    for (unsigned i = 0; i < scene->nvars; i++) {
        size_t len = strlen(scene->vars[i].name);
        if (len > 5 && strcmp(scene->vars[i].name + len - 5, ".port") == 0 &&
            atoi(scene->vars[i].value.data) == port)
            return true;
    }
    return false;
}

/* Of the sockets of that host to which the kernel gave a port, only one was open to the end. */
static bool is_only_nameless(const struct facts *f, const struct model_socket *s)
{
    for (unsigned i = 0; i < f->model.nsockets; i++) {
        const struct model_socket *t = f->model.sockets[i];
        bool open = t->closed == MODEL_NEVER || t->closed_by_exit;
        if (t != s && t->datagram && open && f->own_ports[i] < 0 &&
            model_same_host(t->owner->host, s->owner->host))
            return false;
    }
    return true;
}

static bool is_row_of(const struct facts *f, const struct event *ev, const struct model_socket *s)
{
    const struct state_event *row = &ev->state;
    if (!state_is_left(ev, NULL) || row->proto == NULL ||
        !model_same_host(ev->host, s->owner->host) ||
        strcmp(row->proto, s->datagram ? "udp" : "tcp") != 0)
        return false;
    int own = facts_own_port(f, s), port = model_port(row->local);
    if (s->datagram)
        return own > 0 ? port == own : is_only_nameless(f, s) && !is_known_port(f, port, ev->host);
    bool listens = strcmp(row->to, "LISTEN") == 0;
    if (s->listening != MODEL_NEVER)
        return listens && port == own;
    return !listens && s->remote.text != NULL && row->remote != NULL &&
           strcmp(row->remote, s->remote.text) == 0 && (own < 0 || port == own);
}

const struct event *facts_left(const struct facts *f, const struct model_socket *s)
{
    const struct event *found = NULL;
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind != EVENT_STATE || !is_row_of(f, ev, s))
            continue;
        if (found != NULL)
            return NULL;
        found = ev;
    }
    return found;
}
