/*
 * base/address - internet addresses as text: "127.0.0.1:7000", "[::1]:7000".
 */
#ifndef SOCKLINGS_BASE_ADDRESS_H
#define SOCKLINGS_BASE_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>

#include "base/error.h"

enum { ADDRESS_TEXT = 64 };

/* Numeric addresses only; the port is 0 to 65535. -1 and *err for anything else. */
int address_parse(const char *text, struct sockaddr_storage *addr, socklen_t *len,
                  struct error *err);

/* IPv4 and IPv6; "?" for other families. Gives out. */
const char *address_format(const struct sockaddr *addr, char out[ADDRESS_TEXT]);
/* The address alone, without port and brackets; and the port. */
const char *address_ip(const struct sockaddr *addr, char out[ADDRESS_TEXT]);
unsigned address_port(const struct sockaddr *addr);

#endif
