/* Any bytes as frames: the first byte says how much of the first was on the wire beyond what is
 * there; each frame is preceded by its length in two bytes. Never a crash, and what is recorded
 * keeps its promises. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/file.h"
#include "timeline/order.h"
#include "timeline/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_decoded(const unsigned char *frame, size_t len, size_t wire_len)
{
    struct packet p;
    packet_decode(&p, frame, len, wire_len);
    if (p.payload_offset + p.payload_kept > p.kept || p.payload_kept > p.payload_len ||
        p.nlayers > PACKET_LAYERS_MAX)
        abort();
    for (unsigned i = 1; i < p.nlayers; i++)
        if (p.layers[i].offset < p.layers[i - 1].offset)
            abort();
}

static void check_event(const struct packet_event *packet)
{
    if (packet->proto == NULL || packet->from == NULL || packet->to == NULL ||
        packet->fate == NULL || packet->frame.len > PACKET_KEPT)
        abort();
    if (packet->flags != NULL && strcmp(packet->proto, "tcp") != 0)
        abort();
}

static void check_saved(struct timeline *tl)
{
    struct strbuf text = STRBUF_INIT;
    struct timeline again;
    timeline_sort(tl);
    for (size_t i = 0; i < tl->count; i++)
        timeline_event_json(&tl->events[i], &text);
    if (tl->count > 0 && timeline_parse(&again, text.data, text.len, "saved", NULL) != 0)
        abort();
    if (tl->count > 0)
        timeline_free(&again);
    strbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct timeline tl;
    timeline_init(&tl);
    struct packet_flows *flows = packet_flows_new();
    size_t more = size > 0 ? data[0] : 0;
    for (size_t at = 1; at + 2 <= size && tl.count < 200;) {
        size_t len = (size_t)(data[at] << 8 | data[at + 1]);
        at += 2;
        if (len > size - at)
            len = size - at;
        unsigned char *frame = malloc(len > 0 ? len : 1); /* so that one byte too many is noticed */
        if (frame == NULL)
            abort();
        memcpy(frame, data + at, len);
        check_decoded(frame, len, len + more);
        check_event(
            &packet_record(&tl, flows, frame, len, len + more, (int64_t)(size - at), "h")->packet);
        free(frame);
        at += len;
        more = 0;
    }
    check_saved(&tl);
    packet_flows_free(flows);
    timeline_free(&tl);
    return 0;
}
