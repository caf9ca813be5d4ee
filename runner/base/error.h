/*
 * base/error - the text of an error, complete enough to be shown as it is.
 *
 * A function that can fail returns -1 (or a status) and takes a `struct error *err`
 * as its last argument. On success *err is untouched. On failure err->text is one or more
 * complete lines without a newline at the end. err may be NULL where the caller
 * does not care for the text.
 */
#ifndef SOCKLINGS_BASE_ERROR_H
#define SOCKLINGS_BASE_ERROR_H

#include <stdarg.h>

struct error {
    char text[2048];
};

/* Sets the text, printf-like; a text that is too long ends in "...". Always returns -1, so that
 * `return error_set(err, "...")` reads well. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As error_set, followed by ": " and strerror(errno). */
int error_errno(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of the text that is there. Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
