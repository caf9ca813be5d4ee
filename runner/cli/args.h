/*
 * cli/args - from a typed line to an invocation of a command.
 */
#ifndef SOCKLINGS_CLI_ARGS_H
#define SOCKLINGS_CLI_ARGS_H

#include "base/error.h"
#include "cli/command.h"

/* Words of a line; words[count] is NULL. */
struct words {
    char **words;
    int count;
};

/* Splits as a shell does: blanks separate, '…' and "…" hold together, a backslash takes the next
 * character as it is (within "…" only before " and \). Nothing else is special. An unclosed quote
 * is an error, and *out is empty then. A '#' at the start of a word ends the line: a comment. */
int words_split(const char *line, struct words *out, struct error *err);
void words_free(struct words *words);

/* Parses words (words[0] is the command's name) against the command's row. Options may stand before
 * or after arguments; "--opt=value" is the same as "--opt value". The invocation points into the
 * words; the caller frees it with invocation_free, which is needed after success only. */
int args_parse(const struct command *command, int count, char *const *words, struct invocation *inv,
               struct error *err);

/* A whole number from 1 to max, in decimal. */
int args_number(const char *text, const char *what, unsigned long long max, unsigned long long *out,
                struct error *err);

#endif
