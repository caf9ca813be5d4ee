/*
 * scene/rootfs: the file system a program sees: the host's /usr, read-only; a few files of /etc; a
 * minimal /dev; the namespace's own /proc; empty /work, /tmp and /dev/shm, in memory.
 *
 *  - Two file systems in memory: the root, which is read-only before a program runs, so that none
 * can change what the next one finds; and one that /work, /tmp and /dev/shm share, whose size and
 * number of files are the scene's limits.
 *  - Folders that no program shall see (rootfs_hide) are covered: labs lie below /usr when they are
 * installed, with their solutions.
 *  - The programs themselves lie in the first. What stands in /work under their names is a mount,
 * which can be neither written, renamed nor removed.
 *
 * Runs in the scene's init, inside its own user and mount namespace. Nothing here is visible to the
 * host, and nothing has to be undone: it goes with the namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scene/init.h"

#ifndef MOUNT_ATTR_RDONLY
#include <linux/mount.h>
#endif

#include "base/strbuf.h"

#define ROOT "/tmp"  /* covered by our own tmpfs, in our own mount namespace only */
#define DATA "/proc" /* of the old root, which goes: where the second one is mounted on its way */

static int make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    size_t len = strlen(text);
    ssize_t n = write(fd, text, len);
    close(fd);
    return n == (ssize_t)len ? 0 : -1;
}

/* A path of the host under the new root: links are made again, folders and files bound. What the
 * host does not have is left out. */
static int show(const char *path)
{
    char target[512], inside[512];
    struct stat st;
    snprintf(inside, sizeof inside, ROOT "%s", path);
    if (lstat(path, &st) != 0)
        return 0;
    if (S_ISLNK(st.st_mode)) {
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n < 0)
            return -1;
        target[n] = '\0';
        return symlink(target, inside);
    }
    if (S_ISDIR(st.st_mode) ? mkdir(inside, 0755) != 0 : make_file(inside, "") != 0)
        return -1;
    if (mount(path, inside, NULL, MS_BIND | MS_REC, NULL) != 0)
        return -1;
    /* Read-only is a second lock: the files belong to another user anyway. Kernels before 5.12
     * do not have the call. */
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    if (S_ISDIR(st.st_mode))
        syscall(SYS_mount_setattr, AT_FDCWD, inside, AT_RECURSIVE, &attr, sizeof attr);
    return 0;
}

/* Real paths of folders that are covered. */
enum { HIDDEN_MOST = 8 };
static char *hidden[HIDDEN_MOST];
static unsigned nhidden;

void rootfs_hide(const char *folder)
{
    char *real = realpath(folder, NULL);
    bool known = real == NULL || nhidden == HIDDEN_MOST;
    for (unsigned i = 0; i < nhidden && !known; i++)
        known = strcmp(hidden[i], real) == 0;
    if (known)
        free(real);
    else
        hidden[nhidden++] = real;
}

static int cover_hidden(void)
{
    char inside[512];
    struct stat st;
    for (unsigned i = 0; i < nhidden; i++) {
        int len = snprintf(inside, sizeof inside, ROOT "%s", hidden[i]);
        if (len >= (int)sizeof inside) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (lstat(inside, &st) == 0 &&
            mount("socklings", inside, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k") != 0)
            return -1;
    }
    return 0;
}

static int make_etc(void)
{
    static const char *const shown[] = {"/etc/ld.so.cache", "/etc/services",     "/etc/protocols",
                                        "/etc/localtime",   "/etc/alternatives", "/etc/ssl",
                                        "/etc/ld.so.conf",  "/etc/ld.so.conf.d"};
    if (mkdir(ROOT "/etc", 0755) != 0 ||
        make_file(ROOT "/etc/passwd", "learner:x:1000:1000::/work:/bin/sh\n") != 0 ||
        make_file(ROOT "/etc/group", "learner:x:1000:\n") != 0 ||
        make_file(ROOT "/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost\n") != 0 ||
        make_file(ROOT "/etc/nsswitch.conf", "hosts: files\nservices: files\n") != 0 ||
        make_file(ROOT "/etc/host.conf", "multi on\n") != 0 ||
        make_file(ROOT "/etc/resolv.conf", "") != 0)
        return -1;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (show(shown[i]) != 0)
            return -1;
    return 0;
}

static int make_dev(void)
{
    static const char *const nodes[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                        "/dev/random", "/dev/urandom", "/dev/tty"};
    if (mkdir(ROOT "/dev", 0755) != 0 || mkdir(ROOT "/dev/shm", 0755) != 0 ||
        symlink("/proc/self/fd", ROOT "/dev/fd") != 0 ||
        symlink("/proc/self/fd/0", ROOT "/dev/stdin") != 0 ||
        symlink("/proc/self/fd/1", ROOT "/dev/stdout") != 0 ||
        symlink("/proc/self/fd/2", ROOT "/dev/stderr") != 0)
        return -1;
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        if (show(nodes[i]) != 0)
            return -1;
    return 0;
}

/* Init is hidden in it (proc(5), hidepid): its command line is the runner's, and tells where labs
 * and their solutions lie. */
static int mount_proc(const char *path)
{
    return mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2");
}

/* /work, /tmp and /dev/shm: one file system, so that a limit holds for all. */
static int make_data(void)
{
    static const struct {
        const char *folder, *inside;
        mode_t mode;
    } parts[] = {{DATA "/work", ROOT "/work", 0755},
                 {DATA "/tmp", ROOT "/tmp", 01777},
                 {DATA "/shm", ROOT "/dev/shm", 01777}};
    char options[64];
    snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%u",
             (unsigned long long)ROOTFS_BYTES, ROOTFS_INODES);
    if (mkdir(ROOT "/work", 0755) != 0 || mkdir(ROOT "/tmp", 0755) != 0 ||
        mount("socklings", DATA, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
        return -1;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (mkdir(parts[i].folder, parts[i].mode) != 0 ||
            mount(parts[i].folder, parts[i].inside, NULL, MS_BIND, NULL) != 0)
            return -1;
    return 0;
}

int rootfs_enter(const char **step)
{
    static const char *const system[] = {"/usr",   "/bin",   "/sbin",   "/lib",
                                         "/lib64", "/lib32", "/libx32", "/nix"};
    *step = "make the mounts private";
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return -1;
    *step = "mount a tmpfs";
    if (mount("socklings", ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1g") != 0)
        return -1;
    *step = "show /usr";
    for (size_t i = 0; i < sizeof system / sizeof system[0]; i++)
        if (show(system[i]) != 0)
            return -1;
    *step = "hide the labs";
    if (cover_hidden() != 0)
        return -1;
    *step = "make /etc";
    if (make_etc() != 0)
        return -1;
    *step = "make /dev";
    if (make_dev() != 0)
        return -1;
    *step = "mount /proc";
    if (mkdir(ROOT "/proc", 0755) != 0 || mount_proc(ROOT "/proc") != 0)
        return -1;
    *step = "make /work and /tmp";
    if (mkdir(ROOT ROOTFS_PROGRAMS, 0755) != 0 || make_data() != 0)
        return -1;
    *step = "change the root";
    if (chdir(ROOT) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0)
        return -1;
    *step = "enter /work";
    return chdir("/work");
}

int rootfs_limit(uint64_t bytes, unsigned inodes)
{
    char options[64];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%u", (unsigned long long)bytes, inodes);
    return mount(NULL, "/work", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options);
}

int rootfs_seal(const char *const *programs, unsigned nprograms)
{
    char from[512], to[512];
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
        return -1;
    for (unsigned i = 0; i < nprograms; i++) {
        snprintf(from, sizeof from, ROOTFS_PROGRAMS "/%s", programs[i]);
        snprintf(to, sizeof to, "/work/%s", programs[i]);
        /* What is bound from a read-only mount is read-only. */
        if (mount(from, to, NULL, MS_BIND, NULL) != 0)
            return -1;
    }
    return 0;
}

bool rootfs_is_solution(const char *program)
{
    return strncmp(program, "solution-", 9) == 0; /* no other may be called so (script_files.c) */
}

/* The empty file that stands below its mount comes to light, and takes its place in the store. */
int rootfs_hide_solutions(const char *const *programs, unsigned nprograms)
{
    char stored[512], shown[512];
    bool apart = false;
    for (unsigned i = 0; i < nprograms; i++) {
        if (!rootfs_is_solution(programs[i]))
            continue;
        if (!apart && unshare(CLONE_NEWNS) != 0)
            return -1;
        apart = true;
        snprintf(stored, sizeof stored, ROOTFS_PROGRAMS "/%s", programs[i]);
        snprintf(shown, sizeof shown, "/work/%s", programs[i]);
        if (umount2(shown, MNT_DETACH) != 0 || mount(shown, stored, NULL, MS_BIND, NULL) != 0)
            return -1;
    }
    return 0;
}

int rootfs_keep(const char **step)
{
    *step = "make the mounts private";
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return -1;
    *step = "mount /proc";
    return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static int replace(const char *path, const char *text, bool own)
{
    if (!own)
        return make_file(path, text);
    return make_file(ROOT "/names", text) == 0 &&
                   mount(ROOT "/names", path, NULL, MS_BIND, NULL) == 0 &&
                   unlink(ROOT "/names") == 0
               ? 0
               : -1;
}

int rootfs_names(const struct network *net, unsigned host, bool own, const char **step)
{
    struct strbuf hosts = STRBUF_INIT, resolver = STRBUF_INIT;
    *step = "make its hosts known by name";
    network_hosts_file(net, host, &hosts);
    network_resolv_conf(net, host, &resolver);
    /* A tmpfs lies over /tmp only while files are made in it that shall cover others. */
    int rc = own ? mount("socklings", ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m") : 0;
    if (rc == 0)
        rc = replace("/etc/hosts", hosts.data, own);
    if (rc == 0 && net->dns >= 0) {
        rc = replace("/etc/resolv.conf", resolver.data, own);
        if (rc == 0)
            rc = replace("/etc/nsswitch.conf", "hosts: files dns\nservices: files\n", own);
    }
    if (own && umount2(ROOT, MNT_DETACH) != 0)
        rc = -1;
    strbuf_free(&hosts);
    strbuf_free(&resolver);
    return rc;
}
