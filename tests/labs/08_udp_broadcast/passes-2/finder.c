/*
 * finder - asks everybody on the local network "WHO?" and lists, after one second, all who have
 * answered: "ADDR NAME", sorted, each of them once.
 *
 * Usage: finder PORT
 *
 * You will need: socket(), setsockopt(), sendto(), recvfrom(), qsort(). Two helpers of lab.h (io.h)
 * know about time:
 *
 *   io_deadline(1000)                     the point in time that comes in 1000 milliseconds
 *   io_wait(fd, POLLIN, deadline, &err)   waits for a datagram, but not beyond the deadline
 */
#include "lab.h"

int main(int argc, char *argv[])
{
    /* TODO(step 3): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 3): send "WHO?" to the broadcast address. The kernel wants to be asked first. */

    /* TODO(step 4): for one second, take the answers. */

    /* TODO(step 4): print "ADDR NAME" for each beacon, sorted, and each of them once. */

    return 0;
}
