/*
 * cli/term - what the terminal can show: colour, width, UTF-8.
 */
#ifndef SOCKLINGS_CLI_TERM_H
#define SOCKLINGS_CLI_TERM_H

#include <stdbool.h>

struct term {
    bool in_tty, out_tty;
    bool colour;     /* stdout is a terminal that has colours, and NO_COLOR is not set */
    bool utf8;       /* the locale's encoding */
    unsigned width;  /* columns of stdout; 80 when it is no terminal */
    unsigned height; /* rows; 0 when it is no terminal */
};

/* Looks at stdin, stdout, the locale (setlocale has been called) and the environment. */
void term_probe(struct term *term);
/* Asks for width and height anew: a window may have been resized. */
void term_resize(struct term *term);

enum paint { PAINT_BOLD, PAINT_DIM, PAINT_GOOD, PAINT_BAD, PAINT_NOTE };

/* The bytes that switch a paint on, and all paints off; "" without colour. Static texts. */
const char *term_on(const struct term *term, enum paint paint);
const char *term_off(const struct term *term);

/* The mark of a thing that is done, failed, or open; ASCII without UTF-8. Static texts, one column.
 */
const char *term_mark_done(const struct term *term);
const char *term_mark_failed(const struct term *term);
const char *term_mark_open(const struct term *term);

#endif
