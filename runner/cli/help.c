/* cli/help - texts made from the table of commands. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/handlers.h"

/* Options that stand before the command; main.c parses them. */
static const struct {
    const char *name, *help;
} global_options[] = {
    {"--work DIR", "the workspace (default: $SOCKLINGS_WORK, else ./work)"},
    {"--lang LANG", "the language of the lessons: en or zh (default: $SOCKLINGS_LANG, else en)"},
    {"--version", "which socklings this is"},
    {"--help", "this text"},
};

static const struct {
    const char *status, *help;
} exit_statuses[] = {
    {"0", "it passed"},
    {"1", "the program or the lab failed"},
    {"2", "a wrong command line"},
    {"3", "socklings itself failed; never the learner's fault"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "  name      text", the text wrapped beside the name, or below it where the terminal is narrow.
 */
static void add_item(struct cli *cli, struct strbuf *out, const char *name, size_t column,
                     const char *text)
{
    struct strbuf first = STRBUF_INIT, rest = STRBUF_INIT;
    size_t len = strlen(name);
    strbuf_printf(&first, "  %s", name);
    if ((unsigned)cli->term.look.width < 60 || len > column) {
        strbuf_printf(out, "%s\n", first.data);
        text_wrap(out, text, look_width(&cli->term.look), "    ", "    ");
    } else {
        strbuf_pad(&first, ' ', column - len + 2);
        strbuf_pad(&rest, ' ', column + 4);
        text_wrap(out, text, look_width(&cli->term.look), first.data, rest.data);
    }
    strbuf_free(&first);
    strbuf_free(&rest);
}

static void add_heading(struct cli *cli, struct strbuf *out, const char *text)
{
    strbuf_printf(out, "%s%s%s\n", look_on(&cli->term.look, LOOK_BOLD), text,
                  look_off(&cli->term.look));
}

void help_overview(struct cli *cli)
{
    struct strbuf out = STRBUF_INIT;
    if (!cli->prompt) {
        text_wrap(&out, "socklings: network programming in C, step by step",
                  look_width(&cli->term.look), NULL, NULL);
        strbuf_putc(&out, '\n');
        text_wrap(&out, "socklings [OPTIONS]", look_width(&cli->term.look), "usage: ", "       ");
        text_wrap(&out, "socklings [OPTIONS] COMMAND ...", look_width(&cli->term.look), "       ",
                  "       ");
        strbuf_putc(&out, '\n');
        text_wrap(&out, "Without a command it opens a prompt where the same commands are typed.",
                  look_width(&cli->term.look), NULL, NULL);
        strbuf_putc(&out, '\n');
    }
    add_heading(cli, &out, "Commands");
    for (const struct command *c = commands; c->name; c++)
        add_item(cli, &out, c->name, 10, c->summary);
    if (!cli->prompt) {
        strbuf_putc(&out, '\n');
        add_heading(cli, &out, "Options");
        for (size_t i = 0; i < COUNT(global_options); i++)
            add_item(cli, &out, global_options[i].name, 12, global_options[i].help);
        strbuf_putc(&out, '\n');
        add_heading(cli, &out, "Exit status");
        for (size_t i = 0; i < COUNT(exit_statuses); i++)
            add_item(cli, &out, exit_statuses[i].status, 2, exit_statuses[i].help);
    }
    strbuf_putc(&out, '\n');
    text_wrap(&out,
              cli->prompt ? "\"help COMMAND\" tells more about one."
                          : "\"socklings help COMMAND\" tells more about one.",
              look_width(&cli->term.look), NULL, NULL);
    fputs(out.data, stdout);
    strbuf_free(&out);
}

void help_command(struct cli *cli, const struct command *command)
{
    struct strbuf out = STRBUF_INIT, synopsis = STRBUF_INIT;
    strbuf_puts(&synopsis, cli_prefix(cli));
    command_synopsis(command, &synopsis);
    text_wrap(&out, synopsis.data, look_width(&cli->term.look), NULL, "    ");
    strbuf_putc(&out, '\n');
    const char *text = command->details;
    if (!text) {
        strbuf_cut(&synopsis, 0);
        strbuf_printf(&synopsis, "%s.", command->summary);
        text = synopsis.data;
        if (text[0] >= 'a' && text[0] <= 'z')
            synopsis.data[0] = (char)(text[0] - 'a' + 'A');
    }
    text_wrap(&out, text, look_width(&cli->term.look), NULL, NULL);
    if (command->options[0].name)
        strbuf_putc(&out, '\n');
    for (const struct command_option *o = command->options; o->name; o++) {
        struct strbuf name = STRBUF_INIT;
        strbuf_puts(&name, o->name);
        if (o->value)
            strbuf_printf(&name, " %s", o->value);
        add_item(cli, &out, name.data, 14, o->help);
        strbuf_free(&name);
    }
    fputs(out.data, stdout);
    strbuf_free(&synopsis);
    strbuf_free(&out);
}

/* --- the manual page --- */

/* Text for roff: backslashes and hyphens escaped, no line that begins with a control character. */
static void add_roff(struct strbuf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((p == text || p[-1] == '\n') && (*p == '.' || *p == '\''))
            strbuf_puts(out, "\\&");
        if (*p == '\n' && p[1] == '\n')
            strbuf_puts(out, "\n.sp"), p++;
        if (*p == '\\')
            strbuf_puts(out, "\\e");
        else if (*p == '-')
            strbuf_puts(out, "\\-");
        else
            strbuf_putc(out, *p);
    }
    strbuf_putc(out, '\n');
}

static void add_roff_command(struct strbuf *out, const struct command *command)
{
    struct strbuf synopsis = STRBUF_INIT;
    command_synopsis(command, &synopsis);
    strbuf_puts(out, ".SS ");
    add_roff(out, synopsis.data);
    add_roff(out, command->details ? command->details : command->summary);
    for (const struct command_option *o = command->options; o->name; o++) {
        strbuf_puts(out, ".TP\n.B ");
        strbuf_cut(&synopsis, 0);
        strbuf_printf(&synopsis, o->value ? "%s %s" : "%s", o->name, o->value);
        add_roff(out, synopsis.data);
        add_roff(out, o->help);
    }
    strbuf_free(&synopsis);
}

void help_man(struct strbuf *out)
{
    strbuf_printf(out, ".TH SOCKLINGS 1 \"\" \"socklings %s\" \"User Commands\"\n",
                  SOCKLINGS_VERSION);
    strbuf_puts(out, ".SH NAME\nsocklings \\- network programming in C, step by step\n");
    strbuf_puts(out, ".SH SYNOPSIS\n.B socklings\n[\\fIOPTIONS\\fR]\n.br\n.B socklings\n"
                     "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR ...\n");
    strbuf_puts(out, ".SH DESCRIPTION\n");
    add_roff(
        out,
        "Labs that teach network programming. Each is a small program that you write; socklings "
        "runs it in a private network, watches its socket calls, and explains what it did. Without "
        "a command a prompt opens where the same commands are typed.");
    strbuf_puts(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < COUNT(global_options); i++) {
        strbuf_puts(out, ".TP\n.B ");
        add_roff(out, global_options[i].name);
        add_roff(out, global_options[i].help);
    }
    strbuf_puts(out, ".SH COMMANDS\n");
    for (const struct command *c = commands; c->name; c++)
        add_roff_command(out, c);
    strbuf_puts(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < COUNT(exit_statuses); i++) {
        strbuf_puts(out, ".TP\n.B ");
        add_roff(out, exit_statuses[i].status);
        add_roff(out, exit_statuses[i].help);
    }
    strbuf_puts(out, ".SH FILES\n.TP\n.I work/\n");
    add_roff(out, "the learner's files and progress.json");
    strbuf_puts(out, ".TP\n.I ~/.local/state/socklings/history\n");
    add_roff(out, "what was typed at the prompt");
    strbuf_puts(out, ".TP\n.I ~/.cache/socklings/\n");
    add_roff(out, "compiled programs; may be removed at any time");
    strbuf_puts(out, ".SH ENVIRONMENT\n");
    add_roff(out, "SOCKLINGS_WORK, SOCKLINGS_LANG, SOCKLINGS_DATA (the folder with labs/, lessons/ "
                  "and lib/), "
                  "SOCKLINGS_CACHE, CC, PAGER, NO_COLOR.");
}

/* --- handlers --- */

int cmd_help(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    if (invocation_option(inv, "--man")) {
        struct strbuf page = STRBUF_INIT;
        help_man(&page);
        fputs(page.data, stdout);
        strbuf_free(&page);
        return EXIT_PASS;
    }
    if (!inv->args[0]) {
        help_overview(cli);
        return EXIT_PASS;
    }
    const struct command *command = command_find(inv->args[0], &err);
    if (!command) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    help_command(cli, command);
    return EXIT_PASS;
}

int cmd_version(struct cli *cli, const struct invocation *inv)
{
    (void)cli;
    (void)inv;
    printf("socklings %s\n", SOCKLINGS_VERSION);
    return EXIT_PASS;
}

int cmd_quit(struct cli *cli, const struct invocation *inv)
{
    (void)inv;
    cli->quit = true;
    return EXIT_PASS;
}
