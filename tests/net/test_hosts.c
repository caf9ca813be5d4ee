/* net/hosts.c: hosts in namespaces of their own, joined by nothing but the packet sockets of the
 * wire: the test carries frames from one to the others, as a hub does. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "descriptors.h"
#include "net/hosts.h"
#include "net_help.h"

enum { WIRE = -1, FRAMES = 2000 };

struct seen {
    unsigned host;
    size_t len;
    unsigned char bytes[2048];
};

struct lan {
    struct network net;
    struct hosts_built built;
    unsigned owner[HOSTS_PORTS], segment[HOSTS_PORTS]; /* of each port */
    struct seen *seen;
    unsigned nseen;
};

/* Nobody is in the one before: it goes, whatever a test has left there. */
static void fresh_wire(void)
{
    net_needed();
    assert_int_equal(unshare(CLONE_NEWNET), 0);
}

/* In a container /proc/sys may be read-only; scenes have a /proc of their own. */
static void settings_needed(void)
{
    fresh_wire();
    int fd = open("/proc/sys/net/ipv6/conf/all/forwarding", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        printf("SKIPPED FOR: /proc/sys cannot be written here\n");
        skip();
    }
    close(fd);
}

static struct lan *lan_new(const char *hosts)
{
    struct lan *lan = mem_alloc(sizeof *lan);
    struct error err = {""};
    unsigned port = 0;
    fresh_wire();
    network_parse(&lan->net, hosts, &err);
    assert_string_equal(err.text, "");
    hosts_build(&lan->net, &lan->built, &err);
    assert_string_equal(err.text, "");
    for (unsigned h = 0; h < lan->net.nhosts; h++) {
        for (unsigned i = 0; i < lan->net.hosts[h].ninterfaces; i++, port++) {
            lan->owner[port] = h;
            lan->segment[port] = lan->net.hosts[h].interfaces[i].segment;
        }
    }
    assert_int_equal(lan->built.nports, port);
    lan->seen = mem_alloc(FRAMES * sizeof *lan->seen);
    return lan;
}

static void lan_free(struct lan *lan)
{
    hosts_close(&lan->built);
    free(lan->seen);
    free(lan);
}

static void enter(const struct lan *lan, int host)
{
    assert_int_equal(hosts_enter(&lan->built, host), 0);
}

static void hand_on(struct lan *lan, unsigned from, const void *frame, size_t len)
{
    for (unsigned p = 0; p < lan->built.nports; p++)
        if (p != from && lan->segment[p] == lan->segment[from])
            assert_int_equal(send(lan->built.ports[p], frame, len, 0), len);
}

static unsigned carry(struct lan *lan)
{
    unsigned moved = 0;
    for (unsigned p = 0; p < lan->built.nports; p++) {
        for (;;) {
            assert_true(lan->nseen < FRAMES);
            struct seen *seen = &lan->seen[lan->nseen];
            ssize_t n = recv(lan->built.ports[p], seen->bytes, sizeof seen->bytes, 0);
            if (n < 0)
                break;
            seen->host = lan->owner[p];
            seen->len = (size_t)n;
            lan->nseen++;
            moved++;
            hand_on(lan, p, seen->bytes, seen->len);
        }
    }
    return moved;
}

/* Carries frames until there is something to read on fd. */
static void carry_until(struct lan *lan, int fd, short events)
{
    struct pollfd fds[HOSTS_PORTS + 1];
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    fds[0] = (struct pollfd){fd, events, 0};
    for (unsigned p = 0; p < lan->built.nports; p++)
        fds[p + 1] = (struct pollfd){lan->built.ports[p], POLLIN, 0};
    for (;;) {
        carry(lan);
        poll(fds, lan->built.nports + 1, 100);
        if (fds[0].revents != 0)
            return;
        if (clock_now() > deadline)
            fail_msg("nothing came");
    }
}

static struct sockaddr_in at(const char *ip, uint16_t port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, ip, &addr.sin_addr);
    return addr;
}

static int socket_on(const struct lan *lan, unsigned host, int type)
{
    enter(lan, (int)host);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enter(lan, WIRE);
    assert_true(fd >= 0);
    return fd;
}

static int bound_on(const struct lan *lan, unsigned host, int type, const char *ip, uint16_t port)
{
    int fd = socket_on(lan, host, type);
    struct sockaddr_in addr = at(ip, port);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static ssize_t send_to(int fd, const char *text, const char *ip, uint16_t port)
{
    struct sockaddr_in addr = at(ip, port);
    return sendto(fd, text, strlen(text), 0, (struct sockaddr *)&addr, sizeof addr);
}

static void comes(struct lan *lan, int fd, const char *text)
{
    char got[4096];
    carry_until(lan, fd, POLLIN);
    ssize_t n = recv(fd, got, sizeof got, 0);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, strlen(text));
}

/* --- what stands in a frame --- */

static unsigned u16(const unsigned char *bytes)
{
    return (unsigned)(bytes[0] << 8 | bytes[1]);
}

/* RFC 1071, with the pseudo header of IPv4: 0 when the sum is right. packet_decode would also take
 * one that was left to the hardware. */
static unsigned transport_sum(const unsigned char *frame)
{
    const unsigned char *ip = frame + 14, *segment = ip + (ip[0] & 15) * 4;
    unsigned len = u16(ip + 2) - (unsigned)(ip[0] & 15) * 4, sum = ip[9] + len;
    for (unsigned i = 12; i < 20; i += 2)
        sum += u16(ip + i);
    for (unsigned i = 0; i + 1 < len; i += 2)
        sum += u16(segment + i);
    if (len % 2 != 0)
        sum += (unsigned)segment[len - 1] << 8;
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum ^ 0xffff;
}

static const struct packet *decoded(const struct seen *seen)
{
    static struct packet packet;
    packet_decode(&packet, seen->bytes, seen->len, seen->len);
    assert_string_equal(packet.fault, "");
    return &packet;
}

static void no_frame_of_ipv6(const struct lan *lan)
{
    for (unsigned i = 0; i < lan->nseen; i++)
        assert_int_not_equal(u16(lan->seen[i].bytes + 12), 0x86dd);
}

/* --- the tests --- */

static unsigned setting(const char *path)
{
    char text[16] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return (unsigned)strtoul(text, NULL, 10);
}

static struct ifreq asked(int fd, const char *name, unsigned long request)
{
    struct ifreq answer = {0};
    strcpy(answer.ifr_name, name);
    assert_int_equal(ioctl(fd, request, &answer), 0);
    return answer;
}

static void check_address(const struct sockaddr *addr, const char *ip)
{
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)addr)->sin_addr, text,
              sizeof text);
    assert_string_equal(text, ip);
}

static bool feature(int fd, uint32_t command)
{
    struct ethtool_value value = {.cmd = command};
    struct ifreq request = {.ifr_name = "eth0", .ifr_data = (void *)&value};
    assert_int_equal(ioctl(fd, SIOCETHTOOL, &request), 0);
    return value.data != 0;
}

static void check_host(const struct lan *lan, unsigned h, const char *ip, const char *broadcast)
{
    int fd = socket_on(lan, h, SOCK_DGRAM);
    struct ifreq r = asked(fd, "eth0", SIOCGIFADDR);
    check_address(&r.ifr_addr, ip);
    r = asked(fd, "eth0", SIOCGIFBRDADDR);
    check_address(&r.ifr_broadaddr, broadcast);
    r = asked(fd, "eth0", SIOCGIFHWADDR);
    assert_memory_equal(r.ifr_hwaddr.sa_data, lan->net.hosts[h].interfaces[0].mac, 6);
    r = asked(fd, "eth0", SIOCGIFMTU);
    assert_int_equal(r.ifr_mtu, 1500);
    /* That the link works is noted a little later than it does (a work queue of the kernel). */
    int64_t deadline = clock_now() + 10 * CLOCK_S;
    do
        r = asked(fd, "eth0", SIOCGIFFLAGS);
    while ((r.ifr_flags & IFF_RUNNING) == 0 && clock_now() < deadline);
    assert_int_equal(r.ifr_flags & (IFF_UP | IFF_RUNNING), IFF_UP | IFF_RUNNING);
    r = asked(fd, "lo", SIOCGIFFLAGS);
    assert_int_equal(r.ifr_flags & IFF_UP, IFF_UP);
    r = asked(fd, "lo", SIOCGIFADDR);
    check_address(&r.ifr_addr, "127.0.0.1");
    assert_false(feature(fd, ETHTOOL_GTXCSUM) || feature(fd, ETHTOOL_GTSO) ||
                 feature(fd, ETHTOOL_GGSO) || feature(fd, ETHTOOL_GGRO));
    enter(lan, (int)h);
    assert_int_equal(setting("/proc/sys/net/ipv4/conf/eth0/forwarding"), 0);
    enter(lan, WIRE);
    close(fd);
}

static void each_host_has_what_the_network_says(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob=10.0.0.20,carol");
    check_host(lan, 0, "10.0.0.1", "10.0.0.255");
    check_host(lan, 1, "10.0.0.20", "10.0.0.255");
    check_host(lan, 2, "10.0.0.3", "10.0.0.255");
    lan_free(lan);
    lan = lan_new("a=192.168.7.17/28,b=192.168.7.30/28");
    check_host(lan, 0, "192.168.7.17", "192.168.7.31");
    check_host(lan, 1, "192.168.7.30", "192.168.7.31");
    lan_free(lan);
}

static void a_datagram_crosses_the_wire_after_arp_with_right_checksums(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    assert_int_equal(send_to(alice, "hello\n", "10.0.0.2", 7000), 6);
    comes(lan, bob, "hello\n");
    assert_int_equal(lan->nseen, 3);
    const struct packet *p = decoded(&lan->seen[0]);
    assert_int_equal(lan->seen[0].host, 0);
    assert_true(p->has_arp && p->arp.operation == 1);
    assert_memory_equal(p->ethernet.from, "\x02\x00\x0a\x00\x00\x01", 6);
    assert_memory_equal(p->ethernet.to, "\xff\xff\xff\xff\xff\xff", 6);
    p = decoded(&lan->seen[1]);
    assert_int_equal(lan->seen[1].host, 1);
    assert_true(p->has_arp && p->arp.operation == 2);
    assert_memory_equal(p->arp.from_mac, "\x02\x00\x0a\x00\x00\x02", 6);
    p = decoded(&lan->seen[2]);
    assert_int_equal(lan->seen[2].host, 0);
    assert_true(p->has_udp && p->payload_len == 6);
    assert_int_not_equal(p->udp.checksum, 0);
    assert_int_equal(transport_sum(lan->seen[2].bytes), 0);
    close(alice);
    close(bob);
    lan_free(lan);
}

static void a_datagram_with_a_wrong_checksum_does_not_arrive(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "10.0.0.2", 7000);
    send_to(alice, "first", "10.0.0.2", 7000);
    comes(lan, bob, "first");
    struct seen damaged = lan->seen[lan->nseen - 1];
    damaged.bytes[damaged.len - 1] ^= 1;
    hand_on(lan, 0, damaged.bytes, damaged.len);
    send_to(alice, "second", "10.0.0.2", 7000);
    comes(lan, bob, "second");
    close(alice);
    close(bob);
    lan_free(lan);
}

static int connected(struct lan *lan, unsigned from, const char *ip, uint16_t port)
{
    int fd = socket_on(lan, from, SOCK_STREAM);
    struct sockaddr_in addr = at(ip, port);
    connect(fd, (struct sockaddr *)&addr, sizeof addr);
    carry_until(lan, fd, POLLOUT);
    return fd;
}

static int error_of(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    return error;
}

static void a_stream_goes_in_segments_that_a_wire_would_carry(void **state)
{
    (void)state;
    enum { BYTES = 100000 };
    static char data[BYTES], got[BYTES];
    struct lan *lan = lan_new("alice,bob");
    int listener = bound_on(lan, 1, SOCK_STREAM, "0.0.0.0", 7000);
    assert_int_equal(listen(listener, 5), 0);
    int alice = connected(lan, 0, "10.0.0.2", 7000);
    assert_int_equal(error_of(alice), 0);
    carry_until(lan, listener, POLLIN);
    int bob = accept(listener, NULL, NULL);
    for (size_t i = 0; i < BYTES; i++)
        data[i] = (char)(i * 7 + i / 251);
    size_t sent = 0, received = 0;
    while (received < BYTES) {
        ssize_t n = sent < BYTES ? send(alice, data + sent, BYTES - sent, 0) : 0;
        sent += n > 0 ? (size_t)n : 0;
        carry_until(lan, bob, POLLIN);
        n = recv(bob, got + received, BYTES - received, MSG_DONTWAIT);
        received += n > 0 ? (size_t)n : 0;
    }
    assert_memory_equal(data, got, BYTES);
    unsigned full = 0;
    for (unsigned i = 0; i < lan->nseen; i++) {
        const struct packet *p = decoded(&lan->seen[i]);
        assert_true(p->has_arp || p->has_tcp);
        assert_true(lan->seen[i].len <= 1514);
        if (p->has_tcp)
            assert_int_equal(transport_sum(lan->seen[i].bytes), 0);
        full += lan->seen[i].len == 1514;
    }
    assert_true(full >= BYTES / 1448);
    close(alice);
    close(bob);
    close(listener);
    lan_free(lan);
}

static void broadcast_needs_the_option_and_has_a_way(void **state)
{
    (void)state;
    static const char *const everybody[] = {"255.255.255.255", "10.0.0.255"};
    struct lan *lan = lan_new("alice,bob,carol");
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000), on = 1;
    int carol = bound_on(lan, 2, SOCK_DGRAM, "0.0.0.0", 7000);
    for (int i = 0; i < 2; i++) {
        int alice = socket_on(lan, 0, SOCK_DGRAM);
        assert_int_equal(send_to(alice, "who?", everybody[i], 7000), -1);
        assert_int_equal(errno, EACCES);
        setsockopt(alice, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        assert_int_equal(send_to(alice, "who?", everybody[i], 7000), 4);
        comes(lan, bob, "who?");
        comes(lan, carol, "who?");
        const struct packet *p = decoded(&lan->seen[lan->nseen - 1]);
        assert_memory_equal(p->ethernet.to, "\xff\xff\xff\xff\xff\xff", 6);
        assert_memory_equal(p->ip.from, "\x0a\x00\x00\x01", 4);
        close(alice);
    }
    assert_int_equal(lan->nseen, 2); /* no ARP: nobody has to be found */
    close(bob);
    close(carol);
    lan_free(lan);
}

static void what_listens_on_loopback_is_not_reached_from_another_host(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    int listener = bound_on(lan, 1, SOCK_STREAM, "127.0.0.1", 7000);
    listen(listener, 5);
    int alice = connected(lan, 0, "10.0.0.2", 7000);
    assert_int_equal(error_of(alice), ECONNREFUSED);
    close(alice);
    alice = connected(lan, 0, "127.0.0.1", 7000);
    assert_int_equal(error_of(alice), ECONNREFUSED);
    close(alice);
    int bob = connected(lan, 1, "127.0.0.1", 7000);
    assert_int_equal(error_of(bob), 0);
    close(bob);
    close(listener);
    int udp = bound_on(lan, 1, SOCK_DGRAM, "127.0.0.1", 7000);
    alice = socket_on(lan, 0, SOCK_DGRAM);
    struct sockaddr_in addr = at("10.0.0.2", 7000);
    assert_int_equal(connect(alice, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(send(alice, "x", 1, 0), 1);
    carry_until(lan, alice, POLLERR);
    assert_int_equal(error_of(alice), ECONNREFUSED);
    close(alice);
    close(udp);
    lan_free(lan);
}

static void a_router_forwards_and_keeps_broadcast_on_its_side(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice=10.0.0.1/24,bob=10.0.1.2/24,carol=10.0.0.3/24,"
                              "gate=10.0.0.254/24+10.0.1.254/24");
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000), on = 1;
    int carol = bound_on(lan, 2, SOCK_DGRAM, "0.0.0.0", 7000);
    int alice = bound_on(lan, 0, SOCK_DGRAM, "0.0.0.0", 5000);
    setsockopt(alice, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    send_to(alice, "for all", "255.255.255.255", 7000);
    comes(lan, carol, "for all");
    send_to(alice, "for bob", "10.0.1.2", 7000);
    comes(lan, bob, "for bob"); /* and nothing before it */
    const struct packet *p = decoded(&lan->seen[lan->nseen - 1]);
    assert_int_equal(lan->seen[lan->nseen - 1].host, 3);
    assert_int_equal(p->ip.ttl, 63);
    assert_memory_equal(p->ip.from, "\x0a\x00\x00\x01", 4);
    assert_memory_equal(p->ethernet.from, "\x02\x00\x0a\x00\x01\xfe", 6);
    send_to(bob, "thanks", "10.0.0.1", 5000);
    comes(lan, alice, "thanks");
    no_frame_of_ipv6(lan);
    close(alice);
    close(bob);
    close(carol);
    lan_free(lan);
}

static void a_host_that_is_no_router_does_not_forward(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob,carol");
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    int carol = bound_on(lan, 2, SOCK_DGRAM, "0.0.0.0", 7000);
    send_to(alice, "for bob", "10.0.0.2", 7000);
    comes(lan, bob, "for bob");
    struct seen wrong = lan->seen[lan->nseen - 1];
    memcpy(wrong.bytes, "\x02\x00\x0a\x00\x00\x03", 6); /* to carol's card, for bob's address */
    hand_on(lan, 0, wrong.bytes, wrong.len);
    unsigned before = lan->nseen;
    send_to(alice, "for carol", "10.0.0.3", 7000);
    comes(lan, carol, "for carol");
    assert_int_equal(lan->nseen, before + 3); /* ARP and the datagram */
    send_to(alice, "again", "10.0.0.2", 7000);
    comes(lan, bob, "again");
    close(alice);
    close(bob);
    close(carol);
    lan_free(lan);
}

static int socket6_on(const struct lan *lan, unsigned host, const char *ip, uint16_t port)
{
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(AF_INET6, ip, &addr.sin6_addr);
    enter(lan, (int)host);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enter(lan, WIRE);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr),
                     0); /* no address is tentative */
    return fd;
}

static void ipv6_is_there_at_once_and_says_nothing_by_itself(void **state)
{
    (void)state;
    settings_needed();
    struct lan *lan = lan_new("alice=10.0.0.1+fd00::1/64,bob=10.0.1.2+fd00:1::2/64,"
                              "gate=10.0.0.254+fd00::fe/64+10.0.1.254+fd00:1::fe/64");
    int alice = socket6_on(lan, 0, "fd00::1", 5000);
    int bob = socket6_on(lan, 1, "fd00:1::2", 7000);
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(7000)};
    inet_pton(AF_INET6, "fd00:1::2", &addr.sin6_addr);
    assert_int_equal(sendto(alice, "hi", 2, 0, (struct sockaddr *)&addr, sizeof addr), 2);
    comes(lan, bob, "hi");
    assert_int_equal(decoded(&lan->seen[lan->nseen - 1])->ip.ttl, 63);
    inet_pton(AF_INET6, "fd00::1", &addr.sin6_addr);
    addr.sin6_port = htons(5000);
    assert_int_equal(sendto(bob, "hello", 5, 0, (struct sockaddr *)&addr, sizeof addr), 5);
    comes(lan, alice, "hello");
    for (unsigned i = 0; i < lan->nseen; i++) {
        const struct packet *p = decoded(&lan->seen[i]);
        assert_true(p->has_udp || p->icmp.type == 135 || p->icmp.type == 136);
    }
    close(alice);
    close(bob);
    lan_free(lan);
}

/* MLD version 1 reports a group while the call that joins it lasts; version 2 some time later. */
static void joining_an_ipv6_group_is_not_announced_on_the_wire(void **state)
{
    (void)state;
    settings_needed();
    struct lan *lan = lan_new("alice=10.0.0.1+fd00::1/64,bob=10.0.0.2+fd00::2/64");
    struct ipv6_mreq group = {.ipv6mr_interface = 10};
    inet_pton(AF_INET6, "ff05::1234", &group.ipv6mr_multiaddr);
    enter(lan, 0);
    int version = open("/proc/sys/net/ipv6/conf/eth0/force_mld_version", O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(version, "1", 1), 1);
    close(version);
    int alice = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enter(lan, WIRE);
    assert_int_equal(setsockopt(alice, SOL_IPV6, IPV6_JOIN_GROUP, &group, sizeof group), 0);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    int sender = socket_on(lan, 0, SOCK_DGRAM);
    send_to(sender, "hi", "10.0.0.2", 7000);
    comes(lan, bob, "hi");
    no_frame_of_ipv6(lan);
    close(alice);
    close(bob);
    close(sender);
    lan_free(lan);
}

static void without_an_ipv6_address_there_is_no_way_for_ipv6(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    struct sockaddr_in6 all = {.sin6_family = AF_INET6, .sin6_port = htons(7), .sin6_scope_id = 10};
    inet_pton(AF_INET6, "ff02::1", &all.sin6_addr);
    enter(lan, 0);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    enter(lan, WIRE);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&all, sizeof all), -1);
    inet_pton(AF_INET6, "fd00::1", &all.sin6_addr);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&all, sizeof all), -1);
    close(fd);
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    send_to(alice, "hi", "10.0.0.2", 7000);
    comes(lan, bob, "hi");
    no_frame_of_ipv6(lan);
    close(alice);
    close(bob);
    lan_free(lan);
}

static void a_small_mtu_makes_fragments(void **state)
{
    (void)state;
    struct network net;
    struct hosts_built built;
    struct error err = {""};
    fresh_wire();
    assert_int_equal(network_parse(&net, "alice,bob", &err), 0);
    net.hosts[0].interfaces[0].mtu = net.hosts[1].interfaces[0].mtu = 576;
    hosts_build(&net, &built, &err);
    assert_string_equal(err.text, "");
    struct lan lan = {.net = net, .built = built, .owner = {0, 1}};
    lan.seen = mem_alloc(FRAMES * sizeof *lan.seen);
    int alice = socket_on(&lan, 0, SOCK_DGRAM);
    int bob = bound_on(&lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    char text[1401];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    send_to(alice, text, "10.0.0.2", 7000);
    comes(&lan, bob, text);
    assert_int_equal(lan.nseen, 2 + 3);
    assert_int_equal(lan.seen[2].len, 14 + 20 + 552); /* a multiple of 8 */
    close(alice);
    close(bob);
    hosts_close(&lan.built);
    free(lan.seen);
}

static void sixteen_hosts_reach_each_other(void **state)
{
    (void)state;
    struct lan *lan = lan_new("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p");
    int listeners[NETWORK_HOSTS], on = 1;
    for (unsigned h = 1; h < NETWORK_HOSTS; h++)
        listeners[h] = bound_on(lan, h, SOCK_DGRAM, "0.0.0.0", 7000);
    int first = bound_on(lan, 0, SOCK_DGRAM, "0.0.0.0", 5000);
    setsockopt(first, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    send_to(first, "who?", "255.255.255.255", 7000);
    for (unsigned h = 1; h < NETWORK_HOSTS; h++) {
        comes(lan, listeners[h], "who?");
        send_to(listeners[h], "I", "10.0.0.1", 5000);
        comes(lan, first, "I");
        close(listeners[h]);
    }
    close(first);
    no_frame_of_ipv6(lan);
    lan_free(lan);
}

static ino_t current_network(void)
{
    struct stat st;
    assert_int_equal(stat("/proc/self/ns/net", &st), 0);
    return st.st_ino;
}

static void what_cannot_be_finished_leaves_nothing(void **state)
{
    (void)state;
    fresh_wire();
    struct network net;
    struct hosts_built built;
    struct error err = {""};
    struct rlimit old, few;
    assert_int_equal(network_parse(&net, "alice,bob,carol", &err), 0);
    getrlimit(RLIMIT_NOFILE, &old);
    unsigned before = open_descriptors(), failures = 0;
    ino_t here = current_network();
    int rc = -1;
    for (unsigned more = 0; rc != 0 && more < 64; more++) {
        int next = dup(0); /* the lowest that is free */
        close(next);
        few = (struct rlimit){(rlim_t)next + more, old.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        err.text[0] = '\0';
        rc = hosts_build(&net, &built, &err);
        setrlimit(RLIMIT_NOFILE, &old);
        if (rc == 0)
            break;
        failures++;
        assert_non_null(strstr(err.text, "Too many open files"));
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(current_network(), here);
        assert_int_equal(if_nametoindex("p0"), 0);
    }
    assert_int_equal(rc, 0);
    assert_true(failures >= 8);
    assert_int_equal(open_descriptors(), before + 6); /* of each host a network and a port */
    hosts_close(&built);
    assert_int_equal(open_descriptors(), before);
    hosts_close(&built);
}

static void a_second_network_on_the_same_wire_is_refused_and_the_first_stays(void **state)
{
    (void)state;
    struct lan *lan = lan_new("alice,bob");
    struct hosts_built built;
    struct error err = {""};
    assert_int_equal(hosts_build(&lan->net, &built, &err), -1);
    assert_string_equal(err.text,
                        "host alice: cannot make a pair of interfaces (veth): File exists");
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    send_to(alice, "hi", "10.0.0.2", 7000);
    comes(lan, bob, "hi");
    close(alice);
    close(bob);
    lan_free(lan);
}

static void half_a_host_leaves_nothing(void **state)
{
    (void)state;
    struct network net;
    struct hosts_built built;
    struct error err = {""};
    fresh_wire();
    assert_int_equal(network_parse(&net, "alice,gate=10.0.0.254+10.0.1.254", &err), 0);
    net.hosts[1].interfaces[1].mtu = 70000;
    assert_int_equal(hosts_build(&net, &built, &err), -1);
    assert_string_equal(err.text,
                        "host gate: cannot make a pair of interfaces (veth): Invalid argument");
    for (unsigned i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "p%u", i);
        assert_int_equal(if_nametoindex(name), 0);
    }
}

static void a_frame_arrives_however_early_it_comes(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct lan *lan = lan_new("alice,bob");
        static const unsigned char question[] = "\xff\xff\xff\xff\xff\xff"
                                                "\x02\x00\x0a\x00\x00\x01\x08\x06"
                                                "\x00\x01\x08\x00\x06\x04\x00\x01"
                                                "\x02\x00\x0a\x00\x00\x01\x0a\x00\x00\x01"
                                                "\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x02";
        assert_int_equal(send(lan->built.ports[1], question, 42, 0), 42);
        struct pollfd answer = {lan->built.ports[1], POLLIN, 0};
        assert_int_equal(poll(&answer, 1, 10000), 1);
        lan_free(lan);
    }
}

static void who_may_not_is_told(void **state)
{
    (void)state;
    fresh_wire();
    struct network net;
    struct error err = {""};
    assert_int_equal(network_parse(&net, "alice", &err), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct none[2] = {{0}, {0}};
        struct hosts_built built;
        syscall(SYS_capset, &header, none);
        int rc = hosts_build(&net, &built, &err);
        _exit(rc == -1 && strcmp(err.text, "cannot take hold of the wire's network namespace: "
                                           "Operation not permitted") == 0
                  ? 0
                  : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void a_burst_waits_until_the_switch_comes(void **state)
{
    (void)state;
    enum { DATAGRAMS = 1000 };
    struct lan *lan = lan_new("alice,bob");
    int room = 0;
    socklen_t len = sizeof room;
    getsockopt(lan->built.ports[0], SOL_SOCKET, SO_RCVBUF, &room, &len);
    if (room < DATAGRAMS * 2304) {
        lan_free(lan);
        net_why_not = "only the machine's root may have a long queue here (SO_RCVBUFFORCE)";
        net_needed();
    }
    int alice = socket_on(lan, 0, SOCK_DGRAM);
    int bob = bound_on(lan, 1, SOCK_DGRAM, "0.0.0.0", 7000);
    char text[1401];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    send_to(alice, "hi", "10.0.0.2", 7000);
    comes(lan, bob, "hi");
    unsigned before = lan->nseen;
    for (int i = 0; i < DATAGRAMS; i++)
        assert_int_equal(send_to(alice, text, "10.0.0.2", 7000), sizeof text - 1);
    carry(lan);
    assert_int_equal(lan->nseen - before, DATAGRAMS);
    close(alice);
    close(bob);
    lan_free(lan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_host_has_what_the_network_says),
        cmocka_unit_test(a_datagram_crosses_the_wire_after_arp_with_right_checksums),
        cmocka_unit_test(a_datagram_with_a_wrong_checksum_does_not_arrive),
        cmocka_unit_test(a_stream_goes_in_segments_that_a_wire_would_carry),
        cmocka_unit_test(broadcast_needs_the_option_and_has_a_way),
        cmocka_unit_test(what_listens_on_loopback_is_not_reached_from_another_host),
        cmocka_unit_test(a_router_forwards_and_keeps_broadcast_on_its_side),
        cmocka_unit_test(a_host_that_is_no_router_does_not_forward),
        cmocka_unit_test(ipv6_is_there_at_once_and_says_nothing_by_itself),
        cmocka_unit_test(joining_an_ipv6_group_is_not_announced_on_the_wire),
        cmocka_unit_test(without_an_ipv6_address_there_is_no_way_for_ipv6),
        cmocka_unit_test(a_small_mtu_makes_fragments),
        cmocka_unit_test(sixteen_hosts_reach_each_other),
        cmocka_unit_test(what_cannot_be_finished_leaves_nothing),
        cmocka_unit_test(a_second_network_on_the_same_wire_is_refused_and_the_first_stays),
        cmocka_unit_test(half_a_host_leaves_nothing),
        cmocka_unit_test(a_frame_arrives_however_early_it_comes),
        cmocka_unit_test(who_may_not_is_told),
        cmocka_unit_test(a_burst_waits_until_the_switch_comes),
    };
    net_enter();
    return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
