/* grade/class: a journal and a policy become the marks of a class, the same every time. */
#include "class_help.h"

#include "base/json_write.h"
#include "grade/lines.h"

enum { MADE = 1795270980, DUE = 1000000000 };

static struct class_book book;

/* --- journals --- */

struct row {
    const char *student, *lab;
    unsigned attempt, points, max;
    const char *outcome, *name, *folder;
    int64_t handed_in;
};

static void row_line(const struct row *row, struct strbuf *line)
{
    strbuf_puts(line, "{\"student\":");
    json_text(line, row->student);
    json_field(line, "name");
    json_text(line, row->name);
    json_field(line, "folder");
    json_text(line, row->folder != NULL ? row->folder : row->student);
    strbuf_printf(line, ",\"attempt\":%u,\"handed_in\":%lld", row->attempt,
                  (long long)row->handed_in);
    strbuf_printf(line, ",\"submission\":\"in/%s\",\"key\":\"k%u\",\"hidden\":[\"b\"]",
                  row->student, row->points);
    strbuf_printf(line,
                  ",\"verdict\":{\"version\":1,\"lab\":\"%s\",\"outcome\":\"%s\",\"tier\":\"A\","
                  "\"seed\":\"18446744073709551615\",\"points\":%u,\"max_points\":%u,"
                  "\"ms\":{\"build\":70,\"scene\":1.5,\"total\":72},\"reproduce\":\"again\","
                  "\"steps\":[{\"id\":\"a\",\"title\":\"A\",\"status\":\"pass\",\"points\":1},"
                  "{\"id\":\"b\",\"title\":\"B\",\"status\":\"fail\",\"points\":2,"
                  "\"stage\":\"close\",\"message\":\"m\",\"diagnosis\":{\"id\":\"eof-ignored\","
                  "\"certainty\":\"fact\",\"message\":\"d\",\"file\":\"x.c\",\"line\":41}},"
                  "{\"id\":\"c\",\"status\":\"not-reached\"}]}}\n",
                  row->lab, row->outcome != NULL ? row->outcome : "fail", row->points,
                  row->max != 0 ? row->max : 10);
}

/* A new journal in that folder with these lines, opened. */
static struct journal *journal_of(const char *name, const char *version, const struct row *rows,
                                  size_t count)
{
    struct strbuf line = STRBUF_INIT;
    struct journal *j = journal_open(at(name), 7, version, &err);
    if (j == NULL)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++) {
        strbuf_cut(&line, 0);
        row_line(&rows[i], &line);
        if (journal_put(j, &line, &err) != 0)
            fail_msg("%s", err.text);
    }
    assert_int_equal(journal_sync(j, &err), 0);
    strbuf_free(&line);
    return j;
}

static void refuse_named(struct journal *j, const char *what, const char *student, const char *name)
{
    struct strbuf line = STRBUF_INIT;
    line_refusal(&line, what, student, name, "broken");
    assert_int_equal(journal_add(j, &line, &err), 0);
    strbuf_free(&line);
}

static void refuse(struct journal *j, const char *what, const char *student)
{
    refuse_named(j, what, student, NULL);
}

static void assemble(const struct journal *j, const char *policy_text)
{
    struct policy *policy = policy_of(policy_text);
    if (class_assemble(&book, j, policy, &catalog, MADE, "0.1.0", &err) != 0)
        fail_msg("%s", err.text);
    policy_free(policy);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct class_student *student_of(const char *id)
{
    for (unsigned i = 0; i < book.nstudents; i++) {
        if (strcmp(book.students[i].id, id) == 0)
            return &book.students[i];
    }
    fail_msg("there is no student %s", id);
    return NULL;
}

/* Everything the book holds, as text. */
static void show(struct strbuf *out)
{
    strbuf_printf(out, "%s|%s|%s\n", book.title, book.made, book.version);
    for (unsigned i = 0; i < book.nlabs; i++)
        strbuf_printf(out, "lab %s %s %u %.2f %s\n", book.labs[i].id, book.labs[i].title,
                      book.labs[i].max_points, book.labs[i].weight,
                      book.labs[i].due != NULL ? book.labs[i].due : "-");
    for (unsigned i = 0; i < book.nstudents; i++) {
        const struct class_student *s = &book.students[i];
        strbuf_printf(out, "student %s %s %s %.2f/%.2f%s\n", s->id, s->name, s->folder, s->mark,
                      s->most, s->error ? " error" : "");
        for (unsigned k = 0; k < s->nresults; k++) {
            const struct class_result *r = &s->results[k];
            strbuf_printf(out, "  %s %u %u/%u %.4f %.2f %s%s %s\n", book.labs[r->lab].id,
                          r->attempt, r->points, r->max_points, r->share, r->mark, r->page,
                          r->counts ? " counts" : "", r->remark != NULL ? r->remark : "-");
        }
    }
    for (unsigned i = 0; i < book.nrefusals; i++)
        strbuf_printf(out, "refused %s %s %s\n", book.refusals[i].submission,
                      book.refusals[i].student != NULL ? book.refusals[i].student : "-",
                      book.refusals[i].why);
}

static void assert_shown(const char *expected)
{
    struct strbuf text = STRBUF_INIT;
    show(&text);
    assert_string_equal(text.data, expected);
    strbuf_free(&text);
}

/* --- tests --- */

static void without_a_policy_the_best_attempt_counts_its_points(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"ben", "05_udp_echo", 1, 10, 10, "pass", "Ben B", NULL, DUE},
        {"anna", "09_tcp_client", 1, 3, 4, NULL, NULL, NULL, DUE},
        {"anna", "05_udp_echo", 2, 4, 10, NULL, NULL, NULL, DUE},
        {"anna", "05_udp_echo", 1, 6, 10, NULL, NULL, NULL, DUE},
    };
    struct journal *j = journal_of("a", "0.1.0", rows, COUNT(rows));
    assemble(j, NULL);
    assert_shown("Grades|2026-11-21 14:23 UTC|0.1.0\n"
                 "lab 05_udp_echo UDP echo 10 10.00 -\n"
                 "lab 09_tcp_client A TCP client 4 4.00 -\n"
                 "student anna anna students/anna 9.00/14.00\n"
                 "  05_udp_echo 1 6/10 0.6000 6.00 students/anna/05_udp_echo counts -\n"
                 "  05_udp_echo 2 4/10 0.4000 4.00 students/anna/05_udp_echo-2 -\n"
                 "  09_tcp_client 1 3/4 0.7500 3.00 students/anna/09_tcp_client counts -\n"
                 "student ben Ben B students/ben 10.00/14.00\n"
                 "  05_udp_echo 1 10/10 1.0000 10.00 students/ben/05_udp_echo counts -\n");
    class_free(&book);
    journal_close(j);
}

static void a_name_that_one_export_tells_is_kept_when_a_later_one_does_not(void **state)
{
    (void)state;
    const struct row rows[] = {{"12", "05_udp_echo", 1, 1, 10, NULL, "Anna Li", NULL, DUE},
                               {"12", "09_tcp_client", 1, 1, 4, NULL, "12", NULL, DUE + 9},
                               {"13", "05_udp_echo", 1, 1, 10, NULL, "Ben", NULL, DUE},
                               {"13", "09_tcp_client", 1, 1, 4, NULL, "Ben Roth", NULL, DUE + 9}};
    struct journal *j = journal_of("a", "0.1.0", rows, COUNT(rows));
    assemble(j, NULL);
    assert_string_equal(student_of("12")->name, "Anna Li");
    assert_string_equal(student_of("13")->name, "Ben Roth"); /* of two, the later */
    class_free(&book);
    journal_close(j);
}

static void a_verdict_arrives_whole(void **state)
{
    (void)state;
    const struct row row = {"anna", "05_udp_echo", 1, 1, 10, "crash", NULL, NULL, DUE};
    struct journal *j = journal_of("a", "0.1.0", &row, 1);
    assemble(j, NULL);
    const struct class_result *r = &book.students[0].results[0];
    assert_int_equal(r->outcome, OUTCOME_CRASH);
    assert_true(r->seed == UINT64_MAX);
    assert_true(r->ms_total == 72);
    assert_string_equal(r->reproduce, "again");
    assert_int_equal(r->nsteps, 3);
    assert_int_equal(r->steps[0].status, STEP_PASS);
    assert_false(r->steps[0].hidden);
    assert_null(r->steps[0].message);
    const struct class_step *b = &r->steps[1];
    assert_true(b->hidden);
    assert_int_equal(b->points, 2);
    assert_string_equal(b->diagnosis, "eof-ignored");
    assert_string_equal(b->certainty, "fact");
    assert_string_equal(b->diagnosis_message, "d");
    assert_string_equal(b->file, "x.c");
    assert_int_equal(b->line, 41);
    assert_string_equal(r->steps[2].title, "c"); /* the line had none */
    assert_int_equal(r->steps[2].status, STEP_NOT_REACHED);
    class_free(&book);
    journal_close(j);
}

static void weights_late_rules_and_limits_make_the_mark(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"anna", "05_udp_echo", 1, 5, 10, NULL, NULL, NULL, DUE - 10},
        {"anna", "05_udp_echo", 2, 10, 10, "pass", NULL, NULL, DUE + 86400},
        {"anna", "05_udp_echo", 3, 10, 10, "pass", NULL, NULL, DUE},
        {"ben", "05_udp_echo", 1, 10, 10, "pass", NULL, NULL, DUE + 2 * 86400},
    };
    struct journal *j = journal_of("a", "0.1.0", rows, COUNT(rows));
    assemble(j, "{\"version\": 1, \"title\": \"Networks\", \"total\": 100, \"attempts\": 2,"
                " \"late\": {\"per\": \"1d\", \"off\": 0.25}, \"extensions\": {\"ben\": \"2d\"},"
                " \"labs\": {\"05_udp_echo\": {\"weight\": 2, \"due\": \"2001-09-09T01:46:40Z\"},"
                " \"10_tcp_server\": {\"weight\": 1}}}");
    assert_shown("Networks|2026-11-21 14:23 UTC|0.1.0\n"
                 "lab 05_udp_echo UDP echo 10 66.67 2001-09-09T01:46:40Z\n"
                 "lab 10_tcp_server A TCP server 3 33.33 -\n"
                 "student anna anna students/anna 50.00/100.00\n"
                 "  05_udp_echo 1 5/10 0.5000 33.33 students/anna/05_udp_echo -\n"
                 "  05_udp_echo 2 10/10 0.7500 50.00 students/anna/05_udp_echo-2 counts"
                 " 1 day late: 25 % off\n"
                 "  05_udp_echo 3 10/10 0.0000 0.00 students/anna/05_udp_echo-3"
                 " 3rd attempt: 2 are allowed\n"
                 "student ben ben students/ben 66.67/100.00\n"
                 "  05_udp_echo 1 10/10 1.0000 66.67 students/ben/05_udp_echo counts"
                 " in time, with an extension of 2 days\n");
    class_free(&book);
    journal_close(j);
}

static void the_graders_own_failure_is_no_grade(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"anna", "05_udp_echo", 1, 4, 10, NULL, NULL, NULL, DUE},
        {"anna", "05_udp_echo", 2, 0, 10, "internal-error", NULL, NULL, DUE},
        {"ben", "05_udp_echo", 1, 0, 10, "internal-error", NULL, NULL, DUE},
        {"cleo", "05_udp_echo", 1, 4, 10, NULL, NULL, NULL, DUE},
    };
    struct journal *j = journal_of("a", "0.1.0", rows, COUNT(rows));
    assemble(j, "{\"version\": 1, \"count\": \"last\"}");
    assert_true(student_of("anna")->error);
    assert_true(student_of("anna")->results[0].counts);
    assert_true(student_of("anna")->mark == 4);
    assert_true(student_of("ben")->error);
    assert_true(student_of("ben")->results[0].counts);
    assert_false(student_of("cleo")->error);
    class_free(&book);
    assemble(j, "{\"version\": 1, \"attempts\": 1}");
    assert_false(student_of("anna")->error); /* that one was an attempt too many */
    class_free(&book);
    journal_close(j);
}

static void the_same_lines_in_any_order_give_the_same_book(void **state)
{
    (void)state;
    static const char *const students[] = {"zoë", "anna", "ben", "\xf0\x9f\xa6\x8a", "anna2"};
    static const char *const labs[] = {"10_tcp_server", "05_udp_echo", "02_gone"};
    static const char *const folders[] = {"z", "a", "b", "fox", "a2"};
    struct row rows[30];
    char *shown[3];
    size_t count = 0;
    for (unsigned i = 0; i < 30; i++)
        rows[count++] =
            (struct row){students[i % 5],         labs[i % 3],    i / 15 + 1, i % 11, 0, NULL,
                         i % 7 == 0 ? "N" : NULL, folders[i % 5], DUE + i};
    for (unsigned order = 0; order < 3; order++) {
        struct row mixed[30];
        for (unsigned i = 0; i < 30; i++)
            mixed[i] = rows[order == 0 ? i : order == 1 ? 29 - i : i * 7 % 30];
        char name[8] = {(char)('a' + order)};
        struct journal *j = journal_of(name, "0.1.0", mixed, COUNT(mixed));
        for (unsigned i = 0; i < 3; i++)
            refuse(j,
                   order == 1   ? "one"
                   : i % 2 == 0 ? "one"
                                : "two",
                   (i == 2) != (order == 1) ? "dora" : NULL);
        if (order == 1)
            refuse(j, "two", NULL), refuse(j, "one", "dora");
        assemble(j, "{\"version\": 1, \"attempts\": 2, \"total\": 10}");
        struct strbuf text = STRBUF_INIT;
        show(&text);
        shown[order] = strbuf_take(&text);
        class_free(&book);
        journal_close(j);
    }
    assert_string_equal(shown[1], shown[0]);
    assert_string_equal(shown[2], shown[0]);
    assert_has(shown[0], "lab 10_tcp_server A TCP server 10 3.33 -\nlab 02_gone 02_gone");
    for (unsigned order = 0; order < 3; order++)
        free(shown[order]);
}

static void who_was_only_refused_is_there_without_results(void **state)
{
    (void)state;
    const struct row row = {"a_b", "05_udp_echo", 1, 1, 10, NULL, NULL, NULL, DUE};
    struct journal *j = journal_of("a", "0.1.0", &row, 1);
    refuse(j, "x.zip", "a/b");
    refuse(j, "x.zip", "a/b"); /* twice the same is told once */
    refuse(j, "y.zip", "a/b");
    refuse(j, "nobody.zip", NULL);
    refuse(j, "z.zip", "..");
    refuse(j, "c.zip", "123"); /* the same export, when its folder had no name yet */
    refuse_named(j, "d.zip", "123", "Zoe Li");
    assemble(j, NULL);
    assert_shown("Grades|2026-11-21 14:23 UTC|0.1.0\n"
                 "lab 05_udp_echo UDP echo 10 10.00 -\n"
                 "student .. .. students/_. 0.00/10.00\n"
                 "student 123 Zoe Li students/123 0.00/10.00\n"
                 "student a/b a/b students/a_b-2 0.00/10.00\n"
                 "student a_b a_b students/a_b 1.00/10.00\n"
                 "  05_udp_echo 1 1/10 0.1000 1.00 students/a_b/05_udp_echo counts -\n"
                 "refused nobody.zip - broken\n"
                 "refused z.zip .. broken\n"
                 "refused c.zip 123 broken\n"
                 "refused d.zip 123 broken\n"
                 "refused x.zip a/b broken\n"
                 "refused y.zip a/b broken\n");
    class_free(&book);
    journal_close(j);
}

static void an_extension_for_nobody_is_told(void **state)
{
    (void)state;
    const struct row row = {"anna", "05_udp_echo", 1, 1, 10, NULL, NULL, NULL, DUE};
    struct journal *j = journal_of("a", "0.1.0", &row, 1);
    assemble(j, "{\"version\": 1, \"extensions\": {\"ana\": \"1d\", \"xavier\": {\"05_udp_echo\":"
                " \"1d\", \"09_tcp_client\": \"2d\"}, \"anna\": \"1d\"}}");
    assert_int_equal(book.nrefusals, 0);
    assert_int_equal(book.nnotes, 2);
    assert_string_equal(book.notes[0].text,
                        "p.json: extensions: nobody called \"ana\" has handed in "
                        "anything; is \"anna\" meant?");
    assert_true(book.notes[0].urgent);
    assert_has(book.notes[1].text, "\"xavier\"");
    assert_false(book.notes[1].urgent); /* may still hand in */
    assert_int_equal(book.nstudents, 1);
    class_free(&book);
    journal_close(j);
}

static void a_lab_that_counts_unasked_is_told(void **state)
{
    (void)state;
    const struct row rows[] = {{"anna", "05_udp_echo", 1, 1, 10, NULL, NULL, NULL, DUE},
                               {"anna", "09_tcp_client", 1, 2, 4, NULL, NULL, NULL, DUE},
                               {"ben", "05_udp_echo", 1, 3, 10, NULL, NULL, NULL, DUE},
                               {"cleo", "05_udp_echo", 1, 4, 10, NULL, NULL, NULL, DUE}};
    struct journal *j = journal_of("a", "0.1.0", rows, 4);
    assemble(j, "{\"version\": 1, \"labs\": {\"05_udp_echo\": {\"weight\": 2}}}");
    assert_int_equal(book.nnotes, 1);
    assert_has(book.notes[0].text, "p.json: labs that are not named");
    assert_has(book.notes[0].text, "for everybody: 09_tcp_client (1 of 3). Name them");
    assert_true(book.notes[0].urgent);
    class_free(&book);
    assemble(j, "{\"version\": 1}");
    assert_int_equal(book.nnotes, 1);
    assert_has(book.notes[0].text,
               "count their points for everybody: 09_tcp_client (1 of 3). --lab");
    class_free(&book);
    assemble(j, "{\"version\": 1, \"default\": {\"weight\": 0}}");
    assert_int_equal(book.nnotes, 0);
    class_free(&book);
    assemble(j, "{\"version\": 1, \"labs\": {\"05_udp_echo\": {}, \"09_tcp_client\": {}}}");
    assert_int_equal(book.nnotes, 0);
    class_free(&book);
    journal_close(j);
}

static void an_empty_class_is_a_class(void **state)
{
    (void)state;
    struct journal *j = journal_of("a", "0.1.0", NULL, 0);
    assemble(j, "{\"version\": 1, \"total\": 100}");
    assert_shown("Grades|2026-11-21 14:23 UTC|0.1.0\n");
    class_free(&book);
    assemble(j, "{\"version\": 1, \"total\": 100, \"labs\": {\"09_tcp_client\": {}}}");
    assert_shown("Grades|2026-11-21 14:23 UTC|0.1.0\n"
                 "lab 09_tcp_client A TCP client 4 100.00 -\n");
    class_free(&book);
    journal_close(j);
}

/* --- what is no class --- */

static void refuses(const struct journal *j, const char *says)
{
    struct policy *policy = policy_of(NULL);
    assert_int_equal(class_assemble(&book, j, policy, &catalog, MADE, "0.1.0", &err), -1);
    assert_has(err.text, says);
    class_free(&book); /* fine after a failure */
    policy_free(policy);
}

static void what_an_older_version_judged_says_so(void **state)
{
    (void)state;
    const struct row row = {"anna", "05_udp_echo", 1, 1, 10, NULL, NULL, NULL, DUE};
    journal_close(journal_of("a", "0.0.9", &row, 1));
    struct journal *j = journal_of("a", "0.1.0", NULL, 0);
    assemble(j, NULL);
    assert_string_equal(book.students[0].results[0].remark, "judged by socklings 0.0.9");
    class_free(&book);
    journal_close(j);
}

static void two_students_with_one_folder_are_refused(void **state)
{
    (void)state;
    const struct row rows[] = {{"anna", "05_udp_echo", 1, 1, 10, NULL, NULL, "f", DUE},
                               {"ben", "05_udp_echo", 1, 1, 10, NULL, NULL, "f", DUE}};
    struct journal *j = journal_of("a", "0.1.0", rows, 2);
    refuses(j, "\"anna\" and \"ben\" have the same folder");
    journal_close(j);
}

static void a_line_without_a_verdict_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *verdict, *says;
    } cases[] = {
        {"\"version\":2,\"points\":1,\"max_points\":1,\"steps\":[]", "from a newer socklings"},
        {"\"points\":1,\"max_points\":1,\"steps\":[]", "$.verdict: the key \"version\""},
        {"\"version\":1,\"max_points\":1,\"steps\":[]", "$.verdict: the key \"points\""},
        {"\"version\":1,\"points\":2,\"max_points\":1,\"steps\":[]", "2 points of 1 cannot be"},
        {"\"version\":1,\"points\":1e308,\"max_points\":1,\"steps\":[]", "$.verdict.points"},
        {"\"version\":1,\"points\":1,\"max_points\":1", "the key \"steps\""},
        {"\"version\":1,\"points\":1,\"max_points\":1,\"steps\":{}", "a list is needed"},
        {"\"version\":1,\"points\":1,\"max_points\":1,\"steps\":[7]", "$.verdict.steps[0]"},
        {"\"version\":1,\"points\":1,\"max_points\":1,\"steps\":[{\"id\":\"a\",\"status\":\"?\"}]",
         "$.verdict.steps[0].status: \"?\" is unknown"},
        {"\"version\":1,\"points\":1,\"max_points\":1,\"steps\":[],\"points\":2", "given twice"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct journal *j = journal_of("a", "0.1.0", NULL, 0);
        struct strbuf line = STRBUF_INIT;
        strbuf_printf(
            &line,
            "{\"student\":\"anna\",\"folder\":\"anna\",\"submission\":\"s\",\"key\":\"k\","
            "\"verdict\":{\"lab\":\"05_udp_echo\",\"outcome\":\"pass\",%s}}\n",
            cases[i].verdict);
        assert_int_equal(journal_add(j, &line, &err), 0);
        refuses(j, cases[i].says);
        char place[64];
        snprintf(place, sizeof place, "a/journal.jsonl:%zu:", i + 2);
        assert_has(err.text, place);
        strbuf_free(&line);
        journal_close(j);
    }
}

static void two_thousand_students_are_assembled(void **state)
{
    (void)state;
    enum { STUDENTS = 2000, LABS = 3 };
    static char names[STUDENTS][8];
    struct row *rows = mem_alloc(STUDENTS * LABS * sizeof *rows);
    for (unsigned i = 0; i < STUDENTS * LABS; i++) {
        unsigned student = i / LABS;
        snprintf(names[student], sizeof names[0], "s%04u", student);
        rows[i] = (struct row){
            names[student], lab_list[i % LABS].id, 1, student % 11, 10, NULL, NULL, NULL, DUE};
    }
    struct journal *j = journal_of("a", "0.1.0", rows, STUDENTS * LABS);
    assemble(j, "{\"version\": 1, \"total\": 100}");
    assert_int_equal(book.nstudents, STUDENTS);
    for (unsigned i = 0; i < STUDENTS; i++) {
        assert_string_equal(book.students[i].id, names[i]);
        assert_int_equal(book.students[i].nresults, LABS);
        assert_true(book.students[i].mark == i % 11 * 10);
        assert_true(book.students[i].most == 100);
    }
    class_free(&book);
    journal_close(j);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(without_a_policy_the_best_attempt_counts_its_points),
        in_folder(a_name_that_one_export_tells_is_kept_when_a_later_one_does_not),
        in_folder(a_verdict_arrives_whole),
        in_folder(weights_late_rules_and_limits_make_the_mark),
        in_folder(the_graders_own_failure_is_no_grade),
        in_folder(the_same_lines_in_any_order_give_the_same_book),
        in_folder(who_was_only_refused_is_there_without_results),
        in_folder(an_extension_for_nobody_is_told),
        in_folder(a_lab_that_counts_unasked_is_told),
        in_folder(an_empty_class_is_a_class),
        in_folder(what_an_older_version_judged_says_so),
        in_folder(two_students_with_one_folder_are_refused),
        in_folder(a_line_without_a_verdict_is_named),
        in_folder(two_thousand_students_are_assembled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
