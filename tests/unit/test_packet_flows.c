/* timeline/packet_flows.c: packets as events, with numbers relative to their connection. */
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

struct wire {
    struct timeline tl;
    struct packet_flows *flows;
};

static int begin(void **state)
{
    static struct wire wire;
    timeline_init(&wire.tl);
    wire.flows = packet_flows_new();
    *state = &wire;
    return 0;
}

static int end(void **state)
{
    struct wire *wire = *state;
    packet_flows_free(wire->flows);
    timeline_free(&wire->tl);
    return 0;
}

static struct packet_event *pass(struct wire *wire, struct frame f)
{
    int64_t t = (int64_t)wire->tl.count * 1000;
    return &packet_record(&wire->tl, wire->flows, f.bytes, f.len, f.len, t, "alice")->packet;
}

static struct packet_event *ab(struct wire *wire, const char *flags, uint32_t seq, uint32_t ack,
                               const char *data)
{
    return pass(wire, frame_tcp(A, 40001, B, 7000, flags, seq, ack, "", 0, data));
}

static struct packet_event *ba(struct wire *wire, const char *flags, uint32_t seq, uint32_t ack,
                               const char *data)
{
    return pass(wire, frame_tcp(B, 7000, A, 40001, flags, seq, ack, "", 0, data));
}

static void expect(const struct packet_event *packet, uint32_t seq, uint32_t ack, uint32_t len,
                   const char *info)
{
    assert_int_equal(packet->seq, seq);
    assert_int_equal(packet->ack, ack);
    assert_int_equal(packet->len, len);
    if (info == NULL)
        assert_null(packet->info);
    else
        assert_string_equal(packet->info, info);
}

static void an_event_says_everything(void **state)
{
    struct wire *wire = *state;
    static const unsigned char options[] = {2, 4, 5, 0xb4};
    struct frame f = frame_tcp(A, 40001, B, 7000, "S", 77, 0, options, 4, "");
    struct packet_event *packet = pass(wire, f);
    assert_string_equal(wire->tl.events[0].host, "alice");
    assert_int_equal(wire->tl.events[0].kind, EVENT_PACKET);
    assert_string_equal(packet->proto, "tcp");
    assert_string_equal(packet->from, "10.0.0.1:40001");
    assert_string_equal(packet->to, "10.0.0.2:7000");
    assert_string_equal(packet->flags, "S");
    assert_string_equal(packet->fate, "delivered");
    assert_string_equal(packet->options, "mss 1460");
    assert_int_equal(packet->abs_seq, 77);
    assert_int_equal(packet->window, 501);
    assert_int_equal(packet->frame.len, f.len);
    assert_memory_equal(packet->frame.data, f.bytes, f.len);
    assert_int_equal(packet->frame_len, f.len);
    packet = pass(wire, frame_udp("fe80::1", 1, "fe80::2", 2, "hi", 2));
    assert_string_equal(packet->from, "[fe80::1]:1");
    assert_null(packet->flags);
    assert_null(packet->options);
    assert_int_equal(packet->len, 2);
}

static void a_connection_counts_from_its_two_syns(void **state)
{
    struct wire *wire = *state;
    expect(ab(wire, "S", 4294967290U, 0, ""), 0, 0, 0, NULL);
    expect(ba(wire, "S.", 5000, 4294967291U, ""), 0, 1, 0, NULL);
    expect(ab(wire, ".", 4294967291U, 5001, ""), 1, 1, 0, NULL);
    expect(ab(wire, "P.", 4294967291U, 5001, "hello, wrap"), 1, 1, 11, NULL);
    expect(ba(wire, ".", 5001, 6, ""), 1, 12, 0, NULL);
    expect(ba(wire, "F.", 5001, 6, ""), 1, 12, 0, NULL);
    expect(ab(wire, "F.", 6, 5002, ""), 12, 2, 0, NULL);
    expect(ba(wire, ".", 5002, 7, ""), 2, 13, 0, NULL);
}

static void where_the_beginning_was_not_seen_the_first_byte_is_1(void **state)
{
    struct wire *wire = *state;
    expect(ab(wire, "P.", 900, 300, "abc"), 1, 1, 3, NULL);
    expect(ba(wire, "P.", 300, 903, "xy"), 1, 4, 2, NULL);
    expect(ab(wire, ".", 903, 302, ""), 4, 3, 0, NULL);
}

static void a_refused_syn_is_answered_by_a_reset(void **state)
{
    struct wire *wire = *state;
    expect(ab(wire, "S", 100, 0, ""), 0, 0, 0, NULL);
    struct packet_event *reset = ba(wire, "R.", 0, 101, "");
    assert_string_equal(reset->flags, "R.");
    expect(reset, 1, 1, 0, NULL); /* as Wireshark counts it */
}

static void what_was_seen_before_is_a_retransmission(void **state)
{
    struct wire *wire = *state;
    ab(wire, "S", 100, 0, "");
    expect(ab(wire, "S", 100, 0, ""), 0, 0, 0, "retransmission");
    ba(wire, "S.", 500, 101, "");
    expect(ba(wire, "S.", 500, 101, ""), 0, 1, 0, "retransmission");
    ab(wire, ".", 101, 501, "");
    expect(ab(wire, ".", 101, 501, ""), 1, 1, 0, NULL); /* an acknowledgement may come again */
    ab(wire, "P.", 101, 501, "hello");
    expect(ab(wire, "P.", 101, 501, "hello"), 1, 1, 5, "retransmission");
    expect(ab(wire, "P.", 103, 501, "llo and more"), 3, 1, 12, "retransmission");
    expect(ab(wire, "P.", 115, 501, "new"), 15, 1, 3, NULL);
    ab(wire, "F.", 118, 501, "");
    expect(ab(wire, "F.", 118, 501, ""), 18, 1, 0, "retransmission");
}

static void what_comes_late_is_no_retransmission(void **state)
{
    struct wire *wire = *state;
    ab(wire, "P.", 100, 1, "0123");
    ab(wire, "P.", 108, 1, "89ab"); /* 104 is missing */
    expect(ab(wire, "P.", 104, 1, "4567"), 5, 1, 4, "out of order");
    expect(ab(wire, "P.", 104, 1, "4567"), 5, 1, 4, "retransmission");
    ab(wire, "P.", 120, 1, "klmn"); /* a hole of eight is filled in two pieces, the second first */
    expect(ab(wire, "P.", 116, 1, "ghij"), 17, 1, 4, "out of order");
    expect(ab(wire, "P.", 112, 1, "cdef"), 13, 1, 4, "out of order");
    expect(ab(wire, "P.", 116, 1, "ghij"), 17, 1, 4, "retransmission");
}

static void keep_alives_and_closed_windows_are_told(void **state)
{
    struct wire *wire = *state;
    ab(wire, "P.", 100, 1, "0123");
    ba(wire, ".", 1, 104, "");
    expect(ab(wire, ".", 103, 1, ""), 4, 1, 0, "keep-alive");
    struct frame f = frame_tcp(B, 7000, A, 40001, ".", 1, 104, "", 0, "");
    frame_put16(&f, 48, 0);
    frame_fix_sum(&f, 6, 16);
    expect(pass(wire, f), 1, 5, 0, "window closed");
    expect(ab(wire, ".", 103, 1, ""), 4, 1, 0, "window probe");
    expect(pass(wire, frame_tcp(B, 7000, A, 40001, "R", 1, 0, "", 0, "")), 1, 0, 0, NULL);
}

static void a_pair_of_ports_used_again_begins_anew(void **state)
{
    struct wire *wire = *state;
    ab(wire, "S", 100, 0, "");
    ba(wire, "S.", 500, 101, "");
    ab(wire, "P.", 101, 501, "first");
    expect(ab(wire, "S", 90000, 0, ""), 0, 0, 0, NULL);
    expect(ba(wire, "S.", 1234567, 90001, ""), 0, 1, 0, NULL);
    expect(ab(wire, "P.", 90001, 1234568, "again"), 1, 1, 5, NULL);
}

static void connections_do_not_touch_each_other(void **state)
{
    struct wire *wire = *state;
    for (unsigned port = 1; port <= 2000; port++)
        pass(wire, frame_tcp(A, port, B, 7000, "S", port * 1000, 0, "", 0, ""));
    for (unsigned port = 1; port <= 2000; port++) {
        struct frame f = frame_tcp(B, 7000, A, port, "S.", 5, port * 1000 + 1, "", 0, "");
        expect(pass(wire, f), 0, 1, 0, NULL);
        f = frame_tcp("::1", port, "::1", 7000, "P.", 5, 1, "", 0, "x");
        expect(pass(wire, f), 1, 1, 1, NULL);
    }
}

static void a_long_frame_is_kept_in_part_and_counted_whole(void **state)
{
    struct wire *wire = *state;
    static const char data[3000];
    struct frame f = frame_udp(A, 1, B, 2, data, sizeof data);
    const struct packet_event *packet =
        &packet_record(&wire->tl, wire->flows, f.bytes, f.len, f.len, 5, NULL)->packet;
    assert_int_equal(packet->frame.len, PACKET_KEPT);
    assert_int_equal(packet->frame_len, 3042);
    assert_int_equal(packet->len, 3000);
    packet = &packet_record(&wire->tl, wire->flows, f.bytes, 100, f.len, 5, NULL)->packet;
    assert_int_equal(packet->frame.len, 100);
    assert_int_equal(packet->len, 3000);
    assert_null(packet->info);
    packet = &packet_record(&wire->tl, wire->flows, f.bytes, 30, f.len, 5, NULL)->packet;
    assert_string_equal(packet->info, "only 30 of 3042 bytes were kept");
}

static void what_is_wrong_is_told_with_the_rest(void **state)
{
    struct wire *wire = *state;
    ab(wire, "P.", 100, 1, "0123");
    struct frame f = frame_tcp(A, 40001, B, 7000, "P.", 100, 1, "", 0, "0123");
    f.bytes[f.len - 1] = 'x';
    expect(pass(wire, f), 1, 1, 4, "bad checksum of TCP; retransmission");
}

static void a_packet_keeps_a_time_before_the_last_event(void **state)
{
    struct wire *wire = *state;
    struct frame f = frame_udp(A, 1, B, 2, "", 0);
    timeline_append(&wire->tl, EVENT_CALL, 900);
    struct event *ev = packet_record(&wire->tl, wire->flows, f.bytes, f.len, f.len, 700, NULL);
    assert_int_equal(ev->t, 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_event_says_everything, begin, end),
        cmocka_unit_test_setup_teardown(a_connection_counts_from_its_two_syns, begin, end),
        cmocka_unit_test_setup_teardown(where_the_beginning_was_not_seen_the_first_byte_is_1, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_refused_syn_is_answered_by_a_reset, begin, end),
        cmocka_unit_test_setup_teardown(what_was_seen_before_is_a_retransmission, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_late_is_no_retransmission, begin, end),
        cmocka_unit_test_setup_teardown(keep_alives_and_closed_windows_are_told, begin, end),
        cmocka_unit_test_setup_teardown(a_pair_of_ports_used_again_begins_anew, begin, end),
        cmocka_unit_test_setup_teardown(connections_do_not_touch_each_other, begin, end),
        cmocka_unit_test_setup_teardown(a_long_frame_is_kept_in_part_and_counted_whole, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_told_with_the_rest, begin, end),
        cmocka_unit_test_setup_teardown(a_packet_keeps_a_time_before_the_last_event, begin, end),
    };
    return cmocka_run_group_tests_name("packet flows", tests, NULL, NULL);
}
