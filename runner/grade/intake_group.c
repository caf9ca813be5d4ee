/*
 * grade/intake_group - whose files are these? From names only. See intake_class.h.
 *
 * An argument is one student's submission when it holds a lab's file or folder itself; else its
 * entries are students'. A single folder in it that is a class again (as in "class.zip: class/…")
 * is looked through.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/intake.h"
#include "grade/intake_class.h"

static const char people_file[] = "submission_metadata.yml";

void intake_refuse(struct intake_context *c, const char *origin, const char *student,
                   const char *name, const char *format, ...)
{
    struct submissions *all = c->all;
    all->refusals = mem_resize(all->refusals, all->nrefusals + 1, sizeof *all->refusals);
    struct refusal *refusal = &all->refusals[all->nrefusals++];
    refusal->origin = mem_string(origin);
    refusal->student = mem_string(student);
    refusal->name = mem_string(name);
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->why.text, sizeof refusal->why.text, format, args);
    va_end(args);
}

bool intake_is_source(const struct intake_context *c, const char *name)
{
    for (size_t i = 0; i < c->nlabs; i++) {
        for (unsigned k = 0; k < c->labs[i]->nprograms; k++) {
            if (strcmp(c->labs[i]->programs[k].source, name) == 0)
                return true;
        }
    }
    return false;
}

static bool is_lab(const struct intake_context *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->nlabs; i++) {
        if (strlen(c->labs[i]->id) == len && memcmp(c->labs[i]->id, name, len) == 0)
            return true;
    }
    return false;
}

/* What follows the prefix, or NULL when the entry is not below it or is not to be used. */
static const char *below(const struct intake_entry *e, const char *prefix)
{
    size_t n = strlen(prefix);
    return !e->escapes && strncmp(e->path, prefix, n) == 0 && e->path[n] != '\0' ? e->path + n
                                                                                 : NULL;
}

static bool is_folder(const struct intake_entry *e, const char *rest)
{
    return strchr(rest, '/') != NULL || e->kind == INTAKE_FOLDER || e->kind == INTAKE_CLOSED ||
           e->kind == INTAKE_CUT;
}

static bool named_archive(const struct intake_entry *e, const char *name)
{
    return e->kind == INTAKE_FILE && (intake_archive_stem(name) > 0 || e->sniffed);
}

bool intake_is_archive(const struct intake_item *item)
{
    return named_archive(item->entry, file_name(item->path));
}

/* --- what kind of folder is it? --- */

static bool holds_a_lab(const struct intake_context *c, const struct intake_tree *tree,
                        const char *prefix)
{
    for (size_t i = 0; i < tree->count; i++) {
        const char *rest = below(tree->entries[i], prefix);
        if (rest == NULL)
            continue;
        size_t n = strcspn(rest, "/");
        if (rest[n] == '\0' && (intake_is_source(c, rest) || strcmp(rest, "progress.json") == 0 ||
                                strcmp(rest, "compile_flags.txt") == 0))
            return true;
        if (is_folder(tree->entries[i], rest) && is_lab(c, rest, n))
            return true;
    }
    return false;
}

static bool is_lms(const char *rest, bool folder)
{
    struct intake_who who;
    char *name = mem_format("%.*s", (int)strcspn(rest, "/"), rest);
    bool yes = intake_who_lms(&who, name, folder);
    intake_who_free(&who);
    free(name);
    return yes || strcmp(rest, people_file) == 0;
}

/* "class/" when the top holds this folder and nothing else that could be handed in; else NULL. The
 * caller frees. */
static char *only_folder(const struct intake_tree *tree)
{
    char *only = NULL;
    for (size_t i = 0; i < tree->count; i++) {
        const struct intake_entry *e = tree->entries[i];
        const char *rest = below(e, "");
        if (rest == NULL)
            continue;
        bool folder = is_folder(e, rest);
        size_t n = strcspn(rest, "/");
        bool other = folder ? only != NULL && (strlen(only) != n + 1 || memcmp(only, rest, n) != 0)
                            : intake_is_c(rest) || named_archive(e, rest) || is_lms(rest, false);
        if (other) {
            free(only);
            return NULL;
        }
        if (folder && only == NULL)
            only = mem_format("%.*s/", (int)n, rest);
    }
    return only;
}

/* Do two folders below it hold a file of the same lab? Then they are two students'. The entries are
 * sorted by path, so those of one folder stand together. */
static bool two_do_the_same(const struct intake_tree *tree, const char *prefix, const char *source)
{
    const char *first = NULL;
    size_t first_len = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const char *rest = below(tree->entries[i], prefix);
        if (rest == NULL || strchr(rest, '/') == NULL || strcmp(file_name(rest), source) != 0)
            continue;
        size_t n = strcspn(rest, "/");
        if (first != NULL && (n != first_len || memcmp(first, rest, n) != 0))
            return true;
        first = rest;
        first_len = n;
    }
    return false;
}

static bool is_class(const struct intake_context *c, const struct intake_tree *tree,
                     const char *prefix)
{
    unsigned archives = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const char *rest = below(tree->entries[i], prefix);
        if (rest == NULL)
            continue;
        if (is_lms(rest, is_folder(tree->entries[i], rest)))
            return true;
        if (strchr(rest, '/') == NULL && named_archive(tree->entries[i], rest) && ++archives == 2)
            return true;
    }
    for (size_t i = 0; i < c->nlabs; i++) {
        for (unsigned k = 0; k < c->labs[i]->nprograms; k++) {
            if (two_do_the_same(tree, prefix, c->labs[i]->programs[k].source))
                return true;
        }
    }
    return false;
}

struct intake_entry *intake_find_people(const struct intake_tree *tree)
{
    char *only = only_folder(tree);
    struct intake_entry *found = NULL;
    for (size_t i = 0; i < tree->count && found == NULL; i++) {
        struct intake_entry *e = tree->entries[i];
        const char *rest = below(e, "");
        if (only != NULL && rest != NULL && strncmp(rest, only, strlen(only)) == 0)
            rest += strlen(only);
        if (e->kind == INTAKE_FILE && rest != NULL && strcmp(rest, people_file) == 0)
            found = e;
    }
    free(only);
    return found;
}

/* --- students --- */

void intake_student_add(struct intake_student *student, struct intake_entry *entry,
                        const char *path, unsigned attempt)
{
    if ((student->nitems & (student->nitems - 1)) == 0)
        student->items = mem_resize(student->items, student->nitems == 0 ? 1 : student->nitems * 2,
                                    sizeof *student->items);
    student->items[student->nitems++] = (struct intake_item){entry, mem_string(path), attempt};
}

/* Takes `origin` over, and what it needs from *who. */
static struct intake_student *add_student(struct intake_class *class, const struct intake_who *who,
                                          char *origin)
{
    if ((class->count & (class->count - 1)) == 0)
        class->list =
            mem_resize(class->list, class->count == 0 ? 1 : class->count * 2, sizeof *class->list);
    struct intake_student *s = &class->list[class->count++];
    *s = (struct intake_student){.scheme = who->scheme,
                                 .id = mem_string(who->id),
                                 .name = mem_string(who->name),
                                 .origin = origin};
    return s;
}

void intake_class_free(struct intake_class *class)
{
    for (size_t i = 0; i < class->count; i++) {
        struct intake_student *s = &class->list[i];
        for (size_t k = 0; k < s->nitems; k++)
            free(s->items[k].path);
        free(s->items);
        free(s->id);
        free(s->name);
        free(s->origin);
    }
    free(class->list);
    *class = (struct intake_class){NULL, 0};
}

struct grouping {
    struct intake_context *c;
    struct intake_class *class;
    struct intake_tree *tree;
    const char *prefix; /* "" or "class/" */
    char *parent;       /* the folder around the students */
    const struct intake_people *people;
    size_t first; /* of class->list: those of this tree */
};

static char *origin_of(const struct grouping *g, const char *rest, size_t len)
{
    char *part = mem_format("%s%.*s", g->prefix, (int)len, rest);
    char *shown = intake_shown(part);
    char *origin = mem_format("%s: %s", g->tree->origin, shown);
    free(part);
    free(shown);
    return origin;
}

/* A loose file, as Canvas and older Moodles export them. */
static void add_flat(struct grouping *g, const struct intake_who *who, struct intake_entry *e,
                     const char *rest)
{
    struct intake_student *found = NULL;
    for (size_t i = g->class->count; i > g->first && found == NULL; i--) {
        struct intake_student *s = &g->class->list[i - 1];
        if (s->flat && s->scheme == who->scheme && strcmp(s->id, who->id) == 0)
            found = s;
    }
    if (found == NULL) {
        found = add_student(g->class, who, origin_of(g, rest, strlen(rest)));
        found->flat = true;
    }
    intake_student_add(found, e, who->file, who->attempt);
}

/* "anna_udp_echo.c": the source's name, and before it the student's. */
static bool flat_plain(const struct grouping *g, struct intake_who *who, const char *rest)
{
    size_t len = strlen(rest);
    for (size_t i = 0; i < g->c->nlabs; i++) {
        for (unsigned k = 0; k < g->c->labs[i]->nprograms; k++) {
            const char *source = g->c->labs[i]->programs[k].source;
            size_t n = strlen(source);
            if (len < n + 2 || strcmp(rest + len - n, source) != 0 ||
                (rest[len - n - 1] != '_' && rest[len - n - 1] != '-'))
                continue;
            char *name = mem_format("%.*s", (int)(len - n - 1), rest);
            intake_who_plain(who, name, NULL);
            who->file = mem_string(source);
            free(name);
            return true;
        }
    }
    return false;
}

static void group_file(struct grouping *g, struct intake_entry *e, const char *rest)
{
    struct intake_who who = {INTAKE_PLAIN, NULL, NULL, NULL, 0};
    char *origin = origin_of(g, rest, strlen(rest));
    if (e->kind == INTAKE_LINK) {
        intake_refuse(g->c, origin, NULL, NULL,
                      "it is a symbolic link, and links are not followed; put the folder or file "
                      "itself there");
    } else if (e->kind == INTAKE_SPECIAL) {
        intake_refuse(g->c, origin, NULL, NULL,
                      "it is a named pipe, a socket or a device, not a file");
    } else if (intake_who_lms(&who, rest, false)) {
        add_flat(g, &who, e, rest);
    } else if (named_archive(e, rest)) {
        size_t stem = intake_archive_stem(rest);
        char *name = mem_format("%.*s", (int)(stem > 0 ? stem : strlen(rest)), rest);
        if (!intake_who_lms(&who, name, true))
            intake_who_plain(&who, name, g->parent);
        intake_student_add(add_student(g->class, &who, mem_string(origin)), e, rest, 0);
        free(name);
    } else if (flat_plain(g, &who, rest)) {
        add_flat(g, &who, e, rest);
    } else if (intake_is_c(rest)) {
        intake_refuse(g->c, origin, NULL, NULL,
                      "its name tells neither a student nor a lab; put it into a folder named like "
                      "the student, or name it STUDENT_%s",
                      g->c->nlabs > 0 ? g->c->labs[0]->programs[0].source : "SOURCE.c");
    }
    intake_who_free(&who);
    free(origin);
}

/* --- folders --- */

/* Adds one student for each submitter that Gradescope tells; false when it tells none. */
static bool group_people(struct grouping *g, const char *name, const char *rest, size_t len)
{
    bool any = false;
    for (size_t i = 0; i < g->people->count; i++) {
        const struct intake_person *p = &g->people->list[i];
        if (strcmp(p->folder, name) != 0 || (p->id == NULL && p->name == NULL))
            continue;
        struct intake_who who = {INTAKE_GRADESCOPE, p->id != NULL ? p->id : p->name, p->name, NULL,
                                 0};
        add_student(g->class, &who, origin_of(g, rest, len))->handed_in = p->created_at;
        any = true;
    }
    return any;
}

static void start_folder(struct grouping *g, const char *rest, size_t len)
{
    struct intake_who who;
    char *name = mem_format("%.*s", (int)len, rest);
    if (!group_people(g, name, rest, len)) {
        if (!intake_who_lms(&who, name, true))
            intake_who_plain(&who, name, g->parent);
        add_student(g->class, &who, origin_of(g, rest, len));
        intake_who_free(&who);
    }
    free(name);
}

/* Texts typed into Moodle's form, beside the files. */
static bool is_online_text(const char *rest, size_t len)
{
    static const char mark[] = "_assignsubmission_onlinetext";
    const char *at = strstr(rest, mark);
    return at != NULL && at < rest + len;
}

static void group_entries(struct grouping *g)
{
    const char *current = NULL; /* the folder that is read, and its students from `from` on */
    size_t current_len = 0, from = 0;
    for (size_t i = 0; i < g->tree->count; i++) {
        struct intake_entry *e = g->tree->entries[i];
        const char *rest = below(e, g->prefix);
        size_t n = rest != NULL ? strcspn(rest, "/") : 0;
        if (rest == NULL || is_online_text(rest, n))
            continue;
        if (!is_folder(e, rest)) {
            group_file(g, e, rest);
            continue;
        }
        if (current == NULL || n != current_len || memcmp(current, rest, n) != 0) {
            current = rest;
            current_len = n;
            from = g->class->count;
            start_folder(g, rest, n);
        }
        for (size_t k = from; k < g->class->count; k++) {
            if (!g->class->list[k].flat)
                intake_student_add(&g->class->list[k], e,
                                   rest[n] != '\0' && rest[n + 1] != '\0' ? rest + n + 1 : ".", 0);
        }
    }
}

static void group_one(struct grouping *g, const char *name, const char *origin)
{
    struct intake_who who;
    size_t stem = g->tree->archive >= 0 ? intake_archive_stem(name) : 0;
    char *bare = mem_format("%.*s", (int)(stem > 0 ? stem : strlen(name)), name);
    if (!intake_who_lms(&who, bare, true))
        intake_who_plain(&who, bare, NULL);
    struct intake_student *s = add_student(g->class, &who, mem_string(origin));
    for (size_t i = 0; i < g->tree->count; i++) {
        const char *rest = below(g->tree->entries[i], g->prefix);
        if (rest != NULL)
            intake_student_add(s, g->tree->entries[i], rest, 0);
    }
    intake_who_free(&who);
    free(bare);
}

static void refuse_escapes(struct grouping *g)
{
    unsigned told = 0;
    for (size_t i = 0; i < g->tree->count; i++) {
        if (!g->tree->entries[i]->escapes || told++ >= 10)
            continue;
        char *shown = intake_shown(g->tree->entries[i]->path);
        intake_refuse(g->c, g->tree->origin, NULL, NULL,
                      "an entry was left out, since its name leads out of the archive: %s", shown);
        free(shown);
    }
}

void intake_group(struct intake_context *c, struct intake_class *class, struct intake_tree *tree,
                  const char *name, const struct intake_people *people)
{
    struct grouping g = {c, class, tree, "", mem_string(name), people, class->count};
    char *only = NULL;
    refuse_escapes(&g);
    if (holds_a_lab(c, tree, "")) {
        group_one(&g, name, tree->origin);
    } else {
        only = only_folder(tree);
        if (only != NULL && !holds_a_lab(c, tree, only) && is_class(c, tree, only)) {
            g.prefix = only;
            free(g.parent);
            g.parent = mem_format("%.*s", (int)strlen(only) - 1, only);
        }
        group_entries(&g);
    }
    free(only);
    free(g.parent);
}
