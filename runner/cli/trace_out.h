/*
 * cli/trace_out - a recording as it was asked for: a picture on the terminal, or files.
 */
#ifndef SOCKLINGS_CLI_TRACE_OUT_H
#define SOCKLINGS_CLI_TRACE_OUT_H

#include "catalog/lab.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "timeline/timeline.h"

/* Where to, as it was asked for; NULL: not. */
struct trace_wanted {
    const char *svg, *html, *pcap, *json; /* json "" or "-": stdout */
    unsigned layers;
    int width;
};

/* From the options of `trace`. -1 after having said what is wrong: then nothing is run either. */
int trace_options(struct cli *cli, const struct invocation *inv, struct trace_wanted *w);
bool trace_json_on_stdout(const struct trace_wanted *w);
bool trace_files_wanted(const struct trace_wanted *w);

/* All that was asked for; the picture on the terminal when nothing else was. `lab` is that of a
 * check, or NULL. An exit_status. */
int trace_deliver(struct cli *cli, const struct trace_wanted *w, const struct timeline *tl,
                  const struct lab *lab);

#endif
