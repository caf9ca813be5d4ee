/* grade/journal: what was found out is there again, whatever happened to the run that wrote it. */
#include "files_help.h"

#include "base/json_write.h"
#include "grade/journal.h"

static struct error err;

#define HEAD "{\"journal\":1,\"socklings\":\"0.1.0\",\"seed\":7}\n"
#define FILE_NAME "out/journal.jsonl"

/* A line of a result; `padding` bytes stand in its verdict. */
static void entry_line(struct strbuf *line, const char *student, const char *lab, unsigned attempt,
                       const char *key, size_t padding)
{
    strbuf_puts(line, "{\"student\":");
    json_text(line, student);
    strbuf_printf(line, ",\"folder\":\"f\",\"attempt\":%u,\"handed_in\":1700000000,", attempt);
    strbuf_printf(line, "\"submission\":\"class.zip: x\",\"key\":\"%s\",\"verdict\":", key);
    strbuf_printf(line, "{\"version\":1,\"lab\":\"%s\",\"outcome\":\"fail\",\"warnings\":\"", lab);
    strbuf_pad(line, 'w', padding);
    strbuf_puts(line, "\",\"steps\":[{\"lab\":\"not this\"}]},\"hidden\":[\"eof2\"]}\n");
}

static void refused_line(struct strbuf *line, const char *what)
{
    strbuf_printf(line, "{\"refused\":\"%s\",\"why\":\"broken\"}\n", what);
}

static struct journal *opened(uint64_t seed)
{
    struct journal *j = journal_open(at("out"), seed, "0.1.0", &err);
    if (j == NULL)
        fail_msg("%s", err.text);
    return j;
}

static int add(struct journal *j, const char *student, const char *lab, unsigned attempt,
               const char *key)
{
    struct strbuf line = STRBUF_INIT;
    entry_line(&line, student, lab, attempt, key, 10);
    int rc = journal_add(j, &line, &err);
    strbuf_free(&line);
    return rc;
}

static void put_journal(const char *text)
{
    assert_int_equal(file_make_dirs(at("out"), 0755, &err), 0);
    put(FILE_NAME, text);
}

/* The journal with this text is refused, says so, and stays as it is. */
static void refuses(const char *text, const char *says)
{
    put_journal(text);
    if (journal_open(at("out"), 0, "0.1.0", &err) != NULL)
        fail_msg("this is taken: %s", text);
    assert_has(err.text, says);
    assert_null(journal_read(at("out"), &err));
    assert_has(err.text, says);
    assert_contents(FILE_NAME, text);
}

static void what_was_added_is_found_in_the_next_run(void **state)
{
    (void)state;
    struct journal *j = opened(4711);
    assert_int_equal(add(j, "ben", "05_udp_echo", 1, "b1"), 0);
    assert_int_equal(add(j, "anna", "09_tcp_client", 1, "a3"), 0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 2, "a2"), 0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a1"), 0);
    for (int again = 0; again < 2; again++) {
        static const char *const keys[] = {"a1", "a2", "a3", "b1"};
        assert_int_equal(journal_count(j), 4);
        for (size_t i = 0; i < 4; i++)
            assert_string_equal(journal_at(j, i)->key, keys[i]);
        const struct journal_entry *e = journal_find(j, "anna", "05_udp_echo", 2);
        assert_non_null(e);
        assert_string_equal(e->key, "a2");
        assert_string_equal(e->name, "anna");
        assert_string_equal(e->outcome, "fail");
        assert_string_equal(e->version, "0.1.0");
        assert_int_equal(e->repeats, 1);
        assert_int_equal(e->handed_in, 1700000000);
        assert_null(journal_find(j, "anna", "05_udp_echo", 3));
        assert_null(journal_find(j, "ann", "05_udp_echo", 1));
        assert_int_equal(journal_seed(j), 4711);
        if (again == 0) {
            journal_close(j);
            j = opened(0);
        }
    }
    journal_close(j);
}

static void the_verdict_of_a_line_is_read_when_it_is_asked_for(void **state)
{
    (void)state;
    struct journal *j = opened(0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a1"), 0);
    struct json_doc *doc = journal_document(j, journal_at(j, 0), &err);
    assert_non_null(doc);
    struct json root = json_root(doc), hidden, item;
    const char *text = NULL;
    assert_int_equal(json_need(&root, "hidden", &hidden, &err), 0);
    assert_true(json_first(&hidden, &item));
    assert_int_equal(json_get_text(&item, &text, &err), 0);
    assert_string_equal(text, "eof2");
    json_free(doc);
    journal_close(j);
}

static void a_later_line_takes_the_place_of_an_earlier_one(void **state)
{
    (void)state;
    struct journal *j = opened(0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "old"), 0);
    const struct journal_entry *old = journal_at(j, 0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "new"), 0);
    assert_string_equal(old->key, "old"); /* pointers stay valid */
    for (int again = 0; again < 2; again++) {
        assert_int_equal(journal_count(j), 1);
        assert_string_equal(journal_find(j, "anna", "05_udp_echo", 1)->key, "new");
        if (again == 0) {
            journal_close(j);
            j = opened(0);
        }
    }
    journal_close(j);
}

static void a_new_journal_draws_a_seed_and_keeps_it(void **state)
{
    (void)state;
    struct journal *j = opened(0);
    uint64_t seed = journal_seed(j);
    /* Of 64 bits; the upper half is 0 once in four milliards. */
    assert_true(seed > UINT32_MAX);
    journal_close(j);
    j = opened(seed);
    assert_int_equal(journal_seed(j), seed);
    journal_close(j);
    assert_null(journal_open(at("out"), seed + 1, "0.1.0", &err));
    assert_has(err.text, "leave --seed out");
    j = journal_open(at("big"), UINT64_MAX, "0.1.0", &err);
    assert_non_null(j);
    journal_close(j);
    j = journal_read(at("big"), &err);
    assert_true(journal_seed(j) == UINT64_MAX);
    journal_close(j);
}

static void a_torn_last_line_is_cut_off_and_its_work_is_done_again(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a1"), 0);
    journal_close(j);
    char *whole = contents(FILE_NAME);
    size_t first = strlen(HEAD), all = strlen(whole);
    /* Every length at which a killed writer could have stopped, the newline alone missing too. */
    for (size_t length = 0; length < all; length++) {
        put_bytes(FILE_NAME, whole, length);
        if (length >= first) {
            j = journal_read(at(FILE_NAME), &err);
            assert_non_null(j);
            assert_int_equal(journal_count(j), 0);
            journal_close(j);
        }
        j = opened(7);
        assert_int_equal(journal_count(j), 0);
        if (length % 16 == 0 || length == all - 1) {
            assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a1"), 0);
            assert_contents(FILE_NAME, whole);
        }
        journal_close(j);
    }
    /* After a power cut, a tail that was never written reads as zero bytes. */
    FILE *f = fopen(at(FILE_NAME), "we");
    fwrite(whole, 1, all, f);
    for (int i = 0; i < 5000; i++)
        putc(0, f);
    fclose(f);
    j = opened(7);
    assert_int_equal(journal_count(j), 1);
    journal_close(j);
    assert_contents(FILE_NAME, whole);
    free(whole);
}

static void other_damage_names_the_line_and_nothing_is_overwritten(void **state)
{
    (void)state;
    struct strbuf good = STRBUF_INIT, text = STRBUF_INIT;
    entry_line(&good, "anna", "05_udp_echo", 1, "a1", 3);
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"{\"student\": \"ben\"\n", ".jsonl:3:18: the file ends"},
        {"\n", ".jsonl:3:1:"},
        {"{}\n", ".jsonl:3: $: the key \"student\" is missing"},
        {"[1]\n", ".jsonl:3: $: an object is needed"},
        {"{\"student\":\"\xff\"}\n", ".jsonl:3:13: not UTF-8"},
        {"{\"student\":7}\n", ".jsonl:3: $.student: a text is needed, not a number"},
        {"{\"student\":\"\"}\n", "a text that is not empty"},
        {"{\"student\":\"a\",\"student\":\"b\"}\n", "given twice"},
        {"{\"refused\":\"x\"}\n", "\"why\" is missing"},
        {"{\"forget\":\"everything\"}\n", "\"refusals\" is needed"},
        {"{\"journal\":1,\"socklings\":\"0.1.0\",\"seed\":8}\n", "another seed"},
        {"{\"journal\":2,\"anything\":[]}\n", "from a newer socklings"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf_cut(&text, 0);
        strbuf_printf(&text, "%s%s%s%s", HEAD, good.data, cases[i].line, good.data);
        refuses(text.data, cases[i].says);
        assert_has(err.text, "nothing was changed");
    }
    strbuf_free(&good);
    strbuf_free(&text);
}

static void the_fields_of_a_line_are_held_to_their_types(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"\"attempt\":1", "\"attempt\":0", "$.attempt: a whole number from 1"},
        {"\"attempt\":1", "\"attempt\":1.5", "$.attempt: a whole number"},
        {"\"attempt\":1", "\"attempt\":1e308", "$.attempt: a whole number"},
        {"\"handed_in\":1700000000", "\"handed_in\":-1", "$.handed_in"},
        {"\"folder\":\"f\"", "\"folder\":\"../f\"", "a plain folder name"},
        {"\"folder\":\"f\"", "\"folder\":\"a/f\"", "a plain folder name"},
        {"\"folder\":\"f\"", "\"folder\":\".\"", "a plain folder name"},
        {"\"lab\":\"05_udp_echo\"", "\"labs\":1", "$.verdict: the key \"lab\" is missing"},
        {"\"outcome\":\"fail\"", "\"outcome\":1", "$.verdict.outcome: a text"},
        {"\"verdict\":{", "\"verdict\":3,\"rest\":{", "$.verdict: an object is needed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf line = STRBUF_INIT, text = STRBUF_INIT;
        entry_line(&line, "anna", "05_udp_echo", 1, "a1", 3);
        const char *found = strstr(line.data, cases[i].from);
        assert_non_null(found);
        strbuf_puts(&text, HEAD);
        strbuf_add(&text, line.data, (size_t)(found - line.data));
        strbuf_puts(&text, cases[i].to);
        strbuf_puts(&text, found + strlen(cases[i].from));
        refuses(text.data, cases[i].says);
        strbuf_free(&line);
        strbuf_free(&text);
    }
}

static void what_is_no_journal_is_refused(void **state)
{
    (void)state;
    refuses("hello\n", ".jsonl:1:1:");
    refuses("{\"refused\":\"x\",\"why\":\"y\"}\n", "this is no journal");
    refuses("{\"journal\":2,\"socklings\":\"9\",\"seed\":1}\n", "from a newer socklings");
    refuses("{\"journal\":\"1\",\"socklings\":\"9\",\"seed\":1}\n",
            "a number is needed, not a text");
    refuses("{\"journal\":1,\"socklings\":\"9\"}\n", "\"seed\" is missing");
    refuses("{\"journal\":1,\"socklings\":\"9\",\"seed\":0}\n", "$.seed");
    refuses("{\"journal\":1,\"socklings\":\"9\",\"seed\":\"12x\"}\n", "the digits of a seed");
    refuses("{\"journal\":1,\"socklings\":\"9\",\"seed\":\"99999999999999999999\"}\n",
            "the digits");
    static const char nul[] = "{\"journal\":1,\"socklings\":\"9\",\"seed\":\"1\0\"}\n";
    put_bytes(FILE_NAME, nul, sizeof nul - 1);
    assert_null(journal_read(at(FILE_NAME), &err));
    assert_has(err.text, "a NUL byte");
    put(FILE_NAME, "");
    assert_null(journal_read(at(FILE_NAME), &err));
    assert_has(err.text, "is empty");
    assert_int_equal(unlink(at(FILE_NAME)), 0);
    assert_null(journal_read(at("out"), &err));
    assert_has(err.text, "No such file");
    assert_int_equal(mkfifo(at(FILE_NAME), 0600), 0);
    assert_null(journal_read(at("out"), &err));
    assert_has(err.text, "not a regular file");
    assert_null(journal_open(at("out"), 0, "0.1.0", &err));
    assert_has(err.text, "not a regular file");
}

static void a_line_that_could_not_be_read_again_is_not_written(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "\n",
        "{\"refused\":\"x\",\"why\":\"y\"}",
        "{\"refused\":\"x\",\"why\":\"y\"\n}\n",
        "{}\n",
        "{\"refused\":\"x\",\"why\":\"y\"}\n{\"refused\":\"x\",\"why\":\"y\"}\n"};
    struct journal *j = opened(7);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct strbuf line = STRBUF_INIT;
        strbuf_puts(&line, lines[i]);
        assert_int_equal(journal_add(j, &line, &err), -1);
        strbuf_free(&line);
    }
    struct strbuf huge = STRBUF_INIT;
    entry_line(&huge, "anna", "05_udp_echo", 1, "a", JOURNAL_LINE_MOST);
    assert_int_equal(journal_add(j, &huge, &err), -1);
    assert_has(err.text, "more than the");
    strbuf_free(&huge);
    assert_contents(FILE_NAME, HEAD);
    journal_close(j);
    j = journal_read(at("out"), &err);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a"), -1);
    assert_has(err.text, "only to be read");
    journal_close(j);
}

static void lines_of_megabytes_are_taken(void **state)
{
    (void)state;
    struct journal *j = opened(0);
    struct strbuf line = STRBUF_INIT;
    for (unsigned i = 1; i <= 3; i++) {
        strbuf_cut(&line, 0);
        entry_line(&line, "anna", "05_udp_echo", i, "k", i * 3000001);
        assert_int_equal(journal_add(j, &line, &err), 0);
    }
    strbuf_free(&line);
    journal_close(j);
    j = opened(0);
    assert_int_equal(journal_count(j), 3);
    struct json_doc *doc = journal_document(j, journal_at(j, 2), &err);
    assert_non_null(doc);
    json_free(doc);
    journal_close(j);
    /* One that is too long is no torn line: nothing of it is cut off. */
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, HEAD);
    strbuf_pad(&text, ' ', JOURNAL_LINE_MOST + 10);
    put_bytes(FILE_NAME, text.data, text.len);
    assert_null(journal_open(at("out"), 0, "0.1.0", &err));
    assert_has(err.text, ".jsonl:2: a line of more than");
    strbuf_free(&text);
}

static void a_line_that_was_put_counts_when_it_is_synced(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    struct strbuf line = STRBUF_INIT;
    entry_line(&line, "anna", "05_udp_echo", 1, "a1", 1);
    assert_int_equal(journal_put(j, &line, &err), 0);
    assert_null(journal_find(j, "anna", "05_udp_echo", 1));
    strbuf_cut(&line, 0);
    refused_line(&line, "zip");
    assert_int_equal(journal_put(j, &line, &err), 0);
    assert_int_equal(journal_refusals(j), 0);
    assert_int_equal(journal_sync(j, &err), 0);
    assert_int_equal(journal_sync(j, &err), 0);
    assert_non_null(journal_find(j, "anna", "05_udp_echo", 1));
    assert_int_equal(journal_refusals(j), 1);
    /* What was never synced is not left behind. */
    char *before = contents(FILE_NAME);
    assert_int_equal(journal_put(j, &line, &err), 0);
    journal_close(j);
    assert_contents(FILE_NAME, before);
    free(before);
    strbuf_free(&line);
}

static void refusals_of_former_runs_are_forgotten(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    struct strbuf line = STRBUF_INIT;
    refused_line(&line, "one.zip");
    assert_int_equal(journal_forget_refusals(j, &err), 0);
    assert_contents(FILE_NAME, HEAD); /* nothing to forget, nothing written */
    assert_int_equal(journal_add(j, &line, &err), 0);
    assert_int_equal(journal_forget_refusals(j, &err), 0);
    assert_int_equal(journal_refusals(j), 0);
    strbuf_cut(&line, 0);
    refused_line(&line, "two.zip");
    assert_int_equal(journal_add(j, &line, &err), 0);
    strbuf_free(&line);
    journal_close(j);
    j = opened(7);
    assert_int_equal(journal_refusals(j), 1);
    assert_string_equal(journal_refusal(j, 0)->submission, "two.zip");
    assert_null(journal_refusal(j, 0)->student);
    journal_close(j);
}

/* --- two graders --- */

static int second_grader(void)
{
    struct journal *j = journal_open(at("out"), 0, "0.1.0", &err);
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld ", (long)getppid());
    if (j != NULL)
        return 1;
    if (strstr(err.text, pid) == NULL || strstr(err.text, "--out") == NULL)
        return 2;
    j = journal_read(at("out"), &err); /* a report may still be made */
    if (j == NULL)
        return 3;
    journal_close(j);
    return 0;
}

static void a_second_grader_is_told_who_has_the_folder(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    in_child(NULL, second_grader, "");
    journal_close(j);
    j = opened(7);
    journal_close(j);
}

static void the_lock_goes_with_its_process_though_a_worker_lives_on(void **state)
{
    (void)state;
    int ready[2], hold[2];
    char byte = 0;
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    pid_t grader = fork();
    assert_true(grader >= 0);
    if (grader == 0) {
        close(hold[1]);
        if (journal_open(at("out"), 7, "0.1.0", &err) == NULL)
            _exit(1);
        if (fork() == 0) { /* a worker, with all that it inherits, until the test lets it go */
            _exit(write(ready[1], "r", 1) == 1 && read(hold[0], &byte, 1) == 0 ? 0 : 1);
        }
        pause();
    }
    close(hold[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_null(journal_open(at("out"), 7, "0.1.0", &err));
    kill(grader, SIGKILL);
    assert_int_equal(waitpid(grader, NULL, 0), grader);
    struct journal *j = opened(7);
    journal_close(j);
    close(hold[1]);
    close(ready[0]);
    close(ready[1]);
}

/* --- trouble with the disk --- */

static int small_disk(void)
{
    return on_small_disk("size=64k");
}

static int until_it_is_full(void)
{
    struct strbuf line = STRBUF_INIT;
    struct journal *j = journal_open(at("out"), 7, "0.1.0", &err);
    if (j == NULL)
        return 1;
    size_t added = 0;
    for (;; added++) {
        strbuf_cut(&line, 0);
        entry_line(&line, "anna", "05_udp_echo", (unsigned)added + 1, "k", 3000);
        if (journal_add(j, &line, &err) != 0)
            break;
        if (added > 100)
            return 2;
    }
    if (added < 5 || strstr(err.text, "No space left") == NULL ||
        strstr(err.text, "run the same again") == NULL)
        return 3;
    if (journal_count(j) != added)
        return 4;
    strbuf_cut(&line, 0); /* a smaller one still fits: nothing of the torn one is left */
    entry_line(&line, "ben", "05_udp_echo", 1, "k", 10);
    if (journal_add(j, &line, &err) != 0)
        return 5;
    strbuf_free(&line);
    journal_close(j);
    j = journal_open(at("out"), 7, "0.1.0", &err);
    if (j == NULL || journal_count(j) != added + 1)
        return 6;
    journal_close(j);
    return 0;
}

static void on_a_full_disk_the_journal_keeps_what_it_had(void **state)
{
    (void)state;
    in_child(small_disk, until_it_is_full, "user namespaces");
}

static int without_permission(void)
{
    struct journal *j = journal_open(at("out"), 7, "0.1.0", &err);
    return j == NULL && strstr(err.text, "Permission denied") != NULL ? 0 : 1;
}

static void a_folder_that_may_not_be_written_is_told(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("out"), 0555), 0);
    in_child(be_ordinary, without_permission, "a change of user");
}

static void a_journal_that_somebody_changes_meanwhile_is_left_alone(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    FILE *f = fopen(at(FILE_NAME), "ae");
    fputs("# mine\n", f);
    fclose(f);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a"), -1);
    assert_has(err.text, "changed by somebody else");
    journal_close(j);
    assert_contents(FILE_NAME, HEAD "# mine\n");
    put(FILE_NAME, HEAD);
    j = opened(7);
    assert_int_equal(unlink(at(FILE_NAME)), 0);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a"), -1);
    assert_has(err.text, "was removed");
    journal_close(j);
    assert_false(file_exists(at(FILE_NAME)));
}

static void a_writer_killed_at_any_moment_loses_nothing_it_told(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        int told[2];
        assert_int_equal(pipe2(told, O_CLOEXEC), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct journal *j = journal_open(at("out"), 7, "0.1.0", NULL);
            for (unsigned i = (unsigned)journal_count(j) + 1;; i++) {
                if (add(j, "anna", "05_udp_echo", i, "k") != 0 ||
                    write(told[1], &i, sizeof i) != sizeof i)
                    _exit(1);
            }
        }
        unsigned last = 0;
        for (int lines = 0; lines <= round % 5; lines++)
            assert_int_equal(read(told[0], &last, sizeof last), sizeof last);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close(told[1]);
        for (unsigned one; read(told[0], &one, sizeof one) == sizeof one;)
            last = one;
        close(told[0]);
        struct journal *j = opened(7);
        assert_true(journal_count(j) >= last);
        assert_non_null(journal_find(j, "anna", "05_udp_echo", last));
        journal_close(j);
    }
}

static void a_newer_socklings_goes_on_and_each_line_knows_its_own(void **state)
{
    (void)state;
    struct journal *j = opened(7);
    assert_int_equal(add(j, "anna", "05_udp_echo", 1, "a"), 0);
    journal_close(j);
    j = journal_open(at("out"), 0, "0.2.0", &err);
    assert_non_null(j);
    assert_int_equal(add(j, "ben", "05_udp_echo", 1, "b"), 0);
    journal_close(j);
    j = journal_read(at("out"), &err);
    assert_non_null(j);
    assert_string_equal(journal_at(j, 0)->version, "0.1.0");
    assert_string_equal(journal_at(j, 1)->version, "0.2.0");
    assert_string_equal(journal_version(j), "0.2.0");
    assert_int_equal(journal_seed(j), 7);
    journal_close(j);
}

static void fifty_thousand_lines_are_loaded_and_sorted(void **state)
{
    (void)state;
    enum { LINES = 50000 };
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, HEAD);
    for (unsigned i = 0; i < LINES; i++) {
        char student[16];
        snprintf(student, sizeof student, "s%05u", i * 7919 % LINES);
        entry_line(&text, student, "05_udp_echo", 1, "k", 400);
    }
    assert_int_equal(mkdir(at("out"), 0755), 0);
    put_bytes(FILE_NAME, text.data, text.len);
    strbuf_free(&text);
    struct journal *j = opened(0);
    assert_int_equal(journal_count(j), LINES);
    for (unsigned i = 0; i < LINES; i++) {
        char student[16];
        snprintf(student, sizeof student, "s%05u", i);
        assert_string_equal(journal_at(j, i)->student, student);
        assert_ptr_equal(journal_find(j, student, "05_udp_echo", 1), journal_at(j, i));
    }
    journal_close(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(what_was_added_is_found_in_the_next_run),
        in_folder(the_verdict_of_a_line_is_read_when_it_is_asked_for),
        in_folder(a_later_line_takes_the_place_of_an_earlier_one),
        in_folder(a_new_journal_draws_a_seed_and_keeps_it),
        in_folder(a_torn_last_line_is_cut_off_and_its_work_is_done_again),
        in_folder(other_damage_names_the_line_and_nothing_is_overwritten),
        in_folder(the_fields_of_a_line_are_held_to_their_types),
        in_folder(what_is_no_journal_is_refused),
        in_folder(a_line_that_could_not_be_read_again_is_not_written),
        in_folder(lines_of_megabytes_are_taken),
        in_folder(a_line_that_was_put_counts_when_it_is_synced),
        in_folder(refusals_of_former_runs_are_forgotten),
        in_folder(a_second_grader_is_told_who_has_the_folder),
        in_folder(the_lock_goes_with_its_process_though_a_worker_lives_on),
        in_folder(on_a_full_disk_the_journal_keeps_what_it_had),
        in_folder(a_folder_that_may_not_be_written_is_told),
        in_folder(a_journal_that_somebody_changes_meanwhile_is_left_alone),
        in_folder(a_writer_killed_at_any_moment_loses_nothing_it_told),
        in_folder(a_newer_socklings_goes_on_and_each_line_knows_its_own),
        in_folder(fifty_thousand_lines_are_loaded_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
