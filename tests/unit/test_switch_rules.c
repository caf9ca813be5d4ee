/* net/switch.c and switch_rules.c: which frames a rule is about, which it picks, what becomes of
 * them. */
#include "switch_help.h"

/* --- which frames --- */

static void put_arp(struct wire *w, unsigned operation)
{
    struct frame f = frame_arp(operation, "10.0.0.1", "10.0.0.2");
    wire_address(w, &f, "alice", NULL);
    wire_put(w, "alice", &f);
}

static void put_icmp(struct wire *w, const char *from, const char *to, unsigned type)
{
    struct frame f = frame_icmp(from, to, type, 0, "\0\1\0\1ping", 8);
    wire_address(w, &f, "alice", "bob");
    wire_put(w, "alice", &f);
}

static void put_fragment(struct wire *w)
{
    struct frame f = wire_datagram(w, "alice", "bob", "no header");
    frame_put16(&f, 20, 0x00b9);
    frame_fix_ip4(&f);
    wire_put(w, "alice", &f);
}

static void put_udp6(struct wire *w)
{
    struct frame f = frame_udp("fd00::1", FROM_PORT, "fd00::2", TO_PORT, "six", 3);
    wire_address(w, &f, "alice", "bob");
    wire_put(w, "alice", &f);
}

static void put_foreign(struct wire *w)
{
    struct frame f = wire_datagram(w, "alice", "bob", "?");
    frame_put16(&f, 12, 0x88b5);
    wire_put(w, "alice", &f);
}

/* One of each kind: a letter for each, in this order. */
static const char kinds[] = "rRpPuUeb6sSadfxqQgo";

static void put_one_of_each(struct wire *w)
{
    put_arp(w, 1);                                  /* r */
    put_arp(w, 2);                                  /* R */
    put_icmp(w, "10.0.0.1", "10.0.0.2", 8);         /* p */
    put_icmp(w, "10.0.0.1", "10.0.0.2", 0);         /* P */
    wire_udp(w, "alice", "bob", "WHO? me");         /* u */
    wire_udp(w, "bob", "alice", "you");             /* U */
    wire_udp(w, "alice", "bob", "");                /* e */
    wire_udp(w, "alice", NULL, "all");              /* b */
    put_udp6(w);                                    /* 6 */
    wire_tcp(w, "alice", "bob", "S", "");           /* s */
    wire_tcp(w, "bob", "alice", "S.", "");          /* S */
    wire_tcp(w, "alice", "bob", ".", "");           /* a */
    wire_tcp(w, "alice", "bob", "P.", "WHO? \n\t"); /* d */
    wire_tcp(w, "alice", "bob", "F.", "");          /* f */
    wire_tcp(w, "alice", "bob", "R.", "");          /* x */
    put_icmp(w, "fd00::1", "fd00::2", 128);         /* q */
    put_icmp(w, "fd00::1", "fd00::2", 129);         /* Q */
    put_fragment(w);                                /* g */
    put_foreign(w);                                 /* o */
}

struct each {
    struct wire w;
    char dropped[sizeof kinds];
};

static void note_dropped(void *arg, const struct switch_report *report)
{
    struct each *each = arg;
    if (report->id > each->w.net.nhosts && report->fate == SWITCH_DROPPED) {
        const char *letter = &kinds[report->id - each->w.net.nhosts - 1];
        strncat(each->dropped, letter, 1);
    }
}

static void send_nowhere(void *arg, unsigned port, const void *frame, size_t len)
{
    (void)arg, (void)port, (void)frame, (void)len;
}

static void expect_matched(const char *match, const char *wanted)
{
    struct each each;
    char text[100];
    snprintf(text, sizeof text, "drop %s", match);
    wire_begin(&each.w, "alice,bob,carol");
    switch_free(each.w.sw);
    each.w.sw = switch_new(&each.w.net, 1, send_nowhere, note_dropped, &each);
    each.dropped[0] = '\0';
    wire_meet(&each.w);
    wire_rule(&each.w, text);
    put_one_of_each(&each.w);
    if (strcmp(each.dropped, wanted) != 0)
        fail_msg("%s matched '%s', not '%s'", match, each.dropped, wanted);
    wire_end(&each.w);
}

static void a_rule_is_about_the_frames_it_names(void **state)
{
    (void)state;
    expect_matched("", kinds);
    expect_matched("arp", "rR");
    expect_matched("arp request", "r");
    expect_matched("arp reply", "R");
    expect_matched("ip", "pPuUebsSadfxg");
    expect_matched("ip6", "6qQ");
    expect_matched("icmp", "pP");
    expect_matched("icmp request", "p");
    expect_matched("icmp reply", "P");
    expect_matched("icmp6", "qQ");
    expect_matched("icmp6 request", "q");
    expect_matched("udp", "uUeb6g");
    expect_matched("udp data", "uUb6");
    expect_matched("tcp", "sSadfx");
    expect_matched("tcp syn", "s");
    expect_matched("tcp syn-ack", "S");
    expect_matched("tcp ack", "a");
    expect_matched("tcp data", "d");
    expect_matched("tcp fin", "f");
    expect_matched("tcp rst", "x");
    expect_matched("from bob", "US");
    expect_matched("to alice", "US");
    expect_matched("to carol", "rRb");
    expect_matched("from alice to bob", "rRpPueb6sadfxqQgo");
    expect_matched("port 7000", "uUeb6sSadfx");
    expect_matched("from-port 7000", "");
    expect_matched("udp from-port 40001", "uUeb6");
    expect_matched("to-port 7000 tcp", "sSadfx");
    expect_matched("containing \"WHO?\"", "ud");
    expect_matched("tcp containing \"\\n\\x09\"", "d");
    expect_matched("containing hex:70696e67", "pPqQ");
    expect_matched("containing \"WHO? me too\"", "");
    expect_matched("broadcast", "rRb");
    expect_matched("udp unicast", "uUe6g");
}

/* --- which of them --- */

#define LETTERS "abcdefghij"

static const char *const whiches[] = {"",   "1",       "3",       "10", "11",  "2-4", "9-20",
                                      "4+", "every 1", "every 3", "1%", "30%", "50%", "100%"};

/* What is picked, without a look at how: the letters. Of percentages anything is right. */
static const char *picked_by(const char *which)
{
    static const char *const picked[][2] = {
        {"", LETTERS},        {"1", "a"},         {"3", "c"},       {"10", "j"},
        {"11", ""},           {"2-4", "bcd"},     {"9-20", "ij"},   {"4+", "defghij"},
        {"every 1", LETTERS}, {"every 3", "cfi"}, {"100%", LETTERS}};
    for (size_t i = 0; i < sizeof picked / sizeof picked[0]; i++)
        if (strcmp(picked[i][0], which) == 0)
            return picked[i][1];
    return NULL;
}

/* The payloads of what was handed to bob, one letter each. */
static void letters_out(struct wire *w, char *letters)
{
    size_t n = 0;
    for (size_t i = 0; i < w->out.len; i++)
        if (w->out.data[i] == ':')
            letters[n++] = w->out.data[i + 1];
    letters[n] = '\0';
    strbuf_cut(&w->out, 0);
}

/* Ten datagrams: what comes at once, and what comes later. */
static void exchange(const char *action, const char *which, char *at_once, char *later)
{
    struct wire w;
    char text[100];
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    snprintf(text, sizeof text, "%s udp from alice %s", action, which);
    wire_rule(&w, text);
    wire_letters(&w, "alice", "bob", LETTERS);
    letters_out(&w, at_once);
    assert_int_equal(wire_wait(&w, CLOCK_S), INT64_MAX);
    assert_int_equal(switch_on_way(w.sw), 0);
    switch_release(w.sw, NULL, w.now);
    letters_out(&w, later);
    wire_end(&w);
}

static void split(const char *picked, char *chosen, char *others)
{
    size_t nchosen = 0, nothers = 0;
    for (const char *c = LETTERS; *c != '\0'; c++)
        if (strchr(picked, *c) != NULL)
            chosen[nchosen++] = *c;
        else
            others[nothers++] = *c;
    chosen[nchosen] = others[nothers] = '\0';
}

static void which_frames_are_picked_does_not_depend_on_the_action(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whiches / sizeof whiches[0]; i++) {
        const char *which = whiches[i];
        char left[64], picked[64], others[64], at_once[64], later[64];
        exchange("drop", which, left, later);
        assert_string_equal(later, "");
        split(left, others, picked);
        if (picked_by(which) != NULL)
            assert_string_equal(picked, picked_by(which));
        static const char *const postponing[] = {"delay 10ms", "hold", "limit 100kbit"};
        for (size_t k = 0; k < 3; k++) {
            exchange(postponing[k], which, at_once, later);
            assert_string_equal(at_once, others);
            assert_string_equal(later, picked);
        }
        exchange("duplicate", which, at_once, later);
        size_t n = 0;
        for (const char *c = LETTERS; *c != '\0'; c++) {
            assert_int_equal(at_once[n++], *c);
            if (strchr(picked, *c) != NULL)
                assert_int_equal(at_once[n++], *c);
        }
        assert_int_equal(n, strlen(at_once));
        exchange("corrupt", which, at_once, later);
        for (n = 0; n < strlen(LETTERS); n++) {
            int bits = __builtin_popcount((unsigned char)(at_once[n] ^ LETTERS[n]));
            assert_int_equal(bits, strchr(picked, LETTERS[n]) != NULL);
        }
    }
}

static void reordered_frames_change_places_with_those_that_follow(void **state)
{
    (void)state;
    static const char *const wanted[][4] = {
        {"reorder", "", "badcfehgji", ""},        {"reorder", "1", "bacdefghij", ""},
        {"reorder", "2-3", "acbdefghij", ""},     {"reorder", "2+", "acbedgfih", "j"},
        {"reorder", "every 3", "abdcegfhji", ""}, {"reorder", "10", "abcdefghi", "j"},
        {"reorder 2", "", "bcaefdhig", "j"},      {"reorder 3", "every 4", "abcefgdij", "h"},
        {"reorder 9", "1", "bcdefghija", ""},     {"reorder 10", "1", "bcdefghij", "a"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        char at_once[64], later[64];
        exchange(wanted[i][0], wanted[i][1], at_once, later);
        assert_string_equal(at_once, wanted[i][2]);
        assert_string_equal(later, wanted[i][3]);
    }
}

static void percentages_are_met_in_the_long_run(void **state)
{
    (void)state;
    static const unsigned percents[] = {1, 10, 50, 90};
    for (size_t i = 0; i < 4; i++) {
        struct wire w;
        char text[40];
        unsigned came = 0;
        wire_begin_seed(&w, "alice,bob", 42 + i);
        wire_meet(&w);
        snprintf(text, sizeof text, "drop udp %u%%", percents[i]);
        wire_rule(&w, text);
        for (int n = 0; n < 10000; n++) {
            wire_udp(&w, "alice", "bob", "x");
            came += w.out.len > 0;
            strbuf_cut(&w.out, 0);
        }
        assert_in_range(10000 - came + 150, percents[i] * 100, percents[i] * 100 + 300);
        wire_end(&w);
    }
}

static void lost_of_alice(uint64_t seed, const char *others, bool two_rules, char *at_once)
{
    struct wire w;
    wire_begin_seed(&w, "alice,bob,carol", seed);
    wire_meet(&w);
    if (two_rules)
        wire_rule(&w, "drop tcp 50%");
    wire_rule(&w, "drop udp 50%");
    for (const char *c = LETTERS; *c != '\0'; c++) {
        strbuf_cut(&w.out, 0);
        wire_letters(&w, "carol", "alice", others);
        strbuf_cut(&w.out, 0);
        wire_udp(&w, "alice", "bob", (char[]){*c, '\0'});
        *at_once = w.out.len > 0 ? *c : '.';
        at_once++;
        wire_wait(&w, CLOCK_MS);
    }
    *at_once = '\0';
    wire_end(&w);
}

static void percentages_depend_on_seed_rule_and_sender_alone(void **state)
{
    (void)state;
    char a[64], b[64];
    unsigned differ = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        lost_of_alice(seed, "", false, a);
        lost_of_alice(seed, "", false, b);
        assert_string_equal(a, b);
        lost_of_alice(seed, "xyz", false, b); /* what others send does not matter */
        assert_string_equal(a, b);
        lost_of_alice(seed, "", true, b); /* another rule draws anew */
        differ += strcmp(a, b) != 0;
    }
    assert_true(differ >= 18);
    for (uint64_t seed = differ = 0; seed < 20; seed++) { /* and another sender */
        struct wire w;
        wire_begin_seed(&w, "alice,bob,carol", seed);
        wire_meet(&w);
        wire_rule(&w, "drop udp 50%");
        wire_letters(&w, "alice", "carol", LETTERS);
        letters_out(&w, a);
        wire_letters(&w, "bob", "carol", LETTERS);
        letters_out(&w, b);
        differ += strcmp(a, b) != 0;
        wire_end(&w);
    }
    assert_true(differ >= 18);
    lost_of_alice(1, "", false, a);
    lost_of_alice(2, "", false, b);
    assert_string_not_equal(a, b);
}

/* --- several rules, several hosts --- */

static void the_first_rule_that_picks_a_frame_decides(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "drop udp 2");
    wire_rule(&w, "hold udp 2"); /* the second that reaches it: c */
    wire_rule(&w, "duplicate udp");
    wire_letters(&w, "alice", "bob", "abcd");
    expect_out(&w, "bob:a bob:a bob:d bob:d");
    expect_told(&w, "3 duplicated bob; 4 dropped bob; 5 held bob; 6 duplicated bob");
    wire_end(&w);
}

static void a_broadcast_is_counted_once_and_handed_to_all(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol,dora");
    wire_meet(&w);
    wire_rule(&w, "drop broadcast 2");
    wire_letters(&w, "alice", NULL, "abc");
    expect_out(&w, "bob:a carol:a dora:a bob:c carol:c dora:c");
    expect_told(&w, "5 delivered bob carol dora; 6 dropped bob carol dora; "
                    "7 delivered bob carol dora");
    wire_end(&w);
}

static void a_rule_to_a_host_is_about_its_copy_of_a_broadcast_alone(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol,dora");
    wire_meet(&w);
    wire_rule(&w, "drop udp to carol 1");
    wire_rule(&w, "delay 5ms broadcast to dora");
    wire_letters(&w, "alice", NULL, "ab");
    expect_out(&w, "bob:a bob:b carol:b");
    expect_told(&w, "5 dropped carol; 5 delayed dora; 5 delivered bob; "
                    "6 delayed dora; 6 delivered bob carol");
    wire_wait(&w, 5 * CLOCK_MS);
    expect_out(&w, "dora:a dora:b");
    expect_told(&w, "5 again delayed dora; 6 again delayed dora");
    wire_udp(&w, "dora", "carol", "c");
    expect_told(&w, "7 delivered carol");
    wire_end(&w);
}

static void a_later_rule_decides_about_the_copies_that_are_left(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob,carol");
    wire_meet(&w);
    wire_rule(&w, "hold udp to carol");
    wire_rule(&w, "drop udp");
    wire_udp(&w, "alice", NULL, "a");
    expect_out(&w, "");
    expect_told(&w, "4 held carol; 4 dropped bob");
    switch_release(w.sw, "hold", w.now);
    expect_out(&w, "carol:a");
    wire_end(&w);
}

static void a_host_on_two_segments_is_meant_on_both(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice=10.0.0.1/24,gate=10.0.0.254/24+10.0.1.254/24,carol=10.0.1.1/24");
    wire_rule(&w, "drop udp to gate 2");
    wire_udp(&w, "alice", NULL, "a");
    wire_udp(&w, "carol", NULL, "b");
    expect_out(&w, "gate:a");
    expect_told(&w, "1 delivered gate; 2 dropped gate");
    struct frame f = wire_datagram(&w, "gate", NULL, "c");
    switch_frame(w.sw, 2, f.bytes, f.len, w.now, w.now); /* its other side */
    expect_out(&w, "carol:c");
    wire_end(&w);
}

static void a_frame_that_nobody_gets_is_decided_about_too(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice");
    wire_rule(&w, "drop udp 1");
    wire_letters(&w, "alice", NULL, "ab");
    expect_told(&w, "1 dropped; 2 delivered");
    wire_end(&w);
}

static void a_rule_that_comes_later_counts_from_then_on(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_letters(&w, "alice", "bob", "ab");
    wire_rule(&w, "drop udp 2");
    wire_letters(&w, "alice", "bob", "cde");
    expect_out(&w, "bob:a bob:b bob:c bob:e");
    wire_end(&w);
}

/* What lengths claim is not believed, and what is cut off is not read. */
static void frames_that_lie_are_matched_by_what_is_there(void **state)
{
    (void)state;
    struct wire w;
    wire_begin(&w, "alice,bob");
    wire_meet(&w);
    wire_rule(&w, "drop udp containing \"secret\"");
    struct frame f = wire_datagram(&w, "alice", "bob", "secret");
    frame_put16(&f, 16, 0xffff); /* IP's length */
    frame_put16(&f, 38, 0xffff); /* UDP's */
    wire_put(&w, "alice", &f);
    expect_told(&w, "3 dropped bob");
    f = wire_datagram(&w, "alice", "bob", "secret");
    frame_put16(&f, 38, 8 + 3); /* the rest is padding */
    wire_put(&w, "alice", &f);
    expect_told(&w, "4 delivered bob");
    for (size_t len = 14; len < 48; len++) {
        struct frame *cut =
            malloc(sizeof *cut); /* at its end, so that a byte too many is noticed */
        unsigned char *bytes = malloc(len);
        *cut = wire_datagram(&w, "alice", "bob", "secret");
        memcpy(bytes, cut->bytes, len);
        switch_frame(w.sw, 0, bytes, len, w.now, w.now);
        free(bytes);
        free(cut);
    }
    assert_null(strstr(w.told.data, "dropped"));
    wire_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_about_the_frames_it_names),
        cmocka_unit_test(which_frames_are_picked_does_not_depend_on_the_action),
        cmocka_unit_test(reordered_frames_change_places_with_those_that_follow),
        cmocka_unit_test(percentages_are_met_in_the_long_run),
        cmocka_unit_test(percentages_depend_on_seed_rule_and_sender_alone),
        cmocka_unit_test(the_first_rule_that_picks_a_frame_decides),
        cmocka_unit_test(a_broadcast_is_counted_once_and_handed_to_all),
        cmocka_unit_test(a_rule_to_a_host_is_about_its_copy_of_a_broadcast_alone),
        cmocka_unit_test(a_later_rule_decides_about_the_copies_that_are_left),
        cmocka_unit_test(a_host_on_two_segments_is_meant_on_both),
        cmocka_unit_test(a_frame_that_nobody_gets_is_decided_about_too),
        cmocka_unit_test(a_rule_that_comes_later_counts_from_then_on),
        cmocka_unit_test(frames_that_lie_are_matched_by_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
