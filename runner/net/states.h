/*
 * net/states - the states of TCP sockets as they change.
 *
 * The kernel is asked about single pairs of addresses (some microseconds each), never for a list:
 * listing walks the table of all connections of the machine. So whoever calls says which pairs
 * there are: those of the packets that passed, and the addresses that programs listen on.
 */
#ifndef SOCKLINGS_NET_STATES_H
#define SOCKLINGS_NET_STATES_H

#include "timeline/timeline.h"

struct states;

/* `diag_fd` is a NETLINK_SOCK_DIAG socket of the network in question; it stays the caller's. */
struct states *states_new(int diag_fd);
void states_free(struct states *states); /* NULL is fine */

/* Where states_packet gets its packets from. The kernel may be ahead of what was taken from there:
 * then `drain` is called, which takes the rest, before its answer is believed. NULL: nowhere any
 * more. */
typedef void states_drain_fn(void *arg);
void states_follow(struct states *states, states_drain_fn *drain, void *arg);

/* A socket that there may be, seen at `t` of the recording; the next states_poll asks about it.
 * Texts as in packet events: "127.0.0.1:7000", "[::1]:7000". remote NULL: one that listens there
 * ("0.0.0.0:7000", "[::]:7000" or "*:7000" for any address). What is no address is passed over. */
void states_track(struct states *states, const char *local, const char *remote, int64_t t);

/* Both ends of an EVENT_PACKET of TCP, and for a SYN who may be listening. Other events are passed
 * over. */
void states_packet(struct states *states, const struct event *ev);

/* The same where each end is in a network of its own: the end that sent it, when it is sent; the
 * one that receives it, when it arrives. */
void states_sent(struct states *states, const struct event *ev);
void states_received(struct states *states, const struct event *ev, int64_t t);

/* The next states_poll asks again about all that listen: after a close(2) or the end of a process,
 * which cause no packet when it was a listening socket. */
void states_listeners(struct states *states);

/* Asks about what may have changed since the last time and appends an EVENT_STATE for each change;
 * how many. `t` is now, in the recording's time; a change is told at the time of the packet that
 * caused it, if it was a packet (timeline_sort puts it in its place). A socket that is gone is
 * "CLOSED", as one is before it is first seen; a half-open connection comes from "LISTEN".
 *
 * Between two answers a socket may have passed through more states than were seen: those which the
 * packets leave no doubt of are told too, as `implied`, so that the recording does not depend on
 * when the kernel was asked. What packets promise and the kernel does not confirm is never told. */
unsigned states_poll(struct states *states, struct timeline *tl, int64_t t, const char *host);

/* The same for all that were ever tracked: for a change without a packet (a socket begins or ceases
 * to listen, TIME_WAIT ends), and at the end of a scene. */
unsigned states_poll_all(struct states *states, struct timeline *tl, int64_t t, const char *host);

#endif
