/*
 * build/build_parts - what the files of build share: build.c begins and frees a build, build_run.c
 * runs the compiler, build_end.c says what has become of it.
 */
#ifndef SOCKLINGS_BUILD_BUILD_PARTS_H
#define SOCKLINGS_BUILD_BUILD_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "build/build.h"
#include "build/cache.h"
#include "build/compiler.h"
#include "build/confine.h"
#include "build/hash.h"
#include "build/source.h"

enum { BUILD_MESSAGES_MAX = 128 * 1024 }; /* bytes kept; the rest is read and dropped */

struct build {
    struct loop *loop;
    struct build_request request; /* its strings are ours, its paths absolute */
    struct build_result result;
    bool done;
    int64_t started;

    struct compiler compiler;
    struct source source;
    char *program; /* "udp_echo" */
    char key[HASH_TEXT];
    char *folder; /* CACHE/tmp-XXXXXX, until it is stored; confined: none until then */

    struct confined *confined; /* the compilation under way; NULL: it is not confined */
    char *alleged;             /* what it said; now a harmless source tells whether it is true */

    char *headers;               /* lab.h compiled ahead; NULL: none */
    char headers_key[HASH_TEXT]; /* while it is being made */
    char *headers_folder;        /* where; NULL: it is not */

    pid_t pid; /* 0: none */
    int pipe;  /* read end; -1: none */
    struct loop_fd *watch;
    struct loop_timer *timer;
    struct strbuf output;
    size_t printed; /* bytes */
    bool cut, timed_out, flooded;
};

/* --- build_run.c --- */

/* Starts the compiler, for which nothing is in the cache. -1 and *err: ours. */
int build_run_compiler(struct build *b, struct error *err);
/* A confined compiler said what would be no fault of the source: a harmless source is compiled to
 * see whether it is so, and tells how the build ends. */
void build_start_proof(struct build *b, const char *messages);
/* The rest happens when it is reaped. It may not lead its group yet. */
void build_kill_compiler(const struct build *b);
void build_stop_reading(struct build *b);

/* --- build_end.c --- */

/* The result is there. What was half-made is removed. */
void build_end(struct build *b, enum build_status status, const char *messages);
/* The same with what the cache holds; takes the entry's texts over. */
void build_end_with_entry(struct build *b, struct cache_entry *entry);
/* What the compiler said of the source: it is stored. */
void build_end_with_opinion(struct build *b, bool ok, struct strbuf *text);
void build_end_without_compiler(struct build *b, const char *messages);
/* True when the compiler was stopped by us, and the build has ended as that. */
bool build_was_stopped(struct build *b);
/* How it ended. The build has ended then, or a proof was started. */
void build_judge_exit(struct build *b, int status);

#endif
