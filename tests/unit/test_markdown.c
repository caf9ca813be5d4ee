/* report/markdown: lessons laid out for a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/utf8.h"
#include "report/markdown.h"

static const struct look plain60 = {.utf8 = true, .width = 60};
static const struct look narrow = {.utf8 = true, .width = 20};
static const struct look ascii60 = {.width = 60};
static const struct look colour60 = {.colour = true, .utf8 = true, .width = 60};

static void check(const struct look *look, const char *markdown, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    markdown_text(markdown, strlen(markdown), look, &out);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void headings_are_underlined_and_paragraphs_wrapped(void **state)
{
    (void)state;
    check(&plain60,
          "# A socket\n\nSome words of prose that are longer than sixty columns, so\nthey are "
          "wrapped.\n\n## Part\ntext\n\n### Small\n",
          "A socket\n"
          "════════\n"
          "\n"
          "Some words of prose that are longer than sixty columns, so\n"
          "they are wrapped.\n"
          "\n"
          "Part\n"
          "────\n"
          "\n"
          "text\n"
          "\n"
          "### Small\n");
}

static void without_utf8_everything_is_ascii(void **state)
{
    (void)state;
    check(&ascii60, "# It’s “so”\n\n- one … two → three\n\n> quoted\n\n***\n",
          "It's \"so\"\n"
          "=========\n"
          "\n"
          "- one ... two -> three\n"
          "\n"
          "> quoted\n"
          "\n"
          "--------------------------------\n");
}

static void emphasis_and_code_are_seen_without_colour(void **state)
{
    (void)state;
    check(&plain60, "Call `recv()` *again*, **always**.\n", "Call `recv()` *again*, **always**.\n");
}

static void emphasis_and_code_are_coloured_and_lines_closed(void **state)
{
    (void)state;
    check(&colour60, "Call `recv()` *again*, **al*wa*ys**.\n",
          "Call \033[0;36mrecv()\033[0m \033[0;3magain\033[0m, "
          "\033[0;1mal\033[0;1;3mwa\033[0;1mys\033[0m.\n");
    const struct look look = {.colour = true, .utf8 = true, .width = 20};
    check(&look, "> **bold words that go on over lines**\n",
          "│ \033[0;1mbold words that go\033[0m\n"
          "\033[0;1m│ on over lines\033[0m\n");
}

static void lists_nest_with_hanging_indents(void **state)
{
    (void)state;
    check(&narrow,
          "9. nine is wrapped here too\n"
          "10. ten\n"
          "    - inner words wrapped\n"
          "      - third\n"
          "- other list\n",
          " 9. nine is wrapped\n"
          "    here too\n"
          "10. ten\n"
          "    • inner words\n"
          "      wrapped\n"
          "      • third\n"
          "\n"
          "• other list\n");
}

static void loose_lists_are_loose_and_empty_items_stay(void **state)
{
    (void)state;
    check(&plain60, "- one\n\n  more\n\n- two\n", "• one\n\n  more\n\n• two\n");
    check(&plain60, "-\n- two\n- - nested\n", "•\n• two\n• • nested\n");
}

static void code_is_indented_and_gives_its_indentation_up(void **state)
{
    (void)state;
    check(&plain60, "Text\n```c\nint  x;\n\n\tif (x)\n```\n",
          "Text\n"
          "\n"
          "    int  x;\n"
          "\n"
          "            if (x)\n");
    check(&narrow, "    0123456789 0123456789\n",
          "  0123456789\n"
          "↳   0123456789\n");
    check(&narrow, "    01234567890123456789\n",
          "  012345678901234567\n"
          "↳   89\n");
    /* indentation is given up before a line is broken */
    const struct look look = {.utf8 = true, .width = 42};
    check(&look, "```\n0123456789012345678901234567890123456789\n```\n",
          "  0123456789012345678901234567890123456789\n");
    check(&look, "```\n    012345678901234567890123456789012345678\n      x\n```\n",
          "   012345678901234567890123456789012345678\n"
          "     x\n");
}

static void long_code_lines_break_between_words_with_a_mark(void **state)
{
    (void)state;
    const struct look look = {.utf8 = true, .width = 42};
    const struct look ascii = {.width = 42};
    const char *code =
        "```c\nif (x)\n    send(fd, buffer, length, 0); /* the rest, later */\n```\n";
    check(&look, code,
          "  if (x)\n"
          "      send(fd, buffer, length, 0); /* the\n"
          "↳         rest, later */\n");
    check(&ascii, code,
          "  if (x)\n"
          "      send(fd, buffer, length, 0); /* the\n"
          ">         rest, later */\n");
}

static void links_tell_where_they_lead(void **state)
{
    (void)state;
    check(&plain60, "[here](https://a.example/x) <https://b.example>\n",
          "here (https://a.example/x) https://b.example\n");
    check(&plain60, "[TCP](10_tcp_server.md#accept), [lesson 9](09_tcp_client.md), [up](#top)\n",
          "TCP (lesson 10), lesson 9, up\n");
    check(&plain60, "![a host](host.png)\n", "[picture: a host, host.png]\n");
    check(&plain60, "[x][r]\n\n[r]: https://c.example\n", "x (https://c.example)\n");
}

static void quotes_hold_blocks(void **state)
{
    (void)state;
    check(&plain60, "> one\n>\n> - two\n>   three\n\nafter\n",
          "│ one\n"
          "│\n"
          "│ • two three\n"
          "\n"
          "after\n");
}

static void hard_breaks_break_and_comments_are_not_shown(void **state)
{
    (void)state;
    check(&plain60, "<!-- a note -->\n\none\\\ntwo <!-- x -->three\n", "one\ntwo three\n");
    check(&plain60, "- <!-- x -->\n\n  text\n", "• text\n");
}

static void tables_have_aligned_columns(void **state)
{
    (void)state;
    check(&plain60,
          "| call | returns | does |\n"
          "|------|--------:|:----:|\n"
          "| `recv` | 0 | end |\n"
          "| 你好 | 10 | a\\|b |\n",
          "call    returns  does\n"
          "──────  ───────  ────\n"
          "`recv`        0  end\n"
          "你好         10  a|b\n");
}

static void cells_that_look_like_blocks_are_text(void **state)
{
    (void)state;
    check(&plain60,
          "| a | b | c |\n|---|---|---|\n| - | 1. x | # |\n| **b** |\n| <p> | > | + | more |\n",
          "a      b     c\n"
          "─────  ────  ─\n"
          "-      1. x  #\n"
          "**b**\n"
          "<p>    >     +\n");
}

static void tables_wrap_and_then_become_lists(void **state)
{
    (void)state;
    const char *table = "| name | what it is |\n|---|---|\n"
                        "| backlog | how many connections may wait to be accepted |\n"
                        "| port | a number |\n";
    const struct look look = {.utf8 = true, .width = 32};
    check(&look, table,
          "name     what it is\n"
          "───────  ───────────────────────\n"
          "backlog  how many connections\n"
          "         may wait to be accepted\n"
          "\n"
          "port     a number\n");
    check(&narrow,
          "| one two three | four five six | s |\n|---|---|---|\n| a long cell | b | c |\n"
          "| d | | e |\n",
          "one two three: a\n"
          "  long cell\n"
          "four five six: b\n"
          "s: c\n"
          "\n"
          "one two three: d\n"
          "s: e\n");
}

static void tables_stand_in_quotes_and_lists(void **state)
{
    (void)state;
    check(&plain60, "> | a | b |\r\n> |---|---|\r\n> | 1 | 2 |\r\n",
          "│ a  b\n"
          "│ ─  ─\n"
          "│ 1  2\n");
    check(&plain60, "- | a | b |\n  |---|---|\n  | 1 | 2 |\n",
          "• a  b\n"
          "  ─  ─\n"
          "  1  2\n");
}

static void what_is_no_table_is_a_paragraph(void **state)
{
    (void)state;
    check(&plain60, "| a | b |\n|---|\n", "| a | b | |---|\n");
    check(&plain60, "| a |\n| b |\n", "| a | | b |\n");
    check(&plain60, "|\n|\n", "| |\n");
    check(&plain60, "| a |\ntext\n", "| a | text\n");
}

static void chinese_prose_wraps_by_columns_and_joins_lines_without_spaces(void **state)
{
    (void)state;
    check(&narrow, "套接字是通信的端点，\n程序用它收发数据。`recv()`\n返回。\n",
          "套接字是通信的端点，\n"
          "程序用它收发数据。\n"
          "`recv()` 返回。\n");
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    check(&plain60, "", "");
    check(&plain60, "\n\n \n", "");
    check(&plain60, "<!-- only -->", "");
    check(&plain60, "#", "\n");
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
    (void)state;
    check(&plain60, "a\033[2Jb `c\033]0;x\007` \xff [t](\033u)\n\n    code\033[1m\n",
          "a\\x1b[2Jb `c\\x1b]0;x\\x07` \\xff t (\\x1bu)\n\n    code\n");
    check(&plain60,
          "a\xe2\x80\xae"
          "b\n",
          "a\\xe2\\x80\\xaeb\n");
}

static void one_section_can_be_shown(void **state)
{
    (void)state;
    static const char text[] = "# T\n\n## One\na\n\n### Inner\nb\n\n## Two `x()`\nc\n";
    struct strbuf out = STRBUF_INIT;
    struct error err = {""};
    assert_int_equal(markdown_section(text, sizeof text - 1, "one", &plain60, &out, &err), 0);
    assert_string_equal(out.data, "One\n───\n\na\n\n### Inner\n\nb\n");
    strbuf_cut(&out, 0);
    assert_int_equal(markdown_section(text, sizeof text - 1, "two-x", &plain60, &out, &err), 0);
    assert_string_equal(out.data, "Two `x()`\n─────────\n\nc\n");
    strbuf_cut(&out, 0);
    assert_int_equal(markdown_section(text, sizeof text - 1, "three", &plain60, &out, &err), -1);
    assert_string_not_equal(err.text, "");
    assert_int_equal(out.len, 0);
    strbuf_free(&out);
}

/* No control character but newlines and, where there is colour, its sequences. */
static void assert_harmless(const struct strbuf *out, bool colour)
{
    assert_true(utf8_valid(out->data, out->len));
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        if (colour && c == '\033')
            assert_int_equal(out->data[i + 1], '[');
        else
            assert_true(c >= ' ' || c == '\n');
        assert_true(c != 0x7f);
    }
}

static void any_bytes_and_any_markup_are_harmless(void **state)
{
    (void)state;
    static const char *const pieces[] = {"# ", "- ",     "> ",    "1. ", "`",     "```\n",
                                         "*",  "**",     "| a ",  "|\n", "|---|", "\n",
                                         "\t", "[x](y)", "<b",    "-->", "\033",  "\xff",
                                         "你", "    ",   "word ", "\\",  "![",    "&#0;"};
    unsigned seed = 5;
    for (int round = 0; round < 3000; round++) {
        struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
        for (int i = rand_r(&seed) % 60; i > 0; i--)
            strbuf_puts(&text, pieces[(unsigned)rand_r(&seed) % 24]);
        struct look look = {.colour = round & 1, .utf8 = round & 2, .width = rand_r(&seed) % 100};
        markdown_text(text.data, text.len, &look, &out);
        assert_harmless(&out, look.colour);
        strbuf_free(&text);
        strbuf_free(&out);
    }
}

static void depth_and_size_are_survived(void **state)
{
    (void)state;
    static const char *const pieces[] = {"> ", "- ", "*a ", "[",    "<",
                                         "`",  "| ", "#",   "\n\n", "1. "};
    for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
        struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
        for (int i = 0; i < 3000; i++)
            strbuf_puts(&text, pieces[k]);
        strbuf_puts(&text, "end\n");
        markdown_text(text.data, text.len, &narrow, &out);
        assert_harmless(&out, false);
        strbuf_free(&text);
        strbuf_free(&out);
    }
}

static void prose_is_never_wider_than_the_terminal(void **state)
{
    (void)state;
    static const char text[] =
        "# A heading that is longer than twenty columns\n\n"
        "Prose with `code of some length` and [a link](https://example.org/very/long/path).\n\n"
        "- item with a_very_long_identifier_that_does_not_fit\n  > quote in the item, wrapped\n";
    for (int width = 20; width <= LOOK_WIDTH_MAX; width++) {
        struct look look = {.utf8 = true, .colour = width & 1, .width = width};
        struct strbuf out = STRBUF_INIT;
        markdown_text(text, sizeof text - 1, &look, &out);
        for (char *line = out.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
            assert_true(text_columns(line, (size_t)(end - line)) <= (size_t)width);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_are_underlined_and_paragraphs_wrapped),
        cmocka_unit_test(without_utf8_everything_is_ascii),
        cmocka_unit_test(emphasis_and_code_are_seen_without_colour),
        cmocka_unit_test(emphasis_and_code_are_coloured_and_lines_closed),
        cmocka_unit_test(lists_nest_with_hanging_indents),
        cmocka_unit_test(loose_lists_are_loose_and_empty_items_stay),
        cmocka_unit_test(code_is_indented_and_gives_its_indentation_up),
        cmocka_unit_test(long_code_lines_break_between_words_with_a_mark),
        cmocka_unit_test(links_tell_where_they_lead),
        cmocka_unit_test(quotes_hold_blocks),
        cmocka_unit_test(hard_breaks_break_and_comments_are_not_shown),
        cmocka_unit_test(tables_have_aligned_columns),
        cmocka_unit_test(cells_that_look_like_blocks_are_text),
        cmocka_unit_test(tables_wrap_and_then_become_lists),
        cmocka_unit_test(tables_stand_in_quotes_and_lists),
        cmocka_unit_test(what_is_no_table_is_a_paragraph),
        cmocka_unit_test(chinese_prose_wraps_by_columns_and_joins_lines_without_spaces),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(what_a_terminal_would_obey_is_escaped),
        cmocka_unit_test(one_section_can_be_shown),
        cmocka_unit_test(any_bytes_and_any_markup_are_harmless),
        cmocka_unit_test(depth_and_size_are_survived),
        cmocka_unit_test(prose_is_never_wider_than_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
