/* report: recordings drawn as text, SVG and HTML, against what they looked like when a person last
 * found them good. SOCKLINGS_UPDATE=1 writes what they look like now; look at it before you keep
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expected.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "report/trace_html.h"
#include "report/trace_svg.h"
#include "report/trace_text.h"
#include "timeline/file.h"

static const char folder[] = "tests/report";

struct drawn {
    struct timeline tl;
    struct picture picture;
};

static void draw(struct drawn *d, const char *name, const struct picture_options *options)
{
    struct error err;
    char *path = mem_format("%s/recordings/%s.jsonl", folder, name);
    timeline_init(&d->tl);
    if (timeline_load(&d->tl, path, &err) < 0)
        fail_msg("%s", err.text);
    picture_build(&d->picture, &d->tl, options);
    free(path);
}

static void undraw(struct drawn *d)
{
    picture_free(&d->picture);
    timeline_free(&d->tl);
}

static void compare(const char *name, const char *suffix, const struct strbuf *now)
{
    char *path = mem_format("%s/expected/%s%s", folder, name, suffix);
    expected(path, now);
    free(path);
}

static void check_all(const char *name, const uint64_t *evidence, size_t count)
{
    static const struct {
        const char *suffix;
        struct look look;
        unsigned layers;
    } forms[] = {{".80.txt", {.utf8 = true, .width = 80}, 0},
                 {".40.txt", {.utf8 = true, .width = 40}, 0},
                 {".120.txt", {.utf8 = true, .width = 120}, PICTURE_ALL | PICTURE_BYTES},
                 {".ascii.txt", {.utf8 = false, .width = 80}, 0}};
    struct strbuf out = STRBUF_INIT;
    struct drawn d;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        draw(&d, name,
             &(struct picture_options){
                 .layers = forms[i].layers, .evidence = evidence, .nevidence = count});
        strbuf_cut(&out, 0);
        trace_text(&d.picture, &forms[i].look, &out);
        compare(name, forms[i].suffix, &out);
        undraw(&d);
    }
    draw(&d, name, &(struct picture_options){.evidence = evidence, .nevidence = count});
    strbuf_cut(&out, 0);
    trace_svg(&d.picture, &out);
    compare(name, ".svg", &out);
    undraw(&d);
    strbuf_free(&out);
}

static void a_handshake_an_echo_and_a_teardown(void **state)
{
    (void)state;
    check_all("tcp_echo", NULL, 0);
}

static void a_forgotten_htons_ends_at_nobody(void **state)
{
    (void)state;
    check_all("htons", (const uint64_t[]){5, 8, 12}, 3);
}

static void datagrams_and_a_port_that_is_unreachable(void **state)
{
    (void)state;
    check_all("udp_echo", NULL, 0);
}

static void lost_late_and_repeated_segments(void **state)
{
    (void)state;
    check_all("lossy", NULL, 0);
}

static void a_thousand_rounds_are_folded(void **state)
{
    (void)state;
    check_all("eof_ignored", NULL, 0);
}

static void a_lost_segment_ends_halfway_and_names_the_rule(void **state)
{
    (void)state;
    check_all("hosts_lost_syn", NULL, 0);
}

static void a_broadcast_reaches_every_host(void **state)
{
    (void)state;
    check_all("hosts_who", (const uint64_t[]){20}, 1);
}

static void what_is_late_or_held_leaves_and_arrives(void **state)
{
    (void)state;
    check_all("hosts_late", NULL, 0);
}

static void hostile_bytes_stay_text(void **state)
{
    (void)state;
    check_all("hostile", NULL, 0);
}

static void a_page_is_what_it_was(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    struct drawn d;
    draw(&d, "htons", &(struct picture_options){.evidence = (const uint64_t[]){5}, .nevidence = 1});
    trace_html(&d.picture, &out);
    compare("htons", ".html", &out);
    undraw(&d);
    strbuf_free(&out);
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static void nothing_in_a_page_can_be_code_but_its_own(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    struct drawn d;
    draw(&d, "hostile", &(struct picture_options){.layers = PICTURE_ALL | PICTURE_BYTES});
    trace_html(&d.picture, &out);
    assert_int_equal(occurrences(out.data, "<script"), 2);
    assert_int_equal(occurrences(out.data, "</script>"), 2);
    assert_int_equal(occurrences(out.data, "<img"), 0);
    assert_int_equal(occurrences(out.data, "<style>"), 1);
    assert_int_equal(occurrences(out.data, "</title>"), 1);
    assert_int_equal(occurrences(out.data, "http"), 3); /* two namespaces, http-equiv */
    assert_int_equal(occurrences(out.data, "\033"), 0);
    assert_int_equal(utf8_valid(out.data, out.len), 1);
    strbuf_cut(&out, 0);
    trace_svg(&d.picture, &out);
    assert_int_equal(occurrences(out.data, "<script"), 0);
    assert_int_equal(occurrences(out.data, "<img"), 0);
    undraw(&d);
    strbuf_free(&out);
}

static void no_width_makes_a_line_too_long(void **state)
{
    (void)state;
    static const char *const names[] = {"tcp_echo", "htons",          "udp_echo",  "lossy",
                                        "hostile",  "hosts_lost_syn", "hosts_who", "hosts_late"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int width = LOOK_WIDTH_MIN; width <= 150; width++) {
            struct strbuf out = STRBUF_INIT;
            struct drawn d;
            draw(&d, names[i], &(struct picture_options){.layers = PICTURE_ALL | PICTURE_BYTES});
            trace_text(&d.picture, &(struct look){.utf8 = width % 2 == 0, .width = width}, &out);
            for (const char *at = out.data; *at != '\0';) {
                size_t n = strcspn(at, "\n");
                if (utf8_columns(at, n) > (size_t)width)
                    fail_msg("%s at %d columns: %.*s", names[i], width, (int)n, at);
                at += n + 1;
            }
            undraw(&d);
            strbuf_free(&out);
        }
}

static void a_long_recording_stays_a_picture(void **state)
{
    (void)state;
    static const char *const calls[] = {"recvfrom", "sendto", "accept", "shutdown", "poll"};
    struct timeline tl;
    unsigned random = 1;
    timeline_init(&tl);
    timeline_append(&tl, EVENT_SCENE, 0);
    for (int i = 0; i < 100000; i++) {
        struct event *ev = timeline_append(&tl, EVENT_CALL, i * 1000);
        random = random * 1103515245 + 12345;
        ev->program = "server";
        ev->pid = ev->tid = 2;
        ev->call.name = calls[random >> 16 & 3];
        ev->call.line = (int)(random >> 20 & 63);
        ev->call.file = "server.c";
        ev->call.returned = true;
    }
    struct picture p;
    picture_build(&p, &tl,
                  &(struct picture_options){.evidence = (const uint64_t[]){50000}, .nevidence = 1});
    assert_true(p.nrows <= PICTURE_ROWS + 8);
    unsigned marked = 0, cuts = 0;
    for (size_t i = 0; i < p.nrows; i++) {
        marked += p.rows[i].evidence;
        cuts += p.rows[i].kind == PICTURE_CUT;
    }
    assert_int_equal(marked, 1);
    assert_int_equal(cuts, 2);
    picture_free(&p);
    timeline_free(&tl);
}

static void an_empty_recording_is_a_picture_too(void **state)
{
    (void)state;
    struct timeline tl;
    struct picture p;
    struct strbuf out = STRBUF_INIT;
    timeline_init(&tl);
    picture_build(&p, &tl, &(struct picture_options){0});
    trace_text(&p, &(struct look){.width = 80}, &out);
    trace_svg(&p, &out);
    trace_html(&p, &out);
    assert_non_null(strstr(out.data, "There are no packets in this recording."));
    strbuf_free(&out);
    picture_free(&p);
    timeline_free(&tl);
}

static void a_call_that_waits_long_and_in_vain_stands_on_both_sides_of_the_pause(void **state)
{
    (void)state;
    static const struct arg fd = {.name = "fd", .has_value = true, .value = 3};
    struct timeline tl;
    struct picture p;
    struct strbuf out = STRBUF_INIT;
    timeline_init(&tl);
    timeline_append(&tl, EVENT_SCENE, 0);
    struct event *ev = timeline_append(&tl, EVENT_CALL, 1000);
    ev->program = "client";
    ev->pid = ev->tid = 2;
    ev->call = (struct call_event){.name = "recvfrom",
                                   .args = &fd,
                                   .nargs = 1,
                                   .returned = true,
                                   .result = -1,
                                   .error = "EAGAIN",
                                   .blocked_ns = 1200000000};
    ev = timeline_append(&tl, EVENT_EXIT, 1200010000);
    ev->program = "client";
    ev->pid = ev->tid = 2;
    ev->exit.main = true;
    timeline_append(&tl, EVENT_END, 1200020000)->end.why = "complete";
    picture_build(&p, &tl, &(struct picture_options){0});
    trace_text(&p, &(struct look){.width = 80, .utf8 = true}, &out);
    const char *enters = strstr(out.data, "recv(3) …"), *passes = strstr(out.data, "1.2 s pass");
    const char *returns = strstr(out.data, "= -1 EAGAIN");
    assert_non_null(enters);
    assert_non_null(passes);
    assert_non_null(returns);
    assert_true(enters < passes && passes < returns);
    strbuf_free(&out);
    picture_free(&p);
    timeline_free(&tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_an_echo_and_a_teardown),
        cmocka_unit_test(a_forgotten_htons_ends_at_nobody),
        cmocka_unit_test(datagrams_and_a_port_that_is_unreachable),
        cmocka_unit_test(lost_late_and_repeated_segments),
        cmocka_unit_test(a_thousand_rounds_are_folded),
        cmocka_unit_test(a_lost_segment_ends_halfway_and_names_the_rule),
        cmocka_unit_test(a_broadcast_reaches_every_host),
        cmocka_unit_test(what_is_late_or_held_leaves_and_arrives),
        cmocka_unit_test(hostile_bytes_stay_text),
        cmocka_unit_test(a_page_is_what_it_was),
        cmocka_unit_test(nothing_in_a_page_can_be_code_but_its_own),
        cmocka_unit_test(no_width_makes_a_line_too_long),
        cmocka_unit_test(a_long_recording_stays_a_picture),
        cmocka_unit_test(an_empty_recording_is_a_picture_too),
        cmocka_unit_test(a_call_that_waits_long_and_in_vain_stands_on_both_sides_of_the_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
