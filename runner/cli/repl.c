/* cli/repl - the prompt. */
#include "cli/repl.h"

#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/input.h"
#include "cli/signals.h"

/* "05_udp_echo > ", coloured; the lab worked on stands in it. On a narrow terminal only "> ". */
static void make_prompt(struct cli *cli, struct strbuf *out)
{
    const char *current = cli->workspace ? workspace_current(cli->workspace) : NULL;
    strbuf_cut(out, 0);
    if ((unsigned)cli->term.look.width < 40)
        current = NULL;
    if (!current)
        current = (unsigned)cli->term.look.width < 40 ? "" : "socklings";
    if (cli->term.look.colour)
        strbuf_printf(out, "\001%s\002%s\001%s\002", look_on(&cli->term.look, LOOK_NOTE), current,
                      look_off(&cli->term.look));
    else
        strbuf_puts(out, current);
    strbuf_puts(out, *current ? " > " : "> ");
}

/* What the prompt needs for completion and its text; on a pipe each command opens what it needs
 * itself. That it cannot be had is told, but `help` and `doctor` must still be within reach. */
static void open_what_there_is(struct cli *cli)
{
    struct error err;
    struct strbuf notice = STRBUF_INIT;
    if (cli_reload_catalog(cli, &err) < 0)
        cli_error(cli, "%s", err.text);
    cli->workspace = workspace_open(cli->work_dir, &notice, &err);
    if (notice.len)
        cli_error(cli, "%s", notice.data);
    if (!cli->workspace)
        cli_error(cli, "%s", err.text);
    strbuf_free(&notice);
}

static void greet(struct cli *cli)
{
    cli_heading(cli, "socklings %s", SOCKLINGS_VERSION);
    const char *current = cli->workspace ? workspace_current(cli->workspace) : NULL;
    if (current)
        cli_say(cli,
                "You are at %s. \"check\" tries it, \"lesson\" explains, \"help\" lists what you "
                "can do.",
                current);
    else
        cli_say(cli,
                "Network programming in C, step by step. \"list\" shows the labs, \"start %u\" "
                "begins one, \"help\" lists what you can do.",
                cli->catalog_loaded && cli->catalog.nlabs ? cli->catalog.labs[0]->number : 1);
}

/* Runs one line. Returns its exit_status, or -1 for a line without a command. */
static int run_line(struct cli *cli, const char *line)
{
    struct error err;
    struct words words;
    int status = -1;
    if (words_split(line, &words, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    if (words.count) {
        signals.interrupted = 0;
        term_resize(&cli->term);
        status = cli_run_words(cli, words.count, words.words);
    }
    words_free(&words);
    return status;
}

int repl_run(struct cli *cli)
{
    struct strbuf line = STRBUF_INIT, prompt = STRBUF_INIT;
    bool terminal = cli->term.in_tty && cli->term.out_tty;
    int failed = EXIT_PASS;
    cli->prompt = true;
    input_history_open(cli);
    if (terminal) {
        open_what_there_is(cli);
        greet(cli);
    }
    while (!cli->quit && !signals.terminated) {
        make_prompt(cli, &prompt);
        input_history_use(true);
        enum input_status got = input_line(cli, prompt.data, &line);
        input_history_use(false);
        if (got == INPUT_END)
            break;
        if (got == INPUT_BAD)
            failed = EXIT_USAGE;
        if (got == INPUT_INTERRUPTED && !terminal)
            break;
        if (got != INPUT_LINE)
            continue;
        if (terminal)
            input_history_add(line.data);
        int status = run_line(cli, line.data);
        if (status > EXIT_PASS)
            failed = status;
    }
    if (terminal && !cli->quit && !signals.terminated)
        putchar('\n');
    fflush(stdout);
    strbuf_free(&line);
    strbuf_free(&prompt);
    return terminal ? EXIT_PASS : failed;
}
