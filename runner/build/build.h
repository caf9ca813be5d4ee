/*
 * build - compiles a learner's program.
 *
 * A build is started and runs in the background of the event loop, so that the sanitized variant
 * compiles on the other core while the plain one is already being run. Results are kept in a cache
 * keyed by the content of all inputs, the compiler and the flags; a program that was built before
 * costs one look-up.
 *
 * Sources are opened once, checked (a regular file, not empty, at most 1 MiB, no NUL byte, no
 * symlink out of its folder) and compiled from a private copy under their own name, so that what is
 * checked is what is compiled and messages show the learner's file name.
 */
#ifndef SOCKLINGS_BUILD_BUILD_H
#define SOCKLINGS_BUILD_BUILD_H

#include <stdbool.h>

#include "base/error.h"
#include "base/loop.h"

enum build_variant { BUILD_PLAIN, BUILD_SANITIZED };

/* Whether the compiler sees nothing of this machine but what it needs (confine.h). Without it, a
 * source can include, and so show, any file that we may read. */
enum build_confine {
    CONFINE_NONE,
    CONFINE_IF_POSSIBLE, /* where the machine allows it, else without */
    CONFINE_OR_FAIL, /* where it does not: BUILD_INTERNAL, and `messages` says what is missing */
};

enum build_status {
    BUILD_OK,          /* `binary` is there; `messages` may hold warnings */
    BUILD_FAILED,      /* the compiler or linker refused: `messages`, verbatim */
    BUILD_BAD_SOURCE,  /* missing, empty, binary, too big, a symlink out: `messages` says which */
    BUILD_LIMIT,       /* took longer, wrote or printed more than allowed */
    BUILD_NO_COMPILER, /* neither gcc nor clang was found: `messages` says how to get one */
    BUILD_INTERNAL,    /* ours: no space in the cache, fork failed, … */
};

struct build_request {
    const char *source_dir; /* where the learner's file is */
    const char *source;     /* "udp_echo.c" */
    enum build_variant variant;
    const char *lib_dir;      /* holds lab.h and the other public headers */
    const char *lib_archive;  /* libsocklings.a */
    const char *compiler;     /* NULL: $CC, then gcc, then clang, then cc */
    bool warnings_are_errors; /* -Werror */
    enum build_confine confine;
    unsigned limit_ms;     /* wall time; 0: 20,000 */
    const char *cache_dir; /* NULL: build_cache_dir() */
};

struct build_result {
    enum build_status status;
    char *binary;      /* path of the program; NULL unless BUILD_OK */
    char *messages;    /* never NULL; "" when there is nothing to say */
    unsigned warnings; /* how many */
    bool cached;
    double ms; /* from start to finish as this build saw it */
};

struct build;

/* Starts. Never fails by itself: a failure is a result. The strings of the request are copied. */
struct build *build_start(struct loop *loop, const struct build_request *request);
bool build_done(const struct build *b);
/* Runs the loop until this build is done (it has its own deadline). The result belongs to the
 * build. */
const struct build_result *build_wait(struct build *b);
/* A build that still runs is killed and reaped. */
void build_free(struct build *b);

/* $SOCKLINGS_CACHE, else $XDG_CACHE_HOME/socklings, else ~/.cache/socklings, else a folder of
 * this user below /tmp. Created if need be. The text is static. NULL and *err when none can be
 * written. */
const char *build_cache_dir(struct error *err);

/* "gcc (Debian 12.2.0-14) 12.2.0", for doctor; NULL and *err when there is no compiler. Caller
 * frees. */
char *build_compiler_version(const char *compiler, struct error *err);

/* How this process shuts compilers in ("namespaces", "Landlock"); NULL: it cannot. Found out by
 * trying: a file with a secret is included, and must stay unread, and an honest source must
 * compile. -1 and *err when one of the two goes wrong. */
int build_prove_confinement(const char **how, struct error *err);

/* The same in two parts, for who has something else to do while the compilers run. Meanwhile nobody
 * may step another loop: it would reap them. End and drop free it; drop stops what runs, NULL is
 * fine. */
struct build_proof;
struct build_proof *build_proof_start(void);
int build_proof_end(struct build_proof *proof, const char **how, struct error *err);
void build_proof_drop(struct build_proof *proof);

#endif
