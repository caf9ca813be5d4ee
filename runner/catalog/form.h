/*
 * catalog/form - the objects of a lab.json as tables: which keys, of which type, in which bounds,
 * stored where. One reader fills a struct from such a table; a test holds lab.schema.json to the
 * same tables. Private to catalog/ and its tests.
 */
#ifndef SOCKLINGS_CATALOG_FORM_H
#define SOCKLINGS_CATALOG_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "catalog/store.h"

struct form;
struct form_set;
struct field;

/* Reads the value `at` as the field says, and stores it in `target` at field->at. 0, or -1 and
 * *err. */
typedef int field_read_fn(const struct field *field, const struct json *at, struct lab_store *store,
                          void *target, struct error *err);

struct field {
    const char *key;
    field_read_fn *read;
    size_t at;       /* offset of the member */
    size_t count_at; /* lists: offset of its `unsigned` count */
    bool required;
    int64_t min, max;           /* numbers: value; lists: items */
    int64_t fallback;           /* numbers: when the key is absent */
    const char *const *words;   /* field_word, …: the texts that are allowed; NULL-terminated */
    const struct form *form;    /* field_list: what its items are … */
    const struct form_set *set; /* … or one of these */
};

#define FORM_NOWHERE SIZE_MAX

struct form {
    const char *name;           /* in "$defs" of lab.schema.json */
    const struct field *fields; /* of a form in a set, the first is the key that tells it */
    unsigned nfields;
    unsigned kind; /* of a form in a set: stored at kind_at */
    size_t size;   /* of the struct, when the form is no member of a set */
    /* Called when all fields are read: for rules between keys. May be NULL. */
    int (*finish)(const struct json *at, struct lab_store *store, void *target, struct error *err);
    /* The fields are offsets into a struct of their own of this size, to which a pointer is stored
     * at inner_at; inner_size 0: into the item itself. */
    size_t inner_size, inner_at;
};

/* Objects of which there are several kinds, told apart by one of their keys. */
struct form_set {
    const char *noun; /* "an action" */
    const struct form *forms;
    unsigned nforms;
    size_t size;    /* of an item */
    size_t kind_at; /* offset of its kind (an enum) */
    size_t path_at; /* offset of its JSON path, or FORM_NOWHERE */
};

#define FORM_FIELDS(table) .fields = (table), .nfields = sizeof(table) / sizeof((table)[0])

/* Reads an object of that form into target. */
int form_read(const struct form *form, const struct json *at, struct lab_store *store, void *target,
              struct error *err);

/* Reads an object that is one of the set's. */
int form_read_choice(const struct form_set *set, const struct json *at, struct lab_store *store,
                     void *item, struct error *err);

/* --- types of fields, and what they store --- */

field_read_fn field_text;   /* const char *: a text, not empty */
field_read_fn field_name;   /* const char *: a letter, then letters, digits, '_', '-'; at most 32 */
field_read_fn field_slug;   /* const char *: lower case, digits, '_', joined by '-'; at most 63 */
field_read_fn field_call;   /* const char *: [a-z0-9_]+ */
field_read_fn field_choice; /* const char *: one of the words */
field_read_fn field_word;   /* an enum: `min` plus the place among the words */
field_read_fn field_either; /* bool: the first word is false, the second true */
field_read_fn field_constant; /* nothing: the one word must stand there */
field_read_fn field_bool;     /* bool */
field_read_fn field_true;     /* nothing: true must stand there */
field_read_fn field_uint;     /* unsigned */
field_read_fn field_int;      /* int */
field_read_fn field_size;     /* size_t */
field_read_fn field_texts;    /* const char *const *, and a count: of texts, not empty */
field_read_fn field_any_texts;
field_read_fn field_slugs;
field_read_fn field_calls;
field_read_fn field_object; /* the struct of field->form, in place */
field_read_fn field_list;   /* a pointer to the items of form or set, and a count */

/* True when the text is of the kind that field_name takes. */
bool form_is_name(const char *text);

/* Stores a pointer or a number in target at the offset. */
void form_store_pointer(void *target, size_t at, const void *value);
void form_store_uint(void *target, size_t at, unsigned value);

/* The number of items, when it is a list and their number is in the field's bounds. */
int form_count(const struct field *field, const struct json *at, unsigned *count,
               struct error *err);

/* The path of a value, kept in the store. */
const char *form_path(const struct json *at, struct lab_store *store);

/* Nothing: the version of a document, which a newer one is told from. */
field_read_fn field_version;

/* All forms there are, for the test of the schema. */
extern const struct form lab_form, program_form, limits_form, step_form, question_form;
extern const struct form_set check_set, action_set, assertion_set, data_set, var_set;
extern const struct form hidden_lab_form, hidden_step_form; /* hidden.schema.json */
extern const struct form pattern_form, packet_form, file_form, host_form;

/* From STDIO_PTY on. */
extern const char *const stdio_words[];

/* Types of fields that only scripts have. */
field_read_fn field_data; /* struct data */
field_read_fn field_vars; /* const struct var_spec *, and a count */
field_read_fn field_then; /* const struct assertion *, and a count */

/* const char *: a name below the programs' folder, with ${…}. */
field_read_fn field_file_name;
/* const char *: a variable's. */
field_read_fn field_var_name;

/* Hosts. */
field_read_fn field_host_name; /* const char * */
/* const struct network *, of the keys "hosts", "names" and "dns" of the object that the value
 * stands in, or NULL when there are no hosts; field_lab_network makes it the lab's. */
field_read_fn field_network, field_lab_network;

#endif
