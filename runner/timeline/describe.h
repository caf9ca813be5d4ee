/*
 * timeline/describe - events of a recording in words, one line each, as evidence shows them:
 *
 *     udp_echo.c:41  recvfrom(3, 512 bytes) = 11 from 127.0.0.1(40001): "hello there"
 *     tcp_server.c:31  bind(3, 0.0.0.0(7000)) = -1 EADDRINUSE
 *
 * All functions add to `out`, without a newline; what came from the program under test is escaped
 * (base/bytes.h), so the lines can be printed as they are.
 */
#ifndef SOCKLINGS_TIMELINE_DESCRIBE_H
#define SOCKLINGS_TIMELINE_DESCRIBE_H

#include "base/strbuf.h"
#include "timeline/model.h"

/* Where the recording has several hosts: " on bob". */
void describe_host(struct strbuf *out, const struct event *ev);

/* What the learner wrote: "recv", "accept", "fgets"; where the library function is not known, the
 * nearest name of the call. */
const char *describe_name(const struct call_event *call);

/* "127.0.0.1:7000" as "127.0.0.1(7000)", "[::1]:7000" as "::1(7000)"; others as they are. */
void describe_address(struct strbuf *out, const char *address);

/* "udp_echo.c:41"; without a known line the program's name, or "the program". */
void describe_where(struct strbuf *out, const struct event *ev);

/* `recvfrom(3, 512 bytes) = 11 from 127.0.0.1(40001): "hello"`. The model may be NULL. */
void describe_call(struct strbuf *out, const struct model *m, const struct event *ev);

/* A call that did not return: "server.c:31 waits in recvfrom() on fd 3, bound to port 22555". */
void describe_wait(struct strbuf *out, const struct model *m, const struct event *ev);

/* "127.0.0.1(40001) > 127.0.0.1(7000) SYN-ACK seq=0 ack=1"; numbers are relative. What the wire did
 * to it follows: ", dropped on the wire by the rule `drop tcp syn 1`". */
void describe_packet(struct strbuf *out, const struct packet_event *p);
/* "S." as "SYN-ACK". */
void describe_flags(struct strbuf *out, const char *flags);

/* Any event as one line, a call with its place before it; of several hosts it says on which, and of
 * a packet from which to which: "alice to bob: 10.0.0.1(40001) > …". */
void describe_event(struct strbuf *out, const struct model *m, const struct event *ev);

#endif
