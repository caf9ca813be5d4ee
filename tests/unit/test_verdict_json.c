/* report/verdict_json: the document that scripts and graders read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "report/verdict_json.h"

static char *evidence[] = {"tcp_server.c:41  recv(4, 512 bytes) = 0", "again, 2000 times"};
static char *worked[] = {"ann connected"};
static uint64_t events[] = {7, 9};
static struct diagnosis mistake = {.id = "eof-ignored",
                                   .certainty = CERTAINTY_FACT,
                                   .message = "recv() returned 0",
                                   .question = "What does 0 mean?",
                                   .file = "tcp_server.c",
                                   .line = 41,
                                   .lesson = "10_tcp_server#recv-zero",
                                   .events = events,
                                   .nevents = 2};
static struct step_result steps[] = {
    {.id = "socket", .title = "A socket", .status = STEP_PASS, .points = 1},
    {.id = "eof",
     .title = "The end",
     .status = STEP_FAIL,
     .points = 2,
     .stage = STAGE_CLOSE,
     .trying = "ann hangs up",
     .message = "it spins",
     .because = "0 is the end",
     .diff = "expected\nreceived\n",
     .details = "==1==ERROR",
     .evidence = evidence,
     .nevidence = 2,
     .worked = worked,
     .nworked = 1,
     .diagnosis = &mistake,
     .question = "What does 0 mean?",
     .lesson = "10_tcp_server#recv-zero"},
    {.id = "many", .title = "Many", .status = STEP_NOT_REACHED, .points = 7},
};
static const struct verdict whole = {.lab = "10_tcp_server",
                                     .outcome = OUTCOME_LIMIT,
                                     .tier = 'A',
                                     .seed = 4711,
                                     .points = 1,
                                     .max_points = 10,
                                     .ms_build = 70,
                                     .ms_scene = 21.25,
                                     .ms_total = 93.0004,
                                     .limit = "calls",
                                     .error = "an error",
                                     .warnings = "a warning",
                                     .reproduce = "socklings check 10 --seed 4711",
                                     .steps = steps,
                                     .nsteps = 3};

static cJSON *document(const struct verdict *v)
{
    struct strbuf out = STRBUF_INIT;
    verdict_json(v, &out);
    assert_true(utf8_valid(out.data, out.len));
    assert_null(memchr(out.data, 0, out.len));
    assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
    cJSON *root = cJSON_Parse(out.data);
    assert_non_null(root);
    strbuf_free(&out);
    return root;
}

static void every_field_is_there_under_its_name(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    verdict_json(&whole, &out);
    assert_string_equal(
        out.data,
        "{\"version\":1,\"lab\":\"10_tcp_server\",\"outcome\":\"limit\",\"limit\":\"calls\","
        "\"error\":\"an error\",\"tier\":\"A\",\"seed\":4711,\"points\":1,\"max_points\":10,"
        "\"ms\":{\"build\":70,\"scene\":21.250,\"total\":93},\"warnings\":\"a warning\","
        "\"reproduce\":\"socklings check 10 --seed 4711\",\"steps\":["
        "{\"id\":\"socket\",\"title\":\"A socket\",\"status\":\"pass\",\"points\":1},"
        "{\"id\":\"eof\",\"title\":\"The end\",\"status\":\"fail\",\"points\":2,"
        "\"stage\":\"close\",\"trying\":\"ann hangs up\",\"message\":\"it spins\","
        "\"because\":\"0 is the end\",\"diff\":\"expected\\nreceived\\n\","
        "\"details\":\"==1==ERROR\","
        "\"evidence\":[\"tcp_server.c:41  recv(4, 512 bytes) = 0\",\"again, 2000 times\"],"
        "\"worked\":[\"ann connected\"],"
        "\"diagnosis\":{\"id\":\"eof-ignored\",\"certainty\":\"fact\","
        "\"message\":\"recv() returned 0\",\"question\":\"What does 0 mean?\","
        "\"file\":\"tcp_server.c\",\"line\":41,\"lesson\":\"10_tcp_server#recv-zero\","
        "\"events\":[7,9]},\"question\":\"What does 0 mean?\","
        "\"lesson\":\"10_tcp_server#recv-zero\"},"
        "{\"id\":\"many\",\"title\":\"Many\",\"status\":\"not-reached\",\"points\":7}]}\n");
    strbuf_free(&out);
    cJSON_Delete(document(&whole));
}

static void read_again(const struct verdict *v)
{
    struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
    struct error err;
    struct verdict read;
    verdict_json(v, &first);
    struct json_doc *doc = json_parse(first.data, first.len, "v.json", &err);
    if (doc == NULL)
        fail_msg("%s", err.text);
    struct json root = json_root(doc);
    if (verdict_read(&root, &read, &err) != 0)
        fail_msg("%s", err.text);
    verdict_json(&read, &second);
    assert_string_equal(second.data, first.data);
    verdict_free(&read);
    json_free(doc);
    strbuf_free(&first);
    strbuf_free(&second);
}

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    const struct verdict empty = {.outcome = OUTCOME_INTERNAL_ERROR};
    struct diagnosis hint = {.id = "backlog", .certainty = CERTAINTY_HINT};
    struct step_result step = {.id = "x", .title = "\"\xe2\x80\xae\n", .status = STEP_FAIL};
    struct verdict v = {.lab = "x", .seed = UINT64_MAX, .steps = &step, .nsteps = 1};
    read_again(&whole);
    read_again(&empty);
    for (int i = OUTCOME_PASS; i <= OUTCOME_INTERNAL_ERROR; i++) {
        v.outcome = (enum outcome)i;
        read_again(&v);
    }
    step.diagnosis = &hint;
    for (int i = STAGE_NONE; i <= STAGE_MEMORY; i++) {
        step.stage = (enum stage)i;
        read_again(&v);
    }
}

static void an_empty_verdict_is_a_document_too(void **state)
{
    (void)state;
    const struct verdict empty = {.outcome = OUTCOME_INTERNAL_ERROR};
    struct strbuf out = STRBUF_INIT;
    verdict_json(&empty, &out);
    assert_string_equal(out.data, "{\"version\":1,\"outcome\":\"internal-error\",\"seed\":0,"
                                  "\"points\":0,\"max_points\":0,"
                                  "\"ms\":{\"build\":0,\"scene\":0,\"total\":0},\"steps\":[]}\n");
    strbuf_free(&out);
}

static void outcomes_and_states_have_the_names_of_the_document(void **state)
{
    (void)state;
    static const char *const names[] = {"pass",  "fail",        "crash",         "stall",
                                        "limit", "build-error", "internal-error"};
    for (int i = OUTCOME_PASS; i <= OUTCOME_INTERNAL_ERROR; i++) {
        struct verdict v = {.outcome = (enum outcome)i};
        cJSON *root = document(&v);
        assert_string_equal(cJSON_GetObjectItem(root, "outcome")->valuestring, names[i]);
        cJSON_Delete(root);
    }
    static const char *const stages[] = {NULL,   "build", "start",     "exchange",
                                         "wire", "close", "leftovers", "memory"};
    for (int i = STAGE_NONE; i <= STAGE_MEMORY; i++) {
        struct step_result step = {.status = STEP_FAIL, .stage = (enum stage)i};
        struct verdict v = {.steps = &step, .nsteps = 1};
        cJSON *root = document(&v);
        cJSON *stage = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "steps")->child, "stage");
        if (stages[i] == NULL)
            assert_null(stage);
        else
            assert_string_equal(stage->valuestring, stages[i]);
        cJSON_Delete(root);
    }
}

static void a_hint_is_a_hint(void **state)
{
    (void)state;
    struct diagnosis hint = {.id = "backlog", .certainty = CERTAINTY_HINT};
    struct step_result step = {.status = STEP_FAIL, .diagnosis = &hint};
    struct verdict v = {.steps = &step, .nsteps = 1};
    cJSON *root = document(&v);
    cJSON *d = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "steps")->child, "diagnosis");
    assert_string_equal(cJSON_GetObjectItem(d, "certainty")->valuestring, "hint");
    assert_null(cJSON_GetObjectItem(d, "line"));
    assert_null(cJSON_GetObjectItem(d, "file"));
    cJSON_Delete(root);
}

static void hostile_texts_stay_inside_their_strings(void **state)
{
    (void)state;
    static const char hostile[] = "\"},{\"outcome\":\"pass\"}\n\033[2J\x01\xff\xc2\x9b\x7f\\";
    struct step_result step = {.id = "x", .status = STEP_FAIL, .message = (char *)hostile};
    struct verdict v = {.lab = "x", .outcome = OUTCOME_FAIL, .steps = &step, .nsteps = 1};
    struct strbuf out = STRBUF_INIT;
    verdict_json(&v, &out);
    assert_null(strchr(out.data, '\033'));
    assert_null(strstr(out.data, "\xc2\x9b"));
    strbuf_free(&out);
    cJSON *root = document(&v);
    assert_string_equal(cJSON_GetObjectItem(root, "outcome")->valuestring, "fail");
    cJSON *message = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "steps")->child, "message");
    assert_string_equal(message->valuestring,
                        "\"},{\"outcome\":\"pass\"}\n\033[2J\x01\xef\xbf\xbd\xc2\x9b\x7f\\");
    cJSON_Delete(root);
}

static void odd_numbers_are_written_so_that_nobody_rounds_them(void **state)
{
    (void)state;
    struct verdict v = {
        .seed = UINT64_MAX, .ms_build = -1, .ms_scene = 1.0 / 0.0, .ms_total = 0.0006};
    cJSON *root = document(&v);
    assert_string_equal(cJSON_GetObjectItem(root, "seed")->valuestring, "18446744073709551615");
    cJSON *ms = cJSON_GetObjectItem(root, "ms");
    assert_true(cJSON_GetObjectItem(ms, "build")->valuedouble == 0);
    assert_true(cJSON_GetObjectItem(ms, "scene")->valuedouble == 0);
    assert_true(cJSON_GetObjectItem(ms, "total")->valuedouble == 0.001);
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_there_under_its_name),
        cmocka_unit_test(what_was_written_is_read_again),
        cmocka_unit_test(an_empty_verdict_is_a_document_too),
        cmocka_unit_test(outcomes_and_states_have_the_names_of_the_document),
        cmocka_unit_test(a_hint_is_a_hint),
        cmocka_unit_test(hostile_texts_stay_inside_their_strings),
        cmocka_unit_test(odd_numbers_are_written_so_that_nobody_rounds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
