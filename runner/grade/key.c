/* grade/key: see key.h. */
#include "grade/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "build/compiler.h"
#include "scene/tier.h"

enum { KEY_FILE_MOST = 64 * 1024 * 1024, KEY_DEPTH = 8 };

static int add_file(struct hash *h, const char *path, const char *name, struct error *err)
{
    struct strbuf bytes = STRBUF_INIT;
    int rc = file_read(path, KEY_FILE_MOST, FILE_REGULAR, &bytes, err);
    if (rc == 0) {
        hash_string(h, name);
        hash_field(h, bytes.data, bytes.len);
    }
    strbuf_free(&bytes);
    return rc;
}

/* Parts of a lab that no verdict depends on. */
static bool is_beside(const char *name)
{
    return name[0] == '.' || strcmp(name, "starter") == 0 || strcmp(name, "mutants") == 0;
}

static int add_tree(struct hash *h, const char *dir, const char *below, int depth,
                    struct error *err)
{
    struct file_list list = {0};
    int rc = file_list(dir, &list, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        char *path = file_join(dir, list.names[i]), *name = file_join(below, list.names[i]);
        struct stat st;
        if (is_beside(list.names[i]) || stat(path, &st) != 0)
            ;
        else if (S_ISDIR(st.st_mode) && depth > 0)
            rc = add_tree(h, path, name, depth - 1, err);
        else if (S_ISREG(st.st_mode))
            rc = add_file(h, path, name, err);
        free(name);
        free(path);
    }
    file_list_free(&list);
    return rc;
}

static int hash_lab(const struct lab *lab, char hex[HASH_TEXT], struct error *err)
{
    struct hash h;
    hash_begin(&h);
    int rc = add_tree(&h, lab->dir, "", KEY_DEPTH, err);
    if (rc == 0 && lab->hidden_file != NULL) {
        char *dir = file_folder(lab->hidden_file);
        hash_string(&h, "hidden");
        rc = add_tree(&h, dir, "", KEY_DEPTH, err);
        free(dir);
    }
    hash_end(&h, hex);
    return rc;
}

static int hash_common(struct key_base *base, struct error *err)
{
    const struct grade_request *r = base->request;
    const char tier = scene_tier_letter(scene_tier_probe());
    struct compiler compiler;
    struct hash h;
    if (compiler_find(&compiler, NULL, err) != 0)
        return -1;
    hash_begin(&h);
    hash_string(&h, r->version);
    compiler_hash(&compiler, &h);
    compiler_free(&compiler);
    hash_field(&h, &tier, sizeof tier);
    hash_field(&h, &base->seed, sizeof base->seed);
    hash_field(&h, &r->repeat, sizeof r->repeat);
    int rc = add_file(&h, r->lib_archive, "archive", err);
    struct file_list list = {0};
    if (rc == 0)
        rc = file_list(r->lib_dir, &list, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        size_t len = strlen(list.names[i]);
        char *path = file_join(r->lib_dir, list.names[i]);
        if (len > 2 && strcmp(list.names[i] + len - 2, ".h") == 0)
            rc = add_file(&h, path, list.names[i], err);
        free(path);
    }
    file_list_free(&list);
    hash_end(&h, base->common);
    return rc;
}

int key_base_make(struct key_base *base, const struct grade_request *request, uint64_t seed,
                  struct error *err)
{
    *base = (struct key_base){.request = request, .seed = seed};
    base->labs = mem_alloc((request->nlabs + 1) * sizeof *base->labs);
    if (hash_common(base, err) != 0)
        return -1;
    for (size_t i = 0; i < request->nlabs; i++)
        if (hash_lab(request->labs[i], base->labs[i], err) != 0)
            return -1;
    return 0;
}

void key_base_free(struct key_base *base)
{
    free(base->labs);
    base->labs = NULL;
}

int key_make(const struct key_base *base, const struct submission *submission, char key[HASH_TEXT],
             struct error *err)
{
    struct hash h;
    hash_begin(&h);
    hash_string(&h, base->common);
    for (size_t i = 0; i < base->request->nlabs; i++)
        if (base->request->labs[i] == submission->lab)
            hash_string(&h, base->labs[i]);
    hash_string(&h, submission->student);
    int rc = add_tree(&h, submission->dir, "", 0, err);
    hash_end(&h, key);
    return rc;
}

static uint64_t hash_number(const char hex[HASH_TEXT], unsigned digits)
{
    char text[17] = "";
    memcpy(text, hex, digits);
    return strtoull(text, NULL, 16);
}

int key_seed(uint64_t class_seed, const struct submission *submission, uint64_t *seed,
             struct error *err)
{
    struct hash h;
    char hex[HASH_TEXT];
    hash_begin(&h);
    hash_field(&h, &class_seed, sizeof class_seed);
    hash_string(&h, submission->student);
    hash_string(&h, submission->lab->id);
    int rc = add_tree(&h, submission->dir, "", 0, err);
    hash_end(&h, hex);
    *seed = hash_number(hex, 8);
    if (*seed == 0)
        *seed = 1;
    return rc;
}

bool key_in_shard(const char *student, unsigned shard, unsigned shards)
{
    char hex[HASH_TEXT];
    if (shards <= 1)
        return true;
    hash_bytes(student, strlen(student), hex);
    return hash_number(hex, 16) % shards == shard - 1;
}
