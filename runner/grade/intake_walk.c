/*
 * grade/intake_walk - lists a folder. See intake_tree.h.
 *
 * - Folders are opened from the descriptor of the one around them and without following links, so
 *   nothing that is bent meanwhile leads out of it.
 * - One student's part is cut at INTAKE_ENTRIES_MOST entries: where a folder of a class ends and a
 *   student's begins is not known yet, so a folder at the top (or, when the top holds only one
 *   folder, one below that) is taken for a student's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/intake.h"
#include "grade/intake_name.h"
#include "grade/intake_tree.h"

enum { DEPTH_MOST = 32 };

struct walk {
    struct intake_tree *tree;
    const struct intake_scratch *scratch;
    struct strbuf path;
    unsigned depth, cut_depth;
    size_t first; /* entry of the student's part */
};

/* Zip, gzip, bzip2, xz, zstd, 7z, and tar by its mark at byte 257. */
static bool sniff(int dir, const char *name)
{
    unsigned char head[264] = {0};
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, head, sizeof head);
    close(fd);
    return got > 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "\x1f\x8b", 2) == 0 ||
                       memcmp(head, "BZh", 3) == 0 ||
                       memcmp(head,
                              "\xfd"
                              "7zX",
                              4) == 0 ||
                       memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0 ||
                       memcmp(head, "7z\xbc\xaf", 4) == 0 || memcmp(head + 257, "ustar", 5) == 0);
}

static enum intake_kind kind_of(mode_t mode)
{
    return S_ISREG(mode)   ? INTAKE_FILE
           : S_ISDIR(mode) ? INTAKE_FOLDER
           : S_ISLNK(mode) ? INTAKE_LINK
                           : INTAKE_SPECIAL;
}

static int walk_folder(struct walk *w, int fd);

static void enter(struct walk *w, int dir, const char *name, struct intake_entry *entry)
{
    if (w->depth + 1 >= DEPTH_MOST) {
        entry->kind = INTAKE_CUT;
        return;
    }
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || (w->depth++, walk_folder(w, fd) < 0)) {
        entry->kind = INTAKE_CLOSED;
        entry->problem = errno;
    }
    if (fd >= 0)
        w->depth--;
}

/* False: enough of this student. */
static bool visit(struct walk *w, int dir, const char *name)
{
    struct stat st;
    if (w->depth > w->cut_depth && w->tree->count - w->first > INTAKE_ENTRIES_MOST)
        return false;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return true; /* gone meanwhile */
    if (S_ISDIR(st.st_mode) && st.st_dev == w->scratch->out_dev && st.st_ino == w->scratch->out_ino)
        return true;
    size_t len = w->path.len;
    if (len > 0)
        strbuf_putc(&w->path, '/');
    strbuf_puts(&w->path, name);
    if (w->depth == w->cut_depth)
        w->first = w->tree->count;
    struct intake_entry *entry = intake_tree_add(w->tree, w->path.data, w->path.len);
    entry->kind = kind_of(st.st_mode);
    entry->size = st.st_size;
    entry->mtime = st.st_mtime;
    if (entry->kind == INTAKE_FILE && strchr(name, '.') == NULL && w->depth < 2)
        entry->sniffed = sniff(dir, name);
    if (entry->kind == INTAKE_FOLDER)
        enter(w, dir, name, entry);
    if (w->depth == w->cut_depth && w->tree->count - w->first > INTAKE_ENTRIES_MOST)
        entry->kind = INTAKE_CUT;
    strbuf_cut(&w->path, len);
    return true;
}

/* Takes fd over. */
static int walk_folder(struct walk *w, int fd)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int failure = errno;
        close(fd);
        errno = failure;
        return -1;
    }
    const struct dirent *d;
    while ((d = readdir(dir)) != NULL) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            intake_is_junk(d->d_name, strlen(d->d_name)))
            continue;
        if ((w->scratch->interrupted != NULL && *w->scratch->interrupted) ||
            !visit(w, dirfd(dir), d->d_name))
            break;
    }
    closedir(dir);
    return 0;
}

/* 1 when the top holds one folder and at most loose files, else 0. */
static unsigned depth_of_students(int folder)
{
    unsigned folders = 0;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *d;
    while (dir != NULL && folders < 2 && (d = readdir(dir)) != NULL) {
        struct stat st;
        if (d->d_name[0] != '.' && !intake_is_junk(d->d_name, strlen(d->d_name)) &&
            fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
            folders++;
    }
    if (dir != NULL)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    return folders == 1;
}

int intake_walk(struct intake_tree *tree, const struct intake_scratch *scratch, struct error *err)
{
    struct walk w = {tree, scratch, STRBUF_INIT, 0, depth_of_students(tree->folder), 0};
    int fd = openat(tree->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : walk_folder(&w, fd);
    strbuf_free(&w.path);
    return rc == 0 ? 0 : error_errno(err, "%s: cannot read the folder", tree->origin);
}
