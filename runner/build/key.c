/* build/key: see key.h. */
#include "build/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
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

int key_of_build(const struct compiler *compiler, const struct build_request *request,
                 const struct source *source, char key[HASH_TEXT], struct error *err)
{
    struct hash h;
    struct word_list command = {NULL, 0};
    hash_begin(&h);
    hash_string(&h, "socklings-build 1");
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
    int rc = hash_library(&h, request, err);
    hash_end(&h, key);
    return rc;
}

/* What the system's headers are stands in the entry. */
int key_of_headers(const struct compiler *compiler, const struct build_request *request,
                   char key[HASH_TEXT])
{
    struct hash h;
    struct word_list command = {NULL, 0};
    int rc = -1;
    hash_begin(&h);
    hash_string(&h, "socklings-headers 2");
    compiler_hash(compiler, &h);
    if (compiler_header_command(compiler, request, PREPARED_HEADER, "", "", &command))
        rc = hash_headers(&h, request->lib_dir, NULL);
    for (size_t i = 0; i < command.count; i++)
        hash_string(&h, command.words[i]);
    word_list_free(&command);
    hash_end(&h, key);
    return rc;
}
