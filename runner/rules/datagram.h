/*
 * rules/datagram - the datagrams of a recording: what was on its way to a socket, or left it, as
 * the wire shows it; where no packets were recorded, as the script and the programs tell it.
 */
#ifndef SOCKLINGS_RULES_DATAGRAM_H
#define SOCKLINGS_RULES_DATAGRAM_H

#include "base/strbuf.h"
#include "rules/facts.h"

struct datagram {
    const struct event *event; /* the packet, the script's "send" or the program's call */
    struct strbuf from, to;    /* addresses with ports; from is "" when it is not known */
    size_t len;
    struct strbuf data; /* its bytes, or the first of them; empty when they are not known */
    bool lost;          /* the wire dropped it, or held it to the end */
};
#define DATAGRAM_INIT                                               \
    {                                                               \
        .from = STRBUF_INIT, .to = STRBUF_INIT, .data = STRBUF_INIT \
    }

/* The next datagram of the recording at or after event *n, which then stands behind it; false: no
 * more. *d is initialised, or holds the one before. */
bool datagram_next(const struct facts *f, uint64_t *n, struct datagram *d);
void datagram_free(struct datagram *d);

/* It is for the socket's port on the socket's host. Whether the socket's address lets it in is
 * another question: datagram_let_in. */
bool datagram_meets(const struct facts *f, const struct datagram *d, const struct model_socket *s);
bool datagram_let_in(const struct datagram *d, const struct model_socket *s);
/* It came from that socket. */
bool datagram_leaves(const struct facts *f, const struct datagram *d, const struct model_socket *s);

/* It is for everybody. */
bool datagram_broadcast(const struct facts *f, const struct datagram *d);

#endif
