/*
 * base/priority - whoever started us may have given us a priority of its own (chrt(1), nice(1)):
 * a stranger's program gets none of it, or it would keep everybody else off the processor.
 */
#ifndef SOCKLINGS_BASE_PRIORITY_H
#define SOCKLINGS_BASE_PRIORITY_H

/* The calling process is scheduled as any other from here on: no real-time policy, and no niceness
 * below 0 (sched(7)). One that is nicer than others stays so. Async-signal-safe. */
void priority_lower(void);

#endif
