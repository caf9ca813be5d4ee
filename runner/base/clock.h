/* base/clock - the monotonic clock in nanoseconds (clock_gettime(2), CLOCK_MONOTONIC). */
#ifndef SOCKLINGS_BASE_CLOCK_H
#define SOCKLINGS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

static inline int64_t clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

/* So many milliseconds later; the end of time when that is beyond it. */
static inline int64_t clock_after(int64_t from, int64_t ms)
{
    return ms > (INT64_MAX - from) / CLOCK_MS ? INT64_MAX : from + ms * CLOCK_MS;
}

/* Processor time of this thread (CLOCK_THREAD_CPUTIME_ID). */
static inline int64_t clock_thread(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

#endif
