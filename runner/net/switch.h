/*
 * net/switch - the wire of a scene: a learning switch for each segment, in the event loop, through
 * whose hands every frame passes.
 *
 *  - It learns which MAC address is behind which port, floods what it does not know, broadcast and
 *    multicast, and never sends a frame back to where it came from. IEEE 802.1D without spanning
 *    tree. Segments do not see each other: only a router (a host) joins them.
 *  - Rules (catalog/wire_rule.h) drop, delay, duplicate, reorder, hold, corrupt or slow frames.
 * What "N %" picks depends on the seed, the rule, the sending host and how many frames of that host
 *    the rule has matched so far: not on time, nor on what other hosts do meanwhile.
 *  - Every frame is told once, when its fate is known; one that is handed on later (delayed, held)
 *    is told again when that happens.
 *
 * The core (switch_frame, switch_due) is pure: time comes in, frames go out by a callback. The part
 * that reads and writes packet sockets is below it (switch_attach).
 */
#ifndef SOCKLINGS_NET_SWITCH_H
#define SOCKLINGS_NET_SWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "catalog/network.h"
#include "catalog/wire_rule.h"

enum switch_fate {
    SWITCH_DELIVERED,
    SWITCH_DROPPED,    /* by a rule, or from a full queue of a slow link */
    SWITCH_DELAYED,    /* by delay, reorder, limit: will be handed on */
    SWITCH_DUPLICATED, /* handed on, more than once */
    SWITCH_HELD,       /* until it is released; perhaps for ever */
    SWITCH_CORRUPTED,  /* handed on, changed */
};

/* What became of a frame. */
struct switch_report {
    uint64_t id;       /* counts the frames from 1; the same when told again */
    bool again;        /* it was delayed or held before, and is handed on now */
    const void *frame; /* as it came in (for SWITCH_CORRUPTED: as it goes out) */
    size_t len;
    int64_t t;         /* when it came onto the wire: the kernel's time stamp, CLOCK_MONOTONIC as
                          base/clock.h */
    int64_t handed_on; /* when it was handed to the receiving link; -1: not (yet) */
    unsigned from;     /* host's index */
    unsigned port;
    uint32_t to; /* hosts it is handed to, or would have been: a bit each */
    enum switch_fate fate;
    const struct wire_rule *rule; /* that decided; NULL */
};
typedef void switch_report_fn(void *arg, const struct switch_report *report);

/* Gives a frame out of a port. */
typedef void switch_send_fn(void *arg, unsigned port, const void *frame, size_t len);

struct net_switch;

/* The network must outlive it. */
struct net_switch *switch_new(const struct network *net, uint64_t seed, switch_send_fn *send,
                              switch_report_fn *report, void *arg);
void switch_free(struct net_switch *sw);

/* Adds a rule after the others; takes over what it holds. */
void switch_rule(struct net_switch *sw, struct wire_rule *rule);
/* Hands on, in order, what is held, and ends the hold rules: those whose text begins so, or (NULL)
 * all. */
void switch_release(struct net_switch *sw, const char *text, int64_t now);
/* Ends all rules; what is held or delayed is handed on at once. */
void switch_clear(struct net_switch *sw, int64_t now);

/* A frame came in. Frames that are no frames (shorter than an Ethernet header, longer than the MTU
 * and the header and a VLAN tag) are dropped and told as such. */
void switch_frame(struct net_switch *sw, unsigned port, const void *frame, size_t len, int64_t t,
                  int64_t now);

/* Hands on what is due. When the next one is: its time; INT64_MAX: nothing is on its way. */
int64_t switch_due(struct net_switch *sw, int64_t now);

/* Frames that were delayed and will be handed on; held ones are not counted: they may stay. */
unsigned switch_on_way(const struct net_switch *sw);

/* ARP questions (IPv6: neighbour solicitations) of the last 4 seconds that nobody has answered: the
 * kernel that asked will ask again, and tell its sender when it gives up (after 3 s). */
bool switch_unanswered(const struct net_switch *sw, int64_t now);

/* --- on packet sockets --- */

/* Reads and writes ports (net/hosts.h; by number; it keeps but does not own them), driven by the
 * loop. Returns the number of frames taken by switch_pump so far. */
int switch_attach(struct net_switch *sw, struct loop *loop, const int *ports, unsigned nports,
                  struct error *err);
void switch_detach(struct net_switch *sw);
/* Takes and hands on what is waiting now, and what is due; at most a few hundred frames. How many
 * frames moved. */
unsigned switch_pump(struct net_switch *sw);
/* Frames that the kernel dropped for want of room before we saw them. */
uint64_t switch_lost(const struct net_switch *sw);

#endif
