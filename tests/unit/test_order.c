/* timeline/order.c: what was learned of late stands where it happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "timeline/order.h"

/* A letter for each kind, and a time: "c5" is a call at 5. */
static const char letters[] = "{cpsoixg!f}";

static void play(struct timeline *tl, const char *script)
{
    timeline_init(tl);
    int number = 0;
    for (const char *at = script; *at != '\0'; at++) {
        if (*at == ' ')
            continue;
        enum event_kind kind = (enum event_kind)(strchr(letters, *at) - letters);
        char *rest;
        long long t = strtoll(at + 1, &rest, 10);
        struct event *ev = kind == EVENT_PACKET || kind == EVENT_STATE
                               ? timeline_append_late(tl, kind, t)
                               : timeline_append(tl, kind, t);
        ev->pid = number++; /* tells them apart */
        at = rest - 1;
    }
}

static void expect_order(const char *script, const char *sorted)
{
    struct timeline tl;
    char text[1024] = "";
    play(&tl, script);
    timeline_sort(&tl);
    for (size_t i = 0; i < tl.count; i++) {
        assert_int_equal(tl.events[i].n, i);
        assert_true(i == 0 || tl.events[i].t >= tl.events[i - 1].t);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%c%lld", i > 0 ? " " : "",
                 letters[tl.events[i].kind], (long long)tl.events[i].t);
    }
    assert_string_equal(text, sorted);
    timeline_sort(&tl); /* once more changes nothing */
    for (size_t i = 0; i + 1 < tl.count; i++)
        assert_true(tl.events[i].t <= tl.events[i + 1].t);
    timeline_free(&tl);
}

static void late_events_go_where_they_happened(void **state)
{
    (void)state;
    expect_order("{0 c10 c20 p12 s13 c30 p25 }40", "{0 c10 p12 s13 c20 p25 c30 }40");
    expect_order("p5", "p5");
    expect_order("", "");
    expect_order("p9 p5 s7", "p5 s7 p9");
}

static void a_call_stands_before_its_packet_and_its_packet_before_the_state(void **state)
{
    (void)state;
    expect_order("{0 s10 p10 c10 o10 }20", "{0 c10 p10 s10 o10 }20");
    expect_order("{0 f10 c10 o10 c10 o10 p10", "{0 f10 c10 o10 c10 p10 o10");
    expect_order("{0 o10 x10 p10 s10", "{0 p10 s10 o10 x10");
    expect_order("{0 c10 p10 s10 p10 c30", "{0 c10 p10 p10 s10 c30");
}

static void the_beginning_is_first_and_the_end_last(void **state)
{
    (void)state;
    expect_order("{0 c5 }10 p12 p3", "{0 p3 c5 p12 }12");
    expect_order("{0 p-7 p0 c0 }0", "{0 p0 c0 p0 }0");
}

static void equals_keep_their_order(void **state)
{
    (void)state;
    struct timeline tl;
    play(&tl, "{0 c5 o5 c5 g5 p5 p5 s5 s5 o5");
    timeline_sort(&tl);
    static const int order[] = {0, 1, 2, 3, 5, 6, 7, 8, 4, 9};
    for (size_t i = 0; i < tl.count; i++)
        assert_int_equal(tl.events[i].pid, order[i]);
    timeline_free(&tl);
}

static void references_follow(void **state)
{
    (void)state;
    struct timeline tl;
    play(&tl, "{0 c10 c20 p5 p15 }30");
    uint64_t *waits = timeline_memory(&tl, 2 * sizeof *waits);
    waits[0] = 1;
    waits[1] = 2;
    tl.events[5].end.waits = waits;
    tl.events[5].end.nwaits = 2;
    timeline_sort(&tl);
    const struct end_event *end = timeline_end(&tl);
    assert_non_null(end);
    assert_int_equal(end->nwaits, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(tl.events[end->waits[i]].kind, EVENT_CALL);
        assert_int_equal(tl.events[end->waits[i]].pid, i + 1);
    }
    timeline_free(&tl);
}

static void a_hundred_thousand_are_sorted(void **state)
{
    (void)state;
    struct timeline tl;
    timeline_init(&tl);
    uint32_t x = 1;
    timeline_append(&tl, EVENT_SCENE, 0);
    for (int i = 0; i < 100000; i++) {
        x = x * 1664525 + 1013904223;
        int64_t t = x >> 16;
        if (i % 3 == 0)
            timeline_append(&tl, EVENT_CALL, i);
        else
            timeline_append_late(&tl, i % 3 == 1 ? EVENT_PACKET : EVENT_STATE, t);
    }
    timeline_sort(&tl);
    for (size_t i = 1; i < tl.count; i++) {
        const struct event *a = &tl.events[i - 1], *b = &tl.events[i];
        assert_true(a->t <= b->t && b->n == i);
        assert_false(a->t == b->t && a->kind == EVENT_STATE && b->kind == EVENT_PACKET);
    }
    timeline_free(&tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_events_go_where_they_happened),
        cmocka_unit_test(a_call_stands_before_its_packet_and_its_packet_before_the_state),
        cmocka_unit_test(the_beginning_is_first_and_the_end_last),
        cmocka_unit_test(equals_keep_their_order),
        cmocka_unit_test(references_follow),
        cmocka_unit_test(a_hundred_thousand_are_sorted),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
