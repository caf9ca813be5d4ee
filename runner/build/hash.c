/* build/hash: see hash.h. */
#include "build/hash.h"

#include <stdint.h>
#include <string.h>

void hash_begin(struct hash *h)
{
    SHA256Init(&h->context);
}

void hash_field(struct hash *h, const void *data, size_t len)
{
    uint64_t size = len;
    SHA256Update(&h->context, (const uint8_t *)&size, sizeof size);
    SHA256Update(&h->context, data, len);
}

void hash_string(struct hash *h, const char *text)
{
    if (text != NULL) {
        hash_field(h, text, strlen(text));
        return;
    }
    uint64_t no_text = UINT64_MAX; /* no field is that long */
    SHA256Update(&h->context, (const uint8_t *)&no_text, sizeof no_text);
}

void hash_end(struct hash *h, char hex[HASH_TEXT])
{
    SHA256End(&h->context, hex);
}

void hash_bytes(const void *data, size_t len, char hex[HASH_TEXT])
{
    SHA256Data(data, len, hex);
}
