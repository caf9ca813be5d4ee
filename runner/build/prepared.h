/*
 * build/prepared - lab.h compiled ahead, since most of compiling a learner's program is reading the
 * system's headers.
 *
 *     CACHE/h-KEY/lab.h.gch    what gcc takes in place of lab.h, when that is the first thing a
 *                              source includes, the flags are the same, and it defines the same
 *                              before: source_feature(); none: it cannot be made
 *     CACHE/h-KEY/.headers     size and time of all files that went into it, and its own
 *
 * Nothing depends on it: programs are the same without, and what is said of headers is taken from a
 * compilation without it. One that does not fit any more (a header changed, the file is damaged) is
 * removed and missed.
 */
#ifndef SOCKLINGS_BUILD_PREPARED_H
#define SOCKLINGS_BUILD_PREPARED_H

#include <stdbool.h>

#define PREPARED_HEADER "lab.h"

enum prepared {
    PREPARED_MISSING, /* worth making */
    PREPARED_NONE,    /* it was tried, and this compiler makes none */
    PREPARED_READY,
};

/* Looks it up; *folder, which the caller frees, goes before the library in the list of folders for
 * headers when it is ready, else NULL. */
enum prepared prepared_find(const char *cache_dir, const char *key, char **folder);

/* Turns a folder into the entry: it holds lab.h.gch, and in "deps" what the compiler's -MD wrote,
 * when `made`. Trouble only means that it is made again some time. */
void prepared_store(const char *cache_dir, const char *key, const char *folder, bool made);

#endif
