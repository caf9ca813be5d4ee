/*
 * cli/term - what the terminal can show: colour, width, UTF-8.
 */
#ifndef SOCKLINGS_CLI_TERM_H
#define SOCKLINGS_CLI_TERM_H

#include <stdbool.h>

#include "report/look.h"

struct term {
    bool in_tty, out_tty;
    unsigned height; /* rows; 0 when stdout is no terminal */
    struct look
        look; /* colour: stdout is a terminal that has colours, and NO_COLOR is not set; utf8: the
                 locale's encoding; width: columns of stdout, 80 when it is no terminal */
};

/* Looks at stdin, stdout, the locale (setlocale has been called) and the environment. */
void term_probe(struct term *term);
/* Asks for width and height anew: a window may have been resized. */
void term_resize(struct term *term);

/* The mark of a thing that is done, failed, or open; ASCII without UTF-8. Static texts, one column.
 */
const char *term_mark_done(const struct term *term);
const char *term_mark_failed(const struct term *term);
const char *term_mark_open(const struct term *term);

#endif
