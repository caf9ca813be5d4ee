/* cli: start, next, reset, solution - the learner's files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/handlers.h"
#include "cli/pager.h"
#include "cli/step.h"

enum { SOURCE_MAX = 1024 * 1024 };

static void tell_step(struct cli *cli, const struct lab *lab, const struct lab_step *step)
{
    cli_say(cli, "Step %u of %u: %s. %s", (unsigned)(step - lab->steps) + 1, lab->nsteps,
            step->title, step->goal);
    cli_say(cli, "\"%slesson\" explains it, \"%scheck\" tries your program, \"%shint\" helps.",
            cli_prefix(cli), cli_prefix(cli), cli_prefix(cli));
}

static int start_lab(struct cli *cli, const struct lab *lab)
{
    struct error err;
    unsigned created = 0;
    if (workspace_start(cli->workspace, lab, cli->paths.lib, &created, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    cli_heading(cli, "%s: %s", lab->id, lab->title);
    cli_say(cli, "%s", lab->summary);
    putchar('\n');
    for (unsigned i = 0; i < lab->nprograms; i++)
        printf("  %s/%s\n", workspace_lab_dir(cli->workspace, lab), lab->programs[i].source);
    putchar('\n');
    if (created == 0)
        cli_say(cli, "Your files were there already and are as you left them.");
    const struct lab_step *step = step_to_do(cli, lab, NULL);
    if (workspace_progress(cli->workspace, lab)->passed)
        cli_say(cli, step ? "You have passed this lab before." : "You have passed this lab.");
    if (step)
        tell_step(cli, lab, step);
    if (workspace_set_current(cli->workspace, lab, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    return EXIT_PASS;
}

int cmd_start(struct cli *cli, const struct invocation *inv)
{
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    return lab ? start_lab(cli, lab) : EXIT_USAGE;
}

/* The first lab behind `after` that does not pass, else the first of all. */
static const struct lab *next_lab(struct cli *cli, const struct lab *after)
{
    const struct lab *first = NULL;
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        const struct lab *lab = cli->catalog.labs[i];
        if (lab == after || workspace_progress(cli->workspace, lab)->passed)
            continue;
        if (!after || lab->number > after->number)
            return lab;
        if (!first)
            first = lab;
    }
    return first;
}

int cmd_next(struct cli *cli, const struct invocation *inv)
{
    const char *current = workspace_current(cli->workspace);
    const struct lab *now = current ? catalog_find(&cli->catalog, current, NULL) : NULL;
    const struct lab *lab = next_lab(cli, now);
    bool open = now && !workspace_progress(cli->workspace, now)->passed;
    (void)inv;
    if (lab) {
        if (open)
            cli_say(cli,
                    "%s does not pass yet; it stays as it is, and \"%sstart %u\" takes you back.",
                    now->id, cli_prefix(cli), now->number);
        return start_lab(cli, lab);
    }
    if (open)
        cli_say(cli, "%s is the only lab left.", now->id);
    else if (cli->catalog.nlabs)
        cli_say(cli, "You have passed every lab there is.");
    else
        cli_say(cli, "There are no labs in %s.", cli->paths.labs);
    return EXIT_PASS;
}

int cmd_reset(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    struct strbuf backups = STRBUF_INIT;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (!lab)
        return EXIT_USAGE;
    if (!file_is_dir(workspace_lab_dir(cli->workspace, lab))) {
        cli_error(cli, "%s has not been started here; \"%sstart %u\" begins it.", lab->id,
                  cli_prefix(cli), lab->number);
        return EXIT_USAGE;
    }
    if (workspace_reset(cli->workspace, lab, &backups, &err) < 0) {
        cli_error(cli, "%s", err.text);
        strbuf_free(&backups);
        return EXIT_USAGE;
    }
    if (backups.len) {
        printf("The starter is back in %s. Your work is kept:\n",
               workspace_lab_dir(cli->workspace, lab));
        printf("%s%s", backups.data, backups.data[backups.len - 1] == '\n' ? "" : "\n");
    } else {
        cli_say(cli, "The files in %s are the starter's already; nothing was changed.",
                workspace_lab_dir(cli->workspace, lab));
    }
    strbuf_free(&backups);
    return EXIT_PASS;
}

/* --- solution --- */

/* A line that holds nothing but the mark of an excerpt, such as a comment with [bind] in it. */
static bool is_mark(const char *line, size_t len)
{
    const char *end = line + len;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    return end - line > 5 && strncmp(line, "/* [", 4) == 0 &&
           memmem(line, (size_t)(end - line), "] */", 4) != NULL;
}

static int add_source(const struct lab *lab, const char *source, struct strbuf *out,
                      struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    char *path = mem_format("%s/solution/%s", lab->dir, source);
    int status = file_read(path, SOURCE_MAX, FILE_REGULAR, &text, err);
    const char *line = text.data, *end = text.data + text.len;
    while (status == 0 && line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t len = stop ? (size_t)(stop - line) + 1 : (size_t)(end - line);
        if (!is_mark(line, len))
            strbuf_add(out, line, len);
        line += len;
    }
    free(path);
    strbuf_free(&text);
    return status;
}

static int show_solution(struct cli *cli, const struct lab *lab)
{
    struct error err;
    struct strbuf out = STRBUF_INIT;
    int status = EXIT_PASS;
    for (unsigned i = 0; i < lab->nprograms && status == EXIT_PASS; i++) {
        if (lab->nprograms > 1)
            strbuf_printf(&out, "%s%s:\n\n", i ? "\n" : "", lab->programs[i].source);
        if (add_source(lab, lab->programs[i].source, &out, &err) < 0) {
            cli_error(cli, "%s", err.text);
            status = EXIT_INTERNAL;
        }
    }
    if (status == EXIT_PASS)
        pager_show(cli, &out);
    strbuf_free(&out);
    return status;
}

int cmd_solution(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (!lab)
        return EXIT_USAGE;
    bool passed = workspace_progress(cli->workspace, lab)->passed;
    if (!passed && !invocation_option(inv, "--give-up")) {
        cli_error(cli,
                  "%s does not pass yet. \"%shint %u\" helps with the step that fails; "
                  "\"%ssolution %u --give-up\" shows the solution all the same.",
                  lab->id, cli_prefix(cli), lab->number, cli_prefix(cli), lab->number);
        return EXIT_FAIL;
    }
    if (!passed && workspace_note_gave_up(cli->workspace, lab, &err) < 0)
        cli_error(cli, "That you have seen the solution could not be noted: %s", err.text);
    return show_solution(cli, lab);
}
