/*
 * timeline/read - one line of a saved recording back into an event. Private to the room: file.c
 * cuts a file into lines, this reads them.
 */
#ifndef SOCKLINGS_TIMELINE_READ_H
#define SOCKLINGS_TIMELINE_READ_H

#include "base/error.h"
#include "timeline/timeline.h"

/* Appends the event of one line (without its newline). -1 and *err, which does not name the line,
 * when it is not an event, or not one that may follow those that are there. */
int timeline_read_line(struct timeline *tl, const char *line, size_t len, struct error *err);

#endif
