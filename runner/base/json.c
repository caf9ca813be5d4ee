/*
 * base/json: see json.h.
 *
 * A document is scanned (json_scan), parsed by cJSON, and looked through once for keys given twice.
 * After that nothing can go wrong but types and ranges, and the getters tell those.
 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/json_scan.h"
#include "base/mem.h"
#include "base/text.h"

struct json_doc {
    cJSON *tree;
    char *name;
};

static int check_duplicates(const struct json *at, struct error *err)
{
    struct json item, other;
    for (bool more = json_first(at, &item); more; more = json_next(&item)) {
        if (item.key != NULL && json_get(at, item.key, &other) && other.node != item.node)
            return json_error(&item, err, "this key is given twice");
        if (check_duplicates(&item, err) != 0)
            return -1;
    }
    return 0;
}

struct json_doc *json_parse(const char *text, size_t len, const char *name, struct error *err)
{
    if (json_scan(text, len, name, err) != 0)
        return NULL;
    cJSON *tree = cJSON_ParseWithLength(text, len);
    if (tree == NULL) {
        error_set(err, "%s: cannot be parsed as JSON", name);
        return NULL;
    }
    struct json_doc *doc = mem_alloc(sizeof *doc);
    doc->tree = tree;
    doc->name = mem_string(name);
    struct json root = json_root(doc);
    if (check_duplicates(&root, err) != 0) {
        json_free(doc);
        return NULL;
    }
    return doc;
}

struct json_doc *json_load(const char *path, size_t max_bytes, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    struct json_doc *doc = NULL;
    if (file_read(path, max_bytes, FILE_REGULAR, &text, err) == 0)
        doc = json_parse(text.data, text.len, path, err);
    strbuf_free(&text);
    return doc;
}

void json_free(struct json_doc *doc)
{
    if (doc == NULL)
        return;
    cJSON_Delete(doc->tree);
    free(doc->name);
    free(doc);
}

struct json json_root(const struct json_doc *doc)
{
    return (struct json){.doc = doc, .node = doc->tree};
}

enum json_type json_type(const struct json *at)
{
    if (cJSON_IsBool(at->node))
        return JSON_BOOL;
    if (cJSON_IsNumber(at->node))
        return JSON_NUMBER;
    if (cJSON_IsString(at->node))
        return JSON_TEXT;
    if (cJSON_IsArray(at->node))
        return JSON_LIST;
    return cJSON_IsObject(at->node) ? JSON_OBJECT : JSON_NULL;
}

const char *json_type_name(enum json_type type)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",   [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
        [JSON_TEXT] = "a text", [JSON_LIST] = "a list",        [JSON_OBJECT] = "an object",
    };
    return names[type];
}

static bool is_plain_key(const char *key)
{
    return key[0] != '\0' && key[strspn(key, "abcdefghijklmnopqrstuvwxyz"
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

void json_path(const struct json *at, struct strbuf *out)
{
    if (at->parent == NULL) {
        strbuf_putc(out, '$');
        return;
    }
    json_path(at->parent, out);
    if (at->key == NULL) {
        strbuf_printf(out, "[%u]", at->index);
    } else if (is_plain_key(at->key) && strlen(at->key) <= 64) {
        strbuf_printf(out, ".%s", at->key);
    } else {
        strbuf_putc(out, '[');
        bytes_quote(out, at->key, strlen(at->key), 64);
        strbuf_putc(out, ']');
    }
}

int json_error(const struct json *at, struct error *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s: ", at->doc->name);
    json_path(at, &text);
    strbuf_puts(&text, ": ");
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    strbuf_puts(&text, message);
    error_set(err, "%s", text.data);
    strbuf_free(&text);
    return -1;
}

bool json_get(const struct json *at, const char *key, struct json *out)
{
    const cJSON *node =
        cJSON_IsObject(at->node) ? cJSON_GetObjectItemCaseSensitive(at->node, key) : NULL;
    if (node == NULL)
        return false;
    *out = (struct json){.doc = at->doc, .node = node, .parent = at, .key = node->string};
    return true;
}

int json_need(const struct json *at, const char *key, struct json *out, struct error *err)
{
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    if (!json_get(at, key, out))
        return json_error(at, err, "the key \"%s\" is missing", key);
    return 0;
}

bool json_first(const struct json *at, struct json *out)
{
    if ((!cJSON_IsArray(at->node) && !cJSON_IsObject(at->node)) || at->node->child == NULL)
        return false;
    const cJSON *node = at->node->child;
    const char *key = cJSON_IsObject(at->node) ? node->string : NULL;
    *out = (struct json){.doc = at->doc, .node = node, .parent = at, .key = key};
    return true;
}

bool json_next(struct json *item)
{
    if (item->node->next == NULL)
        return false;
    item->node = item->node->next;
    if (item->key != NULL)
        item->key = item->node->string;
    item->index++;
    return true;
}

size_t json_count(const struct json *at)
{
    size_t count = 0;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        count++;
    return count;
}

int json_only_keys(const struct json *at, const char *const *known, size_t nknown,
                   struct error *err)
{
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item)) {
        bool found = false;
        for (size_t i = 0; i < nknown && !found; i++)
            found = item.key != NULL && strcmp(item.key, known[i]) == 0;
        if (found)
            continue;
        const char *near = text_nearest(item.key, known, nknown);
        if (near != NULL)
            return json_error(&item, err, "unknown key; did you mean \"%s\"?", near);
        return json_error(&item, err, "unknown key");
    }
    return 0;
}

int json_expect(const struct json *at, enum json_type type, struct error *err)
{
    enum json_type given = json_type(at);
    if (given == type)
        return 0;
    return json_error(at, err, "%s is needed, not %s", json_type_name(type), json_type_name(given));
}

int json_get_bool(const struct json *at, bool *out, struct error *err)
{
    if (json_expect(at, JSON_BOOL, err) != 0)
        return -1;
    *out = cJSON_IsTrue(at->node);
    return 0;
}

int json_get_text(const struct json *at, const char **out, struct error *err)
{
    if (json_expect(at, JSON_TEXT, err) != 0)
        return -1;
    *out = at->node->valuestring;
    return 0;
}

int json_get_int(const struct json *at, int64_t min, int64_t max, int64_t *out, struct error *err)
{
    if (json_expect(at, JSON_NUMBER, err) != 0)
        return -1;
    double value = at->node->valuedouble;
    if (!isfinite(value) || floor(value) < value || value < (double)min || value > (double)max)
        return json_error(at, err, "a whole number from %lld to %lld is needed, not %.17g",
                          (long long)min, (long long)max, value);
    *out = (int64_t)value;
    return 0;
}

int json_get_double(const struct json *at, double *out, struct error *err)
{
    if (json_expect(at, JSON_NUMBER, err) != 0)
        return -1;
    if (!isfinite(at->node->valuedouble))
        return json_error(at, err, "this number is too large");
    *out = at->node->valuedouble;
    return 0;
}
