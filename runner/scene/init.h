/* scene/init - private to the sandbox: what runs as PID 1 of a scene, and the words it understands.
 */
#ifndef SOCKLINGS_SCENE_INIT_H
#define SOCKLINGS_SCENE_INIT_H

#include <linux/filter.h>
#include <stdbool.h>
#include <sys/types.h>

#include "scene/sandbox.h"

enum init_word { INIT_SOCKET = 1, INIT_SPAWN };

enum { INIT_TEXT = 60000 };

/* One packet on the control socket; descriptors travel beside it (SCM_RIGHTS). */
struct init_request {
    enum init_word word;
    int domain, type, protocol; /* INIT_SOCKET */
    unsigned argc;              /* INIT_SPAWN: argv packed in text, each with its NUL */
    bool terminal;
    unsigned stdio_mask; /* which of 0, 1, 2 are sent, after the gate */
    char text[INIT_TEXT];
};

struct init_reply {
    int error;     /* errno, 0 */
    char step[96]; /* what failed */
};

struct init_config {
    enum scene_tier tier;
    int control;
    uid_t uid;       /* tiers A (inside) and B: become this one; (uid_t)-1: stay */
    const char *dir; /* tiers B and C: the folder to work in */
    const struct sandbox_file *files;
    const int *file_fds;
    unsigned nfiles;
    struct lab_limits limits;
    struct sock_fprog filter;
};

/* Never returns. First packet it sends is an init_reply: ready, or why not. */
_Noreturn void init_main(const struct init_config *config);

/* scene/rootfs.c: makes the small root file system and enters it. 0, or -1 with errno and *step set
 * to what failed (static text). */
int rootfs_enter(const struct init_config *config, const char **step);

#endif
