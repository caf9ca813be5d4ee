/* cli/repl - the prompt: reads commands until `quit` or the end of the input. */
#ifndef SOCKLINGS_CLI_REPL_H
#define SOCKLINGS_CLI_REPL_H

#include "cli/cli.h"

/* On a terminal: 0 at the end. With its input from a pipe: the exit_status of the last command that
 * failed, 0 if none did. */
int repl_run(struct cli *cli);

#endif
