/*
 * build/confine_parts - what the files of build/confine share.
 */
#ifndef SOCKLINGS_BUILD_CONFINE_PARTS_H
#define SOCKLINGS_BUILD_CONFINE_PARTS_H

#include <stdint.h>

#include "build/confine.h"

enum confine_way { WAY_NAMESPACES, WAY_LANDLOCK, WAY_NONE };

/* Written by the child, read by the runner after its end. */
struct confine_report {
    bool ran;     /* the compiler was started, and `status` is how it ended */
    bool refused; /* the kernel, or who configured it, does not let us */
    int status;
    int error; /* errno of what went wrong, while doing `step` */
    char step[64];
};

struct confined {
    enum confine_way way;
    struct confine_request request;
    struct word_list command;
    char *lib_dir, *lib_archive; /* as the compiler is told; NULL: none */
    char *work;                  /* its folder, as it sees it */
    char *folder;                /* WAY_LANDLOCK: CACHE/tmp-XXXXXX; else NULL */
    uid_t uid;                   /* what it becomes; -1: it stays who it is */
    bool own_user_namespace;     /* where that user has to be named: */
    uid_t outer_uid;
    gid_t outer_gid;
    unsigned seconds; /* of processor time */
    int program;      /* in memory: the program comes here */
    struct confine_report *report;
};

/* Notes what failed, with errno. Returns -1. The second: and that this way is refused here, if it
 * is no passing lack of something. Nothing that a source can cause may be taken for a refusal. */
int confine_fail(struct confined *c, const char *step);
int confine_refused(struct confined *c, const char *step);

/* Folders and files of the system that a compiler needs, and the folders of this compiler. Calls
 * `show` for each that is there; ends with what it returns when that is not 0. */
typedef int confine_show_fn(void *arg, const char *path);
int confine_each_shown(const struct compiler *compiler, confine_show_fn *show, void *arg);

/* Copies the library's headers and archive below `root`, to lib_dir and lib_archive. What is there
 * already (a library in /usr/lib) stays. */
int confine_copy_library(const struct build_request *from, const char *root, const char *lib_dir,
                         const char *lib_archive, struct error *err);

/* In the child: a root of its own (WAY_NAMESPACES), and the current folder in it. */
int confine_enter_root(struct confined *c);

/* A Landlock domain to go into: a descriptor, or -1 and errno; and in the compiler's process, just
 * before it becomes the compiler: goes into it. */
int confine_landlock_rules(struct confined *c);
int confine_landlock_enter(int rules);

/* The child itself: makes the enclosure, runs the compiler in it, hands over the program. */
_Noreturn void confine_child(struct confined *c);

#endif
