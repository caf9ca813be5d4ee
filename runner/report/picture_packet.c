/*
 * picture_packet.c - a packet in the few words that fit on an arrow.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "report/picture_parts.h"
#include "timeline/describe.h"
#include "timeline/packet.h"

enum { PREVIEW = 24 };

bool picture_has_flag(const struct packet_event *packet, char flag)
{
    return packet->flags != NULL && strchr(packet->flags, flag) != NULL;
}

void picture_flags(struct strbuf *out, const char *flags)
{
    static const struct {
        char letter;
        const char *name;
    } names[] = {{'S', "SYN"}, {'F', "FIN"}, {'R', "RST"}, {'P', "PSH"},
                 {'U', "URG"}, {'E', "ECE"}, {'W', "CWR"}, {'.', "ACK"}};
    size_t before = out->len;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strchr(flags, names[i].letter) != NULL)
            strbuf_printf(out, "%s%s", out->len > before ? "-" : "", names[i].name);
    if (out->len == before)
        strbuf_puts(out, "no flags");
}

struct bytes picture_payload(const struct packet_event *event)
{
    struct packet packet;
    if (event->frame.data == NULL || event->len == 0)
        return (struct bytes){"", 0};
    packet_decode(&packet, event->frame.data, event->frame.len, event->frame_len);
    if (!packet.has_tcp && !packet.has_udp)
        return (struct bytes){"", 0};
    return (struct bytes){event->frame.data + packet.payload_offset, packet.payload_kept};
}

static void add_preview(struct strbuf *out, const struct packet_event *packet)
{
    struct bytes payload = picture_payload(packet);
    if (payload.len == 0)
        return;
    strbuf_putc(out, ' ');
    size_t shown = payload.len > PREVIEW ? PREVIEW : payload.len;
    bytes_quote(out, payload.data, shown, 0);
    if (packet->len > shown)
        strbuf_puts(out, "…");
}

static void add_upper(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    picture_add_escaped(&clean, text);
    for (size_t i = 0; i < clean.len; i++)
        strbuf_putc(out, clean.data[i] >= 'a' && clean.data[i] <= 'z'
                             ? (char)(clean.data[i] - 'a' + 'A')
                             : clean.data[i]);
    strbuf_free(&clean);
}

static void add_numbers(struct strbuf *out, const struct packet_event *packet)
{
    bool tcp = packet->flags != NULL;
    bool udp = packet->proto != NULL && strcmp(packet->proto, "udp") == 0;
    if (tcp && (picture_has_flag(packet, 'S') || picture_has_flag(packet, 'F') ||
                picture_has_flag(packet, 'R') || packet->len > 0))
        strbuf_printf(out, " seq=%" PRIu32, packet->seq);
    if (tcp && picture_has_flag(packet, '.'))
        strbuf_printf(out, " ack=%" PRIu32, packet->ack);
    if (udp || (tcp && packet->len > 0))
        strbuf_printf(out, " len=%" PRIu32, packet->len);
}

/* A time on the way, after a sign: "80 ms", not "80.0 ms". */
static void add_way(struct strbuf *out, const char *before, int64_t ns)
{
    struct strbuf time = STRBUF_INIT;
    picture_time(&time, ns);
    char *zero = strstr(time.data, ".0 ");
    if (zero != NULL)
        memmove(zero, zero + 2, strlen(zero + 2) + 1);
    strbuf_printf(out, "%s%s", before, time.data);
    strbuf_free(&time);
}

static void add_fate(struct strbuf *out, const struct picture_row *row)
{
    const struct packet_event *packet = &row->event->packet;
    bool timed = packet->arrived_ns > 0;
    switch (row->fate) {
    case FATE_ARRIVES:
        break;
    case FATE_LOST:
        strbuf_puts(out, packet->rule == NULL ? " (lost)" : "");
        break;
    case FATE_REFUSED:
        strbuf_puts(out, " (refused)");
        break;
    case FATE_LATE:
        if (timed)
            add_way(out, row->part == PART_ARRIVES ? " (after " : " (+", packet->arrived_ns);
        strbuf_puts(out, timed ? ")" : " (late)");
        break;
    case FATE_TWICE:
        strbuf_puts(out, " (×2)");
        break;
    case FATE_HELD:
        if (timed && row->part == PART_WHOLE) {
            add_way(out, " (held for ", packet->arrived_ns);
            strbuf_puts(out, ")");
        } else if (packet->rule == NULL && row->part != PART_ARRIVES) {
            strbuf_puts(out, " (held back)");
        }
        break;
    case FATE_CHANGED:
        strbuf_puts(out, " (corrupted)");
        break;
    }
}

/* Why it did not go on, as the rule says it. */
static char *aside_of(const struct picture_row *row)
{
    const struct packet_event *packet = &row->event->packet;
    bool stops = row->fate == FATE_LOST || (row->part == PART_LEAVES && row->fate == FATE_HELD) ||
                 (row->part == PART_LEAVES && row->fate == FATE_LATE);
    if (!stops || packet->rule == NULL)
        return NULL;
    struct strbuf out = STRBUF_INIT;
    picture_add_escaped(&out, packet->rule);
    if (row->fate == FATE_HELD && packet->arrived_ns < 0)
        strbuf_puts(&out, ", never released");
    return strbuf_take(&out);
}

static void add_info(struct strbuf *out, const struct packet_event *packet)
{
    if (packet->info == NULL)
        return;
    strbuf_puts(out, packet->flags != NULL ? " (" : " ");
    picture_add_escaped(out, packet->info);
    if (packet->flags != NULL)
        strbuf_puts(out, ")");
}

/* Gives the length without the bytes it carries, of which any part will do. */
static size_t add_packet_words(struct strbuf *out, const struct picture_row *row, bool brief)
{
    const struct packet_event *packet = &row->event->packet;
    if (row->fate == FATE_HELD && row->part == PART_ARRIVES)
        strbuf_puts(out, "released: ");
    if (packet->flags != NULL)
        picture_flags(out, packet->flags);
    else
        add_upper(out, packet->proto != NULL ? packet->proto : "packet");
    add_fate(out, row);
    if (!brief)
        add_numbers(out, packet);
    add_info(out, packet);
    size_t needed = out->len;
    if (!brief)
        add_preview(out, packet);
    return needed;
}

/* Two connections between the same sides are told apart by the port on the left. */
static void add_flow(struct picture *p, struct strbuf *out, const struct picture_row *row,
                     const picture_flow_counts flows)
{
    const struct packet_event *packet = &row->event->packet;
    const char *left = row->side <= row->to ? packet->from : packet->to;
    int low = row->side <= row->to ? row->side : row->to;
    int high = row->side <= row->to ? row->to : row->side;
    bool broadcast = (row->tos & (row->tos - 1)) != 0;
    if (broadcast)
        return;
    if (low == high || p->sides[low].others || p->sides[high].others) {
        strbuf_puts(out, " · ");
        describe_address(out, packet->from != NULL ? packet->from : "?");
        strbuf_puts(out, " → ");
        describe_address(out, packet->to != NULL ? packet->to : "?");
    } else if (flows[low][high] > 1 && left != NULL && model_port(left) >= 0) {
        strbuf_printf(out, " · %d", model_port(left));
    }
}

void picture_count_flows(struct picture *p, picture_flow_counts flows)
{
    for (size_t i = 0; i < p->nrows; i++) {
        const struct picture_row *row = &p->rows[i];
        if (row->kind != PICTURE_PACKET || row->event->packet.from == NULL ||
            row->event->packet.to == NULL || model_port(row->event->packet.from) < 0)
            continue;
        bool right = row->side <= row->to;
        const char *left = right ? row->event->packet.from : row->event->packet.to;
        if (map_get(&p->work->flows, left) >= 0)
            continue;
        map_put(&p->work->flows, left, 1);
        flows[right ? row->side : row->to][right ? row->to : row->side]++;
    }
}

const char *picture_label(const struct picture_row *row, int columns)
{
    int needed = (int)utf8_columns(row->text, row->needed);
    int all = (int)utf8_columns(row->text, strlen(row->text));
    return row->brief == NULL || all <= columns || needed < columns ? row->text : row->brief;
}

void picture_packet_words(struct picture *p, struct picture_row *row,
                          const picture_flow_counts flows, struct strbuf *out)
{
    row->needed = add_packet_words(out, row, false);
    add_flow(p, out, row, flows);
    row->aside = aside_of(row);
    /* Numbers may go where what became of it must stay. */
    const struct packet_event *packet = &row->event->packet;
    if (row->fate != FATE_ARRIVES || (packet->flags != NULL && packet->info != NULL)) {
        struct strbuf brief = STRBUF_INIT;
        add_packet_words(&brief, row, true);
        row->brief = strbuf_take(&brief);
    }
}
