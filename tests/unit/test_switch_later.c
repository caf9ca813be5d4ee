/* net/switch.c and switch_queue.c: what is delayed, held, slowed down, spoiled; when it comes, in
 * which order, and that it is the same every time. */
#include "base/random.h"
#include "net/switch_parts.h"
#include "switch_help.h"

#define MS CLOCK_MS

/* --- delay --- */

static void what_is_delayed_comes_when_it_is_due_and_not_before(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "delay 80ms from bob to alice");
    wire_udp(&w, "bob", "alice", "a");
    wire_udp(&w, "alice", "bob", "b");
    expect_out(&w, "bob:b");
    expect_told(&w, "3 delayed alice; 4 delivered bob");
    assert_int_equal(switch_on_way(w.sw), 1);
    assert_int_equal(switch_due(w.sw, w.now), w.now + 80 * MS);
    assert_int_equal(wire_wait(&w, 80 * MS - 1), 1);
    expect_out(&w, "");
    assert_int_equal(wire_wait(&w, 1), INT64_MAX);
    expect_out(&w, "alice:a");
    expect_told(&w, "3 again delayed alice");
    assert_int_equal(switch_on_way(w.sw), 0);
    wire_end(&w);
}

static void a_delay_keeps_the_order_of_what_it_delays(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    wire_rule(&w, "delay 10ms udp to carol");
    wire_letters(&w, "alice", "carol", "abcdefghijklmnop");
    wire_wait(&w, 3 * MS);
    wire_letters(&w, "bob", "carol", "q");
    struct frame f = wire_datagram(&w, "alice", "carol", "r");
    switch_frame(w.sw, 0, f.bytes, f.len, w.now - MS, w.now); /* earlier, but heard of later */
    wire_letters(&w, "bob", "carol", "s");
    wire_wait(&w, 10 * MS);
    expect_out(&w, "carol:a carol:b carol:c carol:d carol:e carol:f carol:g carol:h carol:i "
                   "carol:j carol:k carol:l carol:m carol:n carol:o carol:p carol:q carol:r "
                   "carol:s");
    wire_end(&w);
}

static void different_delays_overtake_each_other(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "delay 30ms containing \"a\"");
    wire_rule(&w, "delay 20ms containing \"b\"");
    wire_rule(&w, "delay 10ms containing \"c\"");
    wire_letters(&w, "alice", "bob", "abcabc");
    assert_int_equal(wire_wait(&w, 10 * MS), 10 * MS);
    expect_out(&w, "bob:c bob:c");
    wire_wait(&w, 20 * MS);
    expect_out(&w, "bob:b bob:b bob:a bob:a");
    wire_end(&w);
}

static void what_was_due_goes_before_a_frame_that_came_later(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "delay 10ms udp 1");
    wire_udp(&w, "alice", "bob", "a");
    w.now += 20 * MS; /* nobody asked what is due */
    wire_udp(&w, "alice", "bob", "b");
    expect_out(&w, "bob:a bob:b");
    wire_end(&w);
}

static void frames_are_handed_on_where_their_receiver_was_when_they_came(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    wire_rule(&w, "delay 10ms udp 1");
    wire_udp(&w, "alice", "bob", "a");
    struct frame f = wire_datagram(&w, "bob", "alice", "b");
    wire_put(&w, "carol", &f); /* bob moves */
    wire_wait(&w, 10 * MS);
    expect_out(&w, "alice:b bob:a");
    wire_end(&w);
}

static void many_delays_come_in_the_order_of_their_times(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    for (unsigned i = 0; i < 26; i++) {
        char rule[60];
        snprintf(rule, sizeof rule, "delay %ums containing \"%c\"", i * 7 % 26 + 1,
                 (char)('a' + i));
        wire_rule(&w, rule);
    }
    wire_letters(&w, "alice", "bob", "abcdefghijklmnopqrstuvwxyz");
    for (unsigned due = 1; due <= 26; due++) {
        char wanted[] = "bob:?";
        for (unsigned i = 0; i < 26; i++)
            if (i * 7 % 26 + 1 == due)
                wanted[4] = (char)('a' + i);
        wire_wait(&w, MS);
        expect_out(&w, wanted);
    }
    wire_end(&w);
}

/* Frames come and go in any order; each is due before those below it. */
static void the_queue_keeps_its_order_whatever_is_taken_from_it(void **state)
{
    (void)state;
    struct parcel_heap heap = {0};
    struct parcel *all[64];
    unsigned count = 0;
    struct random random;
    random_seed(&random, 1);
    for (uint64_t step = 0; step < 10000; step++) {
        if (count < 64 && random_below(&random, 5) < 3) {
            struct parcel parcel = {.order = step, .frame = (const unsigned char *)""};
            parcel.due = (int64_t)random_below(&random, 100);
            all[count] = parcel_keep(&parcel);
            parcel_push(&heap, all[count++]);
        } else if (count > 0) {
            unsigned i = (unsigned)random_below(&random, count);
            parcel_remove(&heap, all[i]);
            parcel_free(all[i]);
            all[i] = all[--count];
        }
        assert_int_equal(heap.count, count);
        assert_ptr_equal(parcel_first(&heap), count > 0 ? heap.at[0] : NULL);
        for (size_t i = 1; i < count; i++) {
            const struct parcel *above = heap.at[(i - 1) / 2], *below = heap.at[i];
            assert_true(above->due < below->due ||
                        (above->due == below->due && above->order < below->order));
            assert_int_equal(below->place, i);
        }
    }
    parcel_heap_free(&heap);
}

/* --- hold --- */

static void what_is_held_stays_until_it_is_released_and_keeps_its_order(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "hold udp from alice 2-3");
    wire_rule(&w, "hold udp from alice containing \"x\"");
    wire_letters(&w, "alice", "bob", "abxcd");
    expect_out(&w, "bob:a bob:c bob:d");
    assert_int_equal(wire_wait(&w, 1000 * CLOCK_S), INT64_MAX);
    assert_int_equal(switch_on_way(w.sw), 0);
    strbuf_cut(&w.told, 0);
    switch_release(w.sw, NULL, w.now);
    expect_out(&w, "bob:b bob:x");
    expect_told(&w, "4 again held bob; 5 again held bob");
    wire_letters(&w, "alice", "bob", "x");
    expect_out(&w, "bob:x"); /* the rules have ended */
    wire_end(&w);
}

static void only_the_rules_that_are_named_are_released(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "hold udp from bob");
    wire_rule(&w, "hold udp from alice");
    wire_rule(&w, "drop containing \"z\"");
    wire_udp(&w, "alice", "bob", "a");
    wire_udp(&w, "bob", "alice", "b");
    wire_udp(&w, "alice", "bob", "c");
    switch_release(w.sw, "drop", w.now); /* which is no hold rule */
    switch_release(w.sw, "hold tcp", w.now);
    expect_out(&w, "");
    switch_release(w.sw, "hold udp from alice", w.now);
    expect_out(&w, "bob:a bob:c");
    wire_letters(&w, "alice", "bob", "zy");
    expect_out(&w, "bob:y");
    wire_udp(&w, "bob", "alice", "d");
    switch_release(w.sw, "hold", w.now);
    expect_out(&w, "alice:b alice:d");
    wire_end(&w);
}

static void what_was_never_released_is_freed(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "hold udp every 2");
    wire_rule(&w, "delay 1s udp");
    wire_letters(&w, "alice", "bob", "abcdef");
    expect_out(&w, "");
    wire_end(&w); /* for the sanitizer */
}

static void more_than_can_be_kept_is_dropped_and_told(void **state)
{
    (void)state;
    struct wire w;
    char text[1401];
    memset(text, 'x', 1400);
    text[1400] = '\0';
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "hold udp");
    struct frame f = wire_datagram(&w, "alice", "bob", text);
    unsigned held = 0;
    for (int i = 0; i < 100000 && strstr(w.told.data, "dropped") == NULL; i++) {
        strbuf_cut(&w.told, 0);
        wire_put(&w, "alice", &f);
        held++;
    }
    assert_in_range(held, 30000, 64 * 1024 * 1024 / 1400);
    switch_release(w.sw, "hold", w.now); /* there is room again */
    strbuf_cut(&w.told, 0);
    wire_rule(&w, "hold udp");
    wire_put(&w, "alice", &f);
    assert_non_null(strstr(w.told.data, "held"));
    wire_end(&w);
}

/* --- reorder --- */

static void a_frame_that_nothing_follows_is_not_lost(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "reorder udp from alice 1");
    wire_udp(&w, "alice", "bob", "a");
    wire_udp(&w, "bob", "alice", "b"); /* goes the other way: overtakes nothing */
    expect_out(&w, "alice:b");
    assert_int_equal(switch_on_way(w.sw), 1);
    assert_int_equal(wire_wait(&w, 99 * MS), MS);
    expect_out(&w, "");
    assert_int_equal(wire_wait(&w, MS), INT64_MAX);
    expect_out(&w, "bob:a");
    expect_told(&w, "3 delayed bob; 4 delivered alice; 3 again delayed bob");
    wire_end(&w);
}

static void only_what_matches_and_is_handed_on_overtakes(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "reorder udp from alice to-port 7000 1");
    wire_rule(&w, "drop containing \"b\"");
    wire_rule(&w, "delay 1ms containing \"c\"");
    wire_udp(&w, "alice", "bob", "a");
    wire_udp(&w, "alice", "bob", "b"); /* dropped */
    wire_udp(&w, "alice", "bob", "c"); /* not yet */
    wire_tcp(&w, "alice", "bob", "P.", "x");
    expect_out(&w, "bob:x");
    wire_wait(&w, MS);
    expect_out(&w, "bob:c");
    wire_udp(&w, "alice", "bob", "d");
    expect_out(&w, "bob:d bob:a");
    wire_end(&w);
}

static void each_sender_has_its_own_order(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    wire_rule(&w, "reorder udp");
    wire_udp(&w, "alice", "carol", "a");
    wire_udp(&w, "bob", "carol", "b");
    wire_udp(&w, "alice", "carol", "c");
    wire_udp(&w, "bob", "carol", "d");
    expect_out(&w, "carol:c carol:a carol:d carol:b");
    wire_end(&w);
}

/* --- limit --- */

static void a_slow_link_carries_one_frame_after_the_other(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "limit 344kbit from alice"); /* 43 bytes, 344 bits: a millisecond */
    wire_letters(&w, "alice", "bob", "abc");
    wire_udp(&w, "bob", "alice", "x");
    expect_out(&w, "alice:x");
    assert_int_equal(switch_on_way(w.sw), 3);
    assert_int_equal(wire_wait(&w, MS - 1), 1);
    expect_out(&w, "");
    wire_wait(&w, 1);
    expect_out(&w, "bob:a");
    wire_wait(&w, 2 * MS);
    expect_out(&w, "bob:b bob:c");
    wire_wait(&w, 50 * MS); /* idle time is not saved up */
    wire_letters(&w, "alice", "bob", "de");
    wire_wait(&w, MS);
    expect_out(&w, "bob:d");
    wire_end(&w);
}

static void a_full_queue_before_a_slow_link_drops(void **state)
{
    (void)state;
    struct wire w;
    char text[983];
    memset(text, 'x', 982);
    text[982] = '\0'; /* with its headers 1024 bytes */
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "limit 8192kbit"); /* one of them in a millisecond */
    for (int i = 0; i < 64; i++)
        wire_udp(&w, "alice", "bob", text);
    assert_null(strstr(w.told.data, "dropped"));
    assert_int_equal(switch_on_way(w.sw), 64);
    strbuf_cut(&w.told, 0);
    wire_udp(&w, "alice", "bob", text);
    expect_told(&w, "67 dropped bob");
    wire_wait(&w, MS);
    strbuf_cut(&w.told, 0);
    wire_udp(&w, "alice", "bob", text);
    expect_told(&w, "68 delayed bob");
    wire_end(&w);
}

/* --- duplicate, corrupt --- */

static void a_frame_is_duplicated_as_often_as_asked_for(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    wire_rule(&w, "duplicate 3 udp 1");
    wire_letters(&w, "alice", NULL, "ab");
    expect_out(&w, "bob:a carol:a bob:a carol:a bob:a carol:a bob:a carol:a bob:b carol:b");
    expect_told(&w, "4 duplicated bob carol; 5 delivered bob carol");
    wire_end(&w);
}

struct spoiled {
    struct wire w;
    unsigned char bytes[2000];
    size_t len;
    unsigned sent;
    enum switch_fate fate;
};

static void keep_sent(void *arg, unsigned port, const void *frame, size_t len)
{
    struct spoiled *s = arg;
    (void)port;
    memcpy(s->bytes, frame, len);
    s->len = len;
    s->sent++;
}

static void keep_fate(void *arg, const struct switch_report *report)
{
    struct spoiled *s = arg;
    s->fate = report->fate;
    if (report->fate == SWITCH_CORRUPTED)
        assert_memory_equal(report->frame, s->bytes, s->len); /* as it goes out */
}

/* Sends the frame through "corrupt"; where the bit flipped, in bytes, or -1: it was dropped. */
static int corrupted_at(const struct frame *f, uint64_t seed)
{
    struct spoiled s = {.sent = 0};
    int at = -1;
    wire_begin(&s.w, "alice,bob");
    switch_free(s.w.sw);
    s.w.sw = switch_new(&s.w.net, seed, keep_sent, keep_fate, &s);
    wire_rule(&s.w, "corrupt");
    wire_put(&s.w, "alice", f);
    assert_int_equal(s.fate, s.sent > 0 ? SWITCH_CORRUPTED : SWITCH_DROPPED);
    for (size_t i = 0; s.sent > 0 && i < f->len; i++) {
        if (s.bytes[i] == f->bytes[i])
            continue;
        assert_int_equal(at, -1);
        assert_int_equal(__builtin_popcount((unsigned char)(s.bytes[i] ^ f->bytes[i])), 1);
        at = (int)i;
    }
    if (s.sent > 0) {
        struct packet p;
        assert_int_equal(s.len, f->len);
        packet_decode(&p, s.bytes, s.len, s.len);
        if (p.has_udp || p.has_tcp || p.has_icmp)
            assert_non_null(strstr(p.fault, "bad checksum of")); /* the receiver drops it */
    }
    wire_end(&s.w);
    return at;
}

static void corruption_flips_a_bit_of_the_payload_that_the_seed_chooses(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    struct frame f = wire_datagram(&w, "alice", "bob", "twenty bytes of text");
    unsigned places = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        int at = corrupted_at(&f, seed);
        assert_in_range(at, 42, 61);
        assert_int_equal(at, corrupted_at(&f, seed));
        places |= 1U << (at - 42);
    }
    assert_int_equal(places, 0xfffff);
    wire_end(&w);
}

static void what_has_no_payload_is_spoiled_where_its_checksum_stands(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct frame f = frame_tcp("10.0.0.1", 1, "10.0.0.2", 2, "S", 1, 0, "", 0, "");
        assert_int_equal(corrupted_at(&f, seed), 14 + 20 + 16);
        f = frame_udp("10.0.0.1", 1, "10.0.0.2", 2, "", 0);
        assert_int_equal(corrupted_at(&f, seed), 14 + 20 + 6);
        f = frame_arp(1, "10.0.0.1", "10.0.0.2"); /* no checksum: it would be believed */
        assert_int_equal(corrupted_at(&f, seed), -1);
    }
    wire_end(&w);
}

/* RFC 768: a checksum of zero says that there is none, and what is spoiled would be taken. */
static void a_spoiled_checksum_is_never_that_of_no_checksum(void **state)
{
    (void)state;
    struct frame f = frame_udp("10.0.0.1", 1, "10.0.0.2", 2, "", 0);
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct spoiled s = {.sent = 0};
        frame_put16(&f, 40, 1U << (8 + seed % 8));
        wire_begin(&s.w, "alice,bob");
        switch_free(s.w.sw);
        s.w.sw = switch_new(&s.w.net, seed, keep_sent, keep_fate, &s);
        wire_rule(&s.w, "corrupt");
        wire_put(&s.w, "alice", &f);
        assert_int_equal(s.sent, 1);
        assert_false(s.bytes[40] == 0 && s.bytes[41] == 0);
        assert_memory_not_equal(s.bytes + 40, f.bytes + 40, 2);
        wire_end(&s.w);
    }
}

/* --- the end of rules --- */

static void without_rules_everything_goes_on_at_once(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "delay 10s containing \"a\"");
    wire_rule(&w, "hold containing \"b\"");
    wire_rule(&w, "reorder containing \"c\"");
    wire_rule(&w, "limit 1kbit containing \"d\"");
    wire_rule(&w, "drop containing \"e\"");
    wire_letters(&w, "alice", "bob", "dcbaedcba");
    expect_out(&w, "bob:c bob:c");
    strbuf_cut(&w.told, 0);
    switch_clear(w.sw, w.now);
    expect_out(&w, "bob:d bob:b bob:a bob:d bob:b bob:a"); /* as they came */
    assert_int_equal(switch_on_way(w.sw), 0);
    assert_int_equal(switch_due(w.sw, w.now), INT64_MAX);
    wire_letters(&w, "alice", "bob", "edcba");
    expect_out(&w, "bob:e bob:d bob:c bob:b bob:a");
    wire_rule(&w, "drop containing \"e\""); /* and new ones may come */
    wire_letters(&w, "alice", "bob", "fe");
    expect_out(&w, "bob:f");
    switch_clear(w.sw, w.now);
    switch_clear(w.sw, w.now);
    wire_end(&w);
}

/* --- the same every time --- */

/* A lossy exchange: a request is sent until its answer comes, as a client with a timer would. */
static void lossy_exchange(uint64_t seed, struct strbuf *story)
{
    struct wire w;
    wire_begin_seed(&w, "alice,bob,carol", seed);
    wire_rule(&w, "drop udp from alice 30%");
    wire_rule(&w, "duplicate udp from bob 20%");
    wire_rule(&w, "corrupt udp from bob 10%");
    wire_rule(&w, "delay 40ms udp 25%");
    wire_rule(&w, "reorder udp from carol 50%");
    for (int request = 0; request < 40; request++) {
        bool answered = false;
        for (int attempt = 0; attempt < 10 && !answered; attempt++) {
            char text[32];
            snprintf(text, sizeof text, "q%d.%d", request, attempt);
            wire_udp(&w, "carol", "bob", "noise");
            wire_udp(&w, "alice", "bob", text);
            for (int tick = 0; tick < 10 && !answered; tick++) {
                bool asked = strstr(w.out.data, "bob:q") != NULL;
                answered = strstr(w.out.data, "alice:r") != NULL;
                strbuf_puts(story, w.out.data);
                strbuf_cut(&w.out, 0);
                if (asked)
                    wire_udp(&w, "bob", "alice", "r");
                wire_wait(&w, 10 * MS);
            }
        }
    }
    strbuf_puts(story, w.told.data);
    wire_end(&w);
}

static void a_lossy_exchange_is_the_same_a_hundred_times(void **state)
{
    (void)state;
    struct strbuf first = STRBUF_INIT, story = STRBUF_INIT;
    lossy_exchange(4711, &first);
    assert_non_null(strstr(first.data, "dropped"));
    assert_non_null(strstr(first.data, "again"));
    assert_non_null(strstr(first.data, "duplicated"));
    assert_non_null(strstr(first.data, "corrupted"));
    for (int i = 0; i < 100; i++) {
        strbuf_cut(&story, 0);
        lossy_exchange(4711, &story);
        assert_string_equal(story.data, first.data);
    }
    strbuf_cut(&story, 0);
    lossy_exchange(4712, &story);
    assert_string_not_equal(story.data, first.data);
    strbuf_free(&first);
    strbuf_free(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_delayed_comes_when_it_is_due_and_not_before),
        cmocka_unit_test(a_delay_keeps_the_order_of_what_it_delays),
        cmocka_unit_test(different_delays_overtake_each_other),
        cmocka_unit_test(what_was_due_goes_before_a_frame_that_came_later),
        cmocka_unit_test(frames_are_handed_on_where_their_receiver_was_when_they_came),
        cmocka_unit_test(many_delays_come_in_the_order_of_their_times),
        cmocka_unit_test(the_queue_keeps_its_order_whatever_is_taken_from_it),
        cmocka_unit_test(what_is_held_stays_until_it_is_released_and_keeps_its_order),
        cmocka_unit_test(only_the_rules_that_are_named_are_released),
        cmocka_unit_test(what_was_never_released_is_freed),
        cmocka_unit_test(more_than_can_be_kept_is_dropped_and_told),
        cmocka_unit_test(a_frame_that_nothing_follows_is_not_lost),
        cmocka_unit_test(only_what_matches_and_is_handed_on_overtakes),
        cmocka_unit_test(each_sender_has_its_own_order),
        cmocka_unit_test(a_slow_link_carries_one_frame_after_the_other),
        cmocka_unit_test(a_full_queue_before_a_slow_link_drops),
        cmocka_unit_test(a_frame_is_duplicated_as_often_as_asked_for),
        cmocka_unit_test(corruption_flips_a_bit_of_the_payload_that_the_seed_chooses),
        cmocka_unit_test(what_has_no_payload_is_spoiled_where_its_checksum_stands),
        cmocka_unit_test(a_spoiled_checksum_is_never_that_of_no_checksum),
        cmocka_unit_test(without_rules_everything_goes_on_at_once),
        cmocka_unit_test(a_lossy_exchange_is_the_same_a_hundred_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
