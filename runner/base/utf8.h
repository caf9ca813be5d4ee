/*
 * base/utf8 - is it UTF-8, and how wide does a terminal show it?
 */
#ifndef SOCKLINGS_BASE_UTF8_H
#define SOCKLINGS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length in bytes of the valid character at the start of data (1 to 4; a NUL byte is one), or 0
 * when there is none: len is 0, or the bytes are not UTF-8 (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). *code is set unless NULL. */
size_t utf8_decode(const char *data, size_t len, uint32_t *code);

/* How many bytes from the start are valid UTF-8; equal to len when all are. */
size_t utf8_valid_prefix(const char *data, size_t len);
bool utf8_valid(const char *data, size_t len);

/* Writes the character (1 to 4 bytes) to out and returns its length; code must be a valid one. */
size_t utf8_encode(uint32_t code, char out[4]);

/* Columns of a terminal: 2 for wide East Asian characters and emoji, 0 for combining marks and
 * other characters of no width, -1 for control characters (C0, DEL, C1), else 1. Independent of the
 * locale. */
int utf8_width(uint32_t code);

/* Columns of a run of bytes. A byte that is not UTF-8 counts 1, a control character 0. */
size_t utf8_columns(const char *data, size_t len);

/* How many bytes from the start fit into so many columns, never cutting a character, and taking the
 * marks that combine with the last one along. */
size_t utf8_fit(const char *data, size_t len, size_t columns);

#endif
