/* base/bytes: what a program wrote, made fit to be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define RUN(text) text, sizeof(text) - 1

static void check_escape(const char *data, size_t len, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    bytes_escape(&out, data, len);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void bytes_are_escaped_as_in_a_c_string(void **state)
{
    (void)state;
    check_escape(RUN(""), "");
    check_escape(RUN("hello\n"), "hello\\n");
    check_escape(RUN("a\tb\r\n\\\"'"), "a\\tb\\r\\n\\\\\\\"'");
    check_escape(RUN("AB\0CD"), "AB\\x00CD");
    check_escape(RUN("\x01\x7f"), "\\x01\\x7f");
}

static void printable_utf8_is_kept_and_broken_utf8_is_not(void **state)
{
    (void)state;
    check_escape(RUN("héllo 你好 🙂"), "héllo 你好 🙂");
    check_escape(RUN("\xff\xfe"), "\\xff\\xfe");
    check_escape(RUN("\xc3"), "\\xc3");                            /* cut */
    check_escape(RUN("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong */
    check_escape(RUN("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* surrogate */
    check_escape(RUN("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
}

static void nothing_that_could_fool_a_terminal_comes_out(void **state)
{
    (void)state;
    check_escape(RUN("\033[2J\033]0;title\007"), "\\x1b[2J\\x1b]0;title\\x07");
    check_escape(RUN("\xc2\x9b"
                     "2J"),
                 "\\xc2\\x9b2J"); /* C1 CSI */
    check_escape(RUN("\xe2\x80\xae"
                     "txt"),
                 "\\xe2\\x80\\xaetxt"); /* right-to-left override */
    check_escape(RUN("a\xe2\x80\x8b"
                     "b"),
                 "a\\xe2\\x80\\x8bb"); /* zero width space */
    check_escape(RUN("a\xc2\xa0"
                     "b"),
                 "a\\xc2\\xa0b");                         /* no-break space */
    check_escape(RUN("e\xcc\x81"), "e\\xcc\\x81");        /* combining accent */
    check_escape(RUN("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"); /* byte order mark */
}

static void no_run_of_bytes_gives_a_control_character(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 2000; round++) {
        char data[64];
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (char)(rand_r(&seed) >> 8);
        struct strbuf out = STRBUF_INIT;
        bytes_escape(&out, data, sizeof data);
        bytes_quote(&out, data, sizeof data, 1 + (size_t)round % 64);
        bytes_escape_lines(&out, data, sizeof data);
        bytes_diff(&out, data, sizeof data, data + round % 32, sizeof data - (size_t)round % 32);
        assert_true(utf8_valid(out.data, out.len));
        for (size_t i = 0; i < out.len; i++)
            assert_true((unsigned char)out.data[i] >= ' ' || out.data[i] == '\n');
        strbuf_free(&out);
    }
}

static void check_quote(const char *data, size_t len, size_t max, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    bytes_quote(&out, data, len, max);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void long_bytes_are_cut_and_their_length_told(void **state)
{
    (void)state;
    check_quote(NULL, 0, 0, "\"\"");
    check_quote(RUN("hello"), 5, "\"hello\"");
    check_quote(RUN("hello"), 0, "\"hello\"");
    check_quote(RUN("hello\n"), 5, "\"hello\"… (6 bytes)");
    check_quote(RUN("aé"), 2, "\"a\"… (3 bytes)"); /* not half a letter */
}

static void compiler_text_keeps_its_lines_and_loses_its_colours(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    bytes_escape_lines(&out, RUN("\033[01m\033[Ka.c:1:2:\033[m\033[K warning: ‘x’ \"\\n\"\r\n"
                                 "    1 |\tint x;\n\033]0;evil\007\033[2Jok\n\0"));
    assert_string_equal(out.data, "a.c:1:2: warning: ‘x’ \"\\n\"\n"
                                  "    1 | int x;\n"
                                  "\\x1b]0;evil\\x07\\x1b[2Jok\n"
                                  "\\x00");
    strbuf_free(&out);
}

static void check_diff(const char *expected, size_t elen, const char *received, size_t rlen,
                       const char *text)
{
    struct strbuf out = STRBUF_INIT;
    bytes_diff(&out, expected, elen, received, rlen);
    assert_string_equal(out.data, text);
    strbuf_free(&out);
}

static void a_diff_names_a_missing_newline(void **state)
{
    (void)state;
    check_diff(RUN("hello\n"), RUN("hello"),
               "expected 6 bytes: \"hello\\n\"\n"
               "received 5 bytes: \"hello\"\n"
               "                        ^\n"
               "the newline at the end is missing\n");
    check_diff(RUN("hello\r\n"), RUN("hello"),
               "expected 7 bytes: \"hello\\r\\n\"\n"
               "received 5 bytes: \"hello\"\n"
               "                        ^\n"
               "the end of the line, \\r\\n, is missing\n");
}

static void a_diff_puts_the_caret_under_the_first_difference(void **state)
{
    (void)state;
    check_diff(RUN("one\ttwo"), RUN("one\ttoo"),
               "expected 7 bytes: \"one\\ttwo\"\n"
               "received 7 bytes: \"one\\ttoo\"\n"
               "                         ^\n"
               "byte 6 is \"o\" (0x6f) instead of \"w\" (0x77)\n");
    check_diff(RUN("你é"), RUN("你è"),
               "expected 5 bytes: \"你é\"\n"
               "received 5 bytes: \"你è\"\n"
               "                     ^\n"
               "byte 5 is 0xa8 instead of 0xa9\n");
    check_diff(RUN("é!"), RUN("\xc3"),
               "expected 3 bytes: \"é!\"\n"
               "received 1 byte:  \"\\xc3\"\n"
               "                   ^\n"
               "only the first 1 of 3 bytes came\n");
}

static void a_diff_says_when_nothing_came_or_was_expected(void **state)
{
    (void)state;
    check_diff(RUN("hello"), NULL, 0,
               "expected 5 bytes: \"hello\"\n"
               "received 0 bytes: \"\"\n"
               "nothing came\n");
    check_diff(NULL, 0, RUN("hello world"),
               "expected  0 bytes: \"\"\n"
               "received 11 bytes: \"hello world\"\n"
               "nothing was expected\n");
    check_diff(NULL, 0, NULL, 0,
               "expected 0 bytes: \"\"\n"
               "received 0 bytes: \"\"\n"
               "they are the same\n");
}

/* Only the sentence at the end. */
static void check_words(const char *expected, size_t elen, const char *received, size_t rlen,
                        const char *words)
{
    struct strbuf out = STRBUF_INIT;
    bytes_diff(&out, expected, elen, received, rlen);
    assert_int_equal(out.data[out.len - 1], '\n');
    strbuf_cut(&out, out.len - 1);
    assert_string_equal(strrchr(out.data, '\n') + 1, words);
    strbuf_free(&out);
}

static void the_words_name_what_can_be_acted_on(void **state)
{
    (void)state;
    check_words(RUN("AB\0CD\n"), RUN("AB"), "it was cut at the first zero byte: 2 of 6 bytes came");
    check_words(RUN("\0A\0B"), RUN("\0A"), "only the first 2 of 4 bytes came");
    check_words(RUN("HELLO WORLD!"), RUN("HEL"), "only the first 3 of 12 bytes came");
    check_words(RUN("hello"), RUN("hell"), "the last byte is missing");
    check_words(RUN("hello"), RUN("hello\n"), "there is a newline too many at the end");
    check_words(RUN("hello"), RUN("hello\0"), "there is a zero byte too many at the end");
    check_words(RUN("hello"), RUN("hello\0\0\0"), "there are 3 zero bytes too many at the end");
    check_words(RUN("hello"), RUN("helloSECRET"), "there are 6 bytes too many at the end");
    check_words(RUN("hello"), RUN("hello!"), "there is 1 byte too many at the end");
    check_words(RUN("hello"), RUN("hellohello"), "the same bytes came twice");
    check_words(RUN("a\r\nb\r\n"), RUN("a\nb\n"), "\\n came where \\r\\n was expected");
    check_words(RUN("a\nb\n"), RUN("a\r\nb\r\n"), "\\r\\n came where \\n was expected");
    check_words(RUN("hello"), RUN("llo"), "the first 2 bytes are missing");
    check_words(RUN("hello"), RUN("ello"), "the first byte is missing");
    check_words(RUN("hello"), RUN("xyhello"), "there are 2 bytes too many at the beginning");
    check_words(RUN("\0\0\1\2hello"), RUN("\2\1\0\0hello"),
                "the 4 bytes from byte 1 on came in reverse order");
    check_words(RUN("\x1b\x58"), RUN("\x58\x1b"),
                "the 2 bytes from byte 1 on came in reverse order");
    check_words(RUN("Hello"), RUN("hELLO"),
                "byte 1 is \"h\" (0x68) instead of \"H\" (0x48): only upper and lower case differ");
    check_words(RUN("a\0b"), RUN("a\nb"), "byte 2 is \"\\n\" instead of \"\\x00\"");
    check_words(RUN("same"), RUN("same"), "they are the same");
}

static void long_data_is_shown_through_a_window(void **state)
{
    (void)state;
    char expected[5000], received[5000];
    memset(expected, 'a', sizeof expected);
    memset(received, 'a', sizeof received);
    received[3000] = '\n';
    check_diff(expected, sizeof expected, received, sizeof received,
               "expected 5000 bytes: "
               "…\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"…\n"
               "received 5000 bytes: "
               "…\"aaaaaaaaaaaaaaaaaaaa\\naaaaaaaaaaaaaaaaaaaaaaaaa\"…\n"
               "                                           ^\n"
               "byte 3001 is \"\\n\" instead of \"a\" (0x61)\n");
}

static void no_line_of_a_diff_is_wider_than_promised(void **state)
{
    (void)state;
    static char a[100000], b[100000];
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        size_t la = (size_t)rand_r(&seed) % (round < 10 ? sizeof a : 300);
        size_t lb = (size_t)rand_r(&seed) % (round < 10 ? sizeof b : 300);
        for (size_t i = 0; i < la; i++)
            a[i] = (char)(rand_r(&seed) >> 8);
        memcpy(b, a, la);
        if (lb > 0)
            b[lb / 2] ^= 1;
        struct strbuf out = STRBUF_INIT;
        bytes_diff(&out, a, la, b, lb);
        for (char *line = out.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
            assert_true(utf8_columns(line, (size_t)(end - line)) <= BYTES_DIFF_WIDTH);
        strbuf_free(&out);
    }
}

static void hex_is_read_with_or_without_spaces(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    assert_int_equal(bytes_from_hex(&out, " 00 ff\n7F6a ", &err), 0);
    assert_int_equal(out.len, 4);
    assert_memory_equal(out.data, "\x00\xff\x7f\x6a", 4);
    assert_int_equal(bytes_from_hex(&out, "", &err), 0);
    assert_int_equal(out.len, 4);
    struct strbuf hex = STRBUF_INIT;
    bytes_to_hex(&hex, out.data, out.len);
    assert_string_equal(hex.data, "00ff7f6a");
    strbuf_free(&hex);
    strbuf_free(&out);
}

static void wrong_hex_says_what_and_where_and_adds_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"00 fg", "\"g\" at place 5 is not a hex digit"},
        {"zz", "\"z\" at place 1 is not a hex digit"},
        {"00 f", "a byte is written with two hex digits: \"f\" at place 4 is one"},
        {"0 0", "a byte is written with two hex digits: \"0\" at place 1 is one"},
        {"00é", "\"é\" at place 3 is not a hex digit"},
        {"0x00", "\"x\" at place 2 is not a hex digit"},
        {"\033", "\"\\x1b\" at place 1 is not a hex digit"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf out = STRBUF_INIT;
        strbuf_puts(&out, "kept");
        struct error err;
        assert_int_equal(bytes_from_hex(&out, cases[i].text, &err), -1);
        assert_string_equal(err.text, cases[i].error);
        assert_string_equal(out.data, "kept");
        assert_int_equal(bytes_from_hex(&out, cases[i].text, NULL), -1);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_escaped_as_in_a_c_string),
        cmocka_unit_test(printable_utf8_is_kept_and_broken_utf8_is_not),
        cmocka_unit_test(nothing_that_could_fool_a_terminal_comes_out),
        cmocka_unit_test(no_run_of_bytes_gives_a_control_character),
        cmocka_unit_test(long_bytes_are_cut_and_their_length_told),
        cmocka_unit_test(compiler_text_keeps_its_lines_and_loses_its_colours),
        cmocka_unit_test(a_diff_names_a_missing_newline),
        cmocka_unit_test(a_diff_puts_the_caret_under_the_first_difference),
        cmocka_unit_test(a_diff_says_when_nothing_came_or_was_expected),
        cmocka_unit_test(the_words_name_what_can_be_acted_on),
        cmocka_unit_test(long_data_is_shown_through_a_window),
        cmocka_unit_test(no_line_of_a_diff_is_wider_than_promised),
        cmocka_unit_test(hex_is_read_with_or_without_spaces),
        cmocka_unit_test(wrong_hex_says_what_and_where_and_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
