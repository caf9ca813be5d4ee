/* catalog/lesson_parts - what lesson.c and its fences share. Private to catalog/. */
#ifndef SOCKLINGS_CATALOG_LESSON_PARTS_H
#define SOCKLINGS_CATALOG_LESSON_PARTS_H

#include "catalog/lesson.h"

/* Sets "PATH:LINE: …" and returns -1. */
int lesson_error(const struct lesson *lesson, unsigned line, struct error *err, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* Whether the words behind a fence ("session", "session hosts=alice,bob") begin a session. */
bool session_is(const char *info);
/* Reads the lines of a session fence into the lesson's store. `line` is that of the fence. */
int session_read(struct lesson *lesson, const char *info, const char *text, unsigned line,
                 struct lesson_session *session, struct error *err);
/* What only the lab's hosts can tell of a session's rules of the wire. `net` may be NULL. */
int session_check_wire(const struct lesson *lesson, const struct lesson_session *session,
                       const struct network *net, struct error *err);

/* Reads "c excerpt=FILE#NAME" (the words behind the fence). 1: it is no excerpt; 0; or -1 and *err.
 */
int excerpt_read(struct lesson *lesson, const char *info, unsigned line,
                 struct lesson_excerpt *excerpt, struct error *err);

#endif
