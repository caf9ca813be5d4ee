/*
 * scene/tier - which isolation this machine gives, found out by doing it, never by version.
 */
#ifndef SOCKLINGS_SCENE_TIER_H
#define SOCKLINGS_SCENE_TIER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

enum scene_tier {
    TIER_A,    /* full namespaces */
    TIER_B,    /* root in a container without namespaces: unprivileged uid, rlimits, seccomp */
    TIER_C,    /* an ordinary user without user namespaces: the host's own loopback */
    TIER_NONE, /* not even tracing works: nothing can be checked here */
};
char scene_tier_letter(enum scene_tier tier); /* 'A', 'B', 'C', '-' */

/* One thing that doctor tries. */
struct tier_probe {
    const char *name; /* "user namespace", "loopback up", "trace a program", … */
    bool works;
    char *detail; /* what happened, when it does not work; NULL */
    char *fix;    /* what to do about it; NULL */
};

struct tier_report {
    enum scene_tier tier;
    struct tier_probe *probes;
    unsigned nprobes;
};

/* Tries everything; takes some milliseconds. $SOCKLINGS_TIER=B or C makes the tiers above look
 * refused (for tests, and to see what a user there sees). The caller frees. */
void scene_tier_report(struct tier_report *report);
void tier_report_free(struct tier_report *report);

/* Makes two hosts and the wire between them, as a scene on that tier would. 0; or -1 and *err. */
int scene_tier_try_hosts(enum scene_tier tier, struct error *err);

/* Only the tier, tried once and remembered for this process. */
enum scene_tier scene_tier_probe(void);

#endif
