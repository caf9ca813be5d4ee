/*
 * base/file: see file.h.
 *
 * - A file is replaced by rename(2) only, so a reader sees the old one or the new one.
 * - Descriptors are opened O_NONBLOCK, since opening a FIFO would wait for its writer.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* --- reading --- */

static int check_kind(int fd, const char *path, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, "cannot look at %s", path);
    if (S_ISREG(st.st_mode))
        return 0;
    const char *kind = S_ISDIR(st.st_mode)    ? "a folder"
                       : S_ISFIFO(st.st_mode) ? "a named pipe"
                                              : "a device or socket";
    errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    return error_set(err, "%s is %s, not a file", path, kind);
}

int file_open_at(int dir, const char *path, unsigned flags, struct error *err)
{
    int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (flags & FILE_NO_FOLLOW)
        how |= O_NOFOLLOW;
    int fd = openat(dir, path, how);
    if (fd < 0 && errno == ENXIO) { /* a socket */
        error_set(err, "%s is a device or socket, not a file", path);
        errno = EINVAL;
        return -1;
    }
    if (fd < 0 && errno == ELOOP && (flags & FILE_NO_FOLLOW))
        return error_set(err, "%s is a symbolic link", path);
    if (fd < 0)
        return error_errno(err, "cannot open %s", path);
    if ((flags & FILE_REGULAR) && check_kind(fd, path, err) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int file_read_fd(int fd, const char *name, size_t max, struct strbuf *out, struct error *err)
{
    size_t start = out->len;
    if (max > SIZE_MAX / 2)
        max = SIZE_MAX / 2;
    struct stat st;
    size_t expected = 4096;
    if (fstat(fd, &st) == 0 && st.st_size > 0)
        expected = (uintmax_t)st.st_size > max ? max : (size_t)st.st_size;

    for (;;) {
        size_t have = out->len - start;
        /* One byte more than allowed tells a file that fits from one that does not. */
        size_t want = have < expected ? expected - have + 1 : 65536;
        if (want > max - have + 1)
            want = max - have + 1;
        strbuf_reserve(out, want);
        ssize_t n = read(fd, out->data + out->len, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            strbuf_cut(out, start);
            return error_errno(err, "cannot read %s", name);
        }
        if (n == 0) {
            out->data[out->len] = '\0';
            return 0;
        }
        if ((size_t)n > max - have) {
            strbuf_cut(out, start);
            out->data[out->len] = '\0';
            errno = EFBIG;
            return error_set(err, "%s is larger than %zu bytes", name, max);
        }
        out->len += (size_t)n;
    }
}

int file_read_at(int dir, const char *path, size_t max, unsigned flags, struct strbuf *out,
                 struct error *err)
{
    int fd = file_open_at(dir, path, flags, err);
    if (fd < 0)
        return -1;
    int rc = file_read_fd(fd, path, max, out, err);
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int file_read(const char *path, size_t max, unsigned flags, struct strbuf *out, struct error *err)
{
    return file_read_at(AT_FDCWD, path, max, flags, out, err);
}

/* --- writing --- */

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A new, empty file beside `path`; its name in *name, which the caller frees. */
static int open_beside(const char *path, mode_t mode, char **name)
{
    static unsigned counter;
    const char *last = file_name(path);
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned unique = (unsigned)clock_now() ^ (++counter << 20);
        *name =
            mem_format("%.*s.%s.%d-%x.new", (int)(last - path), path, last, (int)getpid(), unique);
        int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0)
            return fd;
        free(*name);
        *name = NULL;
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

/* The folder's entry must be on the disk too, else a power cut may bring back the old name. */
static int sync_folder(const char *path)
{
    char *folder = file_folder(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return 0; /* a folder that may be written but not read: nothing more can be done */
    int rc = fsync(fd);
    if (rc < 0 && (errno == EINVAL || errno == EROFS)) /* some filesystems cannot */
        rc = 0;
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

/* Changing places with a file is no replacing for the filesystem, and at once all the same. A
 * folder would change places as well, and has to go back. */
static int replace(const char *temp, const char *path, unsigned flags)
{
    if (!(flags & FILE_NO_FLUSH) || renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_EXCHANGE) != 0)
        return rename(temp, path); /* also where there was none, or it cannot be done */
    if (unlink(temp) == 0)
        return 0;
    int saved = errno;
    renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_EXCHANGE);
    errno = saved;
    return -1;
}

static int take_place(const char *temp, const char *path, unsigned flags)
{
    if (!(flags & FILE_NEW))
        return replace(temp, path, flags);
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A filesystem (NFS) without RENAME_NOREPLACE: link(2) refuses an existing name as well. */
    if (link(temp, path) < 0)
        return -1;
    unlink(temp);
    return 0;
}

typedef int fill_fn(int fd, void *arg);

static int write_with(const char *path, mode_t mode, unsigned flags, fill_fn *fill, void *arg,
                      struct error *err)
{
    char *temp = NULL;
    int fd = open_beside(path, mode, &temp);
    if (fd < 0)
        return error_errno(err, "cannot write %s", path);
    bool good = fill(fd, arg) == 0 && (!(flags & FILE_SYNC) || fsync(fd) == 0);
    int saved = errno;
    /* A full network disk may say so only at close. */
    if (close(fd) < 0 && good) {
        good = false;
        saved = errno;
    }
    if (good && take_place(temp, path, flags) < 0) {
        good = false;
        saved = errno;
    }
    if (!good) {
        unlink(temp);
        free(temp);
        errno = saved;
        return error_errno(err, "cannot write %s", path);
    }
    free(temp);
    if ((flags & FILE_SYNC) && sync_folder(path) < 0)
        return error_errno(err, "cannot write %s", path);
    return 0;
}

struct bytes_to_write {
    const char *data;
    size_t len;
};

static int fill_bytes(int fd, void *arg)
{
    const struct bytes_to_write *bytes = arg;
    return write_all(fd, bytes->data, bytes->len);
}

static bool holds(const char *path, const void *data, size_t len)
{
    struct strbuf there = STRBUF_INIT;
    bool same = file_read(path, len, FILE_REGULAR | FILE_NO_FOLLOW, &there, NULL) == 0 &&
                there.len == len && (len == 0 || memcmp(there.data, data, len) == 0);
    strbuf_free(&there);
    return same;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
               struct error *err)
{
    struct bytes_to_write bytes = {data, len};
    if ((flags & FILE_KEEP_SAME) && holds(path, data, len))
        return 0;
    return write_with(path, mode, flags, fill_bytes, &bytes, err);
}

struct pieces_to_write {
    file_piece_fn *next;
    void *arg;
};

static int fill_pieces(int fd, void *arg)
{
    const struct pieces_to_write *pieces = arg;
    struct strbuf piece = STRBUF_INIT;
    int rc = 0;
    while (rc == 0 && pieces->next(pieces->arg, &piece)) {
        rc = write_all(fd, piece.data, piece.len);
        strbuf_cut(&piece, 0);
    }
    int saved = errno;
    strbuf_free(&piece);
    errno = saved;
    return rc;
}

int file_write_pieces(const char *path, file_piece_fn *next, void *arg, mode_t mode, unsigned flags,
                      struct error *err)
{
    struct pieces_to_write pieces = {next, arg};
    return write_with(path, mode, flags, fill_pieces, &pieces, err);
}

static int fill_copy(int fd, void *arg)
{
    int from = *(const int *)arg;
    char *buffer = mem_alloc(65536);
    int rc = 0;
    for (;;) {
        ssize_t n = read(from, buffer, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            rc = (int)n;
            break;
        }
        if (write_all(fd, buffer, (size_t)n) < 0) {
            rc = -1;
            break;
        }
    }
    free(buffer);
    return rc;
}

int file_copy(const char *from, const char *to, unsigned flags, struct error *err)
{
    int fd = file_open_at(AT_FDCWD, from, flags, err);
    if (fd < 0)
        return -1;
    struct stat st;
    int rc = fstat(fd, &st) < 0 ? error_errno(err, "cannot look at %s", from)
                                : write_with(to, st.st_mode & 0777, flags, fill_copy, &fd, err);
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

/* A name that a writer gives: ".NAME.PID-UNIQUE.new" (open_beside). */
static bool is_stray(const char *name)
{
    static const char end[] = ".new";
    size_t len = strlen(name);
    if (name[0] != '.' || len < sizeof end || strcmp(name + len - (sizeof end - 1), end) != 0)
        return false;
    const char *at = name + len - sizeof end;
    size_t unique = 0, pid = 0;
    for (; at > name && strchr("0123456789abcdef", *at) != NULL; at--)
        unique++;
    if (at == name || *at-- != '-')
        return false;
    for (; at > name && *at >= '0' && *at <= '9'; at--)
        pid++;
    return unique > 0 && pid > 0 && at > name + 1 && *at == '.';
}

/* Those whose names begin with the prefix. */
static void sweep(const char *folder, const char *prefix)
{
    struct file_list list;
    if (file_list(folder, &list, NULL) != 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        size_t len = strlen(list.names[i]), prefix_len = strlen(prefix);
        bool ours = prefix_len > 1
                        ? len > prefix_len + 4 && strcmp(list.names[i] + len - 4, ".new") == 0
                        : is_stray(list.names[i]);
        if (!ours || strncmp(list.names[i], prefix, prefix_len) != 0)
            continue;
        char *stray = file_join(folder, list.names[i]);
        unlink(stray);
        free(stray);
    }
    file_list_free(&list);
}

void file_sweep(const char *path)
{
    char *folder = file_folder(path);
    char *prefix = mem_format(".%s.", file_name(path));
    sweep(folder, prefix);
    free(prefix);
    free(folder);
}

void file_sweep_folder(const char *dir)
{
    sweep(dir, ".");
}

/* --- paths --- */

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *file_join(const char *dir, const char *name)
{
    size_t len = strlen(dir);
    if (len == 0 || name[0] == '/')
        return mem_string(name);
    return mem_format("%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

char *file_folder(const char *path)
{
    const char *last = file_name(path);
    if (last == path)
        return mem_string(".");
    if (last == path + 1)
        return mem_string("/");
    return mem_format("%.*s", (int)(last - path - 1), path);
}
