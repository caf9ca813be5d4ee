/*
 * net/switch_rules - which frames a rule is about, and which of them it picks; see switch_parts.h.
 *
 * What a frame is, is what timeline/packet says: names of protocols are those of the recording.
 */
#include <netinet/in.h>
#include <string.h>

#include "base/random.h"
#include "net/switch_parts.h"

/* --- matching --- */

static bool is_protocol(enum wire_protocol protocol, const struct packet *p)
{
    switch (protocol) {
    case WIRE_ANY:
        return true;
    case WIRE_ARP:
        return p->has_arp || p->ethernet.type == 0x0806;
    case WIRE_IP:
        return p->ip.version == 4;
    case WIRE_IP6:
        return p->ip.version == 6;
    case WIRE_ICMP:
        return p->ip.version == 4 && p->ip.protocol == IPPROTO_ICMP;
    case WIRE_ICMP6:
        return p->ip.version == 6 && p->ip.protocol == IPPROTO_ICMPV6;
    case WIRE_UDP: /* later fragments, which show no ports, too */
        return p->ip.version != 0 && p->ip.protocol == IPPROTO_UDP;
    case WIRE_TCP:
        return p->ip.version != 0 && p->ip.protocol == IPPROTO_TCP;
    }
    return false;
}

static bool is_tcp(const struct packet *p, unsigned set, unsigned clear)
{
    return p->has_tcp && (p->tcp.flags & set) == set && (p->tcp.flags & clear) == 0;
}

static bool is_operation(const struct packet *p, unsigned arp, unsigned icmp, unsigned icmp6)
{
    return (p->has_arp && p->arp.operation == arp) || (p->has_icmp && p->icmp.type == icmp) ||
           (p->has_icmp6 && p->icmp.type == icmp6);
}

static bool is_kind(enum wire_kind kind, const struct packet *p)
{
    switch (kind) {
    case WIRE_KIND_ANY:
        return true;
    case WIRE_SYN:
        return is_tcp(p, PACKET_SYN, PACKET_ACK);
    case WIRE_SYN_ACK:
        return is_tcp(p, PACKET_SYN | PACKET_ACK, 0);
    case WIRE_ACK:
        return is_tcp(p, PACKET_ACK, PACKET_SYN | PACKET_FIN | PACKET_RST) && p->payload_kept == 0;
    case WIRE_DATA:
        return (p->has_tcp || p->has_udp) && p->payload_kept > 0;
    case WIRE_FIN:
        return is_tcp(p, PACKET_FIN, 0);
    case WIRE_RST:
        return is_tcp(p, PACKET_RST, 0);
    case WIRE_REQUEST:
        return is_operation(p, 1, 8, 128);
    case WIRE_REPLY:
        return is_operation(p, 2, 0, 129);
    }
    return false;
}

static bool has_ports(const struct wire_rule *rule, const struct packet *p)
{
    if (rule->port == 0 && rule->from_port == 0 && rule->to_port == 0)
        return true;
    if (!p->has_udp && !p->has_tcp)
        return false;
    unsigned from = p->has_udp ? p->udp.from_port : p->tcp.from_port;
    unsigned to = p->has_udp ? p->udp.to_port : p->tcp.to_port;
    return (rule->port == 0 || rule->port == from || rule->port == to) &&
           (rule->from_port == 0 || rule->from_port == from) &&
           (rule->to_port == 0 || rule->to_port == to);
}

static bool is_cast(enum wire_cast cast, const struct packet *p)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    switch (cast) {
    case WIRE_CAST_ANY:
        return true;
    case WIRE_BROADCAST:
        return memcmp(p->ethernet.to, everybody, 6) == 0;
    case WIRE_UNICAST: /* multicast is neither */
        return (p->ethernet.to[0] & 1) == 0;
    }
    return false;
}

bool switch_rule_matches(const struct wire_rule *rule, const struct packet *p, unsigned from)
{
    if (rule->from >= 0 && (unsigned)rule->from != from)
        return false;
    if (!is_protocol(rule->protocol, p) || !is_kind(rule->kind, p) || !has_ports(rule, p) ||
        !is_cast(rule->cast, p))
        return false;
    return rule->ncontaining == 0 || memmem(p->frame + p->payload_offset, p->payload_kept,
                                            rule->containing, rule->ncontaining) != NULL;
}

/* --- picking --- */

static uint64_t mix(uint64_t seed, uint64_t value)
{
    struct random random;
    random_seed(&random, seed ^ (value * UINT64_C(0x9e3779b97f4a7c15)));
    return random_next(&random);
}

uint64_t switch_rule_draw(const struct switch_rule *rule, uint64_t seed, unsigned from)
{
    return mix(mix(mix(seed, rule->number + 1U), from + 1U), rule->matched_of[from]);
}

bool switch_rule_picks(struct switch_rule *rule, uint64_t seed, unsigned from)
{
    const struct wire_rule *r = &rule->rule;
    uint64_t n = ++rule->matched;
    rule->matched_of[from]++;
    switch (r->which) {
    case WIRE_ALL:
        return true;
    case WIRE_RANGE:
        return n >= r->first && (r->last == 0 || n <= r->last);
    case WIRE_EVERY:
        return r->first > 0 && n % r->first == 0;
    case WIRE_PERCENT:
        return switch_rule_draw(rule, seed, from) % 100 < r->first;
    }
    return false;
}

/* --- corrupting --- */

/* Where the checksum stands of a header that carries nothing, 0: there is none. */
static size_t checksum_place(const struct packet *p)
{
    for (unsigned i = p->nlayers; i > 0; i--) {
        const struct packet_layer *layer = &p->layers[i - 1];
        size_t place = layer->kind == LAYER_UDP                                  ? 6
                       : layer->kind == LAYER_TCP                                ? 16
                       : layer->kind == LAYER_ICMP || layer->kind == LAYER_ICMP6 ? 2
                                                                                 : 0;
        if (place > 0)
            return layer->offset + place;
    }
    return 0;
}

bool switch_corrupt(unsigned char *frame, size_t len, uint64_t draw)
{
    struct packet p;
    packet_decode(&p, frame, len, len);
    if (p.payload_kept > 0) {
        uint64_t bit = draw % (p.payload_kept * 8);
        frame[p.payload_offset + bit / 8] ^= (unsigned char)(1U << bit % 8);
        return true;
    }
    size_t place = checksum_place(&p);
    if (place == 0 || place + 2 > len)
        return false;
    frame[place] ^= (unsigned char)(1U << draw % 8);
    if (p.has_udp && frame[place] == 0 && frame[place + 1] == 0)
        frame[place + 1] = 1; /* zero would say that there is no checksum (RFC 768) */
    return true;
}
