/*
 * trace/source - which line of the learner's program made a call (libdw).
 *
 * The stack of a stopped tracee is unwound from the system call up to the first frame in the
 * program itself, past libc, the sanitizers' interceptors and the helper library.
 */
#ifndef SOCKLINGS_TRACE_SOURCE_H
#define SOCKLINGS_TRACE_SOURCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "timeline/timeline.h"
#include "trace/proc.h"
#include "trace/regs.h"

struct source_frame {
    const char *file; /* base name; NULL: no debug information */
    int line;
    const char *function; /* NULL: unknown */
    const char *via;      /* library function called from there; NULL: unknown */
    bool in_program;      /* a frame of the program was on the stack */
    bool in_loader;       /* the call was made by the dynamic loader */
    bool unreadable;      /* the program's file cannot be read: nothing is known of its frames */
};

struct source;

/* For a program image; its libraries are looked up at the first call. binary: its path on the host
 * (the sandbox may hide it); NULL: as /proc/PID/maps says. name: the learner's source file,
 * "udp_echo.c"; frames in other files (helpers) are passed over if one in it is found; may be NULL.
 * own: the user's own program, whose libraries are read wherever they lie; else only those that no
 * program can change are, since a program may be written to harm whoever reads it.
 * Images that were seen before are remembered. Never fails: without debug information frames are
 * just unknown. Freed by source_put. */
struct source *source_get(const char *binary, const char *name, bool own);
struct source *source_share(const struct source *source); /* for a forked child; NULL gives NULL */
void source_put(struct source *source);

/* Where thread `tid`, stopped with these registers, is. Strings belong to the timeline. */
void source_locate(struct source *source, pid_t tid, const regs_set *regs, struct timeline *tl,
                   struct source_frame *out);

/* Whether the file mapped there is a dynamic loader: ld-linux…, ld-musl…, ld.so. By its name, which
 * no program can give to a file of its own, unless it is the user's own. */
bool source_is_loader(pid_t pid, const struct proc_mapping *m, bool own);

/* Drops what is remembered (for leak checks). */
void source_forget_all(void);

#endif
