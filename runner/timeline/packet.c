/*
 * packet.c - a frame, taken apart.
 *
 *  - `kept` bytes are there, `end` is where the enclosing layer ends on the wire: a header must lie
 *    before both. Beyond `kept` it was cut off by the recording; beyond `end` a length lies, or the
 *    sender cut it off, and that is a fault.
 *  - Only the first fault is told: what follows it is guesswork.
 *  - Layers only move forward, so there are never more than the bytes allow, nor than fit the list.
 */
#include "timeline/packet.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "timeline/packet_parts.h"

unsigned packet_u8(const struct packet *p, size_t at)
{
    return p->frame[at];
}

uint16_t packet_u16(const struct packet *p, size_t at)
{
    return (uint16_t)(p->frame[at] << 8 | p->frame[at + 1]);
}

uint32_t packet_u32(const struct packet *p, size_t at)
{
    return (uint32_t)packet_u16(p, at) << 16 | packet_u16(p, at + 2);
}

void packet_fault(struct packet *p, const char *format, ...)
{
    if (p->fault[0] != '\0')
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(p->fault, sizeof p->fault, format, args);
    va_end(args);
}

bool packet_need(struct packet *p, size_t at, size_t len, size_t end, const char *what)
{
    if (at > end || len > end - at) {
        packet_fault(p, "%s cut off: %zu of %zu bytes", what, at < end ? end - at : 0, len);
        return false;
    }
    if (at > p->kept || len > p->kept - at) {
        p->cut = true;
        return false;
    }
    return true;
}

void packet_add_layer(struct packet *p, enum packet_layer_kind kind, size_t offset, size_t len)
{
    if (p->nlayers < PACKET_LAYERS_MAX)
        p->layers[p->nlayers++] = (struct packet_layer){kind, offset, len};
}

void packet_set_payload(struct packet *p, size_t at, size_t end)
{
    size_t there = p->kept < end ? p->kept : end;
    p->payload_offset = at < p->kept ? at : p->kept;
    p->payload_len = end > at ? end - at : 0;
    p->payload_kept = there > at ? there - at : 0;
    if (p->payload_kept < p->payload_len)
        p->cut = true;
    if (p->payload_len > 0)
        packet_add_layer(p, LAYER_PAYLOAD, at, p->payload_len);
}

/* --- ARP --- */

enum { ARP_LEN = 28 };

static void decode_arp(struct packet *p, size_t at, size_t end)
{
    packet_set_payload(p, at, at);
    if (!packet_need(p, at, ARP_LEN, end, "ARP"))
        return;
    if (packet_u16(p, at) != 1 || packet_u16(p, at + 2) != 0x0800 || packet_u8(p, at + 4) != 6 ||
        packet_u8(p, at + 5) != 4) {
        packet_fault(p, "ARP for other addresses than Ethernet's and IPv4's");
        return;
    }
    p->has_arp = true;
    p->arp.operation = packet_u16(p, at + 6);
    memcpy(p->arp.from_mac, p->frame + at + 8, 6);
    memcpy(p->arp.from_ip, p->frame + at + 14, 4);
    memcpy(p->arp.to_mac, p->frame + at + 18, 6);
    memcpy(p->arp.to_ip, p->frame + at + 24, 4);
    packet_add_layer(p, LAYER_ARP, at, ARP_LEN);
}

/* --- IP --- */

static void decode_protocol(struct packet *p, size_t at, size_t end)
{
    packet_set_payload(p, at, at);
    if (p->ip.is_fragment && p->ip.fragment_offset > 0) { /* the middle of something */
        packet_set_payload(p, at, end);
        return;
    }
    switch (p->ip.protocol) {
    case IPPROTO_UDP:
        packet_decode_udp(p, at, end);
        break;
    case IPPROTO_TCP:
        packet_decode_tcp(p, at, end);
        break;
    case IPPROTO_ICMP:
        if (p->ip.version == 4)
            packet_decode_icmp(p, at, end);
        else
            packet_set_payload(p, at, end);
        break;
    case IPPROTO_ICMPV6:
        if (p->ip.version == 6)
            packet_decode_icmp(p, at, end);
        else
            packet_set_payload(p, at, end);
        break;
    default:
        packet_set_payload(p, at, end);
        break;
    }
}

/* Where the packet ends, given its start and the length its header claims. Zero is what the kernel
 * writes into one of more than 64 KiB, which never leaves the machine like that. What follows the
 * packet in the frame is padding. */
static size_t ip_end(struct packet *p, size_t at, size_t claimed, size_t end)
{
    if (claimed == 0 && end - at > 65535)
        return end;
    if (claimed > end - at) {
        packet_fault(p, "the IP header claims %zu bytes, the frame holds %zu", claimed, end - at);
        return end;
    }
    return at + claimed;
}

static void decode_ipv4(struct packet *p, size_t at, size_t end)
{
    packet_set_payload(p, at, at);
    if (!packet_need(p, at, 20, end, "the IP header"))
        return;
    unsigned version = packet_u8(p, at) >> 4;
    size_t header = (packet_u8(p, at) & 15U) * 4;
    if (version != 4) {
        packet_fault(p, "IP version %u in a frame for IPv4", version);
        return;
    }
    if (header < 20) {
        packet_fault(p, "the IP header claims to be %zu bytes, 20 is the least", header);
        return;
    }
    struct packet_ip *ip = &p->ip;
    ip->version = 4;
    ip->traffic_class = (uint8_t)packet_u8(p, at + 1);
    ip->total_len = packet_u16(p, at + 2);
    ip->id = packet_u16(p, at + 4);
    unsigned fragment = packet_u16(p, at + 6);
    ip->dont_fragment = (fragment & 0x4000) != 0;
    ip->more_fragments = (fragment & 0x2000) != 0;
    ip->fragment_offset = (fragment & 0x1fff) * 8;
    ip->is_fragment = ip->more_fragments || ip->fragment_offset > 0;
    ip->ttl = (uint8_t)packet_u8(p, at + 8);
    ip->protocol = (uint8_t)packet_u8(p, at + 9);
    ip->checksum = packet_u16(p, at + 10);
    memcpy(ip->from, p->frame + at + 12, 4);
    memcpy(ip->to, p->frame + at + 16, 4);
    if (!packet_need(p, at, header, end, "the options of IP"))
        return;
    packet_add_layer(p, LAYER_IPV4, at, header);
    if (ip->total_len != 0 && ip->total_len < header) {
        packet_fault(p, "the IP header claims %u bytes in all, and %zu for itself", ip->total_len,
                     header);
        return;
    }
    end = ip_end(p, at, ip->total_len, end);
    decode_protocol(p, at + header, end < at + header ? at + header : end);
    if (packet_sum(p->frame + at, header, 0) != 0)
        packet_fault(p, "bad checksum of the IP header");
}

static bool is_extension(unsigned protocol)
{
    return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
           protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH;
}

static void decode_ipv6(struct packet *p, size_t at, size_t end)
{
    packet_set_payload(p, at, at);
    if (!packet_need(p, at, 40, end, "the IPv6 header"))
        return;
    unsigned version = packet_u8(p, at) >> 4;
    if (version != 6) {
        packet_fault(p, "IP version %u in a frame for IPv6", version);
        return;
    }
    struct packet_ip *ip = &p->ip;
    size_t claimed = packet_u16(p, at + 4);
    ip->version = 6;
    ip->traffic_class = (uint8_t)(packet_u16(p, at) >> 4 & 0xff);
    ip->total_len = (uint32_t)(claimed + 40);
    ip->protocol = (uint8_t)packet_u8(p, at + 6);
    ip->ttl = (uint8_t)packet_u8(p, at + 7);
    memcpy(ip->from, p->frame + at + 8, 16);
    memcpy(ip->to, p->frame + at + 24, 16);
    packet_add_layer(p, LAYER_IPV6, at, 40);
    at += 40;
    end = ip_end(p, at, claimed, end);
    while (is_extension(ip->protocol) && !(ip->is_fragment && ip->fragment_offset > 0)) {
        if (!packet_need(p, at, 8, end, "an extension header"))
            return;
        size_t len = (packet_u8(p, at + 1) + 1U) * 8;
        if (ip->protocol == IPPROTO_AH) {
            len = (packet_u8(p, at + 1) + 2U) * 4;
        } else if (ip->protocol == IPPROTO_FRAGMENT) {
            len = 8;
            ip->is_fragment = true;
            ip->fragment_offset = packet_u16(p, at + 2) & 0xfff8;
            ip->more_fragments = (packet_u16(p, at + 2) & 1) != 0;
            ip->id = packet_u32(p, at + 4);
        }
        if (!packet_need(p, at, len, end, "an extension header"))
            return;
        if (p->nlayers + 2 >= PACKET_LAYERS_MAX) {
            packet_fault(p, "too many extension headers");
            return;
        }
        ip->protocol = (uint8_t)packet_u8(p, at);
        packet_add_layer(p, LAYER_EXTENSION, at, len);
        at += len;
    }
    decode_protocol(p, at, end);
}

/* --- the frame --- */

void packet_decode(struct packet *p, const void *frame, size_t kept, size_t wire_len)
{
    *p = (struct packet){.frame = frame, .kept = kept, .wire_len = wire_len};
    if (wire_len < kept)
        p->wire_len = wire_len = kept;
    p->cut = kept < wire_len;
    size_t at = 14, end = wire_len;
    if (!packet_need(p, 0, 14, end, "the Ethernet header"))
        return;
    p->has_ethernet = true;
    memcpy(p->ethernet.to, p->frame, 6);
    memcpy(p->ethernet.from, p->frame + 6, 6);
    packet_add_layer(p, LAYER_ETHERNET, 0, 14);
    uint16_t type = packet_u16(p, 12);
    for (int tags = 0; (type == 0x8100 || type == 0x88a8) && tags < 2; tags++, at += 4) {
        if (!packet_need(p, at, 4, end, "the VLAN tag"))
            return;
        type = packet_u16(p, at + 2);
        packet_add_layer(p, LAYER_VLAN, at, 4);
    }
    p->ethernet.type = type;
    switch (type) {
    case 0x0800:
        decode_ipv4(p, at, end);
        break;
    case 0x86dd:
        decode_ipv6(p, at, end);
        break;
    case 0x0806:
        decode_arp(p, at, end);
        break;
    default:
        packet_set_payload(p, at, end);
        break;
    }
}
