/* net/states.c: the states of real sockets, as they change. */
#include "base/strbuf.h"
#include "net_help.h"

/* Whether the event is a state of the socket with that local address: "*:7000" listens, others are
 * connected. */
static bool is_of(const struct event *ev, const char *local)
{
    return ev->kind == EVENT_STATE && strcmp(ev->state.local, local) == 0 &&
           (ev->state.remote == NULL) == (local[0] == '*');
}

/* Asks until the socket is in that state: its last packet may still be on its way. */
static void wait_state(struct recording *r, const char *local, const char *to)
{
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    for (;;) {
        const char *last = "nothing";
        capture_drain(r->capture);
        states_poll_all(r->states, &r->tl, clock_now() - r->start, "localhost");
        for (size_t i = 0; i < r->tl.count; i++)
            if (is_of(&r->tl.events[i], local))
                last = r->tl.events[i].state.to;
        if (strcmp(last, to) == 0)
            return;
        if (clock_now() > deadline)
            fail_msg("%s is in %s, not in %s", local, last, to);
    }
}

/* Every state of that socket, "LISTEN CLOSED". */
static const char *history(const struct recording *r, const char *local)
{
    static char text[512];
    const char *last = NULL;
    text[0] = '\0';
    for (size_t i = 0; i < r->tl.count; i++) {
        const struct state_event *state = &r->tl.events[i].state;
        if (!is_of(&r->tl.events[i], local))
            continue;
        if (last == NULL)
            last = strcmp(state->to, "SYN_RECV") == 0 ? "LISTEN" : "CLOSED";
        assert_string_equal(state->from, last);
        last = state->to;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " " : "", last);
    }
    return text;
}

static void local_text(int fd, char out[64])
{
    struct sockaddr_in addr;
    socklen_t len = sizeof addr;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
    snprintf(out, 64, "127.0.0.1:%u", ntohs(addr.sin_port));
}

static void a_connection_is_followed_to_time_wait(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    char own[64], byte;
    net_begin(&r);
    int listener = net_listen("0.0.0.0", 7000, &addr, &len);
    states_track(r.states, "0.0.0.0:7000", NULL, 0);
    wait_state(&r, "*:7000", "LISTEN");
    inet_pton(AF_INET, "127.0.0.1", &((struct sockaddr_in *)(void *)&addr)->sin_addr);
    int client = net_connect(&addr, len);
    int server = accept(listener, NULL, NULL);
    local_text(client, own);
    wait_state(&r, own, "ESTABLISHED");
    wait_state(&r, "127.0.0.1:7000", "ESTABLISHED");
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(recv(server, &byte, 1, 0), 0);
    wait_state(&r, "127.0.0.1:7000", "CLOSE_WAIT");
    wait_state(&r, own, "FIN_WAIT2"); /* once the FIN is acknowledged */
    close(server);
    wait_state(&r, own, "TIME_WAIT");
    wait_state(&r, "127.0.0.1:7000", "CLOSED");
    close(client);
    close(listener);
    wait_state(&r, "*:7000", "CLOSED");
    timeline_sort(&r.tl);
    /* All of them, whenever the kernel was asked. */
    assert_string_equal(history(&r, own), "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
    assert_string_equal(history(&r, "127.0.0.1:7000"),
                        "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED");
    assert_string_equal(history(&r, "*:7000"), "LISTEN CLOSED");
    net_end(&r);
}

static void bytes_waiting_are_told(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7002, &addr, &len);
    int client = net_connect(&addr, len);
    assert_int_equal(send(client, "hello", 5, 0), 5);
    wait_state(&r, "127.0.0.1:7002", "ESTABLISHED");
    bool listens = false, waits = false;
    for (size_t i = 0; i < r.tl.count; i++) {
        const struct state_event *s = &r.tl.events[i].state;
        if (r.tl.events[i].kind != EVENT_STATE || strcmp(s->local, "127.0.0.1:7002") != 0)
            continue;
        if (s->remote == NULL) { /* a SYN was enough to look for who listens */
            assert_string_equal(s->to, "LISTEN");
            assert_int_equal(s->wqueue, 8);
            listens = true;
        } else if (strcmp(s->to, "ESTABLISHED") == 0) {
            assert_int_equal(s->rqueue, 5);
            waits = true;
        }
    }
    assert_true(listens && waits);
    close(client);
    close(listener);
    net_end(&r);
}

static void a_call_that_nobody_answers_stays_in_syn_sent(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    char own[64];
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7003, &addr, &len);
    assert_int_equal(listen(listener, 0), 0); /* room for one */
    int first = net_connect(&addr, len);
    int second = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(second, (struct sockaddr *)&addr, len), -1);
    local_text(second, own);
    wait_state(&r, own, "SYN_SENT");
    close(second);
    wait_state(&r, own, "CLOSED");
    assert_string_equal(history(&r, own), "SYN_SENT CLOSED");
    close(first);
    close(listener);
    net_end(&r);
}

/* With TCP_DEFER_ACCEPT a connection is half open on the listening side until data comes. */
static void a_half_open_connection_is_in_syn_recv(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    int one = 1;
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7004, &addr, &len);
    assert_int_equal(setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &one, sizeof one), 0);
    int client =
        net_connect(&addr, len); /* done for the client, waits for data on the other side */
    wait_state(&r, "127.0.0.1:7004", "SYN_RECV");
    assert_int_equal(send(client, "x", 1, 0), 1);
    wait_state(&r, "127.0.0.1:7004", "ESTABLISHED");
    close(client);
    close(listener);
    net_end(&r);
}

static void ipv6_and_both_families_are_found(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int listener = net_listen("::", 7005, &addr, &len);
    states_track(r.states, "[::]:7005", NULL, 0);
    states_track(r.states, "127.0.0.1:7005", NULL, 0); /* another name of the same */
    wait_state(&r, "*:7005", "LISTEN");
    inet_pton(AF_INET6, "::1", &((struct sockaddr_in6 *)(void *)&addr)->sin6_addr);
    int six = net_connect(&addr, len);
    wait_state(&r, "[::1]:7005", "ESTABLISHED");
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &((struct sockaddr_in6 *)(void *)&addr)->sin6_addr);
    int four = net_connect(&addr, len);
    wait_state(&r, "127.0.0.1:7005", "ESTABLISHED");
    assert_string_equal(history(&r, "*:7005"), "LISTEN");
    close(six);
    close(four);
    close(listener);
    net_end(&r);
}

static void nothing_changes_nothing_is_told(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7006, &addr, &len);
    int client = net_connect(&addr, len);
    wait_state(&r, "127.0.0.1:7006", "ESTABLISHED");
    wait_state(&r, "127.0.0.1:7006", "ESTABLISHED");
    size_t count = r.tl.count;
    states_poll_all(r.states, &r.tl, clock_now() - r.start, "localhost");
    assert_int_equal(r.tl.count, count);
    close(client);
    close(listener);
    net_end(&r);
}

static void one_that_listens_no_more_is_noticed_when_asked_for(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7009, &addr, &len);
    states_track(r.states, "127.0.0.1:7009", NULL, 0);
    assert_int_equal(states_poll(r.states, &r.tl, clock_now() - r.start, "localhost"), 1);
    close(listener);
    assert_int_equal(states_poll(r.states, &r.tl, clock_now() - r.start, "localhost"), 0);
    states_listeners(r.states);
    assert_int_equal(states_poll(r.states, &r.tl, clock_now() - r.start, "localhost"), 1);
    assert_string_equal(r.tl.events[2].state.from, "LISTEN");
    assert_string_equal(r.tl.events[2].state.to, "CLOSED");
    states_listeners(r.states);
    assert_int_equal(states_poll(r.states, &r.tl, clock_now() - r.start, "localhost"), 0);
    net_end(&r);
}

static void what_is_no_address_and_what_was_never_there_is_passed_over(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    net_begin(&r);
    states_track(r.states, "nonsense", NULL, 0);
    states_track(r.states, "127.0.0.1:1", "*", 0);
    states_track(r.states, NULL, NULL, 0);
    states_track(r.states, "127.0.0.1:1", "127.0.0.1:2", 0);
    states_track(r.states, "*:9", NULL, 0);
    assert_int_equal(states_poll_all(r.states, &r.tl, clock_now() - r.start, "localhost"), 0);
    assert_int_equal(r.tl.count, 1);
    net_end(&r);
}

/* Until the FIN of this end is: the kernel takes up to 40 ms, in the hope of something to send. */
static void wait_acknowledged(int fd)
{
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    while (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           info.tcpi_state != TCP_FIN_WAIT2 && clock_now() < deadline)
        sched_yield();
    assert_int_equal(info.tcpi_state, TCP_FIN_WAIT2);
}

/* Handshake and teardown, asked about only at the end, or again and again: the same is told. */
static void record_exchange(struct recording *r, uint16_t port, bool often)
{
    struct sockaddr_storage addr;
    socklen_t len;
    char byte, server_text[32];
    net_begin(r);
    snprintf(server_text, sizeof server_text, "127.0.0.1:%u", port);
    int listener = net_listen("127.0.0.1", port, &addr, &len);
    int client = net_connect(&addr, len);
    int server = accept(listener, NULL, NULL);
    for (int i = 0; i < (often ? 20 : 0); i++)
        net_look(r);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(recv(server, &byte, 1, 0), 0);
    for (int i = 0; i < (often ? 20 : 0); i++)
        net_look(r);
    wait_acknowledged(client);
    close(server);
    net_wait_packets(r, 7);
    wait_state(r, server_text, "CLOSED"); /* the last packet may not have had its effect yet */
    close(client);
    close(listener);
    timeline_sort(&r->tl);
}

static void put_line(struct strbuf *out, const struct event *ev, uint16_t port)
{
    char server[32];
    snprintf(server, sizeof server, "127.0.0.1:%u", port);
    if (ev->kind == EVENT_PACKET)
        strbuf_printf(out, "%s%s\n", strcmp(ev->packet.to, server) == 0 ? "> " : "< ",
                      ev->packet.flags);
    if (ev->kind == EVENT_STATE)
        strbuf_printf(out, "    %s %s\n",
                      ev->state.remote == NULL               ? "listener"
                      : strcmp(ev->state.local, server) == 0 ? "server"
                                                             : "client",
                      ev->state.to);
}

static void every_state_stands_behind_the_packet_that_caused_it(void **state)
{
    (void)state;
    net_needed();
    for (uint16_t port = 7100; port < 7140; port++) {
        struct recording r;
        struct strbuf lines = STRBUF_INIT;
        record_exchange(&r, port, port % 2 == 0);
        for (size_t i = 0; i < r.tl.count; i++)
            put_line(&lines, &r.tl.events[i], port);
        assert_string_equal(lines.data, "> S\n"
                                        "    listener LISTEN\n"
                                        "    client SYN_SENT\n"
                                        "< S.\n"
                                        "    server SYN_RECV\n"
                                        "    client ESTABLISHED\n"
                                        "> .\n"
                                        "    server ESTABLISHED\n"
                                        "> F.\n"
                                        "    client FIN_WAIT1\n"
                                        "    server CLOSE_WAIT\n"
                                        "< .\n"
                                        "    client FIN_WAIT2\n"
                                        "< F.\n"
                                        "    server LAST_ACK\n"
                                        "    client TIME_WAIT\n"
                                        "> .\n"
                                        "    server CLOSED\n");
        strbuf_free(&lines);
        net_end(&r);
    }
}

static void a_long_exchange_asks_nothing(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    char byte;
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7008, &addr, &len);
    int client = net_connect(&addr, len);
    int server = accept(listener, NULL, NULL);
    wait_state(&r, "127.0.0.1:7008", "ESTABLISHED");
    int real = r.diag;
    close(real); /* whoever asks now gets no answer, and would leave the socket out below */
    for (int i = 0; i < 100; i++) {
        assert_int_equal(send(client, "x", 1, 0), 1);
        assert_int_equal(recv(server, &byte, 1, 0), 1);
        assert_int_equal(net_look(&r), 0);
    }
    assert_int_equal(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), real);
    close(client);
    assert_int_equal(recv(server, &byte, 1, 0), 0);
    wait_state(&r, "127.0.0.1:7008", "CLOSE_WAIT");
    close(server);
    close(listener);
    net_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_followed_to_time_wait),
        cmocka_unit_test(bytes_waiting_are_told),
        cmocka_unit_test(a_call_that_nobody_answers_stays_in_syn_sent),
        cmocka_unit_test(a_half_open_connection_is_in_syn_recv),
        cmocka_unit_test(ipv6_and_both_families_are_found),
        cmocka_unit_test(nothing_changes_nothing_is_told),
        cmocka_unit_test(one_that_listens_no_more_is_noticed_when_asked_for),
        cmocka_unit_test(what_is_no_address_and_what_was_never_there_is_passed_over),
        cmocka_unit_test(every_state_stands_behind_the_packet_that_caused_it),
        cmocka_unit_test(a_long_exchange_asks_nothing),
    };
    net_enter();
    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
