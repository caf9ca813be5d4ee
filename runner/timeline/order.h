/*
 * timeline/order - puts the events of a recording into the order in which they happened.
 *
 * Calls, packets and states are learned of at different moments; each carries the time at which it
 * happened. While a scene runs, packets and states are appended with times that may lie before the
 * last event's; this sorts them in once, at the end, before anybody reads.
 */
#ifndef SOCKLINGS_TIMELINE_ORDER_H
#define SOCKLINGS_TIMELINE_ORDER_H

#include "timeline/timeline.h"

/* Sorts by t. Where times are equal, causes stand before effects: the scene's beginning, then the
 * calls (and what stood before them), the packets, the states, and the rest; the scene's end is the
 * last. Among events of which neither is a packet or a state, the order of appending stays; so it
 * does among packets and among states.
 *
 * Numbers are given anew, and references to them (end.waits) follow. Whoever keeps a number of an
 * event, as the tracer does for calls under way, must be done with it before. */
void timeline_sort(struct timeline *tl);

/* Appends an event that keeps its t, even when that lies before the last event's. For what is
 * learned of later than it happened; the recording needs timeline_sort afterwards. */
struct event *timeline_append_late(struct timeline *tl, enum event_kind kind, int64_t t);

#endif
