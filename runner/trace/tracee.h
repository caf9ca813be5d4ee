/* trace/tracee - private to trace/: threads and processes under the tracer. */
#ifndef SOCKLINGS_TRACE_TRACEE_H
#define SOCKLINGS_TRACE_TRACEE_H

#include "trace/decode.h"
#include "trace/proc.h"
#include "trace/source.h"
#include "trace/tracer.h"

enum {
    FAULTS_MOST = 16,
    SPIN_LIMIT = 1000,
    FAILURES_LIMIT = 250,
    IDLE_ROUNDS = 3,
    IDLE_MS = 2500,
    NAPS_MOST = 100,
    SUSPENDED_MOST = 2
};

struct process {
    pid_t pid;
    int vpid; /* in its own PID namespace */
    struct trace_program *program;
    struct source *source;
    uint64_t loader_from, loader_to; /* where the dynamic loader lies */
    unsigned threads;
    bool first;           /* the program's first process */
    bool running;         /* has executed its program */
    bool main_seen;       /* a call came from the program itself */
    bool receive_timeout; /* SO_RCVTIMEO or SO_SNDTIMEO was set on some socket */
    bool timer_armed;     /* alarm(2), setitimer(2), …: a signal will come */
    bool timer_repeats;   /* and another one after it */
    int64_t timer_ends;   /* the first does not come before that (clock.h); 0: any time */
    const char *leftover;
    uint64_t cpu_ms; /* as last seen */
};

enum call_state {
    CALL_NONE,
    CALL_ENTERED,
    CALL_INTERRUPTED, /* a signal came; it is restarted, or has failed with EINTR */
    CALL_SIGRETURN,   /* inside rt_sigreturn */
};

/* A call below a signal handler that makes calls itself. */
struct suspended {
    const struct call_spec *spec;
    uint64_t args[6];
    uint64_t sp;
    struct decoded decoded;
    int64_t event, entered;
    int restore_arg;
    uint64_t shortened;
};

struct tracee {
    pid_t tid;
    int vtid;
    struct process *process; /* NULL: its parent's fork has not been reported yet */
    int parked_status;       /* the stop of such a one */
    struct proc_eye eye;
    bool stopped; /* by SIGSTOP or the like, until SIGCONT */
    enum call_state state;
    enum call_state below; /* the state below a sigreturn */
    const struct call_spec *spec;
    uint64_t args[6];
    uint64_t sp; /* the stack pointer at its entry */
    struct decoded decoded;
    int64_t event; /* -1: not recorded */
    int64_t entered;
    int restore_arg;    /* argument a fault shortened, or -1 */
    uint64_t shortened; /* to what */
    bool port_given;    /* its socket has the range of one port (ports.h) */
    struct suspended suspended[SUSPENDED_MOST];
    unsigned nsuspended;
    /* To tell idling and spinning from work: */
    unsigned idle_rounds;
    int64_t idle_since; /* when the first of them began */
    unsigned naps;      /* in a row */
    unsigned repeats;
    unsigned failures; /* that no later call can mend, and nothing has come or gone in between */
    const struct call_spec *last_spec;
    int last_fd;
    int64_t last_result;
};

struct fault {
    struct trace_program *program;
    struct trace_fault rule;
    unsigned seen;
};

struct known_binary {
    char *inside, *host, *source;
};

struct tracer {
    struct loop *loop;
    struct timeline *tl;
    int64_t start;
    struct trace_program **programs;
    unsigned nprograms;
    struct tracee **tracees;
    unsigned ntracees, cap;
    unsigned nprocesses;
    struct fault faults[FAULTS_MOST];
    unsigned nfaults;
    bool ports_follow; /* tracer_ports */
    uint64_t ports_seed;
    struct known_binary *binaries;
    unsigned nbinaries;
    char *folder; /* the programs', or NULL */
    tracer_boundary_fn *boundary;
    void *boundary_arg;
    uint64_t activity;
    uint64_t returned; /* tracer_returned */
    unsigned recorded;
    unsigned calls_most; /* tracer_calls_most; 0: any number */
    uint64_t ended_cpu_ms;
    uint64_t sent;              /* tracer_sent */
    uint64_t shared;            /* tracer_hidden: bytes of shared mappings of no file */
    unsigned memfds;            /* … and anonymous files */
    const struct tracee *asked; /* busy.c: it is being stopped, to see where it is; NULL: none */
    struct source_frame found;
    bool finished; /* nothing is recorded any more */
    bool forking;  /* a call to fork or the like was under way when it was finished */
};

/* --- tracee.c --- */

/* NULL: no such thread. */
struct tracee *tracee_find(struct tracer *tracer, pid_t tid);
/* A thread whose process is not known yet: tracee_attach. */
struct tracee *tracee_add(struct tracer *tracer, pid_t tid);
/* A process of a program, without threads so far. It goes with the last of them. */
struct process *process_add(struct tracer *tracer, pid_t pid, struct trace_program *program);
void tracee_attach(struct tracee *t, struct process *process);
/* Forgets and frees a thread, which ended with that wait status; if it was the last of its process,
 * the end of that is recorded. */
void tracee_remove(struct tracer *tracer, struct tracee *t, int status);

/* --- stops.c --- */

/* A wait status of any tracee (the loop's default child handler; arg is the tracer). */
void stops_status(void *arg, pid_t tid, int status);
/* Resumes so that the exit of a call under way is seen. */
void tracee_resume(struct tracee *t, int signal);

/* --- call.c --- */

/* What happens at the entry and exit of a call. Each resumes the tracee. */
void call_entry(struct tracer *tracer, struct tracee *t);
void call_exit(struct tracer *tracer, struct tracee *t);
/* A call that will not return any more, or was given up. */
void call_abandon(struct tracer *tracer, struct tracee *t, const char *error);

/* --- faults.c --- */

/* Changes the call that is about to run as a rule of the script says, and tells so in the
 * recording, before its event. True: the kernel will not carry it out at all. */
bool faults_inject(struct tracer *tracer, struct tracee *t);

/* --- idle.c --- */

/* After a call has returned: whether its thread works, idles or spins; which time-outs and timers
 * it has set. result: -1 with an error. */
void idle_after(struct tracee *t, int64_t result, const char *error);
void idle_effects(struct tracee *t, int64_t result);

/* --- busy.c --- */

/* The thread that was asked has stopped. */
void busy_stopped(struct tracer *tracer, const struct tracee *t);

/* --- tracer.c --- */

/* The recording's time, in nanoseconds. */
int64_t tracer_now(const struct tracer *tracer);

#endif
