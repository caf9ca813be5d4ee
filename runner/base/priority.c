/* base/priority: see priority.h. */
#include "base/priority.h"

#include <sched.h>
#include <sys/resource.h>

void priority_lower(void)
{
    const struct sched_param none = {.sched_priority = 0};
    int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
        sched_setscheduler(0, SCHED_OTHER, &none);
    if (getpriority(PRIO_PROCESS, 0) < 0)
        setpriority(PRIO_PROCESS, 0, 0);
}
