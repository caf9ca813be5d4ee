/*
 * tests/scene/scene_help - a program, a scene, and what came out of it.
 *
 * A test compiles one of tests/scene/programs/, plays a scene with it, and looks at the recording
 * and at what the judge makes of it. A scene is a check as in runner/catalog/README.md, with ' for
 * " so that it can be read in C; the programs it may start are "prog" and "other", both the same
 * binary. All of this runs from the top of the tree, as tests/run starts it.
 */
#ifndef TESTS_SCENE_HELP_H
#define TESTS_SCENE_HELP_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "catalog/lab.h"
#include "judge/judge.h"
#include "scene/factory.h"
#include "scene/scene.h"
#include "timeline/file.h"
#include "timeline/timeline.h"
#include "trace/source.h"
#include "trace/syscalls.h"

#define HELP static __attribute__((unused))

/* How one scene went. */
struct played {
    int rc; /* of scene_run: -1 is the runner's own failure, told in err */
    struct error err;
    struct timeline tl;
    struct lab *lab;
    bool passed; /* the rest is the judge's */
    enum outcome outcome;
    const char *limit;
    struct step_result result;
    double ms; /* from start to end, as the caller waits for it */
};

struct scene_case {
    const char *binary; /* from help_compile */
    const char *source; /* the learner's file: "truth.c"; NULL: any */
    const char *check;  /* {'scene': […], 'then': […]} */
    const char *limits; /* {'cpu_ms': 300}, or NULL: the defaults */
    enum scene_tier tier;
    const char *name; /* file name of "prog" inside; NULL: "prog" */
    volatile const int *interrupted;
};

/* --- a test: its loop, its folder, its deadline --- */

/* Longer than anything here takes on a machine that is overloaded: beyond it something hangs. */
enum { DEADLINE_S = 100 };

static struct loop *help_loop;
static char help_folder[64];

HELP int help_group_setup(void **state)
{
    struct error err;
    (void)state;
    snprintf(help_folder, sizeof help_folder, "/tmp/scene-test-XXXXXX");
    help_loop = loop_new(&err);
    if (help_loop == NULL || mkdtemp(help_folder) == NULL || chmod(help_folder, 0755) != 0)
        return -1;
    return 0;
}

HELP int help_group_teardown(void **state)
{
    (void)state;
    factory_stop();
    source_forget_all();
    loop_free(help_loop);
    return file_remove_tree(help_folder, NULL);
}

/* The kernel's default for SIGALRM ends the whole test program, which its plan then shows. */
HELP int help_setup(void **state)
{
    (void)state;
    alarm(DEADLINE_S);
    return 0;
}

HELP int help_teardown(void **state)
{
    (void)state;
    alarm(0);
    return 0;
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, help_setup, help_teardown)

/* --- compiling --- */

HELP void help_run(char *const *argv)
{
    extern char **environ;
    pid_t pid;
    int status = -1;
    assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0)
        fail_msg("%s failed with wait status %d", argv[0], status);
}

/* Compiles tests/scene/programs/SOURCES (names with a blank between) with `flags` (or NULL) beside
 * the usual; the same is not compiled twice. Everybody may read it. Belongs to the helper. */
HELP const char *help_compile(const char *sources, const char *flags)
{
    static struct {
        char key[256], path[128];
    } known[16];
    static unsigned count;
    char key[256], words[512];
    char *argv[32] = {getenv("CC"), "-std=gnu11", "-O0", "-pthread", "-o"};
    unsigned argc = 5;
    char *save = NULL;
    snprintf(key, sizeof key, "%s / %s", sources, flags != NULL ? flags : "-g");
    for (unsigned i = 0; i < count; i++)
        if (strcmp(known[i].key, key) == 0)
            return known[i].path;
    assert_true(count < sizeof known / sizeof known[0]);
    snprintf(known[count].key, sizeof key, "%s", key);
    snprintf(known[count].path, sizeof known[count].path, "%s/program%u", help_folder, count);
    if (argv[0] == NULL)
        argv[0] = "gcc";
    argv[argc++] = known[count].path;
    size_t used = 0;
    snprintf(words, sizeof words, "%s", flags != NULL ? flags : "-g");
    for (char *word = strtok_r(words, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    char *names = mem_string(sources), paths[4][128];
    save = NULL;
    for (char *name = strtok_r(names, " ", &save); name != NULL;
         name = strtok_r(NULL, " ", &save)) {
        assert_true(used < 4 && argc < 30);
        snprintf(paths[used], sizeof paths[0], "tests/scene/programs/%s", name);
        argv[argc++] = paths[used++];
    }
    argv[argc] = NULL;
    help_run(argv);
    free(names);
    return known[count++].path;
}

/* --- playing --- */

HELP struct lab *help_lab(const struct scene_case *c)
{
    static const char form[] =
        "{'version': 1, 'id': '99_scene', 'title': 'A scene', 'summary': 'A scene.', 'part': 1,"
        " 'programs': [{'role': 'prog', 'source': '%s', 'usage': 'prog'},"
        " {'role': 'other', 'source': 'other.c', 'usage': 'other'}], 'limits': %s,"
        " 'steps': [{'id': 'scene', 'title': 'A scene', 'goal': 'Play it.', 'lesson': 'scene',"
        " 'hints': ['one', 'two', 'three'], 'checks': [%s]}], 'quiz': [%s, %s, %s, %s]}";
    static const char question[] =
        "{'question': 'Why?', 'choices': ['a', 'b'], 'answer': 0, 'explain': 'So.'}";
    struct error err;
    char *text = mem_format(form, c->source != NULL ? c->source : "any.c",
                            c->limits != NULL ? c->limits : "{}", c->check, question, question,
                            question, question);
    for (char *at = text; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    struct lab *lab = lab_parse(text, strlen(text), "99_scene/lab.json", &err);
    free(text);
    if (lab == NULL)
        fail_msg("%s", err.text);
    return lab;
}

/* Plays and judges. What it fills lives until played_free. */
HELP void help_play(const struct scene_case *c, struct played *p)
{
    struct scene_program programs[2] = {
        {.role = "prog",
         .binary = c->binary,
         .name = c->name != NULL ? c->name : "prog",
         .source = c->source},
        {.role = "other", .binary = c->binary, .name = "other", .source = c->source}};
    *p = (struct played){.lab = help_lab(c)};
    const struct scene_script *script = p->lab->steps[0].checks[0].scene;
    struct scene_setup setup = {.script = script,
                                .programs = programs,
                                .nprograms = 2,
                                .limits = p->lab->limits,
                                .tier = c->tier,
                                .seed = 4711,
                                .lab = p->lab->id,
                                .step = "scene",
                                .interrupted = c->interrupted};
    int64_t start = clock_now();
    timeline_init(&p->tl);
    p->rc = scene_run(help_loop, &setup, &p->tl, &p->err);
    p->ms = (double)(clock_now() - start) / CLOCK_MS;
    if (p->rc == 0)
        p->passed = judge_scene(p->lab, &p->lab->steps[0], script, &p->tl, &p->result, &p->outcome,
                                &p->limit);
    else
        p->outcome = OUTCOME_INTERNAL_ERROR;
}

HELP void played_free(struct played *p)
{
    struct verdict holder = {.steps = mem_alloc(sizeof p->result), .nsteps = 1};
    holder.steps[0] = p->result;
    verdict_free(&holder);
    timeline_free(&p->tl);
    lab_free(p->lab);
}

/* Everything the verdict says, a line each; valid until the next call. */
HELP const char *help_verdict(const struct played *p)
{
    static struct strbuf text = STRBUF_INIT;
    const struct step_result *r = &p->result;
    const struct diagnosis *d = r->diagnosis;
    strbuf_cut(&text, 0);
    strbuf_printf(&text, "outcome %s", p->passed ? "pass" : outcome_name(p->outcome));
    strbuf_printf(&text, "\nlimit %s\n", p->limit != NULL ? p->limit : "none");
    if (p->rc != 0)
        strbuf_printf(&text, "error %s\n", p->err.text);
    const char *const parts[] = {r->message, r->because, r->diff, r->details, r->question};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i] != NULL)
            strbuf_printf(&text, "%s\n", parts[i]);
    for (unsigned i = 0; i < r->nevidence; i++)
        strbuf_printf(&text, "- %s\n", r->evidence[i]);
    if (d != NULL)
        strbuf_printf(&text, "%s %s: %s\n", d->certainty == CERTAINTY_FACT ? "fact" : "hint", d->id,
                      d->message);
    return text.data;
}

/* The whole recording and the verdict on stderr. */
HELP void help_show(const struct played *p)
{
    struct strbuf line = STRBUF_INIT;
    for (size_t i = 0; i < p->tl.count; i++) {
        if (i == 60 && p->tl.count > 120) {
            fprintf(stderr, "# … %zu events …\n", p->tl.count - 120);
            i = p->tl.count - 60;
        }
        strbuf_cut(&line, 0);
        timeline_event_json(&p->tl.events[i], &line);
        fprintf(stderr, "# %.600s%s", line.data, line.len > 600 ? "…\n" : "");
    }
    strbuf_free(&line);
    fprintf(stderr, "# %s\n", help_verdict(p));
}

/* Ends the test as failed, with the recording shown, unless it holds. */
#define HELP_HOLDS(p, condition, ...) \
    do {                              \
        if (!(condition)) {           \
            help_show(p);             \
            fail_msg(__VA_ARGS__);    \
        }                             \
    } while (0)

/* --- looking at a recording --- */

/* What a program printed; valid until the next call. */
HELP const char *help_output(const struct played *p, const char *program)
{
    static struct strbuf text = STRBUF_INIT;
    strbuf_cut(&text, 0);
    for (size_t i = 0; i < p->tl.count; i++) {
        const struct event *ev = &p->tl.events[i];
        if (ev->kind == EVENT_OUTPUT && strcmp(ev->program, program) == 0)
            strbuf_add(&text, ev->output.bytes.data, ev->output.bytes.len);
    }
    return text.data;
}

/* The first event from `from` on that is such a call (as the kernel or a learner names it). */
HELP const struct event *help_call(const struct played *p, const char *name, uint64_t from)
{
    for (size_t i = from; i < p->tl.count; i++) {
        const struct event *ev = &p->tl.events[i];
        if (ev->kind == EVENT_CALL && syscalls_covers(name, ev->call.name))
            return ev;
    }
    return NULL;
}

HELP unsigned help_count(const struct played *p, const char *name)
{
    unsigned n = 0;
    for (const struct event *ev = help_call(p, name, 0); ev != NULL;
         ev = help_call(p, name, ev->n + 1))
        n++;
    return n;
}

/* From the last thing that a program, a peer or the script did to the end, in milliseconds. */
HELP double help_latency(const struct played *p)
{
    int64_t last = 0, end = 0;
    for (size_t i = 0; i < p->tl.count; i++) {
        const struct event *ev = &p->tl.events[i];
        int64_t t = ev->t;
        switch (ev->kind) {
        case EVENT_CALL:
            if (ev->call.returned)
                t += ev->call.blocked_ns;
            break;
        case EVENT_END:
            end = t;
            continue;
        case EVENT_SCRIPT:
            if (ev->script.status == SCRIPT_FAILED)
                continue;
            break;
        case EVENT_STATE: /* a look at the sockets, when all was over */
        case EVENT_SCENE:
            continue;
        default:
            break;
        }
        if (t > last)
            last = t;
    }
    return (double)(end - last) / CLOCK_MS;
}

#endif
