/*
 * Put in front of every attack: what they share. In an attack's own text, the line
 *
 *     //@solution
 *
 * stands for the lab's solution, its main() called honest_main(). Words between @ signs become the
 * paths and ports of this run (see run.py).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "lab.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* A wall has been climbed. The verdict is then no pass, and holds the word. */
__attribute__((unused)) _Noreturn static void breach(const char *what)
{
    dprintf(2, "BREACH: %s\n", what);
    _exit(42);
}

/* The call must have failed, and because it is not allowed or not there at all. */
__attribute__((unused)) static void refused(long result, const char *call)
{
    if (result >= 0)
        breach(call);
    if (errno != EPERM && errno != EACCES && errno != ENOSYS && errno != EAFNOSUPPORT &&
        errno != EPROTONOSUPPORT) {
        dprintf(2, "BREACH: %s was not refused, but failed: %s\n", call, strerror(errno));
        _exit(42);
    }
}

/* Started with a port alone: as a server that somebody is going to talk to. */
__attribute__((unused)) static bool serving(int argc, char **argv)
{
    uint16_t port;
    return argc == 2 && net_parse_port(argv[1], &port);
}
