/*
 * Every fault a lab.json can have, as an edit to a lab that has none: tests/catalog/cases.json. The
 * same file is put before lab.schema.json by tests/catalog/agree.py.
 */
#include "catalog_files.h"

#include <cjson/cJSON.h>

#include "catalog/lab.h"

static cJSON *read_cases(void)
{
    struct strbuf text = STRBUF_INIT;
    struct error err;
    char *path = file_join(top(), "tests/catalog/cases.json");
    if (file_read(path, 4 * 1024 * 1024, 0, &text, &err) != 0)
        fail_msg("%s", err.text);
    cJSON *tree = cJSON_Parse(text.data);
    assert_non_null(tree);
    strbuf_free(&text);
    free(path);
    return tree;
}

static cJSON *step_into(cJSON *node, const char *name)
{
    if (cJSON_IsArray(node))
        return cJSON_GetArrayItem(node, atoi(name));
    return cJSON_GetObjectItemCaseSensitive(node, name);
}

/* Puts a value (NULL: nothing) where the path leads to: "/steps/0/hints", "/steps/-" at the end. */
static void edit(cJSON *lab, const char *path, cJSON *value)
{
    char *copy = mem_string(path + 1);
    char *name = copy, *slash;
    cJSON *node = lab;
    for (; (slash = strchr(name, '/')) != NULL; name = slash + 1) {
        *slash = '\0';
        node = step_into(node, name);
        if (node == NULL)
            fail_msg("%s leads nowhere", path);
    }
    if (strcmp(name, "-") == 0) {
        cJSON_AddItemToArray(node, value);
    } else if (cJSON_IsArray(node)) {
        assert_true(atoi(name) < cJSON_GetArraySize(node));
        cJSON_ReplaceItemInArray(node, atoi(name), value);
    } else {
        if (value == NULL && step_into(node, name) == NULL)
            fail_msg("%s is not there", path);
        cJSON_DeleteItemFromObjectCaseSensitive(node, name);
        if (value != NULL)
            cJSON_AddItemToObject(node, name, value);
    }
    free(copy);
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return item != NULL ? item->valuestring : "";
}

/* NULL when the lab is judged as the case says, else what is wrong with the judgement. */
static char *wrong_judgement(const char *path, const cJSON *one)
{
    struct error err = {"untouched"};
    struct lab *lab = lab_load(path, &err);
    bool accepted = lab != NULL;
    lab_free(lab);
    if (strcmp(text_of(one, "kind"), "good") == 0) {
        if (accepted && strcmp(err.text, "untouched") == 0)
            return NULL;
        return mem_format("refused: %s", err.text);
    }
    if (accepted)
        return mem_string("accepted");
    size_t len = strlen(path);
    if (strncmp(err.text, path, len) != 0 || strncmp(err.text + len, ": $", 3) != 0)
        return mem_format("does not begin with file and path: %s", err.text);
    if (text_of(one, "says")[0] == '\0' || strstr(err.text, text_of(one, "says")) == NULL)
        return mem_format("does not say \"%s\": %s", text_of(one, "says"), err.text);
    return NULL;
}

static unsigned check_case(const char *dir, const cJSON *base, const cJSON *one)
{
    cJSON *lab = cJSON_Duplicate(base, 1);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(one, "value");
    edit(lab, text_of(one, "at"), value != NULL ? cJSON_Duplicate(value, 1) : NULL);
    char *text = cJSON_Print(lab);
    char *path = scratch_write(dir, "05_base", "lab.json", text, strlen(text));
    char *wrong = wrong_judgement(path, one);
    if (wrong != NULL)
        print_error("%s: %s\n", text_of(one, "name"), wrong);
    free(path);
    cJSON_free(text);
    cJSON_Delete(lab);
    unsigned count = wrong != NULL;
    free(wrong);
    return count;
}

static void each_edit_is_judged_as_it_is_marked(void **state)
{
    (void)state;
    cJSON *tree = read_cases();
    char *dir = scratch_new();
    const cJSON *base = cJSON_GetObjectItemCaseSensitive(tree, "base"), *one;
    unsigned count = 0, wrong = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(tree, "cases"))
    {
        wrong += check_case(dir, base, one);
        count++;
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 200);
    scratch_remove(dir);
    cJSON_Delete(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edit_is_judged_as_it_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
