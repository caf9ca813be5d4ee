/*
 * build/confine: the file system that a compiler sees (namespaces).
 *
 *  - A small one in memory, with the host's system folders bound into it, read-only. It lies over
 *    /proc, the one place where nothing that we bind or read can be; nobody outside sees it, and it
 *    goes with its namespace.
 *  - Source and library are copied: they may belong to folders that its user cannot enter.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MOUNT_ATTR_RDONLY
#include <linux/mount.h>
#endif

#include "base/file.h"
#include "base/mem.h"
#include "build/confine_parts.h"

#define ROOT "/proc"

static int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

/* An ordinary user has rights only in a user namespace, in which he stays who he is. */
static int map_user(uid_t uid, gid_t gid)
{
    char map[64];
    if (write_text("/proc/self/setgroups", "deny") != 0 && errno != ENOENT)
        return -1;
    snprintf(map, sizeof map, "%u %u 1", (unsigned)gid, (unsigned)gid);
    if (write_text("/proc/self/gid_map", map) != 0)
        return -1;
    snprintf(map, sizeof map, "%u %u 1", (unsigned)uid, (unsigned)uid);
    return write_text("/proc/self/uid_map", map);
}

static int make_folder_of(const char *inside)
{
    char *parent = file_folder(inside);
    int rc = file_make_dirs(parent, 0755, NULL);
    free(parent);
    return rc;
}

/* A path of the host under the new root: links are made again, folders and files bound, read-only.
 * Kernels before 5.12 cannot do the last; the files belong to others anyway. */
static int show(void *arg, const char *path)
{
    char target[4096];
    struct stat st;
    (void)arg;
    if (lstat(path, &st) != 0)
        return 0;
    char *inside = mem_format(ROOT "%s", path);
    int rc = make_folder_of(inside);
    ssize_t n = S_ISLNK(st.st_mode) ? readlink(path, target, sizeof target - 1) : 0;
    if (rc == 0 && n > 0) {
        target[n] = '\0';
        rc = symlink(target, inside);
    } else if (rc == 0 && n == 0) {
        struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
        rc = S_ISDIR(st.st_mode) ? mkdir(inside, 0755) : mknod(inside, S_IFREG | 0644, 0);
        if (rc == 0 || errno == EEXIST)
            rc = mount(path, inside, NULL, MS_BIND | MS_REC, NULL);
        if (rc == 0 && !S_ISCHR(st.st_mode))
            syscall(SYS_mount_setattr, AT_FDCWD, inside, AT_RECURSIVE, &attr, sizeof attr);
    }
    free(inside);
    return n < 0 ? -1 : rc;
}

static int make_work(const struct confined *c)
{
    struct error err;
    /* The library or the prepared headers may lie in /tmp too. */
    if (file_make_dirs(ROOT "/build/src", 0755, &err) != 0 ||
        file_make_dirs(ROOT "/tmp", 0755, &err) != 0 || chmod(ROOT "/tmp", 01777) != 0 ||
        source_write(c->request.source, ROOT "/build/src", &err) != 0 ||
        confine_copy_library(c->request.build, ROOT, c->lib_dir, c->lib_archive, &err) != 0)
        return -1;
    if (c->uid == (uid_t)-1)
        return 0;
    return chown(ROOT "/build", c->uid, c->uid) != 0 ||
                   chown(ROOT "/build/src", c->uid, c->uid) != 0
               ? -1
               : 0;
}

int confine_enter_root(struct confined *c)
{
    if (c->own_user_namespace && map_user(c->outer_uid, c->outer_gid) != 0)
        return confine_refused(c, "name its user");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return confine_refused(c, "make its mounts private");
    if (mount("socklings", ROOT, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "mode=0755,size=160m,nr_inodes=1024") != 0)
        return confine_refused(c, "mount a file system in memory");
    if (confine_each_shown(c->request.compiler, show, NULL) != 0 || show(NULL, "/dev/null") != 0)
        return confine_refused(c, "show it the system");
    if (c->request.headers != NULL)
        show(NULL, c->request.headers); /* without them it only takes longer */
    if (make_work(c) != 0)
        return confine_fail(c, "put the source in place");
    if (chdir(ROOT) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
        umount2(".", MNT_DETACH) != 0 || chdir(c->work) != 0)
        return confine_refused(c, "change its root");
    return 0;
}
