/* timeline/packet_parts - private to the decoder of packets: packet.c, packet_transport.c. */
#ifndef SOCKLINGS_TIMELINE_PACKET_PARTS_H
#define SOCKLINGS_TIMELINE_PACKET_PARTS_H

#include "timeline/packet.h"

/* Big-endian numbers. The bytes must be there: packet_need. */
unsigned packet_u8(const struct packet *p, size_t at);
uint16_t packet_u16(const struct packet *p, size_t at);
uint32_t packet_u32(const struct packet *p, size_t at);

/* Keeps the first. */
void packet_fault(struct packet *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the bytes are there; if not, says that the packet is cut, or at fault since its layer
 * ends at `end`. */
bool packet_need(struct packet *p, size_t at, size_t len, size_t end, const char *what);

void packet_add_layer(struct packet *p, enum packet_layer_kind kind, size_t offset, size_t len);
/* What lies from `at` to `end` on the wire is payload. Adds a layer when it is not empty. */
void packet_set_payload(struct packet *p, size_t at, size_t end);

/* The internet checksum (RFC 1071) of the bytes, with a sum to start from; 0 when they hold their
 * right checksum. */
uint16_t packet_sum(const unsigned char *data, size_t len, uint32_t start);

/* packet_transport.c: headers from `at`, in a packet that ends at `end`. */
void packet_decode_udp(struct packet *p, size_t at, size_t end);
void packet_decode_tcp(struct packet *p, size_t at, size_t end);
void packet_decode_icmp(struct packet *p, size_t at, size_t end);

#endif
