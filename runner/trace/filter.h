/*
 * trace/filter - the seccomp filter of a traced program: calls of the table stop for the tracer,
 * calls that have no business in a lab fail with EPERM, everything else runs at full speed. Sockets
 * of families and transports that no lab is about are traced, and SECCOMP_RET_DATA is the error
 * with which the tracer has them fail.
 */
#ifndef SOCKLINGS_TRACE_FILTER_H
#define SOCKLINGS_TRACE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

#include "base/error.h"

struct filter {
    struct sock_fprog traced, refused;
};

/* Builds the filter once for this process; *out points to memory that is never freed. `shared`: the
 * program has no namespaces of its own: kill(-1) is refused, which would reach everything its user
 * runs, and so is what would outlive the program (System V IPC, POSIX message queues). `own`: it is
 * the user's own, and no stranger's. -1 and *err when libseccomp refuses. */
int filter_get(bool shared, bool own, struct filter *out, struct error *err);

/* In the child, just before exec: sets no_new_privs and installs the filter. Async-signal-safe. 0
 * or -1 with errno. A tracer must be attached by then, or traced calls fail with ENOSYS. */
int filter_install(const struct filter *filter);

#endif
