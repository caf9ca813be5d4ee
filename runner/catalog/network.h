/*
 * catalog/network - the hosts of a scene: which there are, their addresses, who routes.
 *
 * A network is plain data of fixed size, so that it can be handed to the process that builds it in
 * one packet. Everything is settled when it is loaded: addresses that were left out are given,
 * segments found, default routes chosen.
 *
 * Invariants of a loaded network:
 *  - hosts[0 … nhosts-1], 1 to NETWORK_HOSTS of them, in the order of the description; names are
 *    unique, RFC 1123 labels in lower case, and never "localhost";
 *  - an interface is on exactly one segment (a broadcast domain: one IPv4 subnet);
 *  - all interfaces of a segment have the same prefix length; no address is used twice;
 *  - a host with more than one interface forwards between them (it is a router);
 *  - mac is 02:00 and the four bytes of the IPv4 address: who reads a frame can tell whose it is.
 */
#ifndef SOCKLINGS_CATALOG_NETWORK_H
#define SOCKLINGS_CATALOG_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

enum {
    NETWORK_HOSTS = 16,
    NETWORK_INTERFACES = 4, /* of one host */
    NETWORK_NAME = 32,
    NETWORK_NAMES = 32, /* further names */
    NETWORK_ADDRESSES = 8,
    NETWORK_MTU_LEAST = 576, /* RFC 791: every host takes a datagram of this size */
    NETWORK_MTU = 1500,
};

struct network_interface {
    struct in_addr address;
    unsigned prefix; /* 8 to 30 */
    bool has_address6;
    struct in6_addr address6;
    unsigned prefix6; /* 64 by default */
    uint8_t mac[6];
    unsigned mtu;
    unsigned segment; /* counts from 0, in the order in which subnets first appear */
};

struct network_host {
    char name[NETWORK_NAME];
    struct network_interface interfaces[NETWORK_INTERFACES]; /* eth0, eth1, … inside */
    unsigned ninterfaces;                                    /* 1 or more */
    /* The way to everywhere else: a router on the first interface's segment; or none, and the
     * default route leads to eth0 itself, so that 255.255.255.255 has a route. */
    bool has_gateway;
    struct in_addr gateway;
    bool has_gateway6;
    struct in6_addr gateway6;
};

/* A name beside the hosts' own: "www.example.com". */
struct network_name {
    char name[64];
    struct in_addr addresses[NETWORK_ADDRESSES]; /* in the order of the description */
    unsigned naddresses;
    struct in6_addr addresses6[NETWORK_ADDRESSES];
    unsigned naddresses6;
};

struct network {
    struct network_host hosts[NETWORK_HOSTS];
    unsigned nhosts;
    unsigned nsegments;
    struct network_name names[NETWORK_NAMES];
    unsigned nnames;
    /* Which host answers DNS, by index; -1: none, and all names stand in /etc/hosts. With a DNS
     * host, /etc/hosts holds only localhost and the host's own name, and resolv.conf names it. */
    int dns;
};

/* Hosts with nothing but names, "alice,bob,carol": addresses 10.0.0.1/24, 10.0.0.2/24, …; an
 * entry may also be "alice=10.0.0.1/24" or "gate=10.0.0.254/24+10.0.1.254/24" (+fd00::1/64 gives
 * the interface before it an IPv6 address). 0; or -1 and *err, which quotes the part at fault. */
int network_parse(struct network *net, const char *text, struct error *err);

/* Settles what was left open (addresses, MACs, MTU, segments, gateways) and checks the invariants.
 * In: names and ninterfaces, and of each interface what is known (address.s_addr 0: to be given;
 * prefix 0: 24; mtu 0: NETWORK_MTU). -1 and *err; *host_at (may be NULL) is then the index of the
 * host at fault. */
int network_settle(struct network *net, int *host_at, struct error *err);

/* The host of that name: its index, or -1. */
int network_find(const struct network *net, const char *name);

/* The host that has this IPv4 or IPv6 address on an interface, or -1; 127/8 and ::1 are nobody's.
 */
int network_owner(const struct network *net, const struct in_addr *v4, const struct in6_addr *v6);

/* The broadcast address of its subnet. */
struct in_addr network_broadcast(const struct network_interface *interface);

/* The values of ${alice.addr}, .addr6, .mac, .broadcast, .prefix, .network (of eth0) and of
 * ${alice.eth1.addr} … `name` is what stands between ${ and }. Appends to *out; false when it is no
 * such name, *out is then as it was. */
bool network_variable(const struct network *net, const char *name, struct strbuf *out);

/* The text of /etc/hosts and /etc/resolv.conf of a host. Appends. */
void network_hosts_file(const struct network *net, unsigned host, struct strbuf *out);
void network_resolv_conf(const struct network *net, unsigned host, struct strbuf *out);

#endif
