/*
 * timeline/file - a timeline as JSON lines (`.jsonl`), the form that is saved, sent and printed.
 *
 * One object a line; `n`, `t` and `kind` in each; the fields are those of timeline.h under the same
 * names (see runner/timeline/README.md for the document). Bytes are written as UTF-8 text where they
 * are valid text, else as {"hex":"…"}, so that loading gives the same bytes back.
 */
#ifndef SOCKLINGS_TIMELINE_FILE_H
#define SOCKLINGS_TIMELINE_FILE_H

#include <stdio.h>

#include "base/error.h"
#include "timeline/timeline.h"

/* Adds the event as one line, newline included. */
void timeline_event_json(const struct event *ev, struct strbuf *out);

/* Writes the whole to a new file beside `path` and renames it: there is never half a file. */
int timeline_save(const struct timeline *tl, const char *path, struct error *err);

/* Reads a saved timeline. Anything wrong, unknown kinds included, is an error that names file and
 * line. Unknown fields are ignored (a newer version may have added them). On failure *tl is empty. */
int timeline_load(struct timeline *tl, const char *path, struct error *err);

#endif
