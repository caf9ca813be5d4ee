/* judge/evidence_order: the same happened, seen in another order: the same lines. */
#include "judge_help.h"

#include "judge/evidence.h"

enum { EVENTS = 12 };

/* A recording, a letter an event: calls of a process that return (a, b: 2; c, d: 3), that wait on
 * (m: 2; n: 3), a write to stderr of 2 (w) and the output of that as it was read (o), the end of 2
 * (x), a packet (p, q), an action of the script (-), a socket that was left (l). */
static void record(struct timeline *tl, const char *letters)
{
    start(tl);
    for (const char *at = letters; *at != '\0'; at++) {
        char line[80];
        int pid = strchr("cdn", *at) != NULL ? 3 : 2;
        bool waits = *at == 'm' || *at == 'n';
        if (strchr("abcdmn", *at) != NULL) {
            snprintf(line, sizeof line, "server %d udp_echo.c:%d recvfrom fd=3 len=8 = %s", pid,
                     *at, waits ? "?" : "1");
            tl_call(tl, line);
        } else if (*at == 'w') {
            tl_call(tl, "server 2 udp_echo.c:119 write fd=2 data=\"oh\" len=2 = 2");
        } else if (*at == 'o') {
            tl_output(tl, "server", "stderr", "oh");
        } else if (*at == 'x') {
            tl_exit(tl, "server", 2, 1, NULL);
        } else if (*at == '-') {
            tl_done(tl, "send", "ann", "$.a[2]", "ann sent");
        } else if (*at == 'l') {
            tl_state(tl, "127.0.0.1:7000", "*", "LISTEN");
        } else {
            struct event *ev = tl_event(tl, EVENT_PACKET);
            ev->packet.proto = "udp";
            ev->packet.from = ev->packet.to = "127.0.0.1:7000";
            ev->packet.len = (unsigned char)*at;
        }
    }
    tl_end(tl, "failed");
}

static char letter_of(const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_CALL:
        return ev->call.line == 119 ? 'w' : (char)ev->call.line;
    case EVENT_PACKET:
        return (char)ev->packet.len;
    case EVENT_OUTPUT:
        return 'o';
    case EVENT_STATE:
        return 'l';
    default:
        return 'x';
    }
}

static void assert_order(const char *seen, const char *wanted)
{
    struct timeline tl;
    struct facts f;
    struct picked picked = {0};
    const struct event *events[EVENTS + 4];
    char told[EVENTS + 4] = "";
    record(&tl, seen);
    facts_gather(&f, &lab, &script, &tl);
    for (uint64_t n = 3; n + 1 < tl.count; n++) /* behind what start() records */
        if (tl.events[n].kind != EVENT_SCRIPT)
            picked_add(&picked, n);
    assert_true(picked.count <= EVENTS);
    evidence_order(&f, &picked, events);
    for (unsigned i = 0; i < picked.count; i++)
        told[i] = letter_of(events[i]);
    assert_string_equal(told, wanted);
    picked_free(&picked);
    facts_free(&f);
    timeline_free(&tl);
}

static void what_one_process_did_stands_in_the_order_of_time(void **state)
{
    (void)state;
    assert_order("apbq", "apbq");
    assert_order("pa-qb", "paqb");
}

static void what_was_printed_stands_where_it_was_written_whenever_it_was_read(void **state)
{
    (void)state;
    assert_order("wobx", "wobx");
    assert_order("wbox", "wobx");
    assert_order("wbxo", "wobx");
}

static void what_nobody_wrote_by_a_call_stands_where_it_was_read(void **state)
{
    (void)state;
    assert_order("aox", "aox");
}

static void two_processes_at_once_are_told_one_by_one_and_then_the_packets(void **state)
{
    (void)state;
    const char *const seen[] = {"acbdpq", "cdabpq", "capdqb", "pqcadb", "pcaqbd"};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        assert_order(seen[i], "abcdpq");
}

static void what_came_before_an_action_stands_before_what_came_after_it(void **state)
{
    (void)state;
    assert_order("ca-pbd", "acbdp");
    assert_order("c-ap-db", "capbd");
}

static void who_waits_on_stands_behind_all_that_happened_and_what_is_left_at_the_end(void **state)
{
    (void)state;
    assert_order("mnapl", "apmnl");
    assert_order("nlmap", "apmnl");
    assert_order("anp-ml", "apmnl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_process_did_stands_in_the_order_of_time),
        cmocka_unit_test(what_was_printed_stands_where_it_was_written_whenever_it_was_read),
        cmocka_unit_test(what_nobody_wrote_by_a_call_stands_where_it_was_read),
        cmocka_unit_test(two_processes_at_once_are_told_one_by_one_and_then_the_packets),
        cmocka_unit_test(what_came_before_an_action_stands_before_what_came_after_it),
        cmocka_unit_test(who_waits_on_stands_behind_all_that_happened_and_what_is_left_at_the_end),
    };
    return cmocka_run_group_tests_name("evidence_order", tests, NULL, NULL);
}
