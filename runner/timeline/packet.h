/*
 * timeline/packet - what the bytes of a frame say, layer by layer.
 *
 * A pure function of the bytes. They may be anything: cut off anywhere, with lengths that lie.
 * Nothing is read beyond them, every layer that is whole is decoded, and `fault` says in words what
 * is wrong with the first one that is not. What is not wrong, only not there since the recording
 * kept fewer bytes than were on the wire, is `cut`.
 *
 * Numbers are in host order; addresses as they stand in the frame.
 */
#ifndef SOCKLINGS_TIMELINE_PACKET_H
#define SOCKLINGS_TIMELINE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "timeline/timeline.h"

enum packet_layer_kind {
    LAYER_ETHERNET,
    LAYER_VLAN, /* IEEE 802.1Q tag */
    LAYER_ARP,
    LAYER_IPV4,
    LAYER_IPV6,
    LAYER_EXTENSION, /* of IPv6: hop-by-hop, routing, fragment, destination, authentication */
    LAYER_UDP,
    LAYER_TCP,
    LAYER_ICMP,
    LAYER_ICMP6,
    LAYER_PAYLOAD, /* what the last header carries; also of a protocol that is not known here */
};

/* Where a layer stands in the frame. offset + len may lie beyond what was kept. */
struct packet_layer {
    enum packet_layer_kind kind;
    size_t offset;
    size_t len; /* of the header; of all the bytes for LAYER_ARP and LAYER_PAYLOAD */
};
#define PACKET_LAYERS_MAX 24

struct packet_ethernet {
    uint8_t to[6], from[6];
    uint16_t type; /* behind VLAN tags: 0x0800, 0x0806, 0x86dd, … */
};

struct packet_arp {
    uint16_t operation;             /* 1 request, 2 reply */
    uint8_t from_mac[6], to_mac[6]; /* sender's and target's */
    uint8_t from_ip[4], to_ip[4];
};

struct packet_ip {
    unsigned version;         /* 4, 6; 0: none */
    uint8_t from[16], to[16]; /* version 4: the first four */
    uint8_t protocol;         /* IPPROTO_TCP, …: what comes behind the extension headers */
    uint8_t ttl;              /* version 6: hop limit */
    uint8_t traffic_class;
    uint32_t id; /* version 6: of a fragment header */
    bool dont_fragment, more_fragments, is_fragment;
    uint32_t fragment_offset; /* bytes */
    uint32_t total_len;       /* header included, as the header says */
    uint16_t checksum;        /* version 4 */
};

struct packet_udp {
    uint16_t from_port, to_port;
    uint16_t len; /* header included, as the header says */
    uint16_t checksum;
};

enum {
    PACKET_FIN = 0x01,
    PACKET_SYN = 0x02,
    PACKET_RST = 0x04,
    PACKET_PSH = 0x08,
    PACKET_ACK = 0x10,
    PACKET_URG = 0x20,
    PACKET_ECE = 0x40,
    PACKET_CWR = 0x80,
};

struct packet_sack_block {
    uint32_t start, end; /* end is the first byte that is not in it */
};

struct packet_tcp {
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    uint8_t header_len; /* bytes */
    uint8_t flags;      /* PACKET_SYN | … */
    uint16_t window, checksum, urgent;
    bool has_mss, has_window_scale, has_timestamps, sack_ok;
    uint16_t mss;
    uint8_t window_scale;
    uint32_t timestamp, timestamp_echo;
    struct packet_sack_block sack[4];
    unsigned nsack;
    size_t options_offset, options_len; /* in the frame, all of it kept */
};

/* ICMP and ICMPv6. */
struct packet_icmp {
    uint8_t type, code;
    uint16_t checksum;
    bool is_echo;       /* request or reply */
    uint16_t id, seq;   /* of an echo */
    uint32_t mtu;       /* "fragmentation needed", "packet too big" */
    uint8_t target[16]; /* of a neighbour solicitation or advertisement (ICMPv6) */
    bool has_target;
    bool has_target_mac; /* … with the link-layer address in an option */
    uint8_t target_mac[6];
    /* An error quotes the beginning of the packet it is about; version 0: it does not. */
    unsigned quoted_version;
    uint8_t quoted_from[16], quoted_to[16];
    uint8_t quoted_protocol;
    bool quoted_has_ports;
    uint16_t quoted_from_port, quoted_to_port;
};

struct packet {
    const unsigned char *frame;
    size_t kept;     /* bytes that are there */
    size_t wire_len; /* bytes that were on the wire */
    struct packet_layer layers[PACKET_LAYERS_MAX];
    unsigned nlayers;
    bool has_ethernet, has_arp, has_udp, has_tcp, has_icmp, has_icmp6;
    struct packet_ethernet ethernet;
    struct packet_arp arp;
    struct packet_ip ip;
    struct packet_udp udp;
    struct packet_tcp tcp;
    struct packet_icmp icmp; /* has_icmp or has_icmp6 */
    /* What the innermost header that was understood carries. payload_kept of payload_len bytes are
     * there, at frame + payload_offset; payload_offset + payload_kept never exceeds kept. */
    size_t payload_offset, payload_len, payload_kept;
    bool cut;        /* something that was on the wire is missing here */
    char fault[160]; /* "" when nothing is wrong */
};

/* Decodes an Ethernet frame (the loopback's are such, with zeros for addresses). `frame` must stay
 * while *p is used. kept > wire_len is taken as kept. */
void packet_decode(struct packet *p, const void *frame, size_t kept, size_t wire_len);

/* --- in words --- */

const char *packet_layer_name(enum packet_layer_kind kind); /* "Ethernet", "IPv4", "TCP", … */

/* As packet_event.proto. */
const char *packet_proto(const struct packet *p);
/* As packet_event.from and to: with a port where there is one; a MAC address when there is no IP.
 */
void packet_from(const struct packet *p, struct strbuf *out);
void packet_to(const struct packet *p, struct strbuf *out);
/* As tcpdump writes them: "S", "S.", "P.", "F.", "R", "none". */
void packet_flags(uint8_t flags, struct strbuf *out);
/* "mss 65495,sackOK,TS,nop,ws 7", in the order of the header; the numbers of SACK blocks relative
 * to `base`: "nop,nop,SACK 1-101". Nothing when there are none. */
void packet_options(const struct packet *p, uint32_t base, struct strbuf *out);
/* As packet_event.info: what is wrong, and what flags and numbers do not tell. May be nothing. */
void packet_info(const struct packet *p, struct strbuf *out);

/* --- recording --- */

/* What is remembered of connections, so that numbers can be told relative to their beginning. */
struct packet_flows;
struct packet_flows *packet_flows_new(void);
void packet_flows_free(struct packet_flows *flows); /* NULL is fine */

/* Appends an EVENT_PACKET with everything filled in; fate is "delivered". Frames are to be given in
 * the order of their times. seq and ack count as Wireshark counts them: the SYN is 0; where no SYN
 * was seen, the first byte of either direction is 1. A new SYN on a pair of addresses begins anew.
 * info says "retransmission" where all or some of what a segment carries was seen before.
 *
 * t is kept exactly, even when it lies before the last event: packets are learned of a little later
 * than they happen. timeline_sort (timeline/order.h) puts them into their places. The event stays
 * valid until the next append. */
struct event *packet_record(struct timeline *tl, struct packet_flows *flows, const void *frame,
                            size_t kept, size_t wire_len, int64_t t, const char *host);

#endif
