/*
 * hosts - what further hosts cost a scene, in medians.
 *
 *     hosts ROUNDS      from the top of the tree
 *
 * The same scene on one host and on three, in turn, one after the other without a pause: what the
 * kernel still clears away of the one before is in it. "start" is a program that
 * ends at once; "exchange" sends a datagram to a peer, on the next host where there is one, and
 * waits for the answer.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "catalog/lab.h"
#include "scene/factory.h"
#include "scene/scene.h"

enum { ROUNDS_MAX = 1000 };

#define START "'scene': [{'start': 'prog'%s}, {'wait': 'prog', 'for': 'exit'}]"
#define EXCHANGE                                                                         \
    "'scene': [{'udp': 'peer'%s}, {'start': 'prog'%s, 'args': ['${peer.addr}', "         \
    "'${peer.port}']}, {'expect': 'peer', 'data': '?'}, {'send': 'peer', 'data': '!'}, " \
    "{'wait': 'prog', 'for': 'exit'}]"
#define ON(host) ", 'on': '" host "'"
#define THREE "'hosts': ['a', 'b', 'c'], "
#define SIXTEEN \
    "'hosts': ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'], "

static struct kind {
    const char *name, *hosts;
    const char *on_peer; /* NULL: no exchange */
    const char *on_program;
    struct lab *lab;
    double times[ROUNDS_MAX];
} kinds[] = {
    {.name = "start", .hosts = "", .on_program = ""},
    {.name = "start, 3 hosts", .hosts = THREE, .on_program = ON("a")},
    {.name = "exchange", .hosts = "", .on_peer = "", .on_program = ""},
    {.name = "exchange, 3 hosts",
     .hosts = THREE,

     .on_peer = ON("b"),
     .on_program = ON("a")},
    {.name = "start, 16 hosts", .hosts = SIXTEEN, .on_program = ON("a")},
};
/* What takes turns: clearing away sixteen would be seen in what comes after it. */
enum { KINDS = sizeof kinds / sizeof kinds[0], IN_TURN = KINDS - 1 };

static char folder[] = "/tmp/socklings-bench-XXXXXX";
static struct loop *loop;

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "hosts: %s\n", what);
    file_remove_tree(folder, NULL);
    exit(1);
}

static void load(struct kind *kind)
{
    static const char question[] =
        "{'question': 'Why?', 'choices': ['a', 'b'], 'answer': 0, 'explain': 'So.'}";
    static const char form[] =
        "{'version': 1, 'id': '99_bench', 'title': 'Bench', 'summary': 'Bench.', 'part': 1,"
        " 'programs': [{'role': 'prog', 'source': 'prog.c', 'usage': 'prog'}],"
        " 'steps': [{'id': 'scene', 'title': 'A scene', 'goal': 'Play it.', 'lesson': 'scene',"
        " 'hints': ['one', 'two', 'three'], 'checks': [{%s%s}]}], 'quiz': [%s, %s, %s, %s]}";
    struct error err;
    char *scene = kind->on_peer != NULL ? mem_format(EXCHANGE, kind->on_peer, kind->on_program)
                                        : mem_format(START, kind->on_program);
    char *text = mem_format(form, kind->hosts, scene, question, question, question, question);
    for (char *at = text; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    kind->lab = lab_parse(text, strlen(text), "99_bench/lab.json", &err);
    free(scene);
    free(text);
    if (kind->lab == NULL)
        give_up(err.text);
}

static char *compile(void)
{
    extern char **environ;
    const char *cc = getenv("CC");
    char *binary = file_join(folder, "prog");
    char *words[] = {(char *)(cc != NULL ? cc : "gcc"), "-O2", "-o", binary,
                     "tests/bench/programs/datagram.c", NULL};
    pid_t pid;
    int status;
    if (posix_spawnp(&pid, words[0], NULL, NULL, words, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0)
        give_up("the compiler does not work");
    return binary;
}

static double play(const struct kind *kind, const char *binary)
{
    const struct scene_program prog = {.role = "prog", .binary = binary, .name = "prog"};
    const struct scene_setup setup = {.script = kind->lab->steps[0].checks[0].scene,
                                      .programs = &prog,
                                      .nprograms = 1,
                                      .limits = kind->lab->limits,
                                      .tier = TIER_A,
                                      .seed = 4711};
    struct timeline tl;
    struct error err;
    timeline_init(&tl);
    int64_t start = clock_now();
    if (scene_run(loop, &setup, &tl, &err) != 0)
        give_up(err.text);
    double ms = (double)(clock_now() - start) / CLOCK_MS;
    const struct end_event *end = timeline_end(&tl);
    if (end == NULL || strcmp(end->why, "complete") != 0)
        give_up("a scene did not come to its end");
    timeline_free(&tl);
    return ms;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct error err;
    unsigned rounds = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    if (rounds == 0 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: hosts ROUNDS\n");
        return 2;
    }
    loop = loop_new(&err);
    if (loop == NULL || mkdtemp(folder) == NULL)
        give_up("no event loop, or no folder in /tmp");
    if (scene_tier_probe() != TIER_A) {
        puts("several hosts: skipped, namespaces are refused here");
        file_remove_tree(folder, NULL);
        return 0;
    }
    char *binary = compile();
    for (unsigned k = 0; k < KINDS; k++)
        load(&kinds[k]);
    for (unsigned i = 0; i < rounds; i++)
        for (unsigned k = 0; k < IN_TURN; k++)
            kinds[k].times[i] = play(&kinds[k], binary);
    for (unsigned i = 0; i < rounds; i++)
        kinds[IN_TURN].times[i] = play(&kinds[IN_TURN], binary);
    for (unsigned k = 0; k < KINDS; k++) {
        qsort(kinds[k].times, rounds, sizeof *kinds[k].times, by_size);
        const struct kind *one = &kinds[kinds[k].on_peer != NULL ? 2 : 0];
        double ms = kinds[k].times[rounds / 2], more = ms - one->times[rounds / 2];
        printf("%-20s %6.1f ms", kinds[k].name, ms);
        printf(&kinds[k] != one ? " (%+.1f)\n" : "\n", more);
        lab_free(kinds[k].lab);
    }
    free(binary);
    factory_stop();
    loop_free(loop);
    file_remove_tree(folder, NULL);
    return 0;
}
