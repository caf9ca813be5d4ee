/*
 * bench - how long it takes from a save to a verdict, in medians.
 *
 *     bench ROUNDS BUILD-FOLDER     from the top of the tree
 *
 * "alone" is the compiler as one would type it, "both" the same with the sanitized variants beside
 * it that some scene of the lab starts, which is what a check compiles; "build" is a plain build by
 * socklings that is not in the cache; "scenes" is what a check takes beside waiting for the
 * compiler; "fresh" is a check after a save. The contenders take turns; "-alone" and "-both" are
 * medians of the rounds' differences. Each save changes the source; the headers that were compiled
 * ahead at the first stay. Of a lab with two programs both are saved, and compiled side by side.
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
#include "base/strbuf.h"
#include "build/build.h"
#include "check/builds.h"
#include "check/check.h"
#include "report/verdict_text.h"

enum { ROUNDS_MAX = 1000, ON_TOP_MOST = 60 /* ms that a check may take beside compiling */ };

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

static pid_t start_compiler(const char *source, const char *program, bool sanitized)
{
    char *lib = archive();
    const char *cc = getenv("CC");
    char *words[] = {(char *)(cc != NULL ? cc : "gcc"),
                     "-std=gnu11",
                     "-O0",
                     "-g",
                     "-Wall",
                     "-Wextra",
                     "-Ilib",
                     "-o",
                     (char *)program,
                     (char *)source,
                     lib,
                     "-pthread",
                     sanitized ? "-fsanitize=address,undefined" : NULL,
                     NULL};
    extern char **environ;
    pid_t pid;
    if (posix_spawnp(&pid, words[0], NULL, NULL, words, environ) != 0)
        give_up("the compiler cannot be started");
    free(lib);
    return pid;
}

static void wait_compiler(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0)
        give_up("the compiler does not work");
}

/* Whether some sanitized scene of the lab starts it. */
static bool is_sanitized(const struct lab *lab, const struct lab_program *program)
{
    for (unsigned i = 0; i < lab->nsteps; i++) {
        for (unsigned k = 0; k < lab->steps[i].nchecks; k++) {
            const struct lab_check *check = &lab->steps[i].checks[k];
            if (check->kind == CHECK_SCENE && check->scene->sanitized &&
                builds_starts(check->scene, program, false))
                return true;
        }
    }
    return false;
}

/* What a person would type: gcc -O0 -g -Wall -Wextra … */
static double compile(const struct lab *lab, const char *solution, bool both)
{
    pid_t *pids = mem_alloc(2 * lab->nprograms * sizeof *pids);
    unsigned started = 0;
    int64_t start = clock_now();
    for (unsigned i = 0; i < 2 * lab->nprograms; i++) {
        const struct lab_program *program = &lab->programs[i / 2];
        bool sanitized = i % 2 == 1;
        if (sanitized && (!both || !is_sanitized(lab, program)))
            continue;
        char *from = file_join(solution, program->source);
        char *to = mem_format("%s/%s-%u", cache, program->source, i % 2);
        pids[started++] = start_compiler(from, to, sanitized);
        free(from);
        free(to);
    }
    for (unsigned i = 0; i < started; i++)
        wait_compiler(pids[i]);
    free(pids);
    return ms_since(start);
}

/* A source as it is saved the n-th time: a comment tells them apart. */
static void save_one(const char *from, const char *to, unsigned n)
{
    struct strbuf text = STRBUF_INIT;
    struct error err;
    if (file_read(from, 1 << 20, FILE_REGULAR, &text, &err) != 0)
        give_up(err.text);
    strbuf_printf(&text, "/* %u */\n", n);
    if (file_write(to, text.data, text.len, 0644, 0, &err) != 0)
        give_up(err.text);
    strbuf_free(&text);
}

/* The cache lasts over all rounds and labs; what is in it for one save is of no use for the next.
 */
static char *cache_folder(void)
{
    return file_join(cache, "cache");
}

static unsigned saves;

static void save(const struct lab *lab, const char *solution, const char *dir)
{
    saves++;
    for (unsigned i = 0; i < lab->nprograms; i++) {
        char *from = file_join(solution, lab->programs[i].source);
        char *to = file_join(dir, lab->programs[i].source);
        save_one(from, to, saves);
        free(from);
        free(to);
    }
}

/* Of the lab's first program. */
static double build_fresh(const struct lab *lab, const char *solution, const char *dir)
{
    char *lib = archive(), *in_cache = cache_folder();
    save(lab, solution, dir);
    struct build_request request = {.source_dir = dir,
                                    .source = lab->programs[0].source,
                                    .lib_dir = "lib",
                                    .lib_archive = lib,
                                    .cache_dir = in_cache};
    struct build *plain = build_start(loop, &request);
    const struct build_result *result = build_wait(plain);
    if (result->status != BUILD_OK)
        give_up(result->messages);
    double ms = result->ms;
    build_free(plain);
    free(in_cache);
    free(lib);
    return ms;
}

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

enum { ALONE, BOTH, BUILD, SCENES, CACHED, FRESH, ON_ALONE, ON_BOTH, COLUMNS };

static void measure(const struct lab *lab, const char *solution, const char *dir,
                    double medians[COLUMNS])
{
    static double times[COLUMNS][ROUNDS_MAX];
    char *in_cache = cache_folder();
    double ignored;
    for (unsigned i = 0; i <= rounds; i++) {
        unsigned at = i > 0 ? i - 1 : 0; /* the first one prepares the headers */
        times[ALONE][at] = compile(lab, solution, false);
        times[BOTH][at] = compile(lab, solution, true);
        times[BUILD][at] = build_fresh(lab, solution, dir);
        save(lab, solution, dir);
        times[FRESH][at] = check_once(lab, dir, in_cache, &ignored);
        times[CACHED][at] = check_once(lab, dir, in_cache, &times[SCENES][at]);
        times[ON_ALONE][at] = times[FRESH][at] - times[ALONE][at];
        times[ON_BOTH][at] = times[FRESH][at] - times[BOTH][at];
    }
    free(in_cache);
    for (unsigned i = 0; i < COLUMNS; i++)
        medians[i] = median(times[i]);
}

static void row(const char *lab_file, const char *solution, bool limited)
{
    struct error err;
    struct lab *lab = lab_load(lab_file, &err);
    if (lab == NULL)
        give_up(err.text);
    char *dir = file_join(cache, "work");
    if (file_make_dirs(dir, 0755, &err) != 0)
        give_up(err.text);
    double ms[COLUMNS];
    measure(lab, solution, dir, ms);
    printf("%-18s %6.1f %6.1f %6.1f %7.1f %7.1f %7.1f %6.2f %7.1f %7.1f", lab->id, ms[ALONE],
           ms[BOTH], ms[BUILD], ms[SCENES], ms[CACHED], ms[FRESH], ms[FRESH] / ms[ALONE],
           ms[ON_ALONE], ms[ON_BOTH]);
    if (limited)
        printf("  at most %d on top: %s", ON_TOP_MOST,
               ms[ON_BOTH] <= ON_TOP_MOST ? "held" : "MISSED");
    putchar('\n');
    fflush(stdout);
    file_remove_tree(dir, NULL);
    free(dir);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    static const char *const labs[] = {"05_udp_echo",        "09_tcp_client",   "10_tcp_server",
                                       "11_tcp_chat",        "12_http_hello",   "13_stream_framing",
                                       "14_simple_download", "15_file_download"};
    enum { FIRST_LIMITED = 3 };
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
    printf("%-18s %6s %6s %6s %7s %7s %7s %6s %7s %7s\n", "ms (median)", "alone", "both", "build",
           "scenes", "cached", "fresh", "ratio", "-alone", "-both");
    row("tests/bench/01_three_messages/lab.json", "labs/05_udp_echo/solution", false);
    for (unsigned i = 0; i < sizeof labs / sizeof labs[0]; i++) {
        char *lab_file = mem_format("labs/%s/lab.json", labs[i]);
        char *solution = mem_format("labs/%s/solution", labs[i]);
        row(lab_file, solution, i >= FIRST_LIMITED);
        free(lab_file);
        free(solution);
    }
    loop_free(loop);
    file_remove_tree(cache, NULL);
    return 0;
}
