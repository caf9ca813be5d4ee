/* cli: words of a line, arguments against the table, suggestions, completion, the manual page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/complete.h"
#include "cli/foreground.h"
#include "cli/help.h"

/* --- words --- */

static void assert_words(const char *line, int count, const char *const *expected)
{
    struct words words;
    struct error err;
    assert_int_equal(words_split(line, &words, &err), 0);
    assert_int_equal(words.count, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(words.words[i], expected[i]);
    assert_null(words.words[count]);
    words_free(&words);
}

static void a_line_is_split_at_blanks(void **state)
{
    (void)state;
    assert_words("", 0, NULL);
    assert_words(" \t ", 0, NULL);
    assert_words("  check   5\t--json ", 3, (const char *[]){"check", "5", "--json"});
}

static void quotes_and_backslashes_hold_a_word_together(void **state)
{
    (void)state;
    assert_words("a 'b  c' \"d e\"f", 3, (const char *[]){"a", "b  c", "d ef"});
    assert_words("a\\ b '\\n' \"\\\"\\\\\\n\"", 3, (const char *[]){"a b", "\\n", "\"\\\\n"});
    assert_words("'' \"\"", 2, (const char *[]){"", ""});
    assert_words("end\\", 1, (const char *[]){"end\\"});
}

static void a_comment_ends_the_line(void **state)
{
    (void)state;
    assert_words("# nothing", 0, NULL);
    assert_words("list # all", 1, (const char *[]){"list"});
    assert_words("a#b", 1, (const char *[]){"a#b"});
}

static void an_open_quote_is_an_error(void **state)
{
    struct words words;
    struct error err;
    (void)state;
    assert_int_equal(words_split("run 5 -- 'abc", &words, &err), -1);
    assert_non_null(strstr(err.text, "not closed"));
    assert_null(words.words);
    assert_int_equal(words_split("\"", &words, NULL), -1);
}

static void a_very_long_word_is_a_word(void **state)
{
    struct words words;
    char *line = mem_alloc(1000001);
    (void)state;
    memset(line, 'x', 1000000);
    assert_int_equal(words_split(line, &words, NULL), 0);
    assert_int_equal(words.count, 1);
    assert_int_equal(strlen(words.words[0]), 1000000);
    words_free(&words);
    free(line);
}

/* --- arguments --- */

static int parse(const char *line, struct invocation *inv, struct words *words, struct error *err)
{
    assert_int_equal(words_split(line, words, err), 0);
    const struct command *command = command_find(words->words[0], err);
    if (!command)
        return -1;
    return args_parse(command, words->count, words->words, inv, err);
}

static void options_may_stand_anywhere(void **state)
{
    static const char *const lines[] = {"check 5 --src here --json", "check --src here --json 5",
                                        "check --json --src=here 5"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct invocation inv;
        struct words words;
        struct error err;
        assert_int_equal(parse(lines[i], &inv, &words, &err), 0);
        assert_string_equal(inv.args[0], "5");
        assert_null(inv.args[1]);
        assert_string_equal(invocation_option(&inv, "--src"), "here");
        assert_non_null(invocation_option(&inv, "--json"));
        assert_null(invocation_option(&inv, "--seed"));
        words_free(&words);
    }
}

static void what_follows_two_dashes_goes_to_the_program(void **state)
{
    struct invocation inv;
    struct words words;
    struct error err;
    (void)state;
    assert_int_equal(parse("run 10 server -- --json -- x", &inv, &words, &err), 0);
    assert_string_equal(inv.args[1], "server");
    assert_int_equal(inv.nrest, 3);
    assert_string_equal(inv.rest[0], "--json");
    assert_string_equal(inv.rest[1], "--");
    words_free(&words);
    assert_int_equal(parse("run 10 --", &inv, &words, &err), 0);
    assert_int_equal(inv.nrest, 0);
    assert_non_null(inv.rest);
    words_free(&words);
}

/* A line that must be refused with a text that holds `says`. */
static void assert_refused(const char *line, const char *says)
{
    struct invocation inv;
    struct words words;
    struct error err;
    assert_int_equal(parse(line, &inv, &words, &err), -1);
    if (!strstr(err.text, says))
        fail_msg("\"%s\" gave: %s", line, err.text);
    words_free(&words);
}

static void wrong_arguments_are_refused_with_what_is_right(void **state)
{
    (void)state;
    assert_refused("check 5 6", "check [N] [--src DIR]");
    assert_refused("start", "start needs N");
    assert_refused("check --src", "--src DIR");
    assert_refused("check --json=yes", "--json takes no value");
    assert_refused("check --jsno", "Did you mean \"--json\"?");
    assert_refused("check --zzzzzz", "help check");
    assert_refused("list -- x", "nothing after");
    assert_refused("check -h", "check has no option \"-h\"");
}

static void an_unknown_command_names_the_nearest(void **state)
{
    (void)state;
    assert_refused("chekc", "Did you mean \"check\"?");
    assert_refused("lessons", "Did you mean \"lesson\"?");
    assert_refused("Quit", "Did you mean \"quit\"?");
    assert_refused("frobnicate", "\"help\" lists them all");
    assert_refused("'\x1b[2J'", "\\x1b[2J");
}

static void numbers_are_whole_and_within_bounds(void **state)
{
    static const char *const wrong[] = {"0",  "-1",  "+1",
                                        " 1", "1.5", "x",
                                        "",   "11",  "99999999999999999999999"};
    unsigned long long n = 0;
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(args_number(wrong[i], "--repeat", 10, &n, &err), -1);
    assert_int_equal(args_number("10", "--repeat", 10, &n, &err), 0);
    assert_int_equal(n, 10);
}

/* --- the table --- */

static void every_row_of_the_table_is_complete(void **state)
{
    (void)state;
    for (const struct command *c = commands; c->name; c++) {
        assert_non_null(c->run);
        assert_non_null(c->summary);
        assert_true(strlen(c->summary) <= 66);
        assert_int_not_equal(c->summary[strlen(c->summary) - 1], '.');
        assert_ptr_equal(command_find(c->name, NULL), c);
        if (c->alias)
            assert_ptr_equal(command_find(c->alias, NULL), c);
        for (const struct command_option *o = c->options; o->name; o++) {
            assert_int_equal(strncmp(o->name, "--", 2), 0);
            assert_non_null(o->help);
        }
    }
}

static void the_manual_page_tells_of_every_command_and_option(void **state)
{
    struct strbuf page = STRBUF_INIT;
    (void)state;
    help_man(&page);
    for (const struct command *c = commands; c->name; c++) {
        char *heading = mem_format(".SS %s", c->name);
        assert_non_null(strstr(page.data, heading));
        free(heading);
    }
    assert_non_null(strstr(page.data, "\\-\\-give\\-up"));
    strbuf_free(&page);
}

/* --- completion --- */

static const struct lab_program programs[] = {{.role = "server", .source = "server.c"},
                                              {.role = "client", .source = "client.c"}};
static struct lab lab5 = {.id = "05_udp_echo", .number = 5, .programs = programs, .nprograms = 1};
static struct lab lab10 = {
    .id = "10_tcp_server", .number = 10, .programs = programs, .nprograms = 2};
static struct lab *known_labs[] = {&lab5, &lab10};

/* `line` up to the cursor; what is completed is the part after its last space. */
static void assert_completes(const char *line, const char *expected)
{
    struct cli cli;
    struct words before;
    struct candidates found;
    struct strbuf all = STRBUF_INIT;
    char *head = mem_string(line), *word = strrchr(head, ' ');
    memset(&cli, 0, sizeof cli);
    cli.catalog_loaded = true;
    cli.catalog.labs = known_labs;
    cli.catalog.nlabs = 2;
    if (word)
        *word++ = '\0';
    assert_int_equal(words_split(word ? head : "", &before, NULL), 0);
    complete_find(&cli, before.count, before.words, word ? word : head, &found);
    for (unsigned i = 0; i < found.count; i++)
        strbuf_printf(&all, "%s%s", i ? " " : "", found.texts[i]);
    if (found.folders)
        strbuf_puts(&all, "(folders)");
    assert_string_equal(all.data, expected);
    candidates_free(&found);
    words_free(&before);
    strbuf_free(&all);
    free(head);
}

static void commands_are_completed(void **state)
{
    (void)state;
    assert_completes("le", "lesson");
    assert_completes("l", "list lesson lint");
    assert_completes("help ve", "verify version");
    assert_completes("zzz", "");
}

static void labs_are_completed_by_number_and_name(void **state)
{
    (void)state;
    assert_completes("start ", "05_udp_echo 10_tcp_server");
    assert_completes("start 5", "05_udp_echo");
    assert_completes("start 1", "10_tcp_server");
    assert_completes("check udp", "udp_echo");
    assert_completes("check 5 ", "");
    assert_completes("zzz 5", "");
}

static void roles_and_options_are_completed(void **state)
{
    (void)state;
    assert_completes("run 10 ", "server client");
    assert_completes("run 10 c", "client");
    assert_completes("run 5 ", "server");
    assert_completes("run 10 client -- ", "");
    assert_completes("check --s", "--src --seed");
    assert_completes("check --src ", "(folders)");
    assert_completes("check --src dir 1", "10_tcp_server");
    assert_completes("run --solution 10 s", "server");
}

/* --- how programs end --- */

static void the_end_of_a_program_is_told_in_words(void **state)
{
    struct strbuf out = STRBUF_INIT;
    char *const argv[] = {"sh", "-c", "exit 7", NULL};
    struct foreground what = {.argv = argv, .input = -1, .output = -1};
    struct error err;
    int status;
    (void)state;
    assert_int_equal(foreground_run(&what, &status, &err), 0);
    foreground_tell(status, &out);
    assert_string_equal(out.data, "ended with exit status 7");
    strbuf_cut(&out, 0);
    what.argv = (char *const[]){"sh", "-c", "kill -SEGV $$", NULL};
    assert_int_equal(foreground_run(&what, &status, &err), 0);
    foreground_tell(status, &out);
    assert_string_equal(out.data, "crashed: SIGSEGV (it used memory that is not its own)");
    strbuf_free(&out);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    /* With a slash: in $PATH a folder that may not be read would give another error. */
    char *const argv[] = {"./no-such-program-here", NULL};
    struct foreground what = {.argv = argv, .input = -1, .output = -1};
    struct error err;
    int status;
    (void)state;
    assert_int_equal(foreground_run(&what, &status, &err), -1);
    assert_non_null(strstr(err.text, "no-such-program-here cannot be started: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_split_at_blanks),
        cmocka_unit_test(quotes_and_backslashes_hold_a_word_together),
        cmocka_unit_test(a_comment_ends_the_line),
        cmocka_unit_test(an_open_quote_is_an_error),
        cmocka_unit_test(a_very_long_word_is_a_word),
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(what_follows_two_dashes_goes_to_the_program),
        cmocka_unit_test(wrong_arguments_are_refused_with_what_is_right),
        cmocka_unit_test(an_unknown_command_names_the_nearest),
        cmocka_unit_test(numbers_are_whole_and_within_bounds),
        cmocka_unit_test(every_row_of_the_table_is_complete),
        cmocka_unit_test(the_manual_page_tells_of_every_command_and_option),
        cmocka_unit_test(commands_are_completed),
        cmocka_unit_test(labs_are_completed_by_number_and_name),
        cmocka_unit_test(roles_and_options_are_completed),
        cmocka_unit_test(the_end_of_a_program_is_told_in_words),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
