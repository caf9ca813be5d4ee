/* base/random: see random.h. The generators are Blackman and Vigna's, in the public domain. */
#include "base/random.h"

#include <string.h>

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

void random_seed(struct random *r, uint64_t seed)
{
    for (unsigned i = 0; i < 4; i++)
        r->state[i] = split_mix(&seed);
}

uint64_t random_next(struct random *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t random_below(struct random *r, uint64_t bound)
{
    /* The lowest 2^64 mod bound values would make the small remainders likelier. */
    uint64_t unfair = -bound % bound;
    uint64_t x;
    do
        x = random_next(r);
    while (x < unfair);
    return x % bound;
}

void random_fill(struct random *r, void *data, size_t len)
{
    unsigned char *out = data;
    while (len > 0) {
        uint64_t x = random_next(r);
        for (unsigned i = 0; i < 8 && len > 0; i++, len--) {
            *out++ = (unsigned char)(x & 0xff);
            x >>= 8;
        }
    }
}
