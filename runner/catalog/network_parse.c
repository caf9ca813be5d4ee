/* catalog/network_parse: a network, and parts of one, from texts (network.h, network_parts.h). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "catalog/network_parts.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

int network_word_error(struct error *err, const char *word, const char *what)
{
    struct strbuf quoted = STRBUF_INIT;
    bytes_quote(&quoted, word, strlen(word), 60);
    error_set(err, "%s %s", quoted.data, what);
    strbuf_free(&quoted);
    return -1;
}

int network_no_host(const struct network *net, const char *name, struct error *err)
{
    const char *known[NETWORK_HOSTS];
    struct strbuf what = STRBUF_INIT;
    for (unsigned i = 0; i < net->nhosts; i++)
        known[i] = net->hosts[i].name;
    const char *near = text_nearest(name, known, net->nhosts);
    strbuf_puts(&what, "is no host; ");
    if (near != NULL)
        strbuf_printf(&what, "did you mean \"%s\"?", near);
    else
        strbuf_puts(&what, "there are ");
    for (unsigned i = 0; i < net->nhosts && near == NULL; i++)
        strbuf_printf(&what, "%s\"%s\"",
                      i == 0                ? ""
                      : i + 1 < net->nhosts ? ", "
                                            : " and ",
                      known[i]);
    network_word_error(err, name, what.data);
    strbuf_free(&what);
    return -1;
}

/* --- addresses --- */

/* Splits "ADDRESS/PREFIX"; the prefix is *prefix when there is none. */
static int split_prefix(const char *text, char address[64], unsigned *prefix, struct error *err)
{
    size_t len = strcspn(text, "/");
    const char *digits = text + len + 1;
    if (len >= 64)
        return network_word_error(err, text, "is no address");
    memcpy(address, text, len);
    address[len] = '\0';
    if (text[len] == '\0')
        return 0;
    size_t ndigits = strspn(digits, DIGITS);
    if (ndigits < 1 || ndigits > 3 || digits[ndigits] != '\0')
        return network_word_error(
            err, text,
            "has no prefix length behind its '/': a number is needed, as in 10.0.0.1/24");
    *prefix = (unsigned)strtoul(digits, NULL, 10);
    return 0;
}

static int add_ipv4(struct network_host *host, const char *text, struct in_addr address,
                    unsigned prefix, struct error *err)
{
    if (host->ninterfaces == NETWORK_INTERFACES)
        return error_set(err, "a host has at most %d interfaces", NETWORK_INTERFACES);
    if (prefix < 8 || prefix > 30)
        return network_word_error(err, text, "has a prefix that is not 8 to 30 bits long");
    if (address.s_addr == 0)
        return network_word_error(err, text, "can be no host's address");
    host->interfaces[host->ninterfaces++] =
        (struct network_interface){.address = address, .prefix = prefix};
    return 0;
}

int network_add_address(struct network_host *host, const char *text, struct error *err)
{
    char plain[64];
    struct in_addr v4;
    struct in6_addr v6;
    unsigned prefix = 24, prefix6 = 64;
    bool six = strchr(text, ':') != NULL;
    if (split_prefix(text, plain, six ? &prefix6 : &prefix, err) != 0)
        return -1;
    if (!six && inet_pton(AF_INET, plain, &v4) == 1)
        return add_ipv4(host, text, v4, prefix, err);
    if (!six || inet_pton(AF_INET6, plain, &v6) != 1)
        return network_word_error(err, text,
                                  "is no address: 10.0.0.1/24 or fd00::1/64 would be one");
    if (prefix6 < 8 || prefix6 > 126)
        return network_word_error(err, text, "has a prefix that is not 8 to 126 bits long");
    /* A host may have an IPv6 address only: its IPv4 address is then given like any other's. */
    if (host->ninterfaces == 0)
        host->ninterfaces = 1;
    struct network_interface *interface = &host->interfaces[host->ninterfaces - 1];
    if (interface->has_address6)
        return network_word_error(err, text,
                                  "is a second IPv6 address: an interface has one, and it stands "
                                  "behind the interface's IPv4 address");
    interface->has_address6 = true;
    interface->address6 = v6;
    interface->prefix6 = prefix6;
    return 0;
}

/* --- further names --- */

/* Labels joined by dots; the last one is no number, so that it cannot be taken for an address. */
static bool is_domain(const char *name)
{
    size_t len = strlen(name), last = 0;
    if (len < 1 || len >= sizeof((struct network_name *)0)->name)
        return false;
    for (const char *label = name; label != NULL;) {
        size_t size = strspn(label, LETTERS DIGITS "-");
        if (size < 1 || label[0] == '-' || label[size - 1] == '-' ||
            (label[size] != '.' && label[size] != '\0'))
            return false;
        last = strspn(label, DIGITS) == size;
        label = label[size] == '.' ? label + size + 1 : NULL;
    }
    return last == 0;
}

int network_add_name(struct network *net, const char *name, struct error *err)
{
    if (net->nnames == NETWORK_NAMES)
        return error_set(err, "a scene has at most %d further names", NETWORK_NAMES);
    if (!is_domain(name))
        return network_word_error(err, name,
                                  "is no name: lower-case letters, digits and '-' are needed, in "
                                  "parts joined by dots, at most 63 in all");
    if (strcmp(name, "localhost") == 0 || network_find(net, name) >= 0)
        return network_word_error(err, name, "is the name of a host already");
    for (unsigned i = 0; i < net->nnames; i++)
        if (strcmp(net->names[i].name, name) == 0)
            return network_word_error(err, name, "stands there twice");
    struct network_name *added = &net->names[net->nnames++];
    *added = (struct network_name){.naddresses = 0};
    memcpy(added->name, name, strlen(name) + 1);
    return 0;
}

static int add_v4(struct network_name *name, struct in_addr address, struct error *err)
{
    if (name->naddresses == NETWORK_ADDRESSES)
        return error_set(err, "a name has at most %d IPv4 addresses", NETWORK_ADDRESSES);
    name->addresses[name->naddresses++] = address;
    return 0;
}

static int add_v6(struct network_name *name, struct in6_addr address, struct error *err)
{
    if (name->naddresses6 == NETWORK_ADDRESSES)
        return error_set(err, "a name has at most %d IPv6 addresses", NETWORK_ADDRESSES);
    name->addresses6[name->naddresses6++] = address;
    return 0;
}

int network_add_name_address(struct network *net, const char *text, struct error *err)
{
    struct network_name *name = &net->names[net->nnames - 1];
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return add_v4(name, v4, err);
    if (inet_pton(AF_INET6, text, &v6) == 1)
        return add_v6(name, v6, err);
    if (strpbrk(text, ":/") != NULL || text[strspn(text, DIGITS ".")] == '\0')
        return network_word_error(err, text,
                                  "is no address: 10.0.0.1, fd00::1 or a host's name is needed");
    int index = network_find(net, text);
    if (index < 0)
        return network_no_host(net, text, err);
    const struct network_host *host = &net->hosts[index];
    for (unsigned i = 0; i < host->ninterfaces; i++) {
        const struct network_interface *interface = &host->interfaces[i];
        if (add_v4(name, interface->address, err) != 0 ||
            (interface->has_address6 && add_v6(name, interface->address6, err) != 0))
            return -1;
    }
    return 0;
}

/* --- "alice,bob=10.0.0.2/24+fd00::2" --- */

/* Takes what stands before the next `end` of *at, without blanks around it; *at is behind it, or
 * NULL when it was the last. */
static void take(const char **at, char end, struct strbuf *out)
{
    const char *stop = strchr(*at, end);
    const char *start = *at + strspn(*at, " \t\n");
    const char *last = stop != NULL ? stop : start + strlen(start);
    strbuf_cut(out, 0);
    while (last > start && strchr(" \t\n", last[-1]) != NULL)
        last--;
    if (last > start)
        strbuf_add(out, start, (size_t)(last - start));
    *at = stop != NULL ? stop + 1 : NULL;
}

static int parse_host(struct network *net, const char *entry, struct strbuf *part,
                      struct error *err)
{
    const char *addresses = entry;
    if (net->nhosts == NETWORK_HOSTS)
        return error_set(err, "a scene has at most %d hosts", NETWORK_HOSTS);
    struct network_host *host = &net->hosts[net->nhosts];
    take(&addresses, '=', part);
    if (part->len >= NETWORK_NAME)
        return network_word_error(err, part->data, "is too long for a host's name");
    memcpy(host->name, part->data, part->len + 1);
    while (addresses != NULL) {
        take(&addresses, '+', part);
        if (network_add_address(host, part->data, err) != 0)
            return -1;
    }
    if (host->ninterfaces == 0)
        host->ninterfaces = 1;
    net->nhosts++;
    return 0;
}

int network_parse(struct network *net, const char *text, struct error *err)
{
    struct strbuf entry = STRBUF_INIT, part = STRBUF_INIT;
    int result = 0;
    *net = (struct network){.dns = -1};
    for (const char *at = text; at != NULL && result == 0;) {
        take(&at, ',', &entry);
        result = parse_host(net, entry.data, &part, err);
    }
    strbuf_free(&entry);
    strbuf_free(&part);
    return result == 0 ? network_settle(net, NULL, err) : -1;
}
