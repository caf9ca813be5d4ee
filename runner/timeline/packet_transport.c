/* packet_transport.c - UDP, TCP, ICMP and ICMPv6; see packet.h and packet_parts.h. */
#include <netinet/in.h>
#include <string.h>

#include "timeline/packet_parts.h"

/* --- checksums --- */

uint16_t packet_sum(const unsigned char *data, size_t len, uint32_t start)
{
    uint64_t sum = start;
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    if (len % 2 != 0)
        sum += (uint32_t)data[len - 1] << 8;
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The pseudo header's part of the sum, folded but not inverted. */
static uint16_t pseudo_sum(const struct packet *p, size_t len)
{
    size_t n = p->ip.version == 4 ? 4 : 16;
    unsigned char bytes[40] = {0};
    memcpy(bytes, p->ip.from, n);
    memcpy(bytes + n, p->ip.to, n);
    bytes[2 * n] = (unsigned char)(len >> 24);
    bytes[2 * n + 1] = (unsigned char)(len >> 16);
    bytes[2 * n + 2] = (unsigned char)(len >> 8);
    bytes[2 * n + 3] = (unsigned char)len;
    bytes[2 * n + 7] = p->ip.protocol;
    return (uint16_t)~packet_sum(bytes, 2 * n + 8, 0);
}

/* Checks it when everything it covers is there. What stays on the machine has only the pseudo
 * header's part in its place, since the hardware would have filled in the rest: that is right. */
static void check_sum(struct packet *p, size_t at, size_t end, uint16_t stored, bool pseudo,
                      const char *what)
{
    if (end > p->kept || p->ip.is_fragment || p->fault[0] != '\0')
        return;
    uint16_t start = pseudo ? pseudo_sum(p, end - at) : 0;
    if (pseudo && stored == start)
        return;
    uint16_t sum = packet_sum(p->frame + at, end - at, start);
    if (sum != 0)
        packet_fault(p, "bad checksum of %s", what);
}

/* --- UDP --- */

void packet_decode_udp(struct packet *p, size_t at, size_t end)
{
    if (!packet_need(p, at, 8, end, "the UDP header"))
        return;
    struct packet_udp *udp = &p->udp;
    p->has_udp = true;
    udp->from_port = packet_u16(p, at);
    udp->to_port = packet_u16(p, at + 2);
    udp->len = packet_u16(p, at + 4);
    udp->checksum = packet_u16(p, at + 6);
    packet_add_layer(p, LAYER_UDP, at, 8);
    size_t room = end - at;
    bool first_part = p->ip.is_fragment && p->ip.more_fragments;
    if (udp->len == 0 && room > 65535) {
        /* more than 64 KiB at once, as it never leaves the machine */
    } else if (udp->len < 8) {
        packet_fault(p, "the UDP header claims %u bytes, 8 is the least", udp->len);
    } else if (udp->len > room && !first_part) {
        packet_fault(p, "the UDP header claims %u bytes, the packet holds %zu", udp->len, room);
    } else if (udp->len < room) {
        end = at + udp->len;
    }
    if (udp->checksum != 0 || p->ip.version == 6)
        check_sum(p, at, end, udp->checksum, true, "UDP");
    packet_set_payload(p, at + 8, end);
}

/* --- TCP --- */

enum {
    OPTION_END,
    OPTION_NOP,
    OPTION_MSS,
    OPTION_SCALE,
    OPTION_SACK_OK,
    OPTION_SACK,
    OPTION_TS = 8
};

static void decode_sack(struct packet_tcp *tcp, const struct packet *p, size_t at, unsigned len)
{
    for (unsigned i = 2; i + 8 <= len && tcp->nsack < 4; i += 8)
        tcp->sack[tcp->nsack++] =
            (struct packet_sack_block){packet_u32(p, at + i), packet_u32(p, at + i + 4)};
}

static bool decode_option(struct packet *p, size_t at, unsigned kind, unsigned len)
{
    struct packet_tcp *tcp = &p->tcp;
    switch (kind) {
    case OPTION_MSS:
        if (len != 4)
            return false;
        tcp->has_mss = true;
        tcp->mss = packet_u16(p, at + 2);
        return true;
    case OPTION_SCALE:
        if (len != 3)
            return false;
        tcp->has_window_scale = true;
        tcp->window_scale = (uint8_t)packet_u8(p, at + 2);
        return true;
    case OPTION_SACK_OK:
        if (len != 2)
            return false;
        tcp->sack_ok = true;
        return true;
    case OPTION_SACK:
        if (len < 10 || (len - 2) % 8 != 0)
            return false;
        decode_sack(tcp, p, at, len);
        return true;
    case OPTION_TS:
        if (len != 10)
            return false;
        tcp->has_timestamps = true;
        tcp->timestamp = packet_u32(p, at + 2);
        tcp->timestamp_echo = packet_u32(p, at + 6);
        return true;
    default:
        return true;
    }
}

/* All option bytes are there. What was read of them before a fault is kept. */
static void decode_options(struct packet *p)
{
    struct packet_tcp *tcp = &p->tcp;
    size_t at = tcp->options_offset, end = at + tcp->options_len;
    while (at < end) {
        unsigned kind = packet_u8(p, at);
        if (kind == OPTION_END)
            break;
        if (kind == OPTION_NOP) {
            at++;
            continue;
        }
        unsigned len = at + 1 < end ? packet_u8(p, at + 1) : 0;
        if (len < 2 || len > end - at) {
            packet_fault(p, "option %u of TCP claims %u bytes, %zu are left", kind, len, end - at);
            break;
        }
        if (!decode_option(p, at, kind, len)) {
            packet_fault(p, "option %u of TCP cannot be %u bytes", kind, len);
            break;
        }
        at += len;
    }
    tcp->options_len = at - tcp->options_offset;
}

void packet_decode_tcp(struct packet *p, size_t at, size_t end)
{
    if (!packet_need(p, at, 20, end, "the TCP header"))
        return;
    struct packet_tcp *tcp = &p->tcp;
    p->has_tcp = true;
    tcp->from_port = packet_u16(p, at);
    tcp->to_port = packet_u16(p, at + 2);
    tcp->seq = packet_u32(p, at + 4);
    tcp->ack = packet_u32(p, at + 8);
    tcp->header_len = (uint8_t)((packet_u8(p, at + 12) >> 4) * 4);
    tcp->flags = (uint8_t)packet_u8(p, at + 13);
    tcp->window = packet_u16(p, at + 14);
    tcp->checksum = packet_u16(p, at + 16);
    tcp->urgent = packet_u16(p, at + 18);
    if (tcp->header_len < 20) {
        packet_add_layer(p, LAYER_TCP, at, 20);
        packet_fault(p, "the TCP header claims to be %u bytes, 20 is the least", tcp->header_len);
        return;
    }
    packet_add_layer(p, LAYER_TCP, at, tcp->header_len);
    if (packet_need(p, at, tcp->header_len, end, "the options of TCP")) {
        tcp->options_offset = at + 20;
        tcp->options_len = tcp->header_len - 20U;
        decode_options(p);
    } else if (tcp->header_len > end - at) {
        return;
    }
    check_sum(p, at, end, tcp->checksum, true, "TCP");
    packet_set_payload(p, at + tcp->header_len, end);
}

/* --- ICMP --- */

/* The beginning of the packet that an error is about. It is cut as a matter of course (RFC 792 asks
 * for 8 bytes behind the IP header), and its lengths are those of the whole, so nothing but the
 * addresses is read. */
static void decode_quoted(struct packet *p, size_t at, size_t end)
{
    struct packet_icmp *icmp = &p->icmp;
    bool v4 = p->has_icmp;
    size_t header = 40, address = v4 ? 4 : 16;
    if (!packet_need(p, at, v4 ? 20 : 40, end, "the packet that ICMP quotes"))
        return;
    unsigned version = packet_u8(p, at) >> 4;
    if (v4)
        header = (packet_u8(p, at) & 15U) * 4;
    if (version != (v4 ? 4 : 6) || header < 20) {
        packet_fault(p, "what ICMP quotes is no IPv%d packet", v4 ? 4 : 6);
        return;
    }
    icmp->quoted_version = version;
    icmp->quoted_protocol = (uint8_t)packet_u8(p, at + (v4 ? 9 : 6));
    memcpy(icmp->quoted_from, p->frame + at + (v4 ? 12 : 8), address);
    memcpy(icmp->quoted_to, p->frame + at + (v4 ? 16 : 24), address);
    bool ports = icmp->quoted_protocol == IPPROTO_UDP || icmp->quoted_protocol == IPPROTO_TCP;
    if (v4 && (packet_u16(p, at + 6) & 0x1fff) != 0)
        ports = false; /* a later fragment */
    if (!ports || !packet_need(p, at, header + 4, end, "the packet that ICMP quotes"))
        return;
    icmp->quoted_has_ports = true;
    icmp->quoted_from_port = packet_u16(p, at + header);
    icmp->quoted_to_port = packet_u16(p, at + header + 2);
}

/* Neighbour solicitation and advertisement, RFC 4861. */
static void decode_neighbour(struct packet *p, size_t at, size_t end)
{
    struct packet_icmp *icmp = &p->icmp;
    if (!packet_need(p, at, 24, end, "the neighbour message"))
        return;
    memcpy(icmp->target, p->frame + at + 8, 16);
    icmp->has_target = true;
    unsigned wanted = icmp->type == 135 ? 1 : 2; /* the sender's, the target's */
    size_t option = at + 24;
    while (option < end && packet_need(p, option, 2, end, "an option of ICMPv6")) {
        size_t len = packet_u8(p, option + 1) * 8U;
        if (len == 0) {
            packet_fault(p, "an option of ICMPv6 claims 0 bytes");
            return;
        }
        if (!packet_need(p, option, len, end, "an option of ICMPv6"))
            return;
        if (packet_u8(p, option) == wanted) {
            memcpy(icmp->target_mac, p->frame + option + 2, 6);
            icmp->has_target_mac = true;
        }
        option += len;
    }
}

void packet_decode_icmp(struct packet *p, size_t at, size_t end)
{
    bool v4 = p->ip.version == 4;
    if (!packet_need(p, at, 4, end, "the ICMP header"))
        return;
    struct packet_icmp *icmp = &p->icmp;
    *(v4 ? &p->has_icmp : &p->has_icmp6) = true;
    icmp->type = (uint8_t)packet_u8(p, at);
    icmp->code = (uint8_t)packet_u8(p, at + 1);
    icmp->checksum = packet_u16(p, at + 2);
    packet_add_layer(p, v4 ? LAYER_ICMP : LAYER_ICMP6, at, end - at < 8 ? end - at : 8);
    bool echo = v4 ? icmp->type == 0 || icmp->type == 8 : icmp->type == 128 || icmp->type == 129;
    bool error = v4 ? icmp->type == 3 || icmp->type == 4 || icmp->type == 5 || icmp->type == 11 ||
                          icmp->type == 12
                    : icmp->type >= 1 && icmp->type <= 4;
    if (!packet_need(p, at, 8, end, "the ICMP header"))
        return;
    if (echo) {
        icmp->is_echo = true;
        icmp->id = packet_u16(p, at + 4);
        icmp->seq = packet_u16(p, at + 6);
    }
    if (v4 && icmp->type == 3 && icmp->code == 4)
        icmp->mtu = packet_u16(p, at + 6);
    if (!v4 && icmp->type == 2)
        icmp->mtu = packet_u32(p, at + 4);
    check_sum(p, at, end, icmp->checksum, !v4, "ICMP");
    if (error)
        decode_quoted(p, at + 8, end);
    else if (!v4 && (icmp->type == 135 || icmp->type == 136))
        decode_neighbour(p, at, end);
    packet_set_payload(p, at + 8, end);
}
