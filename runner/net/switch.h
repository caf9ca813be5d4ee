/*
 * net/switch - the wire of a scene: a learning switch for each segment, in the event loop, through
 * whose hands every frame passes.
 *
 *  - It learns which MAC address is behind which port, floods what it does not know, broadcast and
 *    multicast, and never sends a frame back to where it came from. IEEE 802.1D without spanning
 *    tree. Segments do not see each other: only a router (a host) joins them.
 *    As a real one it does not hand on what is no frame or longer than a link takes, what comes
 *    from a group's address or none, and what is for switches alone (01:80:c2:00:00:00 to 0f); nor
 *    does it look further than at Ethernet's header: unknown EtherTypes and wrong checksums pass.
 *  - Rules (catalog/wire_rule.h) drop, delay, duplicate, reorder, hold, corrupt or slow frames.
 *    What "N %" picks depends on the seed, the rule, the sending host and how many frames of it the
 *    rule has matched so far: not on time, nor on what other hosts do meanwhile.
 *  - Every frame is told once, when its fate is known; one that is handed on later (delayed, held)
 *    is told again when that happens. A broadcast is one frame, told and counted once, though many
 *    get it. Only when a rule with `to` treats one host's copy of it differently, the frame is told
 *    once for each fate, with the same id and other hosts in `to`.
 *
 * Details of the actions:
 *  - from and to are hosts on the same wire: what passes a router is a frame from the sender to the
 *    router, and another from the router to the receiver.
 *  - delay keeps the order of the frames that one rule delays.
 *  - reorder: frames that match and come from the same host overtake it, and do not have to wait
 *    themselves; when too few follow, it is handed on after 100 ms (before TCP would send again).
 *  - limit: the link carries one frame at a time, at that rate; at most 64 KiB wait for it.
 *  - corrupt: one bit of the payload, chosen by the seed; where there is none, of the checksum.
 *    What has no checksum either (ARP) is dropped, as a network card does for Ethernet's own.
 *  - duplicate: the copies follow the frame at once.
 *  - Not more than 64 MiB are delayed and held; what would be more is dropped.
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
    uint32_t to; /* hosts it is handed to, or would have been: a bit each; 0: nobody is there */
    enum switch_fate fate;
    const struct wire_rule *rule; /* that decided; NULL. Valid until switch_free */
};
typedef void switch_report_fn(void *arg, const struct switch_report *report);

/* Gives a frame out of a port. */
typedef void switch_send_fn(void *arg, unsigned port, const void *frame, size_t len);

struct net_switch;

/* `send` may be NULL for one that will be attached to packet sockets. Neither callback may call the
 * switch. Free with switch_free. */
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

/* A frame came in by that port at `t`, the kernel's stamp; the bytes stay the caller's. `now`, as
 * everywhere here, is clock_now(). Frames that are no frames (shorter than an Ethernet header,
 * longer than the MTU and the header and a VLAN tag) are dropped and told as such. */
void switch_frame(struct net_switch *sw, unsigned port, const void *frame, size_t len, int64_t t,
                  int64_t now);

/* Hands on what is due. When the next one is: its time; INT64_MAX: nothing is on its way. */
int64_t switch_due(struct net_switch *sw, int64_t now);

/* Frames that were delayed and will be handed on; held ones are not counted: they may stay. */
unsigned switch_on_way(const struct net_switch *sw);

/* Whether a host waits for the answer to an ARP question (IPv6: neighbour solicitation): its kernel
 * asks again every second, three times in all, and then tells the sender that it gives up. A
 * question counts for 1.5 s. */
bool switch_unanswered(const struct net_switch *sw, int64_t now);

/* --- on packet sockets --- */

/* Reads and writes ports (net/hosts.h; by number; it keeps but does not own them) from now on,
 * driven by the loop; NULL: only by switch_pump. Frames then go to the sockets, not to `send`;
 * those that rules let go by themselves too. 0; or -1 and *err, and it is not attached. */
int switch_attach(struct net_switch *sw, struct loop *loop, const int *ports, unsigned nports,
                  struct error *err);
/* Before the ports are closed and the loop is freed. What waits for a socket is lost. */
void switch_detach(struct net_switch *sw);
/* Takes and hands on what is waiting now, and what is due; at most a few hundred frames. Does not
 * block. How many frames moved. */
unsigned switch_pump(struct net_switch *sw);
/* Frames that were lost without a rule: the kernel dropped them for want of room before we saw
 * them, or a link took none for a second. */
uint64_t switch_lost(const struct net_switch *sw);

#endif
