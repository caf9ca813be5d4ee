/* build/prepared: see prepared.h. */
#include "build/prepared.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strbuf.h"

enum { RECORD_MAX = 1024 * 1024, PATH_MOST = 4096 };
#define COMPILED PREPARED_HEADER ".gch"
#define RECORD ".headers"

static char *entry_folder(const char *cache_dir, const char *key)
{
    return mem_format("%s/h-%s", cache_dir, key);
}

/* --- the record: a line "SIZE SECONDS NANOSECONDS PATH" for each file --- */

static int add_file(struct strbuf *record, const char *path, const char *name)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return -1;
    strbuf_printf(record, "%lld %lld %ld %s\n", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                  st.st_mtim.tv_nsec, name);
    return 0;
}

/* A file is told by its line being what it was. A relative name is one in `folder`. */
static bool record_holds(const char *record, const char *folder)
{
    struct strbuf line = STRBUF_INIT;
    bool holds = true;
    for (const char *at = record, *end; holds && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        const char *name = at;
        for (int blanks = 0; name < end && blanks < 3; name++)
            blanks += *name == ' ';
        char *text = mem_format("%.*s", (int)(end - name), name);
        char *path = file_join(folder, text);
        strbuf_cut(&line, 0);
        holds = add_file(&line, path, text) == 0 && line.len == (size_t)(end + 1 - at) &&
                memcmp(line.data, at, line.len) == 0;
        free(path);
        free(text);
    }
    strbuf_free(&line);
    return holds;
}

/* What make(1) reads: "target: file file \<newline> file", a blank in a name as "\ ". */
static int add_dependencies(struct strbuf *record, const char *deps)
{
    char path[PATH_MOST];
    size_t len = 0;
    const char *at = strchr(deps, ':');
    if (at == NULL)
        return -1;
    for (at++;; at++) {
        bool escaped = at[0] == '\\' && (at[1] == ' ' || at[1] == '#' || at[1] == '\\');
        bool between = *at == ' ' || *at == '\n' || *at == '\0' || (*at == '\\' && at[1] == '\n');
        if (between) {
            path[len] = '\0';
            if (len > 0 && (path[0] != '/' || add_file(record, path, path) != 0))
                return -1;
            len = 0;
            if (*at == '\0')
                return 0;
            continue;
        }
        if (len + 1 >= sizeof path)
            return -1;
        at += escaped;
        path[len++] = *at;
    }
}

static int write_record(const char *folder, bool made)
{
    struct strbuf deps = STRBUF_INIT, record = STRBUF_INIT;
    char *deps_path = file_join(folder, "deps"), *compiled = file_join(folder, COMPILED);
    char *record_path = file_join(folder, RECORD);
    int rc = 0;
    if (made) {
        rc = file_read(deps_path, RECORD_MAX, FILE_REGULAR, &deps, NULL);
        if (rc == 0)
            rc = add_dependencies(&record, deps.data);
        if (rc == 0)
            rc = add_file(&record, compiled, COMPILED);
    } else {
        file_remove_tree(compiled, NULL);
    }
    file_remove_tree(deps_path, NULL);
    if (rc == 0)
        rc = file_write(record_path, record.data, record.len, 0644, FILE_NEW, NULL);
    free(record_path);
    free(compiled);
    free(deps_path);
    strbuf_free(&record);
    strbuf_free(&deps);
    return rc;
}

/* --- entries --- */

enum prepared prepared_find(const char *cache_dir, const char *key, char **folder)
{
    struct strbuf record = STRBUF_INIT;
    char *entry = entry_folder(cache_dir, key), *path = file_join(entry, RECORD);
    enum prepared found = PREPARED_MISSING;
    *folder = NULL;
    if (file_read(path, RECORD_MAX, FILE_REGULAR | FILE_NO_FOLLOW, &record, NULL) == 0)
        found = record.len == 0                    ? PREPARED_NONE
                : record_holds(record.data, entry) ? PREPARED_READY
                                                   : PREPARED_MISSING;
    if (found != PREPARED_MISSING)
        utimensat(AT_FDCWD, entry, NULL, 0); /* used now: pruned last */
    else if (file_exists(entry))
        file_remove_tree(entry, NULL);
    strbuf_free(&record);
    free(path);
    if (found == PREPARED_READY)
        *folder = entry;
    else
        free(entry);
    return found;
}

void prepared_store(const char *cache_dir, const char *key, const char *folder, bool made)
{
    char *entry = entry_folder(cache_dir, key), *compiled = file_join(folder, COMPILED);
    /* A confined compiler is another user; the way here is closed to others by the cache's folder.
     */
    chmod(compiled, 0644);
    chmod(folder, 0755);
    free(compiled);
    /* Somebody else may have been quicker: theirs is as good. */
    if (write_record(folder, made) != 0 || rename(folder, entry) != 0)
        file_remove_tree(folder, NULL);
    free(entry);
}
