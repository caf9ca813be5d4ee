/* base/json: the cursor and its getters. What is no JSON is in test_catalog.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static struct json_doc *parse(const char *text)
{
    struct error err;
    struct json_doc *doc = json_parse(text, strlen(text), "f.json", &err);
    if (doc == NULL)
        fail_msg("%s", err.text);
    return doc;
}

static void a_cursor_knows_where_it_stands(void **state)
{
    (void)state;
    struct json_doc *doc = parse("{\"steps\": [1, {\"a b\": [{\"x\": true}]}]}");
    struct json root = json_root(doc), steps, step, member, inner, x;
    struct strbuf path = STRBUF_INIT;
    assert_true(json_get(&root, "steps", &steps));
    assert_true(json_first(&steps, &step));
    assert_true(json_next(&step));
    assert_true(json_get(&step, "a b", &member));
    assert_true(json_first(&member, &inner));
    assert_true(json_get(&inner, "x", &x));
    json_path(&x, &path);
    assert_string_equal(path.data, "$.steps[1][\"a b\"][0].x");
    struct error err;
    assert_int_equal(json_error(&x, &err, "is %d", 5), -1);
    assert_string_equal(err.text, "f.json: $.steps[1][\"a b\"][0].x: is 5");
    assert_false(json_next(&step));
    strbuf_free(&path);
    json_free(doc);
}

static void members_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    struct json_doc *doc = parse("{\"z\": 1, \"a\": 2, \"m\": 3}");
    struct json root = json_root(doc), item;
    struct strbuf keys = STRBUF_INIT;
    for (bool more = json_first(&root, &item); more; more = json_next(&item))
        strbuf_printf(&keys, "%s%u", item.key, item.index);
    assert_string_equal(keys.data, "z0a1m2");
    assert_int_equal(json_count(&root), 3);
    strbuf_free(&keys);
    json_free(doc);
}

static void empty_and_simple_values_have_no_items(void **state)
{
    (void)state;
    static const char *const texts[] = {"[]", "{}", "1", "\"x\"", "null", "true"};
    for (unsigned i = 0; i < 6; i++) {
        struct json_doc *doc = parse(texts[i]);
        struct json root = json_root(doc), item;
        assert_false(json_first(&root, &item));
        assert_int_equal(json_count(&root), 0);
        assert_false(json_get(&root, "a", &item));
        json_free(doc);
    }
}

static void whole_numbers_are_read_in_their_bounds(void **state)
{
    (void)state;
    struct json_doc *doc =
        parse("[5, -5, 5.0, 5e0, 9007199254740992, 5.5, 6, 4, 1e400, \"5\", null, true]");
    struct json root = json_root(doc), item;
    struct error err = {"untouched"};
    int64_t value = 0;
    bool more = json_first(&root, &item);
    static const int64_t expected[] = {5, -5, 5, 5, JSON_MAX_INT};
    for (unsigned i = 0; i < 5; i++, more = json_next(&item)) {
        assert_int_equal(json_get_int(&item, -JSON_MAX_INT, JSON_MAX_INT, &value, &err), 0);
        assert_true(value == expected[i]);
    }
    assert_string_equal(err.text, "untouched");
    value = 99;
    static const char *const faults[] = {
        "f.json: $[5]: a whole number from 5 to 5 is needed, not 5.5",
        "f.json: $[6]: a whole number from 5 to 5 is needed, not 6",
        "f.json: $[7]: a whole number from 5 to 5 is needed, not 4",
        "f.json: $[8]: a whole number from 5 to 5 is needed, not inf",
        "f.json: $[9]: a number is needed, not a text",
        "f.json: $[10]: a number is needed, not null",
        "f.json: $[11]: a number is needed, not true or false",
    };
    for (unsigned i = 0; i < 7; i++, more = json_next(&item)) {
        assert_true(more);
        assert_int_equal(json_get_int(&item, 5, 5, &value, &err), -1);
        assert_string_equal(err.text, faults[i]);
    }
    assert_int_equal(value, 99);
    assert_false(more);
    json_free(doc);
}

static void other_getters_check_the_type(void **state)
{
    (void)state;
    struct json_doc *doc = parse("{\"t\": \"a\\u00e4\", \"b\": false, \"d\": 1.5, \"e\": 1e999}");
    struct json root = json_root(doc), t, b, d, e, none;
    struct error err;
    const char *text = NULL;
    bool truth = true;
    double number = 0;
    assert_int_equal(json_need(&root, "t", &t, &err), 0);
    assert_int_equal(json_need(&root, "b", &b, &err), 0);
    assert_int_equal(json_need(&root, "d", &d, &err), 0);
    assert_int_equal(json_need(&root, "e", &e, &err), 0);
    assert_int_equal(json_get_text(&t, &text, &err), 0);
    assert_string_equal(text, "a\xc3\xa4");
    assert_int_equal(json_get_bool(&b, &truth, &err), 0);
    assert_false(truth);
    assert_int_equal(json_get_double(&d, &number, &err), 0);
    assert_true(number > 1.4 && number < 1.6);
    assert_int_equal(json_get_double(&e, &number, &err), -1);
    assert_string_equal(err.text, "f.json: $.e: this number is too large");
    assert_int_equal(json_get_bool(&t, &truth, &err), -1);
    assert_string_equal(err.text, "f.json: $.t: true or false is needed, not a text");
    assert_int_equal(json_get_text(&b, &text, &err), -1);
    assert_string_equal(err.text, "f.json: $.b: a text is needed, not true or false");
    assert_int_equal(json_need(&root, "none", &none, &err), -1);
    assert_string_equal(err.text, "f.json: $: the key \"none\" is missing");
    assert_int_equal(json_need(&t, "none", &none, &err), -1);
    assert_string_equal(err.text, "f.json: $.t: an object is needed, not a text");
    assert_int_equal(json_need(&t, "none", &none, NULL), -1);
    json_free(doc);
}

static void unknown_keys_are_told_with_the_nearest(void **state)
{
    (void)state;
    static const char *const known[] = {"title", "steps"};
    struct json_doc *doc = parse("{\"title\": 1, \"stpes\": 2}");
    struct json root = json_root(doc);
    struct error err = {"untouched"};
    assert_int_equal(json_only_keys(&root, known, 2, &err), -1);
    assert_string_equal(err.text, "f.json: $.stpes: unknown key; did you mean \"steps\"?");
    json_free(doc);
    doc = parse("{\"steps\": 2}");
    root = json_root(doc);
    strcpy(err.text, "untouched");
    assert_int_equal(json_only_keys(&root, known, 2, &err), 0);
    assert_string_equal(err.text, "untouched");
    json_free(doc);
}

static void a_long_key_is_shortened_in_errors(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    strbuf_puts(&text, "{\"");
    strbuf_pad(&text, 'k', 100000);
    strbuf_puts(&text, "\": 1}");
    struct json_doc *doc = parse(text.data);
    struct json root = json_root(doc);
    assert_int_equal(json_only_keys(&root, NULL, 0, &err), -1);
    assert_true(strlen(err.text) < 200);
    assert_non_null(strstr(err.text, "unknown key"));
    strbuf_free(&text);
    json_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_knows_where_it_stands),
        cmocka_unit_test(members_come_in_the_order_of_the_file),
        cmocka_unit_test(empty_and_simple_values_have_no_items),
        cmocka_unit_test(whole_numbers_are_read_in_their_bounds),
        cmocka_unit_test(other_getters_check_the_type),
        cmocka_unit_test(unknown_keys_are_told_with_the_nearest),
        cmocka_unit_test(a_long_key_is_shortened_in_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
