/*
 * timeline/file - a timeline as JSON lines (`.jsonl`), the form that is saved, sent and printed.
 *
 * One object a line; `n`, `t` and `kind` in each; the fields are those of timeline.h under the same
 * names (see runner/timeline/README.md for the document). Bytes are written as UTF-8 text where
 * they are valid text without a zero byte, else as {"hex":"…"}, so that loading gives the same
 * bytes back.
 */
#ifndef SOCKLINGS_TIMELINE_FILE_H
#define SOCKLINGS_TIMELINE_FILE_H

#include <stdio.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "timeline/timeline.h"

/* Of the document; a newer one is refused. Adding a field does not change it. */
#define TIMELINE_VERSION 1

/* A recording larger than this is not loaded. */
#define TIMELINE_FILE_MAX ((size_t)512 * 1024 * 1024)

/* Adds the event as one line, newline included. */
void timeline_event_json(const struct event *ev, struct strbuf *out);

/* Writes the whole to a new file beside `path` and renames it: there is never half a file. */
int timeline_save(const struct timeline *tl, const char *path, struct error *err);
/* The same with flags of base/file.h. */
int timeline_save_with(const struct timeline *tl, const char *path, unsigned flags,
                       struct error *err);

/* Reads a saved timeline. Anything wrong, unknown kinds included, is an error that names file and
 * line. Unknown fields are ignored (a newer version may have added them). On failure *tl is empty.
 * What is loaded keeps every promise of timeline.h, whoever wrote the file: texts that a reader
 * may take for granted are there ("" if need be), and the numbers in `waits` are those of calls. */
int timeline_load(struct timeline *tl, const char *path, struct error *err);

/* The same from memory; `name` begins an error text. */
int timeline_parse(struct timeline *tl, const char *data, size_t len, const char *name,
                   struct error *err);

#endif
