/*
 * grade/intake_pick - which of a student's files are a lab's? See intake_class.h.
 *
 * First NN_name/SOURCE, then a file named SOURCE wherever it lies, the shallowest. Two that are
 * equally near and differ are a refusal: guessing would be grading the wrong file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/source.h"
#include "grade/intake.h"
#include "grade/intake_class.h"

enum { WANTED_MOST = 256 }; /* files read of one student */

static bool is_plain_file(const struct intake_item *item)
{
    return item->entry->kind == INTAKE_FILE && !item->entry->locked && !item->entry->escapes;
}

static bool same_folder(const char *a, const char *b)
{
    size_t n = (size_t)(file_name(a) - a);
    return n == (size_t)(file_name(b) - b) && memcmp(a, b, n) == 0;
}

bool intake_want(struct intake_context *c, struct intake_student *student)
{
    bool any = false;
    unsigned wanted = 0;
    for (size_t i = 0; i < student->nitems && wanted < WANTED_MOST; i++) {
        struct intake_item *item = &student->items[i];
        if (!intake_is_source(c, file_name(item->path)))
            continue;
        any = true;
        if (!is_plain_file(item))
            continue;
        item->entry->wanted = INTAKE_AS_SOURCE;
        wanted++;
        for (size_t k = 0; k < student->nitems && wanted < WANTED_MOST; k++) {
            struct intake_item *beside = &student->items[k];
            if (intake_is_header(file_name(beside->path)) && is_plain_file(beside) &&
                beside->entry->wanted == INTAKE_NOT_WANTED &&
                same_folder(item->path, beside->path)) {
                beside->entry->wanted = INTAKE_AS_SOURCE;
                wanted++;
            }
        }
    }
    return any;
}

int intake_same(const struct intake_entry *a, const struct intake_entry *b, struct error *err)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    int rc = a == b ? 1 : -1;
    if (a != b && a->size != b->size)
        rc = 0;
    else if (a != b && intake_entry_read(a, INTAKE_FILE_MOST, &x, err) == 0 &&
             intake_entry_read(b, INTAKE_FILE_MOST, &y, err) == 0)
        rc = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    strbuf_free(&x);
    strbuf_free(&y);
    return rc;
}

/* --- one source --- */

/* Small is near: 0 in the lab's own folder, else 1; then the depth. -1: another lab's. */
static int distance(const struct intake_context *c, const struct lab *lab, const char *path)
{
    int depth = 0;
    const char *parent = NULL;
    const char *at = path;
    for (const char *slash; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
        parent = at;
        depth++;
    }
    size_t n = parent != NULL ? (size_t)(at - 1 - parent) : 0;
    for (size_t i = 0; parent != NULL && i < c->nlabs; i++) {
        if (strlen(c->labs[i]->id) == n && memcmp(c->labs[i]->id, parent, n) == 0)
            return c->labs[i] == lab ? depth : -1;
    }
    return 1000 + depth;
}

struct choice {
    const struct intake_item *best, *rival;
    int distance;
};

/* Of those with this name, from the latest attempt that is not later than `attempt`. */
static void choose(struct choice *choice, const struct intake_context *c,
                   const struct intake_student *student, const struct lab *lab, const char *name,
                   unsigned attempt)
{
    *choice = (struct choice){NULL, NULL, 0};
    for (size_t i = 0; i < student->nitems; i++) {
        const struct intake_item *item = &student->items[i];
        if (item->attempt > attempt || strcmp(file_name(item->path), name) != 0)
            continue;
        int far = distance(c, lab, item->path);
        const struct intake_item *best = choice->best;
        if (far < 0)
            continue;
        if (best == NULL || item->attempt > best->attempt ||
            (item->attempt == best->attempt &&
             (far < choice->distance ||
              (best->entry->kind == INTAKE_FOLDER && item->entry->kind != INTAKE_FOLDER))))
            *choice = (struct choice){item, NULL, far};
        else if (item->attempt == best->attempt && far == choice->distance)
            choice->rival = item;
    }
}

/* 0 when the item can be taken; else -1 and a sentence. */
static int check_item(const struct intake_item *item, struct error *err)
{
    char *path = intake_shown(item->path);
    int rc = 0;
    if (item->entry->kind == INTAKE_FOLDER || item->entry->kind == INTAKE_CLOSED ||
        item->entry->kind == INTAKE_CUT)
        rc = error_set(err, "%s is a folder, not a file", path);
    else if (item->entry->kind == INTAKE_LINK)
        rc = error_set(err, "%s is a link; the file itself must be handed in", path);
    else if (item->entry->kind == INTAKE_SPECIAL)
        rc = error_set(err, "%s is a named pipe, a socket or a device, not a file", path);
    else if (item->entry->locked)
        rc = error_set(err, "%s is locked with a password", path);
    else if (item->entry->size > INTAKE_FILE_MOST)
        rc = error_set(err, "%s is too big: a source file may have %d bytes", path,
                       INTAKE_FILE_MOST);
    else {
        int fd = intake_entry_open(item->entry, err);
        rc = fd < 0 ? -1 : close(fd);
    }
    free(path);
    return rc;
}

static int check_choice(const struct choice *choice, struct error *err)
{
    if (check_item(choice->best, err) < 0)
        return -1;
    if (choice->rival == NULL)
        return 0;
    int same = choice->rival->entry->kind == INTAKE_FILE
                   ? intake_same(choice->best->entry, choice->rival->entry, err)
                   : 0;
    if (same != 0)
        return same < 0 ? -1 : 0;
    char *a = intake_shown(choice->best->path), *b = intake_shown(choice->rival->path);
    error_set(err, "%s and %s differ, and nothing tells which of them is meant; keep one", a, b);
    free(a);
    free(b);
    return -1;
}

/* --- one lab --- */

static void add_file(struct intake_handin *handin, const char *name,
                     const struct intake_entry *entry)
{
    handin->files = mem_resize(handin->files, handin->nfiles + 1, sizeof *handin->files);
    handin->files[handin->nfiles++] = (struct intake_file){mem_string(name), entry};
    if (entry->mtime > handin->handed_in)
        handin->handed_in = entry->mtime;
}

/* The headers beside a source, as build/source takes them. */
static int add_headers(struct intake_handin *handin, const struct intake_student *student,
                       const struct intake_item *source, unsigned attempt, struct error *err)
{
    for (size_t i = 0; i < student->nitems; i++) {
        const struct intake_item *item = &student->items[i];
        const char *name = file_name(item->path);
        if (!intake_is_header(name) || !is_plain_file(item) || item->attempt > attempt ||
            item->entry->size > INTAKE_FILE_MOST || !same_folder(source->path, item->path))
            continue;
        struct intake_file *there = NULL;
        for (size_t k = 0; k < handin->nfiles; k++) {
            if (strcmp(handin->files[k].name, name) == 0)
                there = &handin->files[k];
        }
        if (there == NULL) {
            if (handin->nfiles < SOURCE_HEADERS_MAX)
                add_file(handin, name, item->entry);
        } else if (student->flat) {
            there->entry = item->entry; /* sorted by name: Canvas's later one comes later */
        } else {
            int same = intake_same(there->entry, item->entry, err);
            if (same < 0)
                return -1;
            if (same == 0)
                return error_set(err, "there are two files %s that differ; keep one", name);
        }
    }
    return 0;
}

static void handin_free(struct intake_handin *handin)
{
    for (size_t i = 0; i < handin->nfiles; i++)
        free(handin->files[i].name);
    free(handin->files);
    free(handin->id);
    free(handin->name);
    free(handin->origin);
}

void intake_handins_free(struct intake_handins *handins)
{
    for (size_t i = 0; i < handins->count; i++)
        handin_free(&handins->list[i]);
    free(handins->list);
    *handins = (struct intake_handins){NULL, 0};
}

/* Of loose files, each attempt has its own. */
static char *origin_of(const struct intake_student *student, const struct intake_entry *entry)
{
    if (!student->flat)
        return mem_string(student->origin);
    char *shown = intake_shown(entry->path);
    char *origin = mem_format("%s: %s", entry->tree->origin, shown);
    free(shown);
    return origin;
}

/* 1: taken, 0: none of its files is there, -1: refused. */
static int pick_lab(struct intake_context *c, const struct intake_student *student,
                    const struct lab *lab, unsigned attempt, struct intake_handins *handins)
{
    struct error err;
    struct intake_handin handin = {.scheme = student->scheme, .lab = lab, .attempt = attempt};
    int rc = 0;
    for (unsigned i = 0; i < lab->nprograms && rc == 0; i++) {
        struct choice choice;
        choose(&choice, c, student, lab, lab->programs[i].source, attempt);
        if (choice.best == NULL)
            continue;
        rc = check_choice(&choice, &err);
        if (rc == 0)
            add_file(&handin, lab->programs[i].source, choice.best->entry);
        if (rc == 0)
            rc = add_headers(&handin, student, choice.best, attempt, &err);
    }
    if (rc < 0)
        intake_refuse(c, student->origin, student->id, student->name, "%s: %s", lab->id, err.text);
    if (rc < 0 || handin.nfiles == 0) {
        handin_free(&handin);
        return rc;
    }
    if (student->handed_in > 0)
        handin.handed_in = student->handed_in;
    handin.id = mem_string(student->id);
    handin.name = mem_string(student->name);
    handin.origin = origin_of(student, handin.files[0].entry);
    handins->list = mem_resize(handins->list, handins->count + 1, sizeof *handins->list);
    handins->list[handins->count++] = handin;
    return 1;
}

static bool is_of(const struct lab *lab, const char *name)
{
    for (unsigned i = 0; i < lab->nprograms; i++) {
        if (strcmp(lab->programs[i].source, name) == 0)
            return true;
    }
    return false;
}

/* The attempt after `after` that brings a file of the lab anew; UINT_MAX: none. */
static unsigned next_attempt(const struct intake_student *student, const struct lab *lab,
                             unsigned after, bool first)
{
    unsigned next = (unsigned)-1;
    for (size_t i = 0; i < student->nitems; i++) {
        const struct intake_item *item = &student->items[i];
        if ((first || item->attempt > after) && item->attempt < next &&
            is_of(lab, file_name(item->path)))
            next = item->attempt;
    }
    return next;
}

/* Does one file of the lab stand here more than once, as -1 and -2? Else the numbers tell only
 * which of the files were handed in again, and all belong together. */
static bool has_attempts(const struct intake_student *student, const struct lab *lab)
{
    for (size_t i = 0; i < student->nitems; i++) {
        const struct intake_item *a = &student->items[i];
        for (size_t k = i + 1; is_of(lab, file_name(a->path)) && k < student->nitems; k++) {
            const struct intake_item *b = &student->items[k];
            if (a->attempt != b->attempt && strcmp(file_name(a->path), file_name(b->path)) == 0)
                return true;
        }
    }
    return false;
}

/* True when something was found, taken or refused. */
static bool pick_attempts(struct intake_context *c, const struct intake_student *student,
                          const struct lab *lab, struct intake_handins *handins)
{
    if (!has_attempts(student, lab))
        return pick_lab(c, student, lab, (unsigned)-2, handins) != 0;
    int64_t last = 0;
    unsigned attempt = next_attempt(student, lab, 0, true);
    for (; attempt != (unsigned)-1; attempt = next_attempt(student, lab, attempt, false)) {
        if (pick_lab(c, student, lab, attempt, handins) != 1)
            continue;
        struct intake_handin *handin = &handins->list[handins->count - 1];
        if (handin->handed_in < last)
            handin->handed_in = last; /* the LMS's order counts, whatever the files' times say */
        last = handin->handed_in;
    }
    return true;
}

/* --- nothing there --- */

/* The student's file that was probably meant to be `source`, or NULL. */
static const struct intake_item *meant(const struct intake_context *c,
                                       const struct intake_student *student, const char *source,
                                       size_t most)
{
    const struct intake_item *best = NULL;
    for (size_t i = 0; i < student->nitems; i++) {
        const char *name = file_name(student->items[i].path);
        if (student->items[i].entry->kind == INTAKE_FOLDER || intake_is_source(c, name) ||
            intake_is_header(name))
            continue;
        size_t far = text_distance(name, source);
        if (far <= most && (best == NULL || far < text_distance(file_name(best->path), source)))
            best = &student->items[i];
    }
    return best;
}

/* A lab whose file is there under a name that is nearly right: told, since else the student would
 * count as one who has not handed in. */
static void tell_near(struct intake_context *c, const struct intake_student *student,
                      const struct lab *lab)
{
    for (unsigned i = 0; i < lab->nprograms; i++) {
        const struct intake_item *item = meant(c, student, lab->programs[i].source, 2);
        if (item == NULL)
            continue;
        char *shown = intake_shown(item->path);
        intake_refuse(c, student->origin, student->id, student->name,
                      "%s: found %s: did they mean %s?", lab->id, shown, lab->programs[i].source);
        free(shown);
        return;
    }
}

void intake_refuse_nothing(struct intake_context *c, const struct intake_student *student)
{
    struct strbuf why = STRBUF_INIT;
    unsigned told = 0;
    strbuf_puts(&why, "nothing of the labs' files is in it: ");
    for (size_t i = 0; i < c->nlabs; i++) {
        for (unsigned k = 0; k < c->labs[i]->nprograms; k++, told++) {
            if (told < 4)
                strbuf_printf(&why, "%s%s", told > 0 ? ", " : "", c->labs[i]->programs[k].source);
        }
    }
    if (told > 4)
        strbuf_printf(&why, " and %u more are looked for", told - 4);
    else
        strbuf_puts(&why, told == 1 ? " is looked for" : " are looked for");
    bool found = false;
    for (size_t i = 0; i < c->nlabs && !found; i++) {
        for (unsigned k = 0; k < c->labs[i]->nprograms && !found; k++) {
            const char *source = c->labs[i]->programs[k].source;
            const struct intake_item *item = meant(c, student, source, strlen(source) / 3);
            char *shown = item != NULL ? intake_shown(item->path) : NULL;
            found = item != NULL;
            if (found)
                strbuf_printf(&why, "; found %s: did they mean %s?", shown, source);
            free(shown);
        }
    }
    intake_refuse(c, student->origin, student->id, student->name, "%s", why.data);
    strbuf_free(&why);
}

/* What kept us from seeing all of it. */
static bool tell_hidden(struct intake_context *c, const struct intake_student *student)
{
    if (student->nitems > INTAKE_ENTRIES_MOST) {
        intake_refuse(c, student->origin, student->id, student->name,
                      "it holds more than %d files and folders", INTAKE_ENTRIES_MOST);
        return true;
    }
    for (size_t i = 0; i < student->nitems; i++) {
        const struct intake_item *item = &student->items[i];
        if (item->entry->kind != INTAKE_CUT && item->entry->kind != INTAKE_CLOSED)
            continue;
        char *shown = intake_shown(item->path);
        if (item->entry->kind == INTAKE_CUT)
            intake_refuse(c, student->origin, student->id, student->name,
                          "it holds more than %d files and folders, or they lie too deep: %s",
                          INTAKE_ENTRIES_MOST, shown);
        else
            intake_refuse(c, student->origin, student->id, student->name,
                          "cannot read the folder %s: %s", shown, strerror(item->entry->problem));
        free(shown);
        return true;
    }
    return false;
}

void intake_pick(struct intake_context *c, const struct intake_student *student,
                 struct intake_handins *handins)
{
    size_t refusals = c->all->nrefusals;
    bool any = false;
    if (tell_hidden(c, student))
        return;
    for (size_t i = 0; i < c->nlabs; i++) {
        if (pick_attempts(c, student, c->labs[i], handins))
            any = true;
    }
    for (size_t i = 0; any && i < c->nlabs; i++) {
        if (next_attempt(student, c->labs[i], 0, true) == (unsigned)-1)
            tell_near(c, student, c->labs[i]);
    }
    if (!any && c->all->nrefusals == refusals)
        intake_refuse_nothing(c, student);
}
