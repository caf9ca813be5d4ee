/*
 * grade/merge: shards into one report (grade.h).
 *
 * The merged folder is one as a run leaves it: with a journal, what was handed in, and the pages.
 * Of the same student, lab and attempt the journal named last wins.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/grade.h"
#include "grade/journal.h"
#include "grade/lines.h"
#include "grade/out.h"
#include "grade/pages.h"
#include "grade/policy.h"

struct part {
    const char *dir;
    struct journal *journal;
    int fd; /* of its file, for its lines as they are */
};

struct merge {
    const struct grade_request *request;
    unsigned formats;
    struct part *parts;
    size_t nparts;
};

static int open_parts(struct merge *m, struct error *err)
{
    const struct grade_request *r = m->request;
    m->parts = mem_alloc((r->npaths + 1) * sizeof *m->parts);
    for (size_t i = 0; i < r->npaths; i++) {
        struct part *part = &m->parts[m->nparts];
        *part = (struct part){.dir = r->paths[i], .fd = -1};
        part->journal = journal_read(r->paths[i], err);
        if (part->journal == NULL)
            return -1;
        m->nparts++;
        part->fd = open(journal_path(part->journal), O_RDONLY | O_CLOEXEC);
        if (part->fd < 0)
            return error_errno(err, "cannot read %s", journal_path(part->journal));
    }
    return 0;
}

/* All are to be judged alike. */
static int check_versions(const struct merge *m, struct error *err)
{
    for (size_t i = 1; i < m->nparts; i++) {
        const struct journal *a = m->parts[0].journal, *b = m->parts[i].journal;
        if (strcmp(journal_version(a), journal_version(b)) != 0)
            return error_set(err,
                             "%s was graded by socklings %s, %s by %s: grade one of them again "
                             "with the other's version, so that all are judged alike",
                             journal_path(a), journal_version(a), journal_path(b),
                             journal_version(b));
    }
    return 0;
}

/* --- the journal --- */

static int put_entry(const struct part *part, const struct journal_entry *entry, struct strbuf *out,
                     struct error *err)
{
    size_t done = 0;
    strbuf_reserve(out, entry->length + 1);
    while (done < entry->length) {
        ssize_t n =
            pread(part->fd, out->data + out->len, entry->length - done, (off_t)(entry->at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set(err, "%s: line %zu has gone while it was in use",
                             journal_path(part->journal), entry->number);
        out->len += (size_t)n;
        out->data[out->len] = '\0';
        done += (size_t)n;
    }
    strbuf_putc(out, '\n');
    return 0;
}

/* Shards that saw the same folders refused the same. */
static bool is_told(const struct merge *m, size_t part, size_t index)
{
    const struct journal_refusal *r = journal_refusal(m->parts[part].journal, index);
    for (size_t p = 0; p <= part; p++) {
        size_t n = p < part ? journal_refusals(m->parts[p].journal) : index;
        for (size_t i = 0; i < n; i++) {
            const struct journal_refusal *o = journal_refusal(m->parts[p].journal, i);
            if (strcmp(o->submission, r->submission) == 0 && strcmp(o->why, r->why) == 0)
                return true;
        }
    }
    return false;
}

static size_t put_refusals(const struct merge *m, struct strbuf *out)
{
    size_t count = 0;
    for (size_t p = 0; p < m->nparts; p++) {
        for (size_t i = 0; i < journal_refusals(m->parts[p].journal); i++) {
            const struct journal_refusal *r = journal_refusal(m->parts[p].journal, i);
            if (is_told(m, p, i))
                continue;
            line_refusal(out, r->submission, r->student, r->name, r->why);
            if (m->request->refused != NULL)
                m->request->refused(m->request->progress_arg, r->submission, r->why);
            count++;
        }
    }
    return count;
}

/* --- one entry's files --- */

static int copy_file(const char *from, const char *to, struct error *err)
{
    char *dir = file_folder(to);
    int rc = file_make_dirs(dir, 0777, err);
    if (rc == 0)
        rc = file_copy(from, to, FILE_REGULAR | FILE_NO_FOLLOW, err);
    free(dir);
    return rc;
}

static int copy_pages(const struct merge *m, const struct part *part, const struct journal_entry *e,
                      struct error *err)
{
    static const char *const endings[] = {".txt", ".html", ".jsonl"};
    char *from = pages_path(part->dir, e->folder, e->lab, e->attempt);
    char *to = pages_path(m->request->out, e->folder, e->lab, e->attempt);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof endings / sizeof endings[0]; i++) {
        char *a = mem_format("%s%s", from, endings[i]), *b = mem_format("%s%s", to, endings[i]);
        if (file_exists(a))
            rc = copy_file(a, b, err);
        free(a);
        free(b);
    }
    free(from);
    free(to);
    return rc;
}

static int copy_sources(const struct merge *m, const struct part *part,
                        const struct journal_entry *e, struct error *err)
{
    char *below = mem_format("submissions/%s/%u/%s", e->folder, e->attempt, e->lab);
    char *from = file_join(part->dir, below), *to = file_join(m->request->out, below);
    struct file_list list = {0};
    int rc = 0;
    if (file_list(from, &list, NULL) == 0) { /* without them a mark is only not reproducible */
        for (size_t i = 0; rc == 0 && i < list.count; i++) {
            char *a = file_join(from, list.names[i]), *b = file_join(to, list.names[i]);
            rc = copy_file(a, b, err);
            free(a);
            free(b);
        }
    }
    file_list_free(&list);
    free(to);
    free(from);
    free(below);
    return rc;
}

/* Names become paths: a journal that somebody has written by hand must not lead elsewhere. */
static bool is_safe(const struct journal_entry *e)
{
    return strchr(e->folder, '/') == NULL && e->folder[0] != '.' && strchr(e->lab, '/') == NULL &&
           e->lab[0] != '.';
}

static bool is_overruled(const struct merge *m, size_t part, const struct journal_entry *e)
{
    for (size_t p = part + 1; p < m->nparts; p++)
        if (journal_find(m->parts[p].journal, e->student, e->lab, e->attempt) != NULL)
            return true;
    return false;
}

static int merge_part(const struct merge *m, size_t index, struct strbuf *out, const char **version,
                      struct grade_summary *summary, struct error *err)
{
    const struct part *part = &m->parts[index];
    uint64_t seed = journal_seed(m->parts[0].journal);
    for (size_t i = 0; i < journal_count(part->journal); i++) {
        const struct journal_entry *e = journal_at(part->journal, i);
        if (is_overruled(m, index, e))
            continue;
        if (!is_safe(e))
            return error_set(err, "%s: line %zu names a folder that leads elsewhere",
                             journal_path(part->journal), e->number);
        if (*version == NULL || strcmp(*version, e->version) != 0)
            line_head(out, seed, *version = e->version);
        if (put_entry(part, e, out, err) != 0 || copy_pages(m, part, e, err) != 0 ||
            copy_sources(m, part, e, err) != 0)
            return -1;
        summary->reused++;
        summary->passed += strcmp(e->outcome, outcome_name(OUTCOME_PASS)) == 0;
        summary->flaky += e->disagreed > 0;
        summary->internal_errors += strcmp(e->outcome, outcome_name(OUTCOME_INTERNAL_ERROR)) == 0;
        if (m->request->interrupted != NULL && *m->request->interrupted)
            return error_set(err, "interrupted");
    }
    return 0;
}

/* --- the whole --- */

static int write_journal(const struct merge *m, struct grade_summary *summary, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    const char *version = NULL;
    int rc = 0;
    for (size_t p = 0; rc == 0 && p < m->nparts; p++)
        rc = merge_part(m, p, &text, &version, summary, err);
    if (version == NULL)
        line_head(&text, journal_seed(m->parts[0].journal), m->request->version);
    summary->refused = put_refusals(m, &text);
    char *path = file_join(m->request->out, "journal.jsonl");
    if (rc == 0)
        rc = file_write(path, text.data, text.len, 0666, FILE_NEW | FILE_SYNC, err);
    free(path);
    strbuf_free(&text);
    return rc;
}

static int write_reports(const struct merge *m, const struct policy *policy, struct error *err)
{
    const struct grade_request *r = m->request;
    struct class_book book;
    struct journal *journal = journal_read(r->out, err);
    memset(&book, 0, sizeof book);
    int rc = journal == NULL ? -1
                             : class_assemble(&book, journal, policy, r->catalog,
                                              (int64_t)time(NULL), r->version, err);
    if (rc == 0)
        rc = out_write(&book, r->out, m->formats, err);
    if (rc == 0)
        out_tell_notes(r, &book);
    class_free(&book);
    journal_close(journal);
    return rc;
}

static int check_out(const struct grade_request *r, struct error *err)
{
    char *path = file_join(r->out, "journal.jsonl");
    bool there = file_exists(path);
    free(path);
    if (there)
        return error_set(err, "%s holds results already; name a new folder with --out", r->out);
    return file_make_dirs(r->out, 0700, err); /* as journal_open does */
}

int grade_merge(const struct grade_request *request, struct grade_summary *summary,
                struct error *err)
{
    struct merge m = {.request = request};
    struct policy *policy = NULL;
    int rc = -1;
    *summary = (struct grade_summary){.graded = 0};
    if (pages_formats(request->formats, &m.formats, err) == 0 && open_parts(&m, err) == 0 &&
        check_versions(&m, err) == 0 &&
        (policy = policy_load(request->policy, request->catalog, err)) != NULL &&
        check_out(request, err) == 0 && (summary->begun = true) &&
        write_journal(&m, summary, err) == 0)
        rc = write_reports(&m, policy, err);
    for (size_t i = 0; i < m.nparts; i++) {
        journal_close(m.parts[i].journal);
        if (m.parts[i].fd >= 0)
            close(m.parts[i].fd);
    }
    free(m.parts);
    policy_free(policy);
    return rc;
}
