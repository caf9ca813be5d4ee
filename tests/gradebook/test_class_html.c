/* gradebook/class_html and class_student: the pages of a class. What a browser makes of them is
 * tried by class_page.sh. */
#include "class_help.h"

#include <time.h>

#include "base/utf8.h"
#include "class_book.h"

static void a_class_is_a_page(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    class_html(small_class(), &out);
    compare("class.html", &out);
    keep("small.html", &out);
    assert_has_not(&out, CANARY);
    assert_has_not(&out, "sigpipe");
    strbuf_free(&out);
}

static void what_needs_a_person_stands_first(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    class_html(small_class(), &out);
    const char *error = strstr(out.data, "the sandbox could not be made");
    const char *flaky = strstr(out.data, "2 of 5 runs gave another verdict");
    const char *marks = strstr(out.data, "<table id=\"marks\">");
    assert_non_null(error);
    assert_non_null(flaky);
    assert_true(error < marks && flaky < marks);
    strbuf_free(&out);
}

/* Of those who stop at the third step, eight make one mistake and fourteen another or none; two
 * stop at the second, which is nothing that many have not understood. */
static void whom_and_what_to_explain_is_told_at_a_glance(void **state)
{
    (void)state;
    enum { ALL = 30, STUCK = 22 };
    struct class_result results[ALL];
    struct class_student students[ALL];
    char ids[ALL][4];
    for (unsigned i = 0; i < ALL; i++) {
        unsigned stop = i < STUCK ? 2 : i < STUCK + 2 ? 1 : BOOK_STEPS;
        snprintf(ids[i], sizeof ids[i], "s%02u", i);
        results[i] = book_result(ids[i], 0, stop, stop < BOOK_STEPS ? OUTCOME_FAIL : OUTCOME_PASS);
        if (i < STUCK)
            ((struct class_step *)(uintptr_t)results[i].steps)[2].diagnosis =
                i < 8    ? "the-common-one"
                : i < 15 ? "the-rare-one"
                         : NULL;
        students[i] = (struct class_student){.id = ids[i],
                                             .name = ids[i],
                                             .folder = "students/s",
                                             .results = &results[i],
                                             .nresults = 1,
                                             .mark = i == 5      ? 0.5
                                                     : i < STUCK ? 8
                                                                 : 10,
                                             .most = 20};
    }
    struct class_book book = {.title = "t",
                              .made = "m",
                              .version = "v",
                              .labs = small_labs,
                              .nlabs = 1,
                              .students = students,
                              .nstudents = ALL};
    students[ALL - 1].nresults = 0;
    struct strbuf out = STRBUF_INIT;
    class_html(&book, &out);
    const char *help = strstr(out.data, "Who needs help"), *first = strstr(help, "<li>");
    assert_memory_equal(first + strlen("<li><a href=\"students/s/index.html\"><bdi>"), "s05", 3);
    assert_has(&out, "<b>0.5</b> of 20 <small>stopped at 05 A UDP echo server: Echo one datagram");
    assert_has(&out, "and 12 more with less than half");
    assert_has(&out, "Nothing that could be graded: <a href=\"students/s/index.html\"><bdi>s29");
    assert_has(&out, "05 A UDP echo server: Echo one datagram <small><b>22 of 29</b> stopped "
                     "here, 8 by <code>the-common-one</code>");
    assert_has_not(&out, "<b>2 of 29</b> stopped");
    strbuf_free(&out);
    for (unsigned i = 0; i < ALL; i++) {
        free((void *)(uintptr_t)results[i].steps);
        free((void *)(uintptr_t)results[i].page);
        free((void *)(uintptr_t)results[i].submission);
    }
}

static void a_mark_that_is_doubted_can_be_had_again(void **state)
{
    (void)state;
    const struct class_book *book = small_class();
    struct strbuf out = STRBUF_INIT;
    class_html(book, &out);
    const char *at = strstr(out.data, "id=\"appeals\"");
    assert_non_null(at);
    for (unsigned i = 0; i < book->nstudents; i++)
        for (unsigned k = 0; k < book->students[i].nresults; k++) {
            at = strstr(at, "<code>socklings check 5 --seed 4711 --hidden /private</code>");
            assert_non_null(at);
            at++;
        }
    strbuf_free(&out);
}

static void every_student_has_a_page(void **state)
{
    (void)state;
    const struct class_book *book = small_class();
    for (unsigned i = 0; i < book->nstudents; i++) {
        struct strbuf out = STRBUF_INIT;
        class_student_html(book, &book->students[i], &out);
        char *name = mem_format("%s/index.html", book->students[i].folder);
        keep(name, &out);
        free(name);
        if (i == 1)
            compare("class_student.html", &out);
        if (i == 3) {
            assert_has(&out, "no fault of your program");
            assert_has_not(&out, "clone3");
        }
        assert_has_not(&out, CANARY);
        assert_has_not(&out, "sigpipe");
        assert_has_not(&out, "<script");
        strbuf_free(&out);
    }
}

/* Elements that are the page's own, counted; nothing else may begin. */
static void check_text(const struct strbuf *page, unsigned scripts)
{
    assert_true(utf8_valid(page->data, page->len));
    assert_int_equal(times(page, "<script"), scripts);
    assert_int_equal(times(page, "</script"), scripts);
    assert_int_equal(times(page, "</style"), 1);
    assert_has_not(page, CANARY);
    assert_has_not(page, "<img");
    assert_has_not(page, "<svg onload");
    assert_has_not(page, "href=\"javascript:");
    assert_has_not(page, "href=\"..");
    assert_has_not(page, "href=\"/");
    assert_has_not(page, "\" onfocus");
    assert_has_not(page, "\x1b");
    assert_has_not(page, "\xe2\x80\xae");
    assert_has_not(page, "\xe2\x81\xa6");
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    const struct class_book *book = hostile_class();
    class_html(book, &out);
    keep("hostile.html", &out);
    check_text(&out, 1);
    for (unsigned i = 0; i < book->nstudents; i++) {
        strbuf_cut(&out, 0);
        class_student_html(book, &book->students[i], &out);
        check_text(&out, 0);
        char *name = mem_format("hostile/%u.html", i);
        keep(name, &out);
        free(name);
    }
    strbuf_free(&out);
}

static void an_empty_class_is_a_page_too(void **state)
{
    (void)state;
    struct class_book book = {.title = "", .made = "", .version = ""};
    struct strbuf out = STRBUF_INIT;
    class_html(&book, &out);
    assert_has(&out, "There are no marks yet.");
    assert_has(&out, "No mistake was recognised.");
    keep("empty.html", &out);
    strbuf_free(&out);
}

/* In processor time, with room for a slow and sanitized build: it takes 30 ms in an ordinary one.
 */
static void two_thousand_students_fit_into_a_page(void **state)
{
    (void)state;
    const struct class_book *book = large_class(2000);
    struct strbuf out = STRBUF_INIT;
    clock_t before = clock();
    class_html(book, &out);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    print_message("class.html of 2,000 students: %zu bytes, %.3f s\n", out.len, seconds);
    keep("large.html", &out);
    assert_int_equal(times(&out, "<th scope=\"row\" data-v"), 2000);
    assert_true(out.len < 3u << 20);
    assert_true(seconds < 10);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_is_a_page),
        cmocka_unit_test(what_needs_a_person_stands_first),
        cmocka_unit_test(whom_and_what_to_explain_is_told_at_a_glance),
        cmocka_unit_test(a_mark_that_is_doubted_can_be_had_again),
        cmocka_unit_test(every_student_has_a_page),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(an_empty_class_is_a_page_too),
        cmocka_unit_test(two_thousand_students_fit_into_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
