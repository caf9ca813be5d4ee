/*
 * The recordings of tests/rules, judged again: each mistake is named as its folder says, and no
 * near miss is. Nothing runs here; test_rules_live.c runs the programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "catalog/lesson.h"
#include "judge/judge.h"
#include "rule_case.h"
#include "rules/rules.h"
#include "timeline/file.h"

struct setting {
    struct rule_cases all;
    char tmp[40];
};

static int set_up(void **state)
{
    struct setting *s = mem_alloc(sizeof *s);
    strcpy(s->tmp, "/tmp/socklings-rules-XXXXXX");
    rule_cases_find(&s->all, "tests/rules");
    *state = s;
    return mkdtemp(s->tmp) == NULL ? -1 : 0;
}

static int clear_away(void **state)
{
    struct setting *s = *state;
    rule_cases_free(&s->all);
    rmdir(s->tmp);
    free(s);
    return 0;
}

static struct timeline load(const struct rule_case *c)
{
    struct timeline tl;
    struct error err;
    char *path = rule_path(c, ".jsonl");
    timeline_init(&tl);
    if (timeline_load(&tl, path, &err) != 0)
        fail_msg("%s", err.text);
    free(path);
    return tl;
}

static struct lab *lab_of(const struct rule_case *c, const char *tmp)
{
    struct error err;
    struct lab *lab = rule_lab(c, tmp, &err);
    if (lab == NULL)
        fail_msg("%s", err.text);
    return lab;
}

static const struct scene_script *script_of(const struct lab *lab)
{
    return lab->steps[0].checks[0].scene;
}

/* Judges all recordings, the mistakes or the near misses; how many there were. */
static unsigned judge_all(const struct setting *s, bool mistakes)
{
    unsigned wrongs = 0, count = 0;
    for (unsigned i = 0; i < s->all.count; i++) {
        const struct rule_case *c = &s->all.of[i];
        if (c->mistake != mistakes)
            continue;
        struct timeline tl = load(c);
        struct lab *lab = lab_of(c, s->tmp);
        const char *const only[] = {c->id, NULL};
        struct diagnosis *best = judge_diagnose(lab, script_of(lab), &tl, NULL);
        struct diagnosis *own = judge_diagnose(lab, script_of(lab), &tl, only);
        const char *wrong = rule_wrong(c, mistakes ? best : own);
        if (wrong != NULL) {
            print_message("%s/%s: %s; %s: %s\n", c->dir, c->name, wrong,
                          best != NULL ? best->id : "nothing", best != NULL ? best->message : "");
            wrongs++;
        }
        diagnosis_free(best);
        diagnosis_free(own);
        lab_free(lab);
        timeline_free(&tl);
        count++;
    }
    assert_int_equal(wrongs, 0);
    return count;
}

static void every_recorded_mistake_is_named(void **state)
{
    assert_true(judge_all(*state, true) >= 28);
}

static void no_near_miss_is_named(void **state)
{
    assert_true(judge_all(*state, false) >= 28);
}

static void every_rule_has_a_folder_with_a_near_miss(void **state)
{
    const struct setting *s = *state;
    for (unsigned i = 0; rules_at(i) != NULL; i++) {
        unsigned mistakes = 0, near = 0;
        for (unsigned k = 0; k < s->all.count; k++) {
            bool same = strcmp(s->all.of[k].id, rules_at(i)->id) == 0;
            mistakes += same && s->all.of[k].mistake;
            near += same && !s->all.of[k].mistake;
        }
        if (mistakes == 0 || near == 0)
            fail_msg("tests/rules has no mistake or no near miss for %s", rules_at(i)->id);
    }
}

static void rules_stand_in_the_order_of_their_numbers(void **state)
{
    (void)state;
    for (unsigned i = 1; rules_at(i) != NULL; i++)
        assert_true(rules_at(i - 1)->number < rules_at(i)->number);
}

static bool explained(const char *lab, const char *anchor)
{
    struct error err;
    struct lesson *lesson = lesson_load("lessons", "en", lab, &err);
    if (lesson == NULL)
        fail_msg("%s", err.text);
    bool there = lesson_anchor(lesson, anchor) != NULL;
    lesson_free(lesson);
    return there;
}

static void every_rule_is_explained_in_a_lesson(void **state)
{
    (void)state;
    for (unsigned i = 0; rules_at(i) != NULL; i++) {
        char *lab = mem_string(rules_at(i)->lesson), *hash = strchr(lab, '#');
        assert_non_null(hash);
        *hash = '\0';
        if (!explained(lab, hash + 1))
            fail_msg("there is no %s", rules_at(i)->lesson);
        free(lab);
    }
}

static void every_mistake_a_lab_aims_at_has_a_heading_in_its_lesson(void **state)
{
    (void)state;
    struct catalog labs = {0};
    struct error err;
    assert_int_equal(catalog_load(&labs, "labs", &err), 0);
    assert_true(labs.nlabs >= 3);
    for (unsigned i = 0; i < labs.nlabs; i++)
        for (unsigned k = 0; k < labs.labs[i]->nmistakes; k++)
            if (!explained(labs.labs[i]->id, labs.labs[i]->mistakes[k]))
                fail_msg("the lesson of %s has no heading %s", labs.labs[i]->id,
                         labs.labs[i]->mistakes[k]);
    catalog_free(&labs);
}

/* What the learner reads: two parts, a place, a question, an anchor, events that exist. */
static void a_diagnosis_says_where_what_and_asks_one_question(void **state)
{
    const struct setting *s = *state;
    for (unsigned i = 0; i < s->all.count; i++) {
        const struct rule_case *c = &s->all.of[i];
        if (!c->mistake)
            continue;
        struct timeline tl = load(c);
        struct lab *lab = lab_of(c, s->tmp);
        struct diagnosis *d = judge_diagnose(lab, script_of(lab), &tl, NULL);
        char *source = mem_format("%s.c:", c->name);
        assert_non_null(d);
        assert_non_null(strstr(d->message, source));
        assert_non_null(d->file);
        assert_true(d->line > 0);
        assert_int_equal(d->question[strlen(d->question) - 1], '?');
        assert_non_null(strchr(d->lesson, '#'));
        assert_true(d->nevents > 0);
        for (unsigned k = 0; k < d->nevents; k++)
            assert_true(d->events[k] < tl.count);
        if (strcmp(c->certainty, "hint") == 0)
            assert_int_equal(d->message[strlen(d->message) - 1], '?');
        free(source);
        diagnosis_free(d);
        lab_free(lab);
        timeline_free(&tl);
    }
}

/* A recording that was cut off anywhere must not bring the judge down, nor change its mind about
 * what cannot be known yet: only the whole tells that a call was the last one. */
static void a_recording_cut_off_anywhere_is_judged_without_harm(void **state)
{
    const struct setting *s = *state;
    for (unsigned i = 0; i < s->all.count; i++) {
        struct timeline tl = load(&s->all.of[i]);
        struct lab *lab = lab_of(&s->all.of[i], s->tmp);
        size_t whole = tl.count, step = whole / 40 + 1;
        for (tl.count = 1; tl.count < whole; tl.count += step)
            diagnosis_free(judge_diagnose(lab, script_of(lab), &tl, NULL));
        tl.count = whole;
        diagnosis_free(judge_diagnose(NULL, NULL, &tl, NULL));
        lab_free(lab);
        timeline_free(&tl);
    }
}

/* One thing about a call that a recording from elsewhere might claim. */
static void spoil(struct random *r, struct timeline *tl)
{
    static const int64_t odd[] = {0,  -1,   1,     3,         4,         8,
                                  16, 4096, 65536, INT32_MAX, INT64_MAX, INT64_MIN};
    struct event *ev = &tl->events[random_below(r, tl->count)];
    int64_t value = odd[random_below(r, sizeof odd / sizeof odd[0])];
    if (ev->kind != EVENT_CALL)
        return;
    struct call_event *call = &ev->call;
    struct arg *arg =
        call->nargs > 0 ? (struct arg *)&call->args[random_below(r, call->nargs)] : NULL;
    switch (random_below(r, 6)) {
    case 0:
        call->result = value;
        break;
    case 1:
        call->error = call->error == NULL ? "EINTR" : NULL;
        break;
    case 2:
        call->returned = !call->returned;
        break;
    case 3:
        ev->pid = (int)random_below(r, 6);
        break;
    case 4:
        call->nargs -= arg != NULL;
        break;
    default:
        if (arg != NULL)
            arg->value = value;
    }
}

/* Under the sanitizers this finds what a rule takes for granted. */
static void a_recording_with_wild_numbers_is_judged_without_harm(void **state)
{
    const struct setting *s = *state;
    struct random r;
    random_seed(&r, 4711);
    for (unsigned i = 0; i < s->all.count; i++) {
        struct timeline tl = load(&s->all.of[i]);
        struct lab *lab = lab_of(&s->all.of[i], s->tmp);
        for (int round = 0; round < 20; round++) {
            struct verdict v = {.nsteps = 1, .steps = mem_alloc(sizeof *v.steps)};
            const char *limit;
            for (int k = 0; k < 3; k++)
                spoil(&r, &tl);
            judge_scene(lab, &lab->steps[0], script_of(lab), &tl, v.steps, &v.outcome, &limit);
            verdict_free(&v);
        }
        lab_free(lab);
        timeline_free(&tl);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_mistake_is_named),
        cmocka_unit_test(no_near_miss_is_named),
        cmocka_unit_test(every_rule_has_a_folder_with_a_near_miss),
        cmocka_unit_test(rules_stand_in_the_order_of_their_numbers),
        cmocka_unit_test(every_rule_is_explained_in_a_lesson),
        cmocka_unit_test(every_mistake_a_lab_aims_at_has_a_heading_in_its_lesson),
        cmocka_unit_test(a_diagnosis_says_where_what_and_asks_one_question),
        cmocka_unit_test(a_recording_cut_off_anywhere_is_judged_without_harm),
        cmocka_unit_test(a_recording_with_wild_numbers_is_judged_without_harm),
    };
    return cmocka_run_group_tests(tests, set_up, clear_away);
}
