/*
 * report/html - what all pages have in common: text escaped for where it stands, a policy that
 * forbids everything but the page's own style and script, and one look.
 *
 * A page loads nothing from anywhere. It follows the reader's choice of light or dark, fits a
 * telephone, and prints black on white.
 */
#ifndef SOCKLINGS_REPORT_HTML_H
#define SOCKLINGS_REPORT_HTML_H

#include "base/strbuf.h"

/* Adds text for HTML and SVG, inside elements and double-quoted attributes. It is cleaned first
 * (report/clean.h); NULL adds nothing. */
void html_text(struct strbuf *out, const char *text);
/* The same with an element around it, whose direction of writing is its own: for names. */
void html_name(struct strbuf *out, const char *text);

/* Adds a path below this page's folder for an href: every byte but letters, digits and / . - _ is
 * percent-encoded, so that it can be no other kind of address. A path that would lead out of the
 * folder (absolute, or with a part "..") adds "#". */
void html_url(struct strbuf *out, const char *path);

/* "'sha256-…'" of a style or script, as a policy wants it. */
void html_hash(struct strbuf *out, const char *data, size_t len);

/* What a page consists of. Style and script are constants, NULL-ended lists of pieces (compilers
 * promise no long strings); the common style comes first. script may be NULL. */
struct html_page {
    const char *title;
    const char *const *style, *const *script;
};
/* Everything up to and with <body>; and from the script to the end. */
void html_begin(struct strbuf *out, const struct html_page *page);
void html_end(struct strbuf *out, const struct html_page *page);

#endif
