/* catalog/lesson: anchors, excerpts and sessions of a lesson. */
#include "catalog_files.h"

#include "catalog/lesson.h"
#include "catalog/network.h"

#define GAP "\xe2\x80\xa6"

static struct lesson *parse(const char *text)
{
    struct error err = {"untouched"};
    struct lesson *lesson = lesson_parse(text, strlen(text), "l.md", &err);
    if (lesson == NULL)
        fail_msg("%s", err.text);
    assert_string_equal(err.text, "untouched");
    return lesson;
}

static void refuses(const char *text, const char *says)
{
    struct error err = {""};
    assert_null(lesson_parse(text, strlen(text), "l.md", &err));
    assert_says(err.text, says);
}

/* --- headings --- */

static void slug_is(const char *title, const char *expected)
{
    struct strbuf slug = STRBUF_INIT;
    lesson_slug(&slug, title);
    assert_string_equal(slug.data, expected);
    strbuf_free(&slug);
}

static void a_slug_keeps_the_words_of_a_title(void **state)
{
    (void)state;
    slug_is("What recv() returns", "what-recv-returns");
    slug_is("Byte order: htons()", "byte-order-htons");
    slug_is("recv() == 0", "recv-0");
    slug_is("Byte-order", "byte-order");
    slug_is("  a -- b  ", "a-b");
    slug_is("Don't", "dont");
    slug_is("Zwei \xe2\x80\x9eW\xc3\xb6rter\xe2\x80\x9c", "zwei-w\xc3\xb6rter");
    slug_is("a \xe2\x80\x94 b", "a-b");
    slug_is("\xe5\xad\x97\xe8\x8a\x82\xe5\xba\x8f\xef\xbc\x9ahtons()",
            "\xe5\xad\x97\xe8\x8a\x82\xe5\xba\x8fhtons");
    slug_is("SO_REUSEADDR", "so_reuseaddr");
    slug_is("", "");
    slug_is("!?", "");
    slug_is("\xff", "");
}

static void headings_are_anchors(void **state)
{
    (void)state;
    struct lesson *lesson =
        parse("# The `recv()` *call*\n\ntext\n\n## Again\n\n## Again\n\nSetext\n---\n\n"
              "## ![](x.png)\n\n    # code, no heading\n\n```\n# nor this\n```\n");
    assert_int_equal(lesson->nheadings, 5);
    assert_string_equal(lesson->headings[0].title, "The recv() call");
    assert_string_equal(lesson->headings[0].anchor, "the-recv-call");
    assert_int_equal(lesson->headings[0].level, 1);
    assert_int_equal(lesson->headings[0].line, 1);
    assert_string_equal(lesson->headings[1].anchor, "again");
    assert_string_equal(lesson->headings[2].anchor, "again-2");
    assert_int_equal(lesson->headings[2].line, 7);
    assert_string_equal(lesson->headings[3].anchor, "setext");
    assert_string_equal(lesson->headings[4].anchor, "");
    assert_ptr_equal(lesson_anchor(lesson, "again-2"), &lesson->headings[2]);
    assert_null(lesson_anchor(lesson, "again-3"));
    assert_null(lesson_anchor(lesson, ""));
    assert_null(lesson_anchor(lesson, "nor-this"));
    lesson_free(lesson);
}

static void section_is(const char *text, const char *anchor, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    struct error err;
    if (lesson_section(text, strlen(text), anchor, &out, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void a_section_ends_at_the_next_heading_of_its_level(void **state)
{
    (void)state;
    const char *text = "# A\na\n## B\nb\n### C\nc\n## D\nd";
    struct strbuf out = STRBUF_INIT;
    struct error err;
    section_is(text, "a", text);
    section_is(text, "b", "## B\nb\n### C\nc\n");
    section_is(text, "c", "### C\nc\n");
    section_is(text, "d", "## D\nd");
    assert_int_equal(lesson_section(text, strlen(text), "e", &out, &err), -1);
    assert_string_equal(err.text, "the lesson has no section \"e\"");
    assert_int_equal(out.len, 0);
    strbuf_free(&out);
}

/* --- sessions --- */

static const struct session_line *line_of(const struct lesson *lesson, unsigned index)
{
    assert_true(index < lesson->sessions[0].nlines);
    return &lesson->sessions[0].lines[index];
}

static void line_is(const struct lesson *lesson, unsigned index, enum session_kind kind,
                    const char *terminal, const char *text, unsigned number)
{
    const struct session_line *line = line_of(lesson, index);
    assert_int_equal(line->kind, kind);
    assert_string_equal(line->terminal, terminal);
    assert_string_equal(line->text, text);
    assert_int_equal(line->line, number);
}

static void a_session_is_read_line_by_line(void **state)
{
    (void)state;
    struct lesson *lesson =
        parse("# L\n\n```session\nserver$ ./udp_echo 7000\nlistening on 0.0.0.0(7000)\n"
              "client$ printf hello | nc -u 127.0.0.1 7000\nhello\nserver:\n" GAP "\n\n"
              "client> more text\nclient> ^C\nclient>\nclient> \nclient> ^D\n```\n");
    assert_int_equal(lesson->nsessions, 1);
    assert_int_equal(lesson->sessions[0].line, 3);
    assert_int_equal(lesson->sessions[0].nlines, 11);
    line_is(lesson, 0, SESSION_COMMAND, "server", "./udp_echo 7000", 4);
    line_is(lesson, 1, SESSION_OUTPUT, "server", "listening on 0.0.0.0(7000)", 5);
    line_is(lesson, 2, SESSION_COMMAND, "client", "printf hello | nc -u 127.0.0.1 7000", 6);
    line_is(lesson, 3, SESSION_OUTPUT, "client", "hello", 7);
    line_is(lesson, 4, SESSION_GAP, "server", "", 9);
    line_is(lesson, 5, SESSION_OUTPUT, "server", "", 10);
    line_is(lesson, 6, SESSION_TYPE, "client", "more text", 11);
    line_is(lesson, 7, SESSION_KEY, "client", "^C", 12);
    line_is(lesson, 8, SESSION_TYPE, "client", "", 13);
    line_is(lesson, 9, SESSION_TYPE, "client", "", 14);
    line_is(lesson, 10, SESSION_KEY, "client", "^D", 15);
    lesson_free(lesson);
}

static void a_terminal_may_have_no_name(void **state)
{
    (void)state;
    struct lesson *lesson =
        parse("```session\n$ cat\n> hello\nhello\nerror: no\na$b\n5$\n$ ls\n```\n");
    assert_int_equal(lesson->sessions[0].nlines, 7);
    line_is(lesson, 0, SESSION_COMMAND, "", "cat", 2);
    line_is(lesson, 1, SESSION_TYPE, "", "hello", 3);
    line_is(lesson, 2, SESSION_OUTPUT, "", "hello", 4);
    line_is(lesson, 3, SESSION_OUTPUT, "", "error: no", 5);
    line_is(lesson, 4, SESSION_OUTPUT, "", "a$b", 6);
    line_is(lesson, 5, SESSION_OUTPUT, "", "5$", 7);
    line_is(lesson, 6, SESSION_COMMAND, "", "ls", 8);
    lesson_free(lesson);
}

static void only_terminals_that_are_open_are_typed_into(void **state)
{
    (void)state;
    struct lesson *lesson = parse("```session\na$ x\nb> typed\nb:\n> prompt\na:\na: b\n```\n");
    line_is(lesson, 1, SESSION_OUTPUT, "a", "b> typed", 3);
    line_is(lesson, 2, SESSION_OUTPUT, "a", "b:", 4);
    line_is(lesson, 3, SESSION_OUTPUT, "a", "> prompt", 5);
    line_is(lesson, 4, SESSION_OUTPUT, "a", "a: b", 7);
    assert_int_equal(lesson->sessions[0].nlines, 5);
    lesson_free(lesson);
}

static void broken_sessions_are_told_with_their_line(void **state)
{
    (void)state;
    refuses("```session\n```\n", "l.md:1: this session is empty");
    refuses("x\n\n```session\nhello\n$ ls\n```\n", "l.md:4: a session begins with a command");
    refuses("```session\n" GAP "\n```\n", "l.md:2: a session begins with a command");
    refuses("```session\n$ \n```\n", "l.md:2: no command behind \"$\"");
    refuses("```session\na$ x\na> ^Z\n```\n", "l.md:3: the keys are ^C and ^D, not ^Z");
    refuses("```session\n$ x\n", "l.md:1: this fence is not closed");
    refuses("````session\n$ x\n```\n", "l.md:1: this fence is not closed");
    refuses("```session\n$ x\n~~~\n", "l.md:1: this fence is not closed");
    refuses("- ```session\n  $ x\n  ```\n",
            "l.md:1: this fence must begin at the start of its line");
    refuses("> ```session\n> $ x\n> ```\n", "must begin at the start");
}

static void a_session_names_its_hosts_and_rules_their_wire(void **state)
{
    (void)state;
    struct lesson *lesson =
        parse("```session hosts=alice,bob=10.0.0.9/24+fd00::9\nwire$ drop udp from bob 1\n"
              "bob$ ./udp_echo 7000\nready\nwire$  hold   tcp\nmore\nwire$ release hold tcp\n"
              "wire$ clear\nwire:\n```\n");
    const struct network *net = lesson->sessions[0].network;
    assert_non_null(net);
    assert_int_equal(net->nhosts, 2);
    assert_int_equal(net->hosts[1].interfaces[0].has_address6, true);
    assert_int_equal(lesson->sessions[0].nlines, 8);
    line_is(lesson, 0, SESSION_WIRE, "wire", "drop udp from bob 1", 2);
    line_is(lesson, 1, SESSION_COMMAND, "bob", "./udp_echo 7000", 3);
    line_is(lesson, 3, SESSION_WIRE, "wire", "hold   tcp", 5);
    line_is(lesson, 4, SESSION_OUTPUT, "bob", "more", 6);
    line_is(lesson, 5, SESSION_WIRE, "wire", "release hold tcp", 7);
    line_is(lesson, 6, SESSION_WIRE, "wire", "clear", 8);
    line_is(lesson, 7, SESSION_OUTPUT, "bob", "wire:", 9);
    lesson_free(lesson);
    refuses("```session hosts=\n$ x\n```\n", "l.md:1: hosts: \"\" is no name of a host");
    refuses("```session hosts=a,a\n$ x\n```\n", "l.md:1: hosts: two hosts are named \"a\"");
    refuses("```session host=a\n$ x\n```\n", "l.md:1: behind \"session\" stands nothing");
    refuses("```session hosts=a,b\n$ x\nwire$ drop upd\n```\n", "l.md:3: \"upd\" is not");
    refuses("```session hosts=a,b\nwire$ clear\n```\n", "l.md:1: this session holds no command");
    refuses("```session hosts=a,b\nwire$ clear\nx\n```\n", "l.md:3: a session begins with");
    refuses("```session hosts=a,b\n$ x\nwire$\n```\n", "l.md:3: no command behind \"wire$\"");
}

static void a_terminal_is_on_the_host_it_is_named_for(void **state)
{
    (void)state;
    struct network net;
    assert_int_equal(network_parse(&net, "carol,alice,alice-b,bob", NULL), 0);
    assert_int_equal(session_host(&net, "alice"), 1);
    assert_int_equal(session_host(&net, "alice-2"), 1);
    assert_int_equal(session_host(&net, "alice-b"), 2);
    assert_int_equal(session_host(&net, "alice-b-2"), 2);
    assert_int_equal(session_host(&net, "bob"), 3);
    assert_int_equal(session_host(&net, "alice2"), 0);
    assert_int_equal(session_host(&net, "server"), 0);
    assert_int_equal(session_host(&net, ""), 0);
}

static void rules_of_a_session_are_held_against_the_hosts_of_the_lab(void **state)
{
    (void)state;
    struct network net;
    struct error err = {""};
    struct lab lab = {.file = "lab.json"};
    struct lesson *lesson = parse("```session\n$ x\nwire$ drop from bob\n```\n");
    assert_null(session_network(&lesson->sessions[0], &lab));
    assert_int_equal(lesson_check(lesson, &lab, &err), -1);
    assert_says(err.text, "l.md:3: neither the session nor the lab has hosts");
    lab.network = &net;
    assert_int_equal(network_parse(&net, "alice,carol", NULL), 0);
    assert_int_equal(lesson_check(lesson, &lab, &err), -1);
    assert_says(err.text, "l.md:3: \"bob\" is no host");
    assert_int_equal(network_parse(&net, "alice,bob", NULL), 0);
    assert_int_equal(lesson_check(lesson, &lab, &err), 0);
    assert_ptr_equal(session_network(&lesson->sessions[0], &lab), &net);
    lesson_free(lesson);
}

static void other_fences_are_left_alone(void **state)
{
    (void)state;
    struct lesson *lesson =
        parse("```text\n$ \n```\n\n```\nhello\n```\n\n```c\nint x;\n```\n\n```sessions\nx\n```\n");
    assert_int_equal(lesson->nsessions, 0);
    assert_int_equal(lesson->nexcerpts, 0);
    lesson_free(lesson);
}

static void a_gap_matches_any_text(void **state)
{
    (void)state;
    assert_true(session_matches("", ""));
    assert_true(session_matches("abc", "abc"));
    assert_false(session_matches("abc", "abcd"));
    assert_false(session_matches("abcd", "abc"));
    assert_true(session_matches(GAP, ""));
    assert_true(session_matches(GAP, "anything"));
    assert_true(session_matches("a" GAP "z", "az"));
    assert_true(session_matches("a" GAP "z", "a to z"));
    assert_false(session_matches("a" GAP "z", "a"));
    assert_false(session_matches("aba" GAP "aba", "aba")); /* not the same letters twice */
    assert_true(session_matches(GAP "b" GAP, "abc"));
    assert_false(session_matches(GAP "b" GAP "b" GAP, "abc"));
    assert_true(session_matches("127.0.0.1(" GAP ") connected", "127.0.0.1(40001) connected"));
    assert_true(session_matches("x" GAP "ab", "xaab"));
    assert_true(session_matches(GAP GAP, "x"));
}

/* --- excerpts --- */

static const char source[] = "int main(void)\n"
                             "{\n"
                             "    /* [loop] */\n"
                             "    for (;;) {\n"
                             "\n"
                             "        /* [inner] */\n"
                             "        serve();\n"
                             "\t/* [/inner] */\n"
                             "    }\n"
                             "    /* [/loop] */\n"
                             "    /* [note] is no mark */\n"
                             "}\n";

static void cut_is(const char *text, const char *name, const char *expected)
{
    struct error err;
    char *cut = lesson_cut(text, strlen(text), name, &err);
    if (cut == NULL)
        fail_msg("%s", err.text);
    assert_string_equal(cut, expected);
    free(cut);
}

static void cut_refuses(const char *text, const char *name, const char *says)
{
    struct error err = {""};
    assert_null(lesson_cut(text, strlen(text), name, &err));
    assert_says(err.text, says);
}

static void marks_cut_a_source(void **state)
{
    (void)state;
    cut_is(source, "loop", "for (;;) {\n\n    serve();\n}\n");
    cut_is(source, "inner", "serve();\n");
    cut_is("/*[a]*/\n\tx\n\t\ty\n  /* [/a] */ ", "a", "x\n\ty\n");
    cut_is("/* [a] */\n\tx\n    y\n/* [/a] */\n", "a", "\tx\n    y\n"); /* nothing in common */
    cut_is("/* [a] */\n   \n  x\n/* [/a] */\n", "a", "\nx\n");
}

static void broken_marks_are_told(void **state)
{
    (void)state;
    cut_refuses(source, "none", "there is no mark [none]");
    cut_refuses(source, "note", "there is no mark [note]");
    cut_refuses("", "a", "there is no mark [a]");
    cut_refuses("/* [a] */\nx\n", "a", "the mark [a] is not closed by [/a]");
    cut_refuses("/* [/a] */\n", "a", "stands without [a] before it");
    cut_refuses("/* [a] */\n/* [a] */\n/* [/a] */\n", "a", "the mark [a] stands twice");
    cut_refuses("/* [a] */\nx\n/* [/a] */\n/* [a] */\n", "a", "the mark [a] stands twice");
    cut_refuses("/* [a] */\n/* [/a] */\n", "a", "nothing stands between");
}

static struct lab fake_lab(const char *dir, struct lab_step *steps, unsigned nsteps)
{
    return (struct lab){
        .id = "05_base", .dir = dir, .file = "lab.json", .steps = steps, .nsteps = nsteps};
}

static void excerpts_are_filled_from_the_solution(void **state)
{
    (void)state;
    char *dir = scratch_new();
    free(scratch_write(dir, "solution", "a.c", source, strlen(source)));
    struct lab lab = fake_lab(dir, NULL, 0);
    struct lesson *lesson = parse(
        "# A\n\n```c excerpt=a.c#loop\n```\n\ntext\n\n~~~c excerpt=a.c#inner\nold\nold\n~~~\nend");
    struct strbuf out = STRBUF_INIT;
    struct error err;
    assert_int_equal(lesson->nexcerpts, 2);
    assert_string_equal(lesson->excerpts[0].file, "a.c");
    assert_string_equal(lesson->excerpts[0].name, "loop");
    assert_int_equal(lesson->excerpts[0].line, 3);
    assert_int_equal(lesson->excerpts[0].end_line, 4);
    assert_string_equal(lesson->excerpts[1].text, "old\nold\n");
    if (lesson_markdown(lesson, &lab, &out, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(
        out.data, "# A\n\n```c excerpt=a.c#loop\nfor (;;) {\n\n    serve();\n}\n```\n\ntext\n\n"
                  "~~~c excerpt=a.c#inner\nserve();\n~~~\nend");
    lesson_free(lesson);
    lesson = parse("```c excerpt=b.c#loop\n```\n");
    assert_int_equal(lesson_markdown(lesson, &lab, &out, &err), -1);
    assert_says(err.text, "l.md:1: ");
    assert_says(err.text, "b.c");
    lesson_free(lesson);
    strbuf_free(&out);
    scratch_remove(dir);
}

static void broken_excerpts_are_told_with_their_line(void **state)
{
    (void)state;
    refuses("```c excerpt=\n```\n", "l.md:1: an excerpt is named FILE#MARK");
    refuses("```c excerpt=a.c\n```\n", "l.md:1: an excerpt is named FILE#MARK");
    refuses("```c excerpt=#x\n```\n", "an excerpt is named");
    refuses("```c excerpt=../a.c#x\n```\n", "an excerpt is named");
    refuses("```c excerpt=a/b.c#x\n```\n", "an excerpt is named");
    refuses("```c excerpt=.hidden#x\n```\n", "an excerpt is named");
    refuses("```c excerpt=a.c#x/y\n```\n", "an excerpt is named");
    refuses("```c excerpt=a.c#x\n", "l.md:1: this fence is not closed");
    refuses("- ```c excerpt=a.c#x\n  ```\n", "must begin at the start");
}

static void lint_tells_every_fault_of_a_lesson(void **state)
{
    (void)state;
    char *dir = scratch_new();
    free(scratch_write(dir, "solution", "a.c", source, strlen(source)));
    struct lab_step steps[] = {{.id = "one", .lesson = "a"},
                               {.id = "two", .lesson = "b"},
                               {.id = "three", .lesson = "c"}};
    struct lab lab = fake_lab(dir, steps, 1);
    struct error err = {"untouched"};
    struct lesson *lesson = parse("# A\n\n```c excerpt=a.c#inner\nserve();\n```\n");
    assert_int_equal(lesson_check(lesson, &lab, &err), 0);
    assert_string_equal(err.text, "untouched");
    lesson_free(lesson);
    lab = fake_lab(dir, steps, 3);
    lesson = parse("# A\n\n```c excerpt=a.c#inner\nserve(1);\n```\n\n```c excerpt=a.c#x\n```\n");
    assert_int_equal(lesson_check(lesson, &lab, &err), -1);
    assert_says(err.text, "lab.json: $.steps[1].lesson: l.md has no heading \"b\"\n");
    assert_says(err.text, "lab.json: $.steps[2].lesson: l.md has no heading \"c\"\n");
    assert_says(err.text, "l.md:3: this excerpt is not what ");
    assert_says(err.text, "l.md:7: ");
    assert_says(err.text, "there is no mark [x]");
    lesson_free(lesson);
    scratch_remove(dir);
}

/* --- files --- */

static void a_lesson_is_found_in_its_language_or_in_english(void **state)
{
    (void)state;
    struct error err = {"untouched"};
    char *dir = scratch_new();
    free(scratch_write(dir, "en", "05_base.md", "# One\n", 6));
    free(scratch_write(dir, "en", "06_more.md", "# Two\n", 6));
    free(scratch_write(dir, "zh", "05_base.md", "# Yi\n", 5));
    static const char *const wanted[][3] = {{"zh", "05_base", "zh"},   {"en", "05_base", "en"},
                                            {"zh", "06_more", "en"},   {"fr", "05_base", "en"},
                                            {NULL, "05_base", "en"},   {"", "05_base", "en"},
                                            {"../zh", "05_base", "en"}};
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct lesson *lesson = lesson_load(dir, wanted[i][0], wanted[i][1], &err);
        assert_non_null(lesson);
        assert_string_equal(lesson->lang, wanted[i][2]);
        assert_says(lesson->path, wanted[i][1]);
        lesson_free(lesson);
    }
    scratch_remove(dir);
}

static void a_missing_or_broken_lesson_is_told(void **state)
{
    (void)state;
    struct error err = {""};
    char *dir = scratch_new();
    assert_null(lesson_load(dir, "zh", "05_base", &err));
    assert_says(err.text, "/en/05_base.md: the lesson of this lab is missing");
    free(scratch_write(dir, "en", "05_base.md", "# One\n", 6));
    free(scratch_write(dir, "zh", "05_base.md", "# \xff\n", 4));
    assert_null(lesson_load(dir, "zh", "05_base", &err)); /* broken is not missing */
    assert_says(err.text, "/zh/05_base.md:1: not UTF-8: byte 0xff");
    struct strbuf big = STRBUF_INIT;
    strbuf_pad(&big, 'x', LESSON_MAX_BYTES + 1);
    free(scratch_write(dir, "en", "06_big.md", big.data, big.len));
    assert_null(lesson_load(dir, "en", "06_big", &err));
    assert_says(err.text, "06_big.md");
    strbuf_free(&big);
    scratch_remove(dir);
}

static void bytes_that_are_no_lesson_are_refused(void **state)
{
    (void)state;
    struct error err = {""};
    assert_null(lesson_parse("a\n\0", 3, "l.md", &err));
    assert_string_equal(err.text, "l.md:2: a NUL byte");
    refuses("a\r\nb", "l.md:1: a carriage return");
    refuses("a\n\xc3", "l.md:2: not UTF-8");
    lesson_free(parse(""));
}

static void hostile_markdown_is_survived(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    for (unsigned i = 0; i < 20000; i++)
        strbuf_puts(&text, "> ");
    strbuf_puts(&text, "x\n\n");
    for (unsigned i = 0; i < 20000; i++)
        strbuf_putc(&text, '[');
    lesson_free(parse(text.data));
    strbuf_cut(&text, 0);
    for (unsigned i = 0; i < 1001; i++)
        strbuf_puts(&text, "# x\n");
    refuses(text.data, "l.md:1001: more than 1000 headings");
    strbuf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slug_keeps_the_words_of_a_title),
        cmocka_unit_test(headings_are_anchors),
        cmocka_unit_test(a_section_ends_at_the_next_heading_of_its_level),
        cmocka_unit_test(a_session_is_read_line_by_line),
        cmocka_unit_test(a_terminal_may_have_no_name),
        cmocka_unit_test(only_terminals_that_are_open_are_typed_into),
        cmocka_unit_test(broken_sessions_are_told_with_their_line),
        cmocka_unit_test(a_session_names_its_hosts_and_rules_their_wire),
        cmocka_unit_test(a_terminal_is_on_the_host_it_is_named_for),
        cmocka_unit_test(rules_of_a_session_are_held_against_the_hosts_of_the_lab),
        cmocka_unit_test(other_fences_are_left_alone),
        cmocka_unit_test(a_gap_matches_any_text),
        cmocka_unit_test(marks_cut_a_source),
        cmocka_unit_test(broken_marks_are_told),
        cmocka_unit_test(excerpts_are_filled_from_the_solution),
        cmocka_unit_test(broken_excerpts_are_told_with_their_line),
        cmocka_unit_test(lint_tells_every_fault_of_a_lesson),
        cmocka_unit_test(a_lesson_is_found_in_its_language_or_in_english),
        cmocka_unit_test(a_missing_or_broken_lesson_is_told),
        cmocka_unit_test(bytes_that_are_no_lesson_are_refused),
        cmocka_unit_test(hostile_markdown_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
