/* build/confine: what a compiler is shown of this machine, and its copy of the library. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "build/confine_parts.h"

/* Neither /usr/share nor /usr/local/share: solutions of labs may be installed there. */
static const char *const system_paths[] = {
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/libexec",
    "/usr/include",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/include",
    "/usr/local/libexec",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
};

static bool is_shown(const char *path)
{
    for (size_t i = 0; i < sizeof system_paths / sizeof *system_paths; i++) {
        size_t len = strlen(system_paths[i]);
        if (strncmp(path, system_paths[i], len) == 0 && (path[len] == '/' || path[len] == '\0'))
            return true;
    }
    return false;
}

/* /opt/gcc-15/bin/gcc brings its own programs, libraries and headers; any other place, only the
 * file. */
static int show_where_it_lives(const char *program, confine_show_fn *show, void *arg)
{
    static const char *const parts[] = {"bin", "lib", "lib64", "libexec", "include"};
    char *folder = file_folder(program);
    int rc = 0;
    if (strcmp(file_name(folder), "bin") == 0) {
        char *prefix = file_folder(folder);
        for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++) {
            char *part = file_join(prefix, parts[i]);
            if (file_is_dir(part))
                rc = show(arg, part);
            free(part);
        }
        free(prefix);
    } else {
        rc = show(arg, program);
    }
    free(folder);
    return rc;
}

int confine_each_shown(const struct compiler *compiler, confine_show_fn *show, void *arg)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof system_paths / sizeof *system_paths; i++)
        rc = show(arg, system_paths[i]);
    const char *program = compiler->words[0];
    char *real = realpath(program, NULL);
    if (rc == 0 && real != NULL && !is_shown(real))
        rc = show_where_it_lives(real, show, arg);
    if (rc == 0 && real != NULL && strcmp(real, program) != 0 && !is_shown(program))
        rc = show(arg, program);
    free(real);
    return rc;
}

/* --- the library --- */

static int copy(const char *from, const char *to, struct error *err)
{
    struct strbuf bytes = STRBUF_INIT;
    struct stat st;
    if (stat(to, &st) == 0)
        return 0;
    int rc = file_read(from, (size_t)64 * SOURCE_MAX, FILE_REGULAR, &bytes, err);
    char *folder = file_folder(to);
    if (rc == 0)
        rc = file_make_dirs(folder, 0755, err);
    if (rc == 0)
        rc = file_write(to, bytes.data, bytes.len, 0644, 0, err);
    free(folder);
    strbuf_free(&bytes);
    return rc;
}

int confine_copy_library(const struct build_request *from, const char *root, const char *lib_dir,
                         const char *lib_archive, struct error *err)
{
    struct file_list list = {NULL, 0};
    int rc = 0;
    if (lib_dir != NULL && from->lib_dir != NULL)
        rc = file_list(from->lib_dir, &list, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        size_t len = strlen(list.names[i]);
        if (len < 3 || strcmp(list.names[i] + len - 2, ".h") != 0)
            continue;
        char *source = file_join(from->lib_dir, list.names[i]);
        char *target = mem_format("%s%s/%s", root, lib_dir, list.names[i]);
        rc = copy(source, target, err);
        free(target);
        free(source);
    }
    file_list_free(&list);
    if (rc == 0 && lib_archive != NULL && from->lib_archive != NULL) {
        char *target = mem_format("%s%s", root, lib_archive);
        rc = copy(from->lib_archive, target, err);
        free(target);
    }
    return rc;
}
