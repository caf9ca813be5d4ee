/* truth_helper - calls that truth makes through functions of another object. */
#include <sys/socket.h>
#include <sys/types.h>

#include "truth.h"

static char in[8];

void helper_send(int fd)
{
    if (send(fd, "helper", 6, 0) != 6)
        __builtin_trap();
}

static void deepest(int fd)
{
    if (recv(fd, in, sizeof in, 0) != 6)
        __builtin_trap();
}

void helper_deeper(int fd)
{
    deepest(fd);
}
