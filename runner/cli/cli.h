/*
 * cli - what every command works with: where things are, the labs, the workspace, the terminal.
 *
 * Everything is opened when the first command needs it and kept until the end, so that `help` works
 * where nothing else does, and the prompt loads the labs once.
 */
#ifndef SOCKLINGS_CLI_CLI_H
#define SOCKLINGS_CLI_CLI_H

#include <stdbool.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/strbuf.h"
#include "catalog/lab.h"
#include "cli/command.h"
#include "cli/term.h"
#include "workspace/workspace.h"

#ifndef SOCKLINGS_VERSION
#define SOCKLINGS_VERSION "0.1.0"
#endif

/* Where the labs are. All are set together by cli_find_data. */
struct cli_paths {
    char *root; /* holds labs/, lessons/, lib/ */
    char *labs;
    char *lessons;
    char *lib;         /* lab.h and its like */
    char *lib_archive; /* libsocklings.a */
};

struct cli {
    struct term term;
    struct cli_paths paths;
    struct loop *loop; /* NULL until needed */
    struct catalog catalog;
    bool catalog_loaded;
    struct workspace *workspace; /* NULL until needed */
    const char *work_dir;        /* --work, $SOCKLINGS_WORK or "work" */
    const char *language;        /* "en": the lessons' */
    char *prefix;                /* what cli_prefix gives outside the prompt */
    bool prompt;                 /* in the REPL: commands are told as they are typed there */
    bool quit;                   /* `quit` was typed */
};

void cli_init(struct cli *cli);
void cli_free(struct cli *cli);

/* Finds the data: $SOCKLINGS_DATA, else beside or above the executable, else where it was built,
 * else where it was installed. -1 and *err that says where it looked. Done once. */
int cli_find_data(struct cli *cli, struct error *err);

/* Opens what the command needs and calls its handler; says on stderr what went wrong. words[0] is
 * the command's name. Returns an exit_status. */
int cli_run_words(struct cli *cli, int count, char *const *words);

/* Loads the labs anew (an author has changed them). */
int cli_reload_catalog(struct cli *cli, struct error *err);

/* Lays a folder of hidden labs over the labs (catalog_lay_over), for this command only: when it is
 * done, cli_lift_off loads the labs as they are for everybody. *path, which the caller frees, is
 * the folder's absolute path. -1 and *err. */
int cli_lay_over(struct cli *cli, const char *dir, char **path, struct error *err);
void cli_lift_off(struct cli *cli);

/* The lab that was named, or, when name is NULL, the one worked on last. NULL after having said
 * why not, and what to type. */
const struct lab *cli_lab(struct cli *cli, const char *name);

/* A line on stderr, after all that stands in stdout's buffer; wrapped to the terminal. A text that
 * ends in a full stop reads best. */
void cli_error(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for what is no error: notices, what to do next; on stdout. */
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A heading on stdout: bold, wrapped. */
void cli_heading(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "socklings check 5" at a shell, "check 5" at the prompt: how a command is told. At a shell the
 * program stands there as it was typed ("build/socklings "). */
const char *cli_prefix(const struct cli *cli);
void cli_set_program(struct cli *cli, const char *typed);

/* Adds the word so that a shell, and our prompt, take it as one word. */
void cli_quote(struct strbuf *out, const char *word);

/* Prints the document on stdout, indented, and deletes it. */
struct cJSON;
void cli_print_json(struct cJSON *doc);

/* "1 h 20 min" and the like, for time worked. */
void cli_duration(long long seconds, struct strbuf *out);

#endif
