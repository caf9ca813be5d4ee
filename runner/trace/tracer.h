/*
 * trace/tracer - follows programs with ptrace and writes their socket calls into a timeline.
 *
 *  - A program is a name in the recording, with all processes and threads that come from it.
 *  - A call's event is appended at its entry and completed at its return.
 *  - Calls made before main (by the dynamic loader and constructors of libraries), and those that
 * the C library makes for itself inside name look-ups, are not recorded.
 *  - Wait statuses reach the tracer through the loop's default child handler, so there is one
 * tracer at a time in a loop.
 */
#ifndef SOCKLINGS_TRACE_TRACER_H
#define SOCKLINGS_TRACE_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "timeline/timeline.h"
#include "trace/proc.h"
#include "trace/syscalls.h"

struct tracer;

/* Read only for others. Belongs to the tracer. */
struct trace_program {
    const char *name;
    const char *host;     /* of the scene, where it runs */
    unsigned index;       /* counts the programs added, from 0 */
    pid_t pid;            /* first process, as this process sees it */
    bool running;         /* the program itself has been executed */
    unsigned live;        /* threads alive, of all its processes */
    bool exited;          /* its first process has ended: */
    int status;           /* exit status, or -1 */
    int signal;           /* or the signal that ended it; 0 */
    uint64_t tty_written; /* bytes its processes wrote to terminals */
    bool crashed;
    bool spinning;           /* it repeats a call that fails or returns 0, without end */
    bool no_space;           /* the kernel told it that there is no room for a file (ENOSPC) */
    unsigned processes_most; /* at one time */
    unsigned ports_chosen;   /* how often the kernel was to choose a port for it */
};

/* A call under way, or a thread that sleeps in one that is not traced (spec NULL). */
struct trace_rest {
    const struct trace_program *program;
    const struct call_spec *spec;
    int64_t event;  /* its event in the timeline, or -1: not recorded */
    int64_t wakes;  /* timed: not before that (clock.h); 0: any time */
    int fd;         /* the call's descriptor, or -1 */
    bool timed;     /* it will wake by itself (a time-out, a nap, an armed timer) */
    bool idle_loop; /* timed, but it has woken so, and gone back to sleep, at least three times
                       before, and for longer than a client counts slices of time-outs (2.5 s) */
};

struct tracer *tracer_new(struct loop *loop, struct timeline *tl, int64_t start, struct error *err);
/* Kills what is left, waits for it (a killed tracee is gone at once) and frees. */
void tracer_free(struct tracer *tracer);

/* Tells which file inside the sandbox is which on the host, and the learner's source in it. */
void tracer_binary(struct tracer *tracer, const char *inside, const char *host, const char *source);

/* Tells the programs' folder: what is opened in it is recorded by its name below it. */
void tracer_folder(struct tracer *tracer, const char *folder);

/* Takes hold of a process that waits to install the filter and exec. `host` is where it runs, for
 * the recording. NULL and *err. */
struct trace_program *tracer_seize(struct tracer *tracer, pid_t pid, const char *name,
                                   const char *host, struct error *err);

/* Arms a fault rule (catalog/script.h, ACTION_FAULT): the from-th call that `call` covers, counted
 * from now, and count of them. */
struct trace_fault {
    const char *call;
    unsigned from, count;
    size_t shorten;
    int errnum;
};
void tracer_fault(struct tracer *tracer, struct trace_program *program,
                  const struct trace_fault *fault);

/* For a scene that ends at so many recorded calls, and when a program spins: whoever makes one more
 * is held before it, and whoever spins where that was found, so that what the limit ends is the
 * same however quickly it does. The call that is too many counts in tracer_recorded all the same.
 */
void tracer_calls_most(struct tracer *tracer, unsigned most);

/* From here on, ports that programs leave to the kernel follow from the seed (trace/ports.h). */
void tracer_ports(struct tracer *tracer, uint64_t seed);

/* Called at the entry and at the exit of every recorded call, while its thread is stopped: the
 * moment to look at what the call has done to the kernel. `t` is the recording's time; `call` is
 * the call that returns, NULL at an entry. */
typedef void tracer_boundary_fn(void *arg, int64_t t, const struct event *call);
void tracer_at_boundaries(struct tracer *tracer, tracer_boundary_fn *fn, void *arg);

/* Kills every process of a program (NULL: of all). */
void tracer_kill(struct tracer *tracer, const struct trace_program *program, int signal);

/* True: every thread of the program (NULL: of all) is asleep, as the kernel says; *rests (room for
 * `most`) gets what in, *n how many. False: something runs, or nothing is alive (*n is 0 then). */
bool tracer_asleep(struct tracer *tracer, const struct trace_program *program,
                   struct trace_rest *rests, unsigned most, unsigned *n);

/* Every thread is in a call that is followed to its end: it will soon sleep there, or return. */
bool tracer_in_calls(const struct tracer *tracer);

/* How many calls have returned so far. */
uint64_t tracer_returned(const struct tracer *tracer);

/* A quicker look: true when some of those threads are surely not asleep. False says nothing. */
bool tracer_moves(struct tracer *tracer, const struct trace_program *program);

/* The calls under way without asking the kernel whether they sleep. */
unsigned tracer_calls(struct tracer *tracer, const struct trace_program *program,
                      struct trace_rest *rests, unsigned most);

/* Where the program is that computes, and makes no calls: its last line in the learner's source. */
struct trace_place {
    const char *program, *file, *function; /* belong to the timeline */
    int line;
};

/* False: nobody computes, or no line is known. Runs the loop until the thread has been stopped for
 * a moment, with a deadline. */
bool tracer_busy(struct tracer *tracer, struct trace_place *place);

/* Counts everything that happened in any program: unchanged means that nothing did. */
uint64_t tracer_activity(const struct tracer *tracer);
unsigned tracer_recorded(const struct tracer *tracer); /* calls in the timeline */
unsigned tracer_live(const struct tracer *tracer);     /* threads alive */
unsigned tracer_processes(const struct tracer *tracer);

/* CPU time of all programs so far, in milliseconds: of those that live and those that ended. */
uint64_t tracer_cpu_ms(struct tracer *tracer);

/* How long the threads that live have waited for a processor, in nanoseconds: all together, and in
 * *most (may be NULL) the one that waited most. */
uint64_t tracer_waited_ns(const struct tracer *tracer, uint64_t *most);

/* Memory that all programs occupy now, in bytes. */
uint64_t tracer_memory(const struct tracer *tracer, enum proc_memory_kind kind);
/* The most that they may have in memory which no process need show, when a file may be of that
 * size: anonymous files (memfd_create(2)), and mappings that are shared and of no file. Once made
 * they count to the end. */
uint64_t tracer_hidden(const struct tracer *tracer, uint64_t file_bytes);
/* What they have handed to the kernel so far, and it keeps at most for whoever reads it. */
uint64_t tracer_sent(const struct tracer *tracer);

/* Closes the events of calls that are still under way; from here on nothing is recorded. Call it
 * before EVENT_END is appended. */
void tracer_finish(struct tracer *tracer);

#endif
