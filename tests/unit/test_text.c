/* base/text: the nearest name, wrapping, counting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void distance_counts_single_changes_and_swaps(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("check", "check"), 0);
    assert_int_equal(text_distance("check", "CHECK"), 0);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("chek", "check"), 1);
    assert_int_equal(text_distance("chekc", "check"), 1); /* neighbours swapped */
    assert_int_equal(text_distance("cheack", "check"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("ca", "abc"), 3); /* restricted: no edit inside a swap */
}

static void the_nearest_name_is_near_or_none(void **state)
{
    (void)state;
    static const char *const commands[] = {"list", "lesson", "check", "hint", "help", "solution"};
    const size_t n = sizeof commands / sizeof commands[0];
    static const struct {
        const char *word, *found;
    } cases[] = {
        {"check", "check"},
        {"chekc", "check"},
        {"lsit", "list"},
        {"HINT", "hint"},
        {"sol", "solution"},
        {"le", "lesson"},
        {"lessons", "lesson"},
        {"solutoin", "solution"},
        {"hlp", "help"},
        {"xyz", NULL},
        {"", NULL},
        {"l", NULL},
        {"quit", NULL},
        {"frobnicate", NULL},
        {"hi", "hint"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = text_nearest(cases[i].word, commands, n);
        if (cases[i].found == NULL)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].found);
    }
    assert_null(text_nearest("check", commands, 0));
    static char huge[100000];
    memset(huge, 'c', sizeof huge - 1);
    assert_null(text_nearest(huge, commands, n));
}

static void check_wrap(const char *text, size_t width, const char *first, const char *rest,
                       const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    text_wrap(&out, text, width, first, rest);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void lines_break_at_spaces_with_a_hanging_indent(void **state)
{
    (void)state;
    check_wrap("one two three four five", 14, "1. ", "   ",
               "1. one two\n"
               "   three four\n"
               "   five\n");
    check_wrap("short", 80, NULL, NULL, "short\n");
    check_wrap("", 80, "> ", "> ", ">\n");
    check_wrap("exactly ten", 11, NULL, NULL, "exactly ten\n");
    check_wrap("  two  spaces   ", 80, NULL, NULL, "  two  spaces\n");
    check_wrap("    int x = 1;\n  y", 14, "> ", "> ",
               ">     int x =\n"
               ">     1;\n"
               ">   y\n");
}

static void newlines_in_the_text_end_lines(void **state)
{
    (void)state;
    check_wrap("a b\n\nc d\n", 80, "- ", "  ",
               "- a b\n"
               "\n"
               "  c d\n");
}

static void a_word_too_wide_is_broken(void **state)
{
    (void)state;
    check_wrap("abcdefghijklmnopqrst uv", 8, NULL, NULL,
               "abcdefgh\n"
               "ijklmnop\n"
               "qrst uv\n");
    check_wrap("abcdefghijkl", 0, "        ", "        ",
               "        abcdefgh\n"
               "        ijkl\n");
}

static void wide_letters_count_two_columns_and_break_anywhere(void **state)
{
    (void)state;
    check_wrap("套接字是通信的端点。", 8, NULL, NULL,
               "套接字是\n"
               "通信的端\n"
               "点。\n");
    check_wrap("用 recv() 读取。", 12, NULL, NULL,
               "用 recv() 读\n"
               "取。\n");
}

static void closing_punctuation_does_not_begin_a_line(void **state)
{
    (void)state;
    check_wrap("一二三四，五", 8, NULL, NULL,
               "一二三\n"
               "四，五\n");
}

static void combining_marks_stay_with_their_letter(void **state)
{
    (void)state;
    check_wrap("e\xcc\x81"
               "e\xcc\x81"
               "aaaaaabb",
               8, NULL, NULL,
               "e\xcc\x81"
               "e\xcc\x81"
               "aaaaaa\nbb\n");
}

static void colour_has_no_width(void **state)
{
    (void)state;
    assert_int_equal(text_columns("\033[1mbold\033[0m", 12), 4);
    check_wrap("\033[1mone two\033[0m three", 8, NULL, NULL, "\033[1mone two\033[0m\nthree\n");
    assert_int_equal(text_columns("\033[2J", 4), 3); /* no colour: only the escape has no width */
}

static void broken_utf8_is_wrapped_too(void **state)
{
    (void)state;
    check_wrap("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 8, NULL, NULL,
               "\xff\xff\xff\xff\xff\xff\xff\xff\n\xff\xff\n");
}

static void one_is_singular(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    text_count(&out, 0, "byte", "bytes");
    text_count(&out, 1, " byte", " bytes");
    text_count(&out, 18446744073709551615u, "byte", "bytes");
    assert_string_equal(out.data, "0 bytes1  byte18446744073709551615 bytes");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_single_changes_and_swaps),
        cmocka_unit_test(the_nearest_name_is_near_or_none),
        cmocka_unit_test(lines_break_at_spaces_with_a_hanging_indent),
        cmocka_unit_test(newlines_in_the_text_end_lines),
        cmocka_unit_test(a_word_too_wide_is_broken),
        cmocka_unit_test(wide_letters_count_two_columns_and_break_anywhere),
        cmocka_unit_test(closing_punctuation_does_not_begin_a_line),
        cmocka_unit_test(combining_marks_stay_with_their_letter),
        cmocka_unit_test(colour_has_no_width),
        cmocka_unit_test(broken_utf8_is_wrapped_too),
        cmocka_unit_test(one_is_singular),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
