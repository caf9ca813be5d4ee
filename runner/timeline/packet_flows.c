/*
 * packet_flows.c - packets as events, their numbers told from the beginning of their connection.
 *
 *  - A flow is a pair of ends, whichever spoke first; each direction has the number that counts as
 * 0 and the number that comes next.
 *  - A SYN with another number than the one known begins the flow anew: the ports were used again.
 *  - Holes are kept (a few), so that what fills one counts as late, not as a retransmission.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "timeline/order.h"
#include "timeline/packet.h"

enum { HOLES_MAX = 4, TABLE_MIN = 64, HEADERS = 192 /* of a frame, and a little more */ };

struct range {
    uint32_t start, end;
};

struct direction {
    bool known;    /* base is set */
    bool moved;    /* next is set: something was sent */
    uint32_t base; /* counts as 0 */
    uint32_t next; /* the highest sent so far, and one */
    uint16_t window;
    struct range holes[HOLES_MAX];
    unsigned nholes;
};

struct end_of_flow {
    uint8_t ip[16];
    uint16_t port;
    uint8_t version;
};

struct flow {
    struct end_of_flow low, high; /* memcmp(low, high) <= 0 */
    struct direction from_low, from_high;
};

struct packet_flows {
    struct flow **table; /* open addressing; slots is 0 or a power of two */
    size_t slots, count;
};

struct packet_flows *packet_flows_new(void)
{
    return mem_alloc(sizeof(struct packet_flows));
}

void packet_flows_free(struct packet_flows *flows)
{
    if (flows == NULL)
        return;
    for (size_t i = 0; i < flows->slots; i++)
        free(flows->table[i]);
    free(flows->table);
    free(flows);
}

/* --- finding a flow --- */

static uint64_t flow_hash(const struct flow *flow)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    const struct end_of_flow *ends[] = {&flow->low, &flow->high};
    for (int e = 0; e < 2; e++) {
        for (int i = 0; i < 16; i++)
            h = (h ^ ends[e]->ip[i]) * UINT64_C(1099511628211);
        h = (h ^ (ends[e]->port & 0xff)) * UINT64_C(1099511628211);
        h = (h ^ (ends[e]->port >> 8)) * UINT64_C(1099511628211);
    }
    return h ^ (h >> 29);
}

static int compare_ends(const struct end_of_flow *a, const struct end_of_flow *b)
{
    int order = memcmp(a->ip, b->ip, sizeof a->ip);
    if (order == 0)
        order = (int)a->port - (int)b->port;
    return order != 0 ? order : (int)a->version - (int)b->version;
}

static size_t slot_of(const struct packet_flows *flows, const struct flow *flow)
{
    size_t at = flow_hash(flow) & (flows->slots - 1);
    while (flows->table[at] != NULL && (compare_ends(&flows->table[at]->low, &flow->low) != 0 ||
                                        compare_ends(&flows->table[at]->high, &flow->high) != 0))
        at = (at + 1) & (flows->slots - 1);
    return at;
}

static void grow(struct packet_flows *flows)
{
    struct flow **old = flows->table;
    size_t old_slots = flows->slots;
    flows->slots = old_slots != 0 ? 2 * old_slots : TABLE_MIN;
    flows->table = mem_alloc(flows->slots * sizeof(struct flow *));
    for (size_t i = 0; i < old_slots; i++)
        if (old[i] != NULL)
            flows->table[slot_of(flows, old[i])] = old[i];
    free(old);
}

/* The flow of a TCP segment, made when it is new. *forward is the direction of the segment. */
static void find_flow(struct packet_flows *flows, const struct packet *p,
                      struct direction **forward, struct direction **backward)
{
    struct flow wanted = {0};
    struct end_of_flow from = {.port = p->tcp.from_port, .version = (uint8_t)p->ip.version};
    struct end_of_flow to = {.port = p->tcp.to_port, .version = (uint8_t)p->ip.version};
    memcpy(from.ip, p->ip.from, sizeof from.ip);
    memcpy(to.ip, p->ip.to, sizeof to.ip);
    bool from_low = compare_ends(&from, &to) <= 0;
    wanted.low = from_low ? from : to;
    wanted.high = from_low ? to : from;
    if (flows->count * 2 >= flows->slots)
        grow(flows);
    size_t at = slot_of(flows, &wanted);
    struct flow *flow = flows->table[at];
    if (flow == NULL) {
        flow = flows->table[at] = mem_alloc(sizeof *flow);
        *flow = wanted;
        flows->count++;
    }
    *forward = from_low ? &flow->from_low : &flow->from_high;
    *backward = from_low ? &flow->from_high : &flow->from_low;
}

/* --- what a segment means to its flow --- */

/* Sequence numbers go round: a is before b when the way from a to b is the shorter one. */
static bool before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static void begin(struct direction *d, uint32_t base)
{
    *d = (struct direction){.known = true, .base = base};
}

static void place(const struct packet_tcp *tcp, struct direction *forward,
                  struct direction *backward)
{
    bool syn = (tcp->flags & PACKET_SYN) != 0, ack = (tcp->flags & PACKET_ACK) != 0;
    if (syn && (!forward->known || forward->base != tcp->seq)) {
        if (!ack)
            *backward = (struct direction){0};
        begin(forward, tcp->seq);
    }
    /* Where the beginning was not seen, what is seen first counts as 1, as if the SYN had been. */
    if (!forward->known)
        begin(forward, tcp->seq - 1);
    if (ack && !backward->known)
        begin(backward, tcp->ack - 1);
}

static void add_hole(struct direction *d, uint32_t start, uint32_t end)
{
    if (d->nholes == HOLES_MAX) { /* the oldest is given up */
        memmove(d->holes, d->holes + 1, (HOLES_MAX - 1) * sizeof d->holes[0]);
        d->nholes--;
    }
    d->holes[d->nholes++] = (struct range){start, end};
}

/* Whether the segment lies in a hole; the hole becomes what is left of it. */
static bool fills_hole(struct direction *d, uint32_t start, uint32_t end)
{
    for (unsigned i = 0; i < d->nholes; i++) {
        struct range hole = d->holes[i];
        if (before(start, hole.start) || before(hole.end, end))
            continue;
        memmove(d->holes + i, d->holes + i + 1, (d->nholes - i - 1) * sizeof hole);
        d->nholes--;
        if (hole.start != start)
            add_hole(d, hole.start, start);
        if (hole.end != end)
            add_hole(d, end, hole.end);
        return true;
    }
    return false;
}

/* What is to be said of a segment from `start` to `end`; moves the direction on. */
static const char *follow(struct direction *d, const struct direction *back,
                          const struct packet_tcp *tcp, size_t len)
{
    bool marks = (tcp->flags & (PACKET_SYN | PACKET_FIN)) != 0;
    bool reset = (tcp->flags & PACKET_RST) != 0;
    uint32_t start = tcp->seq;
    uint32_t end =
        start + (uint32_t)len + ((tcp->flags & PACKET_SYN) != 0) + ((tcp->flags & PACKET_FIN) != 0);
    const char *words = NULL;
    if (reset)
        return NULL;
    if (!d->moved) {
        d->moved = true;
        d->next = end;
    } else if (len <= 1 && !marks && start + 1 == d->next) {
        /* One byte that was sent before, or none: only to be answered. */
        words = back->moved && back->window == 0 ? "window probe" : "keep-alive";
    } else if (end != start && before(start, d->next)) {
        words = fills_hole(d, start, end) ? "out of order" : "retransmission";
        if (before(d->next, end))
            d->next = end;
    } else if (!before(start, d->next)) {
        if (start != d->next && end != start)
            add_hole(d, d->next, start);
        if (end != start)
            d->next = end;
    }
    d->window = tcp->window;
    if (words == NULL && tcp->window == 0 && !marks)
        words = "window closed";
    return words;
}

/* --- the event --- */

static const char *taken(struct timeline *tl, struct strbuf *text)
{
    const char *string = text->len > 0 ? timeline_string(tl, text->data) : NULL;
    strbuf_cut(text, 0);
    return string;
}

static void record_tcp(struct timeline *tl, struct packet_flows *flows, const struct packet *p,
                       struct packet_event *packet, struct strbuf *text, const char **words)
{
    struct direction *forward, *backward;
    const struct packet_tcp *tcp = &p->tcp;
    find_flow(flows, p, &forward, &backward);
    place(tcp, forward, backward);
    *words = follow(forward, backward, tcp, p->payload_len);
    packet_flags(tcp->flags, text);
    packet->flags = taken(tl, text);
    packet->abs_seq = tcp->seq;
    packet->abs_ack = tcp->ack;
    packet->seq = tcp->seq - forward->base;
    if ((tcp->flags & PACKET_ACK) != 0)
        packet->ack = tcp->ack - backward->base;
    packet->window = tcp->window;
    packet_options(p, backward->base, text);
    packet->options = taken(tl, text);
}

static void keep_frame(struct timeline *tl, const struct packet *p, struct packet_event *packet)
{
    size_t len = p->kept < PACKET_KEPT ? p->kept : PACKET_KEPT;
    packet->frame = timeline_sample(tl, p->frame, len, HEADERS);
    packet->frame_len = p->wire_len > UINT32_MAX ? UINT32_MAX : (uint32_t)p->wire_len;
}

struct event *packet_record(struct timeline *tl, struct packet_flows *flows, const void *frame,
                            size_t kept, size_t wire_len, int64_t t, const char *host)
{
    struct packet p;
    struct strbuf text = STRBUF_INIT;
    const char *words = NULL;
    packet_decode(&p, frame, kept, wire_len);
    struct event *ev = timeline_append_late(tl, EVENT_PACKET, t);
    struct packet_event *packet = &ev->packet;
    ev->host = timeline_string(tl, host);
    packet->proto = timeline_string(tl, packet_proto(&p));
    packet->fate = timeline_string(tl, "delivered");
    packet_from(&p, &text);
    packet->from = taken(tl, &text);
    packet_to(&p, &text);
    packet->to = taken(tl, &text);
    packet->len = (uint32_t)p.payload_len;
    if (p.has_tcp)
        record_tcp(tl, flows, &p, packet, &text, &words);
    packet_info(&p, &text);
    if (words != NULL)
        strbuf_printf(&text, text.len > 0 ? "; %s" : "%s", words);
    packet->info = taken(tl, &text);
    keep_frame(tl, &p, packet);
    strbuf_free(&text);
    return ev;
}
