/* catalog/form: see form.h. What fills a struct from an object; field.c has the simple types. */
#include "catalog/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

#define MAX_KEYS 32

void form_store_pointer(void *target, size_t at, const void *value)
{
    memcpy((char *)target + at, &value, sizeof value);
}

void form_store_uint(void *target, size_t at, unsigned value)
{
    memcpy((char *)target + at, &value, sizeof value);
}

const char *form_path(const struct json *at, struct lab_store *store)
{
    struct strbuf path = STRBUF_INIT;
    json_path(at, &path);
    const char *kept = store_copy(store, path.data, path.len);
    strbuf_free(&path);
    return kept;
}

static void store_fallback(const struct field *field, void *target)
{
    char *to = (char *)target + field->at;
    if (field->read == field_uint || field->read == field_word)
        form_store_uint(target, field->at, (unsigned)field->fallback);
    else if (field->read == field_int)
        *(int *)(void *)to = (int)field->fallback;
    else if (field->read == field_size)
        *(size_t *)(void *)to = (size_t)field->fallback;
    else if (field->read == field_object) /* so that the defaults inside it are set */
        for (unsigned i = 0; i < field->form->nfields; i++)
            store_fallback(&field->form->fields[i], to);
}

static int check_keys(const struct form *form, const struct json *at, struct error *err)
{
    const char *keys[MAX_KEYS];
    unsigned nkeys = 0;
    while (nkeys < form->nfields && nkeys < MAX_KEYS) {
        keys[nkeys] = form->fields[nkeys].key;
        nkeys++;
    }
    return json_only_keys(at, keys, nkeys, err);
}

int form_read(const struct form *form, const struct json *at, struct lab_store *store, void *target,
              struct error *err)
{
    if (check_keys(form, at, err) != 0)
        return -1;
    void *inner = target;
    if (form->inner_size > 0) {
        inner = store_alloc(store, form->inner_size);
        form_store_pointer(target, form->inner_at, inner);
    }
    for (unsigned i = 0; i < form->nfields; i++) {
        const struct field *field = &form->fields[i];
        struct json value;
        if (json_get(at, field->key, &value)) {
            if (field->read(field, &value, store, inner, err) != 0)
                return -1;
        } else if (field->required) {
            return json_error(at, err, "the key \"%s\" is missing", field->key);
        } else {
            store_fallback(field, inner);
        }
    }
    return form->finish != NULL ? form->finish(at, store, inner, err) : 0;
}

static bool form_has_key(const struct form *form, const char *key)
{
    for (unsigned i = 0; i < form->nfields; i++)
        if (strcmp(form->fields[i].key, key) == 0)
            return true;
    return false;
}

static const struct form *form_of_key(const struct form_set *set, const char *key)
{
    for (unsigned i = 0; i < set->nforms; i++)
        if (strcmp(set->forms[i].fields[0].key, key) == 0)
            return &set->forms[i];
    return NULL;
}

static int no_form(const struct form_set *set, const struct json *at, struct error *err)
{
    const char *verbs[MAX_KEYS];
    unsigned nverbs = 0;
    struct strbuf list = STRBUF_INIT;
    for (unsigned i = 0; i < set->nforms && nverbs < MAX_KEYS; i++) {
        verbs[nverbs++] = set->forms[i].fields[0].key;
        strbuf_printf(&list, "%s%s", i > 0 ? ", " : "", set->forms[i].fields[0].key);
    }
    struct json item;
    const char *near = NULL;
    for (bool more = json_first(at, &item); more && near == NULL; more = json_next(&item))
        near = text_nearest(item.key, verbs, nverbs);
    if (near != NULL)
        json_error(at, err, "this is not %s; did you mean \"%s\"? It has one key of: %s", set->noun,
                   near, list.data);
    else
        json_error(at, err, "this is not %s; it has one key of: %s", set->noun, list.data);
    strbuf_free(&list);
    return -1;
}

/* The key that tells the kind may also be a further key of another kind ("signal" of a wait), so
 * the kind that knows the other ones too is meant. */
static const struct form *choose(const struct form_set *set, const struct json *at,
                                 struct error *err)
{
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return NULL;
    struct json item;
    const struct form *found = NULL;
    for (bool more = json_first(at, &item); more; more = json_next(&item)) {
        const struct form *form = form_of_key(set, item.key);
        if (form == NULL || (found != NULL && form_has_key(found, item.key)))
            continue;
        if (found != NULL && !form_has_key(form, found->fields[0].key)) {
            json_error(at, err, "both \"%s\" and \"%s\"; %s has one of them", found->fields[0].key,
                       item.key, set->noun);
            return NULL;
        }
        found = form;
    }
    if (found == NULL)
        no_form(set, at, err);
    return found;
}

int form_read_choice(const struct form_set *set, const struct json *at, struct lab_store *store,
                     void *item, struct error *err)
{
    const struct form *form = choose(set, at, err);
    if (form == NULL)
        return -1;
    form_store_uint(item, set->kind_at, form->kind);
    if (set->path_at != FORM_NOWHERE)
        form_store_pointer(item, set->path_at, form_path(at, store));
    return form_read(form, at, store, item, err);
}

static int read_item(const struct field *field, const struct json *at, struct lab_store *store,
                     void *item, struct error *err)
{
    if (field->form != NULL)
        return form_read(field->form, at, store, item, err);
    return form_read_choice(field->set, at, store, item, err);
}

int field_list(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    unsigned count;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    size_t size = field->form != NULL ? field->form->size : field->set->size;
    char *items = store_alloc(store, count * size);
    struct json item;
    unsigned i = 0;
    for (bool more = json_first(at, &item); more; more = json_next(&item), i++)
        if (read_item(field, &item, store, items + i * size, err) != 0)
            return -1;
    form_store_pointer(target, field->at, items);
    form_store_uint(target, field->count_at, count);
    return 0;
}

int field_object(const struct field *field, const struct json *at, struct lab_store *store,
                 void *target, struct error *err)
{
    return form_read(field->form, at, store, (char *)target + field->at, err);
}
