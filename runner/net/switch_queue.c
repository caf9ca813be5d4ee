/* net/switch_queue - the frames that are kept for later; see switch_parts.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/switch_parts.h"

struct parcel *parcel_keep(const struct parcel *parcel)
{
    struct parcel *kept = mem_alloc(sizeof *kept + parcel->len);
    unsigned char *bytes = (unsigned char *)(kept + 1);
    memcpy(bytes, parcel->frame, parcel->len);
    *kept = *parcel;
    kept->frame = bytes;
    return kept;
}

void parcel_free(struct parcel *parcel)
{
    free(parcel);
}

static bool before(const struct parcel *a, const struct parcel *b)
{
    return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void put(struct parcel_heap *heap, size_t place, struct parcel *parcel)
{
    heap->at[place] = parcel;
    parcel->place = place;
}

/* Puts the parcel where it belongs, at `place` or above it. */
static void rise(struct parcel_heap *heap, size_t place, struct parcel *parcel)
{
    while (place > 0 && before(parcel, heap->at[(place - 1) / 2])) {
        put(heap, place, heap->at[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(heap, place, parcel);
}

void parcel_push(struct parcel_heap *heap, struct parcel *parcel)
{
    if (heap->count == heap->cap) {
        heap->cap = heap->cap > 0 ? heap->cap * 2 : 16;
        heap->at = mem_resize(heap->at, heap->cap, sizeof(struct parcel *));
    }
    rise(heap, heap->count++, parcel);
}

struct parcel *parcel_first(const struct parcel_heap *heap)
{
    return heap->count > 0 ? heap->at[0] : NULL;
}

void parcel_remove(struct parcel_heap *heap, struct parcel *parcel)
{
    struct parcel *last = heap->at[--heap->count];
    size_t place = parcel->place;
    if (last == parcel)
        return;
    for (size_t below = 2 * place + 1; below < heap->count; below = 2 * place + 1) {
        if (below + 1 < heap->count && before(heap->at[below + 1], heap->at[below]))
            below++;
        if (before(last, heap->at[below]))
            break;
        put(heap, place, heap->at[below]);
        place = below;
    }
    rise(heap, place, last);
}

void parcel_heap_free(struct parcel_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        parcel_free(heap->at[i]);
    free(heap->at);
    *heap = (struct parcel_heap){0};
}
