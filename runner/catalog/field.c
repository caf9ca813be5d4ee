/* catalog/field: the simple types of fields (form.h). */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "catalog/form.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* The text given, escaped and shortened, for an error: what a file holds may not steer a terminal.
 */
static int wrong_text(const struct json *at, struct error *err, const char *needed,
                      const char *given)
{
    struct strbuf shown = STRBUF_INIT;
    bytes_quote(&shown, given, strlen(given), 60);
    json_error(at, err, "%s is needed, not %s", needed, shown.data);
    strbuf_free(&shown);
    return -1;
}

bool form_is_name(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len <= 32 && strspn(text, LOWER UPPER) >= 1 &&
           strspn(text, LOWER UPPER DIGITS "_-") == len;
}

static bool is_slug(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len <= 63 && strspn(text, LOWER DIGITS "_-") == len && text[0] != '-' &&
           text[len - 1] != '-' && strstr(text, "--") == NULL;
}

static bool is_call(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len <= 32 && strspn(text, LOWER DIGITS "_") == len;
}

typedef int read_text_fn(const struct json *at, const char **out, struct error *err);

static int read_any_text(const struct json *at, const char **out, struct error *err)
{
    return json_get_text(at, out, err);
}

static int read_text(const struct json *at, const char **out, struct error *err)
{
    if (json_get_text(at, out, err) != 0)
        return -1;
    return (*out)[0] != '\0' ? 0 : json_error(at, err, "this text must not be empty");
}

static int read_name(const struct json *at, const char **out, struct error *err)
{
    if (json_get_text(at, out, err) != 0)
        return -1;
    if (form_is_name(*out))
        return 0;
    return wrong_text(at, err,
                      "a name (a letter, then letters, digits, '_' or '-', at most 32 in all)",
                      *out);
}

static int read_slug(const struct json *at, const char **out, struct error *err)
{
    if (json_get_text(at, out, err) != 0)
        return -1;
    if (is_slug(*out))
        return 0;
    return wrong_text(at, err,
                      "an id (lower-case letters, digits and '_', joined by '-', at most 63)",
                      *out);
}

static int read_call(const struct json *at, const char **out, struct error *err)
{
    if (json_get_text(at, out, err) != 0)
        return -1;
    if (is_call(*out))
        return 0;
    return wrong_text(at, err, "the name of a call (lower-case letters, digits and '_')", *out);
}

static int store_text(const struct field *field, const struct json *at, read_text_fn *read,
                      void *target, struct error *err)
{
    const char *text;
    if (read(at, &text, err) != 0)
        return -1;
    form_store_pointer(target, field->at, text);
    return 0;
}

int field_text(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    return store_text(field, at, read_text, target, err);
}

int field_name(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    return store_text(field, at, read_name, target, err);
}

int field_slug(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    return store_text(field, at, read_slug, target, err);
}

int field_call(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    return store_text(field, at, read_call, target, err);
}

/* --- one of several words --- */

static int read_word(const struct field *field, const struct json *at, unsigned *place,
                     struct error *err)
{
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    unsigned count = 0;
    for (; field->words[count] != NULL; count++) {
        if (strcmp(field->words[count], text) == 0) {
            *place = count;
            return 0;
        }
    }
    struct strbuf needed = STRBUF_INIT;
    const char *near = text_nearest(text, field->words, count);
    if (count > 8) {
        strbuf_puts(&needed, "a name that is known here");
        if (near != NULL)
            strbuf_printf(&needed, " (perhaps \"%s\")", near);
    }
    for (unsigned i = 0; i < count && count <= 8; i++)
        strbuf_printf(&needed, "%s\"%s\"",
                      i == 0          ? ""
                      : i + 1 < count ? ", "
                                      : " or ",
                      field->words[i]);
    wrong_text(at, err, needed.data, text);
    strbuf_free(&needed);
    return -1;
}

int field_choice(const struct field *field, const struct json *at, struct lab_store *store,
                 void *target, struct error *err)
{
    (void)store;
    unsigned place;
    if (read_word(field, at, &place, err) != 0)
        return -1;
    form_store_pointer(target, field->at, field->words[place]);
    return 0;
}

int field_word(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    unsigned place;
    if (read_word(field, at, &place, err) != 0)
        return -1;
    form_store_uint(target, field->at, (unsigned)field->min + place);
    return 0;
}

int field_either(const struct field *field, const struct json *at, struct lab_store *store,
                 void *target, struct error *err)
{
    (void)store;
    unsigned place;
    if (read_word(field, at, &place, err) != 0)
        return -1;
    *(bool *)((char *)target + field->at) = place == 1;
    return 0;
}

int field_constant(const struct field *field, const struct json *at, struct lab_store *store,
                   void *target, struct error *err)
{
    (void)store;
    (void)target;
    unsigned place;
    return read_word(field, at, &place, err);
}

/* --- numbers and truth --- */

int field_bool(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    return json_get_bool(at, (bool *)((char *)target + field->at), err);
}

int field_true(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)field;
    (void)store;
    (void)target;
    bool value;
    if (json_get_bool(at, &value, err) != 0)
        return -1;
    return value ? 0 : json_error(at, err, "only true can stand here; else leave the key out");
}

int field_uint(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    int64_t value;
    if (json_get_int(at, field->min, field->max, &value, err) != 0)
        return -1;
    form_store_uint(target, field->at, (unsigned)value);
    return 0;
}

int field_int(const struct field *field, const struct json *at, struct lab_store *store,
              void *target, struct error *err)
{
    (void)store;
    int64_t value;
    if (json_get_int(at, field->min, field->max, &value, err) != 0)
        return -1;
    int number = (int)value;
    memcpy((char *)target + field->at, &number, sizeof number);
    return 0;
}

int field_size(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    (void)store;
    int64_t value;
    if (json_get_int(at, field->min, field->max, &value, err) != 0)
        return -1;
    size_t number = (size_t)value;
    memcpy((char *)target + field->at, &number, sizeof number);
    return 0;
}

/* --- lists of texts --- */

int form_count(const struct field *field, const struct json *at, unsigned *count, struct error *err)
{
    if (json_expect(at, JSON_LIST, err) != 0)
        return -1;
    size_t given = json_count(at);
    if ((int64_t)given < field->min && field->min == 1)
        return json_error(at, err, "this list must not be empty");
    if ((int64_t)given < field->min)
        return json_error(at, err, "at least %d %s are needed, %zu given", (int)field->min,
                          field->key, given);
    if ((int64_t)given > field->max)
        return json_error(at, err, "at most %d %s are allowed, %zu given", (int)field->max,
                          field->key, given);
    *count = (unsigned)given;
    return 0;
}

static int store_texts(const struct field *field, const struct json *at, read_text_fn *read,
                       struct lab_store *store, void *target, struct error *err)
{
    unsigned count = 0;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    const char **texts = store_alloc(store, count * sizeof *texts);
    struct json item;
    unsigned i = 0;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read(&item, &texts[i++], err) != 0)
            return -1;
    form_store_pointer(target, field->at, texts);
    form_store_uint(target, field->count_at, count);
    return 0;
}

int field_texts(const struct field *field, const struct json *at, struct lab_store *store,
                void *target, struct error *err)
{
    return store_texts(field, at, read_text, store, target, err);
}

int field_any_texts(const struct field *field, const struct json *at, struct lab_store *store,
                    void *target, struct error *err)
{
    return store_texts(field, at, read_any_text, store, target, err);
}

int field_slugs(const struct field *field, const struct json *at, struct lab_store *store,
                void *target, struct error *err)
{
    return store_texts(field, at, read_slug, store, target, err);
}

int field_calls(const struct field *field, const struct json *at, struct lab_store *store,
                void *target, struct error *err)
{
    return store_texts(field, at, read_call, store, target, err);
}
