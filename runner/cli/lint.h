/* cli/lint - is a lab's description sound? Reads files and runs nothing. */
#ifndef SOCKLINGS_CLI_LINT_H
#define SOCKLINGS_CLI_LINT_H

#include "base/strbuf.h"
#include "cli/cli.h"

/* Adds a line for each fault of the lab to *faults and returns how many lines. That lab.json itself
 * is sound is known by its having been loaded. */
unsigned lint_lab(const struct cli_paths *paths, const struct lab *lab, struct strbuf *faults);

#endif
