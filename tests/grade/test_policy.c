/* grade/policy: what a policy says is what is done, and nonsense is named, with its place. */
#include "class_help.h"

#include "report/verdict_json.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "grade/dates.h"
#include "grade/policy_parts.h"

/* --- times and spans --- */

static void a_moment_is_the_same_whatever_its_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        const char *shown;
    } cases[] = {
        {"1970-01-01T00:00Z", 0, "1970-01-01 00:00 UTC"},
        {"1970-01-01T00:00:59+00:00", 59, "1970-01-01 00:00 UTC"},
        {"2026-11-20T23:59:00+01:00", 1795215540, "2026-11-20 22:59 UTC"},
        {"2026-11-20T22:59:00Z", 1795215540, "2026-11-20 22:59 UTC"},
        {"2026-11-20T19:29-03:30", 1795215540, "2026-11-20 22:59 UTC"},
        {"2000-02-29T00:00Z", 951782400, "2000-02-29 00:00 UTC"},
        {"2024-12-31T23:59:59Z", 1735689599, "2024-12-31 23:59 UTC"},
        {"9999-12-31T23:59:59Z", 253402300799, "9999-12-31 23:59 UTC"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = -1;
        const char *why = "";
        struct strbuf shown = STRBUF_INIT;
        if (date_parse(cases[i].text, &seconds, &why) != 0)
            fail_msg("%s: %s", cases[i].text, why);
        assert_int_equal(seconds, cases[i].seconds);
        date_text(seconds, &shown);
        assert_string_equal(shown.data, cases[i].shown);
        strbuf_free(&shown);
    }
    struct strbuf shown = STRBUF_INIT;
    date_text(253402300800, &shown);
    date_text(-1, &shown);
    date_text(INT64_MAX, &shown);
    assert_string_equal(shown.data, "???");
    strbuf_free(&shown);
}

static void a_span_is_a_number_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
        const char *shown;
    } cases[] = {
        {"0s", 0, "0 seconds"},
        {"90s", 90, "1 minute"},
        {"15m", 900, "15 minutes"},
        {"36h", 129600, "1 day"},
        {"2d", 172800, "2 days"},
        {"1w", 604800, "7 days"},
        {"007d", 604800, "7 days"},
        {"", -1, ""},
        {"d", -1, ""},
        {"1", -1, ""},
        {"1D", -1, ""},
        {"1.5d", -1, ""},
        {"1d ", -1, ""},
        {" 1d", -1, ""},
        {"1d12h", -1, ""},
        {"+1d", -1, ""},
        {"3651d", -1, ""},
        {"18446744073709551617s", -1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = -1;
        const char *why = NULL;
        struct strbuf shown = STRBUF_INIT;
        int rc = date_parse_span(cases[i].text, &seconds, &why);
        assert_int_equal(rc, cases[i].seconds < 0 ? -1 : 0);
        assert_int_equal(seconds, cases[i].seconds);
        if (rc == 0)
            date_span_text(seconds, &shown);
        assert_string_equal(shown.data, cases[i].shown);
        strbuf_free(&shown);
    }
}

/* --- the file --- */

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return item != NULL ? item->valuestring : "";
}

static void each_policy_is_judged_as_it_is_marked(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    const char *top = getenv("SOCKLINGS_TOP");
    char *path = file_join(top != NULL ? top : ".", "tests/grade/policies.json");
    assert_int_equal(file_read(path, 1024 * 1024, 0, &text, &err), 0);
    free(path);
    cJSON *tree = cJSON_Parse(text.data);
    assert_non_null(tree);
    strbuf_free(&text);
    const cJSON *one;
    unsigned wrong = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(tree, "cases"))
    {
        char *policy_text = cJSON_Print(cJSON_GetObjectItemCaseSensitive(one, "policy"));
        bool good = strcmp(text_of(one, "kind"), "good") == 0;
        err = (struct error){"untouched"};
        struct policy *policy =
            policy_parse(policy_text, strlen(policy_text), "p.json", &catalog, &err);
        if ((policy != NULL) != good ||
            strstr(err.text, good ? "untouched" : "p.json: $") == NULL ||
            strstr(err.text, text_of(one, "says")) == NULL) {
            print_error("%s: %s\n", text_of(one, "name"), err.text);
            wrong++;
        }
        policy_free(policy);
        free(policy_text);
    }
    cJSON_Delete(tree);
    assert_int_equal(wrong, 0);
}

static void refuses_text(const char *text, size_t len, const char *says)
{
    assert_null(policy_parse(text, len, "p.json", &catalog, &err));
    assert_has(err.text, says);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    refuses_text("", 0, "p.json:1:1:");
    refuses_text("{\"version\": NaN}", 16, "p.json:1:13:");
    refuses_text("{\"version\": 1,}", 15, "p.json:1:15:");
    refuses_text("{\"version\": 1, \"version\": 1}", 28, "given twice");
    refuses_text("{\"version\": 1\0}", 15, "a NUL byte");
    refuses_text("{\"version\": 1, \"total\": 1e999}", 30, "$.total: this number is too large");
    struct strbuf deep = STRBUF_INIT;
    strbuf_puts(&deep, "{\"version\": 1, \"labs\": ");
    strbuf_pad(&deep, '[', 100000);
    refuses_text(deep.data, deep.len, "nested deeper than 64");
    strbuf_free(&deep);
}

static void a_file_of_megabytes_or_none_is_refused_by_name(void **state)
{
    (void)state;
    struct strbuf big = STRBUF_INIT;
    strbuf_pad(&big, ' ', 10 * 1024 * 1024);
    put_bytes("big.json", big.data, big.len);
    strbuf_free(&big);
    assert_null(policy_load(at("big.json"), &catalog, &err));
    assert_has(err.text, "big.json is larger than");
    assert_null(policy_load(at("none.json"), &catalog, &err));
    assert_has(err.text, "none.json");
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    assert_null(policy_load(at("fifo"), &catalog, &err));
    assert_has(err.text, "a named pipe");
    put("good.json", "{\"version\": 1, \"title\": \"T\"}");
    struct policy *policy = policy_load(at("good.json"), &catalog, &err);
    assert_non_null(policy);
    policy_free(policy);
}

static void defaults_are_filled_in_from_the_outside_in(void **state)
{
    (void)state;
    struct policy *p =
        policy_of("{\"version\": 1, \"attempts\": 5, \"count\": \"last\", \"late\": {\"off\": 0.1},"
                  " \"default\": {\"attempts\": 4, \"weight\": 2},"
                  " \"labs\": {\"09_tcp_client\": {\"attempts\": 3, \"late\": {\"most\": 0.5}}}}");
    const struct terms *other = policy_terms(p, "05_udp_echo"),
                       *own = policy_terms(p, "09_tcp_client");
    assert_int_equal(other->attempts, 4);
    assert_int_equal(own->attempts, 3);
    assert_int_equal(own->weight, 2000);
    assert_int_equal(other->count, COUNT_LAST);
    assert_int_equal(own->count, COUNT_LAST);
    assert_int_equal(other->late.off, 1000);
    assert_int_equal(own->late.off, 0); /* "late" is taken as a whole */
    assert_int_equal(own->late.most, 5000);
    policy_free(p);
}

static void an_extension_for_a_lab_goes_before_the_general_one(void **state)
{
    (void)state;
    struct policy *p = policy_of("{\"version\": 1, \"extensions\": {\"anna\": \"2d\","
                                 " \"ben\": {\"05_udp_echo\": \"7d\"}}}");
    assert_int_equal(policy_extension(p, "anna", "05_udp_echo"), 2 * 86400);
    assert_int_equal(policy_extension(p, "anna", "09_tcp_client"), 2 * 86400);
    assert_int_equal(policy_extension(p, "ben", "05_udp_echo"), 7 * 86400);
    assert_int_equal(policy_extension(p, "ben", "09_tcp_client"), 0);
    assert_int_equal(policy_extension(p, "cleo", "05_udp_echo"), 0);
    policy_free(p);
}

/* --- lateness --- */

enum { DUE = 1000000000 };

/* 8 of 10 points, handed in so many seconds after the due time, under these terms of a lab. */
static void late_is(const char *late, int64_t after, int64_t extension, double share,
                    const char *remark)
{
    char *text = mem_format("{\"version\": 1, \"default\": {\"due\": \"2001-09-09T01:46:40Z\","
                            " \"late\": %s}}",
                            late);
    struct policy *p = policy_of(text);
    struct class_result r = {.attempt = 1,
                             .handed_in = after == INT64_MIN ? 0 : DUE + after,
                             .points = 8,
                             .max_points = 10};
    struct judged judged = policy_judge(policy_terms(p, "05_udp_echo"), extension, &r, p->store);
    assert_true(judged.may);
    if (fabs(r.share - share) > 1e-12)
        fail_msg("%s, %lld s: %f, not %f", late, (long long)after, r.share, share);
    if (remark == NULL)
        assert_null(r.remark);
    else
        assert_string_equal(r.remark, remark);
    int64_t late_s = after - extension;
    assert_int_equal(r.late_s, after != INT64_MIN && late_s > 0 ? late_s : 0);
    policy_free(p);
    free(text);
}

static void what_is_late_loses_its_share_for_each_span_begun(void **state)
{
    (void)state;
    const int64_t day = 86400;
    const char *rule = "{\"grace\": \"15m\", \"per\": \"1d\", \"off\": 0.1, \"most\": 0.5,"
                       " \"until\": \"7d\"}";
    late_is(rule, -1, 0, 0.8, NULL);
    late_is(rule, 0, 0, 0.8, NULL);
    late_is(rule, 1, 0, 0.8, "1 second late, within the grace of 15 minutes");
    late_is(rule, 900, 0, 0.8, "15 minutes late, within the grace of 15 minutes");
    late_is(rule, 901, 0, 0.72, "15 minutes late: 10 % off");
    late_is(rule, 900 + day, 0, 0.72, "1 day late: 10 % off");
    late_is(rule, 901 + day, 0, 0.64, "1 day late: 20 % off");
    late_is(rule, 6 * day, 0, 0.4, "6 days late: 50 % off");
    late_is(rule, 7 * day, 0, 0.4, "7 days late: 50 % off");
    late_is(rule, 7 * day + 1, 0, 0, "7 days late: nothing counts after 7 days");
    late_is(rule, 2 * day, 2 * day, 0.8, "in time, with an extension of 2 days");
    late_is(rule, 2 * day + 901, 2 * day, 0.72, "15 minutes late: 10 % off");
    late_is(rule, -5, 2 * day, 0.8, NULL);
    late_is(rule, INT64_MIN, 0, 0.8, "it is not known when it was handed in: taken as in time");
    late_is("{}", 3 * day, 0, 0.8, "3 days late");
    late_is("{\"off\": 0.125}", 3 * day, 0, 0.7, "3 days late: 12.5 % off");
    late_is("{\"off\": 0.0025}", 1, 0, 0.798, "1 second late: 0.25 % off");
    late_is("{\"until\": \"0s\"}", 1, 0, 0, "1 second late: nothing counts after 0 seconds");
    late_is("{\"per\": \"1s\", \"off\": 1}", INT64_C(200000000000), 0, 0,
            "2314814 days late: 100 % off");
}

static void an_attempt_too_many_and_too_few_points_do_not_count(void **state)
{
    (void)state;
    struct policy *p = policy_of("{\"version\": 1, \"attempts\": 2, \"default\": {\"pass\": 0.5}}");
    const struct terms *terms = policy_terms(p, "05_udp_echo");
    struct class_result r = {.attempt = 3, .points = 10, .max_points = 10};
    assert_false(policy_judge(terms, 0, &r, p->store).may);
    assert_string_equal(r.remark, "3rd attempt: 2 are allowed");
    assert_true(r.share == 0);
    r = (struct class_result){.attempt = 112, .points = 4, .max_points = 10};
    policy_judge(terms, 0, &r, p->store);
    assert_string_equal(r.remark,
                        "nothing counts below 50 % of the points; 112th attempt: 2 are allowed");
    r = (struct class_result){.attempt = 2, .points = 5, .max_points = 10};
    assert_int_equal(policy_judge(terms, 0, &r, p->store).keep, SHARE_ONE);
    assert_null(r.remark);
    policy_free(p);
}

/* --- which one counts --- */

static void chooses(const char *count, const unsigned *points, const char *failed, unsigned n,
                    unsigned expected)
{
    char *text = mem_format("{\"version\": 1, \"count\": \"%s\"}", count);
    struct policy *p = policy_of(text);
    struct class_result results[8] = {0};
    struct judged judged[8];
    for (unsigned i = 0; i < n; i++) {
        results[i].points = points[i];
        results[i].max_points = 10;
        results[i].outcome = failed[i] == 'x' ? OUTCOME_INTERNAL_ERROR : OUTCOME_FAIL;
        judged[i] = (struct judged){.may = failed[i] != '-', .keep = SHARE_ONE};
    }
    assert_int_equal(policy_choose(policy_terms(p, "x"), results, judged, n), expected);
    policy_free(p);
    free(text);
}

static void the_attempt_that_counts_is_the_policys(void **state)
{
    (void)state;
    const unsigned points[] = {3, 7, 7, 5};
    chooses("best", points, "....", 4, 1); /* the first of equals */
    chooses("last", points, "....", 4, 3);
    chooses("first", points, "....", 4, 0);
    chooses("last", points, "..--", 4, 1);
    chooses("best", points, "----", 4, 4);
    chooses("first", points, "x...", 4, 1); /* the grader's failure says nothing of a program */
    chooses("last", points, "...x", 4, 2);
    chooses("best", points, "xxxx", 4, 0);
    chooses("best", points, "x--x", 4, 0);
}

/* --- arithmetic --- */

static int64_t mark_of(const struct policy *p, int64_t weight, int64_t sum, unsigned points,
                       unsigned max, unsigned keep)
{
    struct class_result r = {.points = points, .max_points = max};
    return policy_mark(p, weight, sum, &r, (struct judged){.may = true, .keep = keep});
}

static void marks_are_rounded_to_two_decimals_halves_up(void **state)
{
    (void)state;
    struct policy *p = policy_of(NULL);
    assert_true(policy_round(0) == 0);
    assert_true(policy_round(MARK_ONE) == 1);
    assert_true(policy_round(MARK_ONE / 200) == 0.01); /* 0.005 */
    assert_true(policy_round(MARK_ONE / 200 - 2000) == 0);
    /* 1.005 and 2.675, the classics that doubles round down */
    assert_true(policy_round(mark_of(p, 1005, 1005, 1, 1, SHARE_ONE)) == 1.01);
    assert_true(policy_round(mark_of(p, 2675, 2675, 1, 1, SHARE_ONE)) == 2.68);
    assert_true(policy_round(mark_of(p, 1000, 1000, 1, 8, SHARE_ONE)) == 0.13); /* 0.125 */
    assert_true(policy_round(mark_of(p, 1000, 1000, 1, 3, SHARE_ONE)) == 0.33);
    assert_true(policy_round(mark_of(p, 1000, 1000, 2, 3, SHARE_ONE)) == 0.67);
    assert_true(mark_of(p, 1000, 1000, 0, 0, SHARE_ONE) == 0); /* a lab without points */
    policy_free(p);
}

static void a_sum_shows_no_floating_point(void **state)
{
    (void)state;
    struct policy *p = policy_of(NULL);
    int64_t sum = 0;
    for (unsigned i = 0; i < 10; i++)
        sum += mark_of(p, 100, 1000, 1, 1, SHARE_ONE);
    assert_true(sum == MARK_ONE); /* ten times 0.1 */
    assert_true(policy_round(mark_of(p, 100, 300, 1, 1, SHARE_ONE) +
                             mark_of(p, 200, 300, 1, 1, SHARE_ONE)) == 0.3);
    /* three halves of a cent from thirds: 0.005 = 1/200 in three parts of 1/600 */
    assert_true(policy_round(3 * mark_of(p, 1000, 1000, 1, 600, SHARE_ONE)) == 0.01);
    policy_free(p);
    p = policy_of("{\"version\": 1, \"total\": 100}");
    assert_true(policy_round(policy_weight(p, 1000, 3000)) == 33.33);
    assert_true(policy_round(3 * policy_weight(p, 1000, 3000)) == 100); /* not 99.99 */
    assert_true(policy_weight(p, 0, 0) == 0);
    policy_free(p);
}

static void the_largest_numbers_that_are_allowed_do_not_overflow(void **state)
{
    (void)state;
    struct policy *p = policy_of("{\"version\": 1, \"total\": 1000000}");
    int64_t most = INT64_C(100000) * WEIGHT_ONE, points = INT64_C(1000000) * WEIGHT_ONE;
    assert_true(mark_of(p, most, most, VERDICT_POINTS_MOST, VERDICT_POINTS_MOST, SHARE_ONE) ==
                1000000 * MARK_ONE);
    assert_true(mark_of(p, points, points, VERDICT_POINTS_MOST, VERDICT_POINTS_MOST, SHARE_ONE) ==
                1000000 * MARK_ONE);
    assert_true(policy_round(1000000 * MARK_ONE) == 1000000);
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_the_same_whatever_its_offset),
        cmocka_unit_test(a_span_is_a_number_and_a_unit),
        cmocka_unit_test(each_policy_is_judged_as_it_is_marked),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
        in_folder(a_file_of_megabytes_or_none_is_refused_by_name),
        cmocka_unit_test(defaults_are_filled_in_from_the_outside_in),
        cmocka_unit_test(an_extension_for_a_lab_goes_before_the_general_one),
        cmocka_unit_test(what_is_late_loses_its_share_for_each_span_begun),
        cmocka_unit_test(an_attempt_too_many_and_too_few_points_do_not_count),
        cmocka_unit_test(the_attempt_that_counts_is_the_policys),
        cmocka_unit_test(marks_are_rounded_to_two_decimals_halves_up),
        cmocka_unit_test(a_sum_shows_no_floating_point),
        cmocka_unit_test(the_largest_numbers_that_are_allowed_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
