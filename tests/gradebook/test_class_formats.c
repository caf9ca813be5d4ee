/* gradebook/class_junit and class_gradescope: what other programs read. That these read them is
 * tried by class_formats.sh with readers of their own. */
#include "class_help.h"

#include <math.h>

#include "base/json.h"
#include "base/utf8.h"
#include "class_book.h"

static void a_class_is_a_junit_report(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    class_junit(small_class(), &out);
    compare("class_junit.xml", &out);
    keep("small.xml", &out);
    assert_has_not(&out, CANARY);
    assert_has_not(&out, "/private"); /* the grader's own command */
    assert_has(&out, "name=\"5. hidden step 1\"");
    assert_has(&out, "<failure type=\"fail\" message=\"not passed\"/>");
    assert_has(&out, "<error type=\"internal-error\" message=\"the sandbox could not be made");
    strbuf_free(&out);
}

static void a_hostile_class_is_a_junit_report_too(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    class_junit(hostile_class(), &out);
    keep("hostile.xml", &out);
    assert_true(utf8_valid(out.data, out.len));
    assert_has_not(&out, CANARY);
    assert_has_not(&out, "<script");
    assert_has_not(&out, "\x1b");
    assert_has_not(&out, "\xe2\x80\xae");
    strbuf_free(&out);
}

static void numbers_that_are_none_do_no_harm(void **state)
{
    (void)state;
    struct class_result result = {.submission = "x",
                                  .reproduce = "x",
                                  .outcome = OUTCOME_FAIL,
                                  .ms_total = (double)INFINITY,
                                  .mark = (double)NAN,
                                  .share = -1,
                                  .counts = true};
    struct class_student student = {.id = "a",
                                    .name = "a",
                                    .folder = "a",
                                    .results = &result,
                                    .nresults = 1,
                                    .mark = (double)NAN,
                                    .most = (double)INFINITY};
    struct class_lab lab = {.id = "l", .title = "l"};
    struct class_book book = {.title = "",
                              .made = "",
                              .version = "",
                              .labs = &lab,
                              .nlabs = 1,
                              .students = &student,
                              .nstudents = 1};
    struct strbuf out = STRBUF_INIT;
    class_junit(&book, &out);
    class_gradescope(&book, &student, &out);
    class_csv(&book, &out);
    class_student_html(&book, &student, &out);
    class_html(&book, &out);
    assert_has_not(&out, "nan");
    assert_has_not(&out, ">inf");
    assert_has_not(&out, ":inf");
    strbuf_free(&out);
}

static void gradescope(const struct class_book *book, unsigned i, struct strbuf *out)
{
    struct error err;
    strbuf_cut(out, 0);
    class_gradescope(book, &book->students[i], out);
    struct json_doc *doc = json_parse(out->data, out->len, "results.json", &err);
    if (doc == NULL)
        fail_msg("%s\n%s", err.text, out->data);
    json_free(doc);
    assert_has_not(out, CANARY);
}

static void a_student_is_a_gradescope_result(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT, all = STRBUF_INIT;
    const struct class_book *book = small_class();
    for (unsigned i = 0; i < book->nstudents; i++) {
        gradescope(book, i, &out);
        strbuf_add(&all, out.data, out.len);
    }
    assert_has_not(&all, "/private");
    compare("class_gradescope.jsonl", &all);
    keep("gradescope.jsonl", &all);
    gradescope(book, 2, &out);
    assert_has(&out, "\"name\":\"05 A UDP echo server: hidden step 1\",\"number\":\"1.5\","
                     "\"score\":0,\"max_score\":4,\"status\":\"failed\","
                     "\"visibility\":\"after_published\"}");
    strbuf_free(&out);
    strbuf_free(&all);
}

static void what_could_not_be_judged_has_no_score_at_gradescope(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    gradescope(small_class(), 3, &out);
    assert_has_not(&out, "\"score\"");
    assert_has_not(&out, "clone3");
    assert_has(&out, "no fault of your program");
    strbuf_free(&out);
}

static void hostile_students_are_gradescope_results_too(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT, all = STRBUF_INIT;
    const struct class_book *book = hostile_class();
    for (unsigned i = 0; i < book->nstudents; i++) {
        gradescope(book, i, &out);
        assert_true(utf8_valid(out.data, out.len));
        assert_has_not(&out, "\xe2\x80\xae");
        strbuf_add(&all, out.data, out.len);
    }
    keep("gradescope_hostile.jsonl", &all);
    strbuf_free(&out);
    strbuf_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_is_a_junit_report),
        cmocka_unit_test(a_hostile_class_is_a_junit_report_too),
        cmocka_unit_test(numbers_that_are_none_do_no_harm),
        cmocka_unit_test(a_student_is_a_gradescope_result),
        cmocka_unit_test(what_could_not_be_judged_has_no_score_at_gradescope),
        cmocka_unit_test(hostile_students_are_gradescope_results_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
