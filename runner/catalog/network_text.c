/* catalog/network_text: what a network says of itself: variables, and the files of a host. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/network.h"

static void put_address(struct strbuf *out, const struct in_addr *address)
{
    char text[INET_ADDRSTRLEN];
    strbuf_puts(out, inet_ntop(AF_INET, address, text, sizeof text));
}

static void put_address6(struct strbuf *out, const struct in6_addr *address)
{
    char text[INET6_ADDRSTRLEN];
    strbuf_puts(out, inet_ntop(AF_INET6, address, text, sizeof text));
}

/* --- variables --- */

static bool put_property(const struct network_interface *interface, const char *name,
                         struct strbuf *out)
{
    struct in_addr broadcast = network_broadcast(interface);
    struct in_addr network = {interface->address.s_addr &
                              htonl(UINT32_MAX << (32 - interface->prefix))};
    if (strcmp(name, "addr") == 0)
        put_address(out, &interface->address);
    else if (strcmp(name, "addr6") == 0 && interface->has_address6)
        put_address6(out, &interface->address6);
    else if (strcmp(name, "broadcast") == 0)
        put_address(out, &broadcast);
    else if (strcmp(name, "network") == 0)
        put_address(out, &network);
    else if (strcmp(name, "prefix") == 0)
        strbuf_printf(out, "%u", interface->prefix);
    else if (strcmp(name, "mac") == 0)
        for (unsigned i = 0; i < 6; i++)
            strbuf_printf(out, "%s%02x", i > 0 ? ":" : "", interface->mac[i]);
    else
        return false;
    return true;
}

bool network_variable(const struct network *net, const char *name, struct strbuf *out)
{
    char host[NETWORK_NAME];
    const char *dot = strchr(name, '.');
    if (dot == NULL || (size_t)(dot - name) >= sizeof host)
        return false;
    memcpy(host, name, (size_t)(dot - name));
    host[dot - name] = '\0';
    int index = network_find(net, host);
    if (index < 0)
        return false;
    unsigned number = 0;
    const char *property = dot + 1;
    if (strncmp(property, "eth", 3) == 0 && property[3] >= '0' && property[3] <= '9' &&
        property[4] == '.') {
        number = (unsigned)(property[3] - '0');
        property += 5;
    }
    if (number >= net->hosts[index].ninterfaces)
        return false;
    return put_property(&net->hosts[index].interfaces[number], property, out);
}

/* --- /etc/hosts, /etc/resolv.conf --- */

static void put_host(const struct network_host *host, struct strbuf *out)
{
    for (unsigned i = 0; i < host->ninterfaces; i++) {
        put_address(out, &host->interfaces[i].address);
        strbuf_printf(out, " %s\n", host->name);
    }
    for (unsigned i = 0; i < host->ninterfaces; i++) {
        if (!host->interfaces[i].has_address6)
            continue;
        put_address6(out, &host->interfaces[i].address6);
        strbuf_printf(out, " %s\n", host->name);
    }
}

static void put_name(const struct network_name *name, struct strbuf *out)
{
    for (unsigned i = 0; i < name->naddresses; i++) {
        put_address(out, &name->addresses[i]);
        strbuf_printf(out, " %s\n", name->name);
    }
    for (unsigned i = 0; i < name->naddresses6; i++) {
        put_address6(out, &name->addresses6[i]);
        strbuf_printf(out, " %s\n", name->name);
    }
}

void network_hosts_file(const struct network *net, unsigned host, struct strbuf *out)
{
    strbuf_puts(out, "127.0.0.1 localhost\n::1 localhost ip6-localhost\n");
    put_host(&net->hosts[host], out);
    if (net->dns >= 0)
        return;
    for (unsigned i = 0; i < net->nhosts; i++)
        if (i != host)
            put_host(&net->hosts[i], out);
    for (unsigned i = 0; i < net->nnames; i++)
        put_name(&net->names[i], out);
}

/* The address of the DNS host on the segment that the two share; else its first. */
static const struct in_addr *dns_address(const struct network *net, unsigned host)
{
    const struct network_host *asker = &net->hosts[host], *dns = &net->hosts[net->dns];
    for (unsigned i = 0; i < asker->ninterfaces; i++)
        for (unsigned k = 0; k < dns->ninterfaces; k++)
            if (asker->interfaces[i].segment == dns->interfaces[k].segment)
                return &dns->interfaces[k].address;
    return &dns->interfaces[0].address;
}

/* Asked again after 1 s and not after 5, as resolv.conf(5) has it: a datagram that the wire loses
 * should not cost a scene its time. */
void network_resolv_conf(const struct network *net, unsigned host, struct strbuf *out)
{
    if (net->dns < 0)
        return;
    strbuf_puts(out, "nameserver ");
    put_address(out, dns_address(net, host));
    strbuf_puts(out, "\noptions timeout:1 attempts:3\n");
}
