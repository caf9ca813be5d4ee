/*
 * lab.schema.json and the loader's tables say the same: every object, key, bound and word of one is
 * in the other. tests/catalog/agree.py shows that they judge alike.
 */
#include "catalog_files.h"

#include <cjson/cJSON.h>

#include "catalog/form.h"
#include "catalog/names.h"
#include "catalog/script.h"

static cJSON *schema;
static unsigned differences;

static void differ(const char *form, const char *key, const char *what)
{
    print_error("%s.%s: %s\n", form, key, what);
    differences++;
}

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const cJSON *definition(const char *name)
{
    return get(get(schema, "$defs"), name);
}

/* What a "$ref" leads to, or the node itself. */
static const cJSON *resolved(const cJSON *node)
{
    static const char prefix[] = "#/$defs/";
    const cJSON *ref;
    while ((ref = get(node, "$ref")) != NULL) {
        assert_int_equal(strncmp(ref->valuestring, prefix, strlen(prefix)), 0);
        node = definition(ref->valuestring + strlen(prefix));
        assert_non_null(node);
    }
    return node;
}

/* The alternative that has the key: the node itself, what it refers to, or one of its "anyOf". */
static const cJSON *with_key(const cJSON *node, const char *key)
{
    node = resolved(node);
    if (get(node, key) != NULL)
        return node;
    const cJSON *one;
    cJSON_ArrayForEach(one, get(node, "anyOf"))
    {
        if (get(resolved(one), key) != NULL)
            return resolved(one);
    }
    return NULL;
}

static bool has_text(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}

static void check_bound(const char *form, const struct field *field, const cJSON *node,
                        const char *name, int64_t bound)
{
    const cJSON *holder = with_key(node, name);
    if (holder == NULL)
        differ(form, field->key, name);
    else if (get(holder, name)->valuedouble != (double)bound)
        differ(form, field->key, name);
}

static void check_words(const char *form, const struct field *field, const cJSON *node)
{
    unsigned count = 0;
    while (field->words[count] != NULL)
        count++;
    if (get(resolved(node), "items") != NULL && field->read != field_slugs)
        node = get(resolved(node), "items"); /* each of a list is one of the words */
    if (count == 1) {
        const cJSON *holder = with_key(node, "const");
        if (holder == NULL || strcmp(get(holder, "const")->valuestring, field->words[0]) != 0)
            differ(form, field->key, "const");
        return;
    }
    const cJSON *holder = with_key(node, "enum");
    if (holder == NULL) /* the keys of an object: "args" */
        holder = with_key(get(node, "propertyNames"), "enum");
    if (holder == NULL || cJSON_GetArraySize(get(holder, "enum")) != (int)count) {
        differ(form, field->key, "enum");
        return;
    }
    for (unsigned i = 0; i < count; i++)
        if (!has_text(get(holder, "enum"), field->words[i]))
            differ(form, field->key, field->words[i]);
}

static bool is_number(const struct field *field)
{
    return field->read == field_uint || field->read == field_int || field->read == field_size;
}

static bool is_list(const struct field *field)
{
    return field->read == field_list || field->read == field_texts ||
           field->read == field_any_texts || field->read == field_slugs ||
           field->read == field_calls;
}

static void check_field(const char *form, const struct field *field, const cJSON *node)
{
    if (is_number(field)) {
        check_bound(form, field, node, "minimum", field->min);
        check_bound(form, field, node, "maximum", field->max);
        if (field->fallback != 0)
            check_bound(form, field, node, "default", field->fallback);
    }
    if (is_list(field)) {
        check_bound(form, field, node, "maxItems", field->max);
        if (field->min > 0)
            check_bound(form, field, node, "minItems", field->min);
    }
    if (field->words != NULL)
        check_words(form, field, node);
    if (field->read == field_text && with_key(node, "minLength") == NULL)
        differ(form, field->key, "minLength");
    if (field->read == field_bool && (with_key(node, "type") == NULL))
        differ(form, field->key, "type");
}

static void check_form(const struct form *form, const cJSON *node)
{
    if (node == NULL) {
        differ(form->name, "", "is not in the schema");
        return;
    }
    const cJSON *properties = get(node, "properties"), *item;
    if (!cJSON_IsFalse(get(node, "additionalProperties")))
        differ(form->name, "", "additionalProperties");
    for (unsigned i = 0; i < form->nfields; i++) {
        const struct field *field = &form->fields[i];
        const cJSON *property = get(properties, field->key);
        if (property == NULL)
            differ(form->name, field->key, "is not in the schema");
        else
            check_field(form->name, field, property);
        if (has_text(get(node, "required"), field->key) != field->required)
            differ(form->name, field->key, "required");
    }
    cJSON_ArrayForEach(item, properties)
    {
        bool known = false;
        for (unsigned i = 0; i < form->nfields; i++)
            known = known || strcmp(form->fields[i].key, item->string) == 0;
        if (!known)
            differ(form->name, item->string, "is not in the loader's table");
    }
}

/* All forms, so that the schema can be asked for ones that are none of these. */
static const struct form *const single_forms[] = {&program_form,  &limits_form,  &step_form,
                                                  &question_form, &pattern_form, &packet_form,
                                                  &file_form,     &host_form};
static const struct form_set *const sets[] = {&check_set, &action_set, &assertion_set, &data_set,
                                              &var_set};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_form(const char *name)
{
    for (unsigned i = 0; i < COUNT(single_forms); i++)
        if (strcmp(single_forms[i]->name, name) == 0)
            return true;
    for (unsigned i = 0; i < COUNT(sets); i++)
        for (unsigned k = 0; k < sets[i]->nforms; k++)
            if (strcmp(sets[i]->forms[k].name, name) == 0)
                return true;
    return false;
}

static void every_key_and_bound_of_the_tables_is_in_the_schema(void **state)
{
    (void)state;
    differences = 0;
    check_form(&lab_form, schema);
    for (unsigned i = 0; i < COUNT(single_forms); i++)
        check_form(single_forms[i], definition(single_forms[i]->name));
    for (unsigned i = 0; i < COUNT(sets); i++)
        for (unsigned k = 0; k < sets[i]->nforms; k++)
            check_form(&sets[i]->forms[k], definition(sets[i]->forms[k].name));
    assert_int_equal(differences, 0);
}

static void every_object_of_the_schema_has_a_table(void **state)
{
    (void)state;
    differences = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, get(schema, "$defs"))
    {
        if (get(item, "properties") != NULL && !is_form(item->string))
            differ(item->string, "", "has no table");
    }
    assert_int_equal(differences, 0);
}

/* "oneOf" (or "anyOf") of a choice names exactly the forms of its set. */
static void check_choice(const char *name, const struct form_set *set, const char *how,
                         unsigned others)
{
    const cJSON *choices = get(definition(name), how), *one;
    unsigned refs = 0;
    cJSON_ArrayForEach(one, choices)
    {
        const cJSON *ref = get(one, "$ref");
        bool known = false;
        for (unsigned i = 0; ref != NULL && i < set->nforms; i++)
            known = known || strcmp(ref->valuestring + strlen("#/$defs/"), set->forms[i].name) == 0;
        refs += known;
    }
    if (refs != set->nforms || cJSON_GetArraySize(choices) != (int)(set->nforms + others))
        differ(name, "", how);
}

static void every_choice_of_the_schema_is_a_set_of_tables(void **state)
{
    (void)state;
    differences = 0;
    check_choice("check", &check_set, "oneOf", 0);
    check_choice("action", &action_set, "oneOf", 0);
    check_choice("assertion", &assertion_set, "oneOf", 0);
    check_choice("data_part", &data_set, "anyOf", 1); /* and a text */
    check_choice("var", &var_set, "anyOf", 1);
    assert_int_equal(differences, 0);
}

static void every_action_has_a_verb_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(action_set.nforms, ACTION_KINDS);
    for (unsigned i = 0; i < ACTION_KINDS; i++) {
        assert_non_null(action_verb((enum action_kind)i));
        assert_int_equal(action_set.forms[i].kind, i);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(action_verb((enum action_kind)i),
                                    action_verb((enum action_kind)k));
    }
    assert_string_equal(action_verb(ACTION_EXPECT_NOTHING), "expect-nothing");
}

static void signals_and_errors_have_numbers(void **state)
{
    (void)state;
    for (unsigned i = 0; signal_names[i] != NULL; i++)
        assert_true(signal_number(signal_names[i]) > 0);
    for (unsigned i = 0; errno_names[i] != NULL; i++)
        assert_true(errno_number(errno_names[i]) > 0);
    assert_int_equal(signal_number("SIGTERM"), 15);
    assert_int_equal(errno_number("EINTR"), 4);
    assert_int_equal(signal_number("SIGNONE"), 0);
    assert_int_equal(errno_number(""), 0);
}

static int load_schema(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    char *path = file_join(top(), "runner/catalog/lab.schema.json");
    if (file_read(path, 1024 * 1024, 0, &text, &err) != 0)
        print_error("%s\n", err.text);
    schema = cJSON_Parse(text.data);
    strbuf_free(&text);
    free(path);
    return schema != NULL ? 0 : -1;
}

static int free_schema(void **state)
{
    (void)state;
    cJSON_Delete(schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_bound_of_the_tables_is_in_the_schema),
        cmocka_unit_test(every_object_of_the_schema_has_a_table),
        cmocka_unit_test(every_choice_of_the_schema_is_a_set_of_tables),
        cmocka_unit_test(every_action_has_a_verb_of_its_own),
        cmocka_unit_test(signals_and_errors_have_numbers),
    };
    return cmocka_run_group_tests(tests, load_schema, free_schema);
}
