/*
 * picture_map.c - texts to numbers, by open addressing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"

static size_t hash(const char *key)
{
    uint64_t h = 1469598103934665603U;
    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211U;
    return (size_t)(h ^ (h >> 32));
}

static struct picture_entry *map_slot(const struct picture_map *map, const char *key)
{
    size_t i = hash(key) & (map->cap - 1);
    while (map->entries[i].key != NULL && strcmp(map->entries[i].key, key) != 0)
        i = (i + 1) & (map->cap - 1);
    return &map->entries[i];
}

int map_get(const struct picture_map *map, const char *key)
{
    if (map->count == 0 || key == NULL)
        return -1;
    const struct picture_entry *slot = map_slot(map, key);
    return slot->key == NULL ? -1 : slot->value;
}

void map_put(struct picture_map *map, const char *key, int value)
{
    if (2 * (map->count + 1) > map->cap) {
        struct picture_map larger = {.cap = map->cap == 0 ? 64 : 2 * map->cap, .count = map->count};
        larger.entries = mem_alloc(larger.cap * sizeof *larger.entries);
        for (size_t i = 0; i < map->cap; i++)
            if (map->entries[i].key != NULL)
                *map_slot(&larger, map->entries[i].key) = map->entries[i];
        free(map->entries);
        *map = larger;
    }
    struct picture_entry *slot = map_slot(map, key);
    map->count += slot->key == NULL;
    *slot = (struct picture_entry){key, value};
}

void map_free(struct picture_map *map)
{
    free(map->entries);
    *map = (struct picture_map){0};
}
