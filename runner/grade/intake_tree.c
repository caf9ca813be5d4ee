/* grade/intake_tree: see intake_tree.h. */
#include "grade/intake_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/intake.h"
#include "grade/intake_name.h"

/* --- paths --- */

bool intake_path_clean(char *out, const char *path)
{
    bool sound = path[0] != '/';
    char *to = out;
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        if (n == 2 && memcmp(path, "..", 2) == 0)
            sound = false;
        if (n > 0 && !(n == 1 && path[0] == '.')) {
            if (to > out)
                *to++ = '/';
            memmove(to, path, n);
            to += n;
        }
        path += n + (path[n] == '/');
    }
    *to = '\0';
    return sound;
}

bool intake_path_is_junk(const char *path)
{
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        if (intake_is_junk(path, n))
            return true;
        path += n + (path[n] == '/');
    }
    return false;
}

/* --- trees --- */

struct intake_entry *intake_tree_add(struct intake_tree *tree, const char *path, size_t len)
{
    struct intake_entry *entry = mem_alloc(sizeof *entry);
    entry->path = mem_alloc(len + 1);
    memcpy(entry->path, path, len);
    entry->tree = tree;
    if ((tree->count & (tree->count - 1)) == 0) /* a power of two: full */
        tree->entries = mem_resize(tree->entries, tree->count == 0 ? 1 : tree->count * 2,
                                   sizeof *tree->entries);
    tree->entries[tree->count++] = entry;
    return entry;
}

/* As strcmp, but a slash comes before all else: what is in a folder follows the folder at once.
 * By bytes "li-2" would stand between "li" and "li/udp_echo.c". */
static int compare_paths(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    int x = *a == '/' ? 1 : *a == '\0' ? 0 : (unsigned char)*a + 2;
    int y = *b == '/' ? 1 : *b == '\0' ? 0 : (unsigned char)*b + 2;
    return x - y;
}

static int by_path(const void *a, const void *b)
{
    const struct intake_entry *x = *(struct intake_entry *const *)a;
    const struct intake_entry *y = *(struct intake_entry *const *)b;
    int order = compare_paths(x->path, y->path);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static void limits_set(struct intake_limits *limits, bool class,
                       const struct intake_scratch *scratch)
{
    *limits = (struct intake_limits){
        .entries = class ? INTAKE_CLASS_ENTRIES_MOST : INTAKE_ENTRIES_MOST,
        .names = class ? (size_t)64 << 20 : (size_t)8 << 20,
        .bytes = class ? INTAKE_CLASS_MOST : INTAKE_ARCHIVE_MOST,
        .seconds = class ? 120 : 15,
        .interrupted = scratch->interrupted,
    };
}

struct intake_tree *intake_tree_open(int fd, const char *origin, bool limits_class,
                                     const struct intake_scratch *scratch, bool *stop,
                                     struct error *err)
{
    struct stat st;
    struct intake_tree *tree = mem_alloc(sizeof *tree);
    int rc;
    *tree = (struct intake_tree){mem_string(origin), -1, -1, NULL, 0};
    if (fstat(fd, &st) < 0) {
        tree->archive = fd;
        rc = error_errno(err, "%s: cannot be looked at", origin);
    } else if (S_ISDIR(st.st_mode)) {
        tree->folder = fd;
        rc = intake_walk(tree, scratch, err);
    } else if (!S_ISREG(st.st_mode)) {
        tree->archive = fd;
        rc = error_set(err, "it is neither a folder nor a file");
    } else {
        struct intake_limits limits;
        tree->archive = fd;
        limits_set(&limits, limits_class, scratch);
        rc = intake_unpack(tree, NULL, 0, NULL, &limits, stop, err);
    }
    if (rc < 0) {
        intake_tree_free(tree);
        return NULL;
    }
    if (tree->count > 1)
        qsort(tree->entries, tree->count, sizeof *tree->entries, by_path);
    return tree;
}

void intake_tree_free(struct intake_tree *tree)
{
    if (tree == NULL)
        return;
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->entries[i]->path);
        free(tree->entries[i]->kept);
        free(tree->entries[i]);
    }
    free(tree->entries);
    free(tree->origin);
    if (tree->folder >= 0)
        close(tree->folder);
    if (tree->archive >= 0)
        close(tree->archive);
    free(tree);
}

int intake_tree_unpack(struct intake_tree *tree, struct intake_scratch *scratch, bool limits_class,
                       bool *stop, struct error *err)
{
    size_t nwant = 0;
    if (tree->archive < 0)
        return 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct intake_entry *e = tree->entries[i];
        if (e->wanted && e->kept == NULL && e->index >= nwant)
            nwant = e->index + 1;
    }
    if (nwant == 0)
        return 0;
    unsigned char *want = mem_alloc(nwant);
    for (size_t i = 0; i < tree->count; i++) {
        const struct intake_entry *e = tree->entries[i];
        if (e->wanted && e->kept == NULL)
            want[e->index] = e->wanted;
    }
    struct intake_limits limits;
    limits_set(&limits, limits_class, scratch);
    int rc = intake_unpack(tree, want, nwant, scratch, &limits, stop, err);
    free(want);
    return rc;
}

/* --- bytes --- */

static int open_beneath(int dir, const char *path)
{
    struct open_how how = {0};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
    return openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
}

int intake_entry_open(const struct intake_entry *entry, struct error *err)
{
    struct stat st;
    char *shown = intake_shown(entry->path);
    int fd = entry->kept != NULL        ? file_open_at(AT_FDCWD, entry->kept, FILE_NO_FOLLOW, NULL)
             : entry->tree->folder >= 0 ? open_beneath(entry->tree->folder, entry->path)
                                        : (errno = ENOENT, -1);
    if (fd < 0) {
        error_errno(err, "cannot read %s", shown);
    } else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        error_set(err, "%s is not a file any more", shown);
        close(fd);
        fd = -1;
    }
    free(shown);
    return fd;
}

int intake_entry_read(const struct intake_entry *entry, size_t most, struct strbuf *out,
                      struct error *err)
{
    int fd = intake_entry_open(entry, err);
    if (fd < 0)
        return -1;
    char *shown = intake_shown(entry->path);
    int rc = file_read_fd(fd, shown, most, out, err);
    free(shown);
    close(fd);
    return rc;
}

/* --- scratch --- */

static const char prefix[] = ".intake-";

/* Folders of runs that were killed. */
static void sweep(const char *out)
{
    struct file_list list;
    if (file_list(out, &list, NULL) < 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        if (strncmp(list.names[i], prefix, sizeof prefix - 1) != 0)
            continue;
        char *dir = file_join(out, list.names[i]);
        (void)file_remove_tree(dir, NULL);
        free(dir);
    }
    file_list_free(&list);
}

int intake_scratch_open(struct intake_scratch *scratch, const char *out, struct error *err)
{
    struct stat st;
    if (file_make_dirs(out, 0700, err) < 0)
        return -1;
    sweep(out);
    if (stat(out, &st) < 0)
        return error_errno(err, "%s: cannot be looked at", out);
    scratch->out_dev = st.st_dev;
    scratch->out_ino = st.st_ino;
    scratch->dir = mem_format("%s/%sXXXXXX", out, prefix);
    if (mkdtemp(scratch->dir) == NULL) {
        error_errno(err, "%s: cannot make a folder in it", out);
        free(scratch->dir);
        scratch->dir = NULL;
        return -1;
    }
    return 0;
}

void intake_scratch_close(struct intake_scratch *scratch)
{
    if (scratch->dir == NULL)
        return;
    (void)file_remove_tree(scratch->dir, NULL);
    free(scratch->dir);
    scratch->dir = NULL;
}
