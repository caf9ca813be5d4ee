/*
 * trace/proc - small files of /proc/PID, read at once.
 */
#ifndef SOCKLINGS_TRACE_PROC_H
#define SOCKLINGS_TRACE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"

/* Appends /proc/PID/NAME; false when the process has gone. */
bool proc_read(pid_t pid, const char *name, struct strbuf *out);
/* The same, but only whole lines, and no more of them when `out` has so many bytes: a process may
 * have hundreds of megabytes of mappings. */
bool proc_read_lines(pid_t pid, const char *name, size_t most, struct strbuf *out);

/* The last number of a line of /proc/PID/status; "NSpid" gives the pid in the innermost namespace.
 * 0 when there is none. */
int proc_status_number(pid_t pid, const char *key);

/* The state letter of /proc/PID/stat ('R', 'S', …; '?' when it has gone). */
char proc_state(pid_t pid);

/* What a thread is looked at through, kept open from one look to the next: {-1, -1} at first. */
struct proc_eye {
    int stat, call;
};
void proc_eye_close(struct proc_eye *eye);

/* Whether the thread is asleep ('S') and off its processor. The state alone says only what it is
 * about to do: on its way to sleep, or out of wait4(2), it may be waiting for the processor. */
bool proc_sleeps(pid_t tid, struct proc_eye *eye, bool *timed);

/* A quicker look: true only when the thread is surely not asleep. */
bool proc_runs(pid_t tid, struct proc_eye *eye);

/* User and system time of the whole process so far, in milliseconds. */
uint64_t proc_cpu_ms(pid_t pid);

/* How long this thread could have run, but waited for a processor, in nanoseconds: the second
 * number of /proc/PID/schedstat (Documentation/scheduler/sched-stats of Linux). 0 where the kernel
 * does not count it. */
uint64_t proc_waited_ns(pid_t tid);

/* Memory that it occupies now, in bytes: its resident set, in which pages shared with others count
 * in full; with its page tables and huge pages as well; or exactly, shared pages in part
 * (smaps_rollup of proc(5)), which takes longer the more it has. */
enum proc_memory_kind { PROC_MEMORY_QUICK, PROC_MEMORY_TABLES, PROC_MEMORY_EXACT };
uint64_t proc_memory(pid_t pid, enum proc_memory_kind kind);

/* What lies where in a process: the mappings that have a file. */
struct proc_mapping {
    uint64_t start, end, offset;
    bool executable;
    const char *path; /* points into the text; ends at the newline or NUL */
    size_t path_len;
};
/* Parses the next line of maps; *at moves on. False at the end. Lines without a file are passed
 * over. */
bool proc_next_mapping(const char **at, struct proc_mapping *m);

#endif
