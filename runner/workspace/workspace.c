/*
 * workspace: see workspace.h. This file keeps the progress; workspace/files.c the learner's files.
 *
 * - progress.json is only ever replaced whole, after the former one became progress.json.bak.
 * - What is in memory changes only after the disk did.
 * - Nothing is removed: a damaged file is moved aside under a name that is free.
 */
#include "workspace/workspace.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "workspace/files.h"
#include "workspace/lock.h"
#include "workspace/progress.h"

enum { PROGRESS_MAX = 1024 * 1024 };

struct workspace {
    char *dir;
    char *file;   /* progress.json */
    char *backup; /* progress.json.bak */

    cJSON *tree;       /* never NULL */
    bool newer;        /* of a later version: not to be written */
    struct stat as_of; /* identity of the file that tree was read from; all zero: none */
    bool swept;        /* looked for what killed runners left */
    struct strbuf notice;

    struct progress shown; /* what workspace_progress handed out */
    char *current;
    struct lab_folder {
        char *id, *path;
    } * folders;
    size_t nfolders;
};

/* --- loading --- */

enum found { FOUND_NONE, FOUND_GOOD, FOUND_DAMAGED, FOUND_NEWER, FOUND_UNREADABLE };

static enum found read_file(const char *path, cJSON **tree, struct stat *st, struct error *why)
{
    *tree = NULL;
    int fd = file_open_at(AT_FDCWD, path, FILE_REGULAR, why);
    if (fd < 0)
        return errno == ENOENT                      ? FOUND_NONE
               : errno == EISDIR || errno == EINVAL ? FOUND_DAMAGED
                                                    : FOUND_UNREADABLE;
    struct strbuf text = STRBUF_INIT;
    enum found found = FOUND_UNREADABLE;
    if (fstat(fd, st) == 0 && file_read_fd(fd, path, PROGRESS_MAX, &text, why) == 0) {
        enum progress_state state = progress_parse(text.data, text.len, path, tree, why);
        found = state == PROGRESS_GOOD    ? FOUND_GOOD
                : state == PROGRESS_NEWER ? FOUND_NEWER
                                          : FOUND_DAMAGED;
    } else if (errno == EFBIG) {
        found = FOUND_DAMAGED;
    }
    close(fd);
    strbuf_free(&text);
    return found;
}

static void use_tree(struct workspace *ws, cJSON *tree, bool newer, const struct stat *as_of)
{
    cJSON_Delete(ws->tree);
    ws->tree = tree;
    ws->newer = newer;
    ws->as_of = as_of != NULL ? *as_of : (struct stat){0};
}

/* Moves the damaged file to the next free "progress.json.damaged-N". */
static char *set_aside(struct workspace *ws, struct error *err)
{
    for (unsigned n = 1; n < 1000000; n++) {
        char *aside = mem_format("%s.damaged-%u", ws->file, n);
        if (!file_exists(aside) &&
            renameat2(AT_FDCWD, ws->file, AT_FDCWD, aside, RENAME_NOREPLACE) == 0)
            return aside;
        bool taken = file_exists(aside);
        bool simple = !taken && (errno == EINVAL || errno == ENOSYS);
        if (simple && rename(ws->file, aside) == 0) /* a filesystem without RENAME_NOREPLACE */
            return aside;
        free(aside);
        if (!taken)
            break;
    }
    error_errno(err, "cannot set it aside");
    return NULL;
}

/* The damaged file is set aside, and the backup takes its place, in memory and on the disk. */
static void recover(struct workspace *ws, const struct error *damage, struct strbuf *notice)
{
    struct error err;
    strbuf_printf(notice, "The record of your progress is damaged: %s\n", damage->text);
    char *aside = set_aside(ws, &err);
    if (aside != NULL)
        strbuf_printf(notice, "It is kept as %s.\n", aside);
    else
        strbuf_printf(notice, "It stays where it is: %s.\n", err.text);

    cJSON *tree;
    struct stat st = {0};
    enum found found = read_file(ws->backup, &tree, &st, NULL);
    if (found == FOUND_GOOD) {
        strbuf_puts(notice, "The one before it is used instead.\n");
        /* If that fails the next open does it again; in memory it is there. */
        if (aside != NULL && file_copy(ws->backup, ws->file, FILE_NEW | FILE_SYNC, NULL) == 0)
            stat(ws->file, &st);
        else
            st = (struct stat){0};
        use_tree(ws, tree, false, &st);
    } else {
        cJSON_Delete(tree);
        strbuf_puts(notice, "There is no other record: progress begins anew. Your programs are all"
                            " there.\n");
        use_tree(ws, progress_new(), false, NULL);
    }
    free(aside);
}

/* Reads the file. Under the lock a damaged one is set aside. */
static int load(struct workspace *ws, bool locked, struct strbuf *notice, struct error *err)
{
    cJSON *tree;
    struct stat st = {0};
    struct error why;
    switch (read_file(ws->file, &tree, &st, &why)) {
    case FOUND_GOOD:
        use_tree(ws, tree, false, &st);
        return 0;
    case FOUND_NONE:
        use_tree(ws, progress_new(), false, NULL);
        return 0;
    case FOUND_NEWER:
        use_tree(ws, tree, true, &st);
        strbuf_printf(notice,
                      "%s was written by a newer socklings. It is left alone: what you do now is"
                      " checked as always, but not recorded.\n",
                      ws->file);
        return 0;
    case FOUND_DAMAGED:
        if (!locked) {
            /* Seen without the lock, somebody may be repairing it just now: look again. */
            int lock = lock_take(ws->dir, NULL);
            if (lock >= 0) {
                int rc = load(ws, true, notice, err);
                lock_release(lock);
                return rc;
            }
        }
        recover(ws, &why, notice);
        return 0;
    case FOUND_UNREADABLE:
        break;
    }
    if (err != NULL)
        *err = why;
    return -1;
}

struct workspace *workspace_open(const char *dir, struct strbuf *notice, struct error *err)
{
    struct workspace *ws = mem_alloc(sizeof *ws);
    ws->dir = mem_string(dir);
    ws->file = file_join(dir, "progress.json");
    ws->backup = file_join(dir, "progress.json.bak");
    ws->tree = progress_new();
    strbuf_init(&ws->notice);
    int rc = 0;
    if (file_exists(dir) && !file_is_dir(dir))
        rc = error_set(err, "the workspace %s is not a folder", dir);
    else
        rc = load(ws, false, notice, err);
    if (rc == 0)
        return ws;
    workspace_free(ws);
    return NULL;
}

void workspace_free(struct workspace *ws)
{
    if (ws == NULL)
        return;
    for (size_t i = 0; i < ws->nfolders; i++) {
        free(ws->folders[i].id);
        free(ws->folders[i].path);
    }
    free(ws->folders);
    free(ws->shown.steps);
    free(ws->current);
    strbuf_free(&ws->notice);
    cJSON_Delete(ws->tree);
    free(ws->dir);
    free(ws->file);
    free(ws->backup);
    free(ws);
}

void workspace_notice(struct workspace *ws, struct strbuf *out)
{
    strbuf_add(out, ws->notice.data, ws->notice.len);
    strbuf_free(&ws->notice);
}

const char *workspace_dir(const struct workspace *ws)
{
    return ws->dir;
}

const char *workspace_lab_dir(struct workspace *ws, const struct lab *lab)
{
    for (size_t i = 0; i < ws->nfolders; i++) {
        if (strcmp(ws->folders[i].id, lab->id) == 0)
            return ws->folders[i].path;
    }
    ws->folders = mem_resize(ws->folders, ws->nfolders + 1, sizeof *ws->folders);
    struct lab_folder *folder = &ws->folders[ws->nfolders++];
    folder->id = mem_string(lab->id);
    folder->path = file_join(ws->dir, lab->id);
    return folder->path;
}

/* --- reading --- */

/* Another runner may have written since. */
static void refresh(struct workspace *ws)
{
    struct stat st;
    if (stat(ws->file, &st) < 0)
        return;
    const struct stat *was = &ws->as_of;
    if (st.st_ino == was->st_ino && st.st_dev == was->st_dev && st.st_size == was->st_size &&
        st.st_mtim.tv_sec == was->st_mtim.tv_sec && st.st_mtim.tv_nsec == was->st_mtim.tv_nsec)
        return;
    cJSON *tree;
    enum found found = read_file(ws->file, &tree, &st, NULL);
    if (found == FOUND_GOOD || found == FOUND_NEWER)
        use_tree(ws, tree, found == FOUND_NEWER, &st);
}

const struct progress *workspace_progress(struct workspace *ws, const struct lab *lab)
{
    refresh(ws);
    free(ws->shown.steps);
    progress_read(ws->tree, lab, &ws->shown);
    return &ws->shown;
}

const char *workspace_current(struct workspace *ws)
{
    refresh(ws);
    free(ws->current);
    ws->current = mem_string(progress_current(ws->tree));
    return ws->current;
}

/* --- writing --- */

/* What there is becomes the backup: as a second name of the same file, so that the backup
 * costs no room on a disk that may be nearly full. */
static int keep_backup(const struct workspace *ws, struct error *err)
{
    char *name = mem_format("%s/.progress.json.%d-bak.new", ws->dir, (int)getpid());
    unlink(name);
    int rc = 0;
    if (link(ws->file, name) == 0)
        rc = rename(name, ws->backup) == 0 ? 0 : error_errno(err, "cannot write %s", ws->backup);
    else if (errno != ENOENT) /* there is something to keep, on a filesystem without links */
        rc = file_copy(ws->file, ws->backup, 0, err);
    unlink(name); /* rename(2) leaves it when both are names of one file already */
    free(name);
    return rc;
}

static int save(struct workspace *ws, struct error *err)
{
    char *text = progress_print(ws->tree);
    int rc = keep_backup(ws, err);
    if (rc == 0)
        rc = file_write(ws->file, text, strlen(text), 0644, FILE_SYNC, err);
    free(text);
    if (rc < 0)
        return error_prefix(err, "progress is not recorded");
    stat(ws->file, &ws->as_of);
    return 0;
}

struct change {
    enum change_kind { STARTED, CHECKED, HINTED, QUIZZED, GAVE_UP, CURRENT } kind;
    const struct lab *lab;
    const bool *step_passed;
    const char *step;
    unsigned levels, right, asked;
    int64_t now;
};

static void apply(cJSON *tree, const struct change *c)
{
    switch (c->kind) {
    case STARTED:
        progress_started(tree, c->lab, c->now);
        break;
    case CHECKED:
        progress_checked(tree, c->lab, c->step_passed, c->now);
        break;
    case HINTED:
        progress_hinted(tree, c->lab, c->step, c->levels);
        break;
    case QUIZZED:
        progress_quizzed(tree, c->lab, c->right, c->asked);
        break;
    case GAVE_UP:
        progress_gave_up(tree, c->lab);
        break;
    case CURRENT:
        progress_set_current(tree, c->lab);
        break;
    }
}

static int update_locked(struct workspace *ws, const struct change *change, struct error *err)
{
    if (load(ws, true, &ws->notice, err) < 0)
        return -1;
    if (ws->newer) {
        strbuf_free(&ws->notice); /* the error says it */
        return error_set(err, "progress is not recorded: %s was written by a newer socklings",
                         ws->file);
    }
    if (!ws->swept)
        file_sweep(ws->file);
    ws->swept = true;
    cJSON *before = cJSON_Duplicate(ws->tree, 1);
    apply(ws->tree, change);
    if (save(ws, err) == 0) {
        cJSON_Delete(before);
        return 0;
    }
    cJSON_Delete(ws->tree);
    ws->tree = before;
    return -1;
}

static int update(struct workspace *ws, const struct change *change, struct error *err)
{
    if (file_make_dirs(ws->dir, 0755, err) < 0)
        return -1;
    int lock = lock_take(ws->dir, err);
    if (lock < 0)
        return -1;
    int rc = update_locked(ws, change, err);
    lock_release(lock);
    return rc;
}

int workspace_start(struct workspace *ws, const struct lab *lab, const char *lib_dir,
                    unsigned *created, struct error *err)
{
    *created = 0;
    if (files_start(ws->dir, workspace_lab_dir(ws, lab), lab, lib_dir, created, err) < 0)
        return -1;
    struct change change = {.kind = STARTED, .lab = lab, .now = (int64_t)time(NULL)};
    int rc = update(ws, &change, err);
    return ws->newer ? 0 : rc; /* the files are there; that nothing is recorded was told */
}

int workspace_reset(struct workspace *ws, const struct lab *lab, struct strbuf *backups,
                    struct error *err)
{
    return files_reset(workspace_lab_dir(ws, lab), lab, backups, err);
}

int workspace_note_check(struct workspace *ws, const struct lab *lab, const bool *step_passed,
                         int64_t now, struct error *err)
{
    struct change change = {.kind = CHECKED, .lab = lab, .step_passed = step_passed, .now = now};
    return update(ws, &change, err);
}

int workspace_note_hint(struct workspace *ws, const struct lab *lab, const char *step,
                        unsigned levels, struct error *err)
{
    struct change change = {.kind = HINTED, .lab = lab, .step = step, .levels = levels};
    return update(ws, &change, err);
}

int workspace_note_quiz(struct workspace *ws, const struct lab *lab, unsigned right, unsigned asked,
                        struct error *err)
{
    struct change change = {.kind = QUIZZED, .lab = lab, .right = right, .asked = asked};
    return update(ws, &change, err);
}

int workspace_note_gave_up(struct workspace *ws, const struct lab *lab, struct error *err)
{
    struct change change = {.kind = GAVE_UP, .lab = lab};
    return update(ws, &change, err);
}

int workspace_set_current(struct workspace *ws, const struct lab *lab, struct error *err)
{
    struct change change = {.kind = CURRENT, .lab = lab};
    return update(ws, &change, err);
}
