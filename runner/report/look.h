/*
 * report/look - how a text is to look: width, colour, characters. Shared by everything in report/
 * that is made for a terminal. Nothing here knows a terminal: the caller asks it and says.
 */
#ifndef SOCKLINGS_REPORT_LOOK_H
#define SOCKLINGS_REPORT_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct look {
    bool colour;         /* SGR sequences may be used; everything can be told apart without them */
    bool utf8;           /* false: only ASCII comes out, except letters of a lesson */
    int width;           /* columns; less than LOOK_WIDTH_MIN is taken as that */
    const char *program; /* what stands before a command: NULL is "socklings ", "" at the prompt */
};

#define LOOK_WIDTH_MIN 20
#define LOOK_WIDTH_MAX 92 /* sentences are not made longer on a wider terminal: hard to read */

/* The width to lay out for: that of the look within the two bounds. */
size_t look_width(const struct look *look);

enum look_paint { LOOK_BOLD, LOOK_DIM, LOOK_GOOD, LOOK_BAD, LOOK_NOTE };

/* The sequence that turns a paint on, and the one that turns all off; "" without colour. */
const char *look_on(const struct look *look, enum look_paint paint);
const char *look_off(const struct look *look);

/* Adds text that may hold anything, made fit to be shown (base/bytes.h, bytes_escape_lines).
 * Without UTF-8, quotes, dashes and the like become ASCII, and what has no ASCII form is escaped.
 */
void look_clean(const struct look *look, struct strbuf *out, const char *text);

/* Replaces the quotes, dashes, arrows and marks from `start` on by ASCII, when the look has no
 * UTF-8. Other letters stay. */
void look_ascii(const struct look *look, struct strbuf *out, size_t start);

/* Closes colour at the end of each line from `start` on and opens it again on the next, so that
 * what is put before a line (an indent, a cell) is not coloured. */
void look_close_lines(struct strbuf *out, size_t start);

#endif
