/* grade/class_notes: see class_notes.h. */
#include "grade/class_notes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "grade/policy_parts.h"

static void add_note(struct class_book *book, const char *text, bool urgent)
{
    book->notes[book->nnotes++] = (struct class_note){.text = text, .urgent = urgent};
}

/* --- extensions --- */

static bool has_student(const struct class_book *book, const char *id)
{
    unsigned i = 0;
    while (i < book->nstudents && strcmp(book->students[i].id, id) != 0)
        i++;
    return i < book->nstudents;
}

static void add_stranger(struct class_book *book, struct lab_store *memory, const char *path,
                         const char *id)
{
    const char **ids = mem_alloc((book->nstudents + 1) * sizeof *ids);
    for (unsigned i = 0; i < book->nstudents; i++)
        ids[i] = book->students[i].id;
    const char *near = text_nearest(id, ids, book->nstudents);
    const char *text =
        store_format(memory, "%s: extensions: nobody called \"%s\" has handed in anything", path,
                     id);
    if (near != NULL)
        text = store_format(memory, "%s; is \"%s\" meant?", text, near);
    add_note(book, text, near != NULL);
    free(ids);
}

static void add_strangers(struct class_book *book, struct lab_store *memory,
                          const struct policy *policy, const char *path)
{
    for (unsigned i = 0; i < policy->nextensions; i++) {
        const char *student = policy->extensions[i].student;
        if (!has_student(book, student) &&
            (i == 0 || strcmp(policy->extensions[i - 1].student, student) != 0))
            add_stranger(book, memory, path, student);
    }
}

/* --- labs --- */

static bool is_named(const struct policy *policy, const char *lab)
{
    unsigned i = 0;
    while (i < policy->nlabs && strcmp(policy->labs[i].id, lab) != 0)
        i++;
    return i < policy->nlabs;
}

static unsigned count_results(const struct class_book *book, unsigned lab)
{
    unsigned count = 0;
    for (unsigned s = 0; s < book->nstudents; s++) {
        const struct class_student *student = &book->students[s];
        unsigned r = 0;
        while (r < student->nresults && student->results[r].lab != lab)
            r++;
        count += r < student->nresults;
    }
    return count;
}

static void add_unasked(struct class_book *book, struct lab_store *memory,
                        const struct policy *policy, const char *path, unsigned i)
{
    const struct class_lab *lab = &book->labs[i];
    unsigned count = count_results(book, i);
    struct strbuf points = STRBUF_INIT;
    text_count(&points, lab->max_points, "point", "points");
    if (policy->nlabs > 0 && !is_named(policy, lab->id))
        add_note(book,
                 store_format(memory,
                              "%s: labs: %s is not named. %u of %u students handed it in, and it "
                              "counts its %s for everybody. Name it, with \"weight\": 0 to leave "
                              "it out.",
                              path, lab->id, count, book->nstudents, points.data),
                 true);
    else if (policy->nlabs == 0 && count < book->nstudents - count)
        add_note(book,
                 store_format(memory,
                              "%s was handed in by %u of %u students, and counts its %s for "
                              "everybody. --lab says which labs are graded, a policy which count.",
                              lab->id, count, book->nstudents, points.data),
                 true);
    strbuf_free(&points);
}

void class_add_notes(struct class_book *book, struct lab_store *memory, const struct policy *policy)
{
    const char *path = store_string(memory, policy->path != NULL ? policy->path : "policy");
    book->notes =
        store_alloc(memory, (policy->nextensions + book->nlabs + 1) * sizeof *book->notes);
    for (unsigned i = 0; i < book->nlabs && policy->rest.weight < 0; i++)
        add_unasked(book, memory, policy, path, i);
    add_strangers(book, memory, policy, path);
}
