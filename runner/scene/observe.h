/*
 * scene/observe - runs any program in a private network and records it: `trace -- CMD ARGS`.
 *
 * No script and no verdict: the program sees the host's file system (the sandbox hides nothing but
 * the network, other processes and /tmp), its terminal is the caller's, and it runs until it ends
 * or the caller is interrupted.
 */
#ifndef SOCKLINGS_SCENE_OBSERVE_H
#define SOCKLINGS_SCENE_OBSERVE_H

#include "scene/scene.h"
#include "trace/tracer.h"

struct observe_command {
    const char *name;                 /* in the recording: "python3", "peer" */
    const char *const *argv;          /* NULL-terminated; argv[0] is searched in $PATH */
    const struct trace_fault *faults; /* what is done to its calls */
    unsigned nfaults;
    const char *host; /* of the network; NULL: the first, or the only one */
};

struct observe_setup {
    enum scene_tier tier;
    const struct observe_command
        *commands; /* started in this order, each when the one before sleeps */
    unsigned ncommands;
    const struct network *network; /* hosts; NULL: one, and its loopback */
    const char *const *wire;       /* rules for the wire between them, from the start */
    unsigned nwire;
    uint64_t seed;      /* of what the rules leave to chance */
    unsigned max_calls; /* recording is cut there, and says so; 0: 100,000 */
    volatile const int *interrupted;
};

/* 0, whatever the programs did; -1 and *err for the runner's own failure. *status: how the first
 * program ended, as a shell tells it (128 + signal); 0 when it only waited any more and was ended.
 */
int observe_run(struct loop *loop, const struct observe_setup *setup, struct timeline *tl,
                int *status, struct error *err);

#endif
