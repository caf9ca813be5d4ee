/*
 * scene/console - a scene that somebody plays by hand: terminals on the hosts of a network, in each
 * of which commands are run, with no script, no limits of time and no verdict.
 *
 * A terminal is named as in a lesson's session: "alice" and "alice-2" are on the host alice.
 */
#ifndef SOCKLINGS_SCENE_CONSOLE_H
#define SOCKLINGS_SCENE_CONSOLE_H

#include "scene/scene.h"

struct console;

/* setup: the programs that lie in the current folder of every terminal, tier, seed; of the script
 * its network and wire; limits are not looked at. All of it must outlive the console. NULL and
 * *err. */
struct console *console_open(struct loop *loop, const struct scene_setup *setup, struct error *err);
/* Ends everything in it. NULL is fine. */
void console_close(struct console *console);

/* Runs a command of the shell in the terminal. -1 and *err: no such host, one still runs there. */
int console_run(struct console *console, const char *terminal, const char *command,
                struct error *err);
/* Types at the terminal; "\003" is Ctrl-C. -1 and *err when nothing runs there. */
int console_type(struct console *console, const char *terminal, const char *data, size_t len,
                 struct error *err);
int console_end_input(struct console *console, const char *terminal, struct error *err);
/* A rule of catalog/wire_rule.h; "clear"; "release all"; "release hold …". */
int console_wire(struct console *console, const char *rule, struct error *err);

/* Whether the host, or the terminal, is there; whether a command runs in it. */
bool console_knows(const struct console *console, const char *terminal);
bool console_runs(const struct console *console, const char *terminal);

/* What terminals have printed since the last call, and which commands have ended (data NULL;
 * `ended` is "exit status 1", "SIGSEGV", …). True when fn was called. */
typedef void console_fn(void *arg, const char *terminal, const char *data, size_t len,
                        const char *ended);
bool console_news(struct console *console, console_fn *fn, void *arg);

/* Everything sent has arrived and everybody sleeps. */
bool console_quiet(struct console *console);
/* Nothing will happen any more by itself. */
bool console_over(struct console *console);

#endif
