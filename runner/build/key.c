/* build/key: see key.h. */
#include "build/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "build/prepared.h"

static int hash_headers(struct hash *h, const char *dir, struct error *err)
{
    struct file_list list;
    int rc = 0;
    if (file_list(dir, &list, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        const char *name = list.names[i];
        size_t len = strlen(name);
        if (len < 3 || strcmp(name + len - 2, ".h") != 0)
            continue;
        struct strbuf bytes = STRBUF_INIT;
        char *path = file_join(dir, name);
        rc = file_read(path, SOURCE_MAX, FILE_REGULAR, &bytes, err);
        hash_string(h, name);
        hash_field(h, bytes.data, bytes.len);
        free(path);
        strbuf_free(&bytes);
    }
    file_list_free(&list);
    return rc;
}

static int hash_library(struct hash *h, const struct build_request *request, struct error *err)
{
    struct strbuf bytes = STRBUF_INIT;
    int rc = 0;
    if (request->lib_dir != NULL)
        rc = hash_headers(h, request->lib_dir, err);
    if (rc == 0 && request->lib_archive != NULL) {
        rc = file_read(request->lib_archive, (size_t)64 * SOURCE_MAX, FILE_REGULAR, &bytes, err);
        hash_field(h, bytes.data, bytes.len);
    }
    strbuf_free(&bytes);
    if (rc < 0)
        error_prefix(err, "the helper library is not complete");
    return rc;
}

/* What a file looks like from outside, a line. False when it was changed so shortly before that it
 * may change again and look the same. */
static bool describe_file(const char *path, struct strbuf *out)
{
    enum { SECONDS = 2 };
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    strbuf_printf(out, "%s %llu %llu %lld %lld.%ld %lld.%ld\n", path, (unsigned long long)st.st_dev,
                  (unsigned long long)st.st_ino, (long long)st.st_size,
                  (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec,
                  st.st_ctim.tv_nsec);
    return time(NULL) > st.st_ctim.tv_sec + SECONDS;
}

static bool describe_library(const struct build_request *request, struct strbuf *out)
{
    struct file_list list = {NULL, 0};
    bool sure = request->lib_archive == NULL || describe_file(request->lib_archive, out);
    if (request->lib_dir != NULL)
        sure = sure && describe_file(request->lib_dir, out) &&
               file_list(request->lib_dir, &list, NULL) == 0;
    for (size_t i = 0; sure && i < list.count; i++) {
        char *path = file_join(request->lib_dir, list.names[i]);
        sure = describe_file(path, out);
        free(path);
    }
    file_list_free(&list);
    return sure;
}

/* The library is the same for each program of a class: what it hashes to is remembered as long as
 * its files look the same. */
static int library_hash(const struct build_request *request, char hex[HASH_TEXT], struct error *err)
{
    static char *known_look, known_hash[HASH_TEXT];
    struct strbuf look = STRBUF_INIT;
    struct hash h;
    bool sure = describe_library(request, &look);
    int rc = 0;
    if (sure && known_look != NULL && strcmp(look.data, known_look) == 0) {
        memcpy(hex, known_hash, HASH_TEXT);
    } else {
        hash_begin(&h);
        rc = hash_library(&h, request, err);
        hash_end(&h, hex);
        if (rc == 0 && sure) {
            free(known_look);
            known_look = mem_string(look.data);
            memcpy(known_hash, hex, HASH_TEXT);
        }
    }
    strbuf_free(&look);
    return rc;
}

int key_of_build(const struct compiler *compiler, const struct build_request *request,
                 const struct source *source, char key[HASH_TEXT], struct error *err)
{
    struct hash h;
    struct word_list command = {NULL, 0};
    char library[HASH_TEXT];
    hash_begin(&h);
    hash_string(&h, "socklings-build 2");
    /* One that could read any file may be another than one that could not. */
    if (request->confine != CONFINE_NONE)
        hash_string(&h, "confined");
    compiler_hash(compiler, &h);
    compiler_command(compiler, request, NULL, "", &command);
    for (size_t i = 0; i < command.count; i++)
        hash_string(&h, command.words[i]);
    word_list_free(&command);
    for (size_t i = 0; i < source->count; i++) {
        hash_string(&h, source->files[i].name);
        hash_field(&h, source->files[i].bytes.data, source->files[i].bytes.len);
    }
    hash_field(&h, source->notes.data, source->notes.len);
    int rc = library_hash(request, library, err);
    if (rc == 0)
        hash_string(&h, library);
    hash_end(&h, key);
    return rc;
}

/* What the system's headers are stands in the entry. */
int key_of_headers(const struct compiler *compiler, const struct build_request *request,
                   const char *feature, char key[HASH_TEXT])
{
    struct hash h;
    struct word_list command = {NULL, 0};
    int rc = -1;
    hash_begin(&h);
    hash_string(&h, "socklings-headers 2");
    compiler_hash(compiler, &h);
    if (compiler_header_command(compiler, request, PREPARED_HEADER, feature, "", "", &command))
        rc = hash_headers(&h, request->lib_dir, NULL);
    for (size_t i = 0; i < command.count; i++)
        hash_string(&h, command.words[i]);
    word_list_free(&command);
    hash_end(&h, key);
    return rc;
}
