/*
 * timeline.c - the list of events and the store that owns its strings.
 *
 *  - memory is handed out from blocks and given back all at once by timeline_free;
 *  - short strings are interned: a scene says "server" and "127.0.0.1:7000" thousands of times,
 *    so equal ones share one copy and may be compared by pointer;
 *  - longer strings and byte runs are copied as they come.
 */
#include "timeline/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    BLOCK_SIZE = 64 * 1024, /* an ordinary block of the store */
    INTERN_MAX = 64,        /* longest string that is shared */
    TABLE_MIN = 256,        /* first size of the table of shared strings; a power of two */
};

struct block {
    struct block *next;
    size_t used, size; /* of data */
    max_align_t data[];
};

struct timeline_store {
    struct block *blocks;  /* the first is the one being filled */
    const char **table;    /* open addressing; NULL is a free slot */
    size_t slots, entries; /* slots is 0 or a power of two, entries at most half of it */
    size_t samples;        /* bytes kept by timeline_sample */
};

static struct timeline_store *store_of(struct timeline *tl)
{
    if (tl->store == NULL)
        tl->store = mem_alloc(sizeof *tl->store);
    return tl->store;
}

static void *store_take(struct timeline_store *store, size_t size, size_t align)
{
    struct block *block = store->blocks;
    if (block != NULL) {
        size_t at = (block->used + align - 1) / align * align;
        if (at <= block->size && size <= block->size - at) {
            block->used = at + size;
            return (char *)block->data + at;
        }
    }
    bool large = size > BLOCK_SIZE / 4;
    size_t room = large ? size : BLOCK_SIZE;
    struct block *fresh = mem_resize(NULL, 1, sizeof *fresh + room);
    fresh->size = room;
    fresh->used = size;
    if (large && block != NULL) { /* a large one gets a block to itself; go on filling the first */
        fresh->next = block->next;
        block->next = fresh;
    } else {
        fresh->next = block;
        store->blocks = fresh;
    }
    return fresh->data;
}

static uint64_t hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return h ^ (h >> 29);
}

static void table_grow(struct timeline_store *store)
{
    const char **old = store->table;
    size_t old_slots = store->slots;
    store->slots = old_slots ? old_slots * 2 : TABLE_MIN;
    store->table = mem_alloc(store->slots * sizeof *store->table);
    for (size_t i = 0; i < old_slots; i++) {
        if (old[i] == NULL)
            continue;
        size_t at = hash(old[i], strlen(old[i])) & (store->slots - 1);
        while (store->table[at] != NULL)
            at = (at + 1) & (store->slots - 1);
        store->table[at] = old[i];
    }
    free(old);
}

static char *store_copy(struct timeline_store *store, const void *data, size_t len)
{
    char *copy = store_take(store, len + 1, 1);
    if (len > 0)
        memcpy(copy, data, len);
    copy[len] = '\0';
    return copy;
}

void timeline_init(struct timeline *tl)
{
    *tl = (struct timeline){0};
}

void timeline_free(struct timeline *tl)
{
    if (tl->store != NULL) {
        for (struct block *block = tl->store->blocks, *next; block != NULL; block = next) {
            next = block->next;
            free(block);
        }
        free(tl->store->table);
        free(tl->store);
    }
    free(tl->events);
    *tl = (struct timeline){0};
}

struct event *timeline_append(struct timeline *tl, enum event_kind kind, int64_t t)
{
    if (tl->count == tl->cap) {
        tl->cap = tl->cap ? tl->cap * 2 : 64;
        tl->events = mem_resize(tl->events, tl->cap, sizeof *tl->events);
    }
    struct event *ev = &tl->events[tl->count];
    memset(ev, 0, sizeof *ev);
    ev->n = tl->count;
    ev->kind = kind;
    ev->t = tl->count > 0 && t < ev[-1].t ? ev[-1].t : t;
    tl->count++;
    return ev;
}

const char *timeline_string(struct timeline *tl, const char *text)
{
    if (text == NULL)
        return NULL;
    struct timeline_store *store = store_of(tl);
    size_t len = strlen(text);
    if (len > INTERN_MAX)
        return store_copy(store, text, len);
    if (store->entries * 2 >= store->slots)
        table_grow(store);
    size_t at = hash(text, len) & (store->slots - 1);
    while (store->table[at] != NULL) {
        if (strcmp(store->table[at], text) == 0)
            return store->table[at];
        at = (at + 1) & (store->slots - 1);
    }
    store->entries++;
    return store->table[at] = store_copy(store, text, len);
}

const char *timeline_format(struct timeline *tl, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    const char *result;
    if (len < 0) {
        result = timeline_string(tl, "");
    } else if ((size_t)len < sizeof small) {
        result = timeline_string(tl, small);
    } else {
        char *text = store_take(store_of(tl), (size_t)len + 1, 1);
        vsnprintf(text, (size_t)len + 1, format, again);
        result = text;
    }
    va_end(again);
    return result;
}

struct bytes timeline_bytes(struct timeline *tl, const void *data, size_t len)
{
    return (struct bytes){store_copy(store_of(tl), data, len), len};
}

struct bytes timeline_sample(struct timeline *tl, const void *data, size_t len, size_t least)
{
    struct timeline_store *store = store_of(tl);
    if (len > least && store->samples + len > TIMELINE_SAMPLES) {
        len = least;
        tl->shortened++;
    } else {
        store->samples += len;
    }
    return timeline_bytes(tl, data, len);
}

void *timeline_memory(struct timeline *tl, size_t size)
{
    void *memory = store_take(store_of(tl), size > 0 ? size : 1, _Alignof(max_align_t));
    if (size > 0)
        memset(memory, 0, size);
    return memory;
}

const char *event_kind_name(enum event_kind kind)
{
    static const char *const names[] = {
        [EVENT_SCENE] = "scene",   [EVENT_CALL] = "call",     [EVENT_PACKET] = "packet",
        [EVENT_STATE] = "state",   [EVENT_OUTPUT] = "output", [EVENT_INPUT] = "input",
        [EVENT_SCRIPT] = "script", [EVENT_SIGNAL] = "signal", [EVENT_EXIT] = "exit",
        [EVENT_FAULT] = "fault",   [EVENT_END] = "end",
    };
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

const struct scene_event *timeline_scene(const struct timeline *tl)
{
    static const struct scene_event none; /* a recording without a first event: nothing is known */
    return tl->count > 0 && tl->events[0].kind == EVENT_SCENE ? &tl->events[0].scene : &none;
}

const struct end_event *timeline_end(const struct timeline *tl)
{
    if (tl->count == 0 || tl->events[tl->count - 1].kind != EVENT_END)
        return NULL;
    return &tl->events[tl->count - 1].end;
}

const struct bytes *timeline_var(const struct timeline *tl, const char *name)
{
    const struct scene_event *scene = timeline_scene(tl);
    for (unsigned i = 0; i < scene->nvars; i++)
        if (strcmp(scene->vars[i].name, name) == 0)
            return &scene->vars[i].value;
    return NULL;
}
