/*
 * net/transitions - how a TCP socket's state follows from the segments it sends and receives
 * (RFC 9293, section 3.3.2), for one end of one connection.
 *
 * A pure function of the segments. The kernel may know better: it refuses what it has no room for,
 * and puts into order what came out of order. So this only says which states must have been passed
 * between two of the kernel's answers (net/states.h).
 */
#ifndef SOCKLINGS_NET_TRANSITIONS_H
#define SOCKLINGS_NET_TRANSITIONS_H

#include <stdbool.h>

#include "timeline/timeline.h"

/* No TCP state of the kernel has this number: there is no socket. */
enum { TRANSITION_GONE = 0 };

struct transition_end {
    int state; /* TCP_ESTABLISHED, … of <netinet/tcp.h>, or TRANSITION_GONE */
    bool syn_sent, fin_sent;
    uint32_t after_syn, after_fin; /* the numbers that acknowledge what was sent */
};

/* The end sent (else received) this segment, an EVENT_PACKET's; its new state. */
int transition_step(struct transition_end *end, const struct packet_event *packet, bool sent);

#endif
