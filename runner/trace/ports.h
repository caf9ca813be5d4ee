/*
 * trace/ports - which port a program's socket gets when the program leaves that to the kernel.
 *
 * The kernel draws such a port by chance (connect(2) of a socket that has none, bind(2) to port 0
 * …), so that the same check would tell of other ports each time. A socket can be told the range to
 * draw from, IP_LOCAL_PORT_RANGE of ip(7), since Linux 6.3. So just before such a call the range of
 * its socket is made one port wide, and what it was again when the call returns. If that port is
 * taken the call is made once more with the ordinary range: no program sees an error that it would
 * not have seen otherwise.
 *
 * With an older kernel, or where a descriptor of the program cannot be had (pidfd_getfd(2)), the
 * kernel chooses as ever.
 */
#ifndef SOCKLINGS_TRACE_PORTS_H
#define SOCKLINGS_TRACE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/* What the kernel chooses from by itself: ip_local_port_range of ip(7), less a few at its end. */
enum { PORTS_FIRST = 32768, PORTS_COUNT = 28229 };

/* The port for the n-th choice (from 0) of a scene's program of that index: no two of them have the
 * same until there are none left. 0: this program has had its share. */
uint16_t ports_choice(uint64_t seed, unsigned program, unsigned n);

struct tracer;
struct tracee;

/* At the entry of a call, when the kernel is about to carry it out. */
void ports_entry(struct tracer *tracer, struct tracee *t);

/* At its exit. True: the port was refused, and the call is to be made again. */
bool ports_exit(struct tracee *t, int64_t result);

#endif
