/*
 * cli/input - one line from whoever types: readline on a terminal, plain reading elsewhere.
 *
 * The prompt and the quiz both read through here. On a pipe nothing is echoed or prompted, and not
 * a byte beyond the line is taken, so that a program started by `run` finds its own input.
 */
#ifndef SOCKLINGS_CLI_INPUT_H
#define SOCKLINGS_CLI_INPUT_H

#include "base/strbuf.h"
#include "cli/cli.h"

enum input_status {
    INPUT_LINE,        /* *line holds it, without the newline */
    INPUT_END,         /* end of input (Ctrl-D), or the process is asked to end */
    INPUT_INTERRUPTED, /* Ctrl-C: what was typed so far is forgotten */
    INPUT_BAD,         /* not a line: too long, or with a zero byte; it was skipped and told */
};

enum { INPUT_LINE_MAX = 64 * 1024 };

/* Blocks until there is a line. The prompt may hold colour codes between \001 and \002. */
enum input_status input_line(struct cli *cli, const char *prompt, struct strbuf *line);

/* The same on a terminal, while something else goes on: `turn` is called again and again; it blocks
 * for some milliseconds, or until something happens. Before it prints (whole lines) it calls
 * input_above, and what it prints stands above the line that is being typed. */
enum input_status input_line_beside(struct cli *cli, const char *prompt, struct strbuf *line,
                                    void (*turn)(void *arg), void *arg);
void input_above(void); /* no line is being typed: does nothing */

/* History and completion: on for the prompt of the REPL, off for answers. Reads the history that is
 * kept in $XDG_STATE_HOME/socklings/history; a history that cannot be read or kept is no error. */
void input_history_open(struct cli *cli);
void input_history_add(const char *line); /* kept at once, so that a kill loses nothing */
void input_history_use(bool on);

#endif
