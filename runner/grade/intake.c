/*
 * grade/intake: see intake.h.
 *
 * Each argument is listed, its entries are given to students by their names (intake_group), the few
 * files that matter are unpacked (intake_unpack), each student's labs are picked (intake_pick);
 * when all arguments are known, students are told apart (intake_settle) and the files put in their
 * place (intake_put).
 *
 * Archives in a submission are opened when no lab's file lies beside them, and archives in those
 * are not.
 */
#include "grade/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/intake_class.h"
#include "grade/intake_put.h"

enum { ARCHIVES_MOST = 16, PEOPLE_BYTES_MOST = 16 * 1024 * 1024 };

struct run {
    const struct intake_request *request;
    struct intake_context context;
    struct intake_scratch scratch;
    struct intake_handins handins;
    struct intake_tree **trees; /* kept until the files are in their place */
    size_t ntrees;
    struct error *err;
};

static void keep(struct run *run, struct intake_tree *tree)
{
    run->trees = mem_resize(run->trees, run->ntrees + 1, sizeof *run->trees);
    run->trees[run->ntrees++] = tree;
}

static bool is_interrupted(const struct run *run)
{
    return run->request->interrupted != NULL && *run->request->interrupted;
}

/* --- archives in a submission --- */

static bool leads_out(const struct intake_tree *tree, char **shown)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i]->escapes) {
            *shown = intake_shown(tree->entries[i]->path);
            return true;
        }
    }
    return false;
}

static void refuse_archive(struct run *run, const struct intake_student *student, const char *path,
                           const char *why)
{
    char *shown = intake_shown(path);
    intake_refuse(&run->context, student->origin, student->id, student->name,
                  "%s cannot be taken: %s", shown, why);
    free(shown);
}

/* Lists, marks and unpacks what is in it. -1: the run is over, and *err is set. */
static int open_archive(struct run *run, struct intake_student *student, size_t index)
{
    struct error why;
    bool stop = false;
    char *shown = NULL;
    const struct intake_entry *entry = student->items[index].entry;
    char *path = mem_string(student->items[index].path);
    unsigned attempt = student->items[index].attempt;
    struct intake_tree *tree = NULL;
    int fd = -1;
    if (entry->locked)
        error_set(&why, "it is locked with a password");
    else if (entry->size > INTAKE_ARCHIVE_MOST)
        error_set(&why, "it is larger than %d MiB", INTAKE_ARCHIVE_MOST >> 20);
    else
        fd = intake_entry_open(entry, &why);
    if (fd >= 0)
        tree = intake_tree_open(fd, student->origin, false, &run->scratch, &stop, &why);
    if (tree != NULL) {
        keep(run, tree);
        if (leads_out(tree, &shown)) {
            error_set(&why, "a name in it leads out of its folder: %s", shown);
            free(shown);
            fd = -1;
        }
    }
    if (tree != NULL && fd >= 0) {
        for (size_t i = 0; i < tree->count; i++) {
            char *inside = mem_format("%s/%s", path, tree->entries[i]->path);
            intake_student_add(student, tree->entries[i], inside, attempt);
            free(inside);
        }
        (void)intake_want(&run->context, student);
        if (intake_tree_unpack(tree, &run->scratch, false, &stop, &why) < 0)
            fd = -1;
    }
    if (tree != NULL && tree->archive >= 0) {
        close(tree->archive);
        tree->archive = -1;
    }
    if (stop)
        *run->err = why;
    else if (fd < 0 || tree == NULL)
        refuse_archive(run, student, path, why.text);
    free(path);
    return stop ? -1 : 0;
}

static int open_archives(struct run *run, struct intake_student *student)
{
    size_t own = student->nitems;
    unsigned opened = 0;
    for (size_t i = 0; i < own && opened < ARCHIVES_MOST; i++) {
        if (student->items[i].entry->wanted != INTAKE_AS_ARCHIVE)
            continue;
        opened++;
        if (open_archive(run, student, i) < 0)
            return -1;
    }
    return 0;
}

/* --- one argument --- */

/* True when archives are looked into. */
static bool want_archives(struct intake_student *student)
{
    unsigned wanted = 0;
    for (size_t i = 0; i < student->nitems && wanted < ARCHIVES_MOST; i++) {
        struct intake_item *item = &student->items[i];
        if (intake_is_archive(item) && !item->entry->escapes) {
            item->entry->wanted = INTAKE_AS_ARCHIVE;
            wanted++;
        }
    }
    return wanted > 0;
}

static int take_students(struct run *run, struct intake_tree *tree, struct intake_class *class)
{
    struct error why;
    bool stop = false;
    int rc = 0;
    bool *archives = mem_alloc((class->count + 1) * sizeof *archives);
    for (size_t i = 0; i < class->count; i++)
        archives[i] =
            !intake_want(&run->context, &class->list[i]) && want_archives(&class->list[i]);
    if (intake_tree_unpack(tree, &run->scratch, true, &stop, &why) < 0) {
        if (stop)
            *run->err = why;
        else
            intake_refuse(&run->context, tree->origin, NULL, NULL, "it cannot be unpacked: %s",
                          why.text);
        rc = stop ? -1 : 0;
    }
    for (size_t i = 0; i < class->count && rc == 0; i++) {
        struct intake_student *student = &class->list[i];
        size_t refusals = run->context.all->nrefusals;
        if (is_interrupted(run))
            rc = error_set(run->err, "interrupted");
        else if (archives[i])
            rc = open_archives(run, student);
        bool broken = run->context.all->nrefusals > refusals;
        /* Of one whose only archive is broken, that is all there is to say. */
        if (rc == 0 && (!broken || intake_want(&run->context, student)))
            intake_pick(&run->context, student, &run->handins);
    }
    free(archives);
    return rc;
}

static void read_people(struct run *run, struct intake_tree *tree, struct intake_people *people)
{
    struct strbuf text = STRBUF_INIT;
    bool stop = false;
    struct error why;
    struct intake_entry *entry = intake_find_people(tree);
    *people = (struct intake_people){NULL, 0};
    if (entry == NULL)
        return;
    entry->wanted = INTAKE_AS_ARCHIVE; /* larger than a source */
    if (intake_tree_unpack(tree, &run->scratch, true, &stop, &why) == 0 &&
        intake_entry_read(entry, PEOPLE_BYTES_MOST, &text, &why) == 0)
        intake_people_read(people, text.data, text.len);
    else
        intake_refuse(&run->context, tree->origin, NULL, NULL,
                      "submission_metadata.yml cannot be read, so students are named by their "
                      "folders: %s",
                      why.text);
    strbuf_free(&text);
}

static int take_tree(struct run *run, struct intake_tree *tree, const char *name)
{
    struct intake_people people;
    struct intake_class class = {NULL, 0};
    size_t refusals = run->context.all->nrefusals;
    read_people(run, tree, &people);
    intake_group(&run->context, &class, tree, name, &people);
    int rc = take_students(run, tree, &class);
    if (rc == 0 && class.count == 0 && run->context.all->nrefusals == refusals &&
        !run->request->may_come) {
        struct intake_student nobody = {.origin = tree->origin};
        intake_refuse_nothing(&run->context, &nobody);
    }
    intake_class_free(&class);
    intake_people_free(&people);
    return rc;
}

/* "class" for "/home/ann/class/" and, standing in it, for ".". The caller frees. */
static char *name_of(const char *path)
{
    char *real = realpath(path, NULL);
    char *name = mem_string(real != NULL ? file_name(real) : file_name(path));
    free(real);
    return name;
}

static int take_path(struct run *run, const char *path)
{
    struct error why;
    struct stat st;
    bool stop = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_errno(run->err, "cannot open %s", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    bool folder = S_ISDIR(st.st_mode);
    if (folder && st.st_dev == run->scratch.out_dev && st.st_ino == run->scratch.out_ino) {
        close(fd);
        return error_set(run->err,
                         "%s holds the submissions and is the output folder too; choose another "
                         "folder with --out",
                         path);
    }
    char *bare = mem_string(path);
    for (size_t n = strlen(bare); n > 1 && bare[n - 1] == '/'; n--)
        bare[n - 1] = '\0';
    char *origin = intake_shown(bare);
    struct intake_tree *tree = intake_tree_open(fd, origin, true, &run->scratch, &stop, &why);
    int rc = 0;
    if (tree != NULL) {
        char *name = name_of(path);
        keep(run, tree);
        rc = take_tree(run, tree, name);
        free(name);
    } else if (stop || folder) {
        *run->err = why;
        rc = -1;
    } else {
        intake_refuse(&run->context, origin, NULL, NULL,
                      "it cannot be read as a zip, tar or 7z archive: %s", why.text);
    }
    free(origin);
    free(bare);
    return rc;
}

int intake(const struct intake_request *request, struct submissions *all, struct error *err)
{
    struct run run = {.request = request,
                      .context = {request->labs, request->nlabs, all},
                      .scratch = {.interrupted = request->interrupted},
                      .err = err};
    struct error ignored;
    if (err == NULL)
        run.err = err = &ignored;
    *all = (struct submissions){NULL, 0, NULL, 0};
    int rc = intake_scratch_open(&run.scratch, request->out, err);
    for (size_t i = 0; i < request->npaths && rc == 0; i++)
        rc = is_interrupted(&run) ? error_set(err, "interrupted")
                                  : take_path(&run, request->paths[i]);
    if (rc == 0) {
        intake_settle(&run.context, &run.handins);
        rc = intake_put(&run.context, &run.handins, request->out, request->interrupted, err);
    }
    intake_handins_free(&run.handins);
    for (size_t i = 0; i < run.ntrees; i++)
        intake_tree_free(run.trees[i]);
    free(run.trees);
    intake_scratch_close(&run.scratch);
    return rc;
}
