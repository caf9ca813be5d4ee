/* scene/init_files: see init_files.h. */
#include "scene/init_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- making --- */

static int make_folder(const char *path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : -1;
}

static int make_folders_above(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", name);
    for (char *slash = path; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        if (make_folder(path) != 0)
            return -1;
    }
    return 0;
}

static int copy_in(const char *name, int from, bool executable)
{
    struct stat st;
    off_t at = 0;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0755 : 0644);
    if (fd < 0)
        return -1;
    int rc = fstat(from, &st);
    while (rc == 0 && at < st.st_size) {
        ssize_t n = sendfile(fd, from, &at, (size_t)(st.st_size - at));
        if (n <= 0) {
            errno = n == 0 ? EIO : errno; /* it became shorter meanwhile */
            rc = -1;
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

static int make_sparse(const char *name, uint64_t size)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    int rc = ftruncate(fd, (off_t)size), saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int init_make_file(const struct init_request *req, int from)
{
    const char *name = req->text;
    if (make_folders_above(name) != 0)
        return -1;
    switch (req->file) {
    case SCENE_FILE_SPARSE:
        return make_sparse(name, req->size);
    case SCENE_FILE_FOLDER:
        return make_folder(name);
    case SCENE_FILE_LINK:
        return symlink(name + strlen(name) + 1, name);
    case SCENE_FILE_FIFO:
        return mkfifo(name, 0644);
    case SCENE_FILE_CONTENT:
        break;
    }
    errno = EBADF;
    return from >= 0 ? copy_in(name, from, req->executable) : -1;
}

int init_set_mode(const struct init_request *req)
{
    return chmod(req->text, req->mode);
}

/* --- looking --- */

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "a folder"
           : S_ISLNK(mode)  ? "a symbolic link"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

/* A place in the file system, not yet opened: no FIFO waits, no device wakes up, no link is
 * followed, neither on the way nor at the end. */
static int find(const char *name)
{
    char path[4096];
    int at = AT_FDCWD;
    snprintf(path, sizeof path, "%s", name);
    for (char *part = path; part != NULL;) {
        char *slash = strchr(part, '/');
        if (slash != NULL)
            *slash = '\0';
        int next =
            openat(at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC | (slash != NULL ? O_DIRECTORY : 0));
        int saved = errno;
        if (at >= 0)
            close(at);
        errno = saved;
        if (next < 0)
            return -1;
        at = next;
        part = slash != NULL ? slash + 1 : NULL;
    }
    return at;
}

int init_look(const char *name, char *what, size_t size)
{
    struct stat st;
    char self[40];
    int fd = -1, at = find(name);
    what[0] = '\0';
    if (at < 0) {
        if (errno == ENOTDIR)
            snprintf(what, size, "below something that is no folder");
        else if (errno != ENOENT)
            snprintf(what, size, "where it cannot be found (%s)", strerror(errno));
        return -1;
    }
    if (fstat(at, &st) != 0 || !S_ISREG(st.st_mode)) {
        snprintf(what, size, "%s", kind_of(st.st_mode));
    } else {
        snprintf(self, sizeof self, "/proc/self/fd/%d", at);
        fd = open(self, O_RDONLY | O_CLOEXEC);
        /* Its owner may read it all the same, by giving himself the right. */
        if (fd < 0 && errno == EACCES && chmod(self, st.st_mode | 0400) == 0) {
            fd = open(self, O_RDONLY | O_CLOEXEC);
            chmod(self, st.st_mode);
        }
        if (fd < 0)
            snprintf(what, size, "a file that cannot be read (%s)", strerror(errno));
    }
    close(at);
    return fd;
}
