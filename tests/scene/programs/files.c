/*
 * Looks at its folder, and writes into it, for tests/scene/test_scene_files.c.
 *
 *   list            every entry below the current folder, but the programs: "MODE SIZE KIND NAME"
 *   read PATH       prints the content, or why it cannot
 *   copy FROM TO    with as few calls as possible
 *   put PATH TEXT   a file of that text
 *   link PATH TO, fifo PATH, folder PATH
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *path)
{
    printf("%s: %s\n", path, strerror(errno));
    return 1;
}

static int list(const char *folder);

static void show(const char *path)
{
    char target[256];
    struct stat st;
    if (lstat(path, &st) < 0)
        return;
    const char *kind = S_ISDIR(st.st_mode) ? "folder" : S_ISFIFO(st.st_mode) ? "fifo" : "file";
    if (st.st_uid != getuid())
        printf("not mine: ");
    if (S_ISLNK(st.st_mode)) {
        ssize_t n = readlink(path, target, sizeof target);
        printf("link to %.*s: %s\n", (int)n, target, path + 2);
    } else if (!S_ISREG(st.st_mode) || (st.st_mode & 0777) != 0755) {
        printf("%03o %s %lld: %s\n", (unsigned)st.st_mode & 0777, kind,
               S_ISREG(st.st_mode) ? (long long)st.st_size : 0, path + 2);
    }
    if (S_ISDIR(st.st_mode))
        list(path);
}

static int list(const char *folder)
{
    struct dirent **entries;
    char path[4096];
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        show(path);
    }
    return n < 0;
}

static int copy(const char *from, const char *to)
{
    struct stat st;
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (in < 0 || out < 0)
        return complain(in < 0 ? from : to);
    if (fstat(in, &st) < 0)
        return complain(from);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);
        if (n <= 0)
            return complain(to);
        left -= n;
    }
    return 0;
}

static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        return complain(path);
    return close(fd);
}

static int put_out(const char *path)
{
    char text[4096];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (n < 0)
        return complain(path);
    printf("%.*s", (int)n, text);
    return 0;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "", *path = argc > 2 ? argv[2] : "";
    const char *more = argc > 3 ? argv[3] : "";
    if (strcmp(word, "list") == 0)
        return list(".");
    if (strcmp(word, "read") == 0)
        return put_out(path);
    if (strcmp(word, "copy") == 0)
        return copy(path, more);
    if (strcmp(word, "put") == 0)
        return put(path, more);
    if (strcmp(word, "link") == 0)
        return symlink(more, path) == 0 ? 0 : complain(path);
    if (strcmp(word, "fifo") == 0)
        return mkfifo(path, 0644) == 0 ? 0 : complain(path);
    if (strcmp(word, "folder") == 0)
        return mkdir(path, 0755) == 0 ? 0 : complain(path);
    return 2;
}
