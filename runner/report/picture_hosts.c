/*
 * picture_hosts.c - which machine an address belongs to, and whose lifelines a packet goes between.
 *
 *  - A recording of one machine has no hosts; of several, every event says on which it happened.
 *  - The first host that is seen with an IP address has it; 127.0.0.1 is everybody's own.
 *  - A frame leaves the host that put it onto the wire, which may be a router, and arrives at the
 *    hosts that it was handed to: all of them when it was a broadcast, else the one it is for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "base/address.h"
#include "base/mem.h"
#include "report/picture_parts.h"
#include "timeline/packet.h"

enum { IP_TEXT = 64 };

const char *picture_keep(struct picture_work *w, char *text)
{
    w->owned = mem_resize(w->owned, w->nowned + 1, sizeof *w->owned);
    return w->owned[w->nowned++] = text;
}

/* --- hosts and their addresses --- */

int picture_host(const struct picture *p, const char *name)
{
    const struct picture_work *w = p->work;
    for (int i = 0; name != NULL && i < w->nhosts; i++)
        if (w->hosts[i] == name || strcmp(w->hosts[i], name) == 0)
            return i;
    return -1;
}

static void add_host(struct picture *p, const char *name)
{
    struct picture_work *w = p->work;
    if (name != NULL && strcmp(name, "localhost") != 0 && w->nhosts < PICTURE_HOSTS_MAX &&
        picture_host(p, name) < 0)
        w->hosts[w->nhosts++] = name;
}

/* The next name of "bob,carol"; false: there is none. */
static bool next_host(const char **list, char name[IP_TEXT])
{
    while (*list != NULL && **list != '\0') {
        size_t n = strcspn(*list, ",");
        bool fits = n > 0 && n < IP_TEXT;
        if (fits) {
            memcpy(name, *list, n);
            name[n] = '\0';
        }
        *list += n + ((*list)[n] == ',');
        if (fits)
            return true;
    }
    return false;
}

/* "10.0.0.1" of "10.0.0.1:7000", "::1" of "[::1]:7000"; others as they are. */
static const char *ip_of(const char *address, char ip[IP_TEXT])
{
    const char *end = strrchr(address, ':');
    size_t len =
        model_port(address) >= 0 && end != NULL ? (size_t)(end - address) : strlen(address);
    if (*address == '[' && len > 2 && address[len - 1] == ']') {
        address++;
        len -= 2;
    }
    snprintf(ip, IP_TEXT, "%.*s", (int)(len < IP_TEXT ? len : IP_TEXT - 1), address);
    return ip;
}

static bool is_own(const char *ip)
{
    return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0;
}

static void learn_ip(struct picture *p, const char *address, const char *host)
{
    char text[IP_TEXT];
    int id = picture_host(p, host);
    if (address == NULL || id < 0)
        return;
    const char *ip = ip_of(address, text);
    if (*ip == '\0' || *ip == '*' || strcmp(ip, "0.0.0.0") == 0 || strcmp(ip, "::") == 0 ||
        is_own(ip) || map_get(&p->work->ips, ip) >= 0)
        return;
    map_put(&p->work->ips, picture_keep(p->work, mem_string(ip)), id);
}

/* "alice.addr" is where alice is. */
static void learn_vars(struct picture *p)
{
    const struct scene_event *scene = timeline_scene(p->timeline);
    for (unsigned i = 0; i < scene->nvars; i++) {
        const char *name = scene->vars[i].name, *dot = strchr(name, '.');
        if (dot == NULL || (strcmp(dot, ".addr") != 0 && strcmp(dot, ".addr6") != 0))
            continue;
        char *host = mem_format("%.*s", (int)(dot - name), name);
        learn_ip(p, scene->vars[i].value.data, host);
        free(host);
    }
}

static void learn_event(struct picture *p, const struct event *ev)
{
    int host = ev->kind == EVENT_PACKET ? picture_host(p, ev->host) : -1;
    if (host >= 0)
        p->work->sends[host] = true;
    if (ev->kind == EVENT_PACKET)
        learn_ip(p, ev->packet.from, ev->host);
    else if (ev->kind == EVENT_STATE)
        learn_ip(p, ev->state.local, ev->host);
    else if (ev->kind == EVENT_CALL && call_succeeded(&ev->call) &&
             (strcmp(ev->call.name, "bind") == 0 || strcmp(ev->call.name, "getsockname") == 0))
        learn_ip(p, call_text(&ev->call, "addr"), ev->host);
}

void picture_find_hosts(struct picture *p)
{
    const struct timeline *tl = p->timeline;
    const char *before = NULL, *list_before = NULL;
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        const char *list = ev->kind == EVENT_PACKET ? ev->packet.hosts_to : NULL;
        if (ev->host != before)
            add_host(p, before = ev->host);
        if (list == list_before)
            continue;
        list_before = list;
        for (char name[IP_TEXT]; next_host(&list, name);)
            if (picture_host(p, name) < 0 && strcmp(name, "localhost") != 0)
                add_host(p, picture_keep(p->work, mem_string(name)));
    }
    if (p->work->nhosts == 0)
        return;
    learn_vars(p);
    for (size_t i = 0; i < tl->count; i++)
        learn_event(p, &tl->events[i]);
}

int picture_host_of(const struct picture *p, const char *address, int speaker)
{
    char text[IP_TEXT];
    if (p->work->nhosts == 0 || address == NULL)
        return -1;
    const char *ip = ip_of(address, text);
    return is_own(ip) ? speaker : map_get(&p->work->ips, ip);
}

const char *picture_host_address(const struct picture *p, int host)
{
    const struct picture_map *ips = &p->work->ips;
    const char *found = NULL;
    for (size_t i = 0; i < ips->cap; i++) {
        const char *ip = ips->entries[i].key;
        if (ip == NULL || ips->entries[i].value != host)
            continue;
        /* Of several the IPv4 one, and the lowest: the same every time. */
        bool v4 = strchr(ip, ':') == NULL;
        bool found_v4 = found != NULL && strchr(found, ':') == NULL;
        if (found == NULL || (v4 && !found_v4) || (v4 == found_v4 && strcmp(ip, found) < 0))
            found = ip;
    }
    return found;
}

/* --- the ends of a packet --- */

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

/* Was it sent to all? */
static bool is_broadcast(const struct packet_event *packet)
{
    if (packet->frame.data != NULL && packet->frame.len > 0)
        return (packet->frame.data[0] & 1) != 0;
    return packet->proto != NULL && strcmp(packet->proto, "arp") == 0 && packet->info != NULL &&
           strncmp(packet->info, "who-has", 7) == 0;
}

/* The lifeline of a host that is nearest to another: of what is no program's, but the machine's. */
static int host_side(const struct picture *p, int host, int toward)
{
    int best = -1;
    for (int i = 0; i < p->nsides; i++) {
        if (p->sides[i].host != host || p->sides[i].nobody || p->sides[i].others)
            continue;
        if (p->sides[i].machine)
            return i;
        if (best < 0 || abs(i - toward) < abs(best - toward))
            best = i;
    }
    for (int i = 0; best < 0 && i < p->nsides; i++)
        if (p->sides[i].host == host || p->sides[i].others)
            best = i;
    return best;
}

static int end_at(const struct picture *p, int host, const char *address, int toward)
{
    int side = host >= 0 && address != NULL ? picture_side_at(p, host, address) : -1;
    return side >= 0 ? side : host_side(p, host, toward);
}

static void find_receivers(const struct picture *p, const struct event *ev, const char *to,
                           int sender, struct picture_ends *ends)
{
    const char *list = ev->packet.hosts_to;
    int meant = picture_host_of(p, to, sender), first = -1;
    bool all = is_broadcast(&ev->packet) || meant < 0;
    for (char name[IP_TEXT]; next_host(&list, name);) {
        int host = picture_host(p, name);
        if (host < 0 || host == sender)
            continue;
        first = first < 0 ? host : first;
        int side = all || host == meant ? end_at(p, host, to, ends->from) : -1;
        ends->tos |= side >= 0 ? 1U << side : 0;
    }
    if (ends->tos != 0)
        return;
    /* A router takes what is for somebody else; and where nobody said who took it, it is for whom
     * its address says. */
    int side = first >= 0 ? end_at(p, first, NULL, ends->from) : end_at(p, meant, to, ends->from);
    ends->tos = side >= 0 ? 1U << side : 0;
}

void picture_find_ends(const struct picture *p, const struct event *ev, struct picture_ends *ends)
{
    const struct packet_event *packet = &ev->packet;
    char quoted_from[ADDRESS_TEXT], quoted_to[ADDRESS_TEXT];
    bool about = quoted(packet, quoted_from, quoted_to);
    const char *from = about ? quoted_to : packet->from, *to = about ? quoted_from : packet->to;
    int host = picture_host(p, ev->host);
    *ends = (struct picture_ends){-1, -1, 0};
    if (p->work->nhosts == 0 || host < 0) {
        ends->from = from != NULL ? picture_side_at(p, -1, from) : -1;
        ends->to = to != NULL ? picture_side_at(p, -1, to) : -1;
        ends->tos = ends->to >= 0 ? 1U << ends->to : 0;
        return;
    }
    bool forwarded = picture_host_of(p, from, host) != host;
    ends->from = end_at(p, host, forwarded ? NULL : from, -1);
    find_receivers(p, ev, to, host, ends);
    for (int i = 0; i < p->nsides; i++)
        if ((ends->tos >> i & 1) != 0 &&
            (ends->to < 0 || abs(i - ends->from) > abs(ends->to - ends->from)))
            ends->to = i;
    /* What the machine itself sends, it sends from the side that is nearer. */
    if (forwarded || from == NULL || picture_side_at(p, host, from) < 0)
        ends->from = host_side(p, host, ends->to);
}
