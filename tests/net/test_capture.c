/* net/capture.c: what passes the loopback of a private network, once, whole, and with its time. */
#include "base/loop.h"
#include "net_help.h"

static void a_connection_is_caught_segment_by_segment(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    char byte[8];
    net_begin(&r);
    int listener = net_listen("127.0.0.1", 7000, &addr, &len);
    int client = net_connect(&addr, len);
    int server = accept(listener, NULL, NULL);
    net_wait_packets(&r, 3);
    assert_int_equal(send(client, "hello\n", 6, 0), 6);
    assert_int_equal(recv(server, byte, sizeof byte, 0), 6);
    net_wait_packets(&r, 5);
    close(client);
    assert_int_equal(recv(server, byte, sizeof byte, 0), 0);
    close(server);
    net_wait_packets(&r, 7);
    static const char *const flags[] = {"S", "S.", ".", "P.", "."};
    static const uint32_t numbers[][3] = {{0, 0, 0}, {0, 1, 0}, {1, 1, 0}, {1, 1, 6}, {1, 7, 0}};
    for (unsigned i = 0; i < 5; i++) {
        const struct event *ev = net_packet(&r, i);
        bool answer = i == 1 || i == 4;
        assert_string_equal(ev->packet.flags, flags[i]);
        assert_int_equal(ev->packet.seq, numbers[i][0]);
        assert_int_equal(ev->packet.ack, numbers[i][1]);
        assert_int_equal(ev->packet.len, numbers[i][2]);
        assert_string_equal(answer ? ev->packet.from : ev->packet.to, "127.0.0.1:7000");
        assert_null(ev->packet.info); /* the loopback's sums are not filled in: that is no fault */
        assert_int_equal(ev->packet.frame.len, ev->packet.frame_len);
    }
    assert_string_equal(net_packet(&r, 5)->packet.flags, "F.");
    assert_int_equal(capture_dropped(r.capture), 0);
    close(listener);
    net_end(&r);
}

static void the_time_of_a_packet_lies_within_the_call_that_sent_it(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int fd = net_bound(SOCK_DGRAM, "127.0.0.1", 0, &addr, &len);
    enum { TIMES = 200 };
    int64_t entered[TIMES], left[TIMES];
    for (int i = 0; i < TIMES; i++) {
        char bytes[8];
        entered[i] = clock_now() - r.start;
        assert_int_equal(sendto(fd, "ping", 4, 0, (struct sockaddr *)&addr, len), 4);
        left[i] = clock_now() - r.start;
        assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 4);
    }
    net_wait_packets(&r, TIMES);
    for (unsigned i = 0; i < TIMES; i++) {
        const struct event *ev = net_packet(&r, i);
        assert_true(ev->t >= entered[i] && ev->t <= left[i]);
    }
    close(fd);
    net_end(&r);
}

static void long_frames_are_cut_and_none_is_lost(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    static char data[60000];
    net_begin(&r);
    int fd = net_bound(SOCK_DGRAM, "127.0.0.1", 0, &addr, &len);
    for (int i = 0; i < 100; i++) { /* 6 MB, nobody drains: an ordinary user's queue is smaller */
        assert_int_equal(sendto(fd, data, sizeof data, 0, (struct sockaddr *)&addr, len),
                         sizeof data);
        assert_int_equal(recv(fd, data, sizeof data, 0), sizeof data);
    }
    net_wait_packets(&r, 100);
    const struct packet_event *packet = &net_packet(&r, 99)->packet;
    assert_int_equal(packet->len, 60000);
    assert_int_equal(packet->frame_len, 60042);
    assert_int_equal(packet->frame.len, PACKET_KEPT);
    assert_null(packet->info);
    assert_int_equal(capture_dropped(r.capture), 0);
    close(fd);
    net_end(&r);
}

static void what_is_lost_is_counted(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    int small = 4096;
    enum { TIMES = 400 };
    net_begin(&r);
    setsockopt(r.packets, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    int fd = net_bound(SOCK_DGRAM, "127.0.0.1", 0, &addr, &len);
    for (int i = 0; i < TIMES; i++) {
        char byte;
        assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&addr, len), 1);
        assert_int_equal(recv(fd, &byte, 1, 0), 1);
    }
    unsigned caught = capture_drain(r.capture);
    assert_in_range(caught, 1, TIMES - 1);
    assert_int_equal(caught + capture_dropped(r.capture), TIMES);
    assert_int_equal(caught + capture_dropped(r.capture), TIMES); /* and stays so */
    close(fd);
    net_end(&r);
}

static void an_unreachable_port_and_a_refused_connection_are_seen(void **state)
{
    (void)state;
    net_needed();
    struct recording r;
    struct sockaddr_storage addr;
    socklen_t len;
    net_begin(&r);
    int bound = net_bound(SOCK_DGRAM, "::1", 7001, &addr, &len);
    close(bound);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(sendto(fd, "hi", 2, 0, (struct sockaddr *)&addr, len), 2);
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&addr, len), -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
    net_wait_packets(&r, 4);
    assert_string_equal(net_packet(&r, 0)->packet.proto, "udp");
    assert_string_equal(net_packet(&r, 1)->packet.proto, "icmp6");
    assert_string_equal(net_packet(&r, 1)->packet.info, "port unreachable (udp to [::1]:7001)");
    assert_string_equal(net_packet(&r, 2)->packet.flags, "S");
    assert_string_equal(net_packet(&r, 3)->packet.flags, "R.");
    net_end(&r);
}

static void count_frame(void *arg, const void *frame, size_t kept, size_t wire_len, int64_t t)
{
    (void)frame, (void)kept, (void)wire_len, (void)t;
    ++*(unsigned *)arg;
}

static void frames_come_through_the_event_loop(void **state)
{
    (void)state;
    net_needed();
    struct error err = {""};
    struct loop *loop = loop_new(&err);
    struct sockaddr_storage addr;
    socklen_t len;
    unsigned count = 0;
    int packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    int lo = capture_interface(packets, "lo", &err);
    struct capture *capture = capture_open(loop, packets, lo, count_frame, &count, &err);
    assert_non_null(capture);
    int fd = net_bound(SOCK_DGRAM, "127.0.0.1", 0, &addr, &len);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&addr, len), 1);
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    while (count == 0 && clock_now() < deadline)
        loop_step(loop, deadline);
    assert_int_equal(count, 1);
    capture_close(capture);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&addr, len), 1);
    loop_step(loop, 0);
    assert_int_equal(count, 1);
    close(fd);
    close(packets);
    loop_free(loop);
}

static void what_cannot_be_captured_is_said(void **state)
{
    (void)state;
    net_needed();
    struct error err = {""};
    int packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    assert_int_equal(capture_interface(packets, "eth7", &err), -1);
    assert_string_equal(err.text, "cannot find the interface eth7: No such device");
    assert_int_equal(capture_interface(packets, "a name that is too long", &err), -1);
    assert_string_equal(err.text,
                        "'a name that is too long' is too long for the name of an interface");
    assert_null(capture_open(NULL, packets, 4711, count_frame, NULL, &err));
    assert_string_equal(err.text, "cannot listen to the interface with index 4711: No such device");
    close(packets);
    int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_null(capture_open(NULL, other, 1, count_frame, NULL, &err));
    assert_non_null(strstr(err.text, "cannot set up the capture of packets"));
    close(other);
    capture_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_caught_segment_by_segment),
        cmocka_unit_test(the_time_of_a_packet_lies_within_the_call_that_sent_it),
        cmocka_unit_test(long_frames_are_cut_and_none_is_lost),
        cmocka_unit_test(what_is_lost_is_counted),
        cmocka_unit_test(an_unreachable_port_and_a_refused_connection_are_seen),
        cmocka_unit_test(frames_come_through_the_event_loop),
        cmocka_unit_test(what_cannot_be_captured_is_said),
    };
    net_enter();
    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
