/*
 * grade/intake_settle - who is the same student? See intake_put.h.
 *
 * - An id that a learning platform gave is believed: the same id is the same student, and what
 * comes for one lab more than once is an attempt. Other ids stay apart, whatever the names.
 * - A name (of a folder or an archive) is believed when it is the same byte for byte: "anna" in two
 *   arguments is one student, with one submission for each lab. Two different ones for one lab are
 *   refused, both: nothing tells which counts.
 * - Names that differ only in upper and lower case, or in how they are encoded, are refused, both.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "grade/intake_put.h"

static int by_lab_and_time(const void *a, const void *b)
{
    const struct intake_handin *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    if (order == 0)
        order = strcmp(x->lab->id, y->lab->id);
    if (order == 0)
        order = (x->handed_in > y->handed_in) - (x->handed_in < y->handed_in);
    if (order == 0)
        order = (x->attempt > y->attempt) - (x->attempt < y->attempt);
    return order != 0 ? order : strcmp(x->origin, y->origin);
}

/* 1, 0, or -1 and *err. */
static int same_files(const struct intake_handin *a, const struct intake_handin *b,
                      struct error *err)
{
    if (a->nfiles != b->nfiles)
        return 0;
    for (size_t i = 0; i < a->nfiles; i++) {
        const struct intake_file *other = NULL;
        for (size_t k = 0; k < b->nfiles; k++) {
            if (strcmp(a->files[i].name, b->files[k].name) == 0)
                other = &b->files[k];
        }
        int same = other != NULL ? intake_same(a->files[i].entry, other->entry, err) : 0;
        if (same != 1)
            return same;
    }
    return 1;
}

/* --- names that are nearly the same --- */

struct folded {
    char *text;
    size_t index; /* of the hand-in */
};

static int by_folded(const void *a, const void *b)
{
    const struct folded *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static bool is_same_person(const struct intake_handin *a, const struct intake_handin *b)
{
    return a->scheme == b->scheme && strcmp(a->id, b->id) == 0;
}

/* Refuses those of list[0 … count) when they are not all one person. */
static void settle_person(struct intake_context *c, struct intake_handins *handins,
                          const struct folded *list, size_t count)
{
    const char *last = "";
    const struct intake_handin *first = &handins->list[list[0].index], *other = NULL;
    for (size_t i = 1; i < count && other == NULL; i++) {
        if (!is_same_person(first, &handins->list[list[i].index]))
            other = &handins->list[list[i].index];
    }
    for (size_t i = 0; i < count && other != NULL; i++) {
        struct intake_handin *handin = &handins->list[list[i].index];
        const struct intake_handin *rival = is_same_person(first, handin) ? other : first;
        handin->attempt = 0;
        if (strcmp(handin->origin, last) != 0)
            intake_refuse(
                c, handin->origin, handin->id, handin->name,
                "the student's name can hardly be told from that of %s (\"%s\"); if it is "
                "one student, keep one of them, else rename one",
                rival->origin, rival->id);
        last = handin->origin;
    }
}

static void settle_names(struct intake_context *c, struct intake_handins *handins)
{
    struct folded *list = mem_alloc((handins->count + 1) * sizeof *list);
    for (size_t i = 0; i < handins->count; i++)
        list[i] = (struct folded){intake_folded(handins->list[i].id), i};
    qsort(list, handins->count, sizeof *list, by_folded);
    for (size_t i = 0, k; i < handins->count; i = k) {
        for (k = i + 1; k < handins->count && strcmp(list[i].text, list[k].text) == 0;)
            k++;
        settle_person(c, handins, list + i, k - i);
    }
    for (size_t i = 0; i < handins->count; i++)
        free(list[i].text);
    free(list);
}

/* --- one student's hand-ins for one lab, by time --- */

static void refuse_read(struct intake_context *c, struct intake_handin *handin,
                        const struct error *why)
{
    intake_refuse(c, handin->origin, handin->id, handin->name, "%s: %s", handin->lab->id,
                  why->text);
    handin->attempt = 0;
}

/* Nothing but a name says that they are one student's: the same files count once, others not. */
static void settle_plain(struct intake_context *c, struct intake_handin *list, size_t count)
{
    struct error err;
    size_t differs = 0;
    for (size_t i = 1; i < count && differs == 0; i++) {
        int same = same_files(&list[0], &list[i], &err);
        if (same < 0) {
            refuse_read(c, &list[i], &err);
            return;
        }
        if (same == 0)
            differs = i;
    }
    for (size_t i = 0; i < count; i++)
        list[i].attempt = i == 0 && differs == 0;
    for (size_t i = 0; i < count && differs > 0; i++)
        intake_refuse(c, list[i].origin, list[i].id, list[i].name,
                      "%s: two submissions that differ go by the name \"%s\", this one and %s; "
                      "keep one",
                      list[i].lab->id, list[i].id, list[i == 0 ? differs : 0].origin);
}

static void settle_attempts(struct intake_handin *list, size_t count)
{
    unsigned number = 0;
    for (size_t i = 0; i < count; i++) {
        struct error err;
        bool again = false; /* the same export, given twice */
        for (size_t k = i; k > 0 && !again && list[k - 1].handed_in == list[i].handed_in; k--)
            again = list[k - 1].attempt != 0 && same_files(&list[k - 1], &list[i], &err) == 1;
        list[i].attempt = again ? 0 : ++number;
    }
}

void intake_settle(struct intake_context *c, struct intake_handins *handins)
{
    struct intake_handin *list = handins->list;
    if (handins->count == 0)
        return;
    qsort(list, handins->count, sizeof *list, by_lab_and_time);
    for (size_t i = 0, k; i < handins->count; i = k) {
        for (k = i + 1; k < handins->count && strcmp(list[i].id, list[k].id) == 0 &&
                        list[i].lab == list[k].lab;)
            k++;
        if (list[i].scheme == INTAKE_PLAIN)
            settle_plain(c, list + i, k - i);
        else
            settle_attempts(list + i, k - i);
    }
    settle_names(c, handins);
}
