/*
 * base/folder: the part of file.h about folders.
 *
 * - Removing goes down by descriptors (openat, unlinkat) and never follows a symlink, so nothing
 *   outside can be hit, also while somebody renames things inside.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

int file_make_dirs(const char *path, mode_t mode, struct error *err)
{
    /* Nearly always it is there, or the last part alone is missing. */
    if (file_is_dir(path) || mkdir(path, mode) == 0)
        return 0;
    char *copy = mem_string(path);
    int rc = 0;
    for (char *slash = copy + (copy[0] == '/'); rc == 0; slash++) {
        slash += strcspn(slash, "/");
        bool last = *slash == '\0';
        *slash = '\0';
        /* Something that is there already may be in a folder that cannot be written; then mkdir
         * says EROFS or EACCES instead of EEXIST. */
        if (mkdir(copy, mode) < 0) {
            int saved = errno;
            struct stat st;
            if (stat(copy, &st) == 0) {
                errno = ENOTDIR;
                if (!S_ISDIR(st.st_mode))
                    rc = error_set(err, "cannot create the folder %s: %s is not a folder", path,
                                   copy);
            } else {
                errno = saved;
                rc = error_errno(err, "cannot create the folder %s", copy);
            }
        }
        if (last)
            break;
        *slash = '/';
    }
    int saved = errno;
    free(copy);
    errno = saved;
    return rc;
}

/* Deeper than this, a folder is moved up to the top before it is emptied, so that neither
 * descriptors nor stack run out. */
enum { MAX_DEPTH = 50 };

struct removal {
    int top;        /* the folder that is emptied first of all */
    unsigned moved; /* folders moved up to it so far */
    int failure;    /* errno of the first failure; 0: none */
};

static void note_failure(struct removal *job)
{
    if (job->failure == 0)
        job->failure = errno;
}

/* Opens a folder, giving its owner the right to it first where it lacks that. */
static int open_to_empty(int parent, const char *name)
{
    int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(parent, name, how);
    struct stat st;
    bool locked = fd < 0 ? errno == EACCES : fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700;
    if (!locked)
        return fd;
    int handle = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (handle < 0)
        return fd;
    char self[40];
    snprintf(self, sizeof self, "/proc/self/fd/%d", handle);
    if (chmod(self, 0700) == 0 && fd < 0)
        fd = open(self, how & ~O_NOFOLLOW);
    close(handle);
    return fd;
}

static void empty_folder(struct removal *job, int fd, unsigned depth);

static void remove_entry(struct removal *job, int parent, const char *name, unsigned depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return;
    if (errno != EISDIR && errno != EPERM) {
        note_failure(job);
        return;
    }
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
        return;
    if (depth >= MAX_DEPTH) {
        char up[48];
        snprintf(up, sizeof up, ".socklings-removing-%d-%u", (int)getpid(), job->moved++);
        if (renameat(parent, name, job->top, up) < 0)
            note_failure(job);
        return;
    }
    int fd = open_to_empty(parent, name);
    if (fd < 0) {
        note_failure(job);
        return;
    }
    empty_folder(job, fd, depth + 1);
    if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        note_failure(job);
}

/* Takes over fd. */
static void empty_folder(struct removal *job, int fd, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        note_failure(job);
        close(fd);
        return;
    }
    if (depth == 0)
        job->top = fd;
    unsigned moved;
    do { /* again when something was moved up into the folder being read */
        moved = job->moved;
        rewinddir(dir);
        struct dirent *entry;
        while ((entry = readdir(dir)) != NULL) {
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                remove_entry(job, fd, entry->d_name, depth);
        }
    } while (depth == 0 && moved != job->moved && job->failure == 0);
    closedir(dir);
}

int file_remove_tree(const char *path, struct error *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    struct removal job = {-1, 0, 0};
    int fd = open_to_empty(AT_FDCWD, path);
    if (fd < 0)
        return error_errno(err, "cannot remove %s", path);
    empty_folder(&job, fd, 0);
    if (rmdir(path) < 0 && errno != ENOENT)
        note_failure(&job);
    if (job.failure == 0)
        return 0;
    errno = job.failure;
    return error_errno(err, "cannot remove all of %s", path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int file_list(const char *dir, struct file_list *list, struct error *err)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return error_errno(err, "cannot read the folder %s", dir);
    *list = (struct file_list){NULL, 0};
    size_t room = 0;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(d)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (list->count == room) {
            room = room == 0 ? 16 : room * 2;
            list->names = mem_resize(list->names, room, sizeof *list->names);
        }
        list->names[list->count++] = mem_string(entry->d_name);
    }
    int failure = errno;
    closedir(d);
    if (failure != 0) {
        file_list_free(list);
        errno = failure;
        return error_errno(err, "cannot read the folder %s", dir);
    }
    if (list->count > 1)
        qsort(list->names, list->count, sizeof *list->names, by_name);
    return 0;
}

void file_list_free(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct file_list){NULL, 0};
}
