/* cli - opening what a command needs, and running it. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cli/args.h"
#include "cli/help.h"
#include "scene/factory.h"

void cli_init(struct cli *cli)
{
    memset(cli, 0, sizeof *cli);
    const char *dir = getenv("SOCKLINGS_WORK");
    cli->work_dir = dir && *dir ? dir : "work";
    cli->language = "en";
    term_probe(&cli->term);
}

void cli_free(struct cli *cli)
{
    if (cli->workspace)
        workspace_free(cli->workspace);
    if (cli->catalog_loaded)
        catalog_free(&cli->catalog);
    if (cli->loop)
        loop_free(cli->loop);
    free(cli->prefix);
    free(cli->paths.root);
    free(cli->paths.labs);
    free(cli->paths.lessons);
    free(cli->paths.lib);
    free(cli->paths.lib_archive);
}

static __attribute__((format(printf, 4, 0))) void
print_wrapped(struct cli *cli, FILE *to, const char *first, const char *format, va_list ap)
{
    struct strbuf text = STRBUF_INIT, lines = STRBUF_INIT;
    char *plain = NULL;
    if (vasprintf(&plain, format, ap) < 0)
        plain = NULL;
    strbuf_puts(&text, plain ? plain : format);
    /* An error that goes to a file or pipe is one line, so that it can be searched for. */
    if (to == stdout || isatty(STDERR_FILENO) == 1)
        text_wrap(&lines, text.data, look_width(&cli->term.look), first, NULL);
    else
        strbuf_printf(&lines, "%s%s\n", first ? first : "", text.data);
    if (to == stderr)
        fflush(stdout);
    fputs(lines.data, to);
    free(plain);
    strbuf_free(&text);
    strbuf_free(&lines);
}

void cli_error(struct cli *cli, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    print_wrapped(cli, stderr, cli->prompt ? NULL : "socklings: ", format, ap);
    va_end(ap);
}

void cli_say(struct cli *cli, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    print_wrapped(cli, stdout, NULL, format, ap);
    va_end(ap);
}

void cli_heading(struct cli *cli, const char *format, ...)
{
    va_list ap;
    fputs(look_on(&cli->term.look, LOOK_BOLD), stdout);
    va_start(ap, format);
    print_wrapped(cli, stdout, NULL, format, ap);
    va_end(ap);
    fputs(look_off(&cli->term.look), stdout);
}

const char *cli_prefix(const struct cli *cli)
{
    return cli->prompt ? "" : cli->prefix ? cli->prefix : "socklings ";
}

void cli_set_program(struct cli *cli, const char *typed)
{
    struct strbuf out = STRBUF_INIT;
    if (typed == NULL || *typed == '\0' || !utf8_valid(typed, strlen(typed)))
        typed = "socklings";
    cli_quote(&out, typed);
    strbuf_putc(&out, ' ');
    free(cli->prefix);
    cli->prefix = strbuf_take(&out);
}

void cli_quote(struct strbuf *out, const char *word)
{
    text_shell_word(out, word);
}

void cli_duration(long long seconds, struct strbuf *out)
{
    if (seconds < 60)
        strbuf_printf(out, "%lld s", seconds);
    else if (seconds < 3600)
        strbuf_printf(out, "%lld min", seconds / 60);
    else
        strbuf_printf(out, "%lld h %lld min", seconds / 3600, seconds / 60 % 60);
}

void cli_print_json(struct cJSON *doc)
{
    char *text = cJSON_Print(doc);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(doc);
}

int cli_reload_catalog(struct cli *cli, struct error *err)
{
    struct catalog fresh;
    memset(&fresh, 0, sizeof fresh);
    if (cli_find_data(cli, err) < 0 || catalog_load(&fresh, cli->paths.labs, err) < 0)
        return -1;
    if (cli->catalog_loaded)
        catalog_free(&cli->catalog);
    cli->catalog = fresh;
    cli->catalog_loaded = true;
    return 0;
}

int cli_lay_over(struct cli *cli, const char *dir, char **path, struct error *err)
{
    *path = realpath(dir, NULL);
    if (*path == NULL || !file_is_dir(*path))
        return error_set(err, "%s is no folder. --hidden names one that holds NN_name/lab.json.",
                         dir);
    factory_hide(*path);
    /* Anew, since what was laid over stays. */
    return cli_reload_catalog(cli, err) < 0 ? -1 : catalog_lay_over(&cli->catalog, *path, err);
}

void cli_lift_off(struct cli *cli)
{
    struct error err;
    if (cli_reload_catalog(cli, &err) < 0)
        cli_error(cli, "%s", err.text);
}

static int open_workspace(struct cli *cli, struct error *err)
{
    struct strbuf notice = STRBUF_INIT;
    cli->workspace = workspace_open(cli->work_dir, &notice, err);
    if (notice.len)
        cli_error(cli, "%s", notice.data);
    strbuf_free(&notice);
    return cli->workspace ? 0 : -1;
}

static int open_needs(struct cli *cli, unsigned needs, struct error *err)
{
    if ((needs & NEEDS_CATALOG) && !cli->catalog_loaded && cli_reload_catalog(cli, err) < 0)
        return -1;
    if ((needs & NEEDS_WORKSPACE) && !cli->workspace && open_workspace(cli, err) < 0)
        return -1;
    if ((needs & NEEDS_LOOP) && !cli->loop && !(cli->loop = loop_new(err)))
        return -1;
    return 0;
}

/* What the workspace found while it noted something: a damaged file set aside, say. */
static void tell_notices(struct cli *cli)
{
    struct strbuf notice = STRBUF_INIT;
    if (cli->workspace)
        workspace_notice(cli->workspace, &notice);
    if (notice.len)
        cli_error(cli, "%s", notice.data);
    strbuf_free(&notice);
}

/* `check --help` is what people try first. */
static bool asks_for_help(int count, char *const *words)
{
    for (int i = 1; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    return false;
}

/* Opens what the command needs, and calls its handler. */
static int run_invocation(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    unsigned needs = inv->command->needs;
    if (open_needs(cli, needs & ~(unsigned)NEEDS_WORKSPACE, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_INTERNAL;
    }
    if (open_needs(cli, needs & NEEDS_WORKSPACE, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE; /* a folder that the command line, or the environment, named */
    }
    int status = inv->command->run(cli, inv);
    tell_notices(cli);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_error(cli, "The output could not be written: %s.", strerror(errno));
        clearerr(stdout);
        return EXIT_INTERNAL;
    }
    return status;
}

int cli_run_words(struct cli *cli, int count, char *const *words)
{
    struct error err;
    struct invocation inv;
    const struct command *command = command_find(words[0], &err);
    if (command && asks_for_help(count, words)) {
        help_command(cli, command);
        return EXIT_PASS;
    }
    if (!command || args_parse(command, count, words, &inv, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    int status = run_invocation(cli, &inv);
    invocation_free(&inv);
    return status;
}

/* A number of a lab to come reads differently from a name that was mistyped. */
static void tell_no_lab(struct cli *cli, const char *wanted, const char *why)
{
    size_t digits = strspn(wanted, "0123456789");
    if (digits > 0 && wanted[digits] == '\0' && strncmp(why, "there is no lab", 15) == 0)
        cli_error(cli, "There is no lab %.9s yet; \"%slist\" shows which there are.", wanted,
                  cli_prefix(cli));
    else if (strncmp(why, "there is", 8) == 0)
        cli_error(cli, "There is%s%s", why + 8, why[strlen(why) - 1] == '?' ? "" : ".");
    else
        cli_error(cli, "%s", why);
}

const struct lab *cli_lab(struct cli *cli, const char *name)
{
    struct error err;
    const char *wanted = name;
    if (!wanted && cli->workspace)
        wanted = workspace_current(cli->workspace);
    if (!wanted) {
        unsigned first = cli->catalog.nlabs ? cli->catalog.labs[0]->number : 1;
        cli_error(cli,
                  "Which lab? None has been started here yet. \"%sstart %u\" begins lab %u; "
                  "\"%slist\" shows them all.",
                  cli_prefix(cli), first, first, cli_prefix(cli));
        return NULL;
    }
    const struct lab *lab = catalog_find(&cli->catalog, wanted, &err);
    if (!lab)
        tell_no_lab(cli, wanted, err.text);
    return lab;
}
