/* scene/init - private to the sandbox: what runs as PID 1 of a scene, and the words it understands.
 */
#ifndef SOCKLINGS_SCENE_INIT_H
#define SOCKLINGS_SCENE_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "catalog/lab.h"
#include "catalog/network.h"
#include "scene/factory.h"
#include "trace/filter.h"

enum init_word {
    INIT_SOCKET = 1,
    INIT_FILE,
    INIT_MODE,
    INIT_LOOK,
    INIT_HOSTS,
    INIT_WATCH, /* its answer brings INIT_WATCHED descriptors */
    INIT_DISK,  /* sets the limits on /work, /tmp and /dev/shm */
    INIT_SPAWN
};

/* What the runner looks at to see its limits: a folder on the files' file system, the tables of
 * System V IPC (proc(5)). The kernel may have no tables; their descriptors are missing then. */
enum { INIT_WATCHED_FILES, INIT_WATCHED_SHM, INIT_WATCHED_SEM, INIT_WATCHED_MSG, INIT_WATCHED };

/* What a sandbox has before it is told otherwise: the defaults of struct lab_limits. */
#define ROOTFS_BYTES (UINT64_C(256) << 20)
#define ROOTFS_INODES 16384U
#define ROOTFS_PROGRAMS "/programs" /* where programs lie that cannot be changed */

enum { INIT_TEXT = 100000 }; /* an argument may be the text of the largest datagram */

/* One packet on the control socket; descriptors travel beside it (SCM_RIGHTS). */
struct init_request {
    enum init_word word;
    int host;                   /* SOCKET, SPAWN: of the network; -1 */
    int domain, type, protocol; /* SOCKET */
    bool keep;                  /* SOCKET: init keeps a copy: the last close of some takes long */
    enum scene_file_kind file;  /* FILE: text is its name and, of a link, where it leads to, each
                                   with its NUL; its content is the descriptor */
    bool executable;
    uint64_t size; /* FILE: of a sparse one; DISK: of all, with `mode` as the number of files */
    unsigned mode; /* MODE: of what text names; LOOK: text is a name */
    unsigned argc; /* SPAWN: argv packed in text, each with its NUL; HOSTS: text is
                      the struct network */
    bool terminal;
    bool packets;        /* it may open AF_PACKET and raw sockets */
    unsigned stdio_mask; /* which of 0, 1, 2 are sent, after the gate */
    int cpu;             /* the processor to stay on; -1: any */
    struct lab_limits limits;
    char text[INIT_TEXT];
};

struct init_reply {
    int error; /* errno; 0 */
    char
        text[256]; /* what failed; of the first reply: the working folder; of LOOK: what there is */
};

struct init_config {
    struct sandbox_kind kind;
    int control;
    uid_t uid; /* programs become this one; (uid_t)-1: stay */
    struct filter filter;
};

/* Never returns. The first packet that it sends tells whether the sandbox is ready. */
_Noreturn void init_main(const struct init_config *config);

/* scene/rootfs.c: makes the small root file system and enters it. 0, or -1 with errno and *step set
 * to what failed (static text). */
int rootfs_enter(const char **step);
/* In the runner, before init is there: an empty folder stands in its place (factory_hide). */
void rootfs_hide(const char *folder);
/* For the user's own programs: the host's files stay, only /proc is the namespace's. */
int rootfs_keep(const char **step);
/* Both before the first program runs. Other limits than ROOTFS_BYTES and ROOTFS_INODES; and: what
 * is not /work, /tmp or /dev/shm becomes read-only, and /work/NAME the program of that name, which
 * nobody can change. 0, or -1 and errno. */
int rootfs_limit(uint64_t bytes, unsigned inodes);
int rootfs_seal(const char *const *programs, unsigned nprograms);
/* In a program's own process: those of the lab among them are neither seen nor run from here on. */
bool rootfs_is_solution(const char *program);
int rootfs_hide_solutions(const char *const *programs, unsigned nprograms);
/* The hosts' names become known, as `host` knows them: /etc/hosts and, where one of them answers
 * DNS, resolv.conf. `own`: the files that are there are covered, in this namespace only. */
int rootfs_names(const struct network *net, unsigned host, bool own, const char **step);

#endif
