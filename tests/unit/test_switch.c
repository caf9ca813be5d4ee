/* net/switch.c without rules: who gets which frame. */
#include "switch_help.h"

static void an_unknown_address_is_flooded_and_a_known_one_is_not(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_udp(&w, "alice", "bob", "a");
    expect_out(&w, "bob:a carol:a");
    expect_told(&w, "1 delivered bob carol");
    wire_udp(&w, "bob", "alice", "b");
    expect_out(&w, "alice:b");
    expect_told(&w, "2 delivered alice");
    wire_udp(&w, "alice", "bob", "c");
    expect_out(&w, "bob:c");
    wire_end(&w);
}

static void a_broadcast_and_a_multicast_reach_everybody_but_the_sender(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol,dora");
    wire_meet(&w);
    wire_udp(&w, "bob", NULL, "a");
    expect_out(&w, "alice:a carol:a dora:a");
    expect_told(&w, "5 delivered alice carol dora");
    struct frame f = wire_datagram(&w, "bob", "alice", "b");
    memcpy(f.bytes, "\x01\x00\x5e\x00\x00\xfb", 6);
    wire_put(&w, "bob", &f);
    expect_out(&w, "alice:b carol:b dora:b");
    wire_end(&w);
}

static void an_address_that_moves_is_followed(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    struct frame f = wire_datagram(&w, "bob", "alice", "a");
    wire_put(&w, "carol", &f); /* with bob's address */
    expect_out(&w, "alice:a");
    wire_udp(&w, "alice", "bob", "b");
    expect_out(&w, "carol:b");
    wire_udp(&w, "bob", "alice", "c"); /* and back again */
    expect_out(&w, "alice:c");
    wire_udp(&w, "alice", "bob", "d");
    expect_out(&w, "bob:d");
    wire_end(&w);
}

static void a_frame_is_never_sent_back_to_where_it_came_from(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    struct frame f = wire_datagram(&w, "alice", "alice", "a");
    wire_put(&w, "alice", &f);
    expect_out(&w, "");
    expect_told(&w, "3 dropped");
    wire_end(&w);
}

static void segments_do_not_see_each_other(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice=10.0.0.1/24,gate=10.0.0.254/24+10.0.1.254/24,carol=10.0.1.1/24");
    assert_int_equal(w.net.nsegments, 2);
    wire_udp(&w, "alice", NULL, "a");
    expect_out(&w, "gate:a");
    wire_udp(&w, "carol", NULL, "b");
    expect_out(&w, "gate:b");
    wire_udp(&w, "carol", "alice", "c"); /* alice's address is known, but elsewhere */
    expect_out(&w, "gate:c");
    expect_told(&w, "1 delivered gate; 2 delivered gate; 3 delivered gate");
    wire_end(&w);
}

static void what_nobody_is_there_to_get_is_told_all_the_same(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice");
    wire_udp(&w, "alice", NULL, "a");
    expect_out(&w, "");
    expect_told(&w, "1 delivered");
    wire_end(&w);
}

static void what_is_no_frame_is_dropped(void **state)
{
    (void)state;
    struct wire w;
    static unsigned char bytes[4000] = {2, 0, 10, 0, 0, 2, 2, 0, 10, 0, 0, 1, 0x12, 0x34};
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    for (size_t len = 0; len < 14; len++)
        switch_frame(w.sw, 0, bytes, len, w.now, w.now);
    switch_frame(w.sw, 0, bytes, 1519, w.now, w.now);
    switch_frame(w.sw, 0, bytes, sizeof bytes, w.now, w.now);
    expect_out(&w, "");
    expect_told(&w, "3 dropped; 4 dropped; 5 dropped; 6 dropped; 7 dropped; 8 dropped; 9 dropped; "
                    "10 dropped; 11 dropped; 12 dropped; 13 dropped; 14 dropped; 15 dropped; "
                    "16 dropped; 17 dropped; 18 dropped");
    switch_frame(w.sw, 0, bytes, 14, w.now, w.now);
    switch_frame(w.sw, 0, bytes, 1518, w.now, w.now); /* MTU, header and a tag */
    expect_told(&w, "19 delivered bob; 20 delivered bob");
    switch_frame(w.sw, 2, bytes, 60, w.now, w.now); /* there is no such port */
    expect_told(&w, "");
    wire_end(&w);
}

static void unknown_types_wrong_sums_and_tags_pass(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    struct frame f = wire_datagram(&w, "alice", "bob", "a");
    frame_put16(&f, 12, 0x88b5);
    wire_put(&w, "alice", &f);
    f = wire_datagram(&w, "alice", "bob", "b");
    frame_put16(&f, 40, 0x1234);
    frame_put16(&f, 24, 0x1234);
    wire_put(&w, "alice", &f);
    f = wire_datagram(&w, "alice", "bob", "c");
    memmove(f.bytes + 16, f.bytes + 12, f.len - 12);
    memcpy(f.bytes + 12, "\x81\x00\x00\x07", 4);
    f.len += 4;
    wire_put(&w, "alice", &f);
    expect_told(&w, "3 delivered bob; 4 delivered bob; 5 delivered bob");
    wire_end(&w);
}

static void what_nobody_can_have_sent_is_dropped_and_not_learned(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    struct frame f = wire_datagram(&w, "alice", "bob", "a");
    memset(f.bytes + 6, 0xff, 6);
    wire_put(&w, "alice", &f);
    memset(f.bytes + 6, 0, 6);
    wire_put(&w, "alice", &f);
    f = wire_datagram(&w, "carol", "bob", "b"); /* for bridges: the spanning tree */
    memcpy(f.bytes, "\x01\x80\xc2\x00\x00\x00", 6);
    wire_put(&w, "carol", &f);
    expect_told(&w, "4 dropped; 5 dropped; 6 dropped");
    f.bytes[5] = 0x10; /* no longer one of the sixteen */
    wire_put(&w, "carol", &f);
    expect_told(&w, "7 delivered alice bob");
    wire_end(&w);
}

static void a_link_that_takes_less_gets_no_longer_frames(void **state)
{
    (void)state;
    struct wire w;
    struct frame f;
    char long_text[1001];
    memset(long_text, 'x', 1000);
    long_text[1000] = '\0';
    wire_begin(&w, "alice,bob,carol");
    switch_free(w.sw);
    w.net.hosts[1].interfaces[0].mtu = 600;
    w.sw = switch_new(&w.net, 1, wire_on_send, wire_on_report, &w);
    wire_meet(&w);
    wire_udp(&w, "alice", "bob", long_text);
    expect_told(&w, "4 dropped bob");
    f = wire_datagram(&w, "alice", NULL, long_text);
    wire_put(&w, "alice", &f);
    expect_told(&w, "5 delivered carol");
    wire_udp(&w, "bob", "alice", long_text); /* longer than what bob may send */
    expect_told(&w, "6 dropped");
    wire_end(&w);
}

static void more_addresses_than_there_is_room_for_make_it_flood(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    struct frame f = wire_datagram(&w, "carol", "alice", "x");
    for (unsigned i = 0; i < 1000; i++) {
        f.bytes[6] = 2;
        frame_put16(&f, 10, i);
        frame_put16(&f, 8, 7);
        wire_put(&w, "carol", &f);
    }
    strbuf_cut(&w.out, 0);
    wire_udp(&w, "alice", "bob", "a"); /* forgotten meanwhile */
    expect_out(&w, "bob:a carol:a");
    wire_udp(&w, "bob", "alice", "b");
    expect_out(&w, "alice:b");
    wire_udp(&w, "alice", "bob", "c");
    expect_out(&w, "bob:c");
    wire_end(&w);
}

/* --- neighbours --- */

static void arp(struct wire *w, unsigned operation, const char *from, const char *to,
                const char *for_ip)
{
    char ip[INET_ADDRSTRLEN];
    wire_ip(w, from, ip);
    struct frame f = frame_arp(operation, ip, for_ip);
    wire_address(w, &f, from, to);
    wire_put(w, from, &f);
}

static void a_question_for_a_neighbour_waits_until_it_is_answered(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    assert_false(switch_unanswered(w.sw, w.now));
    arp(&w, 1, "alice", NULL, "10.0.0.2");
    assert_true(switch_unanswered(w.sw, w.now));
    arp(&w, 2, "carol", "alice", "10.0.0.1"); /* not the one who was asked */
    assert_true(switch_unanswered(w.sw, w.now));
    arp(&w, 2, "bob", "carol", "10.0.0.3"); /* not to the one who asked */
    assert_true(switch_unanswered(w.sw, w.now));
    arp(&w, 2, "bob", "alice", "10.0.0.1");
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static void a_neighbour_who_asks_is_known_too(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    arp(&w, 1, "alice", NULL, "10.0.0.2");
    arp(&w, 1, "bob", NULL, "10.0.0.1");
    assert_true(switch_unanswered(w.sw, w.now)); /* bob's own */
    arp(&w, 2, "alice", "bob", "10.0.0.2");
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static void an_answer_that_is_lost_answers_nothing(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_rule(&w, "drop arp reply 1");
    wire_rule(&w, "delay 10ms arp reply");
    arp(&w, 1, "alice", NULL, "10.0.0.2");
    arp(&w, 2, "bob", "alice", "10.0.0.1");
    assert_true(switch_unanswered(w.sw, w.now));
    arp(&w, 2, "bob", "alice", "10.0.0.1");
    assert_true(switch_unanswered(w.sw, w.now));
    wire_wait(&w, 10 * CLOCK_MS);
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static void nobody_waits_longer_than_the_kernel_that_asked(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    for (int i = 0; i < 3; i++) {
        arp(&w, 1, "alice", NULL, "10.0.0.77");
        wire_wait(&w, CLOCK_S);
        assert_true(switch_unanswered(w.sw, w.now));
    }
    wire_wait(&w, CLOCK_S / 2);
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static void an_announcement_and_a_probe_are_no_questions(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    arp(&w, 1, "alice", NULL, "10.0.0.1");
    struct frame f = frame_arp(1, "0.0.0.0", "10.0.0.1");
    wire_address(&w, &f, "alice", NULL);
    wire_put(&w, "alice", &f);
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static struct frame neighbour(unsigned type, const char *from, const char *to, const char *target)
{
    unsigned char rest[20] = {0};
    inet_pton(AF_INET6, target, rest + 4);
    return frame_icmp(from, to, type, 0, rest, sizeof rest);
}

static void ipv6_asks_its_neighbours_too(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    struct frame f = neighbour(135, "fd00::1", "ff02::1:ff00:2", "fd00::2");
    wire_address(&w, &f, "alice", NULL);
    wire_put(&w, "alice", &f);
    assert_true(switch_unanswered(w.sw, w.now));
    f = neighbour(136, "fd00::2", "fd00::1", "fd00::2");
    wire_address(&w, &f, "bob", "alice");
    wire_put(&w, "bob", &f);
    assert_false(switch_unanswered(w.sw, w.now));
    f = neighbour(135, "::", "ff02::1:ff00:2", "fd00::2"); /* whether the address is free */
    wire_address(&w, &f, "bob", NULL);
    wire_put(&w, "bob", &f);
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

static void more_questions_than_can_be_remembered_forget_the_oldest(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    for (unsigned i = 2; i < 250; i++) {
        char ip[INET_ADDRSTRLEN];
        snprintf(ip, sizeof ip, "10.0.0.%u", i);
        arp(&w, 1, "alice", NULL, ip);
    }
    assert_true(switch_unanswered(w.sw, w.now));
    wire_wait(&w, 2 * CLOCK_S);
    assert_false(switch_unanswered(w.sw, w.now));
    wire_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_address_is_flooded_and_a_known_one_is_not),
        cmocka_unit_test(a_broadcast_and_a_multicast_reach_everybody_but_the_sender),
        cmocka_unit_test(an_address_that_moves_is_followed),
        cmocka_unit_test(a_frame_is_never_sent_back_to_where_it_came_from),
        cmocka_unit_test(segments_do_not_see_each_other),
        cmocka_unit_test(what_nobody_is_there_to_get_is_told_all_the_same),
        cmocka_unit_test(what_is_no_frame_is_dropped),
        cmocka_unit_test(unknown_types_wrong_sums_and_tags_pass),
        cmocka_unit_test(what_nobody_can_have_sent_is_dropped_and_not_learned),
        cmocka_unit_test(a_link_that_takes_less_gets_no_longer_frames),
        cmocka_unit_test(more_addresses_than_there_is_room_for_make_it_flood),
        cmocka_unit_test(a_question_for_a_neighbour_waits_until_it_is_answered),
        cmocka_unit_test(a_neighbour_who_asks_is_known_too),
        cmocka_unit_test(an_answer_that_is_lost_answers_nothing),
        cmocka_unit_test(nobody_waits_longer_than_the_kernel_that_asked),
        cmocka_unit_test(an_announcement_and_a_probe_are_no_questions),
        cmocka_unit_test(ipv6_asks_its_neighbours_too),
        cmocka_unit_test(more_questions_than_can_be_remembered_forget_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
