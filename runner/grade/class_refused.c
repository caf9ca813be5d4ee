/* grade/class_refused: see class_refused.h. */
#include "grade/class_refused.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- students --- */

static int compare_students(const void *a, const void *b)
{
    const struct class_student *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static bool has_student(const struct class_book *book, const char *id)
{
    struct class_student key = {.id = id};
    return book->nstudents > 0 &&
           bsearch(&key, book->students, book->nstudents, sizeof key, compare_students) != NULL;
}

static bool has_folder(const struct class_book *book, const char *folder)
{
    for (unsigned i = 0; i < book->nstudents; i++) {
        if (strcmp(book->students[i].folder, folder) == 0)
            return true;
    }
    return false;
}

/* A safe and free name made of the id: letters and digits of ASCII stay. */
static const char *make_folder(const struct class_book *book, struct lab_store *memory,
                               const char *id)
{
    char name[49];
    size_t len = 0;
    for (; len < sizeof name - 1 && id[len] != '\0'; len++) {
        unsigned char c = (unsigned char)id[len];
        bool safe = c < 0x80 && (isalnum(c) || c == '-' || (c == '.' && len > 0));
        name[len] = safe ? (char)c : '_';
    }
    name[len] = '\0';
    const char *folder = store_format(memory, "students/%s", len > 0 ? name : "_");
    for (unsigned n = 2; has_folder(book, folder); n++)
        folder = store_format(memory, "students/%s-%u", name, n);
    return folder;
}

/* As some refusal of that student tells it, of which the first is the i-th; else the id. */
static const char *name_of(const struct class_book *book, unsigned i)
{
    const char *id = book->refusals[i].student;
    for (; i < book->nrefusals && strcmp(book->refusals[i].student, id) == 0; i++)
        if (book->refusals[i].name != NULL)
            return book->refusals[i].name;
    return id;
}

/* Those of the refusals, which are in the order of their students, who have no result. */
static void add_students(struct class_book *book, struct lab_store *memory)
{
    const struct class_student *old = book->students;
    unsigned known = book->nstudents, all = known;
    struct class_student *list = store_alloc(memory, (known + book->nrefusals + 1) * sizeof *list);
    if (known > 0)
        memcpy(list, old, known * sizeof *list);
    for (unsigned i = 0; i < book->nrefusals; i++) {
        const char *id = book->refusals[i].student;
        if (id == NULL || has_student(book, id) ||
            (all > known && strcmp(list[all - 1].id, id) == 0))
            continue;
        list[all++] = (struct class_student){.id = id, .name = name_of(book, i)};
    }
    book->students = list;
    for (book->nstudents = known; book->nstudents < all; book->nstudents++)
        list[book->nstudents].folder = make_folder(book, memory, list[book->nstudents].id);
    qsort(list, all, sizeof *list, compare_students);
}

/* --- refusals --- */

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_refusals(const void *a, const void *b)
{
    const struct class_refusal *x = a, *y = b;
    int order = compare_texts(x->student, y->student);
    if (order == 0)
        order = strcmp(x->submission, y->submission);
    return order != 0 ? order : strcmp(x->why, y->why);
}

void class_add_refusals(struct class_book *book, struct lab_store *memory,
                        const struct journal *journal)
{
    size_t all = journal_refusals(journal), kept = 0;
    struct class_refusal *list = store_alloc(memory, (all + 1) * sizeof *list);
    for (size_t i = 0; i < all; i++) {
        const struct journal_refusal *r = journal_refusal(journal, i);
        list[i] = (struct class_refusal){
            .submission = store_string(memory, r->submission),
            .student = r->student != NULL ? store_string(memory, r->student) : NULL,
            .name = r->name != NULL ? store_string(memory, r->name) : NULL,
            .why = store_string(memory, r->why),
        };
    }
    qsort(list, all, sizeof *list, compare_refusals);
    for (size_t i = 0; i < all; i++) { /* what was given twice was refused twice */
        if (kept == 0 || compare_refusals(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    book->refusals = list;
    book->nrefusals = (unsigned)kept;
    add_students(book, memory);
}

/* --- folders --- */

static int compare_folders(const void *a, const void *b)
{
    const struct class_student *x = *(const struct class_student *const *)a,
                               *y = *(const struct class_student *const *)b;
    int order = strcmp(x->folder, y->folder);
    return order != 0 ? order : strcmp(x->id, y->id);
}

int class_check_folders(const struct class_book *book, struct error *err)
{
    int rc = 0;
    const struct class_student **list = mem_alloc((book->nstudents + 1) * sizeof *list);
    for (unsigned i = 0; i < book->nstudents; i++)
        list[i] = &book->students[i];
    qsort(list, book->nstudents, sizeof *list, compare_folders);
    for (unsigned i = 1; i < book->nstudents && rc == 0; i++) {
        if (strcmp(list[i - 1]->folder, list[i]->folder) == 0)
            rc = error_set(err,
                           "the students \"%s\" and \"%s\" have the same folder, %s: grade one of"
                           " them under another name",
                           list[i - 1]->id, list[i]->id, list[i]->folder);
    }
    free(list);
    return rc;
}
