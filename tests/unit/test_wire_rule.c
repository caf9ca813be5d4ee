/* catalog/wire_rule: what a line of text says that the wire does, and what makes no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/wire_rule.h"

static struct network net;

static int make_network(void **state)
{
    (void)state;
    return network_parse(&net, "alice,gate=10.0.0.254+10.0.1.254,bob,carol=10.0.1.3", NULL);
}

enum { ALICE, GATE, BOB, CAROL };

/* The rule; the test frees. */
static struct wire_rule read_rule(const char *text)
{
    struct wire_rule rule;
    struct error err = {""};
    if (wire_rule_parse(&rule, text, &net, &err) != 0)
        fail_msg("%s: %s", text, err.text);
    return rule;
}

static void refuse(const char *text, const char *why)
{
    struct wire_rule rule;
    struct error err = {""};
    if (wire_rule_parse(&rule, text, &net, &err) == 0)
        fail_msg("\"%s\" is taken", text);
    if (strstr(err.text, why) == NULL)
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, err.text, why);
    assert_null(rule.text);
    assert_null(rule.containing);
}

static void a_rule_without_matches_means_every_frame(void **state)
{
    (void)state;
    struct wire_rule rule = read_rule("drop");
    assert_int_equal(rule.action, WIRE_DROP);
    assert_int_equal(rule.from, -1);
    assert_int_equal(rule.to, -1);
    assert_int_equal(rule.protocol, WIRE_ANY);
    assert_int_equal(rule.kind, WIRE_KIND_ANY);
    assert_int_equal(rule.cast, WIRE_CAST_ANY);
    assert_int_equal(rule.which, WIRE_ALL);
    assert_string_equal(rule.text, "drop");
    wire_rule_free(&rule);
}

static void each_action_is_read_with_its_measure(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum wire_action action;
        int64_t delay_ns;
        unsigned times;
        uint64_t bits;
    } cases[] = {
        {"drop udp", WIRE_DROP, 0, 0, 0},
        {"delay 80ms", WIRE_DELAY, 80000000, 0, 0},
        {"delay 5us udp", WIRE_DELAY, 5000, 0, 0},
        {"delay 10s", WIRE_DELAY, 10000000000, 0, 0},
        {"duplicate", WIRE_DUPLICATE, 0, 1, 0},
        {"duplicate udp", WIRE_DUPLICATE, 0, 1, 0},
        {"duplicate 3 udp", WIRE_DUPLICATE, 0, 3, 0},
        {"duplicate 10", WIRE_DUPLICATE, 0, 10, 0},
        {"reorder", WIRE_REORDER, 0, 1, 0},
        {"reorder 100 udp", WIRE_REORDER, 0, 100, 0},
        {"hold tcp syn-ack", WIRE_HOLD, 0, 0, 0},
        {"corrupt udp data 2", WIRE_CORRUPT, 0, 0, 0},
        {"limit 1mbit from alice", WIRE_LIMIT, 0, 0, 1000000},
        {"limit 64kbit", WIRE_LIMIT, 0, 0, 64000},
        {"limit 1000mbit", WIRE_LIMIT, 0, 0, 1000000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_rule rule = read_rule(cases[i].text);
        assert_int_equal(rule.action, cases[i].action);
        assert_true(rule.delay_ns == cases[i].delay_ns);
        assert_int_equal(rule.times, cases[i].times);
        assert_true(rule.bits == cases[i].bits);
        wire_rule_free(&rule);
    }
}

static void hosts_protocols_and_kinds_are_matched(void **state)
{
    (void)state;
    struct wire_rule rule = read_rule("drop from bob to alice tcp syn-ack");
    assert_int_equal(rule.from, BOB);
    assert_int_equal(rule.to, ALICE);
    assert_int_equal(rule.protocol, WIRE_TCP);
    assert_int_equal(rule.kind, WIRE_SYN_ACK);
    wire_rule_free(&rule);
    rule = read_rule("drop syn");
    assert_int_equal(rule.protocol, WIRE_ANY);
    assert_int_equal(rule.kind, WIRE_SYN);
    wire_rule_free(&rule);
    rule = read_rule("drop arp request to gate");
    assert_int_equal(rule.protocol, WIRE_ARP);
    assert_int_equal(rule.kind, WIRE_REQUEST);
    assert_int_equal(rule.to, GATE);
    wire_rule_free(&rule);
    rule = read_rule("drop udp broadcast");
    assert_int_equal(rule.cast, WIRE_BROADCAST);
    wire_rule_free(&rule);
    rule = read_rule("drop unicast ip6 rst");
    assert_int_equal(rule.cast, WIRE_UNICAST);
    assert_int_equal(rule.protocol, WIRE_IP6);
    assert_int_equal(rule.kind, WIRE_RST);
    wire_rule_free(&rule);
}

static void ports_are_matched_at_either_end_or_at_one(void **state)
{
    (void)state;
    struct wire_rule rule = read_rule("drop udp port 7000 from-port 65535");
    assert_int_equal(rule.port, 7000);
    assert_int_equal(rule.from_port, 65535);
    assert_int_equal(rule.to_port, 0);
    wire_rule_free(&rule);
    rule = read_rule("drop to-port 1");
    assert_int_equal(rule.to_port, 1);
    wire_rule_free(&rule);
}

static void which_frames_are_meant_is_read_in_all_its_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum wire_which which;
        unsigned first, last;
    } cases[] = {
        {"drop udp 1", WIRE_RANGE, 1, 1},
        {"drop udp 2-5", WIRE_RANGE, 2, 5},
        {"drop udp 3-3", WIRE_RANGE, 3, 3},
        {"drop udp 4+", WIRE_RANGE, 4, 0},
        {"drop udp every 3", WIRE_EVERY, 3, 0},
        {"drop udp 30%", WIRE_PERCENT, 30, 0},
        {"drop 100%", WIRE_PERCENT, 100, 0},
        {"drop 1000000000", WIRE_RANGE, 1000000000, 1000000000},
        {"duplicate 2 1", WIRE_RANGE, 1, 1},
        {"duplicate 1-2", WIRE_RANGE, 1, 2},
        {"reorder udp from alice 1", WIRE_RANGE, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_rule rule = read_rule(cases[i].text);
        assert_int_equal(rule.which, cases[i].which);
        assert_int_equal(rule.first, cases[i].first);
        assert_int_equal(rule.last, cases[i].last);
        wire_rule_free(&rule);
    }
}

static void a_payload_is_looked_for_as_text_or_as_hex(void **state)
{
    (void)state;
    struct wire_rule rule =
        read_rule("drop udp containing \"WHO? \\\"me\\\" \\\\\\x00\\n\\r\\t\" 1");
    assert_int_equal(rule.ncontaining, 15);
    assert_memory_equal(rule.containing, "WHO? \"me\" \\\0\n\r\t", 15);
    assert_int_equal(rule.which, WIRE_RANGE);
    wire_rule_free(&rule);
    rule = read_rule("drop containing hex:00ff7A");
    assert_int_equal(rule.ncontaining, 3);
    assert_memory_equal(rule.containing, "\x00\xff\x7a", 3);
    wire_rule_free(&rule);
    rule = read_rule("drop containing \"udp\"");
    assert_int_equal(rule.protocol, WIRE_ANY);
    wire_rule_free(&rule);
}

static void the_text_is_kept_with_single_blanks_but_for_those_in_quotes(void **state)
{
    (void)state;
    struct wire_rule rule = read_rule("  drop\tudp   containing \"a  b\"\n 1 ");
    assert_string_equal(rule.text, "drop udp containing \"a  b\" 1");
    wire_rule_free(&rule);
}

static void a_rule_can_be_freed_twice(void **state)
{
    (void)state;
    struct wire_rule rule = read_rule("drop containing \"x\"");
    wire_rule_free(&rule);
    wire_rule_free(&rule);
    assert_null(rule.text);
}

/* --- what is refused --- */

static void words_that_are_not_known_are_quoted_with_the_nearest(void **state)
{
    (void)state;
    refuse("", "a rule begins with drop, delay");
    refuse(" \n", "a rule begins with drop, delay");
    refuse("dorp udp", "\"dorp\" is nothing that a wire does");
    refuse("dorp udp", "perhaps \"drop\"");
    refuse("\"drop\" udp", "\"drop\" is nothing that a wire does");
    refuse("drop upd", "\"upd\" is not understood here; did you mean \"udp\"?");
    refuse("drop evry 2", "did you mean \"every\"?");
    refuse("drop zebra", "from HOST, to HOST");
    refuse("drop udp \"x\"", "behind \"containing\"");
    refuse("drop \x1b[31m", "\\x1b[31m");
    refuse("drop UDP", "did you mean \"udp\"?");
}

static void unknown_hosts_are_told_with_those_there_are(void **state)
{
    (void)state;
    refuse("drop from bobb", "\"bobb\" is no host; did you mean \"bob\"?");
    refuse("drop from zoe", "there are \"alice\", \"gate\", \"bob\" and \"carol\"");
    refuse("drop from", "behind \"from\" stands a host's name");
    refuse("drop to", "behind \"to\" stands a host's name");
    refuse("drop from alice from bob", "\"from\" stands there twice");
}

static void measures_out_of_bounds_are_refused(void **state)
{
    (void)state;
    refuse("delay", "behind \"delay\" stands a time");
    refuse("delay udp", "\"udp\" is no time");
    refuse("delay 80", "\"80\" is no time");
    refuse("delay 80 ms", "\"80\" is no time");
    refuse("delay 0ms", "\"0ms\" is no time");
    refuse("delay 11s", "\"11s\" is no time");
    refuse("delay -1s", "\"-1s\" is no time");
    refuse("delay 99999999999999999999s", "is no time");
    refuse("delay 10001ms", "is no time");
    refuse("limit 1", "\"1\" is no rate");
    refuse("limit", "behind \"limit\" stands a rate");
    refuse("limit 0kbit", "is no rate");
    refuse("limit 1001mbit", "is no rate");
    refuse("duplicate 11", "\"11\" is too much or too little: 1 to 10");
    refuse("duplicate 0", "1 to 10");
    refuse("reorder 101", "1 to 100");
}

static void counts_that_mean_no_frame_are_refused(void **state)
{
    (void)state;
    refuse("drop 0", "\"0\" does not say which frames");
    refuse("drop 0%", "does not say which frames");
    refuse("drop 101%", "does not say which frames");
    refuse("drop 3-2", "does not say which frames");
    refuse("drop 1-", "does not say which frames");
    refuse("drop 1-2-3", "does not say which frames");
    refuse("drop 1x", "does not say which frames");
    refuse("drop 1000000001", "does not say which frames");
    refuse("drop every", "behind \"every\" stands a number");
    refuse("drop every 0", "does not say which frames");
    refuse("drop every x", "does not say which frames");
    refuse("drop 1 udp", "\"udp\" stands behind what says which frames");
    refuse("drop 1 2", "\"2\" stands behind");
    refuse("drop every 2 1", "\"1\" stands behind");
}

static void ports_that_are_none_are_refused(void **state)
{
    (void)state;
    refuse("drop port", "behind \"port\" stands a number");
    refuse("drop port 0", "\"0\" is no port");
    refuse("drop port 65536", "\"65536\" is no port");
    refuse("drop port http", "\"http\" is no port");
    refuse("drop port 7 port 8", "\"port\" stands there twice");
    refuse("drop port 7 from-port 8 to-port 9", "no frame has three ports: 7, 8 and 9");
}

static void payloads_that_are_none_are_refused(void **state)
{
    (void)state;
    refuse("drop containing", "behind \"containing\" stands a text");
    refuse("drop containing x", "\"x\" is no text");
    refuse("drop containing \"\"", "1 to 1472 bytes, not 0");
    refuse("drop containing hex:", "1 to 1472 bytes, not 0");
    refuse("drop containing hex:0", "\"hex:0\" is no hex");
    refuse("drop containing hex:zz", "is no hex");
    refuse("drop containing \"x", "not closed");
    refuse("drop containing \"x\\", "behind a '\\'");
    refuse("drop containing \"x\\\"", "not closed");
    refuse("drop containing \"x\\q\"", "behind a '\\'");
    refuse("drop containing \"\\x1\"", "behind a '\\'");
    refuse("drop containing \"x\"udp", "a blank must follow");
    refuse("drop containing \"x\" containing \"y\"", "stands there twice");
}

static void rules_that_no_frame_can_match_are_refused(void **state)
{
    (void)state;
    refuse("drop udp syn", "only TCP has a \"syn\"");
    refuse("drop arp fin", "only TCP has");
    refuse("drop tcp request", "only ARP and ICMP");
    refuse("drop icmp data", "\"data\" is the payload of TCP or UDP");
    refuse("drop udp tcp", "a rule names one protocol; \"tcp\" is a second");
    refuse("drop syn ack", "a rule names one kind of frame; \"ack\" is a second");
    refuse("drop broadcast unicast", "once");
    refuse("drop icmp port 7", "only UDP and TCP have ports");
    refuse("drop request port 7", "only UDP and TCP have ports");
    refuse("drop tcp broadcast", "none of its frames is a broadcast");
    refuse("drop syn broadcast", "none of its frames is a broadcast");
    refuse("drop syn containing \"x\"", "no payload that could contain");
    refuse("drop icmp6 broadcast", "IPv6 has no broadcast");
    refuse("corrupt arp", "neither a payload nor a checksum");
    refuse("drop from bob to bob", "never reaches the wire");
    refuse("drop from alice to carol", "\"alice\" and \"carol\" are on different networks");
}

static void what_is_unusual_but_possible_is_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "drop data",
        "drop ip syn",
        "drop tcp fin containing \"bye\"",
        "drop from alice to gate",
        "drop from gate to carol",
        "drop broadcast data",
        "corrupt icmp",
        "corrupt tcp syn",
        "drop port 7 from-port 7 to-port 8",
        "hold from alice 2+",
        "limit 8kbit every 2",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct wire_rule rule = read_rule(texts[i]);
        assert_string_equal(rule.text, texts[i]);
        wire_rule_free(&rule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_without_matches_means_every_frame),
        cmocka_unit_test(each_action_is_read_with_its_measure),
        cmocka_unit_test(hosts_protocols_and_kinds_are_matched),
        cmocka_unit_test(ports_are_matched_at_either_end_or_at_one),
        cmocka_unit_test(which_frames_are_meant_is_read_in_all_its_forms),
        cmocka_unit_test(a_payload_is_looked_for_as_text_or_as_hex),
        cmocka_unit_test(the_text_is_kept_with_single_blanks_but_for_those_in_quotes),
        cmocka_unit_test(a_rule_can_be_freed_twice),
        cmocka_unit_test(words_that_are_not_known_are_quoted_with_the_nearest),
        cmocka_unit_test(unknown_hosts_are_told_with_those_there_are),
        cmocka_unit_test(measures_out_of_bounds_are_refused),
        cmocka_unit_test(counts_that_mean_no_frame_are_refused),
        cmocka_unit_test(ports_that_are_none_are_refused),
        cmocka_unit_test(payloads_that_are_none_are_refused),
        cmocka_unit_test(rules_that_no_frame_can_match_are_refused),
        cmocka_unit_test(what_is_unusual_but_possible_is_taken),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
