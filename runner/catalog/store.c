/* catalog/store: see store.h. A list of blocks; a request too large for one gets its own. */
#include "catalog/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define BLOCK_SIZE ((size_t)16 * 1024)

struct block {
    struct block *next;
    size_t used, size;
    max_align_t data[];
};

struct lab_store {
    struct block *blocks;
    struct json_doc **docs;
    size_t ndocs;
    const char *folder;
    const struct network *network;
};

struct lab_store *store_new(void)
{
    return mem_alloc(sizeof(struct lab_store));
}

void store_free(struct lab_store *store)
{
    if (store == NULL)
        return;
    while (store->blocks != NULL) {
        struct block *next = store->blocks->next;
        free(store->blocks);
        store->blocks = next;
    }
    for (size_t i = 0; i < store->ndocs; i++)
        json_free(store->docs[i]);
    free(store->docs);
    free(store);
}

void store_set_folder(struct lab_store *store, const char *folder)
{
    store->folder = folder;
}

const char *store_folder(const struct lab_store *store)
{
    return store->folder != NULL ? store->folder : ".";
}

void store_set_network(struct lab_store *store, const struct network *network)
{
    store->network = network;
}

const struct network *store_network(const struct lab_store *store)
{
    return store->network;
}

void *store_alloc(struct lab_store *store, size_t size)
{
    const size_t align = sizeof(max_align_t);
    size = (size + align - 1) / align * align;
    struct block *block = store->blocks;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = mem_alloc(sizeof *block + room);
        block->size = room;
        block->next = store->blocks;
        store->blocks = block;
    }
    void *at = (char *)block->data + block->used;
    block->used += size;
    return at;
}

void *store_copy(struct lab_store *store, const void *data, size_t len)
{
    char *copy = store_alloc(store, len + 1);
    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

char *store_string(struct lab_store *store, const char *text)
{
    return store_copy(store, text, strlen(text));
}

char *store_format(struct lab_store *store, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        text = mem_string("");
    char *kept = store_string(store, text);
    free(text);
    return kept;
}

void store_keep(struct lab_store *store, struct json_doc *doc)
{
    store->docs = mem_resize(store->docs, store->ndocs + 1, sizeof(struct json_doc *));
    store->docs[store->ndocs++] = doc;
}
