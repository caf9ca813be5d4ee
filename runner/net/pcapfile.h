/*
 * net/pcapfile - the packets of a recording as a file that Wireshark and tcpdump open, and back.
 */
#ifndef SOCKLINGS_NET_PCAPFILE_H
#define SOCKLINGS_NET_PCAPFILE_H

#include "base/error.h"
#include "timeline/timeline.h"

/* Writes every EVENT_PACKET whose frame was kept, in the order of the recording, to a pcap file
 * with times in nanoseconds; the scene begins at 0, which readers show as 1970. What the recording
 * cut off is marked as cut. The file is there whole or not at all. -1 and *err. */
int pcapfile_write(const struct timeline *tl, const char *path, struct error *err);

/* Appends the packets of a pcap or pcapng file of Ethernet frames to *tl, as they would have been
 * recorded; t counts from the first one, or from `origin` (nanoseconds since 1970) unless that is
 * negative. -1 and *err when it is no such file; what came before a fault in it is appended. */
int pcapfile_read(struct timeline *tl, const char *path, int64_t origin, struct error *err);

/* The library that does it is there. -1 and *err. Asked by both. */
int pcapfile_ready(struct error *err);

#endif
