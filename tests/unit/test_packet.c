/* timeline/packet.c, packet_transport.c, packet_text.c: frames taken apart, right ones and wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame_build.h"
#include "timeline/packet.h"

#define A "10.0.0.1"
#define B "10.0.0.2"
#define A6 "fe80::1"
#define B6 "2001:db8::2"

static const unsigned char syn_options[] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
                                            1, 2, 0, 0,    0, 0, 1, 3,  3, 7};

/* Bytes behind the kept ones are not there: valgrind and the sanitizer would tell. */
static void decode_kept(struct packet *p, const void *bytes, size_t kept, size_t wire_len)
{
    static unsigned char *copy; /* p points into it */
    free(copy);
    copy = malloc(kept > 0 ? kept : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, kept);
    packet_decode(p, copy, kept, wire_len);
}

static struct packet decode(const struct frame *f)
{
    struct packet p;
    decode_kept(&p, f->bytes, f->len, f->len);
    return p;
}

static char *text_of(void (*part)(const struct packet *, struct strbuf *), const struct packet *p)
{
    static char text[4][512];
    static unsigned next;
    char *out = text[next++ % 4];
    struct strbuf sb = STRBUF_INIT;
    part(p, &sb);
    snprintf(out, sizeof text[0], "%s", sb.data);
    strbuf_free(&sb);
    return out;
}

static const char *info(const struct packet *p)
{
    return text_of(packet_info, p);
}

static void expect_ends(const struct packet *p, const char *proto, const char *from, const char *to)
{
    assert_string_equal(packet_proto(p), proto);
    assert_string_equal(text_of(packet_from, p), from);
    assert_string_equal(text_of(packet_to, p), to);
}

static void options_text(const struct packet *p, struct strbuf *out)
{
    packet_options(p, 1000, out);
}

static void expect_layers(const struct packet *p, const char *names)
{
    char all[512] = "";
    for (unsigned i = 0; i < p->nlayers; i++) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s:%zu+%zu", i > 0 ? " " : "",
                 packet_layer_name(p->layers[i].kind), p->layers[i].offset, p->layers[i].len);
    }
    assert_string_equal(all, names);
}

/* --- right ones --- */

static void a_syn_is_read_with_all_its_options(void **state)
{
    (void)state;
    struct frame f = frame_tcp(A, 40001, B, 7000, "S", 4000000000U, 0, syn_options, 20, "");
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "");
    assert_false(p.cut);
    expect_ends(&p, "tcp", "10.0.0.1:40001", "10.0.0.2:7000");
    assert_true(p.has_tcp);
    assert_int_equal(p.tcp.seq, 4000000000U);
    assert_int_equal(p.tcp.flags, PACKET_SYN);
    assert_int_equal(p.tcp.window, 501);
    assert_int_equal(p.tcp.header_len, 40);
    assert_true(p.tcp.has_mss && p.tcp.has_window_scale && p.tcp.has_timestamps && p.tcp.sack_ok);
    assert_int_equal(p.tcp.mss, 1460);
    assert_int_equal(p.tcp.window_scale, 7);
    assert_int_equal(p.tcp.timestamp, 0x102);
    assert_int_equal(p.payload_len, 0);
    assert_string_equal(text_of(options_text, &p), "mss 1460,sackOK,TS,nop,ws 7");
    assert_string_equal(info(&p), "");
    expect_layers(&p, "Ethernet:0+14 IPv4:14+20 TCP:34+40");
}

static void flags_are_written_as_tcpdump_does(void **state)
{
    (void)state;
    static const struct {
        unsigned flags;
        const char *text;
    } cases[] = {{0x02, "S"},    {0x12, "S."}, {0x10, "."},   {0x18, "P."},
                 {0x11, "F."},   {0x04, "R"},  {0x14, "R."},  {0x19, "FP."},
                 {0x00, "none"}, {0x30, ".U"}, {0xc2, "SEW"}, {0xff, "FSRP.UEW"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf sb = STRBUF_INIT;
        packet_flags((uint8_t)cases[i].flags, &sb);
        assert_string_equal(sb.data, cases[i].text);
        strbuf_free(&sb);
    }
}

static void the_payload_is_what_follows_the_headers(void **state)
{
    (void)state;
    struct frame f = frame_tcp(A, 1, B, 2, "P.", 5, 6, syn_options, 20, "hello\n");
    struct packet p = decode(&f);
    assert_int_equal(p.payload_offset, 74);
    assert_int_equal(p.payload_len, 6);
    assert_int_equal(p.payload_kept, 6);
    assert_memory_equal(p.frame + p.payload_offset, "hello\n", 6);
    f = frame_udp(A6, 1, B6, 2, "hi", 2);
    p = decode(&f);
    expect_ends(&p, "udp", "[fe80::1]:1", "[2001:db8::2]:2");
    assert_string_equal(p.fault, "");
    assert_int_equal(p.payload_offset, 62);
    assert_memory_equal(p.frame + p.payload_offset, "hi", 2);
    expect_layers(&p, "Ethernet:0+14 IPv6:14+40 UDP:54+8 payload:62+2");
}

static void what_pads_a_short_frame_is_no_payload(void **state)
{
    (void)state;
    struct frame f = frame_tcp(A, 1, B, 2, ".", 5, 6, "", 0, "");
    static const char padding[6] = "xxxxxx";
    frame_add(&f, padding, 6);
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "");
    assert_int_equal(p.payload_len, 0);
    f = frame_udp(A, 1, B, 2, "", 0);
    frame_add(&f, padding, 6);
    p = decode(&f);
    assert_string_equal(p.fault, "");
    assert_int_equal(p.payload_len, 0);
}

static void sack_blocks_are_told_relative_to_the_other_end(void **state)
{
    (void)state;
    static const unsigned char options[] = {1, 1,    5, 18, 0, 0,    4, 0x4c, 0, 0,
                                            4, 0xb0, 0, 0,  5, 0x14, 0, 0,    5, 0x78};
    struct frame f = frame_tcp(A, 1, B, 2, ".", 5, 6, options, 20, "");
    struct packet p = decode(&f);
    assert_int_equal(p.tcp.nsack, 2);
    assert_int_equal(p.tcp.sack[0].start, 1100);
    assert_int_equal(p.tcp.sack[1].end, 1400);
    assert_string_equal(text_of(options_text, &p), "nop,nop,SACK 100-200 300-400");
}

static void arp_asks_and_answers(void **state)
{
    (void)state;
    struct frame f = frame_arp(1, A, B);
    struct packet p = decode(&f);
    expect_ends(&p, "arp", A, B);
    assert_string_equal(info(&p), "who-has 10.0.0.2");
    f = frame_arp(2, A, B);
    p = decode(&f);
    assert_string_equal(info(&p), "10.0.0.1 is-at 02:00:00:00:00:01");
    f = frame_arp(1, A, A);
    p = decode(&f);
    assert_string_equal(info(&p), "announces 10.0.0.1");
    f = frame_arp(1, "0.0.0.0", A);
    p = decode(&f);
    assert_string_equal(info(&p), "who-has 10.0.0.1 (is the address free?)");
    f.bytes[18] = 8; /* length of a hardware address */
    p = decode(&f);
    assert_false(p.has_arp);
    assert_string_equal(info(&p), "ARP for other addresses than Ethernet's and IPv4's");
    expect_ends(&p, "arp", "02:00:00:00:00:01", "02:00:00:00:00:02");
}

static void an_unreachable_port_is_named(void **state)
{
    (void)state;
    struct frame sent = frame_udp(A, 40001, B, 7000, "hello", 5);
    struct frame rest = {.len = 0};
    frame_u32(&rest, 0);
    frame_add(&rest, sent.bytes + 14, 28); /* the IP header and 8 bytes: what RFC 792 asks for */
    struct frame f = frame_icmp(B, A, 3, 3, rest.bytes, rest.len);
    struct packet p = decode(&f);
    expect_ends(&p, "icmp", B, A);
    assert_string_equal(info(&p), "port unreachable (udp to 10.0.0.2:7000)");
    assert_int_equal(p.icmp.quoted_from_port, 40001);
    f = frame_icmp(B, A, 3, 4, "\0\0\5\xdc", 4);
    p = decode(&f);
    assert_string_equal(info(&p), "the packet that ICMP quotes cut off: 0 of 20 bytes; "
                                  "fragmentation needed, mtu 1500");

    sent = frame_tcp(A6, 40001, B6, 7000, "S", 1, 0, "", 0, "");
    rest.len = 0;
    frame_u32(&rest, 1280);
    frame_add(&rest, sent.bytes + 14, sent.len - 14);
    f = frame_icmp(B6, A6, 2, 0, rest.bytes, rest.len);
    p = decode(&f);
    expect_ends(&p, "icmp6", B6, A6);
    assert_string_equal(info(&p), "packet too big, mtu 1280 (tcp to [2001:db8::2]:7000)");
}

static void echoes_and_neighbours_are_told(void **state)
{
    (void)state;
    struct frame f = frame_icmp(A, B, 8, 0, "\0\7\0\1abc", 7);
    struct packet p = decode(&f);
    assert_string_equal(info(&p), "echo request, id 7, seq 1");
    assert_int_equal(p.payload_len, 3);
    f = frame_icmp(A6, B6, 129, 0, "\0\7\0\2", 4);
    p = decode(&f);
    assert_string_equal(info(&p), "echo reply, id 7, seq 2");
    struct frame rest = {.len = 0};
    frame_u32(&rest, 0);
    frame_ip(&rest, B6);
    frame_add(&rest, "\1\1\2\0\0\0\0\1", 8);
    f = frame_icmp(A6, B6, 135, 0, rest.bytes, rest.len);
    p = decode(&f);
    assert_string_equal(info(&p), "who-has 2001:db8::2");
    rest.bytes[20] = 2; /* target link-layer address */
    f = frame_icmp(B6, A6, 136, 0, rest.bytes, rest.len);
    p = decode(&f);
    assert_string_equal(info(&p), "2001:db8::2 is-at 02:00:00:00:00:01");
    f = frame_icmp(A, B, 200, 9, "\0\0\0\0", 4);
    p = decode(&f);
    assert_string_equal(info(&p), "type 200 code 9");
}

static void fragments_say_where_they_belong(void **state)
{
    (void)state;
    static const char data[24];
    struct frame f = frame_udp(A, 40001, B, 7000, data, 24);
    frame_put16(&f, 20, 0x2000); /* more fragments */
    frame_put16(&f, 38, 2008);   /* the UDP header speaks of the whole */
    frame_fix_ip4(&f);
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "");
    expect_ends(&p, "udp", "10.0.0.1:40001", "10.0.0.2:7000");
    assert_int_equal(p.payload_len, 24);
    assert_string_equal(info(&p), "first fragment of packet 4660");
    frame_put16(&f, 20, 185);
    frame_fix_ip4(&f);
    p = decode(&f);
    expect_ends(&p, "udp", A, B);
    assert_int_equal(p.payload_len, 32);
    assert_string_equal(info(&p), "fragment of packet 4660 from byte 1480 on, the last");
}

static void extension_headers_of_ipv6_are_passed(void **state)
{
    (void)state;
    struct frame udp = frame_udp(A6, 1, B6, 2, "hi", 2);
    struct frame f;
    frame_headers(&f, A6, B6, 0, 8 + 16 + 10);
    frame_add(&f, "\x3c\0\1\4\0\0\0\0", 8);                    /* hop-by-hop, then 60 */
    frame_add(&f, "\x11\1\1\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 16); /* destination, then UDP */
    frame_add(&f, udp.bytes + 54, 10);
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "");
    expect_ends(&p, "udp", "[fe80::1]:1", "[2001:db8::2]:2");
    expect_layers(&p, "Ethernet:0+14 IPv6:14+40 IPv6 extension:54+8 IPv6 extension:62+16 "
                      "UDP:78+8 payload:86+2");
    frame_headers(&f, A6, B6, 44, 8 + 10);
    frame_add(&f, "\x11\0\0\x08\0\0\0\x09", 8); /* fragment 9 from byte 8 on */
    frame_add(&f, udp.bytes + 54, 10);
    p = decode(&f);
    expect_ends(&p, "udp", A6, B6);
    assert_string_equal(info(&p), "fragment of packet 9 from byte 8 on, the last");
}

static void a_vlan_tag_is_passed(void **state)
{
    (void)state;
    struct frame udp = frame_udp(A, 1, B, 2, "hi", 2), f;
    frame_ethernet(&f, 0x8100);
    frame_u16(&f, 5);
    frame_add(&f, udp.bytes + 12, udp.len - 12);
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "");
    expect_layers(&p, "Ethernet:0+14 VLAN:14+4 IPv4:18+20 UDP:38+8 payload:46+2");
}

static void what_is_not_known_is_named_by_number(void **state)
{
    (void)state;
    struct frame f;
    frame_ethernet(&f, 0x88cc);
    frame_add(&f, "abc", 3);
    struct packet p = decode(&f);
    expect_ends(&p, "other", "02:00:00:00:00:01", "02:00:00:00:00:02");
    assert_string_equal(info(&p), "EtherType 0x88cc");
    assert_int_equal(p.payload_len, 3);
    frame_headers(&f, A, B, 132, 3);
    frame_add(&f, "abc", 3);
    p = decode(&f);
    expect_ends(&p, "ip", A, B);
    assert_string_equal(info(&p), "protocol 132");
    frame_headers(&f, A, B, 58, 8); /* ICMPv6 inside of IPv4 */
    frame_add(&f, "\x80\0\0\0\0\0\0\0", 8);
    p = decode(&f);
    assert_false(p.has_icmp || p.has_icmp6);
    expect_ends(&p, "ip", A, B);
}

/* --- wrong ones --- */

static void wrong_checksums_are_told_and_missing_ones_are_not(void **state)
{
    (void)state;
    struct frame f = frame_tcp(A, 1, B, 2, "P.", 5, 6, "", 0, "odd");
    f.bytes[f.len - 1] ^= 1;
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "bad checksum of TCP");
    assert_int_equal(p.payload_len, 3); /* and the rest is read all the same */
    /* What never leaves the machine carries the sum of the pseudo header only. */
    uint32_t sum = frame_sum(f.bytes + 26, 8) + 6 + 23;
    frame_put16(&f, 50, ~frame_fold(sum) & 0xffff);
    p = decode(&f);
    assert_string_equal(p.fault, "");
    f = frame_udp(A, 1, B, 2, "hi", 2);
    frame_put16(&f, 40, 0); /* IPv4 may do without */
    p = decode(&f);
    assert_string_equal(p.fault, "");
    frame_put16(&f, 40, 0x1234);
    p = decode(&f);
    assert_string_equal(p.fault, "bad checksum of UDP");
    f = frame_udp(A6, 1, B6, 2, "hi", 2);
    frame_put16(&f, 60, 0); /* IPv6 may not */
    p = decode(&f);
    assert_string_equal(p.fault, "bad checksum of UDP");
    f = frame_icmp(A, B, 8, 0, "\0\7\0\1", 4);
    f.bytes[39] ^= 1;
    p = decode(&f);
    assert_string_equal(p.fault, "bad checksum of ICMP");
    f = frame_udp(A, 1, B, 2, "hi", 2);
    f.bytes[22]++; /* time to live */
    p = decode(&f);
    assert_string_equal(p.fault, "bad checksum of the IP header");
}

struct lie {
    size_t at;
    unsigned value; /* of 16 bits */
    const char *fault;
};

static void expect_lies(const struct frame *honest, const struct lie *lies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct frame f = *honest;
        frame_put16(&f, lies[i].at, lies[i].value);
        if (f.bytes[12] == 8 && lies[i].at < 34)
            frame_fix_ip4(&f);
        struct packet p = decode(&f);
        assert_string_equal(p.fault, lies[i].fault);
    }
}

static void lengths_that_lie_are_told(void **state)
{
    (void)state;
    static const struct lie tcp[] = {
        {14, 0x4f00, "the options of IP cut off: 46 of 60 bytes"},
        {14, 0x4400, "the IP header claims to be 16 bytes, 20 is the least"},
        {14, 0x6500, "IP version 6 in a frame for IPv4"},
        {16, 19, "the IP header claims 19 bytes in all, and 20 for itself"},
        {16, 39, "the TCP header cut off: 19 of 20 bytes"},
        {16, 0, "the TCP header cut off: 0 of 20 bytes"},
        {16, 47, "the IP header claims 47 bytes, the frame holds 46"},
        {46, 0x4018, "the TCP header claims to be 16 bytes, 20 is the least"},
        {46, 0xf018, "the options of TCP cut off: 26 of 60 bytes"},
    };
    struct frame f = frame_tcp(A, 1, B, 2, "P.", 5, 6, "", 0, "hello\n");
    expect_lies(&f, tcp, sizeof tcp / sizeof tcp[0]);
    static const struct lie udp[] = {
        {38, 7, "the UDP header claims 7 bytes, 8 is the least"},
        {38, 0, "the UDP header claims 0 bytes, 8 is the least"},
        {38, 15, "the UDP header claims 15 bytes, the packet holds 14"},
        {38, 13, "bad checksum of UDP"},
    };
    f = frame_udp(A, 1, B, 2, "hello\n", 6);
    expect_lies(&f, udp, sizeof udp / sizeof udp[0]);
    static const struct lie v6[] = {
        {18, 15, "the IP header claims 15 bytes, the frame holds 14"},
        {18, 7, "the UDP header cut off: 7 of 8 bytes"},
        {14, 0x4000, "IP version 4 in a frame for IPv6"},
        {20, 0x0040, "an extension header cut off: 14 of 16 bytes"},
    };
    f = frame_udp(A6, 0x0001, B6, 2, "hello\n", 6);
    expect_lies(&f, v6, sizeof v6 / sizeof v6[0]);
}

static void options_that_lie_are_told_and_the_ones_before_kept(void **state)
{
    (void)state;
    static const struct {
        unsigned char options[8];
        const char *fault, *text;
    } cases[] = {
        {{2, 4, 5, 0xb4, 3, 0, 7, 0}, "option 3 of TCP claims 0 bytes, 4 are left", "mss 1460,"},
        {{2, 4, 5, 0xb4, 3, 1, 7, 0}, "option 3 of TCP claims 1 bytes, 4 are left", "mss 1460,"},
        {{2, 4, 5, 0xb4, 3, 5, 7, 0}, "option 3 of TCP claims 5 bytes, 4 are left", "mss 1460,"},
        {{2, 4, 5, 0xb4, 1, 1, 1, 3},
         "option 3 of TCP claims 0 bytes, 1 are left",
         "mss 1460,nop,nop,nop,"},
        {{2, 3, 5, 1, 1, 1, 1, 1}, "option 2 of TCP cannot be 3 bytes", ""},
        {{5, 8, 0, 0, 0, 0, 0, 0}, "option 5 of TCP cannot be 8 bytes", ""},
        {{8, 2, 4, 2, 1, 1, 1, 1}, "option 8 of TCP cannot be 2 bytes", ""},
        {{99, 5, 4, 2, 1, 4, 2, 0}, "", "option 99,sackOK"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame f = frame_tcp(A, 1, B, 2, "S", 5, 0, cases[i].options, 8, "");
        struct packet p = decode(&f);
        assert_string_equal(p.fault, cases[i].fault);
        size_t len = strlen(cases[i].text); /* a comma at its end only shows what would follow */
        if (len > 0 && cases[i].text[len - 1] == ',')
            len--;
        const char *text = text_of(options_text, &p);
        assert_int_equal(strlen(text), len);
        assert_memory_equal(text, cases[i].text, len);
    }
}

/* Every kind of frame this file makes. */
static size_t all_frames(struct frame *f)
{
    struct frame quoted = {.len = 0}, udp = frame_udp(A, 1, B, 2, "hello", 5);
    frame_u32(&quoted, 0);
    frame_add(&quoted, udp.bytes + 14, 28);
    struct frame neighbour = {.len = 0};
    frame_u32(&neighbour, 0);
    frame_ip(&neighbour, B6);
    frame_add(&neighbour, "\2\1\2\0\0\0\0\1", 8);
    struct frame quoted6 = {.len = 0}, udp6 = frame_udp(A6, 1, B6, 2, "hello", 5);
    frame_u32(&quoted6, 0);
    frame_add(&quoted6, udp6.bytes + 14, 48);
    size_t n = 0;
    f[n++] = udp;
    f[n++] = udp6;
    f[n++] = frame_tcp(A, 1, B, 2, "S", 5, 0, syn_options, 20, "");
    f[n++] = frame_tcp(A6, 1, B6, 2, "P.", 5, 0, syn_options, 20, "hello");
    f[n++] = frame_arp(1, A, B);
    f[n++] = frame_icmp(B, A, 3, 3, quoted.bytes, quoted.len);
    f[n++] = frame_icmp(A6, B6, 136, 0, neighbour.bytes, neighbour.len);
    f[n++] = frame_icmp(A6, B6, 1, 4, quoted6.bytes, quoted6.len);
    return n;
}

static void use_all_words(const struct packet *p)
{
    (void)info(p);
    (void)text_of(packet_from, p);
    (void)text_of(packet_to, p);
    (void)text_of(options_text, p);
    assert_in_range(strlen(packet_proto(p)), 2, 5);
    assert_true(p->payload_kept <= p->payload_len || p->payload_len == 0);
    assert_true(p->payload_offset + p->payload_kept <= p->kept);
}

static void a_frame_may_be_cut_at_every_length(void **state)
{
    (void)state;
    struct frame frames[8];
    size_t count = all_frames(frames);
    for (size_t i = 0; i < count; i++) {
        for (size_t kept = 0; kept < frames[i].len; kept++) {
            struct packet p;
            decode_kept(&p, frames[i].bytes, kept, frames[i].len); /* by the recording */
            assert_true(p.cut);
            assert_string_equal(p.fault, "");
            use_all_words(&p);
            decode_kept(&p, frames[i].bytes, kept, kept); /* by the sender */
            assert_string_not_equal(p.fault, "");
            use_all_words(&p);
        }
    }
}

static void any_byte_of_a_frame_may_be_anything(void **state)
{
    (void)state;
    struct frame frames[8];
    size_t count = all_frames(frames);
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < frames[i].len; at++) {
            unsigned char before = frames[i].bytes[at];
            for (unsigned value = 0; value < 256; value++) {
                frames[i].bytes[at] = (unsigned char)value;
                struct packet p = decode(&frames[i]);
                use_all_words(&p);
            }
            frames[i].bytes[at] = before;
        }
    }
}

static void extension_headers_without_end_come_to_an_end(void **state)
{
    (void)state;
    struct frame f;
    frame_headers(&f, A6, B6, 60, 8 * 400);
    for (int i = 0; i < 400; i++)
        frame_add(&f, "\x3c\0\1\4\0\0\0\0", 8);
    struct packet p = decode(&f);
    assert_string_equal(p.fault, "too many extension headers");
    assert_true(p.nlayers <= PACKET_LAYERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syn_is_read_with_all_its_options),
        cmocka_unit_test(flags_are_written_as_tcpdump_does),
        cmocka_unit_test(the_payload_is_what_follows_the_headers),
        cmocka_unit_test(what_pads_a_short_frame_is_no_payload),
        cmocka_unit_test(sack_blocks_are_told_relative_to_the_other_end),
        cmocka_unit_test(arp_asks_and_answers),
        cmocka_unit_test(an_unreachable_port_is_named),
        cmocka_unit_test(echoes_and_neighbours_are_told),
        cmocka_unit_test(fragments_say_where_they_belong),
        cmocka_unit_test(extension_headers_of_ipv6_are_passed),
        cmocka_unit_test(a_vlan_tag_is_passed),
        cmocka_unit_test(what_is_not_known_is_named_by_number),
        cmocka_unit_test(wrong_checksums_are_told_and_missing_ones_are_not),
        cmocka_unit_test(lengths_that_lie_are_told),
        cmocka_unit_test(options_that_lie_are_told_and_the_ones_before_kept),
        cmocka_unit_test(a_frame_may_be_cut_at_every_length),
        cmocka_unit_test(any_byte_of_a_frame_may_be_anything),
        cmocka_unit_test(extension_headers_without_end_come_to_an_end),
    };
    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
