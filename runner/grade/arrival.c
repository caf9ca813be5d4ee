/*
 * grade/arrival: see arrival.h. inotify(7): a watch sees one folder, so each has its own, and those
 * that appear get one as they are noticed, with all that is in them by then.
 */
#include "grade/arrival.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

enum {
    QUIET_MS = 500,       /* nothing for so long: what came is whole */
    ABANDONED_MS = 60000, /* an open file of which nothing is heard */
    LOOK_MS = 1000,
    DEPTH = 16,
};

struct folder {
    int wd;
    char *path;
};

/* A file that somebody is writing. */
struct writing {
    char *path;
    int64_t heard; /* of it, last */
};

struct arrival {
    struct loop *loop;
    int fd;
    struct loop_fd *watch;
    char *const *paths;
    size_t npaths;
    struct folder *folders;
    size_t nfolders;
    struct writing *writing;
    size_t nwriting;
    bool something;
    int64_t last; /* event */
};

/* --- folders --- */

static void add_folder(struct arrival *a, int wd, const char *path)
{
    for (size_t i = 0; i < a->nfolders; i++) {
        if (a->folders[i].wd == wd) { /* moved, or seen twice */
            free(a->folders[i].path);
            a->folders[i].path = mem_string(path);
            return;
        }
    }
    a->folders = mem_resize(a->folders, a->nfolders + 1, sizeof *a->folders);
    a->folders[a->nfolders++] = (struct folder){wd, mem_string(path)};
}

static void watch_tree(struct arrival *a, const char *path, int depth)
{
    struct file_list list = {0};
    int wd = inotify_add_watch(a->fd, path,
                               IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO |
                                   IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
    if (wd < 0)
        return; /* it has gone again, or is no folder */
    add_folder(a, wd, path);
    if (depth == 0 || file_list(path, &list, NULL) != 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        char *below = file_join(path, list.names[i]);
        struct stat st;
        if (lstat(below, &st) == 0 && S_ISDIR(st.st_mode))
            watch_tree(a, below, depth - 1);
        free(below);
    }
    file_list_free(&list);
}

static void watch_all(struct arrival *a)
{
    for (size_t i = 0; i < a->npaths; i++) {
        char *folder =
            file_is_dir(a->paths[i]) ? mem_string(a->paths[i]) : file_folder(a->paths[i]);
        watch_tree(a, folder, file_is_dir(a->paths[i]) ? DEPTH : 0);
        free(folder);
    }
}

static const char *folder_of(const struct arrival *a, int wd)
{
    for (size_t i = 0; i < a->nfolders; i++)
        if (a->folders[i].wd == wd)
            return a->folders[i].path;
    return NULL;
}

static void forget_folder(struct arrival *a, int wd)
{
    for (size_t i = 0; i < a->nfolders; i++) {
        if (a->folders[i].wd == wd) {
            free(a->folders[i].path);
            a->folders[i] = a->folders[--a->nfolders];
            a->folders[a->nfolders].path = NULL;
            return;
        }
    }
}

/* --- files that are being written --- */

static void end_writing(struct arrival *a, size_t i)
{
    free(a->writing[i].path);
    a->writing[i] = a->writing[--a->nwriting];
}

static void note_writing(struct arrival *a, const char *path, bool open)
{
    size_t i = 0;
    while (i < a->nwriting && strcmp(a->writing[i].path, path) != 0)
        i++;
    if (i < a->nwriting && !open) {
        end_writing(a, i);
    } else if (i < a->nwriting) {
        a->writing[i].heard = a->last;
    } else if (open) {
        a->writing = mem_resize(a->writing, a->nwriting + 1, sizeof *a->writing);
        a->writing[a->nwriting++] = (struct writing){mem_string(path), a->last};
    }
}

/* A link is made at once, and nobody closes it. */
static bool is_made_by_writing(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/* --- events --- */

static void on_event(struct arrival *a, const struct inotify_event *event)
{
    const char *folder = folder_of(a, event->wd);
    if (event->mask & IN_IGNORED) {
        forget_folder(a, event->wd);
        return;
    }
    a->something = true;
    a->last = clock_now();
    if (event->mask & IN_Q_OVERFLOW)
        watch_all(a);
    if (folder == NULL || event->len == 0)
        return;
    char *path = file_join(folder, event->name);
    if (event->mask & IN_ISDIR) {
        if (event->mask & (IN_CREATE | IN_MOVED_TO))
            watch_tree(a, path, DEPTH);
    } else if (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) {
        note_writing(a, path, false);
    } else if (is_made_by_writing(path)) {
        note_writing(a, path, true);
    }
    free(path);
}

static void on_readable(void *arg, int fd, uint32_t events)
{
    struct arrival *a = arg;
    _Alignas(struct inotify_event) char bytes[16 * 1024];
    ssize_t n;
    (void)events;
    while ((n = read(fd, bytes, sizeof bytes)) > 0) {
        for (const char *p = bytes; p < bytes + n;) {
            const struct inotify_event *event = (const void *)p;
            on_event(a, event);
            p += sizeof *event + event->len;
        }
    }
}

struct arrival *arrival_watch(struct loop *loop, char *const *paths, size_t npaths,
                              struct error *err)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) {
        error_errno(err, "cannot watch for what arrives");
        return NULL;
    }
    struct arrival *a = mem_alloc(sizeof *a);
    *a = (struct arrival){.loop = loop, .fd = fd, .paths = paths, .npaths = npaths};
    watch_all(a);
    if (a->nfolders == 0) {
        error_errno(err, "cannot watch %s for what arrives", npaths > 0 ? paths[0] : "nothing");
        arrival_free(a);
        return NULL;
    }
    a->watch = loop_fd_add(loop, fd, EPOLLIN, on_readable, a);
    return a;
}

/* When what has come is whole, as far as is known now. */
static int64_t whole_at(struct arrival *a)
{
    int64_t at = a->last + QUIET_MS * CLOCK_MS, now = clock_now();
    for (size_t i = a->nwriting; i-- > 0;) {
        int64_t given_up = a->writing[i].heard + ABANDONED_MS * CLOCK_MS;
        if (given_up <= now)
            end_writing(a, i);
        else if (given_up > at)
            at = given_up;
    }
    return at;
}

bool arrival_wait(struct arrival *a, volatile const int *interrupted)
{
    while (interrupted == NULL || !*interrupted) {
        int64_t now = clock_now(), until = now + LOOK_MS * CLOCK_MS;
        int64_t whole = a->something ? whole_at(a) : INT64_MAX;
        if (whole <= now) {
            a->something = false;
            return true;
        }
        loop_step(a->loop, whole < until ? whole : until);
    }
    return false;
}

void arrival_free(struct arrival *a)
{
    if (a == NULL)
        return;
    loop_fd_remove(a->watch);
    close(a->fd);
    for (size_t i = 0; i < a->nfolders; i++)
        free(a->folders[i].path);
    while (a->nwriting > 0)
        end_writing(a, a->nwriting - 1);
    free(a->folders);
    free(a->writing);
    free(a);
}
