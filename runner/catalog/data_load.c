/* catalog/data_load: DATA and variables of a scene (form.h). */
#include <string.h>

#include "base/bytes.h"
#include "base/strbuf.h"
#include "catalog/form.h"
#include "catalog/script.h"

/* --- DATA --- */

#define AT(member) .at = offsetof(struct data_part, member)
#define MAX_PARTS 256

static int field_hex(const struct field *field, const struct json *at, struct lab_store *store,
                     void *target, struct error *err)
{
    (void)field;
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    struct data_part *part = target;
    struct strbuf raw = STRBUF_INIT;
    struct error why;
    int result = bytes_from_hex(&raw, text, &why);
    if (result == 0) {
        part->raw = store_copy(store, raw.data, raw.len);
        part->size = raw.len;
    } else {
        json_error(at, err, "%s", why.text);
    }
    strbuf_free(&raw);
    return result;
}

static int field_fill(const struct field *field, const struct json *at, struct lab_store *store,
                      void *target, struct error *err)
{
    (void)field;
    (void)store;
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    if (strlen(text) != 1)
        return json_error(at, err, "one ASCII character is needed");
    ((struct data_part *)target)->fill = text[0];
    return 0;
}

static const struct field hex_fields[] = {
    {"hex", field_hex, .required = true},
};
static const struct field var_fields[] = {
    {"var", field_text, AT(text), .required = true},
    {"from", field_size, AT(from), .min = 0, .max = 16777216},
    {"to", field_size, AT(to), .min = 0, .max = 16777216},
};
static const struct field fill_fields[] = {
    {"fill", field_fill, .required = true},
    {"count", field_size, AT(size), .min = 1, .max = 16777216, .required = true},
};

static int finish_slice(const struct json *at, struct lab_store *store, void *target,
                        struct error *err)
{
    (void)store;
    struct data_part *part = target;
    struct json to;
    part->has_to = json_get(at, "to", &to);
    if (!part->has_to || part->to >= part->from)
        return 0;
    return json_error(&to, err, "these bytes end at %zu, before they begin at %zu", part->to,
                      part->from);
}

static const struct form data_forms[] = {
    {.name = "data_hex", FORM_FIELDS(hex_fields), .kind = DATA_HEX},
    {.name = "data_var", FORM_FIELDS(var_fields), .kind = DATA_VAR, .finish = finish_slice},
    {.name = "data_fill", FORM_FIELDS(fill_fields), .kind = DATA_FILL},
};

const struct form_set data_set = {
    .noun = "data",
    .forms = data_forms,
    .nforms = sizeof data_forms / sizeof data_forms[0],
    .size = sizeof(struct data_part),
    .kind_at = offsetof(struct data_part, kind),
    .path_at = FORM_NOWHERE,
};

static int read_part(const struct json *at, struct lab_store *store, struct data_part *part,
                     struct error *err)
{
    if (json_type(at) == JSON_TEXT) {
        part->kind = DATA_TEXT;
        return json_get_text(at, &part->text, err);
    }
    if (json_type(at) != JSON_OBJECT)
        return json_error(at, err,
                          "a text or an object with \"hex\", \"var\" or \"fill\" is needed, not %s",
                          json_type_name(json_type(at)));
    return form_read_choice(&data_set, at, store, part, err);
}

int field_data(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    static const struct field list = {"parts", field_data, .min = 1, .max = MAX_PARTS};
    struct data *data = (void *)((char *)target + field->at);
    unsigned count = 1;
    bool many = json_type(at) == JSON_LIST;
    if (many && form_count(&list, at, &count, err) != 0)
        return -1;
    struct data_part *parts = store_alloc(store, count * sizeof *parts);
    data->parts = parts;
    data->nparts = count;
    if (!many)
        return read_part(at, store, parts, err);
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_part(&item, store, parts++, err) != 0)
            return -1;
    return 0;
}

/* --- variables --- */

static const struct field word_fields[] = {
    {"word", field_size, .at = offsetof(struct var_spec, size), .min = 1, .max = 1048576,
     .required = true},
};
static const struct field bytes_fields[] = {
    {"bytes", field_size, .at = offsetof(struct var_spec, size), .min = 1, .max = 4194304,
     .required = true},
};

static const struct form var_forms[] = {
    {.name = "var_word", FORM_FIELDS(word_fields), .kind = VAR_WORD},
    {.name = "var_bytes", FORM_FIELDS(bytes_fields), .kind = VAR_BYTES},
};

const struct form_set var_set = {
    .noun = "a variable",
    .forms = var_forms,
    .nforms = sizeof var_forms / sizeof var_forms[0],
    .size = sizeof(struct var_spec),
    .kind_at = offsetof(struct var_spec, kind),
    .path_at = FORM_NOWHERE,
};

static bool is_var_name(const char *name)
{
    size_t len = strlen(name);
    return len >= 1 && len <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len && strcmp(name, "i") != 0;
}

static int wrong_name(const struct json *at, struct error *err)
{
    return json_error(at, err,
                      "a variable's name is a lower-case letter, then letters, digits and '_', at "
                      "most 32 in all, and not \"i\", which counts the rounds of a repeat");
}

int field_var_name(const struct field *field, const struct json *at, struct lab_store *store,
                   void *target, struct error *err)
{
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    const char *name;
    memcpy(&name, (char *)target + field->at, sizeof name);
    return is_var_name(name) ? 0 : wrong_name(at, err);
}

static int read_var(const struct json *at, struct lab_store *store, struct var_spec *var,
                    struct error *err)
{
    static const struct field text = {"text", field_text, .at = offsetof(struct var_spec, text)};
    if (!is_var_name(at->key))
        return wrong_name(at, err);
    var->name = at->key;
    if (json_type(at) == JSON_TEXT) {
        if (field_text(&text, at, store, var, err) != 0)
            return -1;
        var->kind = strcmp(var->text, "port") == 0 ? VAR_PORT : VAR_TEXT;
        return 0;
    }
    if (json_type(at) != JSON_OBJECT)
        return json_error(
            at, err, "\"port\", a fixed text, {\"word\": N} or {\"bytes\": N} is needed, not %s",
            json_type_name(json_type(at)));
    return form_read_choice(&var_set, at, store, var, err);
}

int field_vars(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    size_t count = json_count(at);
    if ((int64_t)count > field->max)
        return json_error(at, err, "at most %d variables are allowed, %zu given", (int)field->max,
                          count);
    struct var_spec *vars = store_alloc(store, count * sizeof *vars);
    form_store_pointer(target, field->at, vars);
    form_store_uint(target, field->count_at, (unsigned)count);
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_var(&item, store, vars++, err) != 0)
            return -1;
    return 0;
}
