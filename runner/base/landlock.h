/*
 * base/landlock - a process gives up rights on its own account (landlock(7)).
 *
 * The kernel's header may be older than the kernel, so the numbers stand here: they are the same on
 * every architecture.
 */
#ifndef SOCKLINGS_BASE_LANDLOCK_H
#define SOCKLINGS_BASE_LANDLOCK_H

#include <stdint.h>

enum {
    LANDLOCK_EXECUTE = 1 << 0,
    LANDLOCK_WRITE_FILE = 1 << 1,
    LANDLOCK_READ_FILE = 1 << 2,
    LANDLOCK_READ_DIR = 1 << 3,
    LANDLOCK_REMOVE_FILE = 1 << 5,
    LANDLOCK_MAKE_REG = 1 << 8,
    LANDLOCK_REFER = 1 << 13,    /* from version 2 on */
    LANDLOCK_TRUNCATE = 1 << 14, /* 3 */
};

/* What a domain denies unless a rule allows it. `net` counts from version 4 on, `scoped` from 6. */
struct landlock_rules {
    uint64_t files, net, scoped;
};

/* 1 or more; less: this kernel has none, or it is switched off. */
int landlock_version(void);

/* A descriptor, close-on-exec; -1 and errno. `rules` must not name what `version` does not know. */
int landlock_rules_new(const struct landlock_rules *rules, int version);

/* These rights on a file, or on all below a folder; `beneath` may be opened with O_PATH. */
int landlock_allow(int rules, int beneath, uint64_t rights);

/* For the calling thread and its children, for good. no_new_privs must be set. */
int landlock_enter(int rules);

/* A domain in which nothing is denied, but for one thing: whoever is outside of it, or in another
 * one, cannot be traced or looked into through /proc, and (version 6) takes no signal. 0; -1 where
 * the kernel cannot do that without taking something else away. Async-signal-safe. */
int landlock_enter_own_domain(void);

/* The same as on a kernel of that version. */
int landlock_enter_own_domain_of(int version);

#endif
