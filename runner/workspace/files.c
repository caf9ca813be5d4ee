/* workspace/files: see files.h. */
#include "workspace/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { STARTER_MAX = 1024 * 1024 };

/* clangd reads one flag a line. "-xc" since it takes a header alone for C++. */
static const char flags_before[] = "-xc\n-std=gnu11\n-Wall\n-Wextra\n-pthread\n-I";

/* Ours, with whatever path in it: may be replaced. A file that the learner changed may not. */
static bool is_generated(const struct strbuf *text)
{
    size_t len = strlen(flags_before);
    if (text->len <= len || strncmp(text->data, flags_before, len) != 0)
        return false;
    return strchr(text->data + len, '\n') == text->data + text->len - 1;
}

static int write_compile_flags(const char *dir, const char *lib_dir, struct error *err)
{
    char *full = realpath(lib_dir, NULL);
    char *text = mem_format("%s%s\n", flags_before, full != NULL ? full : lib_dir);
    char *path = file_join(dir, "compile_flags.txt");
    struct strbuf old = STRBUF_INIT;
    int rc = file_read(path, STARTER_MAX, FILE_REGULAR, &old, NULL);
    if (rc < 0 && errno == ENOENT)
        rc = file_write(path, text, strlen(text), 0644, FILE_NEW, err);
    else if (rc == 0 && strcmp(old.data, text) != 0 && is_generated(&old))
        rc = file_write(path, text, strlen(text), 0644, 0, err);
    else
        rc = 0; /* the learner's own */
    if (rc < 0 && errno == EEXIST)
        rc = 0;
    strbuf_free(&old);
    free(path);
    free(text);
    free(full);
    return rc;
}

typedef int put_fn(const char *from, const char *to, const char *name, void *arg,
                   struct error *err);

/* For each file of the starter. */
static int for_each(const char *lab_dir, const struct lab *lab, put_fn *put, void *arg,
                    struct error *err)
{
    struct file_list list;
    char *starter = file_join(lab->dir, "starter");
    int rc = file_list(starter, &list, err);
    if (rc < 0) {
        free(starter);
        return error_prefix(err, "lab %s has no starter", lab->id);
    }
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        char *from = file_join(starter, list.names[i]), *to = file_join(lab_dir, list.names[i]);
        if (!file_is_dir(from) && list.names[i][0] != '.')
            rc = put(from, to, list.names[i], arg, err);
        free(from);
        free(to);
    }
    file_list_free(&list);
    free(starter);
    return rc;
}

static int put_if_missing(const char *from, const char *to, const char *name, void *arg,
                          struct error *err)
{
    unsigned *created = arg;
    struct error why;
    (void)name;
    if (file_copy(from, to, FILE_REGULAR | FILE_NEW, &why) == 0) {
        /* Installed labs may be read-only; the learner's copy is to be edited. */
        chmod(to, 0644);
        (*created)++;
        return 0;
    }
    if (errno == EEXIST)
        return 0;
    if (err != NULL)
        *err = why;
    return -1;
}

int files_start(const char *dir, const char *lab_dir, const struct lab *lab, const char *lib_dir,
                unsigned *created, struct error *err)
{
    if (file_make_dirs(lab_dir, 0755, err) < 0 || write_compile_flags(dir, lib_dir, err) < 0)
        return -1;
    return for_each(lab_dir, lab, put_if_missing, created, err);
}

/* --- reset --- */

static bool same_content(const char *a, const char *b)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    bool same = file_read(a, STARTER_MAX, FILE_REGULAR, &x, NULL) == 0 &&
                file_read(b, STARTER_MAX, FILE_REGULAR | FILE_NO_FOLLOW, &y, NULL) == 0 &&
                x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    strbuf_free(&x);
    strbuf_free(&y);
    return same;
}

/* Gives the file a second name, "FILE.N", or (a folder, or a filesystem without links) another
 * name. Returns N, 0 on failure. */
static unsigned keep_as_next(const char *path, struct error *err)
{
    for (unsigned n = 1; n < 1000000; n++) {
        char *kept = mem_format("%s.%u", path, n);
        int rc = file_exists(kept) ? (errno = EEXIST, -1) : link(path, kept);
        if (rc < 0 && errno != EEXIST)
            rc = renameat2(AT_FDCWD, path, AT_FDCWD, kept, RENAME_NOREPLACE);
        free(kept);
        if (rc == 0)
            return n;
        if (errno != EEXIST)
            break;
    }
    error_errno(err, "cannot keep a copy of %s", path);
    return 0;
}

static int put_back(const char *from, const char *to, const char *name, void *arg,
                    struct error *err)
{
    struct strbuf *backups = arg;
    if (file_exists(to)) {
        if (same_content(from, to))
            return 0;
        unsigned n = keep_as_next(to, err);
        if (n == 0)
            return -1;
        char *kept = mem_format("%s.%u", to, n);
        if (file_copy(from, to, FILE_REGULAR, err) < 0) {
            /* As it was before. */
            if (file_exists(to))
                unlink(kept);
            else
                rename(kept, to);
            free(kept);
            return -1;
        }
        free(kept);
        strbuf_printf(backups, "%s kept as %s.%u\n", name, name, n);
    } else if (file_copy(from, to, FILE_REGULAR | FILE_NEW, err) < 0) {
        return -1;
    }
    chmod(to, 0644);
    return 0;
}

int files_reset(const char *lab_dir, const struct lab *lab, struct strbuf *backups,
                struct error *err)
{
    if (file_make_dirs(lab_dir, 0755, err) < 0)
        return -1;
    return for_each(lab_dir, lab, put_back, backups, err);
}
