/*
 * base/file - whole files, folders and paths.
 *
 * Functions return 0, or -1 with *err (which names the path) and errno set, so that a caller can
 * tell ENOENT from the rest. Every descriptor is close-on-exec. Nothing here blocks on a FIFO or a
 * device that has nothing to say.
 */
#ifndef SOCKLINGS_BASE_FILE_H
#define SOCKLINGS_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"

enum file_flags {
    FILE_REGULAR = 1,    /* open, read, copy: refuse all but regular files (EISDIR or EINVAL) */
    FILE_NO_FOLLOW = 2,  /* open, read, copy: refuse a path whose last part is a symlink (ELOOP) */
    FILE_NEW = 4,        /* write, copy: refuse when something stands there already (EEXIST) */
    FILE_SYNC = 8,       /* write, copy: on the disk when this returns, not only in the cache */
    FILE_KEEP_SAME = 16, /* file_write: a regular file that holds these bytes already is left alone,
                            its mode and times as well */
    FILE_NO_FLUSH = 32,  /* write, copy: where the filesystem would begin to write the data to the
                            disk before it lets a file be replaced (ext4's auto_da_alloc), it need
                            not. For thousands of files that can be made again: after a power cut
                            within the next half minute one may be empty, as a new one may. */
};

/* Opens for reading. The descriptor, which the caller closes, or -1. `dir` is a descriptor of the
 * folder that a relative path starts from, or AT_FDCWD. */
int file_open_at(int dir, const char *path, unsigned flags, struct error *err);

/* Appends the whole file to *out. Larger than max bytes: nothing is appended, EFBIG. */
int file_read(const char *path, size_t max, unsigned flags, struct strbuf *out, struct error *err);
int file_read_at(int dir, const char *path, size_t max, unsigned flags, struct strbuf *out,
                 struct error *err);
/* The same from an open descriptor, from where it stands; `name` is for the error text. */
int file_read_fd(int fd, const char *name, size_t max, struct strbuf *out, struct error *err);

/* Makes path hold exactly these bytes, at once or not at all: they are written to a new file
 * beside it, which then takes its place. mode is that of open(2), and subject to the umask. A
 * writer killed half-way leaves the old file whole, and a stray file named ".NAME.….new" beside
 * it. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
               struct error *err);
/* The same, of what is made piece by piece: `next` adds the next one to *piece, which is empty, and
 * is false when there is none. */
typedef bool file_piece_fn(void *arg, struct strbuf *piece);
int file_write_pieces(const char *path, file_piece_fn *next, void *arg, mode_t mode, unsigned flags,
                      struct error *err);
/* Copies a file the same way, with the permission bits of the original (subject to the umask). */
int file_copy(const char *from, const char *to, unsigned flags, struct error *err);
/* Removes what killed writers of `path` left beside it. Only while no other writer can be at
 * work: under a lock. */
void file_sweep(const char *path);
/* The same of all files in a folder. */
void file_sweep_folder(const char *dir);

/* The folder and all that lead to it, as mkdir -p; fine when it is there already. */
int file_make_dirs(const char *path, mode_t mode, struct error *err);
/* Removes a file, or a folder and everything in it, however deep. Never follows a symlink. Fine
 * when there is nothing. Goes on after a failure and tells the first. */
int file_remove_tree(const char *path, struct error *err);

/* The names in a folder, sorted, without "." and "..". The caller frees with file_list_free. */
struct file_list {
    char **names;
    size_t count;
};
int file_list(const char *dir, struct file_list *list, struct error *err);
void file_list_free(struct file_list *list);

bool file_exists(const char *path); /* anything, also a symlink that leads nowhere */
bool file_is_dir(const char *path); /* follows symlinks */

/* "dir/name" with one slash between; name alone when it is absolute or dir is "". The caller
 * frees. */
char *file_join(const char *dir, const char *name);
/* What follows the last slash: "c.c" of "a/b/c.c". Points into path. */
const char *file_name(const char *path);
/* What precedes it: "a/b" of "a/b/c.c", "." of "c.c", "/" of "/c.c". The caller frees. */
char *file_folder(const char *path);

#endif
