/*
 * picture_sides.c - who takes part in a recording, and which address is whose.
 *
 *  - Programs are named by the events, scripted peers by the script's actions and variables.
 *  - An address belongs to a program that bound it, or that a state or getsockname() showed with
 *    it; to a peer whose variables say so; or to the program that had just called the other end.
 *  - An address that stays unknown becomes a side of its own, while there is room.
 *  - Of several hosts each has its own addresses, and its sides stand together; one on which no
 *    program takes part is a side itself.
 *  - Who listens stands on the right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"
#include "timeline/describe.h"

/* --- sides while they are being found --- */

/* A program may have dialled an address from a port that only the packet shows. */
struct dial {
    const char *to;
    unsigned socket;
    int port, side;
    uint64_t n;
    bool answered;
};

struct finder {
    struct picture *p;
    struct dial *dials;
    size_t ndials, first_open;
};

static int side_add(struct finder *f, const char *name, int host, bool traced)
{
    struct picture *p = f->p;
    /* The last place is kept for all that do not fit any more. */
    if (p->nsides >= PICTURE_SIDES_MAX - 1) {
        if (p->nsides == PICTURE_SIDES_MAX - 1) {
            p->sides[p->nsides++] = (struct picture_side){.name = mem_string("others"),
                                                          .address = mem_string(""),
                                                          .source = mem_string(""),
                                                          .host = -1,
                                                          .others = true};
        }
        return PICTURE_SIDES_MAX - 1;
    }
    struct strbuf clean = STRBUF_INIT;
    picture_add_escaped(&clean, name);
    p->sides[p->nsides] = (struct picture_side){.name = strbuf_take(&clean),
                                                .address = mem_string(""),
                                                .source = mem_string(""),
                                                .host = host,
                                                .traced = traced};
    return p->nsides++;
}

/* "alice|server": names and addresses are told apart by their host. */
enum { KEY = 192 };
static const char *key_of(const struct picture *p, char key[KEY], int host, const char *text)
{
    const char *name = host >= 0 ? p->work->hosts[host] : "";
    size_t before = strlen(name), len = strlen(text);
    if (before + len + 2 > KEY)
        return NULL;
    memcpy(key, name, before);
    key[before] = '|';
    memcpy(key + before + 1, text, len);
    key[before + 1 + len] = '\0';
    return key;
}

static void put(struct finder *f, struct picture_map *map, int host, const char *text, int side)
{
    char key[KEY];
    if (key_of(f->p, key, host, text) != NULL && map_get(map, key) < 0)
        map_put(map, picture_keep(f->p->work, mem_string(key)), side);
}

static int side_named(struct finder *f, const char *name, const char *host_name, bool traced)
{
    struct picture_work *w = f->p->work;
    int side = picture_side_named(f->p, host_name, name);
    if (side < 0) {
        int host = picture_host(f->p, host_name);
        side = side_add(f, name, host, traced);
        put(f, &w->names, host, name, side);
        put(f, &w->names, -1, name, side);
    }
    f->p->sides[side].traced |= traced && !f->p->sides[side].others;
    return side;
}

static bool is_any(const char *address)
{
    return strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0 ||
           *address == '*';
}

/* "[::ffff:127.0.0.1]:7000" is on the wire as "127.0.0.1:7000". */
static const char *on_the_wire(struct picture_work *w, const char *address)
{
    if (strncmp(address, "[::ffff:", 8) != 0)
        return address;
    const char *end = strchr(address, ']');
    if (end == NULL)
        return address;
    return picture_keep(w, mem_format("%.*s%s", (int)(end - address - 8), address + 8, end + 1));
}

static void name_address(struct finder *f, struct picture_side *side, const char *address)
{
    if (*side->address != '\0' || side->others)
        return;
    struct strbuf text = STRBUF_INIT;
    /* The address of the host stands above it already. */
    if (is_any(address) || (side->host >= 0 && picture_host_of(f->p, address, -1) == side->host))
        strbuf_printf(&text, "port %d", model_port(address));
    else
        describe_address(&text, address);
    free(side->address);
    side->address = strbuf_take(&text);
}

/* Which host an address that a side has is on. */
static int host_at(struct finder *f, const char *address, int side)
{
    struct picture_side *s = &f->p->sides[side];
    if (s->host < 0 && !s->others && !is_any(address))
        s->host = picture_host_of(f->p, address, -1);
    return s->host;
}

static void own(struct finder *f, const char *address, int side)
{
    struct picture_work *w = f->p->work;
    int port = address == NULL ? -1 : model_port(address);
    if (port <= 0 || port > 65535 || side < 0)
        return;
    address = on_the_wire(w, address);
    int host = host_at(f, address, side);
    char any[16], key[KEY];
    snprintf(any, sizeof any, "*:%d", port);
    const char *text = is_any(address) ? any : address;
    if (key_of(f->p, key, host, text) == NULL || map_get(&w->owners, key) >= 0)
        return;
    put(f, &w->owners, host, text, side);
    name_address(f, &f->p->sides[side], address);
}

int picture_side_named(const struct picture *p, const char *host, const char *name)
{
    char key[KEY];
    if (name == NULL)
        return -1;
    int side = -1, id = picture_host(p, host);
    if (id >= 0)
        side = map_get(&p->work->names, key_of(p, key, id, name));
    if (side < 0) {
        side = map_get(&p->work->names, key_of(p, key, -1, name));
        /* One of that name on another host is another. */
        if (id >= 0 && side >= 0 && p->sides[side].host >= 0 && p->sides[side].host != id)
            side = -1;
    }
    return side;
}

int picture_side_at(const struct picture *p, int host, const char *address)
{
    char key[KEY], any[16];
    if (host < 0)
        host = picture_host_of(p, address, -1);
    int side = map_get(&p->work->owners, key_of(p, key, host, address));
    int port = side < 0 ? model_port(address) : -1;
    if (port > 0 && port <= 65535) {
        snprintf(any, sizeof any, "*:%d", port);
        side = map_get(&p->work->owners, key_of(p, key, host, any));
    }
    return side;
}

/* --- what the events tell --- */

static void learn_dial(struct finder *f, const struct event *ev, int side)
{
    const struct model_call *call = model_call(&f->p->work->model, ev->n);
    const char *to = call_text(&ev->call, "addr");
    int port = model_port(to);
    if (call == NULL || call->socket == NULL || port <= 0)
        return;
    if (call->socket->stream)
        f->p->work->rank[side] = f->p->work->rank[side] == 0 ? -1 : f->p->work->rank[side];
    else if (call->socket->bound != MODEL_NEVER && call->socket->local.port > 0)
        return; /* its address is known */
    unsigned id = call->socket->id;
    for (size_t i = f->ndials; i > f->first_open && f->ndials - i < 64; i--)
        if (f->dials[i - 1].socket == id && f->dials[i - 1].port == port)
            return;
    if ((f->ndials & (f->ndials - 1)) == 0)
        f->dials = mem_resize(f->dials, f->ndials == 0 ? 1 : 2 * f->ndials, sizeof *f->dials);
    f->dials[f->ndials++] =
        (struct dial){.to = to, .socket = id, .port = port, .side = side, .n = ev->n};
}

static void learn_call(struct finder *f, const struct event *ev)
{
    int side = ev->program == NULL ? -1 : side_named(f, ev->program, ev->host, true);
    const char *name = ev->call.name;
    if (side < 0)
        return;
    if (strcmp(name, "connect") == 0 || strcmp(name, "sendto") == 0 ||
        strcmp(name, "sendmsg") == 0) {
        learn_dial(f, ev, side);
    } else if (!call_succeeded(&ev->call)) {
        return;
    } else if (strcmp(name, "bind") == 0) {
        const struct model_call *call = model_call(&f->p->work->model, ev->n);
        own(f, call_text(&ev->call, "addr"), side);
        if (call != NULL && call->socket != NULL && call->socket->datagram &&
            f->p->work->rank[side] == 0)
            f->p->work->rank[side] = 1;
    } else if (strcmp(name, "getsockname") == 0) {
        own(f, call_text(&ev->call, "addr"), side);
    } else if (strcmp(name, "listen") == 0) {
        f->p->work->rank[side] = 1;
    }
}

static void learn_script(struct finder *f, const struct event *ev)
{
    const char *actor = ev->script.actor, *verb = ev->script.verb;
    if (actor == NULL || verb == NULL)
        return;
    int side = side_named(f, actor, ev->host, ev->program != NULL);
    if (ev->program != NULL)
        return;
    if (strcmp(verb, "listen") == 0 || strcmp(verb, "accept") == 0)
        f->p->work->rank[side] = 1;
    else if (strcmp(verb, "connect") == 0)
        f->p->work->rank[side] = f->p->work->rank[side] == 0 ? -1 : f->p->work->rank[side];
}

/* "ann.addr" and "ann.port" are where ann was. */
static void learn_vars(struct finder *f)
{
    const struct scene_event *scene = timeline_scene(f->p->timeline);
    struct picture_work *w = f->p->work;
    for (unsigned i = 0; i < scene->nvars; i++) {
        const char *name = scene->vars[i].name, *dot = strrchr(name, '.');
        if (dot == NULL || strcmp(dot, ".port") != 0)
            continue;
        char *actor = mem_format("%.*s", (int)(dot - name), name);
        char *key = mem_format("%s.addr", actor);
        const struct bytes *ip = timeline_var(f->p->timeline, key);
        int side = picture_side_named(f->p, NULL, actor);
        if (ip != NULL && side >= 0)
            own(f,
                picture_keep(w, mem_format(memchr(ip->data, ':', ip->len) != NULL ? "[%s]:%s"
                                                                                  : "%s:%s",
                                           ip->data, scene->vars[i].value.data)),
                side);
        free(key);
        free(actor);
    }
}

/* The program that called `to` and whose own address no packet has shown yet. */
static int who_dialled(struct finder *f, const char *to, int host, uint64_t n)
{
    int port = model_port(to);
    while (f->first_open < f->ndials && f->dials[f->first_open].answered)
        f->first_open++;
    for (size_t i = f->first_open; i < f->ndials && f->dials[i].n <= n && i < f->first_open + 256;
         i++)
        if (!f->dials[i].answered && f->dials[i].port == port &&
            f->p->sides[f->dials[i].side].host == host) {
            f->dials[i].answered = true;
            return f->dials[i].side;
        }
    return -1;
}

/* The only side of a host so far; -1: it has none, or several. */
static int only_side(const struct picture *p, int host)
{
    int found = -1;
    for (int i = 0; host >= 0 && i < p->nsides; i++)
        if (p->sides[i].host == host)
            found = found == -1 ? i : -2;
    return found >= 0 ? found : -1;
}

static void learn_end(struct finder *f, const struct packet_event *packet, bool sender, int host)
{
    struct picture *p = f->p;
    const char *address = sender ? packet->from : packet->to;
    if (picture_side_at(p, host, address) >= 0)
        return;
    struct strbuf name = STRBUF_INIT;
    if (host >= 0)
        strbuf_printf(&name, "port %d", model_port(address));
    else
        describe_address(&name, address);
    int side = side_add(f, name.data, host, false);
    strbuf_free(&name);
    put(f, &p->work->owners, host, address, side);
    bool first_syn = picture_has_flag(packet, 'S') && !picture_has_flag(packet, '.');
    if (f->p->work->rank[side] == 0 && (first_syn || packet->flags == NULL))
        f->p->work->rank[side] = sender ? -1 : 1;
}

/* Datagrams have no caller: who speaks first asks. */
static void learn_who_asks(struct finder *f, int from, int to)
{
    if (from >= 0 && f->p->work->rank[from] == 0)
        f->p->work->rank[from] = -1;
    if (to >= 0 && f->p->work->rank[to] == 0)
        f->p->work->rank[to] = 1;
}

static void learn_packet(struct finder *f, const struct event *ev)
{
    struct picture *p = f->p;
    const struct packet_event *packet = &ev->packet;
    if (packet->from == NULL || packet->to == NULL || model_port(packet->from) <= 0)
        return;
    int here = picture_host(p, ev->host);
    int from = picture_host_of(p, packet->from, here), to = picture_host_of(p, packet->to, here);
    if (p->work->nhosts > 0 && from != here)
        return; /* forwarded: it was seen when it was sent */
    if (picture_side_at(p, from, packet->from) < 0)
        own(f, packet->from, who_dialled(f, packet->to, from, ev->n));
    if (picture_side_at(p, from, packet->from) < 0)
        own(f, packet->from, only_side(p, from));
    learn_end(f, packet, true, from);
    if (p->work->nhosts == 0 || to >= 0) /* else a broadcast, or nobody at all */
        learn_end(f, packet, false, to);
    if (packet->flags == NULL)
        learn_who_asks(f, picture_side_at(p, from, packet->from),
                       picture_side_at(p, to, packet->to));
}

/* A host that takes part without any program of the recording. */
static void add_machines(struct finder *f)
{
    struct picture *p = f->p;
    for (int host = 0; host < p->work->nhosts; host++) {
        bool has_side = false;
        for (int i = 0; i < p->nsides; i++)
            has_side |= p->sides[i].host == host;
        if (has_side)
            continue;
        int side = side_add(f, p->work->hosts[host], host, false);
        if (!p->sides[side].others)
            p->sides[side].machine = true;
    }
}

/* What refuses is the kernel, for want of anybody there. */
static void find_nobody(struct finder *f)
{
    struct picture *p = f->p;
    bool unknown[PICTURE_SIDES_MAX] = {0}, refused[PICTURE_SIDES_MAX] = {0};
    for (int i = 0; i < p->nsides; i++)
        unknown[i] = !p->sides[i].traced && !p->sides[i].others && !p->sides[i].machine;
    for (size_t i = 0; i < p->work->names.cap; i++)
        if (p->work->names.entries[i].key != NULL)
            unknown[p->work->names.entries[i].value] = false;
    for (size_t i = 0; i < p->timeline->count; i++) {
        const struct event *ev = &p->timeline->events[i];
        struct picture_ends ends = {-1, -1, 0};
        if (ev->kind == EVENT_PACKET)
            picture_find_ends(p, ev, &ends);
        int side = ends.from;
        if (side < 0)
            continue;
        if (picture_has_flag(&ev->packet, 'R') || picture_is_refusal(&ev->packet))
            refused[side] = true;
        else if (ev->packet.from != NULL && model_port(ev->packet.from) > 0)
            unknown[side] = false; /* what has no port, the machine has said */
    }
    for (int i = 0; i < p->nsides; i++) {
        struct picture_side *side = &p->sides[i];
        if (!unknown[i] || !refused[i])
            continue;
        side->nobody = true;
        free(side->address);
        side->address = side->name;
        side->name = mem_string("nobody");
        f->p->work->rank[i] = 1;
    }
}

void picture_find_sides(struct picture *p)
{
    struct finder f = {.p = p};
    const struct timeline *tl = p->timeline;
    picture_find_hosts(p);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_CALL)
            learn_call(&f, ev);
        else if (ev->kind == EVENT_SCRIPT)
            learn_script(&f, ev);
        else if (ev->program != NULL && ev->kind != EVENT_PACKET && ev->kind != EVENT_STATE)
            side_named(&f, ev->program, ev->host, true);
    }
    learn_vars(&f);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_STATE && ev->program != NULL)
            own(&f, ev->state.local, side_named(&f, ev->program, ev->host, true));
    }
    for (size_t i = 0; i < tl->count; i++)
        if (tl->events[i].kind == EVENT_PACKET)
            learn_packet(&f, &tl->events[i]);
    add_machines(&f);
    if (p->nsides == 0)
        side_add(&f, "program", -1, true);
    find_nobody(&f);
    picture_put_in_order(p);
    free(f.dials);
}
