/* cli: check - builds, runs and judges the learner's program. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "check/check.h"
#include "cli/args.h"
#include "cli/handlers.h"
#include "cli/signals.h"
#include "report/verdict_json.h"
#include "report/verdict_text.h"
#include "timeline/file.h"

/* What is told while a check runs: a line that the next one overwrites, on a terminal only. */
struct ticker {
    struct cli *cli;
    const struct lab *lab;
    bool shown;
};

static void tick(struct ticker *ticker, unsigned done)
{
    const struct lab *lab = ticker->lab;
    if (!ticker->cli->term.look.colour || ticker->cli->term.look.width < 40)
        return;
    if (done < lab->nsteps)
        printf("\r\033[Kchecking step %u of %u ...", done + 1, lab->nsteps);
    else
        printf("\r\033[K");
    ticker->shown = true;
    fflush(stdout);
}

static void on_step(void *arg, const struct step_result *result)
{
    struct ticker *ticker = arg;
    for (unsigned i = 0; i < ticker->lab->nsteps && result->status == STEP_PASS; i++)
        if (strcmp(ticker->lab->steps[i].id, result->id) == 0)
            tick(ticker, i + 1);
}

static void tick_end(struct ticker *ticker)
{
    if (ticker->shown)
        fputs("\r\033[K", stdout);
}

/* --- afterwards --- */

static void show_verdict(struct cli *cli, const struct verdict *verdict, bool json)
{
    struct strbuf out = STRBUF_INIT;
    struct look look = cli->term.look;
    look.program = cli_prefix(cli);
    if (json)
        verdict_json(verdict, &out);
    else
        verdict_text(verdict, &look, &out);
    fputs(out.data, stdout);
    strbuf_free(&out);
}

/* Notes which steps pass. A failure of ours, or a check that was stopped, says nothing of the
 * program. */
static void note(struct cli *cli, const struct lab *lab, const struct verdict *verdict)
{
    struct error err;
    if (verdict->outcome == OUTCOME_INTERNAL_ERROR)
        return;
    bool *passed = mem_alloc(lab->nsteps * sizeof *passed);
    for (unsigned i = 0; i < lab->nsteps; i++)
        for (unsigned k = 0; k < verdict->nsteps; k++)
            if (strcmp(lab->steps[i].id, verdict->steps[k].id) == 0)
                passed[i] = verdict->steps[k].status == STEP_PASS;
    if (workspace_note_check(cli->workspace, lab, passed, (int64_t)time(NULL), &err) < 0)
        cli_error(cli, "The result could not be noted in your progress: %s", err.text);
    else if (workspace_set_current(cli->workspace, lab, &err) < 0)
        cli_error(cli, "%s", err.text);
    free(passed);
}

/* Keeps the recording for `trace`. Only where there is a workspace, and without a word when it
 * cannot be written: that has been told of the progress. */
static void keep_recording(struct cli *cli, const struct lab *lab, const struct timeline *tl)
{
    if (!tl->count || !file_is_dir(workspace_dir(cli->workspace)))
        return;
    char *dir = file_join(workspace_dir(cli->workspace), ".socklings");
    char *path = mem_format("%s/%s.jsonl", dir, lab->id);
    if (file_make_dirs(dir, 0777, NULL) == 0)
        timeline_save(tl, path, NULL);
    free(path);
    free(dir);
}

/* The first of the lab's sources that the learner's folder lacks, or NULL. */
static const char *missing_source(struct cli *cli, const struct lab *lab)
{
    const char *missing = NULL;
    for (unsigned i = 0; i < lab->nprograms && !missing; i++) {
        char *path = file_join(workspace_lab_dir(cli->workspace, lab), lab->programs[i].source);
        if (!file_exists(path))
            missing = lab->programs[i].source;
        free(path);
    }
    return missing;
}

static void what_next(struct cli *cli, const struct lab *lab, const struct verdict *verdict)
{
    const char *prefix = cli_prefix(cli);
    if (verdict->outcome == OUTCOME_PASS)
        cli_say(cli,
                "\n\"%squiz\" asks what you have learned, \"%ssolution %u\" shows one way to "
                "write it, \"%snext\" goes on.",
                prefix, prefix, lab->number, prefix);
    else if (missing_source(cli, lab))
        cli_say(cli, "\n\"%sreset %u\" brings the starter back.", prefix, lab->number);
    else if (verdict->outcome != OUTCOME_INTERNAL_ERROR)
        cli_say(cli, "\n\"%shint\" helps with this step.", prefix);
}

/* --- the check --- */

/* A short one, since it is for typing; 0 when there is none to be had. */
static unsigned draw_seed(void)
{
    unsigned seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        return 0;
    return seed;
}

static int check(struct cli *cli, const struct invocation *inv, const struct lab *lab,
                 const struct check_request *request, struct ticker *ticker)
{
    bool json = invocation_option(inv, "--json") != NULL;
    bool own = invocation_option(inv, "--src") == NULL;
    struct verdict verdict;
    struct timeline last;
    memset(&verdict, 0, sizeof verdict);
    timeline_init(&last);
    if (!json)
        tick(ticker, 0);
    check_run(cli->loop, request, &verdict, &last);
    tick_end(ticker);
    if (signals.interrupted && verdict.outcome == OUTCOME_INTERNAL_ERROR) {
        if (!json)
            cli_say(cli, "Stopped. Nothing was noted.");
    } else {
        show_verdict(cli, &verdict, json);
        if (own)
            note(cli, lab, &verdict);
        keep_recording(cli, lab, &last);
        if (!json && own)
            what_next(cli, lab, &verdict);
    }
    int status = verdict_exit_status(&verdict);
    verdict_free(&verdict);
    timeline_free(&last);
    return status;
}

static int check_lab(struct cli *cli, const struct invocation *inv, const char *hidden)
{
    struct error err;
    unsigned long long seed = 0;
    const char *asked = invocation_option(inv, "--seed"), *src = invocation_option(inv, "--src");
    if (asked && args_number(asked, "--seed", UINT64_MAX, &seed, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (!lab)
        return EXIT_USAGE;
    if (src && !file_is_dir(src)) {
        cli_error(cli, "%s is no folder. --src names the folder that holds %s.", src,
                  lab->programs[0].source);
        return EXIT_USAGE;
    }
    if (!src)
        src = workspace_lab_dir(cli->workspace, lab);
    if (!file_is_dir(src)) {
        cli_error(cli, "%s has not been started here; \"%sstart %u\" begins it.", lab->id,
                  cli_prefix(cli), lab->number);
        return EXIT_USAGE;
    }
    if (seed == 0 && (seed = draw_seed()) == 0)
        seed = 1;
    struct strbuf again = STRBUF_INIT;
    strbuf_printf(&again, "%scheck %u", cli_prefix(cli), lab->number);
    if (invocation_option(inv, "--src")) { /* the learner's own folder need not be named */
        strbuf_puts(&again, " --src ");
        cli_quote(&again, src);
    }
    strbuf_printf(&again, " --seed %llu", seed);
    if (hidden) {
        strbuf_puts(&again, " --hidden ");
        cli_quote(&again, hidden);
    }
    struct check_request request = {.lab = lab,
                                    .source_dir = src,
                                    .lib_dir = cli->paths.lib,
                                    .lib_archive = cli->paths.lib_archive,
                                    .seed = seed,
                                    .reproduce = again.data,
                                    .interrupted = &signals.interrupted};
    struct ticker ticker = {.cli = cli, .lab = lab};
    if (!invocation_option(inv, "--json")) {
        request.progress = on_step;
        request.progress_arg = &ticker;
    }
    int status = check(cli, inv, lab, &request, &ticker);
    strbuf_free(&again);
    return status;
}

/* With hidden steps the labs are others than everybody's, so nothing is noted as progress: that
 * takes --src. */
int cmd_check(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    const char *over = invocation_option(inv, "--hidden");
    char *hidden = NULL;
    int status = EXIT_USAGE;
    if (!over)
        return check_lab(cli, inv, NULL);
    if (!invocation_option(inv, "--src"))
        cli_error(cli, "--hidden is for what was handed in: name its folder with --src.");
    else if (cli_lay_over(cli, over, &hidden, &err) < 0)
        cli_error(cli, "%s", err.text);
    else
        status = check_lab(cli, inv, hidden);
    free(hidden);
    cli_lift_off(cli);
    return status;
}
