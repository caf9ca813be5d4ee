/* packet_text.c - a decoded packet in words; see packet.h. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "timeline/packet.h"

const char *packet_layer_name(enum packet_layer_kind kind)
{
    static const char *const names[] = {
        [LAYER_ETHERNET] = "Ethernet", [LAYER_VLAN] = "VLAN",
        [LAYER_ARP] = "ARP",           [LAYER_IPV4] = "IPv4",
        [LAYER_IPV6] = "IPv6",         [LAYER_EXTENSION] = "IPv6 extension",
        [LAYER_UDP] = "UDP",           [LAYER_TCP] = "TCP",
        [LAYER_ICMP] = "ICMP",         [LAYER_ICMP6] = "ICMPv6",
        [LAYER_PAYLOAD] = "payload",
    };
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

const char *packet_proto(const struct packet *p)
{
    if (p->has_ethernet && p->ethernet.type == 0x0806)
        return "arp";
    switch (p->ip.version == 0 ? IPPROTO_MAX : p->ip.protocol) {
    case IPPROTO_TCP:
        return "tcp";
    case IPPROTO_UDP:
        return "udp";
    case IPPROTO_ICMP:
        return p->ip.version == 4 ? "icmp" : "ip";
    case IPPROTO_ICMPV6:
        return p->ip.version == 6 ? "icmp6" : "ip";
    case IPPROTO_MAX:
        return "other";
    default:
        return "ip";
    }
}

/* --- addresses --- */

static void put_mac(const uint8_t mac[6], struct strbuf *out)
{
    for (int i = 0; i < 6; i++)
        strbuf_printf(out, i == 0 ? "%02x" : ":%02x", mac[i]);
}

static void put_ip(unsigned version, const uint8_t *bytes, struct strbuf *out)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(version == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
    strbuf_puts(out, text);
}

static void put_endpoint(unsigned version, const uint8_t *bytes, bool has_port, uint16_t port,
                         struct strbuf *out)
{
    bool brackets = has_port && version == 6;
    if (brackets)
        strbuf_putc(out, '[');
    put_ip(version, bytes, out);
    if (brackets)
        strbuf_putc(out, ']');
    if (has_port)
        strbuf_printf(out, ":%u", port);
}

static void put_end(const struct packet *p, bool from, struct strbuf *out)
{
    bool ports = p->has_tcp || p->has_udp;
    if (p->ip.version != 0) {
        uint16_t port = p->has_tcp ? (from ? p->tcp.from_port : p->tcp.to_port)
                                   : (from ? p->udp.from_port : p->udp.to_port);
        put_endpoint(p->ip.version, from ? p->ip.from : p->ip.to, ports, port, out);
    } else if (p->has_arp) {
        put_ip(4, from ? p->arp.from_ip : p->arp.to_ip, out);
    } else if (p->has_ethernet) {
        put_mac(from ? p->ethernet.from : p->ethernet.to, out);
    } else {
        strbuf_puts(out, "?");
    }
}

void packet_from(const struct packet *p, struct strbuf *out)
{
    put_end(p, true, out);
}

void packet_to(const struct packet *p, struct strbuf *out)
{
    put_end(p, false, out);
}

/* --- TCP --- */

void packet_flags(uint8_t flags, struct strbuf *out)
{
    static const char letters[] = "FSRP.UEW"; /* by bit, from the lowest; the order of tcpdump */
    if (flags == 0)
        strbuf_puts(out, "none");
    for (int bit = 0; bit < 8; bit++)
        if ((flags & 1U << bit) != 0)
            strbuf_putc(out, letters[bit]);
}

static void put_sack(const unsigned char *option, unsigned len, uint32_t base, struct strbuf *out)
{
    strbuf_puts(out, "SACK");
    for (unsigned i = 2; i + 8 <= len; i += 8) {
        uint32_t edge[2];
        memcpy(edge, option + i, sizeof edge);
        strbuf_printf(out, " %u-%u", ntohl(edge[0]) - base, ntohl(edge[1]) - base);
    }
}

static void put_option(const unsigned char *option, unsigned len, uint32_t base, struct strbuf *out)
{
    if (option[0] == 2 && len == 4)
        strbuf_printf(out, "mss %d", option[2] << 8 | option[3]);
    else if (option[0] == 3 && len == 3)
        strbuf_printf(out, "ws %u", option[2]);
    else if (option[0] == 4)
        strbuf_puts(out, "sackOK");
    else if (option[0] == 5)
        put_sack(option, len, base, out);
    else if (option[0] == 8)
        strbuf_puts(out, "TS");
    else
        strbuf_printf(out, "option %u", option[0]);
}

/* packet_decode has walked them already: options_len covers only what is well formed. */
void packet_options(const struct packet *p, uint32_t base, struct strbuf *out)
{
    if (!p->has_tcp)
        return;
    const unsigned char *option = p->frame + p->tcp.options_offset;
    for (size_t at = 0; at < p->tcp.options_len;) {
        if (at > 0)
            strbuf_putc(out, ',');
        if (option[at] == 1) {
            strbuf_puts(out, "nop");
            at++;
        } else {
            put_option(option + at, option[at + 1], base, out);
            at += option[at + 1];
        }
    }
}

/* --- ICMP --- */

struct words {
    unsigned type, code;
    const char *text;
};
enum { ANY = 256 };

static const struct words icmp4_words[] = {
    {0, ANY, "echo reply"},
    {3, 0, "network unreachable"},
    {3, 1, "host unreachable"},
    {3, 2, "protocol unreachable"},
    {3, 3, "port unreachable"},
    {3, 4, "fragmentation needed"},
    {3, 9, "network prohibited"},
    {3, 10, "host prohibited"},
    {3, 13, "administratively prohibited"},
    {3, ANY, "unreachable"},
    {4, ANY, "source quench"},
    {5, ANY, "redirect"},
    {8, ANY, "echo request"},
    {9, ANY, "router advertisement"},
    {10, ANY, "router solicitation"},
    {11, 0, "time to live exceeded"},
    {11, 1, "fragments did not come in time"},
    {12, ANY, "parameter problem"},
    {13, ANY, "timestamp request"},
    {14, ANY, "timestamp reply"},
};

static const struct words icmp6_words[] = {
    {1, 0, "no route"},
    {1, 1, "administratively prohibited"},
    {1, 3, "address unreachable"},
    {1, 4, "port unreachable"},
    {1, ANY, "unreachable"},
    {2, ANY, "packet too big"},
    {3, 0, "hop limit exceeded"},
    {3, 1, "fragments did not come in time"},
    {4, ANY, "parameter problem"},
    {128, ANY, "echo request"},
    {129, ANY, "echo reply"},
    {130, ANY, "multicast listener query"},
    {131, ANY, "multicast listener report"},
    {132, ANY, "multicast listener done"},
    {133, ANY, "router solicitation"},
    {134, ANY, "router advertisement"},
    {135, ANY, "who-has"},
    {136, ANY, "is-at"},
    {137, ANY, "redirect"},
    {143, ANY, "multicast listener report"},
};

static const char *icmp_words(const struct packet *p)
{
    const struct words *list = p->has_icmp ? icmp4_words : icmp6_words;
    size_t count = p->has_icmp ? sizeof icmp4_words / sizeof icmp4_words[0]
                               : sizeof icmp6_words / sizeof icmp6_words[0];
    for (size_t i = 0; i < count; i++)
        if (list[i].type == p->icmp.type && (list[i].code == ANY || list[i].code == p->icmp.code))
            return list[i].text;
    return NULL;
}

static const char *protocol_name(unsigned protocol)
{
    switch (protocol) {
    case IPPROTO_TCP:
        return "tcp";
    case IPPROTO_UDP:
        return "udp";
    case IPPROTO_ICMP:
        return "icmp";
    case IPPROTO_ICMPV6:
        return "icmp6";
    case IPPROTO_IGMP:
        return "igmp";
    default:
        return NULL;
    }
}

static void put_protocol(unsigned protocol, struct strbuf *out)
{
    const char *name = protocol_name(protocol);
    if (name != NULL)
        strbuf_puts(out, name);
    else
        strbuf_printf(out, "protocol %u", protocol);
}

static void put_icmp(const struct packet *p, struct strbuf *out)
{
    const struct packet_icmp *icmp = &p->icmp;
    const char *words = icmp_words(p);
    if (icmp->has_target && icmp->type == 135) {
        strbuf_puts(out, "who-has ");
        put_ip(6, icmp->target, out);
        return;
    }
    if (icmp->has_target) {
        put_ip(6, icmp->target, out);
        strbuf_puts(out, " is-at");
        if (icmp->has_target_mac) {
            strbuf_putc(out, ' ');
            put_mac(icmp->target_mac, out);
        }
        return;
    }
    if (words != NULL)
        strbuf_puts(out, words);
    else
        strbuf_printf(out, "type %u code %u", icmp->type, icmp->code);
    if (icmp->is_echo)
        strbuf_printf(out, ", id %u, seq %u", icmp->id, icmp->seq);
    if (icmp->mtu != 0)
        strbuf_printf(out, ", mtu %u", icmp->mtu);
    if (icmp->quoted_version != 0) {
        strbuf_puts(out, " (");
        put_protocol(icmp->quoted_protocol, out);
        strbuf_puts(out, " to ");
        put_endpoint(icmp->quoted_version, icmp->quoted_to, icmp->quoted_has_ports,
                     icmp->quoted_to_port, out);
        strbuf_putc(out, ')');
    }
}

/* --- the rest --- */

static void put_arp(const struct packet *p, struct strbuf *out)
{
    const struct packet_arp *arp = &p->arp;
    static const uint8_t none[4];
    bool same = memcmp(arp->from_ip, arp->to_ip, 4) == 0;
    if (arp->operation == 1) {
        strbuf_puts(out, same ? "announces " : "who-has ");
        put_ip(4, arp->to_ip, out);
        if (memcmp(arp->from_ip, none, 4) == 0)
            strbuf_puts(out, " (is the address free?)");
    } else if (arp->operation == 2) {
        put_ip(4, arp->from_ip, out);
        strbuf_puts(out, " is-at ");
        put_mac(arp->from_mac, out);
    } else {
        strbuf_printf(out, "operation %u", arp->operation);
    }
}

static void put_fragment(const struct packet *p, struct strbuf *out)
{
    const struct packet_ip *ip = &p->ip;
    if (ip->fragment_offset == 0)
        strbuf_printf(out, "first fragment of packet %u", ip->id);
    else
        strbuf_printf(out, "fragment of packet %u from byte %u on%s", ip->id, ip->fragment_offset,
                      ip->more_fragments ? "" : ", the last");
}

static void separate(struct strbuf *out, size_t start)
{
    if (out->len > start)
        strbuf_puts(out, "; ");
}

void packet_info(const struct packet *p, struct strbuf *out)
{
    size_t start = out->len;
    strbuf_puts(out, p->fault);
    if (p->has_arp) {
        separate(out, start);
        put_arp(p, out);
    } else if (p->has_icmp || p->has_icmp6) {
        separate(out, start);
        put_icmp(p, out);
    } else if (p->ip.version != 0 && strcmp(packet_proto(p), "ip") == 0) {
        separate(out, start);
        put_protocol(p->ip.protocol, out);
    } else if (p->has_ethernet && p->ethernet.type != 0x0800 && p->ethernet.type != 0x86dd &&
               p->ethernet.type != 0x0806) {
        separate(out, start);
        strbuf_printf(out, "EtherType 0x%04x", p->ethernet.type);
    }
    if (p->ip.is_fragment) {
        separate(out, start);
        put_fragment(p, out);
    }
    if (p->cut && !p->has_tcp && !p->has_udp && p->nlayers < 3) {
        separate(out, start);
        strbuf_printf(out, "only %zu of %zu bytes were kept", p->kept, p->wire_len);
    }
}
