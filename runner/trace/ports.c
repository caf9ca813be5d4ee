/*
 * trace/ports: see ports.h.
 *
 *  - The program's descriptor is taken for a moment only, while its thread is stopped at the entry
 *    or the exit of its call: whoever held it longer would keep a connection open that the program
 *    has closed.
 *  - A call that fails uses up its port as one that succeeds does: what counts is how many such
 *    calls the program has made.
 */
#include "trace/ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/random.h"
#include "trace/memory.h"
#include "trace/tracee.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* <linux/in.h> since 6.3 */
#endif

/* PORTS_COUNT is a prime, so any step but 0 goes through all of them. Programs take turns. */
uint16_t ports_choice(uint64_t seed, unsigned program, unsigned n)
{
    enum { PROGRAMS = 16, FURTHER = 7001 };
    struct random random;
    if (n >= PORTS_COUNT / PROGRAMS)
        return 0;
    random_seed(&random, seed ^ UINT64_C(0x706f727473)); /* other numbers than the variables' */
    uint64_t from = random_below(&random, PORTS_COUNT);
    uint64_t step = 1 + random_below(&random, PORTS_COUNT - 1);
    uint64_t at = (uint64_t)n * PROGRAMS + program % PROGRAMS +
                  (uint64_t)(program / PROGRAMS % PORTS_COUNT) * FURTHER;
    return (uint16_t)(PORTS_FIRST + (from + at % PORTS_COUNT * step) % PORTS_COUNT);
}

/* A copy of the program's descriptor, or -1. */
static int take(const struct tracee *t, int fd)
{
    int pidfd = (int)syscall(SYS_pidfd_open, t->process->pid, 0);
    if (pidfd < 0)
        return -1;
    int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    close(pidfd);
    return copy;
}

static bool binds_to_any_port(const struct tracee *t)
{
    struct sockaddr_in addr; /* the port of an IPv6 address is at the same place */
    return memory_read(t->tid, t->args[1], &addr, sizeof addr) == sizeof addr && addr.sin_port == 0;
}

/* Whether a socket without a port may get one in this call. Datagrams that name no receiver go over
 * sockets that have one. */
static bool may_choose(const struct tracee *t)
{
    switch (t->spec->number) {
    case SYS_connect:
    case SYS_listen:
    case SYS_sendmsg:
    case SYS_sendmmsg:
        return true;
    case SYS_sendto:
        return t->args[4] != 0;
    case SYS_bind:
        return binds_to_any_port(t);
    default:
        return false;
    }
}

static bool has_no_port(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;
    if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
        return false;
    if (addr.ss_family == AF_INET)
        return ((const struct sockaddr_in *)&addr)->sin_port == 0;
    if (addr.ss_family == AF_INET6)
        return ((const struct sockaddr_in6 *)&addr)->sin6_port == 0;
    return false;
}

/* The lower end of a range stands in the lower 16 bits. 0: that of the system. */
static bool set_range(int fd, uint32_t range)
{
    return setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof range) == 0;
}

/* The program has set one itself. */
static bool has_range(int fd)
{
    uint32_t range = 0;
    socklen_t len = sizeof range;
    return getsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, &len) != 0 || range != 0;
}

void ports_entry(struct tracer *tracer, struct tracee *t)
{
    struct trace_program *program = t->process->program;
    if (!tracer->ports_follow || !may_choose(t))
        return;
    int fd = take(t, (int)t->args[0]);
    if (fd < 0)
        return;
    if (has_no_port(fd) && !has_range(fd)) {
        uint32_t port = ports_choice(tracer->ports_seed, program->index, program->ports_chosen++);
        t->port_given = port != 0 && set_range(fd, port | port << 16);
    }
    close(fd);
}

/* Errors by which the kernel says that there is no port in the range: of connect(), of bind() and
 * listen(), of a datagram (inet_autobind()). */
static bool no_port_left(int64_t result)
{
    return result == -EADDRNOTAVAIL || result == -EADDRINUSE || result == -EAGAIN;
}

bool ports_exit(struct tracee *t, int64_t result)
{
    if (!t->port_given)
        return false;
    t->port_given = false;
    int fd = take(t, (int)t->args[0]);
    if (fd < 0)
        return false;
    bool refused = no_port_left(result) && has_no_port(fd);
    set_range(fd, 0);
    close(fd);
    return refused;
}
