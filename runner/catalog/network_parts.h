/* catalog/network_parts - what the files of network.h share. Private to catalog/. */
#ifndef SOCKLINGS_CATALOG_NETWORK_PARTS_H
#define SOCKLINGS_CATALOG_NETWORK_PARTS_H

#include <stdbool.h>

#include "base/error.h"
#include "catalog/network.h"

enum network_value { FAULT_HOST, FAULT_NAME, FAULT_ADDRESS, FAULT_ADDRESS6, FAULT_MTU };

/* What a fault of a network is a fault of. */
struct network_fault {
    int host;      /* index, or -1: none in particular */
    int interface; /* index, or -1 */
    enum network_value what;
};

/* As network_settle; *fault is set when it fails. */
int network_settle_at(struct network *net, struct network_fault *fault, struct error *err);

/* Adds "10.0.0.1/24" or "fd00::1/64" (without a prefix: 24, 64) to a host: an IPv4 address is a
 * further interface, an IPv6 address belongs to the one before it. */
int network_add_address(struct network_host *host, const char *text, struct error *err);

/* Appends a name of names[]; the addresses are still none. -1 and *err. */
int network_add_name(struct network *net, const char *name, struct error *err);
/* Adds an address to names[nnames - 1]: numeric, or the name of a host of a settled network, which
 * stands for all addresses of it. */
int network_add_name_address(struct network *net, const char *text, struct error *err);

/* Whether a text has the form of a host's name; and the error when it has not. */
bool network_is_name(const char *text);
int network_not_name(const char *text, struct error *err);

/* An error about a word of the description, which it quotes: "…: WORD". Returns -1. */
int network_word_error(struct error *err, const char *word, const char *what);

/* "; did you mean "bob"?" or nothing, and the error: the network has no host of that name. */
int network_no_host(const struct network *net, const char *name, struct error *err);

#endif
