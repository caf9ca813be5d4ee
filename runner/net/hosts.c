/*
 * net/hosts: see hosts.h. network_namespaces(7), veth(4), rtnetlink(7), packet(7).
 *
 *  - The packet sockets are opened first, in the wire; then the process visits a new namespace for
 *    each host and makes the veth pairs from there, with the peers in the wire; then it comes back
 *    and binds the sockets. So each namespace is entered once.
 *  - Indexes of interfaces are chosen here and not asked for, so that all requests of a host go in
 *    one send.
 *  - Little is asked of /proc/sys, where it may be refused (a container's is read-only): forwarding
 *    of IPv4 and the silence of IPv6 go by netlink too.
 */
#include "net/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/netlink.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
    LOOPBACK = 1,     /* the index of lo in every network namespace */
    HOST_INDEX = 10,  /* of eth0; eth1 is the next … */
    PORT_INDEX = 100, /* of p0; unlike its peer's: the kernel is then quicker to see it is up */
    QUEUE_BYTES = 8 * 1024 * 1024,
};

/* The network in which the ports are. */
struct wire {
    struct netlink nl;
    int netns;
    unsigned nports; /* that are there */
};

/* --- /proc/sys, in the network where we are --- */

static int set_sysctl(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, value, strlen(value));
    int saved = errno;
    close(fd);
    errno = saved;
    return n < 0 ? -1 : 0;
}

/* --- the requests of a host --- */

static void put_link(struct nlmsghdr *nlh, int index, unsigned flags)
{
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(nlh, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = index;
    link->ifi_flags = flags;
    link->ifi_change = flags;
}

/* What both ends have; one queue: each costs time to make. */
static void put_end(struct nlmsghdr *nlh, const char *name, unsigned mtu)
{
    mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
    mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
    mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
    mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
}

static void add_pair(struct netlink *nl, const struct network_interface *interface, unsigned n,
                     unsigned port, int wire)
{
    char name[IFNAMSIZ];
    struct nlmsghdr *nlh = netlink_request(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
                                           "make a pair of interfaces (veth)");
    put_link(nlh, HOST_INDEX + (int)n, 0);
    snprintf(name, sizeof name, "eth%u", n);
    put_end(nlh, name, interface->mtu);
    mnl_attr_put(nlh, IFLA_ADDRESS, sizeof interface->mac, interface->mac);
    struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
    mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
    struct nlattr *peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
    put_link(nlh, PORT_INDEX + (int)port, IFF_NOARP);
    snprintf(name, sizeof name, "p%u", port);
    put_end(nlh, name, interface->mtu);
    mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)wire);
    mnl_attr_nest_end(nlh, peer);
    mnl_attr_nest_end(nlh, data);
    mnl_attr_nest_end(nlh, info);
}

/* A new namespace takes over what the machine has set: a machine that forwards has hosts that do.
 */
static void add_forwarding(struct netlink *nl, unsigned n, bool router)
{
    struct nlmsghdr *nlh = netlink_request(nl, RTM_SETLINK, 0, "set whether a host forwards");
    put_link(nlh, HOST_INDEX + (int)n, 0);
    struct nlattr *spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
    struct nlattr *family = mnl_attr_nest_start(nlh, AF_INET);
    struct nlattr *conf = mnl_attr_nest_start(nlh, IFLA_INET_CONF);
    mnl_attr_put_u32(nlh, IPV4_DEVCONF_FORWARDING, router);
    mnl_attr_nest_end(nlh, conf);
    mnl_attr_nest_end(nlh, family);
    mnl_attr_nest_end(nlh, spec);
}

/* No link-local address by itself, which would be checked for duplicates and announced: without an
 * address IPv6 is mute. A kernel without IPv6 refuses, and needs nothing. */
static void add_silence(struct netlink *nl, int index)
{
    struct nlmsghdr *nlh = netlink_request(nl, RTM_SETLINK, 0, NULL);
    put_link(nlh, index, 0);
    struct nlattr *spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
    struct nlattr *family = mnl_attr_nest_start(nlh, AF_INET6);
    mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    mnl_attr_nest_end(nlh, family);
    mnl_attr_nest_end(nlh, spec);
}

static void add_address(struct netlink *nl, const struct network_interface *interface, unsigned n)
{
    struct nlmsghdr *nlh = netlink_request(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
                                           "give an interface its address");
    struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(nlh, sizeof *address);
    uint32_t host_bits = htonl(0xffffffffU >> interface->prefix);
    address->ifa_family = AF_INET;
    address->ifa_prefixlen = (unsigned char)interface->prefix;
    address->ifa_index = HOST_INDEX + n;
    mnl_attr_put_u32(nlh, IFA_LOCAL, interface->address.s_addr);
    mnl_attr_put_u32(nlh, IFA_ADDRESS, interface->address.s_addr);
    mnl_attr_put_u32(nlh, IFA_BROADCAST, interface->address.s_addr | host_bits);
}

static void add_address6(struct netlink *nl, const struct in6_addr *address6, unsigned prefix,
                         unsigned n)
{
    struct nlmsghdr *nlh = netlink_request(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
                                           "give an interface its IPv6 address");
    struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(nlh, sizeof *address);
    address->ifa_family = AF_INET6;
    address->ifa_prefixlen = (unsigned char)prefix;
    address->ifa_flags = IFA_F_NODAD;
    address->ifa_index = HOST_INDEX + n;
    mnl_attr_put(nlh, IFA_LOCAL, sizeof *address6, address6);
    mnl_attr_put(nlh, IFA_ADDRESS, sizeof *address6, address6);
}

/* RFC 4291, appendix A: from the MAC address. */
static struct in6_addr link_local(const uint8_t mac[6])
{
    struct in6_addr address = {.s6_addr = {0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe,
                                           mac[3], mac[4], mac[5]}};
    return address;
}

static void add_up(struct netlink *nl, int index)
{
    put_link(netlink_request(nl, RTM_SETLINK, 0, "bring an interface up"), index, IFF_UP);
}

/* To everywhere else, by eth0; gateway NULL: everybody is a neighbour there. */
static void add_default_route(struct netlink *nl, int family, const void *gateway, size_t len)
{
    struct nlmsghdr *nlh =
        netlink_request(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "set the default route");
    struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof *route);
    route->rtm_family = (unsigned char)family;
    route->rtm_table = RT_TABLE_MAIN;
    route->rtm_protocol = RTPROT_STATIC;
    route->rtm_scope = gateway != NULL ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    route->rtm_type = RTN_UNICAST;
    if (gateway != NULL)
        mnl_attr_put(nlh, RTA_GATEWAY, len, gateway);
    mnl_attr_put_u32(nlh, RTA_OIF, HOST_INDEX);
}

static void add_interface(struct netlink *nl, const struct network_host *host, unsigned n,
                          unsigned port, int wire)
{
    const struct network_interface *interface = &host->interfaces[n];
    add_pair(nl, interface, n, port, wire);
    add_forwarding(nl, n, host->ninterfaces > 1);
    add_silence(nl, HOST_INDEX + (int)n);
    add_address(nl, interface, n);
    if (interface->has_address6) {
        struct in6_addr local = link_local(interface->mac);
        add_address6(nl, &local, 64, n);
        add_address6(nl, &interface->address6, interface->prefix6, n);
    }
}

/* --- a host --- */

static bool has_ipv6(const struct network_host *host)
{
    for (unsigned i = 0; i < host->ninterfaces; i++)
        if (host->interfaces[i].has_address6)
            return true;
    return false;
}

static int set_sysctls(const struct network_host *host, struct error *err)
{
    static const char congestion[] = "/proc/sys/net/ipv4/tcp_congestion_control";
    if (set_sysctl(congestion, "cubic") != 0)
        (void)set_sysctl(congestion, "reno");
    /* The kernel's maximum of 32 MiB lets a connection send more ahead than the queue of a port
     * holds for an ordinary user (400 KiB), and frames would be lost that no rule drops. */
    (void)set_sysctl("/proc/sys/net/ipv4/tcp_rmem", "4096 131072 262144");
    if (has_ipv6(host) && host->ninterfaces > 1 &&
        set_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1") != 0)
        return error_errno(err, "cannot let it forward IPv6");
    return 0;
}

static int ethtool(int fd, const char *name, uint32_t command)
{
    struct ethtool_value value = {.cmd = command};
    struct ifreq request = {.ifr_data = (void *)&value};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return ioctl(fd, SIOCETHTOOL, &request);
}

/* Without checksums and scatter the kernel turns segmentation off itself; a veth puts nothing
 * together that it receives (GRO) unless asked to. */
static int no_offloads(int fd, unsigned n, struct error *err)
{
    static const uint32_t commands[] = {ETHTOOL_STXCSUM, ETHTOOL_SSG};
    char name[IFNAMSIZ];
    snprintf(name, sizeof name, "eth%u", n);
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (ethtool(fd, name, commands[i]) != 0)
            return error_errno(err, "cannot turn offloads of %s off", name);
    return 0;
}

/* A veth can only come up when it has its peer, and is on the line at once when that is up: the
 * ports first, since a host sends as soon as it is there. */
static int bring_up(struct netlink *nl, const struct network_host *host, unsigned first_port,
                    struct wire *wire, struct error *err)
{
    for (unsigned i = 0; i < host->ninterfaces; i++) {
        add_silence(&wire->nl, PORT_INDEX + (int)(first_port + i));
        add_up(&wire->nl, PORT_INDEX + (int)(first_port + i));
    }
    if (netlink_send(&wire->nl, err) != 0)
        return -1;
    add_up(nl, LOOPBACK);
    for (unsigned i = 0; i < host->ninterfaces; i++)
        add_up(nl, HOST_INDEX + (int)i);
    add_default_route(nl, AF_INET, host->has_gateway ? &host->gateway : NULL, sizeof host->gateway);
    if (host->has_gateway6)
        add_default_route(nl, AF_INET6, &host->gateway6, sizeof host->gateway6);
    return netlink_send(nl, err);
}

static int fill_host(struct netlink *nl, const struct network_host *host, unsigned first_port,
                     struct wire *wire, struct error *err)
{
    if (set_sysctls(host, err) != 0)
        return -1;
    for (unsigned i = 0; i < host->ninterfaces; i++)
        add_interface(nl, host, i, first_port + i, wire->netns);
    if (netlink_send(nl, err) != 0)
        return -1;
    for (unsigned i = 0; i < host->ninterfaces; i++)
        if (no_offloads(nl->fd, i, err) != 0)
            return -1;
    return bring_up(nl, host, first_port, wire, err);
}

/* They go with the host's namespace anyway, but nobody knows when. */
static void remove_pairs(struct netlink *nl, int first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        put_link(netlink_request(nl, RTM_DELLINK, 0, NULL), first + (int)i, 0);
        (void)netlink_send(nl, NULL);
    }
}

/* Leaves the process in the host's namespace, whose descriptor it gives: -1 and *err. */
static int build_host(const struct network_host *host, unsigned first_port, struct wire *wire,
                      struct error *err)
{
    struct netlink nl;
    if (unshare(CLONE_NEWNET) != 0)
        return error_errno(err, "cannot make a network namespace for host %s", host->name);
    if (netlink_open(&nl, err) != 0)
        return error_prefix(err, "host %s", host->name);
    int netns = netlink_namespace(nl.fd);
    int rc = netns < 0 ? error_errno(err, "cannot take hold of its network namespace")
                       : fill_host(&nl, host, first_port, wire, err);
    if (rc != 0)
        remove_pairs(&nl, HOST_INDEX, host->ninterfaces);
    netlink_close(&nl);
    if (rc == 0)
        return netns;
    if (netns >= 0)
        close(netns);
    return error_prefix(err, "host %s", host->name);
}

/* --- the wire --- */

static int open_ports(const struct network *net, struct hosts_built *built, struct error *err)
{
    for (unsigned h = 0; h < net->nhosts; h++) {
        for (unsigned i = 0; i < net->hosts[h].ninterfaces; i++) {
            int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            if (fd < 0)
                return error_errno(err, "cannot open a packet socket for the wire");
            built->ports[built->nports++] = fd;
        }
    }
    return 0;
}

/* The kernel announces its multicast groups (MLD, RFC 3810), and asks for routers where /proc/sys
 * cannot tell it not to: nobody here needs either, and their times are random. */
static int ignore_announcements(int fd)
{
    enum { NEXT = 14 + 6, PAYLOAD = 14 + 40, AFTER_OPTIONS = PAYLOAD + 8 };
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 11),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PAYLOAD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_ROUTER_SOLICIT, 8, 7),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 0, 6),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PAYLOAD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AFTER_OPTIONS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 143, 3, 0), /* MLDv2 report */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MLD_LISTENER_REPORT, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MLD_LISTENER_REDUCTION, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, ~0U),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

static int bind_port(int fd, unsigned port, bool ipv6)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = PORT_INDEX + (int)port};
    int on = 1, bytes = QUEUE_BYTES;
    char name[IFNAMSIZ];
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
        return -1;
    /* Only a convenience, of kernels from 4.20: others tell them. */
    (void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    /* The second is bounded by net.core.rmem_max. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (ipv6 && ignore_announcements(fd) != 0)
        return -1;
    /* It was up before its other end, and learns of that later: who asks makes it learn now. Frames
     * that go out before are lost. */
    snprintf(name, sizeof name, "p%u", port);
    if (ethtool(fd, name, ETHTOOL_GLINK) != 0)
        return -1;
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

static int bind_ports(const struct network *net, const struct hosts_built *built, struct error *err)
{
    unsigned port = 0;
    for (unsigned h = 0; h < net->nhosts; h++) {
        bool ipv6 = has_ipv6(&net->hosts[h]);
        for (unsigned i = 0; i < net->hosts[h].ninterfaces; i++, port++)
            if (bind_port(built->ports[port], port, ipv6) != 0)
                return error_errno(err, "cannot listen to the wire at host %s", net->hosts[h].name);
    }
    return 0;
}

/* --- all of it --- */

static int build_hosts(const struct network *net, struct hosts_built *built, struct wire *wire,
                       struct error *err)
{
    unsigned port = 0;
    for (unsigned h = 0; h < net->nhosts; h++) {
        built->netns[h] = build_host(&net->hosts[h], port, wire, err);
        if (built->netns[h] < 0)
            return -1;
        port += net->hosts[h].ninterfaces;
        wire->nports = port;
    }
    return 0;
}

static int build(const struct network *net, struct hosts_built *built, struct wire *wire,
                 struct error *err)
{
    if (netlink_open(&wire->nl, err) != 0)
        return -1;
    wire->netns = netlink_namespace(wire->nl.fd);
    if (wire->netns < 0)
        return error_errno(err, "cannot take hold of the wire's network namespace");
    if (open_ports(net, built, err) != 0)
        return -1;
    int rc = build_hosts(net, built, wire, err);
    if (setns(wire->netns, CLONE_NEWNET) != 0)
        rc = error_errno(err, "cannot come back to the wire's network namespace");
    if (rc == 0)
        rc = bind_ports(net, built, err);
    if (rc != 0)
        remove_pairs(&wire->nl, PORT_INDEX, wire->nports);
    return rc;
}

int hosts_build(const struct network *net, struct hosts_built *built, struct error *err)
{
    struct wire wire = {.nl.fd = -1, .netns = -1};
    built->nports = 0;
    for (unsigned i = 0; i < NETWORK_HOSTS; i++)
        built->netns[i] = -1;
    int rc = build(net, built, &wire, err);
    netlink_close(&wire.nl);
    if (wire.netns >= 0)
        close(wire.netns);
    if (rc != 0)
        hosts_close(built);
    return rc;
}

void hosts_close(struct hosts_built *built)
{
    for (unsigned i = 0; i < NETWORK_HOSTS; i++) {
        if (built->netns[i] >= 0)
            close(built->netns[i]);
        built->netns[i] = -1;
    }
    for (unsigned i = 0; i < built->nports; i++)
        close(built->ports[i]);
    built->nports = 0;
}

int hosts_enter(const struct hosts_built *built, int host)
{
    if (host >= 0)
        return setns(built->netns[host], CLONE_NEWNET);
    int wire = netlink_namespace(built->ports[0]);
    if (wire < 0)
        return -1;
    int rc = setns(wire, CLONE_NEWNET), saved = errno;
    close(wire);
    errno = saved;
    return rc;
}
