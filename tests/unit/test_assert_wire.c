/* Tests of judge/wire: assertions over packets and socket states, and how their failures read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/assert.h"
#include "tl_build.h"

#define CLIENT "127.0.0.1:40001"
#define SERVER "127.0.0.1:7000"
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct judged {
    struct timeline tl;
    struct facts f;
};

static void packet(struct timeline *tl, const char *from, const char *to, const char *flags,
                   uint32_t seq, uint32_t ack, uint32_t len)
{
    struct event *ev = tl_event(tl, EVENT_PACKET);
    ev->packet = (struct packet_event){.proto = "tcp",
                                       .from = from,
                                       .to = to,
                                       .flags = flags,
                                       .seq = seq,
                                       .ack = ack,
                                       .len = len,
                                       .fate = "delivered"};
    if (strchr(flags, 'S') != NULL)
        ev->packet.options = "mss 1460,sackOK";
}

static void change(struct timeline *tl, const char *local, const char *remote, const char *from,
                   const char *to)
{
    struct event *ev = tl_event(tl, EVENT_STATE);
    ev->state = (struct state_event){
        .proto = "tcp", .local = local, .remote = remote, .from = from, .to = to};
}

/* A server that is told a word and does not close: the client's FIN is only acknowledged. A
 * stranger's SYN passes in the middle. */
static void left_open(struct judged *j)
{
    struct timeline *tl = &j->tl;
    tl_begin(tl, "port=7000", "ann.port=40001", NULL);
    change(tl, "*:7000", NULL, NULL, "LISTEN");
    packet(tl, CLIENT, SERVER, "S", 0, 0, 0);
    packet(tl, SERVER, CLIENT, "S.", 0, 1, 0);
    change(tl, SERVER, CLIENT, NULL, "ESTABLISHED");
    packet(tl, CLIENT, SERVER, ".", 1, 1, 0);
    packet(tl, "127.0.0.1:40002", SERVER, "S", 0, 0, 0);
    packet(tl, CLIENT, SERVER, "P.", 1, 1, 5);
    packet(tl, CLIENT, SERVER, "FP.", 6, 1, 0);
    change(tl, SERVER, CLIENT, "ESTABLISHED", "CLOSE_WAIT");
    packet(tl, SERVER, CLIENT, ".", 1, 7, 0);
    tl_end(tl, "complete");
    facts_gather(&j->f, NULL, NULL, tl);
}

static void done(struct judged *j)
{
    facts_free(&j->f);
    timeline_free(&j->tl);
}

static bool holds(const struct judged *j, const struct assertion *a, const char *says,
                  const char *shows)
{
    struct assert_failure failure = ASSERT_FAILURE_INIT;
    bool right = assert_holds(&j->f, a, &failure);
    if (right) {
        assert_string_equal(failure.message.data, "");
    } else {
        assert_int_equal(failure.stage, STAGE_WIRE);
        assert_false(failure.unknown);
        if (says != NULL)
            assert_string_equal(failure.message.data, says);
        if (shows != NULL)
            assert_string_equal(failure.details, shows);
    }
    assert_failure_free(&failure);
    return right;
}

#define GAP         \
    {               \
        .gap = true \
    }

static bool packets_hold(const struct judged *j, const struct packet_pattern *p, unsigned n,
                         const char *says, const char *shows)
{
    static const char *const between[] = {"${port}", "${ann.port}"};
    struct assertion a = {.kind = ASSERT_PACKETS,
                          .packets = p,
                          .npackets = n,
                          .proto = "tcp",
                          .between = between,
                          .nbetween = 2};
    return holds(j, &a, says, shows);
}

static void a_handshake_is_found_and_a_stranger_does_not_count(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {
        {.from = "${ann.port}", .to = "${port}", .flags = "S", .has_seq = true, .options = "mss"},
        {.from = SERVER, .flags = "S.", .has_ack = true, .ack = 1, .options = "mss 1460"},
        {.flags = "."},
        {.flags = "P.", .has_len = true, .len_min = 1, .len_max = 9},
        GAP,
    };
    struct judged j;
    left_open(&j);
    assert_true(packets_hold(&j, wanted, COUNT(wanted), NULL, NULL));
    done(&j);
}

static void push_counts_only_where_it_is_asked_for(void **state)
{
    (void)state;
    static const struct packet_pattern without[] = {GAP, {.flags = "F."}, {.flags = "."}};
    static const struct packet_pattern with[] = {GAP, {.flags = "FP."}, {.flags = "."}};
    static const struct packet_pattern plain[] = {GAP, {.flags = "F"}, GAP};
    static const struct packet_pattern pushed[] = {GAP, {.flags = "F."}, {.flags = "P."}};
    struct judged j;
    left_open(&j);
    assert_true(packets_hold(&j, without, COUNT(without), NULL, NULL));
    assert_true(packets_hold(&j, with, COUNT(with), NULL, NULL));
    assert_false(packets_hold(&j, plain, COUNT(plain), NULL, NULL));
    assert_false(packets_hold(&j, pushed, COUNT(pushed), NULL, NULL));
    done(&j);
}

static void the_first_difference_is_told_and_marked(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {
        {.flags = "S"}, {.from = "${port}", .flags = "R.", .has_seq = true}, GAP};
    struct judged j;
    left_open(&j);
    assert_false(
        packets_hold(&j, wanted, COUNT(wanted),
                     "next on the wire should be RST-ACK from port 7000 with seq=0, and there came "
                     "127.0.0.1(7000) > 127.0.0.1(40001) SYN-ACK seq=0 ack=1",
                     "    1 127.0.0.1(40001) > 127.0.0.1(7000) SYN seq=0\n"
                     ">>  2 127.0.0.1(7000) > 127.0.0.1(40001) SYN-ACK seq=0 ack=1\n"
                     "    3 127.0.0.1(40001) > 127.0.0.1(7000) ACK seq=1 ack=1\n"
                     "    4 127.0.0.1(40001) > 127.0.0.1(7000) PSH-ACK seq=1 ack=1 len=5\n"
                     "    5 127.0.0.1(40001) > 127.0.0.1(7000) FIN-PSH-ACK seq=6 ack=1\n"
                     "    … 1 more\n"
                     "wanted: RST-ACK from port 7000 with seq=0\n"));
    done(&j);
}

static void what_never_came_is_told(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {
        GAP, {.flags = "F."}, GAP, {.from = "${port}", .flags = "F."}, GAP};
    static const struct packet_pattern one_more[] = {GAP,
                                                     {.from = "${port}", .flags = "."},
                                                     {.flags = "."}};
    struct judged j;
    left_open(&j);
    assert_false(packets_hold(&j, wanted, COUNT(wanted),
                              "there was no FIN-ACK from port 7000 after 127.0.0.1(40001) > "
                              "127.0.0.1(7000) FIN-PSH-ACK seq=6 ack=1",
                              NULL));
    assert_false(packets_hold(&j, one_more, COUNT(one_more),
                              "there was no ACK after 127.0.0.1(7000) > 127.0.0.1(40001) ACK "
                              "seq=1 ack=7",
                              NULL));
    done(&j);
}

static void more_than_wanted_is_told(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {{.flags = "S"}, {.flags = "S."}};
    struct judged j;
    left_open(&j);
    assert_false(packets_hold(&j, wanted, COUNT(wanted),
                              "nothing more should go over the wire, and there came "
                              "127.0.0.1(40001) > 127.0.0.1(7000) ACK seq=1 ack=1",
                              NULL));
    done(&j);
}

static void the_ends_are_those_that_the_patterns_name(void **state)
{
    (void)state;
    static const struct packet_pattern one[] = {{.from = "40002", .flags = "S"}};
    static const struct packet_pattern both[] = {{.from = "40002", .to = "${port}", .flags = "S"}};
    static const struct packet_pattern nobody[] = {{.from = "${nobody}"}};
    struct assertion a = {.kind = ASSERT_PACKETS, .packets = one, .npackets = 1, .proto = "tcp"};
    struct judged j;
    left_open(&j);
    assert_true(holds(&j, &a, NULL, NULL));
    a.packets = both;
    assert_true(holds(&j, &a, NULL, NULL));
    a.proto = "udp";
    assert_false(holds(&j, &a, "there was no SYN from port 40002 to port 7000",
                       ">>    nothing more\nwanted: SYN from port 40002 to port 7000\n"));
    a.packets = nobody;
    a.proto = "tcp";
    assert_false(holds(&j, &a, NULL, NULL));
    done(&j);
}

/* Greedy reading would take the first ACK and then find no way on. */
static void all_ways_to_read_the_gaps_are_tried(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {
        GAP,
        {.flags = "."},
        {.flags = ".", .has_len = true, .len_min = 5, .len_max = 5},
        GAP,
        {.flags = "."}};
    static const struct packet_pattern gaps[] = {GAP, GAP, {.from = "${port}", .flags = "."}, GAP};
    struct judged j;
    left_open(&j);
    assert_true(packets_hold(&j, wanted, COUNT(wanted), NULL, NULL));
    assert_true(packets_hold(&j, gaps, COUNT(gaps), NULL, NULL));
    done(&j);
}

static void states_come_in_their_order(void **state)
{
    (void)state;
    static const char *const right[] = {"ESTABLISHED", "CLOSE_WAIT"};
    static const char *const loose[] = {NULL, "CLOSE_WAIT"};
    static const char *const more[] = {"ESTABLISHED", NULL, "CLOSE_WAIT", "LAST_ACK"};
    static const char *const less[] = {"ESTABLISHED"};
    static const char *const other[] = {"ESTABLISHED", "FIN_WAIT1"};
    struct assertion a = {.kind = ASSERT_STATES, .local = "${port}", .remote = "${ann.port}"};
    struct judged j;
    left_open(&j);
    a.states = right, a.nstates = COUNT(right);
    assert_true(holds(&j, &a, NULL, NULL));
    a.states = loose, a.nstates = COUNT(loose);
    assert_true(holds(&j, &a, NULL, NULL));
    a.states = more, a.nstates = COUNT(more);
    assert_false(
        holds(&j, &a, "the socket on port 7000 never became LAST_ACK after CLOSE_WAIT", NULL));
    a.states = less, a.nstates = COUNT(less);
    assert_false(holds(
        &j, &a, "the socket on port 7000 should stay ESTABLISHED, and became CLOSE_WAIT", NULL));
    a.states = other, a.nstates = COUNT(other);
    assert_false(holds(&j, &a,
                       "the socket on port 7000 should become FIN_WAIT1, and became CLOSE_WAIT "
                       "after ESTABLISHED",
                       "   tcp  127.0.0.1(7000) with 127.0.0.1(40001): ESTABLISHED\n"
                       ">> tcp  127.0.0.1(7000) with 127.0.0.1(40001): CLOSE_WAIT\n"
                       "wanted: FIN_WAIT1\n"));
    done(&j);
}

static void a_state_is_reached_held_or_neither(void **state)
{
    (void)state;
    static const char *const close_wait[] = {"CLOSE_WAIT"}, *const time_wait[] = {"TIME_WAIT"},
                             *const established[] = {"ESTABLISHED"};
    static const struct {
        const char *const *state;
        unsigned held_for;
        bool to_end, reached;
        const char *says; /* NULL: holds */
    } cases[] = {
        {close_wait, 0, false, true, NULL},
        {time_wait, 0, false, false, NULL},
        {time_wait, 0, false, true, "the socket on port 7000 never became TIME_WAIT"},
        {close_wait, 0, false, false, "the socket on port 7000 became CLOSE_WAIT, and should not"},
        {close_wait, 0, true, false,
         "the socket on port 7000 stayed in CLOSE_WAIT, and should not"},
        {established, 0, true, false, NULL},
        {established, 0, true, true, "the socket on port 7000 did not stay in ESTABLISHED"},
        {established, 3, false, true, NULL},
        {established, 4, false, true, "the socket on port 7000 did not stay in ESTABLISHED"},
        {close_wait, 9, false, true, NULL},
    };
    struct judged j;
    left_open(&j);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct assertion a = {.kind = ASSERT_STATE,
                              .states = cases[i].state,
                              .nstates = 1,
                              .local = "${port}",
                              .remote = "${ann.port}",
                              .reached = cases[i].reached,
                              .held_for = cases[i].held_for,
                              .held_to_end = cases[i].to_end};
        assert_int_equal(holds(&j, &a, cases[i].says, NULL), cases[i].says == NULL);
    }
    done(&j);
}

/* A SYN that is lost on its way from alice to bob and sent again; carol only listens. */
static void lost_between_hosts(struct judged *j)
{
    struct timeline *tl = &j->tl;
    const char *alice = "10.0.0.1:40001", *bob = "10.0.0.2:7000";
    tl_begin(tl, "port=7000", "bob.addr=10.0.0.2", NULL);
    change(tl, "*:7000", NULL, NULL, "LISTEN");
    tl->events[tl->count - 1].host = "bob";
    change(tl, "*:7000", NULL, NULL, "LISTEN");
    tl->events[tl->count - 1].host = "carol";
    for (int i = 0; i < 2; i++) {
        packet(tl, alice, bob, "S", 0, 0, 0);
        tl->events[tl->count - 1].host = "alice";
    }
    tl->events[tl->count - 2].packet.fate = "dropped";
    packet(tl, bob, alice, "S.", 0, 1, 0);
    tl->events[tl->count - 1].host = "bob";
    change(tl, bob, alice, "LISTEN", "ESTABLISHED");
    tl->events[tl->count - 1].host = "bob";
    tl_end(tl, "complete");
    facts_gather(&j->f, NULL, NULL, tl);
}

static void packets_count_by_their_fate_and_the_host_that_sent_them(void **state)
{
    (void)state;
    static const struct packet_pattern all[] = {
        {.to = "${bob.addr}:${port}", .flags = "S", .fate = "dropped"},
        {.to = "${bob.addr}:${port}", .flags = "S", .fate = "delivered"},
        {.from = "10.0.0.2:${port}", .flags = "S."}};
    struct assertion a = {.kind = ASSERT_PACKETS, .packets = all, .npackets = 3, .proto = "tcp"};
    struct judged j;
    lost_between_hosts(&j);
    assert_true(holds(&j, &a, NULL, NULL));
    a.host = "alice";
    assert_false(holds(&j, &a,
                       "there was no SYN-ACK of alice from 10.0.0.2(7000) after "
                       "10.0.0.1(40001) > 10.0.0.2(7000) SYN seq=0",
                       NULL));
    a.npackets = 2;
    assert_true(holds(&j, &a, NULL, NULL));
    a.host = "carol";
    assert_false(holds(&j, &a, NULL, NULL));
    done(&j);
}

static void sockets_of_one_port_are_told_apart_by_their_host(void **state)
{
    (void)state;
    static const char *const served[] = {"LISTEN", "ESTABLISHED"}, *const idle[] = {"LISTEN"};
    struct assertion a = {.kind = ASSERT_STATES, .local = "${port}"};
    struct judged j;
    lost_between_hosts(&j);
    a.host = "bob", a.states = served, a.nstates = 2;
    assert_true(holds(&j, &a, NULL, NULL));
    a.host = "carol", a.states = idle, a.nstates = 1;
    assert_true(holds(&j, &a, NULL, NULL));
    a.states = served, a.nstates = 2;
    assert_false(holds(
        &j, &a, "the socket on port 7000 of carol never became ESTABLISHED after LISTEN", NULL));
    a = (struct assertion){.kind = ASSERT_STATE,
                           .host = "carol",
                           .local = "${port}",
                           .states = idle,
                           .nstates = 1,
                           .reached = true,
                           .held_to_end = true};
    assert_true(holds(&j, &a, NULL, NULL));
    a.host = "alice";
    assert_false(holds(&j, &a, "the socket on port 7000 of alice never became LISTEN", NULL));
    done(&j);
}

static void what_could_not_be_recorded_is_no_failure(void **state)
{
    (void)state;
    static const struct packet_pattern wanted[] = {{.flags = "S"}, GAP};
    static const char *const listen[] = {"LISTEN"};
    const struct assertion packets = {
        .kind = ASSERT_PACKETS, .packets = wanted, .npackets = 2, .proto = "tcp"};
    const struct assertion states = {
        .kind = ASSERT_STATE, .states = listen, .nstates = 1, .reached = true};
    const struct assertion *const both[] = {&packets, &states};
    for (unsigned i = 0; i < 4; i++) {
        struct judged j;
        struct assert_failure failure = ASSERT_FAILURE_INIT;
        bool here = i % 2 == 0;
        tl_begin(&j.tl, "port=7000", NULL);
        j.tl.events[0].scene.tier = here ? "A" : "C";
        tl_end(&j.tl, "complete");
        facts_gather(&j.f, NULL, NULL, &j.tl);
        assert_false(assert_holds(&j.f, both[i / 2], &failure));
        assert_int_equal(failure.unknown, !here);
        assert_int_equal(strstr(failure.message.data, "cannot be checked here") != NULL, !here);
        assert_failure_free(&failure);
        done(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_is_found_and_a_stranger_does_not_count),
        cmocka_unit_test(push_counts_only_where_it_is_asked_for),
        cmocka_unit_test(the_first_difference_is_told_and_marked),
        cmocka_unit_test(what_never_came_is_told),
        cmocka_unit_test(more_than_wanted_is_told),
        cmocka_unit_test(the_ends_are_those_that_the_patterns_name),
        cmocka_unit_test(all_ways_to_read_the_gaps_are_tried),
        cmocka_unit_test(states_come_in_their_order),
        cmocka_unit_test(a_state_is_reached_held_or_neither),
        cmocka_unit_test(packets_count_by_their_fate_and_the_host_that_sent_them),
        cmocka_unit_test(sockets_of_one_port_are_told_apart_by_their_host),
        cmocka_unit_test(what_could_not_be_recorded_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
