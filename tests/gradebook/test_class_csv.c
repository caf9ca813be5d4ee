/* gradebook/class_csv: a table that an LMS imports and a spreadsheet does not execute. */
#include "class_help.h"

#include "base/utf8.h"
#include "class_book.h"

#define MARK "\xef\xbb\xbf"

static void a_class_is_a_table(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    class_csv(small_class(), &out);
    compare("class_results.csv", &out);
    keep("small.csv", &out);
    strbuf_free(&out);
}

/* Reads one cell as RFC 4180 says; *at moves behind it and its comma. */
static bool read_cell(const char **at, struct strbuf *cell)
{
    const char *p = *at;
    strbuf_cut(cell, 0);
    if (*p == '"') {
        for (p++; *p != '\0' && !(p[0] == '"' && p[1] != '"'); p++) {
            p += *p == '"';
            strbuf_putc(cell, *p);
        }
        if (*p++ != '"')
            return false;
    } else {
        for (; *p != '\0' && strchr(",\r\n\"", *p) == NULL; p++)
            strbuf_putc(cell, *p);
    }
    if (*p != ',' && strncmp(p, "\r\n", 2) != 0)
        return false;
    *at = p + (*p == ',');
    return true;
}

/* Every record has the same number of cells, whatever is in them; fills the cells of the second. */
static void check_records(const struct strbuf *out, unsigned cells, unsigned records,
                          struct strbuf *first, struct strbuf *second)
{
    struct strbuf cell = STRBUF_INIT;
    const char *at = out->data + strlen(MARK);
    unsigned nrecords = 0;
    assert_memory_equal(out->data, MARK, strlen(MARK));
    while (*at != '\0') {
        unsigned n = 0;
        do {
            assert_true(read_cell(&at, &cell));
            n++;
            if (nrecords == 1 && n <= 2) {
                struct strbuf *copy = n == 1 ? first : second;
                strbuf_cut(copy, 0);
                strbuf_add(copy, cell.data, cell.len);
            }
        } while (*at != '\r');
        assert_int_equal(n, cells);
        at += 2;
        nrecords++;
    }
    assert_int_equal(nrecords, records);
    assert_true(utf8_valid(out->data, out->len));
    strbuf_free(&cell);
}

static void one_name(const char *name, struct strbuf *id, struct strbuf *second)
{
    struct class_student student = {.id = name, .name = name, .folder = "x", .mark = 1, .most = 2};
    struct class_book book = {
        .title = "", .made = "", .version = "", .students = &student, .nstudents = 1};
    struct strbuf out = STRBUF_INIT;
    class_csv(&book, &out);
    check_records(&out, 4, 2, id, second);
    strbuf_free(&out);
}

static void no_cell_can_be_a_formula(void **state)
{
    (void)state;
    static const char *const bad[] = {"=1+1",
                                      "+1",
                                      "-1",
                                      "@SUM(A1)",
                                      "\t=1",
                                      "\r=1",
                                      "\n=1",
                                      "  =1",
                                      " \t -1",
                                      "\xc2\xa0=1",
                                      "\xe3\x80\x80=1",
                                      "\xef\xbc\x9d"
                                      "1",
                                      "\x01=1",
                                      "\xff+1",
                                      "\xe2\x80\xae=1",
                                      "\xe2\x80\x8b=1",
                                      "=HYPERLINK(\"http://127.0.0.1/\",\"x\")",
                                      "=cmd|' /C calc'!A0",
                                      "\tx",
                                      "\rx"};
    static const char *const good[] = {"anna", "1=1", "a-b", "\"=1\"",
                                       "'=1",  "",    ";=1", "anna@example.org",
                                       "x\n=1"};
    struct strbuf id = STRBUF_INIT, name = STRBUF_INIT;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        one_name(bad[i], &id, &name);
        assert_int_equal(id.data[0], '\'');
        assert_int_equal(name.data[0], '\'');
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        one_name(good[i], &id, &name);
        assert_string_equal(id.data, good[i]);
    }
    strbuf_free(&id);
    strbuf_free(&name);
}

static void newlines_quotes_and_commas_stay_in_their_cell(void **state)
{
    (void)state;
    struct strbuf id = STRBUF_INIT, name = STRBUF_INIT;
    one_name("a,\"b\"\r\nc;d\re", &id, &name);
    assert_string_equal(name.data, "a,\"b\"\nc;d\ne");
    one_name(EMOJI, &id, &name);
    assert_string_equal(name.data, EMOJI);
    one_name(BROKEN RIGHT_TO_LEFT, &id, &name);
    assert_null(strpbrk(name.data, "\x01\x1b\x7f"));
    assert_has_not(&name, "\xe2\x80\xae");
    strbuf_free(&id);
    strbuf_free(&name);
}

static void hostile_classes_are_whole_tables(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT, a = STRBUF_INIT, b = STRBUF_INIT;
    const struct class_book *book = hostile_class();
    class_csv(book, &out);
    keep("hostile.csv", &out);
    check_records(&out, 4 + 5 * book->nlabs, 1 + book->nstudents, &a, &b);
    assert_has_not(&out, CANARY);
    strbuf_free(&out);
    strbuf_free(&a);
    strbuf_free(&b);
}

static void an_internal_error_is_no_mark(void **state)
{
    (void)state;
    struct class_result result = {
        .outcome = OUTCOME_INTERNAL_ERROR, .counts = true, .points = 7, .mark = 7};
    struct class_student student = {.id = "ben",
                                    .name = "Ben",
                                    .folder = "x",
                                    .results = &result,
                                    .nresults = 1,
                                    .mark = 7,
                                    .most = 10,
                                    .error = true};
    struct class_lab lab = {.id = "05_udp_echo", .title = "", .max_points = 10, .weight = 10};
    struct class_book book = {.title = "",
                              .made = "",
                              .version = "",
                              .labs = &lab,
                              .nlabs = 1,
                              .students = &student,
                              .nstudents = 1};
    struct strbuf out = STRBUF_INIT;
    class_csv(&book, &out);
    assert_has(&out, "\r\n\"ben\",\"Ben\",\"\",10,\"\",\"\",\"internal-error\",0,\"\"\r\n");
    strbuf_free(&out);
}

static void a_class_without_students_is_a_header(void **state)
{
    (void)state;
    struct class_book book = {.title = "", .made = "", .version = ""};
    struct strbuf out = STRBUF_INIT;
    class_csv(&book, &out);
    assert_string_equal(out.data, MARK "\"student\",\"name\",\"total\",\"most\"\r\n");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_is_a_table),
        cmocka_unit_test(no_cell_can_be_a_formula),
        cmocka_unit_test(newlines_quotes_and_commas_stay_in_their_cell),
        cmocka_unit_test(hostile_classes_are_whole_tables),
        cmocka_unit_test(an_internal_error_is_no_mark),
        cmocka_unit_test(a_class_without_students_is_a_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
