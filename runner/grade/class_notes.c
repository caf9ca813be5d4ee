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

/* Those that count unasked, each with how many have handed it in; and how many labs that are. */
static unsigned list_unasked(const struct class_book *book, const struct policy *policy,
                             struct strbuf *list)
{
    unsigned labs = 0;
    for (unsigned i = 0; i < book->nlabs; i++) {
        unsigned count = count_results(book, i);
        if (policy->nlabs > 0 ? is_named(policy, book->labs[i].id)
                              : count >= book->nstudents - count)
            continue;
        strbuf_printf(list, "%s%s (%u of %u)", labs++ > 0 ? ", " : "", book->labs[i].id, count,
                      book->nstudents);
    }
    return labs;
}

static void add_unasked(struct class_book *book, struct lab_store *memory,
                        const struct policy *policy, const char *path)
{
    struct strbuf list = STRBUF_INIT;
    unsigned labs = policy->rest.weight < 0 ? list_unasked(book, policy, &list) : 0;
    const char *text = NULL;
    if (labs > 0 && policy->nlabs > 0)
        text = store_format(memory,
                            "%s: labs that are not named, but were handed in, count their points "
                            "for everybody: %s. Name them, with \"weight\": 0 to leave them out.",
                            path, list.data);
    else if (labs > 0)
        text = store_format(memory,
                            "Labs that few have handed in count their points for everybody: %s. "
                            "--lab says which labs are graded, a policy which count.",
                            list.data);
    if (text != NULL)
        add_note(book, text, true);
    strbuf_free(&list);
}

void class_add_notes(struct class_book *book, struct lab_store *memory, const struct policy *policy)
{
    const char *path = store_string(memory, policy->path != NULL ? policy->path : "policy");
    book->notes = store_alloc(memory, (policy->nextensions + 1) * sizeof *book->notes);
    add_unasked(book, memory, policy, path);
    add_strangers(book, memory, policy, path);
}
