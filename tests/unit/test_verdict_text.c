/* report/verdict_text, diff_text and look: the verdict as a learner reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/text.h"
#include "base/utf8.h"
#include "report/diff_text.h"
#include "report/verdict_text.h"

static const struct look plain80 = {.utf8 = true, .width = 80};
static const struct look narrow = {.width = 20};
static const struct look colour80 = {.colour = true, .utf8 = true, .width = 80};

static char *evidence[] = {
    "udp_echo.c:41  recvfrom(3, 512 bytes) = 5 from 127.0.0.1(40001): \"AB\\x00CD\"",
    "udp_echo.c:44  sendto(3, 2 bytes, 127.0.0.1(40001)) = 2: \"AB\""};
static char *worked[] = {"the server was started", "ann sent 5 bytes: \"AB\\x00CD\""};
static struct diagnosis mistake = {.id = "strlen-binary",
                                   .certainty = CERTAINTY_FACT,
                                   .message = "sendto() was given 2 bytes: strlen() stops at zero.",
                                   .file = "udp_echo.c",
                                   .line = 44};
static struct step_result steps[] = {
    {.id = "port", .title = "Take the port", .status = STEP_PASS},
    {.id = "bytes",
     .title = "Whatever bytes come",
     .status = STEP_FAIL,
     .stage = STAGE_EXCHANGE,
     .trying = "a datagram holds a zero byte",
     .message = "ann expected 5 bytes, and 2 came.",
     .because = "A zero byte is a byte like any other.",
     .diff = "expected 5 bytes: \"AB\\x00CD\"\n"
             "received 2 bytes: \"AB\"\n"
             "                     ^\n"
             "it was cut at the first zero byte: 2 of 5 bytes came\n",
     .evidence = evidence,
     .nevidence = 2,
     .worked = worked,
     .nworked = 2,
     .diagnosis = &mistake,
     .question = "Which number says how many bytes came?",
     .lesson = "05_udp_echo#bytes-not-strings"},
    {.id = "many", .title = "Many clients", .status = STEP_NOT_REACHED},
};
static const struct verdict failed = {.lab = "05_udp_echo",
                                      .outcome = OUTCOME_FAIL,
                                      .points = 1,
                                      .max_points = 3,
                                      .reproduce = "socklings check 5 --seed 4711",
                                      .steps = steps,
                                      .nsteps = 3};

static void check(const struct verdict *v, const struct look *look, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    verdict_text(v, look, &out);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static bool says(const struct verdict *v, const struct look *look, const char *part)
{
    struct strbuf out = STRBUF_INIT;
    verdict_text(v, look, &out);
    bool found = strstr(out.data, part) != NULL;
    strbuf_free(&out);
    return found;
}

static void a_failure_is_told_from_what_was_tried_to_what_to_do_next(void **state)
{
    (void)state;
    check(&failed, &plain80,
          "  ✓ Take the port\n"
          "  ✗ Whatever bytes come\n"
          "  · Many clients\n"
          "\n"
          "✗ Whatever bytes come\n"
          "  While a datagram holds a zero byte:\n"
          "  ann expected 5 bytes, and 2 came.\n"
          "\n"
          "  expected 5 bytes: \"AB\\x00CD\"\n"
          "  received 2 bytes: \"AB\"\n"
          "                       ^\n"
          "  it was cut at the first zero byte: 2 of 5 bytes came\n"
          "\n"
          "  A zero byte is a byte like any other.\n"
          "\n"
          "  What shows it:\n"
          "  • udp_echo.c:41  recvfrom(3, 512 bytes) = 5 from 127.0.0.1(40001): \"AB\\x00CD\"\n"
          "  • udp_echo.c:44  sendto(3, 2 bytes, 127.0.0.1(40001)) = 2: \"AB\"\n"
          "\n"
          "  What worked before it:\n"
          "  1. the server was started\n"
          "  2. ann sent 5 bytes: \"AB\\x00CD\"\n"
          "\n"
          "  What it is:\n"
          "  udp_echo.c:44  sendto() was given 2 bytes: strlen() stops at zero.\n"
          "  (strlen-binary)\n"
          "\n"
          "  A question:\n"
          "  Which number says how many bytes came?\n"
          "\n"
          "  Read on: socklings lesson 5 bytes-not-strings\n"
          "  Repeat:  socklings check 5 --seed 4711\n"
          "  Points:  1 of 3\n");
}

static void a_pass_is_short(void **state)
{
    (void)state;
    struct verdict v = {.outcome = OUTCOME_PASS,
                        .points = 1,
                        .max_points = 1,
                        .reproduce = "not shown",
                        .steps = steps,
                        .nsteps = 1};
    check(&v, &plain80,
          "  ✓ Take the port\n"
          "\n"
          "✓ The step passes.\n"
          "\n"
          "  Points:  1 of 1\n");
    v.warnings = "a.c:1:2: warning: x\n    1 | int\tx;\n";
    check(&v, &plain80,
          "  ✓ Take the port\n"
          "\n"
          "✓ The step passes.\n"
          "\n"
          "  The compiler warns:\n"
          "  a.c:1:2: warning: x\n"
          "      1 | int     x;\n"
          "\n"
          "  Points:  1 of 1\n");
}

static void twenty_columns_are_enough(void **state)
{
    (void)state;
    struct step_result step = {.title = "Take the port",
                               .status = STEP_FAIL,
                               .diff = steps[1].diff,
                               .evidence = evidence + 1,
                               .nevidence = 1};
    struct verdict v = {.outcome = OUTCOME_FAIL, .steps = &step, .nsteps = 1};
    check(&v, &narrow,
          " x Take the port\n"
          "\n"
          "x Take the port\n"
          "\n"
          " expected 5 bytes:\n"
          " \"AB\\x00CD\"\n"
          " received 2 bytes:\n"
          " \"AB\"\n"
          "    ^\n"
          " it was cut at the\n"
          " first zero byte: 2\n"
          " of 5 bytes came\n"
          "\n"
          " What shows it:\n"
          " - udp_echo.c:44\n"
          "   sendto(3, 2\n"
          "   bytes,\n"
          "   127.0.0.1(40001))\n"
          "   = 2: \"AB\"\n");
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (int width = 0; width < 140; width++) {
        struct look look = {.utf8 = width & 1, .colour = width & 2, .width = width};
        struct strbuf out = STRBUF_INIT;
        verdict_text(&failed, &look, &out);
        for (char *line = out.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
            assert_true(text_columns(line, (size_t)(end - line)) <= look_width(&look));
        strbuf_free(&out);
    }
}

static void colour_only_adds_to_the_words(void **state)
{
    (void)state;
    struct strbuf with = STRBUF_INIT, without = STRBUF_INIT, bare = STRBUF_INIT;
    verdict_text(&failed, &colour80, &with);
    verdict_text(&failed, &plain80, &without);
    assert_non_null(strstr(with.data, "  ✗ \033[0;31mWhatever bytes come\033[0m\n"));
    assert_non_null(strstr(with.data, "  ✓ \033[0;32mTake the port\033[0m\n"));
    bytes_escape_lines(&bare, with.data, with.len); /* takes colours out */
    assert_string_equal(bare.data, without.data);
    strbuf_free(&with);
    strbuf_free(&without);
    strbuf_free(&bare);
}

static void a_hint_is_asked_and_a_fact_is_said(void **state)
{
    (void)state;
    assert_true(says(&failed, &plain80, "What it is:"));
    assert_false(says(&failed, &plain80, "Could it be this?"));
    mistake.certainty = CERTAINTY_HINT;
    assert_true(says(&failed, &plain80, "Could it be this?"));
    assert_false(says(&failed, &plain80, "What it is:"));
    mistake.certainty = CERTAINTY_FACT;
}

static void an_internal_error_is_not_the_learners(void **state)
{
    (void)state;
    struct verdict v = {.outcome = OUTCOME_INTERNAL_ERROR,
                        .error = "clone: EPERM\033[2J",
                        .steps = steps,
                        .nsteps = 3};
    struct strbuf out = STRBUF_INIT;
    verdict_text_rest(&v, &plain80, &out);
    assert_string_equal(
        out.data, "! The check itself failed. This is no fault of your program, and nothing is\n"
                  "  counted.\n"
                  "  clone: EPERM\\x1b[2J\n");
    strbuf_free(&out);
}

static void each_outcome_says_what_happened(void **state)
{
    (void)state;
    struct verdict v = failed;
    v.outcome = OUTCOME_CRASH;
    assert_true(says(&v, &plain80, "✗ Whatever bytes come: it crashed\n"));
    v.outcome = OUTCOME_STALL;
    assert_true(says(&v, &plain80, "✗ Whatever bytes come: nothing moves any more\n"));
    v.outcome = OUTCOME_LIMIT;
    v.limit = "cpu";
    assert_true(says(&v, &plain80, "✗ Whatever bytes come: it used up its processor time\n"));
    v.limit = "unheard-of";
    assert_true(says(&v, &plain80, "✗ Whatever bytes come: it reached a limit\n"));
    v.outcome = OUTCOME_BUILD_ERROR;
    v.error = "a.c:1:1: error: x";
    assert_true(says(&v, &plain80, "✗ Whatever bytes come: it does not compile\n"));
    assert_true(says(&v, &plain80, "The compiler says:\n  a.c:1:1: error: x\n"));
}

static void the_same_compiler_text_is_not_shown_twice(void **state)
{
    (void)state;
    struct step_result step = {
        .title = "t", .status = STEP_FAIL, .stage = STAGE_BUILD, .details = "w: x"};
    struct verdict v = {.outcome = OUTCOME_FAIL, .steps = &step, .nsteps = 1, .warnings = "w: x"};
    assert_true(says(&v, &plain80, "The compiler says:\n  w: x\n"));
    assert_false(says(&v, &plain80, "The compiler warns:"));
}

static void long_lists_are_cut_and_say_so(void **state)
{
    (void)state;
    char *many[40];
    struct strbuf lines = STRBUF_INIT;
    for (size_t i = 0; i < 40; i++) {
        many[i] = "a line";
        strbuf_puts(&lines, "text\n");
    }
    struct step_result step = {.title = "t",
                               .status = STEP_FAIL,
                               .evidence = many,
                               .nevidence = 40,
                               .worked = many,
                               .nworked = 40,
                               .details = lines.data};
    struct verdict v = {.outcome = OUTCOME_FAIL, .steps = &step, .nsteps = 1};
    assert_true(says(&v, &plain80, "  (34 steps before these)\n  35. a line\n"));
    assert_true(says(&v, &plain80, "  40. a line\n"));
    assert_true(says(&v, &plain80, "  • a line\n  (and 32 more)\n"));
    assert_true(says(&v, &plain80, "  text\n  (and 10 more lines)\n"));
    strbuf_free(&lines);
}

static void the_prompts_commands_have_no_program_name(void **state)
{
    (void)state;
    struct look look = plain80;
    look.program = "";
    assert_true(says(&failed, &look, "  Read on: lesson 5 bytes-not-strings\n"));
}

static void hostile_bytes_do_not_reach_the_terminal(void **state)
{
    (void)state;
    char hostile[] = "\033[2J\033]0;t\007\xff\xe2\x80\xae\xc2\x9b\r\b\x7f 100% %s %n";
    char *list[] = {hostile};
    struct diagnosis d = {.id = hostile,
                          .message = hostile,
                          .question = hostile,
                          .file = hostile,
                          .line = 1,
                          .lesson = hostile};
    struct step_result step = {.id = hostile,
                               .title = hostile,
                               .status = STEP_FAIL,
                               .trying = hostile,
                               .message = hostile,
                               .because = hostile,
                               .diff = hostile,
                               .details = hostile,
                               .evidence = list,
                               .nevidence = 1,
                               .worked = list,
                               .nworked = 1,
                               .diagnosis = &d,
                               .question = hostile,
                               .lesson = hostile};
    struct verdict v = {.lab = hostile,
                        .outcome = OUTCOME_BUILD_ERROR,
                        .error = hostile,
                        .warnings = "w",
                        .reproduce = hostile,
                        .steps = &step,
                        .nsteps = 1};
    const struct look *const looks[] = {&plain80, &narrow, &colour80};
    for (size_t k = 0; k < 3; k++) {
        struct strbuf out = STRBUF_INIT;
        verdict_text(&v, looks[k], &out);
        assert_true(utf8_valid(out.data, out.len));
        for (size_t i = 0; i < out.len; i++) {
            unsigned char c = (unsigned char)out.data[i];
            bool sgr =
                c == '\033' && looks[k]->colour && out.data[i + 1] == '[' && out.data[i + 2] == '0';
            assert_true(c >= ' ' || c == '\n' || sgr);
            assert_true(c != 0x7f);
            if (!looks[k]->utf8)
                assert_true(c < 0x80);
        }
        assert_null(strstr(out.data, "\xe2\x80\xae"));
        assert_null(strstr(out.data, "\xc2\x9b"));
        strbuf_free(&out);
    }
}

static void a_verdict_with_nothing_in_it_is_shown(void **state)
{
    (void)state;
    struct verdict v = {.outcome = OUTCOME_FAIL};
    check(&v, &plain80, "");
    struct step_result step = {.status = STEP_FAIL};
    v.steps = &step;
    v.nsteps = 1;
    check(&v, &plain80, "  ✗\n\n✗\n");
}

static void check_diff(const char *diff, const struct look *look, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    diff_text(diff, look, "  ", &out);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void a_narrow_diff_shows_what_is_around_the_caret(void **state)
{
    (void)state;
    check_diff("expected 30 bytes: \"0123456789012345678901234567 9\"\n"
               "received 30 bytes: \"0123456789012345678901234567X9\"\n"
               "                                                ^\n"
               "byte 29 is \"X\"\n",
               &narrow,
               "  expected 30 bytes:\n"
               "  345678901234567 9\"\n"
               "  received 30 bytes:\n"
               "  345678901234567X9\"\n"
               "                 ^\n"
               "  byte 29 is \"X\"\n");
}

static void a_caret_follows_letters_that_become_longer(void **state)
{
    (void)state;
    const struct look ascii80 = {.width = 80};
    check_diff("expected 9 bytes: …\"é1x\"\n"
               "received 9 bytes: …\"é1y\"\n"
               "                      ^\n"
               "they differ\n",
               &ascii80,
               "  expected 9 bytes: ...\"\\xc3\\xa91x\"\n"
               "  received 9 bytes: ...\"\\xc3\\xa91y\"\n"
               "                                 ^\n"
               "  they differ\n");
}

static void what_is_no_diff_is_only_wrapped(void **state)
{
    (void)state;
    check_diff("some other text that is long\n^\n", &narrow,
               "  some other text\n  that is long\n  ^\n");
    check_diff("", &narrow, "");
    check_diff("expected", &narrow, "  expected\n");
    check_diff("expected 1 byte: \"a\"\n", &narrow, "  expected 1 byte:\n  \"a\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_from_what_was_tried_to_what_to_do_next),
        cmocka_unit_test(a_pass_is_short),
        cmocka_unit_test(twenty_columns_are_enough),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(colour_only_adds_to_the_words),
        cmocka_unit_test(a_hint_is_asked_and_a_fact_is_said),
        cmocka_unit_test(an_internal_error_is_not_the_learners),
        cmocka_unit_test(each_outcome_says_what_happened),
        cmocka_unit_test(the_same_compiler_text_is_not_shown_twice),
        cmocka_unit_test(long_lists_are_cut_and_say_so),
        cmocka_unit_test(the_prompts_commands_have_no_program_name),
        cmocka_unit_test(hostile_bytes_do_not_reach_the_terminal),
        cmocka_unit_test(a_verdict_with_nothing_in_it_is_shown),
        cmocka_unit_test(a_narrow_diff_shows_what_is_around_the_caret),
        cmocka_unit_test(a_caret_follows_letters_that_become_longer),
        cmocka_unit_test(what_is_no_diff_is_only_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
