/* net/transitions.c: the states of both ends, as the segments between them tell (RFC 9293). */
#include "net/transitions.h"

#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *name(int state)
{
    static const char *const names[] = {"none",       "ESTABLISHED", "SYN_SENT",  "SYN_RECV",
                                        "FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "closed",
                                        "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};
    return names[state];
}

/* A line is a segment: "> F. 7 2 3": from a to b, flags, sequence number, acknowledgement, bytes.
 */
static void play(const char *script, const char *a_passes, const char *b_passes)
{
    struct transition_end ends[2] = {{.state = TRANSITION_GONE}, {.state = TRANSITION_GONE}};
    char passed[2][256] = {"", ""};
    char *copy = strdup(script), *rest = copy;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';) {
        char arrow, flags[8];
        unsigned seq = 0, ack = 0, len = 0;
        assert_true(sscanf(line, "%c %7s %u %u %u", &arrow, flags, &seq, &ack, &len) >= 3);
        struct packet_event packet = {
            .proto = "tcp", .flags = flags, .abs_seq = seq, .abs_ack = ack, .len = len};
        for (int e = 0; e < 2; e++) {
            int before = ends[e].state;
            int after = transition_step(&ends[e], &packet, (arrow == '>') == (e == 0));
            assert_int_equal(after, ends[e].state);
            if (after != before)
                snprintf(passed[e] + strlen(passed[e]), sizeof passed[e] - strlen(passed[e]),
                         "%s%s", passed[e][0] != '\0' ? " " : "", name(after));
        }
    }
    free(copy);
    assert_string_equal(passed[0], a_passes);
    assert_string_equal(passed[1], b_passes);
}

#define HANDSHAKE "> S 100\n< S. 500 101\n> . 101 501\n"

static void four_segments_close_a_connection(void **state)
{
    (void)state;
    play(HANDSHAKE
         "> P. 101 501 5\n< . 501 106\n> F. 106 501\n< . 501 107\n< F. 501 107\n> . 107 502\n",
         "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
         "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK none");
}

static void three_segments_close_a_connection(void **state)
{
    (void)state;
    play(HANDSHAKE "> F. 101 501\n< F. 501 102\n> . 102 502\n",
         "SYN_SENT ESTABLISHED FIN_WAIT1 TIME_WAIT",
         "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK none");
}

static void the_side_that_answered_may_close_first(void **state)
{
    (void)state;
    play(HANDSHAKE "< F. 501 101 3\n> . 101 505\n> F. 101 505\n< . 505 102\n",
         "SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK none",
         "SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
}

static void both_may_close_at_once(void **state)
{
    (void)state;
    /* The wire carries both before either is acknowledged: but here a segment is received at once,
     * so that the second closer has seen the first. What counts is the acknowledgement in it. */
    play(HANDSHAKE "> F. 101 501\n< F. 501 101\n> . 102 502\n< . 502 102\n",
         "SYN_SENT ESTABLISHED FIN_WAIT1 CLOSING TIME_WAIT",
         "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK none");
}

static void a_refused_call_ends_at_once(void **state)
{
    (void)state;
    play("> S 100\n< R. 0 101\n", "SYN_SENT none", "");
}

static void a_reset_ends_it_on_both_sides(void **state)
{
    (void)state;
    play(HANDSHAKE "> R 101\n", "SYN_SENT ESTABLISHED none", "SYN_RECV ESTABLISHED none");
    play(HANDSHAKE "< F. 501 101\n> . 101 502\n> P. 101 502 1\n< R 502\n",
         "SYN_SENT ESTABLISHED CLOSE_WAIT none", "SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 none");
}

static void what_is_sent_again_changes_nothing(void **state)
{
    (void)state;
    play("> S 100\n> S 100\n< S. 500 101\n< S. 500 101\n> . 101 501\n< S. 500 101\n> . 101 501\n"
         "> F. 101 501\n> F. 101 501\n< . 501 102\n< . 501 102\n< F. 501 102\n< F. 501 102\n"
         "> . 102 502\n",
         "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
         "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK none");
}

static void an_acknowledgement_of_less_than_the_fin_is_not_one_of_it(void **state)
{
    (void)state;
    play(HANDSHAKE "> F. 101 501 5\n< . 501 106\n", "SYN_SENT ESTABLISHED FIN_WAIT1",
         "SYN_RECV ESTABLISHED CLOSE_WAIT");
    play("> S 4294967294\n< S. 500 4294967295\n> . 4294967295 501\n> F. 4294967295 501 5\n"
         "< . 501 5\n",
         "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2", "SYN_RECV ESTABLISHED CLOSE_WAIT");
}

static void a_pair_may_be_used_again(void **state)
{
    (void)state;
    play(HANDSHAKE "> R 101\n> S 900\n< S. 700 901\n> . 901 701\n",
         "SYN_SENT ESTABLISHED none SYN_SENT ESTABLISHED",
         "SYN_RECV ESTABLISHED none SYN_RECV ESTABLISHED");
}

static void other_packets_change_nothing(void **state)
{
    (void)state;
    struct transition_end end = {.state = TCP_ESTABLISHED};
    struct packet_event udp = {.proto = "udp"};
    assert_int_equal(transition_step(&end, &udp, true), TCP_ESTABLISHED);
    assert_int_equal(transition_step(&end, &udp, false), TCP_ESTABLISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_segments_close_a_connection),
        cmocka_unit_test(three_segments_close_a_connection),
        cmocka_unit_test(the_side_that_answered_may_close_first),
        cmocka_unit_test(both_may_close_at_once),
        cmocka_unit_test(a_refused_call_ends_at_once),
        cmocka_unit_test(a_reset_ends_it_on_both_sides),
        cmocka_unit_test(what_is_sent_again_changes_nothing),
        cmocka_unit_test(an_acknowledgement_of_less_than_the_fin_is_not_one_of_it),
        cmocka_unit_test(a_pair_may_be_used_again),
        cmocka_unit_test(other_packets_change_nothing),
    };
    return cmocka_run_group_tests_name("transitions", tests, NULL, NULL);
}
