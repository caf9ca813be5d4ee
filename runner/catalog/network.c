/*
 * catalog/network: see network.h. Settles a network in this order: names, addresses (given and
 * checked), subnets (which make the segments), gateways. network_parse.c reads texts,
 * network_text.c writes them.
 */
#include "catalog/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "catalog/network_parts.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define LABEL LETTERS "0123456789-"

enum { PREFIX = 24, PREFIX6 = 64, PREFIX_LEAST = 8, PREFIX_MOST = 30, MTU6_LEAST = 1280 };

/* --- small things --- */

static uint32_t mask_of(unsigned prefix)
{
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

static uint32_t subnet_of(const struct network_interface *interface)
{
    return ntohl(interface->address.s_addr) & mask_of(interface->prefix);
}

static bool same_subnet6(const struct in6_addr *a, const struct in6_addr *b, unsigned prefix)
{
    for (unsigned bit = 0; bit < prefix; bit += 8) {
        unsigned left = prefix - bit;
        unsigned mask = left >= 8 ? 0xffu : 0xffu << (8 - left) & 0xffu;
        if ((a->s6_addr[bit / 8] & mask) != (b->s6_addr[bit / 8] & mask))
            return false;
    }
    return true;
}

/* Fills *fault in, so that a failure reads `return at_fault(…, error_set(…))`. */
static int at_fault(struct network_fault *fault, unsigned host, int interface,
                    enum network_value what, int result)
{
    fault->host = (int)host;
    fault->interface = interface;
    fault->what = what;
    return result;
}

/* An address and prefix as they are written. */
static const char *shown(const struct network_interface *interface, char out[32])
{
    char ip[INET_ADDRSTRLEN];
    struct strbuf text = STRBUF_INIT;
    inet_ntop(AF_INET, &interface->address, ip, sizeof ip);
    strbuf_printf(&text, "%s/%u", ip, interface->prefix);
    memcpy(out, text.data, text.len + 1);
    strbuf_free(&text);
    return out;
}

static const char *shown6(const struct in6_addr *address, char out[INET6_ADDRSTRLEN])
{
    return inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}

/* Walks through all interfaces of all hosts. */
struct place {
    unsigned host, interface;
};

static void next_place(const struct network *net, struct place *at)
{
    if (++at->interface < net->hosts[at->host].ninterfaces)
        return;
    at->interface = 0;
    at->host++;
}

static struct network_interface *interface_at(struct network *net, struct place at)
{
    return &net->hosts[at.host].interfaces[at.interface];
}

/* --- names --- */

bool network_is_name(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len < NETWORK_NAME && strspn(text, LETTERS) >= 1 &&
           strspn(text, LABEL) == len && text[len - 1] != '-';
}

int network_not_name(const char *text, struct error *err)
{
    return network_word_error(err, text,
                              "is no name of a host: a lower-case letter, then lower-case "
                              "letters, digits and '-' are needed, at most 31 in all");
}

static int check_name(const struct network *net, unsigned index, struct error *err)
{
    const char *name = net->hosts[index].name;
    if (memchr(name, '\0', NETWORK_NAME) == NULL)
        return error_set(err, "a host's name has at most %d letters", NETWORK_NAME - 1);
    if (!network_is_name(name))
        return network_not_name(name, err);
    if (strcmp(name, "localhost") == 0)
        return error_set(err, "\"localhost\" is every host's name for itself");
    if (strcmp(name, "wire") == 0)
        return error_set(err, "\"wire\" is what joins the hosts, and none of them");
    for (unsigned i = 0; i < index; i++)
        if (strcmp(net->hosts[i].name, name) == 0)
            return error_set(err, "two hosts are named \"%s\"", name);
    return 0;
}

static int check_hosts(const struct network *net, struct network_fault *fault, struct error *err)
{
    if (net->nhosts < 1 || net->nhosts > NETWORK_HOSTS)
        return error_set(err, "a scene has 1 to %d hosts, not %u", NETWORK_HOSTS, net->nhosts);
    for (unsigned i = 0; i < net->nhosts; i++) {
        unsigned ninterfaces = net->hosts[i].ninterfaces;
        if (check_name(net, i, err) != 0)
            return at_fault(fault, i, -1, FAULT_NAME, -1);
        if (ninterfaces < 1 || ninterfaces > NETWORK_INTERFACES)
            return at_fault(fault, i, -1, FAULT_HOST,
                            error_set(err, "a host has 1 to %d interfaces, not %u",
                                      NETWORK_INTERFACES, ninterfaces));
    }
    if (net->dns < -1 || net->dns >= (int)net->nhosts)
        return error_set(err, "no host has the number %d", net->dns);
    return 0;
}

/* --- addresses --- */

/* Whether the address can be a host's of that subnet: not the subnet's own or its broadcast
 * address. */
static bool is_inner(uint32_t address, unsigned prefix)
{
    uint32_t rest = address & ~mask_of(prefix);
    return rest != 0 && rest != ~mask_of(prefix);
}

static bool is_taken(const struct network *net, uint32_t address)
{
    struct in_addr wanted = {htonl(address)};
    return network_owner(net, &wanted, NULL) >= 0;
}

/* The prefix of the subnet among those that were given which holds the address; else the default.
 */
static unsigned prefix_around(struct network *net, uint32_t address)
{
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at)) {
        const struct network_interface *other = interface_at(net, at);
        if (other->address.s_addr != 0 && other->prefix != 0 &&
            (address & mask_of(other->prefix)) == subnet_of(other))
            return other->prefix;
    }
    return PREFIX;
}

/* The address of the n-th host is 10.0.0.n (of its second interface 10.0.1.n), or the next one that
 * nobody has. 255 are more than all interfaces there can be. */
static void give_address(struct network *net, struct place at)
{
    struct network_interface *interface = interface_at(net, at);
    uint32_t first = 0x0a000000 | at.interface << 8;
    for (uint32_t n = 0; n < 255 && interface->address.s_addr == 0; n++) {
        uint32_t address = first + (at.host + n) % 254 + 1;
        unsigned prefix = interface->prefix != 0 ? interface->prefix : prefix_around(net, address);
        if (is_taken(net, address) || !is_inner(address, prefix))
            continue;
        interface->address.s_addr = htonl(address);
        interface->prefix = prefix;
    }
}

static int check_address(const struct network_interface *interface, struct error *err)
{
    char text[32];
    uint32_t address = ntohl(interface->address.s_addr);
    if (interface->prefix < PREFIX_LEAST || interface->prefix > PREFIX_MOST)
        return error_set(err, "%s: the prefix of a subnet is %d to %d bits long",
                         shown(interface, text), PREFIX_LEAST, PREFIX_MOST);
    if (address >> 24 == 127)
        return error_set(err, "%s belongs to the loopback, which every host has for itself",
                         shown(interface, text));
    if (address >> 24 == 0 || address >> 24 >= 224)
        return error_set(err, "%s can be no host's address", shown(interface, text));
    if (!is_inner(address, interface->prefix))
        return error_set(err, "%s is the %s address of its subnet, and no host's",
                         shown(interface, text),
                         (address & ~mask_of(interface->prefix)) == 0 ? "first" : "broadcast");
    return 0;
}

static int check_address6(const struct network_interface *interface, struct error *err)
{
    char text[INET6_ADDRSTRLEN];
    const struct in6_addr *address = &interface->address6;
    if (interface->prefix6 < 8 || interface->prefix6 > 126)
        return error_set(err, "%s/%u: the prefix of an IPv6 subnet is 8 to 126 bits long",
                         shown6(address, text), interface->prefix6);
    if (IN6_IS_ADDR_LINKLOCAL(address))
        return error_set(err, "%s is a link-local address: the kernel gives those itself",
                         shown6(address, text));
    if (IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_LOOPBACK(address) ||
        IN6_IS_ADDR_MULTICAST(address) || IN6_IS_ADDR_V4MAPPED(address))
        return error_set(err, "%s can be no host's address", shown6(address, text));
    return 0;
}

/* Another interface, before this one, that has one of its addresses: an error. */
static int check_unused(const struct network *net, struct place at, struct network_fault *fault,
                        struct error *err)
{
    char text[INET6_ADDRSTRLEN], text4[32];
    const struct network_interface *own = &net->hosts[at.host].interfaces[at.interface];
    for (struct place before = {0, 0}; before.host < net->nhosts; next_place(net, &before)) {
        const struct network_host *host = &net->hosts[before.host];
        const struct network_interface *other = &host->interfaces[before.interface];
        if (other == own)
            return 0;
        if (other->address.s_addr == own->address.s_addr)
            return at_fault(fault, at.host, (int)at.interface, FAULT_ADDRESS,
                            error_set(err, "%s has the address %s already", host->name,
                                      shown(other, text4)));
        if (own->has_address6 && other->has_address6 &&
            memcmp(&own->address6, &other->address6, sizeof own->address6) == 0)
            return at_fault(fault, at.host, (int)at.interface, FAULT_ADDRESS6,
                            error_set(err, "%s has the address %s already", host->name,
                                      shown6(&other->address6, text)));
    }
    return 0;
}

static int settle_interface(struct network *net, struct place at, struct network_fault *fault,
                            struct error *err)
{
    struct network_interface *interface = interface_at(net, at);
    if (interface->mtu == 0)
        interface->mtu = NETWORK_MTU;
    if (interface->mtu < NETWORK_MTU_LEAST || interface->mtu > NETWORK_MTU)
        return at_fault(fault, at.host, (int)at.interface, FAULT_MTU,
                        error_set(err, "an MTU is %d to %d bytes, not %u", NETWORK_MTU_LEAST,
                                  NETWORK_MTU, interface->mtu));
    if (interface->has_address6 && interface->mtu < MTU6_LEAST)
        return at_fault(fault, at.host, (int)at.interface, FAULT_MTU,
                        error_set(err, "IPv6 needs an MTU of at least %d bytes, not %u (RFC 8200)",
                                  MTU6_LEAST, interface->mtu));
    if (check_address(interface, err) != 0)
        return at_fault(fault, at.host, (int)at.interface, FAULT_ADDRESS, -1);
    if (interface->has_address6 && check_address6(interface, err) != 0)
        return at_fault(fault, at.host, (int)at.interface, FAULT_ADDRESS6, -1);
    if (check_unused(net, at, fault, err) != 0)
        return -1;
    interface->mac[0] = 0x02; /* "locally administered": no maker's number */
    interface->mac[1] = 0;
    memcpy(interface->mac + 2, &interface->address.s_addr, 4);
    return 0;
}

static int settle_addresses(struct network *net, struct network_fault *fault, struct error *err)
{
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at)) {
        struct network_interface *interface = interface_at(net, at);
        if (interface->prefix == 0 && interface->address.s_addr != 0)
            interface->prefix = PREFIX;
        if (interface->prefix6 == 0)
            interface->prefix6 = PREFIX6;
        /* A prefix that is too short or too long is told below; none is looked at before that. */
        if (interface->prefix > 32)
            interface->prefix = 32;
    }
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at))
        if (interface_at(net, at)->address.s_addr == 0)
            give_address(net, at);
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at))
        if (settle_interface(net, at, fault, err) != 0)
            return -1;
    return 0;
}

/* --- segments --- */

/* The segment of another interface, or (-1) an error, when the two contradict each other. 1: they
 * are on different ones. */
static int compare_subnets(const struct network_interface *a, const struct network_interface *b,
                           struct error *err)
{
    char one[32], other[32], six[INET6_ADDRSTRLEN], other6[INET6_ADDRSTRLEN];
    unsigned shorter = a->prefix < b->prefix ? a->prefix : b->prefix;
    uint32_t differ = ntohl(a->address.s_addr) ^ ntohl(b->address.s_addr);
    bool same = (differ & mask_of(shorter)) == 0;
    if (same && a->prefix != b->prefix)
        return error_set(err,
                         "%s and %s: one subnet lies in the other; addresses of one network have "
                         "the same prefix length",
                         shown(b, one), shown(a, other));
    if (!a->has_address6 || !b->has_address6)
        return same ? 0 : 1;
    unsigned shorter6 = a->prefix6 < b->prefix6 ? a->prefix6 : b->prefix6;
    bool same6 = same_subnet6(&a->address6, &b->address6, shorter6);
    if (same6 == same && (!same || a->prefix6 == b->prefix6))
        return same ? 0 : 1;
    if (same)
        return error_set(err, "%s/%u and %s/%u are on one network by IPv4, but not by IPv6",
                         shown6(&b->address6, six), b->prefix6, shown6(&a->address6, other6),
                         a->prefix6);
    return error_set(err, "%s/%u and %s/%u are on one network by IPv6, but not by IPv4",
                     shown6(&b->address6, six), b->prefix6, shown6(&a->address6, other6),
                     a->prefix6);
}

static int find_segment(struct network *net, struct place at, struct error *err)
{
    struct network_interface *own = interface_at(net, at);
    bool found = false;
    for (struct place before = {0, 0}; before.host < net->nhosts; next_place(net, &before)) {
        const struct network_interface *other = interface_at(net, before);
        if (other == own)
            break;
        int result = compare_subnets(own, other, err);
        if (result < 0)
            return -1;
        if (result == 0 && before.host == at.host)
            return error_set(err, "two interfaces of \"%s\" are in one subnet",
                             net->hosts[at.host].name);
        if (result == 0)
            own->segment = other->segment;
        found = found || result == 0;
    }
    if (!found)
        own->segment = net->nsegments++;
    return 0;
}

static bool on_segment(const struct network_host *host, unsigned segment)
{
    for (unsigned i = 0; i < host->ninterfaces; i++)
        if (host->interfaces[i].segment == segment)
            return true;
    return false;
}

static bool has_neighbour(const struct network *net, unsigned index)
{
    const struct network_host *own = &net->hosts[index];
    for (unsigned i = 0; i < net->nhosts; i++)
        for (unsigned k = 0; k < own->ninterfaces && i != index; k++)
            if (on_segment(&net->hosts[i], own->interfaces[k].segment))
                return true;
    return false;
}

static int settle_segments(struct network *net, struct network_fault *fault, struct error *err)
{
    char text[32];
    net->nsegments = 0;
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at))
        if (find_segment(net, at, err) != 0)
            return at_fault(fault, at.host, (int)at.interface, FAULT_ADDRESS, -1);
    for (unsigned i = 0; i < net->nhosts && net->nhosts > 1; i++)
        if (!has_neighbour(net, i))
            return at_fault(fault, i, 0, FAULT_ADDRESS,
                            error_set(err, "%s: \"%s\" is in no subnet with another host",
                                      shown(&net->hosts[i].interfaces[0], text),
                                      net->hosts[i].name));
    return 0;
}

/* --- gateways --- */

/* The first router on the first interface's segment, of each family that it has an address of
 * there. */
static void settle_gateway(struct network *net, unsigned index)
{
    struct network_host *own = &net->hosts[index];
    own->has_gateway = own->has_gateway6 = false;
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at)) {
        const struct network_interface *other = interface_at(net, at);
        if (at.host == index || net->hosts[at.host].ninterfaces < 2 ||
            other->segment != own->interfaces[0].segment)
            continue;
        if (!own->has_gateway) {
            own->has_gateway = true;
            own->gateway = other->address;
        }
        if (!own->has_gateway6 && own->interfaces[0].has_address6 && other->has_address6) {
            own->has_gateway6 = true;
            own->gateway6 = other->address6;
        }
    }
}

int network_settle_at(struct network *net, struct network_fault *fault, struct error *err)
{
    *fault = (struct network_fault){.host = -1, .interface = -1, .what = FAULT_HOST};
    if (check_hosts(net, fault, err) != 0 || settle_addresses(net, fault, err) != 0 ||
        settle_segments(net, fault, err) != 0)
        return -1;
    for (unsigned i = 0; i < net->nhosts; i++)
        settle_gateway(net, i);
    return 0;
}

int network_settle(struct network *net, int *host_at, struct error *err)
{
    struct network_fault fault;
    int result = network_settle_at(net, &fault, err);
    if (result != 0 && host_at != NULL)
        *host_at = fault.host;
    return result;
}

/* --- looking things up --- */

int network_find(const struct network *net, const char *name)
{
    for (unsigned i = 0; i < net->nhosts; i++)
        if (strcmp(net->hosts[i].name, name) == 0)
            return (int)i;
    return -1;
}

int network_owner(const struct network *net, const struct in_addr *v4, const struct in6_addr *v6)
{
    for (struct place at = {0, 0}; at.host < net->nhosts; next_place(net, &at)) {
        const struct network_interface *own = &net->hosts[at.host].interfaces[at.interface];
        if (v4 != NULL && v4->s_addr != 0 && own->address.s_addr == v4->s_addr)
            return (int)at.host;
        if (v6 != NULL && own->has_address6 && memcmp(&own->address6, v6, sizeof *v6) == 0)
            return (int)at.host;
    }
    return -1;
}

struct in_addr network_broadcast(const struct network_interface *interface)
{
    struct in_addr address = {interface->address.s_addr | htonl(~mask_of(interface->prefix))};
    return address;
}
