/*
 * picture_order.c - in which order the sides stand, and what is said of them at the top.
 *
 *  - Who calls stands on the left, who serves on the right; sides of a host beside each other.
 *  - A host that sends nothing and runs nothing stands last.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/picture_parts.h"

static void remap(struct picture_map *map, const int *place)
{
    for (size_t i = 0; i < map->cap; i++)
        if (map->entries[i].key != NULL)
            map->entries[i].value = place[map->entries[i].value];
}

static bool together(const struct picture *p, int a, int b)
{
    return a == b || (p->sides[a].host >= 0 && p->sides[a].host == p->sides[b].host);
}

/* Where all of a side's host stand: 2 for who only looks on. */
static int rank_of_group(const struct picture *p, int side)
{
    bool calls = false, serves = false, looks_on = true;
    for (int i = 0; i < p->nsides; i++) {
        if (!together(p, side, i))
            continue;
        calls |= p->work->rank[i] < 0;
        serves |= p->work->rank[i] > 0 && !p->sides[i].nobody;
        looks_on &= p->sides[i].machine && !p->work->sends[p->sides[i].host];
    }
    if (p->sides[side].host < 0 || p->work->nhosts == 0)
        return p->work->rank[side];
    return looks_on ? 2 : (int)serves - (int)calls;
}

/* Callers first, then who did neither, then who serves; within each, as they appeared. What is on
 * one host stands together, in the same order. */
static void put_in_order(struct picture *p)
{
    struct picture_side sorted[PICTURE_SIDES_MAX] = {{0}};
    int place[PICTURE_SIDES_MAX], n = 0;
    bool placed[PICTURE_SIDES_MAX] = {0};
    for (int group = -1; group <= 2; group++)
        for (int first = 0; first < p->nsides; first++) {
            if (placed[first] || rank_of_group(p, first) != group)
                continue;
            for (int rank = -1; rank <= 1; rank++)
                for (int i = 0; i < p->nsides; i++)
                    if (!placed[i] && p->work->rank[i] == rank && together(p, first, i)) {
                        placed[i] = true;
                        place[i] = n;
                        sorted[n++] = p->sides[i];
                    }
        }
    memcpy(p->sides, sorted, (size_t)n * sizeof *sorted);
    remap(&p->work->owners, place);
    remap(&p->work->names, place);
}

/* The hosts as they stand in the picture, and their names. */
static void show_hosts(struct picture *p)
{
    for (int i = 0; i < p->nsides; i++) {
        int id = p->sides[i].host;
        if (id < 0 || (i > 0 && p->sides[i - 1].host == id)) {
            if (id >= 0)
                p->hosts[p->nhosts - 1].count++;
            continue;
        }
        struct strbuf name = STRBUF_INIT, address = STRBUF_INIT;
        const char *ip = picture_host_address(p, id);
        picture_add_escaped(&name, p->work->hosts[id]);
        if (ip != NULL)
            picture_add_escaped(&address, ip);
        p->hosts[p->nhosts++] = (struct picture_host){
            .name = strbuf_take(&name), .address = strbuf_take(&address), .first = i, .count = 1};
    }
}

/* "alice" where that says enough, else "alice/client". */
static void label_sides(struct picture *p)
{
    for (int i = 0, host = -1; i < p->nsides; i++) {
        struct picture_side *side = &p->sides[i];
        struct strbuf label = STRBUF_INIT;
        host += host + 1 < p->nhosts && p->hosts[host + 1].first == i;
        if (side->host >= 0)
            strbuf_puts(&label, p->hosts[host].name);
        if (side->host < 0 || p->hosts[host].count > 1)
            strbuf_printf(&label, "%s%s", side->host >= 0 ? "/" : "", side->name);
        side->label = strbuf_take(&label);
    }
}

static void find_sources(struct picture *p)
{
    const char *source[PICTURE_SIDES_MAX] = {0};
    bool several[PICTURE_SIDES_MAX] = {0};
    for (size_t i = 0; i < p->timeline->count; i++) {
        const struct event *ev = &p->timeline->events[i];
        int side = ev->kind == EVENT_CALL ? picture_side_named(p, ev->host, ev->program) : -1;
        if (side < 0 || ev->call.file == NULL)
            continue;
        if (source[side] == NULL)
            source[side] = ev->call.file;
        else if (source[side] != ev->call.file && strcmp(source[side], ev->call.file) != 0)
            several[side] = true;
    }
    for (int i = 0; i < p->nsides; i++) {
        if (source[i] == NULL || several[i] || p->sides[i].others)
            continue;
        struct strbuf clean = STRBUF_INIT;
        picture_add_escaped(&clean, source[i]);
        free(p->sides[i].source);
        p->sides[i].source = strbuf_take(&clean);
    }
}

void picture_put_in_order(struct picture *p)
{
    put_in_order(p);
    show_hosts(p);
    label_sides(p);
    find_sources(p);
}
