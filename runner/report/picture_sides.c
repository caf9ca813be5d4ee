/*
 * picture_sides.c - who takes part in a recording, and which address is whose.
 *
 *  - Programs are named by the events, scripted peers by the script's actions and variables.
 *  - An address belongs to a program that bound it, or that a state or getsockname() showed with
 *    it; to a peer whose variables say so; or to the program that had just called the other end.
 *  - An address that stays unknown becomes a side of its own, while there is room.
 *  - Who listens stands on the right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "base/address.h"
#include "base/mem.h"
#include "report/picture_parts.h"
#include "timeline/describe.h"
#include "timeline/packet.h"

/* --- texts to numbers --- */

static size_t hash(const char *key)
{
    uint64_t h = 1469598103934665603U;
    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211U;
    return (size_t)(h ^ (h >> 32));
}

static struct picture_entry *map_slot(const struct picture_map *map, const char *key)
{
    size_t i = hash(key) & (map->cap - 1);
    while (map->entries[i].key != NULL && strcmp(map->entries[i].key, key) != 0)
        i = (i + 1) & (map->cap - 1);
    return &map->entries[i];
}

int map_get(const struct picture_map *map, const char *key)
{
    if (map->count == 0 || key == NULL)
        return -1;
    const struct picture_entry *slot = map_slot(map, key);
    return slot->key == NULL ? -1 : slot->value;
}

void map_put(struct picture_map *map, const char *key, int value)
{
    if (2 * (map->count + 1) > map->cap) {
        struct picture_map larger = {.cap = map->cap == 0 ? 64 : 2 * map->cap, .count = map->count};
        larger.entries = mem_alloc(larger.cap * sizeof *larger.entries);
        for (size_t i = 0; i < map->cap; i++)
            if (map->entries[i].key != NULL)
                *map_slot(&larger, map->entries[i].key) = map->entries[i];
        free(map->entries);
        *map = larger;
    }
    struct picture_entry *slot = map_slot(map, key);
    map->count += slot->key == NULL;
    *slot = (struct picture_entry){key, value};
}

void map_free(struct picture_map *map)
{
    free(map->entries);
    *map = (struct picture_map){0};
}

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
    int rank[PICTURE_SIDES_MAX]; /* 1: it serves; -1: it calls; 0: neither was seen */
    struct dial *dials;
    size_t ndials, first_open;
};

static int side_add(struct finder *f, const char *name, bool traced)
{
    struct picture *p = f->p;
    /* The last place is kept for all that do not fit any more. */
    if (p->nsides >= PICTURE_SIDES_MAX - 1) {
        if (p->nsides == PICTURE_SIDES_MAX - 1) {
            p->sides[p->nsides++] = (struct picture_side){.name = mem_string("others"),
                                                          .address = mem_string(""),
                                                          .source = mem_string(""),
                                                          .others = true};
        }
        return PICTURE_SIDES_MAX - 1;
    }
    struct strbuf clean = STRBUF_INIT;
    picture_add_escaped(&clean, name);
    p->sides[p->nsides] = (struct picture_side){.name = strbuf_take(&clean),
                                                .address = mem_string(""),
                                                .source = mem_string(""),
                                                .traced = traced};
    return p->nsides++;
}

static int side_named(struct finder *f, const char *name, bool traced)
{
    struct picture_work *w = f->p->work;
    int side = map_get(&w->names, name);
    if (side < 0) {
        side = side_add(f, name, traced);
        map_put(&w->names, name, side);
    }
    f->p->sides[side].traced |= traced && !f->p->sides[side].others;
    return side;
}

static const char *keep(struct picture_work *w, char *text)
{
    w->owned = mem_resize(w->owned, w->nowned + 1, sizeof *w->owned);
    return w->owned[w->nowned++] = text;
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
    return keep(w, mem_format("%.*s%s", (int)(end - address - 8), address + 8, end + 1));
}

static void name_address(struct picture_side *side, const char *address)
{
    if (*side->address != '\0' || side->others)
        return;
    struct strbuf text = STRBUF_INIT;
    if (is_any(address))
        strbuf_printf(&text, "port %d", model_port(address));
    else
        describe_address(&text, address);
    free(side->address);
    side->address = strbuf_take(&text);
}

static void own(struct finder *f, const char *address, int side)
{
    struct picture_work *w = f->p->work;
    int port = address == NULL ? -1 : model_port(address);
    if (port <= 0 || port > 65535 || side < 0)
        return;
    address = on_the_wire(w, address);
    if (is_any(address)) {
        if (w->by_port[port] == 0)
            w->by_port[port] = side + 1;
    } else if (map_get(&w->owners, address) < 0) {
        map_put(&w->owners, address, side);
    } else {
        return;
    }
    name_address(&f->p->sides[side], address);
}

int picture_side_named(const struct picture *p, const char *name)
{
    return name == NULL ? -1 : map_get(&p->work->names, name);
}

int picture_side_at(const struct picture *p, const char *address)
{
    int side = map_get(&p->work->owners, address);
    if (side >= 0)
        return side;
    int port = model_port(address);
    return port > 0 && port <= 65535 ? p->work->by_port[port] - 1 : -1;
}

/* An ICMP error comes from where the packet that it quotes went to. */
static bool quoted(const struct packet_event *event, char from[ADDRESS_TEXT], char to[ADDRESS_TEXT])
{
    struct packet packet;
    if (event->frame.data == NULL || event->proto == NULL || strncmp(event->proto, "icmp", 4) != 0)
        return false;
    packet_decode(&packet, event->frame.data, event->frame.len, event->frame_len);
    const struct packet_icmp *icmp = &packet.icmp;
    if ((!packet.has_icmp && !packet.has_icmp6) || !icmp->quoted_has_ports)
        return false;
    struct sockaddr_storage ends[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        const uint8_t *ip = i == 0 ? icmp->quoted_from : icmp->quoted_to;
        uint16_t port = htons(i == 0 ? icmp->quoted_from_port : icmp->quoted_to_port);
        if (icmp->quoted_version == 4) {
            struct sockaddr_in *in = (struct sockaddr_in *)&ends[i];
            in->sin_family = AF_INET;
            in->sin_port = port;
            memcpy(&in->sin_addr, ip, 4);
        } else {
            struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ends[i];
            in6->sin6_family = AF_INET6;
            in6->sin6_port = port;
            memcpy(&in6->sin6_addr, ip, 16);
        }
        address_format((const struct sockaddr *)&ends[i], i == 0 ? from : to);
    }
    return true;
}

bool picture_is_refusal(const struct packet_event *packet)
{
    return packet->proto != NULL && strncmp(packet->proto, "icmp", 4) == 0 &&
           packet->info != NULL && strstr(packet->info, "unreachable") != NULL;
}

int picture_sender(const struct picture *p, const struct packet_event *packet, int *receiver)
{
    char from[ADDRESS_TEXT], to[ADDRESS_TEXT];
    bool about = quoted(packet, from, to);
    if (receiver != NULL)
        *receiver = about                ? picture_side_at(p, from)
                    : packet->to != NULL ? picture_side_at(p, packet->to)
                                         : -1;
    return about                  ? picture_side_at(p, to)
           : packet->from != NULL ? picture_side_at(p, packet->from)
                                  : -1;
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
        f->rank[side] = f->rank[side] == 0 ? -1 : f->rank[side];
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
    int side = ev->program == NULL ? -1 : side_named(f, ev->program, true);
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
        if (call != NULL && call->socket != NULL && call->socket->datagram && f->rank[side] == 0)
            f->rank[side] = 1;
    } else if (strcmp(name, "getsockname") == 0) {
        own(f, call_text(&ev->call, "addr"), side);
    } else if (strcmp(name, "listen") == 0) {
        f->rank[side] = 1;
    }
}

static void learn_script(struct finder *f, const struct event *ev)
{
    const char *actor = ev->script.actor, *verb = ev->script.verb;
    if (actor == NULL || verb == NULL)
        return;
    int side = side_named(f, actor, ev->program != NULL);
    if (ev->program != NULL)
        return;
    if (strcmp(verb, "listen") == 0 || strcmp(verb, "accept") == 0)
        f->rank[side] = 1;
    else if (strcmp(verb, "connect") == 0 || strcmp(verb, "udp") == 0)
        f->rank[side] = f->rank[side] == 0 ? -1 : f->rank[side];
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
        int side = map_get(&w->names, actor);
        if (ip != NULL && side >= 0)
            own(f,
                keep(w, mem_format(memchr(ip->data, ':', ip->len) != NULL ? "[%s]:%s" : "%s:%s",
                                   ip->data, scene->vars[i].value.data)),
                side);
        free(key);
        free(actor);
    }
}

/* The program that called `to` and whose own address no packet has shown yet. */
static int who_dialled(struct finder *f, const char *to, uint64_t n)
{
    int port = model_port(to);
    while (f->first_open < f->ndials && f->dials[f->first_open].answered)
        f->first_open++;
    for (size_t i = f->first_open; i < f->ndials && f->dials[i].n <= n && i < f->first_open + 256;
         i++)
        if (!f->dials[i].answered && f->dials[i].port == port) {
            f->dials[i].answered = true;
            return f->dials[i].side;
        }
    return -1;
}

static void learn_packet(struct finder *f, const struct event *ev)
{
    const struct packet_event *packet = &ev->packet;
    if (packet->from == NULL || packet->to == NULL || model_port(packet->from) <= 0)
        return;
    if (picture_side_at(f->p, packet->from) < 0)
        own(f, packet->from, who_dialled(f, packet->to, ev->n));
    const char *ends[] = {packet->from, packet->to};
    for (int i = 0; i < 2; i++)
        if (picture_side_at(f->p, ends[i]) < 0) {
            struct strbuf name = STRBUF_INIT;
            describe_address(&name, ends[i]);
            int side = side_add(f, name.data, false);
            strbuf_free(&name);
            map_put(&f->p->work->owners, ends[i], side);
            bool first_syn = picture_has_flag(packet, 'S') && !picture_has_flag(packet, '.');
            if (f->rank[side] == 0 && (first_syn || packet->flags == NULL))
                f->rank[side] = i == 0 ? -1 : 1;
        }
}

/* What refuses is the kernel, for want of anybody there. */
static void find_nobody(struct finder *f)
{
    struct picture *p = f->p;
    bool unknown[PICTURE_SIDES_MAX] = {0}, refused[PICTURE_SIDES_MAX] = {0};
    for (int i = 0; i < p->nsides; i++)
        unknown[i] = !p->sides[i].traced && !p->sides[i].others;
    for (size_t i = 0; i < p->work->names.cap; i++)
        if (p->work->names.entries[i].key != NULL)
            unknown[p->work->names.entries[i].value] = false;
    for (size_t i = 0; i < p->timeline->count; i++) {
        const struct event *ev = &p->timeline->events[i];
        int side = ev->kind == EVENT_PACKET ? picture_sender(p, &ev->packet, NULL) : -1;
        if (side < 0)
            continue;
        if (picture_has_flag(&ev->packet, 'R') || picture_is_refusal(&ev->packet))
            refused[side] = true;
        else
            unknown[side] = false;
    }
    for (int i = 0; i < p->nsides; i++) {
        struct picture_side *side = &p->sides[i];
        if (!unknown[i] || !refused[i])
            continue;
        side->nobody = true;
        free(side->address);
        side->address = side->name;
        side->name = mem_string("nobody");
        f->rank[i] = 1;
    }
}

/* --- order --- */

static void remap(struct picture_map *map, const int *place)
{
    for (size_t i = 0; i < map->cap; i++)
        if (map->entries[i].key != NULL)
            map->entries[i].value = place[map->entries[i].value];
}

/* Callers first, then who did neither, then who serves; within each, as they appeared. */
static void put_in_order(struct finder *f)
{
    struct picture *p = f->p;
    struct picture_side sorted[PICTURE_SIDES_MAX];
    int place[PICTURE_SIDES_MAX], n = 0;
    for (int rank = -1; rank <= 1; rank++)
        for (int i = 0; i < p->nsides; i++)
            if (f->rank[i] == rank) {
                place[i] = n;
                sorted[n++] = p->sides[i];
            }
    memcpy(p->sides, sorted, (size_t)n * sizeof *sorted);
    remap(&p->work->owners, place);
    remap(&p->work->names, place);
    for (int port = 0; port < 65536; port++)
        if (p->work->by_port[port] > 0)
            p->work->by_port[port] = place[p->work->by_port[port] - 1] + 1;
}

static void find_sources(struct picture *p)
{
    const char *source[PICTURE_SIDES_MAX] = {0};
    bool several[PICTURE_SIDES_MAX] = {0};
    for (size_t i = 0; i < p->timeline->count; i++) {
        const struct event *ev = &p->timeline->events[i];
        int side = ev->kind == EVENT_CALL ? picture_side_named(p, ev->program) : -1;
        if (side < 0 || ev->call.file == NULL)
            continue;
        if (source[side] == NULL)
            source[side] = ev->call.file;
        else if (source[side] != ev->call.file && strcmp(source[side], ev->call.file) != 0)
            several[side] = true;
    }
    for (int i = 0; i < p->nsides; i++) {
        if (source[i] == NULL || several[i] || p->sides[i].others)
            continue;
        struct strbuf clean = STRBUF_INIT;
        picture_add_escaped(&clean, source[i]);
        free(p->sides[i].source);
        p->sides[i].source = strbuf_take(&clean);
    }
}

void picture_find_sides(struct picture *p)
{
    struct finder f = {.p = p};
    const struct timeline *tl = p->timeline;
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_CALL)
            learn_call(&f, ev);
        else if (ev->kind == EVENT_SCRIPT)
            learn_script(&f, ev);
        else if (ev->program != NULL && ev->kind != EVENT_PACKET && ev->kind != EVENT_STATE)
            side_named(&f, ev->program, true);
    }
    learn_vars(&f);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind == EVENT_STATE && ev->program != NULL)
            own(&f, ev->state.local, side_named(&f, ev->program, true));
    }
    for (size_t i = 0; i < tl->count; i++)
        if (tl->events[i].kind == EVENT_PACKET)
            learn_packet(&f, &tl->events[i]);
    if (p->nsides == 0)
        side_add(&f, "program", true);
    find_nobody(&f);
    put_in_order(&f);
    find_sources(p);
    free(f.dials);
}
