/* gradebook/class_feedback: what a student reads about one lab, as text and as a page. */
#include "class_help.h"

#include "base/utf8.h"
#include "timeline/file.h"

static char *evidence[] = {"tcp_client.c:38  connect(3, 127.0.0.1(55326)) = -1 ECONNREFUSED",
                           "127.0.0.1(55326) answered with RST"};
static char *worked[] = {"the server of the check listens on 7890", "client was started"};
static uint64_t events[] = {5, 8, 12};
static struct diagnosis mistake = {.id = "port-no-htons-connect",
                                   .certainty = CERTAINTY_FACT,
                                   .message = "tcp_client.c:38 connect() went to port 55326, which "
                                              "is 7890 with its two bytes swapped.",
                                   .file = "tcp_client.c",
                                   .line = 38,
                                   .events = events,
                                   .nevents = 3};

/* Steps 1 and 2 pass, 3 fails, 4 and the two hidden ones are not reached. */
static void make_steps(struct step_result steps[6])
{
    struct step_result made[6] = {
        {.id = "socket", .title = "A socket", .status = STEP_PASS, .points = 1},
        {.id = "usage", .title = "Wrong arguments", .status = STEP_PASS, .points = 1},
        {.id = "connect",
         .title = "Reach the server",
         .status = STEP_FAIL,
         .points = 2,
         .stage = STAGE_EXCHANGE,
         .trying = "the server waits on port 7890",
         .message = "A connection to port 7890 was expected, and none came.",
         .because = "A port travels in network byte order.",
         .diff = "expected 6 bytes: \"hello\\n\"\n"
                 "received 5 bytes: \"hello\"\n"
                 "                        ^\n"
                 "the newline at the end is missing\n",
         .evidence = evidence,
         .nevidence = 2,
         .worked = worked,
         .nworked = 2,
         .diagnosis = &mistake,
         .question = "In which byte order does the kernel read sin_port?",
         .lesson = "09_tcp_client#port-no-htons-connect"},
        {.id = "echo", .title = "Send and receive", .status = STEP_NOT_REACHED, .points = 3},
        {.id = "h1", .title = CANARY " title", .status = STEP_NOT_REACHED, .points = 2},
        {.id = CANARY, .title = CANARY " two", .status = STEP_NOT_REACHED, .points = 1},
    };
    memcpy(steps, made, sizeof made);
}

static const bool hidden[6] = {false, false, false, false, true, true};

static struct verdict verdict_of(struct step_result *steps, unsigned count, enum outcome outcome)
{
    return (struct verdict){.lab = "09_tcp_client",
                            .outcome = outcome,
                            .tier = 'A',
                            .seed = 4711,
                            .points = 2,
                            .max_points = 10,
                            .reproduce = "socklings check 9 --seed 4711 --hidden /" CANARY,
                            .steps = steps,
                            .nsteps = count};
}

static struct class_feedback feedback_of(const struct verdict *v)
{
    return (struct class_feedback){.verdict = v,
                                   .hidden = hidden,
                                   .student = "anna",
                                   .name = "Anna Li",
                                   .lab_title = "A TCP client",
                                   .submission = "class.zip: anna/09_tcp_client",
                                   .attempt = 2,
                                   .repeats = 1};
}

static void both(const struct class_feedback *feedback, struct strbuf *text, struct strbuf *page)
{
    strbuf_cut(text, 0);
    strbuf_cut(page, 0);
    class_feedback_text(feedback, text);
    class_feedback_html(feedback, page);
}

static void a_failure_is_told_as_at_home_with_the_picture(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct step_result steps[6];
    struct timeline tl;
    struct error err;
    make_steps(steps);
    timeline_init(&tl);
    if (timeline_load(&tl, "tests/report/recordings/htons.jsonl", &err) < 0)
        fail_msg("%s", err.text);
    struct verdict v = verdict_of(steps, 6, OUTCOME_STALL);
    struct class_feedback feedback = feedback_of(&v);
    feedback.tl = &tl;
    both(&feedback, &text, &page);
    compare("class_feedback.txt", &text);
    compare("class_feedback.html", &page);
    keep("students/anna/09_tcp_client-2.html", &page);
    assert_has(&text, "socklings lesson 9 port-no-htons-connect");
    assert_has(&text, "socklings check 9 --seed 4711");
    assert_has(&text, "hidden step 2: not reached, 1 point");
    assert_true(times(&page, " ev\" data-i=") >= 2 * 3); /* in the wide and the narrow one */
    assert_has_not(&text, CANARY);
    assert_has_not(&page, CANARY);
    timeline_free(&tl);
    strbuf_free(&text);
    strbuf_free(&page);
}

static void nothing_of_a_hidden_step_comes_out(void **state)
{
    (void)state;
    static char *secret[] = {CANARY " evidence"};
    static struct diagnosis hint = {.id = "eof-ignored",
                                    .message = CANARY " diagnosis",
                                    .question = CANARY,
                                    .file = CANARY,
                                    .line = 3,
                                    .events = events,
                                    .nevents = 3};
    static const enum outcome outcomes[] = {OUTCOME_FAIL, OUTCOME_CRASH, OUTCOME_STALL,
                                            OUTCOME_LIMIT, OUTCOME_BUILD_ERROR};
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct timeline tl;
    struct error err;
    timeline_init(&tl);
    if (timeline_load(&tl, "tests/report/recordings/htons.jsonl", &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct step_result steps[6];
        make_steps(steps);
        steps[2] = (struct step_result){.title = "Reach the server", .status = STEP_PASS};
        steps[3].status = STEP_PASS;
        steps[4] = (struct step_result){.id = CANARY,
                                        .title = CANARY " title",
                                        .status = STEP_FAIL,
                                        .points = 2,
                                        .stage = STAGE_CLOSE,
                                        .trying = CANARY,
                                        .message = CANARY " message",
                                        .because = CANARY,
                                        .diff = CANARY,
                                        .details = CANARY,
                                        .evidence = secret,
                                        .nevidence = 1,
                                        .worked = secret,
                                        .nworked = 1,
                                        .diagnosis = &hint,
                                        .question = CANARY,
                                        .lesson = "09_tcp_client#" CANARY};
        struct verdict v = verdict_of(steps, 6, outcomes[i]);
        v.limit = CANARY;
        v.error = CANARY;
        v.reproduce = "socklings check --hidden " CANARY;
        struct class_feedback feedback = feedback_of(&v);
        feedback.tl = &tl;
        both(&feedback, &text, &page);
        assert_has_not(&text, CANARY);
        assert_has_not(&page, CANARY);
        assert_has_not(&page, "<svg");
        assert_has_not(&page, "eof-ignored");
        assert_has_not(&text, outcomes[i] == OUTCOME_FAIL ? "\x01" : "crash");
        assert_has(&text, "hidden step 1: not passed, 2 points");
        assert_has(&page, "hidden step 1: not passed, 2 points");
        assert_has(&text, "2 of 10");
        if (i == 0) {
            compare("class_feedback_hidden.txt", &text);
            keep("students/anna/hidden.html", &page);
        }
    }
    timeline_free(&tl);
    strbuf_free(&text);
    strbuf_free(&page);
}

/* When all pass, the last scene recorded is that of a hidden step. */
static void a_recording_that_may_be_of_a_hidden_step_is_not_drawn(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct step_result steps[6];
    struct timeline tl;
    struct error err;
    timeline_init(&tl);
    if (timeline_load(&tl, "tests/report/recordings/htons.jsonl", &err) < 0)
        fail_msg("%s", err.text);
    make_steps(steps);
    for (size_t i = 0; i < 6; i++)
        steps[i].status = STEP_PASS;
    struct verdict v = verdict_of(steps, 6, OUTCOME_PASS);
    struct class_feedback feedback = feedback_of(&v);
    feedback.tl = &tl;
    both(&feedback, &text, &page);
    assert_has_not(&page, "<svg");
    assert_has(&text, "All 6 steps pass.");
    feedback.hidden = (const bool[6]){false};
    both(&feedback, &text, &page);
    assert_int_equal(times(&page, "<svg"), 2);
    timeline_free(&tl);
    strbuf_free(&text);
    strbuf_free(&page);
}

static void an_internal_error_is_told_without_its_details_and_without_points(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct step_result steps[6];
    make_steps(steps);
    struct verdict v = verdict_of(steps, 6, OUTCOME_INTERNAL_ERROR);
    v.error = "cannot open /var/lib/" CANARY;
    struct class_feedback feedback = feedback_of(&v);
    both(&feedback, &text, &page);
    assert_has(&text, "no fault of your program");
    assert_has(&page, "no fault of your program");
    assert_has_not(&text, CANARY);
    assert_has_not(&page, CANARY);
    assert_has_not(&text, "Points:");
    assert_has_not(&page, "of 10 points");
    strbuf_free(&text);
    strbuf_free(&page);
}

static void a_verdict_that_changes_says_so_first(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct step_result steps[6];
    make_steps(steps);
    struct verdict v = verdict_of(steps, 6, OUTCOME_FAIL);
    struct class_feedback feedback = feedback_of(&v);
    feedback.repeats = 20;
    feedback.disagreed = 3;
    both(&feedback, &text, &page);
    assert_has(&text, "judged 20 times, and 3 of them");
    assert_true(strstr(text.data, "judged 20") < strstr(text.data, "A socket"));
    assert_has(&page, "judged 20 times, and 3 of them");
    strbuf_free(&text);
    strbuf_free(&page);
}

static void whatever_was_written_stays_text(void **state)
{
    (void)state;
    static const char *const bad[] = {SCRIPT, IMAGE, ENDS, RIGHT_TO_LEFT,
                                      BROKEN, EMOJI, "",   "\n\r"};
    struct strbuf text = STRBUF_INIT, page = STRBUF_INIT;
    struct timeline tl;
    struct error err;
    timeline_init(&tl);
    if (timeline_load(&tl, "tests/report/recordings/hostile.jsonl", &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *t = (char *)(uintptr_t)bad[i], *lines[] = {t, t};
        struct diagnosis d = {.id = "eof-ignored", .message = t, .file = t, .line = 1};
        struct step_result steps[] = {{.id = t,
                                       .title = t,
                                       .status = STEP_FAIL,
                                       .stage = STAGE_MEMORY,
                                       .trying = t,
                                       .message = t,
                                       .because = t,
                                       .diff = t,
                                       .details = t,
                                       .evidence = lines,
                                       .nevidence = 2,
                                       .worked = lines,
                                       .nworked = 2,
                                       .diagnosis = &d,
                                       .question = t,
                                       .lesson = t}};
        struct verdict v = verdict_of(steps, 1, OUTCOME_CRASH);
        v.error = v.warnings = v.reproduce = t;
        v.lab = t;
        struct class_feedback feedback = {.verdict = &v,
                                          .tl = &tl,
                                          .student = t,
                                          .name = t,
                                          .lab_title = t,
                                          .submission = t,
                                          .attempt = 1,
                                          .repeats = 1};
        both(&feedback, &text, &page);
        assert_true(utf8_valid(text.data, text.len));
        assert_true(utf8_valid(page.data, page.len));
        assert_has_not(&text, "\033");
        assert_has_not(&text, "\xe2\x80\xae");
        assert_has_not(&page, "\xe2\x80\xae");
        assert_has_not(&page, "\xe2\x81\xa6");
        assert_has_not(&page, "<script");
        assert_has_not(&page, "<img");
        assert_has_not(&page, "<svg onload");
        assert_int_equal(times(&page, "</style>"), 1);
        for (const char *line = text.data; *line != '\0'; line += strcspn(line, "\n") + 1)
            assert_true(utf8_columns(line, strcspn(line, "\n")) <= 80);
        char *name = mem_format("students/hostile/%zu.html", i);
        keep(name, &page);
        free(name);
    }
    timeline_free(&tl);
    strbuf_free(&text);
    strbuf_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_as_at_home_with_the_picture),
        cmocka_unit_test(nothing_of_a_hidden_step_comes_out),
        cmocka_unit_test(a_recording_that_may_be_of_a_hidden_step_is_not_drawn),
        cmocka_unit_test(an_internal_error_is_told_without_its_details_and_without_points),
        cmocka_unit_test(a_verdict_that_changes_says_so_first),
        cmocka_unit_test(whatever_was_written_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
