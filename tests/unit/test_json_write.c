/* base/json_write: pieces of JSON that are valid whatever goes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/json_write.h"
#include "base/utf8.h"

static void commas_stand_between_fields_and_items_only(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    strbuf_putc(&out, '{');
    json_field(&out, "a");
    strbuf_putc(&out, '[');
    for (int i = 0; i < 3; i++) {
        json_comma(&out);
        json_int(&out, i);
    }
    strbuf_putc(&out, ']');
    json_field(&out, "b");
    json_text(&out, "ends in {");
    json_field(&out, "c");
    json_text(&out, NULL);
    strbuf_puts(&out, "}\n");
    assert_string_equal(out.data, "{\"a\":[0,1,2],\"b\":\"ends in {\",\"c\":null}\n");
    strbuf_free(&out);
}

static void check_text(const char *text, size_t len, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    json_text_len(&out, text, len);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void texts_are_escaped_as_json_wants(void **state)
{
    (void)state;
    check_text("", 0, "\"\"");
    check_text("a\"b\\c/\n\t\r", 9, "\"a\\\"b\\\\c/\\n\\t\\r\"");
    check_text("\0\033\x7f", 3, "\"\\u0000\\u001b\\u007f\"");
    check_text("é你🙂", 9, "\"é你🙂\"");
    check_text("\xff"
               "a\xe4\xbd",
               4,
               "\"\xef\xbf\xbd"
               "a\xef\xbf\xbd\xef\xbf\xbd\"");
    check_text("\xc2\x9b\xe2\x80\xae", 5, "\"\\u009b\\u202e\"");
}

static void check_bytes(const char *data, size_t len, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    json_bytes(&out, data, len);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void bytes_are_text_or_hex(void **state)
{
    (void)state;
    check_bytes(NULL, 0, "\"\"");
    check_bytes("hello\n", 6, "\"hello\\n\"");
    check_bytes("a\0b", 3, "{\"hex\":\"610062\"}");
    check_bytes("\xff", 1, "{\"hex\":\"ff\"}");
}

static void numbers_that_readers_would_round_are_texts(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    static const int64_t numbers[] = {0,
                                      -1,
                                      INT64_C(9007199254740992),
                                      -INT64_C(9007199254740992),
                                      INT64_C(9007199254740993),
                                      INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_int(&out, numbers[i]);
        strbuf_putc(&out, ' ');
    }
    json_uint(&out, UINT64_MAX);
    assert_string_equal(out.data, "0 -1 9007199254740992 -9007199254740992 \"9007199254740993\" "
                                  "\"-9223372036854775808\" \"18446744073709551615\"");
    strbuf_free(&out);
}

static void any_bytes_give_one_string_that_parses(void **state)
{
    (void)state;
    unsigned seed = 3;
    for (int round = 0; round < 2000; round++) {
        char data[40];
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (char)(1 + (rand_r(&seed) >> 8) % 255); /* cJSON cannot hold a zero */
        struct strbuf out = STRBUF_INIT;
        json_text_len(&out, data, sizeof data);
        assert_true(utf8_valid(out.data, out.len));
        cJSON *item = cJSON_ParseWithOpts(out.data, NULL, true);
        assert_true(cJSON_IsString(item));
        cJSON_Delete(item);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_fields_and_items_only),
        cmocka_unit_test(texts_are_escaped_as_json_wants),
        cmocka_unit_test(bytes_are_text_or_hex),
        cmocka_unit_test(numbers_that_readers_would_round_are_texts),
        cmocka_unit_test(any_bytes_give_one_string_that_parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
