/* net/switch_ports.c: the switch on packet sockets, between hosts in namespaces of their own. */
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <sys/wait.h>

#include "base/loop.h"
#include "base/mem.h"
#include "descriptors.h"
#include "net/hosts.h"
#include "net/switch.h"
#include "net_help.h"

enum { ALICE, BOB, CAROL, WIRE = -1, TOLD = 4000, ETHERTYPE = 0x88b5 };
#define PATIENCE (10 * CLOCK_S)

struct told {
    struct switch_report report;
    unsigned char frame[1600];
};

struct lan {
    struct network net;
    struct hosts_built built;
    struct loop *loop;
    struct net_switch *sw;
    struct told *told;
    unsigned ntold;
};

static void on_report(void *arg, const struct switch_report *report)
{
    struct lan *lan = arg;
    assert_true(lan->ntold < TOLD && report->len <= sizeof lan->told->frame);
    struct told *told = &lan->told[lan->ntold++];
    told->report = *report;
    memcpy(told->frame, report->frame, report->len);
}

static struct lan *lan_new(const char *hosts)
{
    struct lan *lan = mem_alloc(sizeof *lan);
    struct error err = {""};
    net_needed();
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    network_parse(&lan->net, hosts, &err);
    assert_string_equal(err.text, "");
    hosts_build(&lan->net, &lan->built, &err);
    assert_string_equal(err.text, "");
    lan->told = mem_alloc(TOLD * sizeof *lan->told);
    lan->loop = loop_new(&err);
    lan->sw = switch_new(&lan->net, 4711, NULL, on_report, lan);
    switch_attach(lan->sw, lan->loop, lan->built.ports, lan->built.nports, &err);
    assert_string_equal(err.text, "");
    return lan;
}

static void lan_free(struct lan *lan)
{
    switch_free(lan->sw);
    loop_free(lan->loop);
    hosts_close(&lan->built);
    free(lan->told);
    free(lan);
}

static void rule(struct lan *lan, const char *text)
{
    struct error err = {""};
    struct wire_rule parsed;
    if (wire_rule_parse(&parsed, text, &lan->net, &err) != 0)
        fail_msg("%s", err.text);
    switch_rule(lan->sw, &parsed);
}

static int socket_on(const struct lan *lan, int host, int family, int type)
{
    assert_int_equal(hosts_enter(&lan->built, host), 0);
    int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(hosts_enter(&lan->built, WIRE), 0);
    assert_true(fd >= 0);
    return fd;
}

static struct sockaddr_in address(int host, uint16_t port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
    addr.sin_addr.s_addr = htonl(0x0a000001U + (unsigned)host);
    return addr;
}

/* A datagram socket on a host, bound to port 7000. */
static int bound_on(const struct lan *lan, int host)
{
    struct sockaddr_in addr = address(host, 7000);
    int fd = socket_on(lan, host, AF_INET, SOCK_DGRAM), room = 4 * 1024 * 1024;
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return fd;
}

static void send_to(int fd, int host, const void *data, size_t len)
{
    struct sockaddr_in addr = address(host, 7000);
    assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&addr, sizeof addr), len);
}

/* Steps the loop until something comes; the number of bytes. */
static size_t receive(struct lan *lan, int fd, void *data, size_t room)
{
    ssize_t n;
    for (int64_t deadline = clock_now() + PATIENCE; (n = recv(fd, data, room, 0)) < 0;) {
        if (clock_now() > deadline)
            fail_msg("nothing came");
        loop_step(lan->loop, clock_now() + 10 * CLOCK_MS);
    }
    return (size_t)n;
}

static void comes(struct lan *lan, int fd, const char *text)
{
    char got[2000];
    assert_int_equal(receive(lan, fd, got, sizeof got), strlen(text));
    assert_memory_equal(got, text, strlen(text));
}

/* Alice and bob have each other's addresses. */
static void meet(struct lan *lan, int alice, int bob)
{
    send_to(alice, BOB, "hello", 5);
    comes(lan, bob, "hello");
    send_to(bob, ALICE, "hello", 5);
    comes(lan, alice, "hello");
}

/* --- frames go through --- */

static void a_datagram_crosses_after_arp_and_every_frame_is_told(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    send_to(alice, BOB, "hello", 5);
    comes(lan, bob, "hello");
    assert_int_equal(lan->ntold, 3);
    static const unsigned froms[] = {ALICE, BOB, ALICE}, types[] = {0x0806, 0x0806, 0x0800};
    static const uint32_t tos[] = {1U << BOB | 1U << CAROL, 1U << ALICE, 1U << BOB};
    for (unsigned i = 0; i < 3; i++) {
        const struct told *told = &lan->told[i];
        assert_int_equal(told->report.from, froms[i]);
        assert_int_equal(told->report.to, tos[i]);
        assert_int_equal(told->report.fate, SWITCH_DELIVERED);
        assert_int_equal(told->frame[12] << 8 | told->frame[13], types[i]);
    }
    assert_false(switch_unanswered(lan->sw, clock_now()));
    assert_int_equal(switch_lost(lan->sw), 0);
    close(alice);
    close(bob);
    lan_free(lan);
}

static void the_time_of_a_frame_lies_within_the_call_that_sent_it(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    enum { TIMES = 200 };
    int64_t entered[TIMES], left[TIMES];
    meet(lan, alice, bob);
    lan->ntold = 0;
    for (int i = 0; i < TIMES; i++) {
        entered[i] = clock_now();
        send_to(i % 2 == 0 ? alice : bob, i % 2 == 0 ? BOB : ALICE, "ping", 4);
        left[i] = clock_now();
        if (i % 3 == 2) /* some wait, and are read late */
            comes(lan, i % 2 == 0 ? bob : alice, "ping");
    }
    while (switch_pump(lan->sw) > 0) {
    }
    assert_int_equal(lan->ntold, TIMES);
    for (unsigned i = 0; i < TIMES; i++) {
        const struct switch_report *report = &lan->told[i].report;
        assert_int_equal(report->from, i % 2 == 0 ? ALICE : BOB); /* in the order of their times */
        assert_true(report->t >= entered[i] && report->t <= left[i]);
        assert_true(report->handed_on >= report->t);
    }
    close(alice);
    close(bob);
    lan_free(lan);
}

static void a_burst_arrives_whole_and_in_order(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    enum { BURST = 1000 };
    meet(lan, alice, bob);
    for (uint32_t i = 0; i < BURST; i++) {
        char bytes[1000] = "";
        memcpy(bytes, &i, sizeof i);
        send_to(alice, BOB, bytes, sizeof bytes);
    }
    for (uint32_t i = 0; i < BURST; i++) {
        char bytes[1000];
        uint32_t number;
        assert_int_equal(receive(lan, bob, bytes, sizeof bytes), sizeof bytes);
        memcpy(&number, bytes, sizeof number);
        assert_int_equal(number, i);
    }
    assert_int_equal(switch_lost(lan->sw), 0);
    close(alice);
    close(bob);
    lan_free(lan);
}

static void what_is_delayed_is_handed_on_by_the_loop(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    meet(lan, alice, bob);
    rule(lan, "delay 30ms udp from alice");
    lan->ntold = 0;
    int64_t sent = clock_now();
    send_to(alice, BOB, "later", 5);
    comes(lan, bob, "later");
    assert_true(clock_now() - sent >= 30 * CLOCK_MS);
    assert_int_equal(lan->ntold, 2);
    assert_false(lan->told[0].report.again);
    assert_int_equal(lan->told[0].report.handed_on, -1);
    assert_true(lan->told[1].report.again);
    assert_true(lan->told[1].report.handed_on - lan->told[1].report.t >= 30 * CLOCK_MS);
    assert_int_equal(switch_on_way(lan->sw), 0);
    close(alice);
    close(bob);
    lan_free(lan);
}

static void what_is_released_goes_out_by_itself(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    char byte;
    meet(lan, alice, bob);
    rule(lan, "hold udp from alice");
    send_to(alice, BOB, "held", 4);
    while (switch_pump(lan->sw) == 0) {
    }
    assert_int_equal(recv(bob, &byte, 1, 0), -1);
    switch_release(lan->sw, NULL, clock_now());
    comes(lan, bob, "held");
    close(alice);
    close(bob);
    lan_free(lan);
}

static void a_spoiled_datagram_is_not_taken_by_its_receiver(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    meet(lan, alice, bob);
    rule(lan, "corrupt udp from alice 1-2");
    send_to(alice, BOB, "spoiled", 7);
    send_to(alice, BOB, "", 0);
    send_to(alice, BOB, "whole", 5);
    comes(lan, bob, "whole");
    close(alice);
    close(bob);
    lan_free(lan);
}

static bool window_is_bounded(const struct lan *lan)
{
    char text[100] = "";
    assert_int_equal(hosts_enter(&lan->built, BOB), 0);
    int fd = open("/proc/sys/net/ipv4/tcp_rmem", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    assert_int_equal(hosts_enter(&lan->built, WIRE), 0);
    return strstr(text, "\t262144\n") != NULL;
}

static int listening_on(const struct lan *lan, int host)
{
    struct sockaddr_in addr = address(host, 7000);
    int fd = socket_on(lan, host, AF_INET, SOCK_STREAM);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* However late the switch reads: a connection does not send further ahead than a port's queue
 * holds, even that of a user who may not have a large one. */
static void a_stream_loses_nothing_in_the_queue_of_an_ordinary_user(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    enum { BULK = 32 * 1024 * 1024, PIECES = 4096 };
    static char bytes[PIECES];
    int usual = 212992; /* net.core.rmem_max */
    if (!window_is_bounded(lan)) {
        printf("SKIPPED FOR: /proc/sys is read-only here\n");
        lan_free(lan);
        skip();
    }
    for (unsigned i = 0; i < lan->built.nports; i++)
        setsockopt(lan->built.ports[i], SOL_SOCKET, SO_RCVBUF, &usual, sizeof usual);
    int listener = listening_on(lan, BOB), alice = socket_on(lan, ALICE, AF_INET, SOCK_STREAM);
    struct sockaddr_in addr = address(BOB, 7000);
    connect(alice, (struct sockaddr *)&addr, sizeof addr);
    int bob = -1;
    size_t sent = 0, got = 0;
    for (int64_t deadline = clock_now() + PATIENCE; got < BULK && clock_now() < deadline;) {
        ssize_t n = 0;
        lan->ntold = 0;
        while (sent < BULK &&
               (n = send(alice, bytes, BULK - sent < PIECES ? BULK - sent : PIECES, 0)) > 0)
            sent += (size_t)n;
        loop_step(lan->loop, deadline);
        if (bob < 0)
            bob = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        while (bob >= 0 && (n = recv(bob, bytes, sizeof bytes, 0)) > 0)
            got += (size_t)n;
    }
    assert_int_equal(got, BULK);
    assert_int_equal(switch_lost(lan->sw), 0);
    close(listener);
    close(alice);
    close(bob);
    lan_free(lan);
}

/* --- frames of other kinds --- */

/* A packet socket on a host's eth0. */
static int raw_on(const struct lan *lan, int host, int protocol)
{
    struct error err = {""};
    int fd = socket_on(lan, host, AF_PACKET, SOCK_RAW);
    struct sockaddr_ll addr = {.sll_family = AF_PACKET,
                               .sll_protocol = htons((uint16_t)protocol),
                               .sll_ifindex = capture_interface(fd, "eth0", &err)};
    assert_string_equal(err.text, "");
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static size_t put_header(const struct lan *lan, unsigned char *frame, int from, int to)
{
    memcpy(frame, lan->net.hosts[to].interfaces[0].mac, 6);
    memcpy(frame + 6, lan->net.hosts[from].interfaces[0].mac, 6);
    frame[12] = ETHERTYPE >> 8;
    frame[13] = ETHERTYPE & 0xff;
    return 14;
}

static void what_is_not_ip_passes_as_it_is(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    unsigned char frame[1514] = "", got[1600];
    int sends = raw_on(lan, ALICE, 0), takes = raw_on(lan, BOB, ETHERTYPE);
    put_header(lan, frame, ALICE, BOB);
    for (size_t len = 14; len <= sizeof frame; len += 300) {
        memset(frame + 14, (int)len, sizeof frame - 14);
        assert_int_equal(send(sends, frame, len, 0), len);
        assert_int_equal(receive(lan, takes, got, sizeof got), len);
        assert_memory_equal(got, frame, len);
    }
    close(sends);
    close(takes);
    lan_free(lan);
}

static void a_tag_of_a_vlan_passes_with_its_frame(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    unsigned char frame[64] = "", got[100];
    int sends = raw_on(lan, ALICE, 0), takes = raw_on(lan, BOB, ETH_P_ALL), on = 1;
    setsockopt(takes, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on);
    put_header(lan, frame, ALICE, BOB);
    memcpy(frame + 12, "\x81\x00\x20\x07\x88\xb5tagged", 12);
    assert_int_equal(send(sends, frame, sizeof frame, 0), sizeof frame);
    for (int64_t deadline = clock_now() + PATIENCE; lan->ntold == 0 && clock_now() < deadline;)
        loop_step(lan->loop, deadline);
    assert_int_equal(lan->ntold, 1);
    assert_int_equal(lan->told[0].report.len, sizeof frame);
    assert_memory_equal(lan->told[0].frame, frame, sizeof frame);

    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } extra;
    struct iovec iov = {got, sizeof got};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = extra.bytes,
                         .msg_controllen = sizeof extra.bytes};
    struct tpacket_auxdata aux;
    assert_int_equal(recvmsg(takes, &msg, 0), sizeof frame - 4); /* bob's kernel takes it out */
    assert_non_null(CMSG_FIRSTHDR(&msg));
    memcpy(&aux, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof aux);
    assert_true((aux.tp_status & TP_STATUS_VLAN_VALID) != 0);
    assert_int_equal(aux.tp_vlan_tci, 0x2007);
    assert_memory_equal(got + 14, "tagged", 6);
    close(sends);
    close(takes);
    lan_free(lan);
}

/* --- when things go wrong --- */

static void set_down(int fd, const char *name)
{
    struct ifreq request = {0};
    strcpy(request.ifr_name, name);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
    request.ifr_flags &= ~IFF_UP;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
}

enum { PIECE = 100, MORE = 300 };

/* Puts a link in the place of bob's that takes *room frames (or a few less: the kernel may have
 * something to say there too) and then no more until they are read from what is returned: a tap,
 * without a queue before it. */
static int slow_link(struct lan *lan, int *room)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    struct error err = {""};
    strcpy(request.ifr_name, "slow");
    int tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), on = 1;
    if (tap < 0 || ioctl(tap, TUNSETIFF, &request) != 0) {
        printf("SKIPPED FOR: there are no taps here\n");
        close(tap);
        return -1;
    }
    int port = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(ioctl(port, SIOCGIFTXQLEN, &request), 0);
    *room = request.ifr_qlen;
    request.ifr_flags = IFF_UP | IFF_NOARP;
    assert_int_equal(ioctl(port, SIOCSIFFLAGS, &request), 0);
    struct sockaddr_ll addr = {.sll_family = AF_PACKET,
                               .sll_protocol = htons(ETH_P_ALL),
                               .sll_ifindex = capture_interface(port, "slow", &err)};
    assert_int_equal(bind(port, (struct sockaddr *)&addr, sizeof addr), 0);
    setsockopt(port, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    assert_int_equal(setsockopt(port, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on), 0);
    switch_detach(lan->sw);
    close(lan->built.ports[1]);
    lan->built.ports[1] = port;
    switch_attach(lan->sw, lan->loop, lan->built.ports, lan->built.nports, &err);
    assert_string_equal(err.text, "");
    return tap;
}

/* The next numbered frame to bob; NOTHING: there is none now. */
enum { NOTHING = -1 };

static int read_numbered(int tap)
{
    unsigned char got[2000];
    for (;;) {
        ssize_t n = read(tap, got, sizeof got);
        if (n < 0)
            return NOTHING;
        if (n == PIECE && got[12] == ETHERTYPE >> 8 && got[13] == (ETHERTYPE & 0xff))
            return got[20] << 8 | got[21];
    }
}

/* Numbered frames from alice to bob, and each to carol as well, who gets hers at once. */
static void send_past_bob(struct lan *lan, int sends, int takes, int count)
{
    unsigned char frame[PIECE] = "", got[200];
    for (int host = BOB; host <= CAROL; host++) { /* so that the switch knows where they are */
        put_header(lan, frame, host, host);
        switch_frame(lan->sw, (unsigned)host, frame, sizeof frame, clock_now(), clock_now());
    }
    for (int i = 0; i < count; i++) {
        lan->ntold = 0;
        frame[20] = (unsigned char)(i >> 8);
        frame[21] = (unsigned char)i;
        put_header(lan, frame, ALICE, BOB);
        assert_int_equal(send(sends, frame, sizeof frame, 0), sizeof frame);
        put_header(lan, frame, ALICE, CAROL);
        assert_int_equal(send(sends, frame, sizeof frame, 0), sizeof frame);
        assert_int_equal(receive(lan, takes, got, sizeof got), sizeof frame);
        assert_memory_equal(got, frame, sizeof frame);
    }
}

static void what_a_link_does_not_take_at_once_waits_and_keeps_its_order(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int room, tap = slow_link(lan, &room), next = 0;
    if (tap < 0) {
        lan_free(lan);
        skip();
    }
    int sends = raw_on(lan, ALICE, 0), takes = raw_on(lan, CAROL, ETHERTYPE);
    send_past_bob(lan, sends, takes, room + MORE);
    assert_true(switch_on_way(lan->sw) >= MORE);
    for (int64_t deadline = clock_now() + PATIENCE; next < room + MORE && clock_now() < deadline;) {
        int number = read_numbered(tap);
        if (number == NOTHING)
            loop_step(lan->loop, deadline);
        else
            assert_int_equal(number, next++);
    }
    assert_int_equal(next, room + MORE);
    assert_int_equal(switch_on_way(lan->sw), 0);
    assert_int_equal(switch_lost(lan->sw), 0);
    close(tap);
    close(sends);
    close(takes);
    lan_free(lan);
}

static void while_much_waits_nothing_is_read_and_nothing_is_lost(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    unsigned char frame[PIECE] = "";
    int room, tap = slow_link(lan, &room), next = 0, count;
    if (tap < 0) {
        lan_free(lan);
        skip();
    }
    int sends = raw_on(lan, ALICE, 0);
    put_header(lan, frame, BOB, BOB);
    switch_frame(lan->sw, BOB, frame, sizeof frame, clock_now(), clock_now());
    put_header(lan, frame, ALICE, BOB);
    count = room + 1200; /* more than may wait */
    for (int i = 0; i < count; i++) {
        frame[20] = (unsigned char)(i >> 8);
        frame[21] = (unsigned char)i;
        assert_int_equal(send(sends, frame, sizeof frame, 0), sizeof frame);
        if (i % 100 == 99) {
            lan->ntold = 0;
            switch_pump(lan->sw);
        }
    }
    assert_in_range(switch_on_way(lan->sw), 512, 900);
    for (int64_t deadline = clock_now() + PATIENCE; next < count && clock_now() < deadline;) {
        int number = read_numbered(tap);
        lan->ntold = 0;
        if (number == NOTHING)
            loop_step(lan->loop, deadline);
        else
            assert_int_equal(number, next++);
    }
    assert_int_equal(next, count);
    assert_int_equal(switch_on_way(lan->sw), 0);
    assert_int_equal(switch_lost(lan->sw), 0);
    close(tap);
    close(sends);
    lan_free(lan);
}

static void a_link_that_takes_nothing_any_more_loses_its_frames_and_they_are_counted(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int room, tap = slow_link(lan, &room), next = 0, number;
    if (tap < 0) {
        lan_free(lan);
        skip();
    }
    int sends = raw_on(lan, ALICE, 0), takes = raw_on(lan, CAROL, ETHERTYPE);
    send_past_bob(lan, sends, takes, room + MORE);
    for (int64_t deadline = clock_now() + PATIENCE;
         switch_on_way(lan->sw) > 0 && clock_now() < deadline;)
        loop_step(lan->loop, deadline);
    assert_int_equal(switch_on_way(lan->sw), 0);
    while ((number = read_numbered(tap)) != NOTHING)
        assert_int_equal(number, next++);
    assert_true(next > 0 && switch_lost(lan->sw) >= MORE);
    assert_int_equal((uint64_t)next + switch_lost(lan->sw), room + MORE);
    close(tap);
    close(sends);
    close(takes);
    lan_free(lan);
}

static void what_the_kernel_has_no_room_for_is_counted(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int small = 4096;
    enum { TIMES = 400 };
    unsigned char frame[100] = "";
    int sends = raw_on(lan, ALICE, 0);
    setsockopt(lan->built.ports[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    put_header(lan, frame, ALICE, BOB);
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(send(sends, frame, sizeof frame, 0), sizeof frame);
    while (switch_pump(lan->sw) > 0) {
    }
    assert_in_range(lan->ntold, 1, TIMES - 1);
    assert_int_equal(lan->ntold + switch_lost(lan->sw), TIMES);
    assert_int_equal(lan->ntold + switch_lost(lan->sw), TIMES); /* and stays so */
    close(sends);
    lan_free(lan);
}

static void a_port_that_goes_away_does_not_end_the_wire(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int alice = bound_on(lan, ALICE), carol = bound_on(lan, CAROL);
    int asks = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* of the wire */
    set_down(asks, "p1");
    send_to(alice, CAROL, "still here", 10); /* its ARP question goes to bob as well */
    comes(lan, carol, "still here");
    for (int i = 0; i < 100; i++) /* nothing is ready for ever */
        if (loop_step(lan->loop, clock_now() + 10 * CLOCK_MS) == 0)
            break;
        else
            assert_true(i < 99);
    assert_int_equal(switch_on_way(lan->sw), 0);
    assert_true(switch_lost(lan->sw) >= 1);
    close(alice);
    close(carol);
    close(asks);
    lan_free(lan);
}

static void what_cannot_be_attached_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    struct error err = {""};
    unsigned before = open_descriptors();
    int ports[2] = {lan->built.ports[0], socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    struct net_switch *sw = switch_new(&lan->net, 1, NULL, NULL, NULL);
    assert_int_equal(switch_attach(sw, lan->loop, ports, 1, &err), -1);
    assert_string_equal(err.text, "the wire has 1 ports, its network 2");
    assert_int_equal(switch_attach(sw, lan->loop, ports, 2, &err), -1);
    assert_non_null(strstr(err.text, "cannot read port 1 of the wire"));
    assert_int_equal(switch_pump(sw), 0);
    assert_int_equal(switch_lost(sw), 0);
    switch_detach(sw);
    switch_free(sw);
    switch_free(NULL);
    close(ports[1]);
    assert_int_equal(open_descriptors(), before);
    lan_free(lan);
}

static void nothing_is_left_open_and_nothing_moves_once_detached(void **state)
{
    (void)state;
    net_needed();
    unsigned before = open_descriptors();
    struct lan *lan = lan_new("alice,bob");
    int alice = bound_on(lan, ALICE), bob = bound_on(lan, BOB);
    meet(lan, alice, bob);
    switch_detach(lan->sw);
    lan->ntold = 0;
    send_to(alice, BOB, "lost", 4);
    loop_step(lan->loop, 0);
    assert_int_equal(switch_pump(lan->sw), 0);
    assert_int_equal(lan->ntold, 0);
    struct error err = {""};
    switch_attach(lan->sw, NULL, lan->built.ports, lan->built.nports, &err); /* and again */
    assert_true(switch_pump(lan->sw) > 0);
    comes(lan, bob, "lost");
    close(alice);
    close(bob);
    lan_free(lan);
    assert_int_equal(open_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_crosses_after_arp_and_every_frame_is_told),
        cmocka_unit_test(the_time_of_a_frame_lies_within_the_call_that_sent_it),
        cmocka_unit_test(a_burst_arrives_whole_and_in_order),
        cmocka_unit_test(a_stream_loses_nothing_in_the_queue_of_an_ordinary_user),
        cmocka_unit_test(what_is_delayed_is_handed_on_by_the_loop),
        cmocka_unit_test(what_is_released_goes_out_by_itself),
        cmocka_unit_test(a_spoiled_datagram_is_not_taken_by_its_receiver),
        cmocka_unit_test(what_is_not_ip_passes_as_it_is),
        cmocka_unit_test(a_tag_of_a_vlan_passes_with_its_frame),
        cmocka_unit_test(what_a_link_does_not_take_at_once_waits_and_keeps_its_order),
        cmocka_unit_test(while_much_waits_nothing_is_read_and_nothing_is_lost),
        cmocka_unit_test(a_link_that_takes_nothing_any_more_loses_its_frames_and_they_are_counted),
        cmocka_unit_test(what_the_kernel_has_no_room_for_is_counted),
        cmocka_unit_test(a_port_that_goes_away_does_not_end_the_wire),
        cmocka_unit_test(what_cannot_be_attached_is_said_and_leaves_nothing),
        cmocka_unit_test(nothing_is_left_open_and_nothing_moves_once_detached),
    };
    net_enter();
    return cmocka_run_group_tests_name("switch_ports", tests, NULL, NULL);
}
