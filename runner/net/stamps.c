/* net/stamps: see stamps.h. */
#include "net/stamps.h"

#include <stdbool.h>

#include "base/clock.h"

enum {
    LOOKS = 3,
    STEP = 10000, /* ns: more than this is no inaccuracy, somebody has set the clock */
};

static int64_t nanoseconds(struct timespec ts)
{
    return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

void stamps_measure(struct stamps *stamps)
{
    for (int i = 0; i < LOOKS; i++) {
        struct timespec real;
        int64_t before = clock_now();
        clock_gettime(CLOCK_REALTIME, &real);
        int64_t after = clock_now();
        int64_t offset = nanoseconds(real) - before - (after - before) / 2;
        int64_t doubt = after - before, moved = offset - stamps->offset;
        bool set = (moved > STEP || moved < -STEP) && doubt < STEP;
        if (doubt < stamps->doubt || set) {
            stamps->offset = offset;
            stamps->doubt = doubt;
        }
    }
}

int64_t stamps_time(const struct stamps *stamps, struct timespec stamp)
{
    return nanoseconds(stamp) - stamps->offset;
}
