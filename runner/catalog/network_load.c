/*
 * catalog/network_load: "hosts", "names" and "dns" of a lab or a scene (form.h). They make one
 * network together, so whichever key is read first reads all three.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog/form.h"
#include "catalog/network_parts.h"

enum { ADDRESSES_MOST = 2 * NETWORK_INTERFACES, NAME_ADDRESSES_MOST = 2 * NETWORK_ADDRESSES };

/* --- one host --- */

struct host_entry {
    const char *name;
    const char *address;
    const char *const *addresses;
    unsigned naddresses;
    unsigned mtu;
};

#define AT(member) .at = offsetof(struct host_entry, member)

int field_host_name(const struct field *field, const struct json *at, struct lab_store *store,
                    void *target, struct error *err)
{
    (void)store;
    const char *name;
    struct error why;
    if (json_get_text(at, &name, err) != 0)
        return -1;
    if (!network_is_name(name)) {
        network_not_name(name, &why);
        return json_error(at, err, "%s", why.text);
    }
    form_store_pointer(target, field->at, name);
    return 0;
}

static int finish_host(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    (void)store;
    const struct host_entry *entry = target;
    if (entry->address != NULL && entry->addresses != NULL)
        return json_error(at, err, "a host has \"address\" or \"addresses\", not both");
    return 0;
}

static const struct field host_fields[] = {
    {"name", field_host_name, AT(name), .required = true},
    {"address", field_text, AT(address)},
    {"addresses", field_texts, AT(addresses), .count_at = offsetof(struct host_entry, naddresses),
     .min = 1, .max = ADDRESSES_MOST},
    {"mtu", field_uint, AT(mtu), .min = NETWORK_MTU_LEAST, .max = NETWORK_MTU,
     .fallback = NETWORK_MTU},
};
const struct form host_form = {.name = "host",
                               FORM_FIELDS(host_fields),
                               .size = sizeof(struct host_entry),
                               .finish = finish_host};

static int add_address(const struct json *at, struct network_host *host, struct error *err)
{
    const char *text;
    struct error why;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    return network_add_address(host, text, &why) == 0 ? 0 : json_error(at, err, "%s", why.text);
}

static int add_addresses(const struct json *at, struct network_host *host, struct error *err)
{
    struct json value, item;
    if (json_get(at, "address", &value))
        return add_address(&value, host, err);
    if (!json_get(at, "addresses", &value))
        return 0;
    for (bool more = json_first(&value, &item); more; more = json_next(&item))
        if (add_address(&item, host, err) != 0)
            return -1;
    return 0;
}

static int read_host(const struct json *at, struct lab_store *store, struct network_host *host,
                     struct error *err)
{
    static const struct field name = {"hosts", field_host_name, AT(name)};
    struct host_entry entry = {.mtu = NETWORK_MTU};
    int result = json_type(at) == JSON_TEXT ? field_host_name(&name, at, store, &entry, err)
                                            : form_read(&host_form, at, store, &entry, err);
    if (result != 0)
        return -1;
    memcpy(host->name, entry.name, strlen(entry.name) + 1);
    if (json_type(at) == JSON_OBJECT && add_addresses(at, host, err) != 0)
        return -1;
    if (host->ninterfaces == 0)
        host->ninterfaces = 1;
    for (unsigned i = 0; i < host->ninterfaces; i++)
        host->interfaces[i].mtu = entry.mtu;
    return 0;
}

/* --- all hosts --- */

/* The item of "addresses" that an interface's address, of that family, came from. */
static bool find_address(const struct json *list, const struct network_fault *fault,
                         struct json *item)
{
    int interface = -1;
    for (bool more = json_first(list, item); more; more = json_next(item)) {
        const char *text;
        bool six = json_get_text(item, &text, NULL) == 0 && strchr(text, ':') != NULL;
        interface += !six || interface < 0;
        if (interface == fault->interface && six == (fault->what == FAULT_ADDRESS6))
            return true;
    }
    return false;
}

/* The error of a network, at the value that is at fault. */
static int network_error(const struct json *hosts, const struct network_fault *fault,
                         const struct error *why, struct error *err)
{
    struct json host, value, item;
    bool address = fault->what == FAULT_ADDRESS || fault->what == FAULT_ADDRESS6;
    bool found = fault->host >= 0 && json_first(hosts, &host);
    while (found && (int)host.index < fault->host)
        found = json_next(&host);
    if (!found)
        return json_error(hosts, err, "%s", why->text);
    if (address && json_get(&host, "addresses", &value))
        return json_error(find_address(&value, fault, &item) ? &item : &value, err, "%s",
                          why->text);
    const char *key = address                     ? "address"
                      : fault->what == FAULT_NAME ? "name"
                      : fault->what == FAULT_MTU  ? "mtu"
                                                  : "addresses";
    return json_error(json_get(&host, key, &value) ? &value : &host, err, "%s", why->text);
}

static int read_hosts(const struct json *at, struct lab_store *store, struct network *net,
                      struct error *err)
{
    static const struct field list = {.key = "hosts", .max = NETWORK_HOSTS};
    unsigned count;
    if (form_count(&list, at, &count, err) != 0)
        return -1;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_host(&item, store, &net->hosts[net->nhosts++], err) != 0)
            return -1;
    struct network_fault fault;
    struct error why;
    if (count == 0 || network_settle_at(net, &fault, &why) == 0)
        return 0;
    return network_error(at, &fault, &why, err);
}

/* --- further names --- */

static int add_name_address(const struct json *at, struct network *net, struct error *err)
{
    const char *text;
    struct error why;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    if (network_add_name_address(net, text, &why) == 0)
        return 0;
    return json_error(at, err, "%s", why.text);
}

static int read_name(const struct json *at, struct network *net, struct error *err)
{
    static const struct field list = {.key = "addresses", .min = 1, .max = NAME_ADDRESSES_MOST};
    struct error why;
    unsigned count;
    if (network_add_name(net, at->key, &why) != 0)
        return json_error(at, err, "%s", why.text);
    if (json_type(at) == JSON_TEXT)
        return add_name_address(at, net, err);
    if (json_type(at) != JSON_LIST)
        return json_error(at, err, "an address, a host's name or a list of such is needed, not %s",
                          json_type_name(json_type(at)));
    if (form_count(&list, at, &count, err) != 0)
        return -1;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (add_name_address(&item, net, err) != 0)
            return -1;
    return 0;
}

static int read_names(const struct json *at, struct network *net, struct error *err)
{
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    net->nnames = 0;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_name(&item, net, err) != 0)
            return -1;
    return 0;
}

static int read_dns(const struct json *at, struct lab_store *store, struct network *net,
                    struct error *err)
{
    static const struct field field = {"dns", field_host_name, .at = 0};
    const char *name;
    struct error why;
    if (field_host_name(&field, at, store, &name, err) != 0)
        return -1;
    net->dns = network_find(net, name);
    if (net->dns >= 0)
        return 0;
    network_no_host(net, name, &why);
    return json_error(at, err, "%s", why.text);
}

/* --- the network --- */

/* The network that the three keys of an object describe; without "hosts", that of the lab. */
static int read_network(const struct json *object, struct lab_store *store, struct network *net,
                        struct error *err)
{
    struct json hosts, names, dns;
    bool has_names = json_get(object, "names", &names), has_dns = json_get(object, "dns", &dns);
    const struct network *of_lab = store_network(store);
    *net = (struct network){.dns = -1};
    if (json_get(object, "hosts", &hosts)) {
        if (read_hosts(&hosts, store, net, err) != 0)
            return -1;
    } else if (of_lab != NULL) {
        *net = *of_lab;
    }
    if (net->nhosts == 0 && (has_names || has_dns))
        return json_error(has_names ? &names : &dns, err,
                          "this key has a meaning only where there are hosts");
    if (has_names && read_names(&names, net, err) != 0)
        return -1;
    return has_dns ? read_dns(&dns, store, net, err) : 0;
}

int field_network(const struct field *field, const struct json *at, struct lab_store *store,
                  void *target, struct error *err)
{
    const struct network *before;
    memcpy(&before, (char *)target + field->at, sizeof before);
    if (before != NULL)
        return 0;
    struct network *net = store_alloc(store, sizeof *net);
    if (read_network(at->parent, store, net, err) != 0)
        return -1;
    form_store_pointer(target, field->at, net->nhosts > 0 ? net : NULL);
    return 0;
}

int field_lab_network(const struct field *field, const struct json *at, struct lab_store *store,
                      void *target, struct error *err)
{
    const struct network *net;
    if (field_network(field, at, store, target, err) != 0)
        return -1;
    memcpy(&net, (char *)target + field->at, sizeof net);
    store_set_network(store, net);
    return 0;
}
