/*
 * scene - runs a scene script: programs in a private network, scripted peers, one recording.
 *
 * A scene has its own user, network, PID, mount, IPC and UTS namespace (tier A). Its init is ours
 * and reaps; when it dies, everything in the scene dies. The programs are traced, so readiness is
 * observed and a stall is noticed at once. Everything happens in the caller's thread, in one event
 * loop.
 */
#ifndef SOCKLINGS_SCENE_SCENE_H
#define SOCKLINGS_SCENE_SCENE_H

#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "catalog/lab.h"
#include "catalog/script.h"
#include "scene/tier.h"
#include "timeline/timeline.h"

/* A binary a script may start. */
struct scene_program {
    const char *role;
    bool solution;      /* the lab's, for {"start": …, "from": "solution"} */
    const char *binary; /* path on the host */
    const char *name;   /* argv[0] and file name inside the scene: "udp_echo" */
    const char *source; /* the learner's file: "udp_echo.c"; NULL: any */
};

struct scene_setup {
    const struct scene_script *script;
    const struct scene_program *programs;
    unsigned nprograms;
    struct lab_limits limits;
    enum scene_tier tier; /* scene_tier_probe() */
    uint64_t seed;
    enum stdio_kind stdio;  /* overrides the script's unless STDIO_DEFAULT */
    const char *lab, *step; /* for the recording; may be NULL */
    unsigned check;
    bool own;                        /* sandbox.h: for the user's own program (observe.c) */
    bool packets;                    /* programs may open AF_PACKET and raw sockets */
    volatile const int *interrupted; /* becomes non-zero on Ctrl-C; may be NULL */
};

/* Runs it. 0: the scene ran, whatever its outcome, and *tl (initialised by the caller) holds the
 * whole recording, EVENT_END last. -1: the runner's own failure (an internal error, never the
 * program's), *err says what; *tl holds what was recorded so far. When it returns no process of the
 * scene is left. */
int scene_run(struct loop *loop, const struct scene_setup *setup, struct timeline *tl,
              struct error *err);

#endif
