/* catalog/network: addresses that are given, segments, gateways, variables, the files of a host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "catalog/network.h"

static void parse(struct network *net, const char *text)
{
    struct error err = {""};
    if (network_parse(net, text, &err) != 0)
        fail_msg("\"%s\": %s", text, err.text);
}

static void refuse(const char *text, const char *why)
{
    struct network net;
    struct error err = {""};
    if (network_parse(&net, text, &err) == 0)
        fail_msg("\"%s\" is taken", text);
    if (strstr(err.text, why) == NULL)
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, err.text, why);
}

static void has(const struct network *net, const char *name, const char *value)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_puts(&out, "before ");
    if (!network_variable(net, name, &out))
        fail_msg("there is no ${%s}", name);
    if (strcmp(out.data + 7, value) != 0)
        fail_msg("${%s} is \"%s\", not \"%s\"", name, out.data + 7, value);
    strbuf_free(&out);
}

static void has_no(const struct network *net, const char *name)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_puts(&out, "before");
    if (network_variable(net, name, &out) || strcmp(out.data, "before") != 0)
        fail_msg("${%s} adds \"%s\"", name, out.data + 6);
    strbuf_free(&out);
}

static bool leads_to(const struct network_host *host, const char *address)
{
    char text[INET_ADDRSTRLEN];
    return host->has_gateway &&
           strcmp(inet_ntop(AF_INET, &host->gateway, text, sizeof text), address) == 0;
}

/* --- addresses --- */

static void hosts_with_nothing_but_names_get_addresses_in_their_order(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "alice,bob,carol");
    assert_int_equal(net.nhosts, 3);
    assert_int_equal(net.nsegments, 1);
    assert_int_equal(net.dns, -1);
    has(&net, "alice.addr", "10.0.0.1");
    has(&net, "bob.addr", "10.0.0.2");
    has(&net, "carol.addr", "10.0.0.3");
    has(&net, "carol.prefix", "24");
    has(&net, "carol.network", "10.0.0.0");
    has(&net, "carol.broadcast", "10.0.0.255");
    has(&net, "carol.mac", "02:00:0a:00:00:03");
    has(&net, "carol.eth0.mac", "02:00:0a:00:00:03");
    assert_int_equal(net.hosts[2].interfaces[0].mtu, NETWORK_MTU);
    assert_false(net.hosts[0].has_gateway);
}

static void a_given_address_is_kept_and_the_others_go_around_it(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "alice,bob=10.0.0.1,carol");
    has(&net, "alice.addr", "10.0.0.2");
    has(&net, "bob.addr", "10.0.0.1");
    has(&net, "carol.addr", "10.0.0.3");
    parse(&net, "alice=10.0.0.1/28,bob");
    has(&net, "bob.prefix", "28");
    has(&net, "bob.broadcast", "10.0.0.15");
    parse(&net, "a,b=10.0.0.2/30,c=10.9.0.1,d=10.9.0.2");
    has(&net, "a.addr", "10.0.0.1");
    has(&net, "a.prefix", "30");
    refuse("a,b,c,d=10.0.0.9/29", "one subnet lies in the other");
}

static void an_ipv6_address_belongs_to_the_interface_before_it(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "alice=10.1.0.1/16+fd00::1,bob=10.1.0.2/16+fd00::2/64+10.2.0.1/16");
    has(&net, "alice.addr6", "fd00::1");
    has(&net, "alice.broadcast", "10.1.255.255");
    has(&net, "bob.addr6", "fd00::2");
    has(&net, "bob.eth1.addr", "10.2.0.1");
    parse(&net, "alice=fd00::1,bob=fd00::2");
    has(&net, "alice.addr", "10.0.0.1");
    has(&net, "bob.addr6", "fd00::2");
    has_no(&net, "bob.eth1.addr");
    parse(&net, "alice,bob");
    has_no(&net, "bob.addr6");
    refuse("a=10.0.0.1+fd00::1+fd00::9,b", "\"fd00::9\" is a second IPv6 address");
}

static void blanks_between_hosts_are_no_part_of_their_names(void **state)
{
    (void)state;
    struct network net;
    parse(&net, " alice , bob = 10.0.0.7/24 + fd00::7 ");
    assert_int_equal(network_find(&net, "alice"), 0);
    assert_int_equal(network_find(&net, "bob"), 1);
    assert_int_equal(network_find(&net, "carol"), -1);
    has(&net, "bob.addr6", "fd00::7");
}

static void sixteen_hosts_fit_and_a_seventeenth_does_not(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p");
    assert_int_equal(net.nhosts, NETWORK_HOSTS);
    has(&net, "p.addr", "10.0.0.16");
    refuse("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "at most 16 hosts");
}

static void one_host_alone_is_a_network(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "alice");
    assert_int_equal(net.nhosts, 1);
    assert_int_equal(net.nsegments, 1);
}

/* --- segments and routers --- */

#define ROUTED "alice,gate=10.0.0.254/24+fd00::fe+10.0.1.254/24+fd01::fe,bob=10.0.1.2/24+fd01::2"

static void a_host_with_two_interfaces_is_the_way_to_the_other_subnet(void **state)
{
    (void)state;
    struct network net;
    parse(&net, ROUTED);
    assert_int_equal(net.nsegments, 2);
    assert_int_equal(net.hosts[0].interfaces[0].segment, 0);
    assert_int_equal(net.hosts[1].interfaces[0].segment, 0);
    assert_int_equal(net.hosts[1].interfaces[1].segment, 1);
    assert_int_equal(net.hosts[2].interfaces[0].segment, 1);
    assert_true(leads_to(&net.hosts[0], "10.0.0.254"));
    assert_true(leads_to(&net.hosts[2], "10.0.1.254"));
    assert_false(net.hosts[1].has_gateway);
    assert_false(net.hosts[0].has_gateway6); /* alice has no IPv6 address */
    assert_true(net.hosts[2].has_gateway6);
    has(&net, "gate.eth1.addr", "10.0.1.254");
    has(&net, "gate.eth1.addr6", "fd01::fe");
    has(&net, "gate.addr", "10.0.0.254");
    has_no(&net, "gate.eth2.addr");
    has_no(&net, "gate.eth1.name");
    has_no(&net, "gate");
    has_no(&net, "gate.");
    has_no(&net, "gate.eth1");
    has_no(&net, "gate.eth.addr");
    has_no(&net, ".addr");
    has_no(&net, "bob.port");
}

static void routers_in_a_row_lead_to_each_other(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "a=10.0.0.1,r=10.0.1.1+10.0.0.254,s=10.0.1.2+10.0.2.254,b=10.0.2.1");
    assert_int_equal(net.nsegments, 3);
    assert_true(leads_to(&net.hosts[0], "10.0.0.254"));
    assert_true(leads_to(&net.hosts[1], "10.0.1.2"));
    assert_true(leads_to(&net.hosts[2], "10.0.1.1"));
    assert_true(leads_to(&net.hosts[3], "10.0.2.254"));
}

static void the_owner_of_an_address_is_found_and_loopback_is_nobodys(void **state)
{
    (void)state;
    struct network net;
    struct in_addr v4;
    struct in6_addr v6;
    parse(&net, ROUTED);
    inet_pton(AF_INET, "10.0.1.254", &v4);
    assert_int_equal(network_owner(&net, &v4, NULL), 1);
    inet_pton(AF_INET6, "fd01::2", &v6);
    assert_int_equal(network_owner(&net, NULL, &v6), 2);
    inet_pton(AF_INET, "127.0.0.1", &v4);
    assert_int_equal(network_owner(&net, &v4, NULL), -1);
    v4.s_addr = 0;
    assert_int_equal(network_owner(&net, &v4, NULL), -1);
    assert_int_equal(network_owner(&net, NULL, &in6addr_loopback), -1);
    assert_int_equal(network_owner(&net, NULL, &in6addr_any), -1);
    assert_int_equal(network_owner(&net, NULL, NULL), -1);
}

/* --- what is refused --- */

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    refuse("", "\"\" is no name of a host");
    refuse("alice,,bob", "\"\" is no name of a host");
    refuse("alice,", "\"\" is no name of a host");
    refuse("Alice", "\"Alice\" is no name of a host");
    refuse("1st", "\"1st\" is no name of a host");
    refuse("al_ice", "is no name of a host");
    refuse("alice-", "is no name of a host");
    refuse("alice\x1b[31m", "\\x1b");
    refuse("localhost", "every host's name for itself");
    refuse("alice,bob,alice", "two hosts are named \"alice\"");
    refuse("abcdefghijklmnopqrstuvwxyzabcdef", "too long");
}

static void addresses_that_clash_or_are_none_are_refused(void **state)
{
    (void)state;
    refuse("a=10.0.0.1,b=10.0.0.1", "a has the address 10.0.0.1/24 already");
    refuse("a=10.0.0.1+fd00::1,b=10.0.0.2+fd00::1", "a has the address fd00::1 already");
    refuse("a=10.0.0,b", "\"10.0.0\" is no address");
    refuse("a=,b", "\"\" is no address");
    refuse("a=10.0.0.1/,b", "no prefix length");
    refuse("a=10.0.0.1/x,b", "no prefix length");
    refuse("a=10.0.0.1/24x,b", "no prefix length");
    refuse("a=10.0.0.1/9999,b", "no prefix length");
    refuse("a=10.0.0.1/0,b", "8 to 30 bits");
    refuse("a=10.0.0.1/31,b", "8 to 30 bits");
    refuse("a=fd00::1/0,b", "8 to 126 bits");
    refuse("a=0.0.0.0,b", "no host's address");
    refuse("a=127.0.0.2/8,b", "loopback");
    refuse("a=224.0.0.1,b", "no host's address");
    refuse("a=10.0.0.0,b", "first address of its subnet");
    refuse("a=10.0.0.255,b", "broadcast address of its subnet");
    refuse("a=10.0.0.1+::1,b", "::1 can be no host's address");
    refuse("a=10.0.0.1+ff02::1,b", "no host's address");
    refuse("a=10.0.0.1+fe80::1,b", "link-local");
}

static void subnets_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    refuse("a=10.0.0.1/16,b=10.0.0.2/24", "one subnet lies in the other");
    refuse("a=10.0.0.1,b=10.9.9.9,c=10.0.0.3", "\"b\" is in no subnet with another host");
    refuse("a=10.0.0.1+10.0.0.2,b", "two interfaces of \"a\" are in one subnet");
    refuse("a=10.0.0.1+fd00::1,b=10.0.0.2+fd01::2", "by IPv4, but not by IPv6");
    refuse("a=10.0.0.1+fd00::1,b=10.0.0.2,r=10.0.0.3+10.1.0.3+fd00::3", "by IPv6, but not by IPv4");
    refuse("a=10.0.0.1+10.1.0.1+10.2.0.1+10.3.0.1+10.4.0.1,b", "at most 4 interfaces");
}

static void settling_tells_which_host_is_at_fault(void **state)
{
    (void)state;
    struct network net = {.nhosts = 3, .dns = -1};
    struct error err = {""};
    int at = -1;
    for (unsigned i = 0; i < 3; i++) {
        net.hosts[i].name[0] = (char)('a' + i);
        net.hosts[i].ninterfaces = 1;
    }
    net.hosts[2].interfaces[0].mtu = 500;
    assert_int_equal(network_settle(&net, &at, &err), -1);
    assert_int_equal(at, 2);
    assert_non_null(strstr(err.text, "an MTU is 576 to 1500 bytes, not 500"));
    net.hosts[2].interfaces[0].mtu = 576;
    assert_int_equal(network_settle(&net, &at, &err), 0);
    assert_int_equal(net.hosts[2].interfaces[0].mtu, 576);
    net.hosts[2].interfaces[0].has_address6 = true;
    inet_pton(AF_INET6, "fd00::1", &net.hosts[2].interfaces[0].address6);
    assert_int_equal(network_settle(&net, NULL, &err), -1);
    assert_non_null(strstr(err.text, "IPv6 needs an MTU of at least 1280"));
    net.hosts[2].interfaces[0].mtu = 0;
    net.hosts[1].ninterfaces = 0;
    assert_int_equal(network_settle(&net, &at, &err), -1);
    assert_int_equal(at, 1);
    net.nhosts = 0;
    assert_int_equal(network_settle(&net, &at, &err), -1);
    assert_int_equal(at, -1);
}

/* --- files --- */

static void file_is(const struct network *net, unsigned host, const char *hosts,
                    const char *resolv_conf)
{
    struct strbuf text = STRBUF_INIT;
    network_hosts_file(net, host, &text);
    assert_string_equal(text.data, hosts);
    strbuf_cut(&text, 0);
    network_resolv_conf(net, host, &text);
    assert_string_equal(text.data, resolv_conf);
    strbuf_free(&text);
}

#define LOCAL "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"

static void names_stand_in_the_hosts_file_unless_a_host_answers_dns(void **state)
{
    (void)state;
    struct network net;
    parse(&net, "alice,bob=fd00::2,carol");
    net.nnames = 1;
    net.names[0] = (struct network_name){"www.example.com", {{htonl(0x0a000002)}}, 1, {{{{0}}}}, 0};
    file_is(&net, 1,
            LOCAL "10.0.0.2 bob\nfd00::2 bob\n10.0.0.1 alice\n10.0.0.3 carol\n"
                  "10.0.0.2 www.example.com\n",
            "");
    net.dns = 2;
    file_is(&net, 0, LOCAL "10.0.0.1 alice\n",
            "nameserver 10.0.0.3\noptions timeout:1 attempts:3\n");
}

static void the_dns_host_is_asked_on_the_asking_hosts_own_segment(void **state)
{
    (void)state;
    struct network net;
    parse(&net, ROUTED);
    net.dns = 1;
    file_is(&net, 2, LOCAL "10.0.1.2 bob\nfd01::2 bob\n",
            "nameserver 10.0.1.254\noptions timeout:1 attempts:3\n");
    net.dns = 2;
    file_is(&net, 0, LOCAL "10.0.0.1 alice\n",
            "nameserver 10.0.1.2\noptions timeout:1 attempts:3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_with_nothing_but_names_get_addresses_in_their_order),
        cmocka_unit_test(a_given_address_is_kept_and_the_others_go_around_it),
        cmocka_unit_test(an_ipv6_address_belongs_to_the_interface_before_it),
        cmocka_unit_test(blanks_between_hosts_are_no_part_of_their_names),
        cmocka_unit_test(sixteen_hosts_fit_and_a_seventeenth_does_not),
        cmocka_unit_test(one_host_alone_is_a_network),
        cmocka_unit_test(a_host_with_two_interfaces_is_the_way_to_the_other_subnet),
        cmocka_unit_test(routers_in_a_row_lead_to_each_other),
        cmocka_unit_test(the_owner_of_an_address_is_found_and_loopback_is_nobodys),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(addresses_that_clash_or_are_none_are_refused),
        cmocka_unit_test(subnets_that_contradict_each_other_are_refused),
        cmocka_unit_test(settling_tells_which_host_is_at_fault),
        cmocka_unit_test(names_stand_in_the_hosts_file_unless_a_host_answers_dns),
        cmocka_unit_test(the_dns_host_is_asked_on_the_asking_hosts_own_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
