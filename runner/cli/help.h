/* cli/help - what the table of commands says: overview, one command, manual page. */
#ifndef SOCKLINGS_CLI_HELP_H
#define SOCKLINGS_CLI_HELP_H

#include "cli/cli.h"

/* Every command with its one line, for the prompt or for `socklings --help`. */
void help_overview(struct cli *cli);

/* Synopsis, text and options of one command. */
void help_command(struct cli *cli, const struct command *command);

/* The manual page socklings(1) as roff. */
void help_man(struct strbuf *out);

#endif
