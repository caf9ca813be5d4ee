/*
 * report/trace_text - a picture (report/picture.h) for a terminal of any width.
 *
 * Lifelines run down the sides; calls and what programs print stand beside theirs, packets go
 * between them, states stand outside. On a narrow terminal states move inside; where even that does
 * not fit, every row becomes a line of text. Everything can be told apart without colour.
 */
#ifndef SOCKLINGS_REPORT_TRACE_TEXT_H
#define SOCKLINGS_REPORT_TRACE_TEXT_H

#include "report/look.h"
#include "report/picture.h"

#define TRACE_TEXT_WIDTH_MAX 132 /* on a wider terminal the picture does not grow further */

void trace_text(const struct picture *p, const struct look *look, struct strbuf *out);

#endif
