/*
 * frame_build - frames made by hand, layer by layer, with right checksums and lengths, for tests
 * that then spoil them.
 *
 *     struct frame f = frame_tcp4("10.0.0.1", 40001, "10.0.0.2", 7000, "S", 1000, 0, OPTIONS, "");
 *     f.bytes[16] = 0xff;    the length in the IP header lies now
 */
#ifndef SOCKLINGS_TESTS_FRAME_BUILD_H
#define SOCKLINGS_TESTS_FRAME_BUILD_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct frame {
    unsigned char bytes[4096];
    size_t len;
};

static inline void frame_add(struct frame *f, const void *data, size_t len)
{
    if (len > sizeof f->bytes - f->len)
        abort();
    memcpy(f->bytes + f->len, data, len);
    f->len += len;
}

static inline void frame_u8(struct frame *f, unsigned value)
{
    unsigned char byte = (unsigned char)value;
    frame_add(f, &byte, 1);
}

static inline void frame_u16(struct frame *f, unsigned value)
{
    frame_u8(f, value >> 8);
    frame_u8(f, value & 0xff);
}

static inline void frame_u32(struct frame *f, uint32_t value)
{
    frame_u16(f, value >> 16);
    frame_u16(f, value & 0xffff);
}

static inline void frame_put16(struct frame *f, size_t at, unsigned value)
{
    f->bytes[at] = (unsigned char)(value >> 8);
    f->bytes[at + 1] = (unsigned char)value;
}

/* Written down separately from the one under test. */
static inline uint32_t frame_sum(const unsigned char *data, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
    return sum;
}

static inline unsigned frame_fold(uint32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static inline void frame_ethernet(struct frame *f, unsigned type)
{
    static const unsigned char macs[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    *f = (struct frame){.len = 0};
    frame_add(f, macs, sizeof macs);
    frame_u16(f, type);
}

/* "10.0.0.1" or "fe80::1", as it stands on the wire. */
static inline void frame_ip(struct frame *f, const char *text)
{
    unsigned char ip[16];
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, ip) != 1)
        abort();
    frame_add(f, ip, family == AF_INET ? 4 : 16);
}

static inline void frame_fix_ip4(struct frame *f)
{
    size_t header = (f->bytes[14] & 15U) * 4;
    frame_put16(f, 24, 0);
    frame_put16(f, 24, frame_fold(frame_sum(f->bytes + 14, header)));
}

/* Headers of Ethernet and IP for `len` bytes that are to follow. */
static inline void frame_headers(struct frame *f, const char *from, const char *to,
                                 unsigned protocol, size_t len)
{
    if (strchr(from, ':') != NULL) {
        frame_ethernet(f, 0x86dd);
        frame_u32(f, 0x60000000);
        frame_u16(f, (unsigned)len);
        frame_u8(f, protocol);
        frame_u8(f, 64);
    } else {
        frame_ethernet(f, 0x0800);
        frame_u16(f, 0x4500);
        frame_u16(f, (unsigned)(20 + len));
        frame_u32(f, 0x12344000); /* id 0x1234, don't fragment */
        frame_u8(f, 64);
        frame_u8(f, protocol);
        frame_u16(f, 0);
    }
    frame_ip(f, from);
    frame_ip(f, to);
    if (strchr(from, ':') == NULL)
        frame_fix_ip4(f);
}

/* The checksum of what follows the IP header of 20 or 40 bytes, into its place there. */
static inline void frame_fix_sum(struct frame *f, unsigned protocol, size_t place)
{
    bool v6 = f->bytes[12] == 0x86;
    size_t at = v6 ? 54 : 34, len = f->len - at;
    frame_put16(f, at + place, 0);
    uint32_t sum = frame_sum(f->bytes + at, len);
    if (protocol != 1) /* ICMP alone has no pseudo header */
        sum += frame_sum(f->bytes + (v6 ? 22 : 26), v6 ? 32 : 8) + protocol + (uint32_t)len;
    frame_put16(f, at + place, frame_fold(sum));
}

static inline struct frame frame_udp(const char *from, unsigned from_port, const char *to,
                                     unsigned to_port, const void *data, size_t len)
{
    struct frame f;
    frame_headers(&f, from, to, 17, 8 + len);
    frame_u16(&f, from_port);
    frame_u16(&f, to_port);
    frame_u16(&f, (unsigned)(8 + len));
    frame_u16(&f, 0);
    frame_add(&f, data, len);
    frame_fix_sum(&f, 17, 6);
    return f;
}

/* As tcpdump writes flags. */
static inline unsigned frame_flags(const char *flags)
{
    static const char letters[] = "FSRP.UEW";
    unsigned value = 0;
    for (; *flags != '\0'; flags++)
        value |= 1U << (strchr(letters, *flags) - letters);
    return value;
}

/* `options` is a whole number of words. */
static inline struct frame frame_tcp(const char *from, unsigned from_port, const char *to,
                                     unsigned to_port, const char *flags, uint32_t seq,
                                     uint32_t ack, const void *options, size_t options_len,
                                     const char *data)
{
    struct frame f;
    frame_headers(&f, from, to, 6, 20 + options_len + strlen(data));
    frame_u16(&f, from_port);
    frame_u16(&f, to_port);
    frame_u32(&f, seq);
    frame_u32(&f, ack);
    frame_u8(&f, (unsigned)(5 + options_len / 4) << 4);
    frame_u8(&f, frame_flags(flags));
    frame_u16(&f, 501);
    frame_u32(&f, 0);
    frame_add(&f, options, options_len);
    frame_add(&f, data, strlen(data));
    frame_fix_sum(&f, 6, 16);
    return f;
}

/* `rest` is what follows type, code and checksum. */
static inline struct frame frame_icmp(const char *from, const char *to, unsigned type,
                                      unsigned code, const void *rest, size_t len)
{
    struct frame f;
    unsigned protocol = strchr(from, ':') != NULL ? 58 : 1;
    frame_headers(&f, from, to, protocol, 4 + len);
    frame_u8(&f, type);
    frame_u8(&f, code);
    frame_u16(&f, 0);
    frame_add(&f, rest, len);
    frame_fix_sum(&f, protocol, 2);
    return f;
}

static inline struct frame frame_arp(unsigned operation, const char *from, const char *to)
{
    struct frame f;
    static const unsigned char sender[] = {2, 0, 0, 0, 0, 1}, target[6];
    frame_ethernet(&f, 0x0806);
    frame_u16(&f, 1);
    frame_u16(&f, 0x0800);
    frame_u16(&f, 0x0604);
    frame_u16(&f, operation);
    frame_add(&f, sender, 6);
    frame_ip(&f, from);
    frame_add(&f, target, 6);
    frame_ip(&f, to);
    return f;
}

#endif
