/*
 * report/trace_html - a picture (report/picture.h) as one HTML page: no other files, no network.
 *
 * The page can zoom, shows all that is known of a row that is pointed at or reached by keyboard,
 * filters by layer, goes from evidence to evidence, and is fit for phones and for print. Without
 * scripts it is still the picture. Its Content-Security-Policy allows nothing but the page's own
 * style and script, by their hashes; whatever a program wrote is text in it, never code.
 */
#ifndef SOCKLINGS_REPORT_TRACE_HTML_H
#define SOCKLINGS_REPORT_TRACE_HTML_H

#include "base/strbuf.h"
#include "report/picture.h"

void trace_html(const struct picture *p, struct strbuf *out);

#endif
