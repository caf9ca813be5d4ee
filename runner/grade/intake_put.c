/*
 * grade/intake_put - the files in their place. See intake_put.h.
 *
 * A submission's folder is made whole beside its place and then put there in one step, so that
 * whoever is killed, or whatever disk is full, leaves the old one or the new one.
 */
#include "grade/intake_put.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/intake.h"

struct content {
    struct strbuf *bytes; /* one for each file of the hand-in */
    size_t count;
};

static void content_free(struct content *content)
{
    for (size_t i = 0; i < content->count; i++)
        strbuf_free(&content->bytes[i]);
    free(content->bytes);
}

static int content_read(struct content *content, const struct intake_handin *handin,
                        struct error *err)
{
    content->count = handin->nfiles;
    content->bytes = mem_alloc(handin->nfiles * sizeof *content->bytes);
    for (size_t i = 0; i < content->count; i++)
        strbuf_init(&content->bytes[i]);
    for (size_t i = 0; i < content->count; i++) {
        if (intake_entry_read(handin->files[i].entry, INTAKE_FILE_MOST, &content->bytes[i], err) <
            0)
            return -1;
    }
    return 0;
}

/* Holds the folder exactly these files? */
static bool is_there(const struct intake_handin *handin, const struct content *content,
                     const char *dir)
{
    struct file_list list;
    if (!file_is_dir(dir) || file_list(dir, &list, NULL) < 0)
        return false;
    bool same = list.count == handin->nfiles;
    file_list_free(&list);
    for (size_t i = 0; i < handin->nfiles && same; i++) {
        struct strbuf old = STRBUF_INIT;
        char *path = file_join(dir, handin->files[i].name);
        same = file_read(path, INTAKE_FILE_MOST, FILE_REGULAR | FILE_NO_FOLLOW, &old, NULL) == 0 &&
               old.len == content->bytes[i].len &&
               memcmp(old.data, content->bytes[i].data, old.len) == 0;
        strbuf_free(&old);
        free(path);
    }
    return same;
}

/* As file_make_dirs, from the end: nearly all of the path is there already, thousands of times. */
static int make_dir(const char *path)
{
    if (mkdir(path, 0755) == 0)
        return 0;
    if (errno != ENOENT)
        return errno == EEXIST && file_is_dir(path) ? 0 : -1;
    char *around = file_folder(path);
    int rc = make_dir(around);
    free(around);
    return rc < 0 ? -1 : mkdir(path, 0755);
}

/* Its folder is not in place yet, so it needs no care of its own. */
static int write_file(const char *path, const struct strbuf *bytes, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_errno(err, "cannot write %s", path);
    size_t at = 0;
    ssize_t n = 0;
    while (at < bytes->len && (n >= 0 || errno == EINTR)) {
        n = write(fd, bytes->data + at, bytes->len - at);
        at += n > 0 ? (size_t)n : 0;
    }
    int failure = at < bytes->len ? errno : 0;
    if (close(fd) < 0 && failure == 0)
        failure = errno;
    errno = failure;
    return failure == 0 ? 0 : error_errno(err, "cannot write %s", path);
}

static int write_new(const struct intake_handin *handin, const struct content *content,
                     const char *dir, struct error *err)
{
    if (file_exists(dir) && file_remove_tree(dir, err) < 0)
        return -1;
    if (make_dir(dir) < 0)
        return error_errno(err, "cannot make the folder %s", dir);
    for (size_t i = 0; i < handin->nfiles; i++) {
        char *path = file_join(dir, handin->files[i].name);
        int rc = write_file(path, &content->bytes[i], err);
        free(path);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* Old file systems cannot exchange two folders: there the old one goes first. */
static int take_place(const char *new_dir, const char *dir, struct error *err)
{
    if (rename(new_dir, dir) == 0)
        return 0;
    if (renameat2(AT_FDCWD, new_dir, AT_FDCWD, dir, RENAME_EXCHANGE) == 0)
        return file_remove_tree(new_dir, err);
    if (file_remove_tree(dir, err) < 0)
        return -1;
    return rename(new_dir, dir) == 0 ? 0 : error_errno(err, "cannot make %s", dir);
}

static int put_one(const struct intake_handin *handin, const struct content *content,
                   const char *dir, struct error *err)
{
    if (is_there(handin, content, dir))
        return 0;
    char *around = file_folder(dir);
    char *new_dir = mem_format("%s/.%s.new", around, file_name(dir));
    int rc = write_new(handin, content, new_dir, err);
    if (rc == 0)
        rc = take_place(new_dir, dir, err);
    if (rc < 0)
        (void)file_remove_tree(new_dir, NULL);
    free(around);
    free(new_dir);
    return rc;
}

/* --- safe names --- */

struct names {
    char **folded;
    size_t count;
};

static bool is_taken(const struct names *names, const char *folded)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->folded[i], folded) == 0)
            return true;
    }
    return false;
}

/* "anna", or "anna-2" when another student's name became the same: also on disks that do not tell
 * upper from lower case. The caller frees. */
static char *unique_folder(struct names *names, const char *student)
{
    char *safe = intake_folder(student), *folder = mem_string(safe);
    char *folded = intake_folded(folder);
    for (unsigned n = 2; is_taken(names, folded); n++) {
        free(folder);
        free(folded);
        /* Room for the number, cut between characters. */
        size_t len = strlen(safe);
        while (len > INTAKE_FOLDER_MOST - 8 || (len < strlen(safe) && (safe[len] & 0xc0) == 0x80))
            len--;
        folder = mem_format("%.*s-%u", (int)len, safe, n);
        folded = intake_folded(folder);
    }
    names->folded = mem_resize(names->folded, names->count + 1, sizeof *names->folded);
    names->folded[names->count++] = folded;
    free(safe);
    return folder;
}

static void add(struct submissions *all, const struct intake_handin *handin, const char *name,
                const char *folder, const char *dir)
{
    all->list = mem_resize(all->list, all->count + 1, sizeof *all->list);
    all->list[all->count++] = (struct submission){
        .student = mem_string(handin->id),
        .name = mem_string(name),
        .folder = mem_string(folder),
        .origin = mem_string(handin->origin),
        .lab = handin->lab,
        .attempt = handin->attempt,
        .handed_in = handin->handed_in,
        .dir = mem_string(dir),
    };
}

int intake_put(struct intake_context *c, const struct intake_handins *handins, const char *out,
               volatile const int *interrupted, struct error *err)
{
    struct names names = {NULL, 0};
    char *folder = NULL;
    const char *student = NULL, *name = NULL;
    int rc = 0;
    for (size_t i = 0; i < handins->count && rc == 0; i++) {
        const struct intake_handin *handin = &handins->list[i];
        if (interrupted != NULL && *interrupted) {
            rc = error_set(err, "interrupted");
            break;
        }
        if (handin->attempt == 0)
            continue;
        if (student == NULL || strcmp(student, handin->id) != 0) {
            free(folder);
            folder = unique_folder(&names, handin->id);
            student = handin->id;
            name = handin->name;
        }
        struct content content;
        struct error why;
        char *dir =
            mem_format("%s/submissions/%s/%u/%s", out, folder, handin->attempt, handin->lab->id);
        if (content_read(&content, handin, &why) < 0) {
            intake_refuse(c, handin->origin, handin->id, handin->name, "%s: %s", handin->lab->id,
                          why.text);
        } else {
            rc = put_one(handin, &content, dir, err);
            if (rc == 0)
                add(c->all, handin, name, folder, dir);
        }
        content_free(&content);
        free(dir);
    }
    for (size_t i = 0; i < names.count; i++)
        free(names.folded[i]);
    free(names.folded);
    free(folder);
    return rc;
}
