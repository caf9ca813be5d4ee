/*
 * cli/command - the one table of commands.
 *
 * The table (cli/table.c) drives parsing, help, completion, the nearest name for a typing mistake,
 * and the manual page. A command is added by adding a row and a handler; see README.md beside this
 * file.
 */
#ifndef SOCKLINGS_CLI_COMMAND_H
#define SOCKLINGS_CLI_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

struct cli;

/* Exit statuses, a contract with scripts. */
enum exit_status { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 3 };

/* What may stand in a place, for completion. */
enum complete_kind {
    COMPLETE_NONE,
    COMPLETE_LAB,     /* number, id or name */
    COMPLETE_ROLE,    /* a program of the lab named before it */
    COMPLETE_SECTION, /* of the lesson of that lab */
    COMPLETE_COMMAND,
    COMPLETE_DIR,
};

enum { COMMAND_ARGS_MAX = 2, COMMAND_OPTIONS_MAX = 14, COMMAND_REPEATS_MAX = 32 };

struct command_arg {
    const char *name; /* "N", "ROLE": NULL ends the list */
    enum complete_kind complete;
    bool required;
};

struct command_option {
    const char *name;  /* "--src": NULL ends the list */
    const char *value; /* "DIR"; "[DIR]" when it may be left out; NULL for a flag */
    enum complete_kind complete;
    const char *help;
    bool repeats; /* may be given several times */
};

/* What must be there before the handler is called. */
enum command_needs { NEEDS_NOTHING = 0, NEEDS_CATALOG = 1, NEEDS_WORKSPACE = 2, NEEDS_LOOP = 4 };

/* A command as it was typed: parsed against its row. The texts belong to the caller of args_parse.
 */
struct invocation {
    const struct command *command;
    const char *args[COMMAND_ARGS_MAX];       /* NULL: not given */
    const char *options[COMMAND_OPTIONS_MAX]; /* as in the row: NULL, the value, or "" for a flag */
    /* Of options that repeat: the values after the first. */
    struct {
        int option;
        const char *value;
    } more[COMMAND_REPEATS_MAX];
    int nmore;
    char *const *rest; /* what stood after "--", NULL-terminated */
    int nrest;
    char **all; /* of a command with `many`: every argument, NULL-terminated; invocation_free */
    int nall;
};

struct command {
    const char *name;
    const char *alias; /* another name, not shown in lists; or NULL */
    struct command_arg args[COMMAND_ARGS_MAX + 1];
    struct command_option options[COMMAND_OPTIONS_MAX + 1];
    const char *rest;    /* name of what may follow "--" ("ARGS"), or NULL */
    const char *summary; /* one line, without a full stop */
    const char *details; /* paragraphs, each one line; separated by empty lines; may be NULL */
    unsigned needs;      /* enum command_needs */
    bool many;           /* the last argument may stand there any number of times */
    int (*run)(struct cli *cli, const struct invocation *inv); /* returns an exit_status */
};

/* Ends with a row whose name is NULL. */
extern const struct command commands[];

/* By name or alias. NULL and *err, which names the nearest. */
const struct command *command_find(const char *name, struct error *err);

/* "check [N] [--src DIR] [--json]" */
void command_synopsis(const struct command *command, struct strbuf *out);

/* Frees what args_parse has allocated for it. */
void invocation_free(struct invocation *inv);

/* The option's value ("" for a flag that was given), or NULL. The option must be in the row. */
const char *invocation_option(const struct invocation *inv, const char *name);
/* The index-th value (from 0) of an option that repeats, or NULL. */
const char *invocation_repeated(const struct invocation *inv, const char *name, int index);

#endif
