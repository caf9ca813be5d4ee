/*
 * cli/tally - how far a long piece of work has come: a bar on a terminal, a line for each result
 * elsewhere.
 */
#ifndef SOCKLINGS_CLI_TALLY_H
#define SOCKLINGS_CLI_TALLY_H

#include <stdint.h>

#include "cli/cli.h"

struct tally {
    struct cli *cli;
    bool quiet;    /* nothing is told */
    bool bar;      /* else lines */
    bool shown;    /* the bar stands in the last line */
    int64_t begin; /* clock_now() of the first call */
    int64_t drawn; /* of the last drawing */
    size_t first;  /* what was done by then */
};

void tally_init(struct tally *tally, struct cli *cli, bool quiet);

/* done of all; what: "anna 05_udp_echo: pass", or NULL when there is nothing new to tell. */
void tally_tell(struct tally *tally, size_t done, size_t all, const char *what);

/* Takes the bar away, so that something else can be printed. */
void tally_clear(struct tally *tally);

#endif
