/* Any text as the hosts of a network: an error that can be shown, or a network whose invariants
 * hold (catalog/network.h); never a crash. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "catalog/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds)
{
    if (!holds)
        abort();
}

static void check_pair(const struct network_interface *a, const struct network_interface *b)
{
    uint32_t mask = UINT32_MAX << (32 - a->prefix);
    uint32_t differ = ntohl(a->address.s_addr) ^ ntohl(b->address.s_addr);
    demand(differ != 0);
    demand((a->segment == b->segment) == (a->prefix == b->prefix && (differ & mask) == 0));
    demand(memcmp(a->mac, b->mac, sizeof a->mac) != 0);
    demand(!a->has_address6 || !b->has_address6 ||
           memcmp(&a->address6, &b->address6, sizeof a->address6) != 0);
}

static void check_interface(const struct network *net, unsigned host, unsigned number)
{
    const struct network_interface *own = &net->hosts[host].interfaces[number];
    struct in_addr broadcast = network_broadcast(own);
    demand(own->prefix >= 8 && own->prefix <= 30 && own->segment < net->nsegments);
    demand(own->mtu >= NETWORK_MTU_LEAST && own->mtu <= NETWORK_MTU);
    demand(network_owner(net, &own->address, NULL) == (int)host);
    demand(network_owner(net, &broadcast, NULL) == -1);
    demand(!own->has_address6 || network_owner(net, NULL, &own->address6) == (int)host);
    for (unsigned i = 0; i <= host; i++)
        for (unsigned k = 0; k < net->hosts[i].ninterfaces; k++)
            if (i < host || k < number)
                check_pair(own, &net->hosts[i].interfaces[k]);
}

static void check_host(const struct network *net, unsigned index)
{
    const struct network_host *host = &net->hosts[index];
    struct strbuf text = STRBUF_INIT, name = STRBUF_INIT;
    demand(network_find(net, host->name) == (int)index);
    demand(host->ninterfaces >= 1 && host->ninterfaces <= NETWORK_INTERFACES);
    for (unsigned i = 0; i < host->ninterfaces; i++)
        check_interface(net, index, i);
    if (host->has_gateway) {
        int gateway = network_owner(net, &host->gateway, NULL);
        demand(gateway >= 0 && gateway != (int)index && net->hosts[gateway].ninterfaces > 1);
    }
    strbuf_printf(&name, "%s.broadcast", host->name);
    demand(network_variable(net, name.data, &text));
    network_hosts_file(net, index, &text);
    network_resolv_conf(net, index, &text);
    strbuf_free(&name);
    strbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network net;
    struct error err = {""};
    struct strbuf value = STRBUF_INIT;
    char *text = mem_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    if (network_parse(&net, text, &err) == 0) {
        demand(net.nhosts >= 1 && net.nhosts <= NETWORK_HOSTS && net.nsegments >= 1);
        for (unsigned i = 0; i < net.nhosts; i++)
            check_host(&net, i);
        (void)network_variable(&net, text, &value);
    } else {
        demand(err.text[0] != '\0' && utf8_valid(err.text, strlen(err.text)) &&
               strchr(err.text, '\n') == NULL);
    }
    strbuf_free(&value);
    free(text);
    return 0;
}
