/* build/cache: see cache.h. */
#include "build/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "build/hash.h"

enum {
    PROGRAM_MAX = 64 * 1024 * 1024,
    RECORD_MAX = 1024 * 1024,
    TIDY_INTERVAL_S = 3600,
    TIDY_KEEP_S = 900,
};
#define TIDY_BYTES (UINT64_C(512) << 20)
#define RECORD ".build"
#define ENTRY_PREFIX "b-"
#define HEADERS_PREFIX "h-" /* prepared.h */
#define TEMP_PREFIX "tmp-"

static char *entry_folder(const char *dir, const char *key)
{
    return mem_format("%s/" ENTRY_PREFIX "%s", dir, key);
}

/* --- the record: "socklings-build 1 ok WARNINGS HASH-OF-PROGRAM HASH-OF-MESSAGES\nMESSAGES" --- */

static int hash_file(const char *path, char hex[HASH_TEXT])
{
    struct strbuf bytes = STRBUF_INIT;
    if (file_read(path, PROGRAM_MAX, FILE_REGULAR | FILE_NO_FOLLOW, &bytes, NULL) < 0)
        return -1;
    hash_bytes(bytes.data, bytes.len, hex);
    strbuf_free(&bytes);
    return 0;
}

static int write_record(const char *folder, const struct cache_entry *entry, const char *binary,
                        struct error *err)
{
    char program_hash[HASH_TEXT] = "-", messages_hash[HASH_TEXT];
    if (binary != NULL && hash_file(binary, program_hash) < 0)
        return error_errno(err, "cannot read the program just built, %s", binary);
    hash_bytes(entry->messages, strlen(entry->messages), messages_hash);
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "socklings-build 1 %s %u %s %s\n%s",
                  entry->status == BUILD_OK ? "ok" : "failed", entry->warnings, program_hash,
                  messages_hash, entry->messages);
    char *path = file_join(folder, RECORD);
    int rc = file_write(path, text.data, text.len, 0644, FILE_NEW, err);
    free(path);
    strbuf_free(&text);
    return rc;
}

static bool read_record(const char *folder, const char *binary, struct cache_entry *entry)
{
    struct strbuf text = STRBUF_INIT;
    char *path = file_join(folder, RECORD);
    int rc = file_read(path, RECORD_MAX, FILE_REGULAR | FILE_NO_FOLLOW, &text, NULL);
    free(path);
    char status[8], program_hash[HASH_TEXT], messages_hash[HASH_TEXT], hash[HASH_TEXT];
    unsigned warnings;
    const char *messages = memchr(text.data, '\n', text.len);
    bool good = rc == 0 && messages != NULL &&
                sscanf(text.data, "socklings-build 1 %7s %u %64s %64s", status, &warnings,
                       program_hash, messages_hash) == 4;
    if (good) {
        messages++;
        hash_bytes(messages, strlen(messages), hash);
        bool ok = strcmp(status, "ok") == 0;
        good = strcmp(hash, messages_hash) == 0 && (ok || strcmp(status, "failed") == 0) &&
               (!ok || (access(binary, X_OK) == 0 && hash_file(binary, hash) == 0 &&
                        strcmp(hash, program_hash) == 0));
        if (good)
            *entry = (struct cache_entry){ok ? BUILD_OK : BUILD_FAILED, warnings,
                                          mem_string(messages), ok ? mem_string(binary) : NULL};
    }
    strbuf_free(&text);
    return good;
}

/* --- entries --- */

bool cache_find(const char *dir, const char *key, const char *program, struct cache_entry *entry)
{
    char *folder = entry_folder(dir, key);
    char *binary = file_join(folder, program);
    bool found = false;
    if (file_exists(folder)) {
        found = read_record(folder, binary, entry);
        if (found)
            utimensat(AT_FDCWD, folder, NULL, 0); /* used now: pruned last */
        else
            file_remove_tree(folder, NULL);
    }
    free(binary);
    free(folder);
    return found;
}

void cache_entry_free(struct cache_entry *entry)
{
    free(entry->messages);
    free(entry->binary);
    entry->messages = entry->binary = NULL;
}

char *cache_begin(const char *dir, struct error *err)
{
    char *folder = mem_format("%s/" TEMP_PREFIX "XXXXXX", dir);
    if (mkdtemp(folder) == NULL) {
        error_errno(err, "cannot create a folder in %s", dir);
        free(folder);
        return NULL;
    }
    return folder;
}

int cache_store(const char *dir, const char *key, const char *program, const char *folder,
                struct cache_entry *entry, struct error *err)
{
    char *built = entry->status == BUILD_OK ? file_join(folder, program) : NULL;
    int rc = write_record(folder, entry, built, err);
    free(built);
    if (rc < 0)
        return -1;
    chmod(folder, 0755); /* mkdtemp made it private; the program in it runs under other users too */
    char *target = entry_folder(dir, key);
    for (int attempt = 0;; attempt++) {
        rc = rename(folder, target);
        if (rc == 0 || attempt == 3 || (errno != ENOTEMPTY && errno != EEXIST))
            break;
        struct cache_entry theirs;
        /* Removes it when it is damaged, and then ours takes the place. */
        if (!cache_find(dir, key, program, &theirs))
            continue;
        cache_entry_free(&theirs);
        file_remove_tree(folder, NULL);
        rc = 0;
        break;
    }
    if (rc < 0)
        error_errno(err, "cannot store the program as %s", target);
    else if (entry->status == BUILD_OK)
        entry->binary = file_join(target, program);
    free(target);
    return rc;
}

/* --- pruning --- */

struct old_entry {
    char *path;
    uint64_t bytes;
    time_t used;
};

static uint64_t folder_bytes(const char *path)
{
    struct file_list list;
    uint64_t bytes = 0;
    if (file_list(path, &list, NULL) < 0)
        return 0;
    for (size_t i = 0; i < list.count; i++) {
        char *file = file_join(path, list.names[i]);
        struct stat st;
        if (lstat(file, &st) == 0)
            bytes += (uint64_t)st.st_blocks * 512;
        free(file);
    }
    file_list_free(&list);
    return bytes;
}

static int longest_unused_first(const void *a, const void *b)
{
    time_t x = ((const struct old_entry *)a)->used, y = ((const struct old_entry *)b)->used;
    return (x > y) - (x < y);
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

void cache_prune(const char *dir, uint64_t max_bytes, unsigned keep_s)
{
    struct file_list list;
    if (file_list(dir, &list, NULL) < 0)
        return;
    time_t now = time(NULL);
    struct old_entry *entries = mem_alloc(list.count * sizeof *entries);
    size_t count = 0;
    uint64_t total = 0;
    for (size_t i = 0; i < list.count; i++) {
        char *path = file_join(dir, list.names[i]);
        struct stat st;
        bool there = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
        bool in_use = there && now - st.st_mtime <= (time_t)keep_s;
        if (there &&
            (begins(list.names[i], ENTRY_PREFIX) || begins(list.names[i], HEADERS_PREFIX))) {
            uint64_t bytes = folder_bytes(path);
            total += bytes;
            if (!in_use) {
                entries[count++] = (struct old_entry){path, bytes, st.st_mtime};
                continue;
            }
        } else if (there && !in_use && begins(list.names[i], TEMP_PREFIX)) {
            file_remove_tree(path, NULL);
        }
        free(path);
    }
    if (count > 1)
        qsort(entries, count, sizeof *entries, longest_unused_first);
    for (size_t i = 0; i < count; i++) {
        if (total > max_bytes && file_remove_tree(entries[i].path, NULL) == 0)
            total -= entries[i].bytes;
        free(entries[i].path);
    }
    free(entries);
    file_list_free(&list);
}

void cache_tidy(const char *dir)
{
    char *stamp = file_join(dir, ".tidied");
    struct stat st;
    time_t now = time(NULL);
    if (stat(stamp, &st) < 0 || now - st.st_mtime > TIDY_INTERVAL_S || st.st_mtime > now) {
        /* The stamp first, so that of many runners only one does the work. */
        file_write(stamp, "", 0, 0644, 0, NULL);
        cache_prune(dir, TIDY_BYTES, TIDY_KEEP_S);
    }
    free(stamp);
}
