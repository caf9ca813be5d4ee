/*
 * report/trace_text_parts - what the files that draw a picture in characters share. Private to
 * report/trace_text*.c.
 */
#ifndef SOCKLINGS_REPORT_TRACE_TEXT_PARTS_H
#define SOCKLINGS_REPORT_TRACE_TEXT_PARTS_H

#include "report/canvas.h"
#include "report/picture.h"

struct drawing {
    const struct picture *p;
    const struct look *look;
    struct strbuf *out;
    struct canvas line;
    int width;
    int x[PICTURE_SIDES_MAX];
    bool gutter_left, gutter_right, times, list;
    bool waits, evidence; /* were drawn: to be explained */
    int64_t told;         /* the last time shown, in µs */
};

/* trace_text.c. A line begins with the lifelines; the first one of a row has its mark and time. */
void drawing_begin(struct drawing *d, const struct picture_row *row, bool first);
void drawing_end(struct drawing *d);
void drawing_states(struct drawing *d, const struct picture_row *row);
/* The text cut to so many columns, "…" at its end if need be. The caller frees. */
char *drawing_cut(const struct drawing *d, const char *text, int columns);
/* One of the two, as the terminal can. */
const char *drawing_glyph(const struct drawing *d, const char *utf8, const char *ascii);
/* The canvas's paint for it. */
int drawing_paint(enum picture_tone tone);
/* picture_is_right. */
bool drawing_right(const struct drawing *d, int side);

/* trace_text_packet.c: a packet as an arrow. */
void drawing_packet(struct drawing *d, const struct picture_row *row);
/* The sign at which an arrow ends that does not arrive; NULL: it does. */
const char *drawing_stop(const struct drawing *d, const struct picture_row *row);

/* trace_text_head.c: who takes part, and what there is to say at the end. */
void drawing_head(struct drawing *d);
void drawing_foot(struct drawing *d);

#endif
