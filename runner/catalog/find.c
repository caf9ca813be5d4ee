/* catalog/find: all labs of a folder, and finding one by what a person types (lab.h). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/lab.h"

static int by_number(const void *a, const void *b)
{
    const struct lab *x = *(struct lab *const *)a, *y = *(struct lab *const *)b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void add_lab(struct catalog *cat, struct lab *lab)
{
    cat->labs = mem_resize(cat->labs, cat->nlabs + 1, sizeof(struct lab *));
    cat->labs[cat->nlabs++] = lab;
}

static void add_broken(struct catalog *cat, const char *name, const struct error *err)
{
    cat->broken = mem_resize(cat->broken, cat->nbroken + 1, sizeof *cat->broken);
    cat->broken[cat->nbroken++] = (struct broken_lab){.name = mem_string(name), .err = *err};
}

/* A folder with a lab.json is a lab; so is one whose name says so, though it has none. */
static bool is_lab_folder(const char *dir, const char *name)
{
    if (name[0] == '.' || !file_is_dir(dir))
        return false;
    if (isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && name[2] == '_')
        return true;
    char *file = file_join(dir, "lab.json");
    bool has = file_exists(file);
    free(file);
    return has;
}

static void load_folder(struct catalog *cat, const char *labs_dir, const char *name)
{
    char *dir = file_join(labs_dir, name);
    if (is_lab_folder(dir, name)) {
        char *file = file_join(dir, "lab.json");
        struct error err;
        struct lab *lab = lab_load(file, &err);
        if (lab != NULL)
            add_lab(cat, lab);
        else
            add_broken(cat, name, &err);
        free(file);
    }
    free(dir);
}

int catalog_load(struct catalog *cat, const char *labs_dir, struct error *err)
{
    struct file_list list = {0};
    *cat = (struct catalog){0};
    if (file_list(labs_dir, &list, err) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        load_folder(cat, labs_dir, list.names[i]);
    file_list_free(&list);
    if (cat->nlabs > 1)
        qsort(cat->labs, cat->nlabs, sizeof(struct lab *), by_number);
    return 0;
}

void catalog_free(struct catalog *cat)
{
    for (unsigned i = 0; i < cat->nlabs; i++)
        lab_free(cat->labs[i]);
    for (unsigned i = 0; i < cat->nbroken; i++)
        free(cat->broken[i].name);
    free(cat->labs);
    free(cat->broken);
    *cat = (struct catalog){0};
}

/* Is `typed` the number, id or name that belongs to the id? */
static bool is_called(const char *id, const char *typed)
{
    if (strcmp(id, typed) == 0)
        return true;
    size_t digits = strspn(id, "0123456789");
    if (digits == 0 || id[digits] != '_')
        return false;
    if (strcmp(id + digits + 1, typed) == 0)
        return true;
    size_t zeros = strspn(typed, "0");
    const char *number = id + strspn(id, "0");
    size_t significant = (size_t)(id + digits - number);
    return significant > 0 && strlen(typed) <= 9 && strlen(typed + zeros) == significant &&
           strncmp(typed + zeros, number, significant) == 0;
}

static const struct lab *not_found(const struct catalog *cat, const char *typed, struct error *err)
{
    const char **known = mem_alloc(((size_t)cat->nlabs * 2 + 1) * sizeof *known);
    for (unsigned i = 0; i < cat->nlabs; i++) {
        known[i] = cat->labs[i]->id;
        known[cat->nlabs + i] = cat->labs[i]->id + 3;
    }
    const char *near = text_nearest(typed, known, (size_t)cat->nlabs * 2);
    struct strbuf shown = STRBUF_INIT;
    bytes_quote(&shown, typed, strlen(typed), 40);
    if (near != NULL)
        error_set(err, "there is no lab %s; did you mean %s?", shown.data, near);
    else
        error_set(err, "there is no lab %s; `list` shows which there are", shown.data);
    strbuf_free(&shown);
    free(known);
    return NULL;
}

const struct lab *catalog_find(const struct catalog *cat, const char *name, struct error *err)
{
    for (unsigned i = 0; i < cat->nlabs; i++)
        if (is_called(cat->labs[i]->id, name))
            return cat->labs[i];
    for (unsigned i = 0; i < cat->nbroken; i++) {
        if (is_called(cat->broken[i].name, name)) {
            error_set(err, "%s", cat->broken[i].err.text);
            return NULL;
        }
    }
    return not_found(cat, name, err);
}
