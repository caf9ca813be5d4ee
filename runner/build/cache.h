/*
 * build/cache - what was built before, in a folder that several runners share.
 *
 *     CACHE/b-KEY/udp_echo     the program (none when the compiler refused the source)
 *     CACHE/b-KEY/.build       status, warnings, messages, and the hash of both
 *     CACHE/h-KEY/             headers compiled ahead (prepared.h)
 *     CACHE/tmp-XXXXXX/        a build under way, or one whose runner was killed
 *
 * An entry is built in a tmp-folder and renamed when complete, so it is there whole or not at all.
 * What a look-up finds is hashed again: an entry that was damaged since is removed and missed.
 */
#ifndef SOCKLINGS_BUILD_CACHE_H
#define SOCKLINGS_BUILD_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "build/build.h"

struct cache_entry {
    enum build_status status; /* BUILD_OK or BUILD_FAILED */
    unsigned warnings;
    char *messages;
    char *binary; /* full path; NULL when BUILD_FAILED */
};

/* True when an entry of that key and program name is there and whole; the caller frees it. */
bool cache_find(const char *dir, const char *key, const char *program, struct cache_entry *entry);
void cache_entry_free(struct cache_entry *entry);

/* A new folder to build in; the caller frees the path, and removes the folder unless it was
 * stored. */
char *cache_begin(const char *dir, struct error *err);

/* Turns the folder, which holds the program (when BUILD_OK) and nothing else, into the entry, and
 * fills entry->binary. When another runner was quicker, its entry is used and the folder removed.
 */
int cache_store(const char *dir, const char *key, const char *program, const char *folder,
                struct cache_entry *entry, struct error *err);

/* Removes entries, the longest unused first, until at most max_bytes remain; and abandoned
 * tmp-folders. Nothing touched within the last keep_s seconds is removed: somebody may be about to
 * run it. */
void cache_prune(const char *dir, uint64_t max_bytes, unsigned keep_s);

/* The same with the usual bounds (512 MiB, 15 minutes), but only if nobody did it within the last
 * hour. */
void cache_tidy(const char *dir);

#endif
