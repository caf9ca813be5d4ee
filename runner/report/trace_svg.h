/*
 * report/trace_svg - a picture (report/picture.h) as SVG: self-contained, scalable, fit for print.
 *
 * Nothing is loaded from anywhere and nothing is executed. Every text is escaped, so that what a
 * program wrote stays text. Colours are told apart by colour-blind people, and shapes tell the
 * same.
 */
#ifndef SOCKLINGS_REPORT_TRACE_SVG_H
#define SOCKLINGS_REPORT_TRACE_SVG_H

#include "base/strbuf.h"
#include "report/picture.h"

enum { TRACE_SVG_WIDE = 1000, TRACE_SVG_NARROW = 420 };

/* Adds a whole document, as wide as TRACE_SVG_WIDE; details stand in titles. */
void trace_svg(const struct picture *p, struct strbuf *out);

/* For a page that brings trace_svg_style and its own details: only the element. Rows are
 * <g class="r …" data-i="ROW" data-h="HEIGHT">, below each other. */
void trace_svg_element(const struct picture *p, int width, struct strbuf *out);
extern const char trace_svg_style[];

/* Adds text for XML and HTML, inside elements and double-quoted attributes. */
void trace_svg_escape(struct strbuf *out, const char *text);

#endif
