/*
 * cli/complete - what may stand where the cursor is, read from the table of commands.
 */
#ifndef SOCKLINGS_CLI_COMPLETE_H
#define SOCKLINGS_CLI_COMPLETE_H

#include <stdbool.h>

#include "cli/cli.h"

/* Candidates in the order of the table or catalogue; the texts are the list's. */
struct candidates {
    char **texts;
    unsigned count;
    bool folders; /* besides, any folder's name */
};

/* What may complete `word`, after the words that stand before it on the line. cli->catalog is used
 * when it is loaded; nothing is opened. Free with candidates_free. */
void complete_find(const struct cli *cli, int nbefore, char *const *before, const char *word,
                   struct candidates *out);
void candidates_free(struct candidates *candidates);

/* Makes readline complete with these; NULL: not at all. */
void complete_use(const struct cli *cli);

#endif
