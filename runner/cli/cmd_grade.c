/* cli: grade and merge - a class. */
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/json_write.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/handlers.h"
#include "cli/signals.h"
#include "cli/tally.h"
#include "grade/dates.h"
#include "grade/grade.h"

enum { JOBS_MOST = 1024, SHARDS_MOST = 100000, REPEATS_MOST = 1000, NAMED_MOST = 20 };

/* What is told at the end by name. */
struct named {
    char **lines;
    size_t count;
};

struct telling {
    struct cli *cli;
    struct tally tally;
    bool json, watch;
    struct named refused, errors;
    size_t rounds;
};

static void name(struct named *list, char *line)
{
    list->lines = mem_resize(list->lines, list->count + 1, sizeof(char *));
    list->lines[list->count++] = line;
}

static void unname(struct named *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->lines[i]);
    free(list->lines);
    *list = (struct named){NULL, 0};
}

/* --- while it runs --- */

static void on_progress(void *arg, size_t done, size_t all, const char *student, const char *lab,
                        const char *outcome)
{
    struct telling *telling = arg;
    if (student == NULL) { /* a round begins: what was refused then may have been mended */
        unname(&telling->refused);
        tally_tell(&telling->tally, done, all, NULL);
        return;
    }
    char *what = mem_format("%s %s: %s", student, lab, outcome);
    tally_tell(&telling->tally, done, all, what);
    if (strcmp(outcome, "internal-error") == 0)
        name(&telling->errors, mem_format("%s, %s", student, lab));
    if (telling->watch && done == all)
        tally_clear(&telling->tally);
    free(what);
}

static void on_notice(void *arg, const char *text)
{
    struct telling *telling = arg;
    tally_clear(&telling->tally);
    cli_error(telling->cli, "%s", text);
}

static void on_refused(void *arg, const char *submission, const char *why)
{
    struct telling *telling = arg;
    name(&telling->refused, mem_format("%s: %s", submission, why));
}

/* --- afterwards --- */

static void list_names(struct cli *cli, const struct named *list, const char *heading)
{
    struct strbuf out = STRBUF_INIT, clean = STRBUF_INIT;
    if (list->count == 0)
        return;
    cli_say(cli, "%s", heading);
    for (size_t i = 0; i < list->count && i < NAMED_MOST; i++) {
        strbuf_cut(&clean, 0);
        look_clean(&cli->term.look, &clean, list->lines[i]);
        text_wrap(&out, clean.data, look_width(&cli->term.look), "  ", "    ");
    }
    if (list->count > NAMED_MOST)
        strbuf_printf(&out, "  and %zu more; class.html names them all\n",
                      list->count - NAMED_MOST);
    fputs(out.data, stdout);
    strbuf_free(&out);
    strbuf_free(&clean);
}

static void say_counts(struct cli *cli, const struct grade_summary *s, bool merged)
{
    struct strbuf out = STRBUF_INIT;
    text_count(&out, s->graded + s->reused, "submission", "submissions");
    if (!merged && s->reused > 0)
        strbuf_printf(&out, ": %zu judged now, %zu as before", s->graded, s->reused);
    strbuf_puts(&out, ".");
    if (s->graded + s->reused > 0) {
        strbuf_putc(&out, ' ');
        text_count(&out, s->passed, "passes", "pass");
        strbuf_putc(&out, '.');
    }
    if (s->flaky > 0) {
        strbuf_puts(&out, " ");
        text_count(&out, s->flaky, "is", "are");
        strbuf_puts(&out, " flaky: judged several times, the verdict was not always the same.");
    }
    if (merged && s->internal_errors > 0) { /* else they are told by name */
        strbuf_printf(&out, " %zu failed by socklings' own fault, and ", s->internal_errors);
        strbuf_puts(&out, text_plural(s->internal_errors, "has no mark: class.html names it.",
                                      "have no mark: class.html names them."));
    }
    cli_say(cli, "%s", out.data);
    strbuf_free(&out);
}

static void say_summary(struct telling *telling, const struct grade_request *request,
                        const struct grade_summary *s, bool merged)
{
    struct cli *cli = telling->cli;
    tally_clear(&telling->tally);
    say_counts(cli, s, merged);
    list_names(cli, &telling->refused, "Could not be taken:");
    list_names(cli, &telling->errors,
               "Failed by socklings' own fault, and have no mark (the same command tries again):");
    cli_say(cli, "The results are in %s.", request->out);
}

static void json_names(struct strbuf *out, const char *field, const struct named *list)
{
    json_field(out, field);
    strbuf_putc(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        json_comma(out);
        json_text(out, list->lines[i]);
    }
    strbuf_putc(out, ']');
}

static void print_json(const struct telling *telling, const struct grade_request *request,
                       const struct grade_summary *s, const char *stopped)
{
    const struct {
        const char *name;
        size_t value;
    } counts[] = {{"graded", s->graded},
                  {"reused", s->reused},
                  {"passed", s->passed},
                  {"refused", s->refused},
                  {"internal_errors", s->internal_errors},
                  {"flaky", s->flaky},
                  {"left", s->left}};
    struct strbuf out = STRBUF_INIT;
    strbuf_puts(&out, "{\"version\":1");
    json_field(&out, "out");
    json_text(&out, request->out);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_field(&out, counts[i].name);
        json_uint(&out, counts[i].value);
    }
    json_names(&out, "refusals", &telling->refused);
    json_names(&out, "errors", &telling->errors);
    if (stopped != NULL) {
        json_field(&out, "stopped");
        json_text(&out, stopped);
    }
    strbuf_puts(&out, "}\n");
    fputs(out.data, stdout);
    strbuf_free(&out);
}

static bool ends_well(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && strchr(".?!", text[len - 1]) != NULL;
}

static int finish(struct telling *telling, const struct grade_request *request,
                  const struct grade_summary *s, int rc, const struct error *err, bool merged)
{
    struct cli *cli = telling->cli;
    int status = rc == 0 && s->internal_errors == 0 ? EXIT_PASS : EXIT_INTERNAL;
    tally_clear(&telling->tally);
    if (rc != 0 && !s->begun && !s->unfit)
        status = EXIT_USAGE;
    if (telling->json)
        print_json(telling, request, s, rc != 0 ? err->text : NULL);
    if (rc != 0 && signals.interrupted)
        cli_error(cli,
                  "Stopped: %zu judged, %zu left. The same command goes on from there; nothing "
                  "that was judged is lost.",
                  s->graded + s->reused, s->left);
    else if (rc != 0 && s->begun && !merged)
        cli_error(cli,
                  "Stopped: %s%s What was judged is kept: the same command goes on from there.",
                  err->text, ends_well(err->text) ? "" : ".");
    else if (rc != 0)
        cli_error(cli, "%s%s", err->text, ends_well(err->text) ? "" : ".");
    else if (!telling->json)
        say_summary(telling, request, s, merged);
    unname(&telling->refused);
    unname(&telling->errors);
    return status;
}

/* --- the command line --- */

static unsigned processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? (unsigned)n : 1;
}

static int number(const struct invocation *inv, const char *option, unsigned long long most,
                  unsigned *out, struct error *err)
{
    unsigned long long value;
    const char *text = invocation_option(inv, option);
    if (text == NULL)
        return 0;
    if (args_number(text, option, most, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int shard(const char *text, struct grade_request *r, struct error *err)
{
    unsigned i, n;
    int used = 0;
    if (text == NULL)
        return 0;
    if (strspn(text, "0123456789/") != strlen(text) || strlen(text) > 13 ||
        sscanf(text, "%u/%u%n", &i, &n, &used) != 2 || text[used] != '\0' || i < 1 || i > n ||
        n > SHARDS_MOST)
        return error_set(err,
                         "--shard takes I/N, the I-th of N parts: 1/4, 2/4, 3/4 and 4/4. \"%.20s\" "
                         "is none of them",
                         text);
    r->shard = i;
    r->shards = n;
    return 0;
}

/* The labs that were named, or all; the list is the caller's. */
static const struct lab **choose_labs(struct cli *cli, const struct invocation *inv, size_t *count)
{
    const struct lab **labs =
        mem_alloc((cli->catalog.nlabs + COMMAND_REPEATS_MAX + 2) * sizeof(struct lab *));
    const char *wanted;
    *count = 0;
    for (int i = 0; (wanted = invocation_repeated(inv, "--lab", i)) != NULL; i++) {
        const struct lab *lab = cli_lab(cli, wanted);
        if (lab == NULL) {
            free(labs);
            return NULL;
        }
        bool twice = false;
        for (size_t k = 0; k < *count; k++)
            twice = twice || labs[k] == lab;
        if (!twice)
            labs[(*count)++] = lab;
    }
    for (unsigned i = 0; *count == 0 && i < cli->catalog.nlabs; i++)
        labs[i] = cli->catalog.labs[i];
    if (*count == 0)
        *count = cli->catalog.nlabs;
    return labs;
}

/* A moment, or a span that lies behind us. */
static int since(const char *text, int64_t *out, struct error *err)
{
    const char *why;
    int64_t span;
    if (date_parse_span(text, &span, &why) == 0) {
        *out = (int64_t)time(NULL) - span;
        return 0;
    }
    if (date_parse(text, out, &why) == 0)
        return 0;
    return error_set(err,
                     "--since takes a moment, as 2026-11-20T18:00+01:00, or a span, as 2d or 12h, "
                     "not \"%.40s\".",
                     text);
}

static int read_options(const struct invocation *inv, struct grade_request *r, struct error *err)
{
    unsigned long long seed = 0;
    const char *text = invocation_option(inv, "--since"), *asked = invocation_option(inv, "--seed");
    if (asked != NULL && args_number(asked, "--seed", UINT64_MAX, &seed, err) != 0)
        return -1;
    r->seed = seed;
    r->jobs = processors();
    r->repeat = r->shard = r->shards = 1;
    r->fresh = invocation_option(inv, "--fresh") != NULL;
    r->watch = invocation_option(inv, "--watch") != NULL;
    return number(inv, "--jobs", JOBS_MOST, &r->jobs, err) != 0 ||
                   number(inv, "--repeat", REPEATS_MOST, &r->repeat, err) != 0 ||
                   shard(invocation_option(inv, "--shard"), r, err) != 0 ||
                   (text != NULL && since(text, &r->since, err) != 0)
               ? -1
               : 0;
}

static void common(const struct cli *cli, const struct invocation *inv, const char *out,
                   struct grade_request *r, struct telling *telling)
{
    r->paths = inv->all;
    r->npaths = (size_t)inv->nall;
    r->catalog = &cli->catalog;
    r->lib_dir = cli->paths.lib;
    r->lib_archive = cli->paths.lib_archive;
    r->version = SOCKLINGS_VERSION;
    r->out = invocation_option(inv, "--out") ? invocation_option(inv, "--out") : out;
    r->policy = invocation_option(inv, "--policy");
    r->formats = invocation_option(inv, "--format");
    r->interrupted = &signals.interrupted;
    r->progress = on_progress;
    r->notice = on_notice;
    r->refused = on_refused;
    r->progress_arg = telling;
}

static int grade(struct cli *cli, const struct invocation *inv, struct telling *telling,
                 struct grade_request *r)
{
    struct grade_summary summary = {.graded = 0};
    struct error err = {""};
    const char *only[COMMAND_REPEATS_MAX + 1];
    const struct lab **labs = choose_labs(cli, inv, &r->nlabs);
    if (labs == NULL)
        return EXIT_USAGE;
    while (r->nonly <= COMMAND_REPEATS_MAX &&
           (only[r->nonly] = invocation_repeated(inv, "--only", (int)r->nonly)) != NULL)
        r->nonly++;
    r->only = only;
    r->labs = labs;
    if (r->watch && !telling->json) {
        cli_say(cli, "Watching; Ctrl-C ends it.");
        fflush(stdout); /* nothing may come for hours */
    }
    int rc = grade_run(cli->loop, r, &summary, &err);
    if (rc == 0 && r->watch) /* that is how it ends */
        signals.interrupted = signals.terminated;
    int status = finish(telling, r, &summary, rc, &err, false);
    free(labs);
    return status;
}

static void tell_wrong(struct cli *cli, const struct error *err)
{
    cli_error(cli, "%s%s", err->text, ends_well(err->text) ? "" : ".");
}

static void tell_broken(const struct cli *cli, struct telling *telling)
{
    for (unsigned i = 0; i < cli->catalog.nbroken; i++)
        on_notice(telling, cli->catalog.broken[i].err.text);
}

int cmd_grade(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    const char *over = invocation_option(inv, "--hidden");
    char *hidden = NULL;
    struct grade_request request = {.npaths = 0};
    struct telling telling = {.cli = cli, .json = invocation_option(inv, "--json") != NULL};
    int status = EXIT_USAGE;
    tally_init(&telling.tally, cli, telling.json);
    common(cli, inv, "grades", &request, &telling);
    tell_broken(cli, &telling);
    if (read_options(inv, &request, &err) != 0 ||
        (over != NULL && cli_lay_over(cli, over, &hidden, &err) != 0)) {
        tell_wrong(cli, &err);
    } else {
        request.hidden = hidden;
        telling.watch = request.watch;
        status = grade(cli, inv, &telling, &request);
    }
    if (over != NULL)
        cli_lift_off(cli);
    free(hidden);
    return status;
}

int cmd_merge(struct cli *cli, const struct invocation *inv)
{
    struct error err = {""};
    const char *over = invocation_option(inv, "--hidden");
    char *hidden = NULL;
    struct grade_summary summary = {.graded = 0};
    struct grade_request request = {.npaths = 0};
    struct telling telling = {.cli = cli, .json = invocation_option(inv, "--json") != NULL};
    int status = EXIT_USAGE;
    tally_init(&telling.tally, cli, telling.json);
    common(cli, inv, "merged", &request, &telling);
    if (over != NULL && cli_lay_over(cli, over, &hidden, &err) != 0) {
        tell_wrong(cli, &err);
    } else {
        request.hidden = hidden;
        int rc = grade_merge(&request, &summary, &err);
        status = finish(&telling, &request, &summary, rc, &err, true);
    }
    if (over != NULL)
        cli_lift_off(cli);
    free(hidden);
    return status;
}
