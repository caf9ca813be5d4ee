/*
 * base/loop - the one event loop: descriptors (epoll), timers, child processes.
 *
 * One thread. Callbacks run from loop_step() only and may add or remove anything, themselves
 * included. Nothing here sleeps for a fixed time: loop_step waits until something happens or its
 * deadline comes.
 */
#ifndef SOCKLINGS_BASE_LOOP_H
#define SOCKLINGS_BASE_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "base/error.h"

struct loop;

/* NULL and *err on failure. The loop blocks SIGCHLD in this thread for good (it reads it through a
 * signalfd); children that are started must unblock it (loop_child_signals). Free with loop_free.
 */
struct loop *loop_new(struct error *err);
void loop_free(struct loop *loop);

/* In a child, before exec: default dispositions and an empty signal mask. */
void loop_child_signals(void);

/* Descriptors. events: EPOLLIN | EPOLLOUT …; one watch a descriptor. The watch must be removed
 * before the descriptor is closed. */
struct loop_fd;
typedef void loop_fd_fn(void *arg, int fd, uint32_t events);
struct loop_fd *loop_fd_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg);
void loop_fd_events(struct loop_fd *watch, uint32_t events);
void loop_fd_remove(struct loop_fd *watch); /* NULL is fine */

/* Timers, one shot, at an absolute clock_now() time. */
struct loop_timer;
typedef void loop_timer_fn(void *arg);
struct loop_timer *loop_timer_add(struct loop *loop, int64_t at, loop_timer_fn *fn, void *arg);
void loop_timer_move(struct loop_timer *timer, int64_t at); /* also re-arms one that has fired */
void loop_timer_remove(struct loop_timer *timer);           /* NULL is fine */

/* How long this process was kept from running, in nanoseconds since the loop was made: it was
 * stopped (Ctrl-Z and fg, a debugger), its whole machine was, or nobody stepped the loop. Noticed
 * from a second on. Timers are moved by what was lost since they were armed: it was nobody's time.
 */
int64_t loop_lost(struct loop *loop);

/* Children. Every wait status of a child or tracee of this process goes through here: all of
 * them are waited for (waitpid(-1, __WALL)), since a tracee nobody reaps keeps its whole PID
 * namespace from dying. A status of a pid with a watch goes to it; one without goes to the default
 * handler, which a tracer sets; without one it is dropped. A watch ends by itself when the child's
 * end was delivered. */
typedef void loop_child_fn(void *arg, pid_t pid, int status);
void loop_child_add(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg);
void loop_child_remove(struct loop *loop, pid_t pid);
void loop_child_default(struct loop *loop, loop_child_fn *fn, void *arg); /* fn NULL: none */

/* Waits until something happens, but not beyond `until` (clock_now() time; 0: only what is due now,
 * INT64_MAX: no bound), and calls what is due. Returns how many callbacks ran. A signal that the
 * program catches itself (Ctrl-C) ends the wait. */
int loop_step(struct loop *loop, int64_t until);

#endif
