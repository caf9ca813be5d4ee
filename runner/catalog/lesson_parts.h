/* catalog/lesson_parts - what lesson.c and its fences share. Private to catalog/. */
#ifndef SOCKLINGS_CATALOG_LESSON_PARTS_H
#define SOCKLINGS_CATALOG_LESSON_PARTS_H

#include "catalog/lesson.h"

/* Sets "PATH:LINE: …" and returns -1. */
int lesson_error(const struct lesson *lesson, unsigned line, struct error *err, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* Reads the lines of a session fence into the lesson's store. `line` is that of the fence. */
int session_read(struct lesson *lesson, const char *text, unsigned line,
                 struct lesson_session *session, struct error *err);

/* Reads "c excerpt=FILE#NAME" (the words behind the fence). 1: it is no excerpt; 0; or -1 and *err.
 */
int excerpt_read(struct lesson *lesson, const char *info, unsigned line,
                 struct lesson_excerpt *excerpt, struct error *err);

#endif
