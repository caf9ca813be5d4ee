/*
 * net/dns - answers questions about the names of a network, as the DNS server of a small place
 * does: RFC 1035, with the clarifications of RFC 2308 (answers that say no), RFC 6891 (EDNS), RFC
 * 6895 and RFC 9619. A pure function; who calls it has the socket.
 *
 * It knows the hosts (A and AAAA, of all their interfaces) and the further names of the network, in
 * the order of the description, all with a time to live of DNS_TTL. It stands for the whole tree of
 * names: what is not there does not exist (NXDOMAIN); a name without an address of the type asked
 * for, or one that others are below ("example.com" of "www.example.com"), has no data. Both come
 * with an SOA record, as RFC 2308 asks. It says that recursion is available: nothing is left that
 * it would have to ask others for.
 *
 * Names are compared without regard to the case of ASCII letters, and a question is repeated in the
 * answer exactly as it came.
 *
 *   not whole, counts or lengths that lie, more or less than one question       FORMERR
 *   another operation than a query; type 128 to 254 (transfers and the like)    NOTIMP
 *   another class than IN                                                       REFUSED
 *   another version of EDNS than 0                                              BADVERS
 *   shorter than a header, or itself an answer                                  no answer at all
 */
#ifndef SOCKLINGS_NET_DNS_H
#define SOCKLINGS_NET_DNS_H

#include <stddef.h>

#include "catalog/network.h"

enum {
    DNS_PORT = 53,
    DNS_ANSWER = 512, /* no answer is longer: it needs neither EDNS nor TCP */
    DNS_TTL = 60,     /* seconds */
};

/* The answer to the datagram `query`, and how long it is; 0: none is sent. The query may be any
 * bytes. Nothing is kept. */
size_t dns_answer(const struct network *net, const void *query, size_t len,
                  unsigned char answer[DNS_ANSWER]);

#endif
