/*
 * bench - how long it takes from a save to a verdict, in medians.
 *
 *     bench ROUNDS BUILD-FOLDER     from the top of the tree
 *
 * "alone" is the compiler as one would type it; "build" is a build that is not in the cache;
 * "scene" is what a check takes on top of building; the last column is the time on top of compiling
 * alone.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "build/build.h"
#include "check/check.h"
#include "report/verdict_text.h"

enum { ROUNDS_MAX = 1000 };

static unsigned rounds;
static const char *build_folder;
static struct loop *loop;
static char cache[] = "/tmp/socklings-bench-XXXXXX";

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    file_remove_tree(cache, NULL);
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, rounds, sizeof *values, by_size);
    return values[rounds / 2];
}

static double ms_since(int64_t start)
{
    return (double)(clock_now() - start) / (double)CLOCK_MS;
}

static char *archive(void)
{
    return file_join(build_folder, "libsocklings.a");
}

/* What a person would type: gcc -O0 -g -Wall -Wextra … */
static double compile_alone(const char *source)
{
    double times[ROUNDS_MAX];
    char *lib = archive(), *program = file_join(cache, "alone");
    const char *cc = getenv("CC");
    char *words[] = {(char *)(cc != NULL ? cc : "gcc"),
                     "-std=gnu11",
                     "-O0",
                     "-g",
                     "-Wall",
                     "-Wextra",
                     "-Ilib",
                     "-o",
                     program,
                     (char *)source,
                     lib,
                     "-pthread",
                     NULL};
    extern char **environ;
    for (unsigned i = 0; i < rounds; i++) {
        int64_t start = clock_now();
        pid_t pid;
        int status;
        if (posix_spawnp(&pid, words[0], NULL, NULL, words, environ) != 0 ||
            waitpid(pid, &status, 0) != pid || status != 0)
            give_up("the compiler does not work");
        times[i] = ms_since(start);
    }
    free(lib);
    free(program);
    return median(times);
}

/* A build that is in no cache, of both variants at once. */
static double build_both(const char *dir, const char *source)
{
    double times[ROUNDS_MAX];
    char *lib = archive();
    for (unsigned i = 0; i < rounds; i++) {
        char *fresh = mem_format("%s/%u", cache, i);
        struct build_request request = {.source_dir = dir,
                                        .source = source,
                                        .lib_dir = "lib",
                                        .lib_archive = lib,
                                        .cache_dir = fresh};
        struct build *plain = build_start(loop, &request);
        const struct build_result *result = build_wait(plain);
        if (result->status != BUILD_OK)
            give_up(result->messages);
        times[i] = result->ms;
        build_free(plain);
        file_remove_tree(fresh, NULL);
        free(fresh);
    }
    free(lib);
    return median(times);
}

struct times {
    double scene, cached, fresh;
};

static _Noreturn void tell_failure(const struct verdict *v)
{
    struct strbuf text = STRBUF_INIT;
    struct look look = {.width = 100, .utf8 = true};
    verdict_text(v, &look, &text);
    fputs(text.data, stderr);
    strbuf_free(&text);
    give_up("a solution does not pass");
}

/* One check; what it took in all. */
static double check_once(const struct lab *lab, const char *dir, const char *in_cache,
                         double *without_build)
{
    struct verdict v;
    char *lib = archive();
    struct check_request request = {.lab = lab,
                                    .source_dir = dir,
                                    .lib_dir = "lib",
                                    .lib_archive = lib,
                                    .cache_dir = in_cache,
                                    .seed = 4711};
    int64_t start = clock_now();
    check_run(loop, &request, &v, NULL);
    double ms = ms_since(start);
    if (v.outcome != OUTCOME_PASS)
        tell_failure(&v);
    *without_build = ms - v.ms_build;
    verdict_free(&v);
    free(lib);
    return ms;
}

static struct times check_lab(const struct lab *lab, const char *dir)
{
    double scene[ROUNDS_MAX], cached[ROUNDS_MAX], fresh[ROUNDS_MAX], ignored;
    for (unsigned i = 0; i < rounds; i++) {
        char *empty = mem_format("%s/c%u", cache, i);
        fresh[i] = check_once(lab, dir, empty, &ignored);
        cached[i] = check_once(lab, dir, empty, &scene[i]);
        file_remove_tree(empty, NULL);
        free(empty);
    }
    return (struct times){median(scene), median(cached), median(fresh)};
}

static void row(const char *lab_file, const char *dir)
{
    struct error err;
    struct lab *lab = lab_load(lab_file, &err);
    if (lab == NULL)
        give_up(err.text);
    const char *source = lab->programs[0].source;
    char *path = file_join(dir, source);
    double alone = compile_alone(path);
    double build = build_both(dir, source);
    struct times t = check_lab(lab, dir);
    printf("%-20s %7.1f %7.1f %8.1f %8.1f %8.1f %7.2f %9.1f\n", lab->id, alone, build, t.scene,
           t.cached, t.fresh, t.fresh / alone, t.fresh - alone);
    fflush(stdout);
    free(path);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    struct error err;
    if (argc != 3 || (rounds = (unsigned)strtoul(argv[1], NULL, 10)) == 0 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench ROUNDS BUILD-FOLDER\n");
        return 2;
    }
    build_folder = argv[2];
    if (mkdtemp(cache) == NULL)
        give_up("no folder in /tmp");
    loop = loop_new(&err);
    if (loop == NULL)
        give_up(err.text);
    printf("%-20s %7s %7s %8s %8s %8s %7s %9s\n", "ms (median)", "alone", "build", "scenes",
           "cached", "fresh", "ratio", "on top");
    row("tests/bench/01_three_messages/lab.json", "labs/05_udp_echo/solution");
    row("labs/05_udp_echo/lab.json", "labs/05_udp_echo/solution");
    row("labs/09_tcp_client/lab.json", "labs/09_tcp_client/solution");
    row("labs/10_tcp_server/lab.json", "labs/10_tcp_server/solution");
    loop_free(loop);
    file_remove_tree(cache, NULL);
    return 0;
}
