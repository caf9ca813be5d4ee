/*
 * report/canvas - one line of a terminal, filled at any column. Private to report/.
 */
#ifndef SOCKLINGS_REPORT_CANVAS_H
#define SOCKLINGS_REPORT_CANVAS_H

#include "report/look.h"

enum { CANVAS_WIDTH_MAX = 160, CANVAS_PLAIN = -1 };

struct canvas {
    const struct look *look;
    int width;
    struct canvas_cell {
        char text[16]; /* a character and the marks that combine with it */
        signed char paint;
        unsigned char len;
        bool covered; /* by the wide character before it */
    } cells[CANVAS_WIDTH_MAX];
};

void canvas_clear(struct canvas *c, const struct look *look, int width);
/* Writes text from that column on; what lies outside is cut off. `paint` is a look_paint or
 * CANVAS_PLAIN. Without UTF-8 in the look the ASCII form is written. Gives the column behind it. */
int canvas_put(struct canvas *c, int column, const char *text, int paint);
/* The same, ending before `column`; gives the first column of it. */
int canvas_put_before(struct canvas *c, int column, const char *text, int paint);
/* The columns canvas_put would write. */
int canvas_columns(const struct look *look, const char *text);
/* Adds the line, without trailing spaces, and a newline. */
void canvas_print(const struct canvas *c, struct strbuf *out);

#endif
