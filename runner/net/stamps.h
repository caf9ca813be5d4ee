/*
 * net/stamps - the kernel's time stamps of packets, told in clock_now().
 *
 * The kernel stamps packets with CLOCK_REALTIME (SO_TIMESTAMPNS, socket(7)); calls are told in
 * CLOCK_MONOTONIC. How far the two clocks are apart is measured between two looks at one of them.
 */
#ifndef SOCKLINGS_NET_STAMPS_H
#define SOCKLINGS_NET_STAMPS_H

#include <stdint.h>
#include <time.h>

struct stamps {
    int64_t offset; /* CLOCK_REALTIME minus CLOCK_MONOTONIC, in nanoseconds */
    int64_t doubt;  /* by how much it may be wrong; INT64_MAX: not measured yet */
};
#define STAMPS_INIT  \
    {                \
        0, INT64_MAX \
    }

/* Looks at the clocks, some tenths of a microsecond: once before each batch of packets, since
 * somebody may set the clock. */
void stamps_measure(struct stamps *stamps);

/* A stamp as a clock_now() time. */
int64_t stamps_time(const struct stamps *stamps, struct timespec stamp);

#endif
