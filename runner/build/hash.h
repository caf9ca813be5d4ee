/*
 * build/hash - the SHA-256 of a sequence of fields (nettle).
 *
 * Each field goes in with its length, so that "ab","c" and "a","bc" differ.
 */
#ifndef SOCKLINGS_BUILD_HASH_H
#define SOCKLINGS_BUILD_HASH_H

#include <nettle/sha2.h>
#include <stddef.h>

#define HASH_TEXT 65 /* 64 hex digits and NUL */

struct hash {
    struct sha256_ctx context;
};

void hash_begin(struct hash *h);
void hash_field(struct hash *h, const void *data, size_t len);
void hash_string(struct hash *h, const char *text); /* NULL differs from "" */
void hash_end(struct hash *h, char hex[HASH_TEXT]);

/* The plain SHA-256 of these bytes. */
void hash_bytes(const void *data, size_t len, char hex[HASH_TEXT]);

#endif
