/*
 * base/random - numbers that look random and are the same for the same seed, on every machine.
 *
 * xoshiro256**, seeded by SplitMix64. For variables of a scene and its rules; never for secrets.
 */
#ifndef SOCKLINGS_BASE_RANDOM_H
#define SOCKLINGS_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_seed(struct random *r, uint64_t seed); /* any seed is good, 0 included */
uint64_t random_next(struct random *r);
uint64_t random_below(struct random *r, uint64_t bound); /* 0 … bound-1, evenly; bound > 0 */
void random_fill(struct random *r, void *data, size_t len);

#endif
