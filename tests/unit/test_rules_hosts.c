/*
 * Tests of the mistake rules on recordings of several hosts, written by hand: an any-address, a
 * loopback address, a row of the kernel's list and a datagram belong to one host, and what happened
 * on another is no evidence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/judge.h"
#include "tl_build.h"

static const struct var_spec port_var = {.name = "port", .kind = VAR_PORT};
static const struct action actions[] = {
    {.kind = ACTION_START, .actor = "server", .path = "$.a[0]"},
    {.kind = ACTION_START, .actor = "client", .path = "$.a[1]"},
    {.kind = ACTION_OUTPUT, .actor = "server", .path = "$.a[2]", .output = {.contains = "hello"}},
    {.kind = ACTION_OUTPUT, .actor = "client", .path = "$.a[3]", .output = {.contains = "reply"}},
};
static const struct scene_script script = {
    .vars = &port_var,
    .nvars = 1,
    .actions = actions,
    .nactions = sizeof actions / sizeof actions[0],
};
static const char *loss_aimed[] = {"udp-loss-not-expected"};
static const struct lab about_loss = {.id = "99_loss", .mistakes = loss_aimed, .nmistakes = 1};

static void on(const char *host, struct event *ev)
{
    ev->host = host;
}

static struct event *udp(struct timeline *tl, const char *host, const char *from, const char *to,
                         uint32_t len, const char *hosts_to)
{
    struct event *ev = tl_event(tl, EVENT_PACKET);
    ev->host = host;
    ev->packet = (struct packet_event){
        .proto = "udp", .from = from, .to = to, .len = len, .fate = "delivered"};
    ev->packet.hosts_to = hosts_to;
    return ev;
}

/* Of the rules that ask for hosts. */
static void finds(struct timeline *tl, const struct lab *lab, const char *id,
                  enum certainty certainty)
{
    static const char *const only[] = {"no-reuseaddr",
                                       "port-in-use-by-listener",
                                       "bind-loopback-only",
                                       "udp-buffer-too-small",
                                       "waits-for-eof",
                                       "blocked-on-stdin",
                                       "udp-no-timeout",
                                       "udp-loss-not-expected",
                                       "broadcast-receiver-bound-to-unicast",
                                       NULL};
    struct diagnosis *d = judge_diagnose(lab, &script, tl, only);
    assert_string_equal(d != NULL ? d->id : "nothing", id != NULL ? id : "nothing");
    if (d != NULL)
        assert_int_equal(d->certainty, certainty);
    diagnosis_free(d);
    timeline_free(tl);
}

static void what_holds_a_port_on_another_host_is_no_reason(void **state)
{
    (void)state;
    static const struct {
        const char *host, *row, *id;
    } cases[] = {
        {"alice", "TIME_WAIT", "no-reuseaddr"},
        {"bob", "TIME_WAIT", NULL},
        {"alice", "LISTEN", "port-in-use-by-listener"},
        {"bob", "LISTEN", NULL},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        tl_begin(&tl, "port=7000", NULL);
        on("alice", tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3"));
        on("alice", tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=0.0.0.0:7000 = EADDRINUSE"));
        on("alice", tl_exit(&tl, "server", 2, 1, NULL));
        tl_failed(&tl, "output", "server", "$.a[2]", "exit", NULL, NULL);
        on(cases[i].host, tl_state(&tl, "*:7000", "*", cases[i].row));
        tl_end(&tl, "failed");
        finds(&tl, NULL, cases[i].id, CERTAINTY_FACT);
    }
}

/* Both send to 127.0.0.1; only one of them is at home there. */
static void loopback_is_another_on_each_host(void **state)
{
    (void)state;
    for (int same = 0; same <= 1; same++) {
        struct timeline tl;
        tl_begin(&tl, "port=7000", NULL);
        on("alice", tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3"));
        on("alice", tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=0.0.0.0:7000 = 0"));
        const char *host = same ? "alice" : "bob";
        on(host, tl_call(&tl, "client 3 c.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3"));
        on(host, tl_call(&tl, "client 3 c.c:2 sendto fd=3 data=\"hello\" len=5 flags=0 "
                              "addr=127.0.0.1:7000 = 5"));
        on("alice", tl_call(&tl, "server 2 s.c:3 recvfrom fd=3 len=4 flags=0 data=\"hell\" = 4"));
        on("alice", tl_call(&tl, "server 2 s.c:3 recvfrom fd=3 len=4 flags=0 = ?"));
        tl_failed(&tl, "output", "server", "$.a[2]", "stall", NULL, NULL);
        tl_end(&tl, "stall");
        finds(&tl, NULL, same ? "udp-buffer-too-small" : NULL, CERTAINTY_FACT);
    }
}

/* Its subnet's broadcast stays on the subnet: the router hands it to nobody. */
static void a_broadcast_is_missed_only_by_a_host_that_it_came_to(void **state)
{
    (void)state;
    for (int came = 0; came <= 1; came++) {
        struct timeline tl;
        tl_begin(&tl, "port=7000", NULL);
        on("bob", tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3"));
        on("bob", tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=10.0.0.2:7000 = 0"));
        udp(&tl, "alice", "10.0.0.1:40001", "10.0.0.255:7000", 5, came ? "bob,carol" : "carol");
        on("bob", tl_call(&tl, "server 2 s.c:3 recvfrom fd=3 len=512 flags=0 = ?"));
        tl_failed(&tl, "output", "server", "$.a[2]", "stall", NULL, NULL);
        tl_end(&tl, "stall");
        finds(&tl, NULL, came ? "broadcast-receiver-bound-to-unicast" : NULL, CERTAINTY_FACT);
    }
}

static void client_asks(struct timeline *tl)
{
    tl_begin(tl, "port=7000", NULL);
    on("alice", tl_call(tl, "client 3 c.c:1 socket domain=AF_INET type=SOCK_DGRAM = 3"));
    on("alice", tl_call(tl, "client 3 c.c:2 sendto fd=3 data=\"hello\" len=5 flags=0 "
                            "addr=10.0.0.2:7000 = 5"));
}

/* Nobody knows how long a program means to wait, unless the lab is about that. */
static void silence_alone_is_only_asked_about(void **state)
{
    (void)state;
    for (int answered = 0; answered <= 1; answered++) {
        struct timeline tl;
        client_asks(&tl);
        udp(&tl, "alice", "10.0.0.1:40001", "10.0.0.2:7000", 5, "bob");
        if (answered)
            udp(&tl, "bob", "10.0.0.2:7000", "10.0.0.1:40001", 5, "alice");
        on("alice", tl_call(&tl, "client 3 c.c:3 recvfrom fd=3 len=512 flags=0 = ?"));
        tl_failed(&tl, "output", "client", "$.a[3]", "stall", NULL, NULL);
        tl_end(&tl, "stall");
        finds(&tl, NULL, answered ? NULL : "udp-no-timeout", CERTAINTY_HINT);
    }
}

static void a_loss_is_the_programs_only_when_it_did_not_try_again(void **state)
{
    (void)state;
    static const struct {
        const char *again; /* what it sends then, and gets no answer to either */
        const struct lab *lab;
        const char *id;
        enum certainty certainty;
    } cases[] = {
        {NULL, &about_loss, "udp-loss-not-expected", CERTAINTY_FACT},
        {NULL, NULL, "udp-loss-not-expected", CERTAINTY_HINT},
        {"hello", &about_loss, NULL, CERTAINTY_HINT},
        {"other", &about_loss, "udp-loss-not-expected", CERTAINTY_HINT},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeline tl;
        client_asks(&tl);
        struct event *lost = udp(&tl, "alice", "10.0.0.1:40001", "10.0.0.2:7000", 5, "bob");
        lost->packet.fate = "dropped";
        lost->packet.arrived_ns = -1;
        on("alice", tl_call(&tl, "client 3 c.c:3 recvfrom fd=3 len=512 flags=0 = EAGAIN"));
        if (cases[i].again != NULL) {
            on("alice",
               tl_call(&tl, timeline_format(&tl,
                                            "client 3 c.c:2 sendto fd=3 data=\"%s\" len=5 flags=0 "
                                            "addr=10.0.0.2:7000 = 5",
                                            cases[i].again)));
            udp(&tl, "alice", "10.0.0.1:40001", "10.0.0.2:7000", 5, "bob");
        }
        on("alice", tl_exit(&tl, "client", 3, 1, NULL));
        tl_failed(&tl, "output", "client", "$.a[3]", "exit", NULL, NULL);
        tl_end(&tl, "failed");
        finds(&tl, cases[i].lab, cases[i].id, cases[i].certainty);
    }
}

/* A client to which the kernel gave a port is told by what it sent; the bytes that wait for one of
 * another host are not for it. */
static void bytes_that_wait_are_those_of_the_programs_own_host(void **state)
{
    (void)state;
    for (int own = 0; own <= 1; own++) {
        struct timeline tl;
        client_asks(&tl);
        udp(&tl, "alice", "10.0.0.1:40001", "10.0.0.2:7000", 5, "bob");
        udp(&tl, "bob", "10.0.0.2:7000", "10.0.0.1:40001", 5, "alice");
        on("alice", tl_call(&tl, "client 3 c.c:5 read fd=0 len=1024 = ?"));
        tl_failed(&tl, "output", "client", "$.a[3]", "stall", NULL, NULL);
        struct event *row = tl_state(&tl, "*:40001", "*", "UNCONNECTED");
        row->state.proto = "udp";
        row->state.rqueue = 768;
        row->host = own ? "alice" : "bob";
        tl_end(&tl, "stall");
        finds(&tl, NULL, own ? "blocked-on-stdin" : NULL, CERTAINTY_HINT);
    }
}

/* Both ends wait; the accepted connection is the other end only where the client connected to. */
static void the_other_end_of_a_connection_is_on_the_host_it_goes_to(void **state)
{
    (void)state;
    for (int there = 0; there <= 1; there++) {
        struct timeline tl;
        const char *host = there ? "bob" : "carol";
        tl_begin(&tl, "port=7000", NULL);
        on("bob", tl_event(&tl, EVENT_PACKET));
        tl.events[tl.count - 1].packet = (struct packet_event){
            .proto = "tcp", .from = "10.0.0.2:7000", .to = "10.0.0.1:40001", .fate = "delivered"};
        on(host, tl_call(&tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM = 3"));
        on(host, tl_call(&tl, "server 2 s.c:2 bind fd=3 addr=0.0.0.0:7000 = 0"));
        on(host, tl_call(&tl, "server 2 s.c:3 listen fd=3 backlog=5 = 0"));
        on("alice", tl_call(&tl, "client 3 c.c:1 socket domain=AF_INET type=SOCK_STREAM = 3"));
        on("alice", tl_call(&tl, "client 3 c.c:2 connect fd=3 addr=10.0.0.2:7000 = 0"));
        on(host, tl_call(&tl, "server 2 s.c:4 accept fd=3 addr=10.0.0.1:40001 = 4"));
        on(host, tl_call(&tl, "server 2 s.c:5 recvfrom fd=4 len=512 flags=0 = ?"));
        on("alice", tl_call(&tl, "client 3 c.c:3 recvfrom fd=3 len=512 flags=0 = ?"));
        tl_failed(&tl, "output", "client", "$.a[3]", "stall", NULL, NULL);
        tl_end(&tl, "stall");
        finds(&tl, NULL, there ? "waits-for-eof" : NULL, CERTAINTY_FACT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_a_port_on_another_host_is_no_reason),
        cmocka_unit_test(loopback_is_another_on_each_host),
        cmocka_unit_test(a_broadcast_is_missed_only_by_a_host_that_it_came_to),
        cmocka_unit_test(silence_alone_is_only_asked_about),
        cmocka_unit_test(a_loss_is_the_programs_only_when_it_did_not_try_again),
        cmocka_unit_test(bytes_that_wait_are_those_of_the_programs_own_host),
        cmocka_unit_test(the_other_end_of_a_connection_is_on_the_host_it_goes_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
