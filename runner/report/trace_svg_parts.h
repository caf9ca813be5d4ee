/*
 * report/trace_svg_parts - what the files that draw a picture as SVG share. Private to
 * report/trace_svg*.c.
 */
#ifndef SOCKLINGS_REPORT_TRACE_SVG_PARTS_H
#define SOCKLINGS_REPORT_TRACE_SVG_PARTS_H

#include "base/strbuf.h"
#include "report/picture.h"

enum { TEXT_PX = 753, SMALL_PX = 640 }; /* hundredths of a pixel that a character takes */

struct svg {
    const struct picture *p;
    struct strbuf *out;
    int width;
    int x[PICTURE_SIDES_MAX];
    bool narrow, alone;
    bool gutters;                         /* states stand outside */
    const char *state[PICTURE_SIDES_MAX]; /* class of the state each side is in */
    int y;
};

/* trace_svg.c. Adds the text, cut so that it takes at most so many pixels. */
void svg_cut(struct svg *s, const char *text, int pixels, int hundredths);
/* The columns that a text takes. */
int svg_columns(const char *text);

/* trace_svg_packet.c: a packet as an arrow, in a row that begins at 0. */
void svg_packet(struct svg *s, const struct picture_row *row);

/* trace_svg_head.c: who takes part. Moves s->y on. */
void svg_head(struct svg *s);

#endif
