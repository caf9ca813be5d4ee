/*
 * grade/key - what names a result: everything that it could depend on.
 */
#ifndef SOCKLINGS_GRADE_KEY_H
#define SOCKLINGS_GRADE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "build/hash.h"
#include "grade/grade.h"
#include "grade/submission.h"

/* What is the same for the whole run. Made once: the labs and the library are read. */
struct key_base {
    const struct grade_request *request;
    uint64_t seed;
    char common[HASH_TEXT];  /* version, compiler, tier, library, seed, repeats */
    char (*labs)[HASH_TEXT]; /* of each of the request's labs: its files but starter and mutants */
};

/* Blocks for the reading. -1 and *err: a file of ours cannot be read, no compiler. The caller frees
 * with key_base_free, also on failure. */
int key_base_make(struct key_base *base, const struct grade_request *request, uint64_t seed,
                  struct error *err);
void key_base_free(struct key_base *base);

/* Of one submission: its files, and the above. -1 and *err: they cannot be read. */
int key_make(const struct key_base *base, const struct submission *submission, char key[HASH_TEXT],
             struct error *err);

/* Of one check: never 0, short enough to be typed, the same in every shard and order. Of other
 * files it is another one: students are told the seed of what they have handed in, and could write
 * a program that knows what comes. -1 and *err: the files cannot be read. */
int key_seed(uint64_t class_seed, const struct submission *submission, uint64_t *seed,
             struct error *err);

/* Whether the student is of shard I (from 1) of N. */
bool key_in_shard(const char *student, unsigned shard, unsigned shards);

#endif
