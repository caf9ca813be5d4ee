/*
 * build/source: see source.h.
 *
 * - openat2(RESOLVE_BENEATH) lets a symlink lead to another file in the folder and no further; a
 *   kernel without it (or a sandbox that hides it) refuses every symlink.
 */
#include "build/source.h"

#include <ctype.h>
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

static int open_beneath(int dir, const char *name)
{
    struct open_how how = {0};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
    return openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
}

static int explain_open(int dir, const char *folder, const char *name, struct error *err)
{
    int failure = errno;
    struct stat st;
    bool link = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
    if (failure == EXDEV || (link && failure == ELOOP))
        return error_set(err,
                         "%s is a symbolic link that leads out of %s; put the file itself there",
                         name, folder);
    if (failure == ENOENT && link)
        return error_set(err, "%s is a symbolic link to a file that does not exist", name);
    if (failure == ENOENT)
        return error_set(err, "there is no %s in %s", name, folder);
    if (failure == ENXIO)
        return error_set(err, "%s is a device or socket, not a file", name);
    errno = failure;
    return error_errno(err, "cannot open %s in %s", name, folder);
}

static int check_file(int fd, const char *name, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, "cannot look at %s", name);
    if (S_ISDIR(st.st_mode))
        return error_set(err, "%s is a folder, not a file", name);
    if (S_ISFIFO(st.st_mode))
        return error_set(err, "%s is a named pipe, not a file", name);
    if (!S_ISREG(st.st_mode))
        return error_set(err, "%s is a device, not a file", name);
    if (st.st_size > SOURCE_MAX)
        return error_set(err, "%s is too big: %lld bytes, and a source file may have %d", name,
                         (long long)st.st_size, SOURCE_MAX);
    return 0;
}

static bool only_blanks(const struct strbuf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (!isspace((unsigned char)text->data[i]))
            return false;
    }
    return true;
}

static int check_text(const char *name, const struct strbuf *text, struct error *err)
{
    if (only_blanks(text))
        return error_set(err, "%s is empty", name);
    if (text->len >= 4 && memcmp(text->data, "\177ELF", 4) == 0)
        return error_set(err, "%s is a compiled program, not C source", name);
    if (text->len >= 2 &&
        (memcmp(text->data, "\377\376", 2) == 0 || memcmp(text->data, "\376\377", 2) == 0))
        return error_set(err,
                         "%s is saved as UTF-16, which the compiler cannot read; save it as UTF-8",
                         name);
    const char *nul = memchr(text->data, '\0', text->len);
    if (nul != NULL) {
        unsigned line = 1;
        for (const char *c = text->data; c < nul; c++)
            line += *c == '\n';
        return error_set(err, "%s is not C source: line %u holds a byte with the value 0", name,
                         line);
    }
    return 0;
}

static int read_one(int dir, const char *folder, const char *name, struct strbuf *out,
                    struct error *err)
{
    int fd = open_beneath(dir, name);
    if (fd < 0)
        return explain_open(dir, folder, name, err);
    int rc = check_file(fd, name, err);
    if (rc == 0)
        rc = file_read_fd(fd, name, SOURCE_MAX, out, err);
    close(fd);
    return rc;
}

static void add_file(struct source *source, const char *name, struct strbuf *bytes)
{
    source->files = mem_resize(source->files, source->count + 1, sizeof *source->files);
    source->files[source->count++] = (struct source_file){mem_string(name), *bytes};
    strbuf_init(bytes);
}

static bool is_header(const char *name)
{
    size_t len = strlen(name);
    /* Editors keep lock files and the like under names that begin with a dot. */
    return len > 2 && name[0] != '.' && strcmp(name + len - 2, ".h") == 0;
}

static void read_headers(struct source *source, int dir, const char *folder)
{
    struct file_list list;
    if (file_list(folder, &list, NULL) < 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.names[i];
        struct strbuf bytes = STRBUF_INIT;
        struct error why;
        if (!is_header(name))
            continue;
        if (strlen(name) > SOURCE_NAME_MAX)
            strbuf_printf(&source->notes, "note: %.20s... was left out: its name is too long\n",
                          name);
        else if (source->count > SOURCE_HEADERS_MAX)
            strbuf_printf(&source->notes, "note: %s was left out: more than %d headers\n", name,
                          SOURCE_HEADERS_MAX);
        else if (read_one(dir, folder, name, &bytes, &why) < 0)
            strbuf_printf(&source->notes, "note: %s was left out: %s\n", name, why.text);
        else
            add_file(source, name, &bytes);
        strbuf_free(&bytes);
    }
    file_list_free(&list);
}

int source_read(struct source *source, const char *dir, const char *name, struct error *err)
{
    *source = (struct source){NULL, 0, STRBUF_INIT};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return error_set(err, "there is no %s: the folder %s does not exist", name, dir);
    if (fd < 0)
        return error_errno(err, "cannot open the folder %s", dir);
    struct strbuf bytes = STRBUF_INIT;
    int rc = read_one(fd, dir, name, &bytes, err);
    if (rc == 0)
        rc = check_text(name, &bytes, err);
    if (rc == 0) {
        add_file(source, name, &bytes);
        read_headers(source, fd, dir);
    }
    strbuf_free(&bytes);
    close(fd);
    return rc;
}

int source_write(const struct source *source, const char *to, struct error *err)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct source_file *file = &source->files[i];
        char *path = file_join(to, file->name);
        int rc = file_write(path, file->bytes.data, file->bytes.len, 0644, 0, err);
        free(path);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* What stands behind this word, blanks before it not counted; NULL: it is another one. */
static const char *behind(const char *at, const char *word)
{
    at += strspn(at, " \t");
    return strncmp(at, word, strlen(word)) == 0 ? at + strlen(word) : NULL;
}

/* Nothing more is on the line, but for a comment. */
static bool ends(const char *at)
{
    at += strspn(at, " \t\r");
    return *at == '\n' || *at == '\0' || *at == '/';
}

const char *source_feature(const struct source *source)
{
    for (const char *line = source->files[0].bytes.data; line != NULL;) {
        const char *directive = behind(line, "#");
        if (directive != NULL && behind(directive, "include") != NULL)
            return NULL;
        const char *name = directive != NULL ? behind(directive, "define") : NULL;
        const char *value = name != NULL ? behind(name, "_GNU_SOURCE") : NULL;
        if (value != NULL && ends(value))
            return "_GNU_SOURCE=";
        if (value != NULL) {
            const char *one = *value == ' ' || *value == '\t' ? behind(value, "1") : NULL;
            return one != NULL && ends(one) ? "_GNU_SOURCE=1" : NULL;
        }
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return NULL;
}

void source_free(struct source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        free(source->files[i].name);
        strbuf_free(&source->files[i].bytes);
    }
    free(source->files);
    strbuf_free(&source->notes);
    *source = (struct source){NULL, 0, STRBUF_INIT};
}
