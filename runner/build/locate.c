/*
 * build/locate: the part of build.h that finds things: the cache folder and the compiler's version.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/build.h"
#include "build/compiler.h"

/* Creates it if need be, and makes sure that it is ours and can be written. */
static int usable(const char *dir, struct error *err)
{
    if (file_make_dirs(dir, 0700, err) < 0)
        return -1;
    if (access(dir, W_OK | X_OK) < 0)
        return error_errno(err, "cannot write into %s", dir);
    return 0;
}

/* A home that belongs to somebody else (sudo keeps HOME) is not the place for our files: their
 * owner could not remove them. */
static bool is_mine(const char *dir)
{
    struct stat st;
    return stat(dir, &st) == 0 && st.st_uid == geteuid();
}

static int usable_shared(const char *dir, struct error *err)
{
    struct stat st;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return error_errno(err, "cannot create %s", dir);
    if (lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 022) != 0)
        return error_set(err,
                         "%s belongs to somebody else; set SOCKLINGS_CACHE to a folder of yours",
                         dir);
    return usable(dir, err);
}

const char *build_cache_dir(struct error *err)
{
    static char *found;
    const char *named = getenv("SOCKLINGS_CACHE");
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    free(found);
    found = NULL;
    if (named != NULL && named[0] != '\0') {
        found = mem_string(named);
        if (usable(found, err) == 0)
            return found;
        error_prefix(err, "SOCKLINGS_CACHE");
        return NULL;
    }
    if (xdg != NULL && xdg[0] == '/') {
        found = file_join(xdg, "socklings");
        if (usable(found, NULL) == 0)
            return found;
        free(found);
    }
    if (home != NULL && home[0] == '/' && is_mine(home)) {
        found = file_join(home, ".cache/socklings");
        if (usable(found, NULL) == 0)
            return found;
        free(found);
    }
    found = mem_format("/tmp/socklings-%u", (unsigned)geteuid());
    return usable_shared(found, err) == 0 ? found : NULL;
}

char *build_compiler_version(const char *compiler, struct error *err)
{
    struct compiler found;
    if (compiler_find(&found, compiler, err) < 0)
        return NULL;
    struct strbuf command = STRBUF_INIT;
    for (size_t i = 0; i < found.count; i++) {
        text_shell_word(&command, found.words[i]);
        strbuf_putc(&command, ' ');
    }
    strbuf_puts(&command, "--version 2>/dev/null </dev/null");
    char *line = NULL;
    size_t room = 0;
    ssize_t len = -1;
    FILE *out = popen(command.data, "re");
    if (out != NULL) {
        len = getline(&line, &room, out);
        pclose(out);
    }
    if (len > 0 && line[len - 1] == '\n')
        line[len - 1] = '\0';
    if (len <= 0) {
        error_set(err, "%s does not tell its version", found.words[0]);
        free(line);
        line = NULL;
    }
    strbuf_free(&command);
    compiler_free(&found);
    return line;
}
