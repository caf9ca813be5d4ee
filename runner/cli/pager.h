/* cli/pager - long text on a terminal, a page at a time. */
#ifndef SOCKLINGS_CLI_PAGER_H
#define SOCKLINGS_CLI_PAGER_H

#include "base/strbuf.h"
#include "cli/cli.h"

/* Prints the text; through $PAGER (default "less -R") when stdin and stdout are a terminal and it
 * has more lines than the screen. Without a pager it is simply printed. PAGER set to "" or "cat"
 * means no pager. */
void pager_show(struct cli *cli, const struct strbuf *text);

#endif
