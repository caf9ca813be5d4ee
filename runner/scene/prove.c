/* scene/prove: see prove.h. The shell and a few tools of /usr are in every sandbox: no compiler is
 * needed, and nothing of ours that attacks has to lie about. */
#include "scene/prove.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene/scene.h"

enum { MIB = 1 << 20 };

static const struct attempt {
    const char *name;
    const char *shell;
    const char
        *limit; /* that is reached; NULL: the program finds all well and ends with status 0 */
    struct lab_limits limits; /* 0: the usual */
    bool namespaces;          /* there is no such limit without */
} attempts[LIMIT_PROOFS] = {
    {"processes", "while :; do sleep 9 & done", "processes", {.processes = 6}, false},
    {"memory", "tail /dev/zero", "memory", {.memory_bytes = 32 * MIB}, false},
    {"processor time", "while :; do :; done", "cpu", {.cpu_ms = 40}, false},
    {"time", "sleep 9", "wall", {.wall_ms = 60}, false},
    {"output", "while :; do echo more; done", "output", {.output_bytes = 1000}, false},
    {"size of a file", "exec cat /dev/zero >f", "disk", {.file_bytes = 100000}, false},
    {"disk",
     "while i=x$i; do head -c 900000 /dev/zero >$i; done",
     "disk",
     {.disk_bytes = 4 * MIB},
     true},
    {"files", "while i=x$i; do : >$i; done", "disk", {.disk_bytes = 4 * MIB, .inodes = 40}, true},
    {"descriptors", "! ulimit -n 2000", NULL, {0}, false},
    {"user", "test $(id -u) -ne 0 && { kill -9 1; true; }", NULL, {0}, false},
    {"host's files",
     "! true >/usr/socklings && ! test -e /root && ! test -e /home",
     NULL,
     {0},
     true},
    {"host's kernel",
     "! test -e /sys && ! true >/proc/sysrq-trigger && ! unshare true",
     NULL,
     {0},
     true},
};

static void fill_in(struct lab_limits *limits)
{
    const struct lab_limits usual = {.wall_ms = 5000,
                                     .cpu_ms = 4000,
                                     .processes = 64,
                                     .output_bytes = MIB,
                                     .file_bytes = 64 * MIB,
                                     .calls = 200000,
                                     .memory_bytes = (size_t)1 << 30,
                                     .disk_bytes = 256 * MIB,
                                     .inodes = 16384};
    limits->wall_ms += limits->wall_ms == 0 ? usual.wall_ms : 0;
    limits->cpu_ms += limits->cpu_ms == 0 ? usual.cpu_ms : 0;
    limits->processes += limits->processes == 0 ? usual.processes : 0;
    limits->output_bytes += limits->output_bytes == 0 ? usual.output_bytes : 0;
    limits->file_bytes += limits->file_bytes == 0 ? usual.file_bytes : 0;
    limits->calls += limits->calls == 0 ? usual.calls : 0;
    limits->memory_bytes += limits->memory_bytes == 0 ? usual.memory_bytes : 0;
    limits->disk_bytes += limits->disk_bytes == 0 ? usual.disk_bytes : 0;
    limits->inodes += limits->inodes == 0 ? usual.inodes : 0;
}

static void judge(const struct attempt *attempt, const struct timeline *tl,
                  struct limit_proof *proof)
{
    const struct end_event *end = &tl->events[tl->count - 1].end;
    proof->holds = attempt->limit == NULL
                       ? strcmp(end->why, "complete") == 0
                       : end->limit != NULL && strcmp(end->limit, attempt->limit) == 0;
    if (proof->holds)
        return;
    if (end->limit != NULL)
        snprintf(proof->what, sizeof proof->what, "the limit on %s came first", end->limit);
    else
        snprintf(proof->what, sizeof proof->what, "nothing stopped it");
}

static int attempt_one(struct loop *loop, enum scene_tier tier, const char *shell,
                       const struct attempt *attempt, struct limit_proof *proof, struct error *err)
{
    const char *args[] = {"-c", attempt->shell};
    const struct action actions[] = {
        {.kind = ACTION_START,
         .actor = "sh",
         .path = "prove",
         .start = {.args = args, .nargs = 2, .stdio = STDIO_PIPE}},
        {.kind = ACTION_WAIT, .actor = "sh", .path = "prove", .wait = {.what = WAIT_EXIT}},
    };
    const struct scene_script script = {.actions = actions, .nactions = 2};
    const struct scene_program program = {.role = "sh", .binary = shell, .name = "sh"};
    struct scene_setup setup = {.script = &script,
                                .programs = &program,
                                .nprograms = 1,
                                .limits = attempt->limits,
                                .tier = tier,
                                .seed = 1};
    struct timeline tl;
    *proof = (struct limit_proof){.name = attempt->name};
    if (attempt->namespaces && tier != TIER_A) {
        snprintf(proof->what, sizeof proof->what, "there is none on this tier");
        return 0;
    }
    fill_in(&setup.limits);
    timeline_init(&tl);
    int rc = scene_run(loop, &setup, &tl, err);
    if (rc == 0)
        judge(attempt, &tl, proof);
    timeline_free(&tl);
    return rc;
}

int scene_prove_limits(enum scene_tier tier, struct limit_proof proofs[LIMIT_PROOFS],
                       struct error *err)
{
    char *shell = realpath("/bin/sh", NULL);
    if (shell == NULL)
        return error_errno(err, "cannot find /bin/sh");
    struct loop *loop = loop_new(err);
    int rc = loop != NULL ? 0 : -1;
    for (unsigned i = 0; rc == 0 && i < LIMIT_PROOFS; i++)
        rc = attempt_one(loop, tier, shell, &attempts[i], &proofs[i], err);
    if (loop != NULL)
        loop_free(loop);
    free(shell);
    return rc;
}
