/*
 * socklings - the program: `socklings` opens the prompt, `socklings COMMAND …` runs one command.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "cli/repl.h"
#include "cli/signals.h"

/* Takes the value of the option at argv[*i], "--work DIR" or "--work=DIR". False: it is another
 * option. */
static bool take_value(const char *name, int argc, char **argv, int *i, const char **value)
{
    size_t len = strlen(name);
    if (strncmp(argv[*i], name, len) != 0)
        return false;
    if (argv[*i][len] == '=') {
        *value = argv[*i] + len + 1;
        return true;
    }
    if (argv[*i][len] != '\0')
        return false;
    *value = *i + 1 < argc ? argv[++*i] : "";
    return true;
}

static int usage(struct cli *cli, const char *what, const char *word)
{
    cli_error(cli, "%s %s. \"%s--help\" tells what there is.", what, word, cli_prefix(cli));
    return EXIT_USAGE;
}

/* Options before the command. Returns the index of the command (argc: none), or -1 with *status set
 * when there is nothing more to do. */
static int global_options(struct cli *cli, int argc, char **argv, int *status)
{
    int i;
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        const char *word = argv[i], *value = NULL;
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            help_overview(cli);
            *status = EXIT_PASS;
            return -1;
        }
        if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
            printf("socklings %s\n", SOCKLINGS_VERSION);
            *status = EXIT_PASS;
            return -1;
        }
        if (take_value("--work", argc, argv, &i, &value))
            cli->work_dir = value;
        else if (take_value("--lang", argc, argv, &i, &value))
            cli->language = value;
        else {
            *status = usage(cli, "There is no option", word);
            return -1;
        }
        if (!*value) {
            *status = usage(cli, "A value is missing after", word);
            return -1;
        }
    }
    return i;
}

/* A language is the name of a folder of lessons/, and nothing that leads out of it. */
static bool good_language(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return len > 0 && len <= 12 && !name[len];
}

int main(int argc, char **argv)
{
    struct cli cli;
    int status = EXIT_PASS;
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* JSON has points, not commas */
    cli_init(&cli);
    cli_set_program(&cli, argv[0]);
    const char *language = getenv("SOCKLINGS_LANG");
    if (language && *language)
        cli.language = language;
    int first = global_options(&cli, argc, argv, &status);
    if (first >= 0 && !good_language(cli.language))
        status = usage(&cli, "That is no language (use en or zh):", cli.language);
    else if (first >= 0) {
        signals_catch();
        if (first == argc)
            status = repl_run(&cli);
        else
            status = cli_run_words(&cli, argc - first, argv + first);
    }
    if (fflush(stdout) != 0 && status == EXIT_PASS)
        status = EXIT_INTERNAL;
    cli_free(&cli);
    /* A command that Ctrl-C stopped ends by it, so that a shell's loop around it stops too. */
    if (signals.terminated)
        signals_die(signals.terminated);
    if (signals.interrupted && first >= 0 && first < argc)
        signals_die(SIGINT);
    return status;
}
