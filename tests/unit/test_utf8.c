/* base/utf8: what is a character, and how wide it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void every_character_is_read_back_as_it_was_written(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char bytes[4];
        uint32_t read = 0;
        if (code >= 0xd800 && code <= 0xdfff)
            continue;
        size_t len = utf8_encode(code, bytes);
        assert_int_equal(utf8_decode(bytes, len, &read), len);
        assert_int_equal(read, code);
        assert_int_equal(utf8_decode(bytes, len - 1, NULL), 0); /* cut short */
    }
}

static void what_is_no_character_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",             /* a byte that can only follow */
        "\xc0\xaf",         /* '/' in two bytes */
        "\xc1\xbf",         /* the same kind */
        "\xe0\x80\xaf",     /* in three */
        "\xe0\x9f\xbf",     /* U+07FF in three */
        "\xf0\x80\x80\xaf", /* in four */
        "\xf0\x8f\xbf\xbf", /* U+FFFF in four */
        "\xed\xa0\x80",     /* a surrogate */
        "\xed\xbf\xbf",     /* the other half */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80", /* no first byte */
        "\xff",
        "\xc3(", /* another character where the second byte should be */
        "\xe2\x82(",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t code = 4711;
        assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 0);
        assert_int_equal(code, 4711);
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_int_equal(utf8_decode("a", 0, NULL), 0);
}

static void the_valid_beginning_is_measured(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid_prefix("", 0), 0);
    assert_int_equal(utf8_valid_prefix("a\xc3\xa4\xff"
                                       "b",
                                       5),
                     3);
    assert_int_equal(utf8_valid_prefix("a\0b", 3), 3);
    assert_true(utf8_valid("\xe4\xbd\xa0\xe5\xa5\xbd", 6));
}

static void a_terminal_shows_characters_in_columns(void **state)
{
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0xe4), 1);    /* ä */
    assert_int_equal(utf8_width(0x2026), 1);  /* … */
    assert_int_equal(utf8_width(0x4f60), 2);  /* 你 */
    assert_int_equal(utf8_width(0xff01), 2);  /* ！ */
    assert_int_equal(utf8_width(0xac00), 2);  /* a Hangul syllable */
    assert_int_equal(utf8_width(0x1f600), 2); /* a face */
    assert_int_equal(utf8_width(0x301), 0);   /* a combining acute accent */
    assert_int_equal(utf8_width(0x200b), 0);  /* a space of no width */
    assert_int_equal(utf8_width(0x202e), 0);  /* an override of direction */
    assert_int_equal(utf8_width(0), -1);
    assert_int_equal(utf8_width('\n'), -1);
    assert_int_equal(utf8_width(0x7f), -1);
    assert_int_equal(utf8_width(0x9b), -1);
    assert_int_equal(utf8_width(0x10ffff), 1);
}

static void columns_of_a_text_are_counted(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns("", 0), 0);
    assert_int_equal(utf8_columns("a\xe4\xbd\xa0z", 5), 4);
    assert_int_equal(utf8_columns("e\xcc\x81", 3), 1);
    assert_int_equal(utf8_columns("\xff\xff", 2), 2);
    assert_int_equal(utf8_columns("a\nb", 3), 2);
}

static void what_fits_is_never_half_a_character(void **state)
{
    (void)state;
    const char *text = "a\xe4\xbd\xa0z"; /* 1 + 2 + 1 columns */
    assert_int_equal(utf8_fit(text, 5, 0), 0);
    assert_int_equal(utf8_fit(text, 5, 1), 1);
    assert_int_equal(utf8_fit(text, 5, 2), 1);
    assert_int_equal(utf8_fit(text, 5, 3), 4);
    assert_int_equal(utf8_fit(text, 5, 9), 5);
    assert_int_equal(utf8_fit("e\xcc\x81x", 4, 1), 3); /* the accent goes along */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_read_back_as_it_was_written),
        cmocka_unit_test(what_is_no_character_is_refused),
        cmocka_unit_test(the_valid_beginning_is_measured),
        cmocka_unit_test(a_terminal_shows_characters_in_columns),
        cmocka_unit_test(columns_of_a_text_are_counted),
        cmocka_unit_test(what_fits_is_never_half_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
