/* timeline/timeline.c and call.c: the list of events, its strings, and how calls are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "timeline/timeline.h"

static void events_are_numbered_in_the_order_of_appending(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(timeline_append(&tl, EVENT_OUTPUT, (int64_t)i * 10)->n, i);
    assert_int_equal(tl.count, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(tl.events[i].n, i);
        assert_int_equal(tl.events[i].t, i * 10);
        assert_int_equal(tl.events[i].kind, EVENT_OUTPUT);
        assert_null(tl.events[i].program);
    }
    timeline_free(&tl);
    assert_int_equal(tl.count, 0);
}

static void time_never_goes_back(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    timeline_append(&tl, EVENT_SCENE, 0);
    timeline_append(&tl, EVENT_OUTPUT, 500);
    assert_int_equal(timeline_append(&tl, EVENT_OUTPUT, 300)->t, 500);
    assert_int_equal(timeline_append(&tl, EVENT_OUTPUT, 501)->t, 501);
    timeline_free(&tl);
}

static void equal_short_strings_are_one_pointer(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    char name[32];
    const char *first[3000];
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        first[i] = timeline_string(&tl, name);
    }
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        assert_ptr_equal(timeline_string(&tl, name), first[i]);
        assert_ptr_equal(timeline_format(&tl, "name %d", i), first[i]);
        assert_string_equal(first[i], name);
    }
    assert_ptr_not_equal(timeline_string(&tl, "name"), timeline_string(&tl, "name 1"));
    assert_null(timeline_string(&tl, NULL));
    assert_string_equal(timeline_string(&tl, ""), "");
    timeline_free(&tl);
}

static void long_strings_and_formats_keep_all_their_bytes(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    static char text[100001];
    memset(text, 'x', sizeof text - 1);
    const char *copy = timeline_string(&tl, text);
    assert_string_equal(copy, text);
    assert_string_equal(timeline_format(&tl, "%s", text), text);
    const char *small = timeline_string(&tl, "after a large block");
    assert_string_equal(small, "after a large block");
    timeline_free(&tl);
}

static void bytes_may_hold_zeros_and_may_be_none(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    struct bytes bytes = timeline_bytes(&tl, "AB\0CD", 5);
    assert_int_equal(bytes.len, 5);
    assert_memory_equal(bytes.data, "AB\0CD", 6);
    bytes = timeline_bytes(&tl, NULL, 0);
    assert_int_equal(bytes.len, 0);
    assert_string_equal(bytes.data, "");
    timeline_free(&tl);
}

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    for (size_t size = 0; size < 300; size++) {
        timeline_bytes(&tl, "x", 1);
        unsigned char *memory = timeline_memory(&tl, size);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xff, size);
    }
    timeline_free(&tl);
}

/* Display name of a call with at most one argument. */
static const char *shown(const char *name, const char *arg, bool has_value, int64_t value,
                         const char *text)
{
    struct arg args[] = {{.name = arg, .has_value = has_value, .value = value, .text = text}};
    struct call_event call = {.name = name, .args = args, .nargs = arg != NULL};
    return call_display_name(&call);
}

static void calls_are_shown_as_the_learner_wrote_them(void **state)
{
    (void)state;
    assert_string_equal(shown("recvfrom", NULL, false, 0, NULL), "recv");
    assert_string_equal(shown("recvfrom", "addr", true, 0, NULL), "recv");
    assert_string_equal(shown("recvfrom", "addr", false, 0, "NULL"), "recv");
    assert_string_equal(shown("recvfrom", "addr", true, 0x7ffe0000, NULL), "recvfrom");
    assert_string_equal(shown("recvfrom", "addr", false, 0, "127.0.0.1:7000"), "recvfrom");
    assert_string_equal(shown("recvfrom", "addrlen_in", true, 16, NULL), "recvfrom");
    assert_string_equal(shown("sendto", NULL, false, 0, NULL), "send");
    assert_string_equal(shown("sendto", "addr", false, 0, "127.0.0.1:7000"), "sendto");
    assert_string_equal(shown("accept4", NULL, false, 0, NULL), "accept");
    assert_string_equal(shown("pselect6", NULL, false, 0, NULL), "select");
    assert_string_equal(shown("ppoll", NULL, false, 0, NULL), "poll");
    assert_string_equal(shown("epoll_pwait", NULL, false, 0, NULL), "epoll_wait");
    assert_string_equal(shown("clone", NULL, false, 0, NULL), "fork");
    assert_string_equal(shown("clone3", "flags", true, 1, "CLONE_VM|CLONE_THREAD"),
                        "pthread_create");
    assert_string_equal(shown("read", NULL, false, 0, NULL), "read");
    assert_string_equal(shown("some_new_call", NULL, false, 0, NULL), "some_new_call");
}

static void arguments_are_found_by_name_with_a_fallback(void **state)
{
    (void)state;
    struct arg args[] = {{.name = "fd", .has_value = true, .value = 3},
                         {.name = "addr", .text = "127.0.0.1:7000"}};
    struct call_event call = {.name = "bind", .args = args, .nargs = 2, .returned = true};
    assert_int_equal(call_value(&call, "fd", -1), 3);
    assert_int_equal(call_value(&call, "port", -7), -7);
    assert_int_equal(call_value(&call, "addr", -7), -7);
    assert_string_equal(call_text(&call, "addr"), "127.0.0.1:7000");
    assert_string_equal(call_text(&call, "fd"), "");
    assert_string_equal(call_text(&call, "nothing"), "");
    assert_null(call_arg(&call, "nothing"));
    assert_true(call_succeeded(&call));
    call.returned = false;
    assert_false(call_succeeded(&call));
    call.returned = true;
    call.result = -1;
    call.error = "EADDRINUSE";
    assert_false(call_succeeded(&call));
    struct event ev = {.kind = EVENT_CALL, .call = call};
    assert_true(call_is(&ev, "bind"));
    assert_false(call_is(&ev, "listen"));
    ev.kind = EVENT_EXIT;
    assert_false(call_is(&ev, "bind"));
}

static void scene_end_and_variables_are_found_or_absent(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    assert_non_null(timeline_scene(&tl));
    assert_null(timeline_scene(&tl)->lab);
    assert_null(timeline_end(&tl));
    assert_null(timeline_var(&tl, "port"));
    struct event *ev = timeline_append(&tl, EVENT_SCENE, 0);
    struct var *vars = timeline_memory(&tl, sizeof *vars);
    *vars = (struct var){"port", timeline_bytes(&tl, "22555", 5)};
    ev->scene = (struct scene_event){.lab = "05_udp_echo", .vars = vars, .nvars = 1};
    assert_null(timeline_end(&tl));
    assert_string_equal(timeline_scene(&tl)->lab, "05_udp_echo");
    assert_string_equal(timeline_var(&tl, "port")->data, "22555");
    assert_null(timeline_var(&tl, "word"));
    timeline_append(&tl, EVENT_END, 9)->end.why = "complete";
    assert_string_equal(timeline_end(&tl)->why, "complete");
    timeline_free(&tl);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(event_kind_name(EVENT_SCENE), "scene");
    assert_string_equal(event_kind_name(EVENT_END), "end");
    for (int kind = EVENT_SCENE; kind <= EVENT_END; kind++)
        assert_non_null(event_kind_name((enum event_kind)kind));
    assert_string_equal(event_kind_name((enum event_kind)(EVENT_END + 1)), "?");
}

static void of_a_long_recording_only_beginnings_are_kept(void **state)
{
    (void)state;
    static char data[100000];
    struct timeline tl;
    size_t whole = 0;
    timeline_init(&tl);
    memset(data, 'x', sizeof data);
    while (tl.shortened == 0) {
        struct bytes bytes = timeline_sample(&tl, data, sizeof data, 64);
        if (tl.shortened == 0)
            assert_int_equal(bytes.len, sizeof data);
        else
            assert_int_equal(bytes.len, 64);
        whole += bytes.len;
        assert_int_equal(bytes.data[bytes.len], 0);
    }
    assert_in_range(whole, TIMELINE_SAMPLES - sizeof data, TIMELINE_SAMPLES + 64);
    assert_int_equal(timeline_sample(&tl, data, 65, 64).len, 65); /* there is still a little room */
    assert_int_equal(timeline_sample(&tl, data, 64, 64).len, 64);
    assert_int_equal(timeline_sample(&tl, data, sizeof data, 192).len, 192);
    assert_int_equal(tl.shortened, 2);
    assert_int_equal(timeline_bytes(&tl, data, sizeof data).len, sizeof data);
    timeline_free(&tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_numbered_in_the_order_of_appending),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(equal_short_strings_are_one_pointer),
        cmocka_unit_test(of_a_long_recording_only_beginnings_are_kept),
        cmocka_unit_test(long_strings_and_formats_keep_all_their_bytes),
        cmocka_unit_test(bytes_may_hold_zeros_and_may_be_none),
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(calls_are_shown_as_the_learner_wrote_them),
        cmocka_unit_test(arguments_are_found_by_name_with_a_fallback),
        cmocka_unit_test(scene_end_and_variables_are_found_or_absent),
        cmocka_unit_test(every_kind_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
