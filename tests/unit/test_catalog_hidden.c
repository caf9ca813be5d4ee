/* A folder of hidden labs is laid over the public ones. */
#include "catalog_files.h"

#include <cjson/cJSON.h>

#include "catalog/form.h"
#include "catalog/lab.h"

#define STEP(id) \
    "{\"id\": \"" id "\", \"title\": \"T\", \"points\": 2, \"checks\": [{\"build\": \"clean\"}]}"
#define HIDDEN(id, steps) "{\"version\": 1, \"id\": \"" id "\", \"steps\": [" steps "]}"

/* Lays the text over the labs of the tree, as the lab.json of that folder. What is wrong is told in
 * *err; the caller frees the catalog. */
static int lay(struct catalog *cat, const char *folder, const char *text, struct error *err)
{
    char *labs = file_join(top(), "labs"), *dir = scratch_new();
    if (catalog_load(cat, labs, err) != 0)
        fail_msg("%s", err->text);
    free(scratch_write(dir, folder, "lab.json", text, strlen(text)));
    int rc = catalog_lay_over(cat, dir, err);
    scratch_remove(dir);
    free(labs);
    return rc;
}

static void refused(const char *folder, const char *text, const char *part)
{
    struct catalog cat;
    struct error err = {""};
    assert_int_equal(lay(&cat, folder, text, &err), -1);
    assert_says(err.text, part);
    catalog_free(&cat);
}

static void hidden_steps_come_behind_the_public_ones(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err = {""};
    if (lay(&cat, "05_udp_echo", HIDDEN("05_udp_echo", STEP("one") "," STEP("two")), &err) != 0)
        fail_msg("%s", err.text);
    const struct lab *lab = catalog_find(&cat, "5", &err), *other = catalog_find(&cat, "9", &err);
    const struct lab_step *last = &lab->steps[lab->nsteps - 1];
    unsigned points = 0;
    assert_string_equal(last->id, "two");
    assert_string_equal(last->goal, "T");
    assert_non_null(last->lesson);
    assert_true(last->hidden && lab->steps[lab->nsteps - 2].hidden);
    assert_false(lab->steps[lab->nsteps - 3].hidden);
    for (unsigned i = 0; i < lab->nsteps; i++)
        points += lab->steps[i].points;
    assert_int_equal(lab->points, points);
    assert_non_null(lab->hidden_file);
    assert_null(other->hidden_file);
    catalog_free(&cat);
}

static void a_public_lab_is_told_by_its_nearest_name(void **state)
{
    (void)state;
    refused("05_udp_ecko", HIDDEN("05_udp_ecko", STEP("one")), "did you mean 05_udp_echo?");
}

static void what_is_wrong_has_file_and_place(void **state)
{
    (void)state;
    refused("05_udp_echo", "{", "lab.json");
    refused("05_udp_echo", HIDDEN("05_udp_echo", ""), "$.steps");
    refused("05_udp_echo", HIDDEN("06_udp_temperature", STEP("one")), "$.id");
    refused("05_udp_echo", HIDDEN("05_udp_echo", STEP("socket")), "$.steps[0].id");
    refused("05_udp_echo", HIDDEN("05_udp_echo", STEP("a") "," STEP("a")), "$.steps[1].id");
    refused("05_udp_echo",
            "{\"version\": 2, \"id\": \"05_udp_echo\", \"steps\": [" STEP("one") "]}", "$.version");
    refused("05_udp_echo",
            HIDDEN("05_udp_echo", "{\"id\": \"x\", \"title\": \"T\", \"hints\": [], \"checks\": "
                                  "[{\"build\": \"clean\"}]}"),
            "$.steps[0].hints");
    refused("05_udp_echo",
            HIDDEN("05_udp_echo",
                   "{\"id\": \"x\", \"title\": \"T\", \"checks\": [{\"title\": \"T\", "
                   "\"scene\": [{\"start\": \"client\", \"args\": []}]}]}"),
            "05_udp_echo/lab.json: $.steps[0].checks[0]");
}

static void a_folder_without_labs_is_told(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err = {""};
    char *labs = file_join(top(), "labs"), *dir = scratch_new();
    assert_int_equal(catalog_load(&cat, labs, &err), 0);
    assert_int_equal(catalog_lay_over(&cat, dir, &err), -1);
    assert_says(err.text, "there are no hidden labs in it");
    assert_int_equal(catalog_lay_over(&cat, "/nowhere", &err), -1);
    catalog_free(&cat);
    scratch_remove(dir);
    free(labs);
}

/* --- hidden.schema.json --- */

static void compare(const struct form *form, const cJSON *node)
{
    const cJSON *properties = cJSON_GetObjectItem(node, "properties");
    const cJSON *required = cJSON_GetObjectItem(node, "required");
    assert_int_equal(cJSON_GetArraySize(properties), form->nfields);
    for (unsigned i = 0; i < form->nfields; i++) {
        const struct field *field = &form->fields[i];
        const cJSON *property = cJSON_GetObjectItem(properties, field->key), *word;
        bool wanted = false;
        if (property == NULL)
            fail_msg("%s is not in the schema", field->key);
        cJSON_ArrayForEach(word, required) wanted |= strcmp(word->valuestring, field->key) == 0;
        assert_int_equal(wanted, field->required);
        const cJSON *most = cJSON_GetObjectItem(property, "maxItems");
        assert_int_equal(most != NULL, field->read == field_list);
        if (most != NULL)
            assert_int_equal(most->valueint, field->max);
    }
}

static void the_schema_says_the_same_as_the_tables(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err = {""};
    char *path = file_join(top(), "runner/catalog/hidden.schema.json");
    if (file_read(path, 1 << 20, 0, &text, &err) != 0)
        fail_msg("%s", err.text);
    cJSON *schema = cJSON_Parse(text.data);
    assert_non_null(schema);
    compare(&hidden_lab_form, schema);
    compare(&hidden_step_form,
            cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "$defs"), "hidden_step"));
    cJSON_Delete(schema);
    strbuf_free(&text);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_steps_come_behind_the_public_ones),
        cmocka_unit_test(a_public_lab_is_told_by_its_nearest_name),
        cmocka_unit_test(what_is_wrong_has_file_and_place),
        cmocka_unit_test(a_folder_without_labs_is_told),
        cmocka_unit_test(the_schema_says_the_same_as_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
