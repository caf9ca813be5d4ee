/* report/clean - text that anybody may have written, made fit for a document. */
#ifndef SOCKLINGS_REPORT_CLEAN_H
#define SOCKLINGS_REPORT_CLEAN_H

#include "base/strbuf.h"

/* Adds text as plain valid UTF-8: newlines ("\r\n" and '\r' too) and tabs stay, other control
 * characters, marks that change the direction of writing and what is no character become U+FFFD.
 * NULL adds nothing. */
void clean_text(struct strbuf *out, const char *text);
/* The same in one line: newlines and tabs become spaces. */
void clean_line(struct strbuf *out, const char *text);

#endif
