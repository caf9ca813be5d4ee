/*
 * grade/class - the book of a class, of a journal and a policy (policy.h: class_assemble).
 *
 * - Nothing depends on the order of lines: the journal sorts its entries, refusals are sorted here,
 *   and what is told of a student is chosen by what it says, not by where it stood.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "grade/class_notes.h"
#include "grade/class_read.h"
#include "grade/class_refused.h"
#include "grade/dates.h"
#include "grade/policy_parts.h"

struct class_store {
    struct lab_store *memory;
};

struct assembly {
    struct class_book *book;
    struct lab_store *memory;
    const struct policy *policy;
    const struct catalog *catalog;
    const struct journal *journal; /* its entries: by student, lab, attempt */
    int64_t *weights;              /* of each lab, of WEIGHT_ONE */
    int64_t sum;                   /* of them */
};

/* --- labs --- */

static bool wanted(const struct assembly *a, const char *lab)
{
    for (unsigned i = 0; i < a->policy->nlabs; i++) {
        if (strcmp(a->policy->labs[i].id, lab) == 0)
            return true;
    }
    for (size_t i = 0; i < journal_count(a->journal); i++) {
        if (strcmp(journal_at(a->journal, i)->lab, lab) == 0)
            return true;
    }
    return false;
}

static unsigned find_lab(const struct class_book *book, const char *id)
{
    unsigned i = 0;
    while (i < book->nlabs && strcmp(book->labs[i].id, id) != 0)
        i++;
    return i;
}

static void add_lab(struct assembly *a, const char *id, const char *title, unsigned points)
{
    struct class_book *book = a->book;
    if ((book->nlabs & (book->nlabs - 1)) == 0) { /* doubled when it is full */
        struct class_lab *grown = store_alloc(a->memory, (book->nlabs * 2 + 1) * sizeof *grown);
        if (book->nlabs > 0)
            memcpy(grown, book->labs, book->nlabs * sizeof *grown);
        book->labs = grown;
    }
    const char *due = policy_terms(a->policy, id)->due_text;
    book->labs[book->nlabs++] = (struct class_lab){
        .id = store_string(a->memory, id),
        .title = store_string(a->memory, title),
        .max_points = points,
        .due = due != NULL ? store_string(a->memory, due) : NULL,
    };
}

static int compare_labs(const void *a, const void *b)
{
    const struct class_lab *x = a, *y = b;
    return strcmp(x->id, y->id);
}

/* In the order of the catalog; behind them those it does not have, by name. */
static void add_labs(struct assembly *a)
{
    for (unsigned i = 0; i < a->catalog->nlabs; i++) {
        const struct lab *lab = a->catalog->labs[i];
        if (wanted(a, lab->id))
            add_lab(a, lab->id, lab->title, lab->points);
    }
    unsigned known = a->book->nlabs;
    for (size_t i = 0; i < journal_count(a->journal); i++) {
        const char *id = journal_at(a->journal, i)->lab;
        if (find_lab(a->book, id) == a->book->nlabs)
            add_lab(a, id, id, 0);
    }
    if (a->book->nlabs > known)
        qsort(a->book->labs + known, a->book->nlabs - known, sizeof *a->book->labs, compare_labs);
}

/* When all results are read: what a lab is worth may be in their verdicts only. */
static void weigh_labs(struct assembly *a)
{
    struct class_book *book = a->book;
    a->weights = mem_alloc((book->nlabs + 1) * sizeof *a->weights);
    for (unsigned s = 0; s < book->nstudents; s++) {
        for (unsigned r = 0; r < book->students[s].nresults; r++) {
            const struct class_result *result = &book->students[s].results[r];
            struct class_lab *lab = &book->labs[result->lab];
            if (result->max_points > lab->max_points)
                lab->max_points = result->max_points;
        }
    }
    for (unsigned i = 0; i < book->nlabs; i++) {
        int64_t weight = policy_terms(a->policy, book->labs[i].id)->weight;
        a->weights[i] = weight >= 0 ? weight : (int64_t)book->labs[i].max_points * WEIGHT_ONE;
        a->sum += a->weights[i];
    }
    for (unsigned i = 0; i < book->nlabs; i++)
        book->labs[i].weight = policy_round(policy_weight(a->policy, a->weights[i], a->sum));
}

/* --- students --- */

static int read_result(struct assembly *a, const struct journal_entry *e,
                       struct class_result *result, struct error *err)
{
    struct json_doc *doc = journal_document(a->journal, e, err);
    if (doc == NULL)
        return -1;
    *result = (struct class_result){
        .lab = find_lab(a->book, e->lab),
        .attempt = e->attempt,
        .submission = store_string(a->memory, e->submission),
        .handed_in = e->handed_in,
        .repeats = e->repeats,
        .disagreed = e->disagreed,
    };
    struct json root = json_root(doc);
    int rc = class_read_result(&root, a->memory, result, err);
    json_free(doc);
    if (rc != 0)
        return -1;
    result->page = e->attempt == 1 ? store_format(a->memory, "students/%s/%s", e->folder, e->lab)
                                   : store_format(a->memory, "students/%s/%s-%u", e->folder, e->lab,
                                                  e->attempt);
    if (strcmp(e->version, journal_version(a->journal)) != 0)
        result->remark = store_format(a->memory, "judged by socklings %s", e->version);
    return 0;
}

/* Which of two entries tells better who the student is: a name of the LMS before none, then the
 * later one. */
static bool tells_better(const struct journal_entry *a, const struct journal_entry *b)
{
    bool named_a = strcmp(a->name, a->student) != 0, named_b = strcmp(b->name, b->student) != 0;
    if (named_a != named_b)
        return named_a;
    if (a->handed_in != b->handed_in)
        return a->handed_in > b->handed_in;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order > 0 : strcmp(a->folder, b->folder) > 0;
}

static int compare_results(const void *a, const void *b)
{
    const struct class_result *x = a, *y = b;
    if (x->lab != y->lab)
        return x->lab < y->lab ? -1 : 1;
    return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* Of the entries from `first` to before `end`, all of one student. */
static int read_student(struct assembly *a, size_t first, size_t end, struct class_student *student,
                        struct error *err)
{
    const struct journal_entry *best = journal_at(a->journal, first);
    struct class_result *results = store_alloc(a->memory, (end - first) * sizeof *results);
    for (size_t i = first; i < end; i++) {
        const struct journal_entry *entry = journal_at(a->journal, i);
        if (tells_better(entry, best))
            best = entry;
        if (read_result(a, entry, &results[i - first], err) != 0)
            return -1;
    }
    qsort(results, end - first, sizeof *results, compare_results);
    *student = (struct class_student){
        .id = store_string(a->memory, best->student),
        .name = store_string(a->memory, best->name),
        .folder = store_format(a->memory, "students/%s", best->folder),
        .results = results,
        .nresults = (unsigned)(end - first),
    };
    return 0;
}

static int read_students(struct assembly *a, struct error *err)
{
    size_t count = journal_count(a->journal);
    a->book->students = store_alloc(a->memory, (count + 1) * sizeof *a->book->students);
    for (size_t first = 0, end; first < count; first = end) {
        const char *student = journal_at(a->journal, first)->student;
        for (end = first + 1; end < count; end++) {
            if (strcmp(journal_at(a->journal, end)->student, student) != 0)
                break;
        }
        if (read_student(a, first, end, &a->book->students[a->book->nstudents++], err) != 0)
            return -1;
    }
    return 0;
}

/* --- marks --- */

/* The attempts of one student at one lab. Gives what the lab is worth. */
static int64_t mark_lab(struct assembly *a, struct class_student *student,
                        struct class_result *results, unsigned count)
{
    unsigned lab = results[0].lab;
    const char *id = a->book->labs[lab].id;
    const struct terms *terms = policy_terms(a->policy, id);
    int64_t extension = policy_extension(a->policy, student->id, id), mark = 0;
    struct judged *judged = mem_alloc(count * sizeof *judged);
    for (unsigned i = 0; i < count; i++) {
        judged[i] = policy_judge(terms, extension, &results[i], a->memory);
        int64_t worth =
            judged[i].may ? policy_mark(a->policy, a->weights[lab], a->sum, &results[i], judged[i])
                          : 0;
        results[i].mark = policy_round(worth);
        if (judged[i].may && results[i].outcome == OUTCOME_INTERNAL_ERROR)
            student->error = true;
    }
    unsigned chosen = policy_choose(terms, results, judged, count);
    if (chosen < count) {
        results[chosen].counts = true;
        mark = policy_mark(a->policy, a->weights[lab], a->sum, &results[chosen], judged[chosen]);
    }
    free(judged);
    return mark;
}

static void mark_student(struct assembly *a, struct class_student *student)
{
    int64_t mark = 0, most = 0;
    for (unsigned first = 0, end; first < student->nresults; first = end) {
        for (end = first + 1; end < student->nresults; end++) {
            if (student->results[end].lab != student->results[first].lab)
                break;
        }
        mark += mark_lab(a, student, &student->results[first], end - first);
    }
    for (unsigned i = 0; i < a->book->nlabs; i++)
        most += policy_weight(a->policy, a->weights[i], a->sum);
    student->mark = policy_round(mark);
    student->most = policy_round(most);
}

/* --- the book --- */

static int assemble(struct assembly *a, struct error *err)
{
    add_labs(a);
    if (read_students(a, err) != 0)
        return -1;
    class_add_refusals(a->book, a->memory, a->journal);
    if (class_check_folders(a->book, err) != 0)
        return -1;
    weigh_labs(a);
    class_add_notes(a->book, a->memory, a->policy);
    for (unsigned i = 0; i < a->book->nstudents; i++)
        mark_student(a, &a->book->students[i]);
    return 0;
}

int class_assemble(struct class_book *book, const struct journal *journal,
                   const struct policy *policy, const struct catalog *catalog, int64_t made,
                   const char *version, struct error *err)
{
    struct lab_store *memory = store_new();
    struct strbuf text = STRBUF_INIT;
    struct assembly a = {
        .book = book, .memory = memory, .policy = policy, .catalog = catalog, .journal = journal};
    date_text(made, &text);
    *book = (struct class_book){
        .title = store_string(memory, policy->title != NULL ? policy->title : "Grades"),
        .made = store_string(memory, text.data),
        .version = store_string(memory, version),
        .store = store_alloc(memory, sizeof *book->store),
    };
    book->store->memory = memory;
    strbuf_free(&text);
    int rc = assemble(&a, err);
    free(a.weights);
    if (rc != 0)
        class_free(book);
    return rc;
}

void class_free(struct class_book *book)
{
    if (book->store != NULL)
        store_free(book->store->memory);
    *book = (struct class_book){0};
}
