/*
 * The wire loses the same frames in every run: real programs on hosts of their own, a seed, rules,
 * and a hundred recordings that are compared.
 *
 * What is compared leaves out what no seed can decide:
 *  - ARP: kernels ask again when a timer of theirs says so;
 *  - of TCP, segments without data, and those that are sent again without having been lost: both
 *    depend on the kernels' timers (of delayed acknowledgements, of retransmission, of tail loss),
 *    and so on how busy the machine is;
 *  - which of two hosts that speak at the same time is first: so the UDP exchange is one in which
 *    everybody has fallen silent before the next datagram is sent, and of TCP each host's segments
 *    are compared in their order, but not with the other's.
 */
#include "scene_help.h"

#define HOSTS "'hosts': ['alice', 'bob', 'carol'], 'vars': {'port': 'port'}, "

/* What was typed has been sent, the answer has been sent, and taken. */
#define QUIET                                               \
    "{'wait': 'other', 'for': 'blocked', 'in': ['poll']}, " \
    "{'wait': 'prog', 'for': 'blocked', 'in': ['recv']}, "  \
    "{'wait': 'other', 'for': 'blocked', 'in': ['poll']}"

enum { RUNS = 100 };

static const char datagrams[] =
    "{" HOSTS
    "'wire': ['drop udp 30%', 'duplicate udp from alice 30%', 'corrupt udp from bob 20%', "
    "'delay 1ms udp 25%', 'hold udp from bob 5%'], "
    "'scene': [{'start': 'prog', 'on': 'bob', 'args': ['echo', '0.0.0.0', '${port}']}, "
    "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}, "
    "{'start': 'other', 'on': 'alice', 'args': ['talk', '${bob.addr}', '${port}']}, "
    "{'repeat': 20, 'do': [{'type': 'other', 'data': 'q${i}\\n'}, " QUIET "]}, "
    "{'release': 'all'}, " QUIET ", "
    "{'end-input': 'other'}, {'wait': 'other', 'for': 'exit'}]}";

static const char stream[] =
    "{" HOSTS "'wire': ['drop tcp data from alice 2', 'corrupt tcp data from alice 4', "
    "'delay 2ms tcp data from bob'], "
    "'scene': [{'start': 'prog', 'on': 'bob', 'args': ['take', '0.0.0.0', '${port}']}, "
    "{'wait': 'prog', 'for': 'listening', 'port': '${port}'}, "
    "{'start': 'other', 'on': 'alice', 'args': ['give', '${bob.addr}', '${port}']}, "
    "{'output': 'other', 'contains': 'taken 11584'}, "
    "{'wait': 'other', 'for': 'exit'}, {'wait': 'prog', 'for': 'exit'}]}";

/* "alice>bob q1 delivered" … */
static void tell_datagrams(const struct timeline *tl, struct strbuf *story)
{
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind != EVENT_PACKET || ev->packet.hosts_to == NULL ||
            strcmp(ev->packet.proto, "udp") != 0)
            continue;
        strbuf_printf(story, "%s>%s %s ", ev->host, ev->packet.hosts_to, ev->packet.fate);
        if (ev->packet.frame.len > 42)
            strbuf_add(story, ev->packet.frame.data + 42, ev->packet.len);
        strbuf_printf(story, " %s\n", ev->packet.rule != NULL ? ev->packet.rule : "");
    }
}

/* "alice 1+1448 dropped" …: first what one host sends, then what the other does. */
static void tell_segments(const struct timeline *tl, struct strbuf *story)
{
    static const char *const hosts[] = {"alice", "bob"};
    for (unsigned host = 0; host < 2; host++) {
        for (size_t i = 0; i < tl->count; i++) {
            const struct event *ev = &tl->events[i];
            if (ev->kind != EVENT_PACKET || ev->packet.hosts_to == NULL || ev->packet.len == 0 ||
                strcmp(ev->packet.proto, "tcp") != 0 || strcmp(ev->host, hosts[host]) != 0)
                continue;
            bool again = ev->packet.info != NULL && strstr(ev->packet.info, "retransmission");
            if (!again)
                strbuf_printf(story, "%s %u+%u %s\n", ev->host, ev->packet.seq, ev->packet.len,
                              ev->packet.fate);
        }
    }
}

static void needs_hosts(void)
{
    if (scene_tier_probe() == TIER_A)
        return;
    print_message("SKIPPED FOR: namespaces are refused here\n");
    skip();
}

static void play(const char *check, void (*tell)(const struct timeline *, struct strbuf *),
                 struct strbuf *story)
{
    struct played p;
    struct scene_case scene = {.binary = help_compile("wire_talk.c", NULL),
                               .check = check,
                               .tier = TIER_A};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "the runner failed: %s", p.err.text);
    HELP_HOLDS(&p, p.passed, "the exchange did not come to its end");
    tell(&p.tl, story);
    played_free(&p);
}

static void hundred_times(const char *check, void (*tell)(const struct timeline *, struct strbuf *),
                          const char *const *fates)
{
    struct strbuf first = STRBUF_INIT, story = STRBUF_INIT;
    needs_hosts();
    play(check, tell, &first);
    for (; *fates != NULL; fates++)
        if (strstr(first.data, *fates) == NULL)
            fail_msg("no frame is %s:\n%s", *fates, first.data);
    for (int i = 1; i < RUNS; i++) {
        strbuf_cut(&story, 0);
        play(check, tell, &story);
        if (strcmp(story.data, first.data) != 0)
            fail_msg("run %d was\n%snot\n%s", i, story.data, first.data);
    }
    strbuf_free(&first);
    strbuf_free(&story);
}

static void the_datagrams_of_a_lossy_exchange_are_the_same_in_a_hundred_runs(void **state)
{
    static const char *const fates[] = {"delivered", "dropped", "duplicated", "corrupted",
                                        "delayed",   "held",    NULL};
    (void)state;
    hundred_times(datagrams, tell_datagrams, fates);
}

static void the_segments_that_a_connection_loses_are_the_same_in_a_hundred_runs(void **state)
{
    static const char *const fates[] = {"alice 1+1448 delivered", "alice 1449+1448 dropped",
                                        "alice 5793+1448 corrupted", "bob 1+5 delayed", NULL};
    (void)state;
    hundred_times(stream, tell_segments, fates);
}

/* The event of the only datagram with that fate. */
static const struct packet_event *datagram_that_was(struct played *p, const char *fate)
{
    const struct packet_event *found = NULL;
    for (size_t i = 0; i < p->tl.count; i++) {
        const struct event *ev = &p->tl.events[i];
        if (ev->kind != EVENT_PACKET || strcmp(ev->packet.proto, "udp") != 0 ||
            strcmp(ev->packet.fate, fate) != 0)
            continue;
        HELP_HOLDS(p, found == NULL, "more than one datagram is %s", fate);
        found = &ev->packet;
    }
    HELP_HOLDS(p, found != NULL, "no datagram is %s", fate);
    return found;
}

static void copies_of_a_broadcast_with_different_fates_are_recorded_apart(void **state)
{
    struct played p;
    (void)state;
    needs_hosts();
    struct scene_case scene = {
        .binary = help_compile("wire_talk.c", NULL),
        .tier = TIER_A,
        .check = "{'hosts': ['alice', 'bob', 'carol', 'dora'], 'vars': {'port': 'port'}, "
                 "'wire': ['hold udp to carol', 'delay 5ms udp to bob'], "
                 "'scene': [{'udp': 'ben', 'on': 'bob', 'at': '0.0.0.0:${port}'}, "
                 "{'udp': 'cleo', 'on': 'carol', 'at': '0.0.0.0:${port}'}, "
                 "{'udp': 'dan', 'on': 'dora', 'at': '0.0.0.0:${port}'}, "
                 "{'start': 'other', 'on': 'alice', 'args': ['shout', '255.255.255.255', "
                 "'${port}']}, {'expect': 'dan', 'data': 'all'}, {'expect': 'ben', 'data': 'all'}, "
                 "{'expect-nothing': 'cleo'}, {'release': 'all'}, "
                 "{'expect': 'cleo', 'data': 'all'}]}"};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0 && p.passed, "the datagrams did not come: %s", p.err.text);
    const struct packet_event *held = datagram_that_was(&p, "held");
    const struct packet_event *delayed = datagram_that_was(&p, "delayed");
    const struct packet_event *delivered = datagram_that_was(&p, "delivered");
    HELP_HOLDS(&p, strcmp(held->hosts_to, "carol") == 0, "held: %s", held->hosts_to);
    HELP_HOLDS(&p, strcmp(delayed->hosts_to, "bob") == 0, "delayed: %s", delayed->hosts_to);
    HELP_HOLDS(&p, strcmp(delivered->hosts_to, "dora") == 0, "delivered: %s", delivered->hosts_to);
    HELP_HOLDS(&p, delayed->arrived_ns >= 5 * CLOCK_MS, "bob's copy came too early");
    HELP_HOLDS(&p, held->arrived_ns > delayed->arrived_ns, "carol's copy came before bob's");
    played_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(the_datagrams_of_a_lossy_exchange_are_the_same_in_a_hundred_runs),
        scene_test(the_segments_that_a_connection_loses_are_the_same_in_a_hundred_runs),
        scene_test(copies_of_a_broadcast_with_different_fates_are_recorded_apart),
    };
    return cmocka_run_group_tests_name("scene_wire", tests, help_group_setup, help_group_teardown);
}
