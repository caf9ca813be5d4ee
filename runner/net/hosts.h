/*
 * net/hosts - builds the hosts of a network: a network namespace each, joined to the wire.
 *
 * Every interface is one end of a veth pair; the other end stays in the caller's network namespace,
 * the wire, as "p0", "p1", …: ports, numbered through all hosts' interfaces in their order. Frames
 * pass between ports only by a switch (net/switch.h): nothing in the wire's namespace has an
 * address, answers ARP or forwards.
 *
 * In each host: lo is up (127.0.0.1, ::1); eth0 … with address, broadcast address, MAC and MTU;
 * segmentation and checksum offloads are off, so that what is captured is what a wire would carry;
 * IPv6 only where the network gives an address: beside it there is a link-local one (RFC 4291), and
 * both are there at once, without duplicate address detection; the default route; forwarding on
 * routers, and only there; net.ipv4.tcp_congestion_control is cubic where the machine lets others
 * than its root choose it, else reno (bbr paces, and exchanges take longer);
 * net.ipv4.tcp_rmem ends at 256 KiB where that may be set, so that a connection does not send
 * further ahead than a port's queue holds; net.ipv4.icmp_ratelimit and the rest are the kernel's
 * own.
 *
 * A host says nothing before a program of its does. What a kernel with IPv6 would say by itself,
 * reports of multicast groups (MLD, RFC 3810) and router solicitations, does not reach the ports'
 * sockets; neighbour discovery does, as ARP does.
 */
#ifndef SOCKLINGS_NET_HOSTS_H
#define SOCKLINGS_NET_HOSTS_H

#include "base/error.h"
#include "catalog/network.h"

enum { HOSTS_PORTS = NETWORK_HOSTS * NETWORK_INTERFACES };

/* What is built. All descriptors are close-on-exec and the caller's. */
struct hosts_built {
    int netns[NETWORK_HOSTS]; /* of each host: for setns(2) */
    int ports[HOSTS_PORTS];   /* AF_PACKET, SOCK_RAW, non-blocking, bound to p0, p1, …; outgoing
                                 frames are not seen (PACKET_IGNORE_OUTGOING), time stamps are on
                                 (SO_TIMESTAMPNS), room for bursts where the kernel gives it */
    unsigned nports;
};

/* Must be called by a single-threaded process that has CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW
 * in its user namespace, in the network namespace that becomes the wire; it is there again
 * afterwards, also after a failure. /proc/sys must be writable for routers of IPv6; without it all
 * else is there but what is set of TCP. Takes about 1 ms, and 1 more for each host. 0; or -1, *err,
 * and nothing is left open.
 *
 * The last close of a port takes 5 to 16 ms: somebody in the scene should keep a copy, so that it
 * falls to the kernel when the network is taken down. */
int hosts_build(const struct network *net, struct hosts_built *built, struct error *err);
/* Closes every descriptor in it. */
void hosts_close(struct hosts_built *built);

/* Enters a host's network namespace, or (-1) the wire's again. -1 and errno. */
int hosts_enter(const struct hosts_built *built, int host);

#endif
