/*
 * base/bytes - bytes made fit to be seen: escaped, quoted, compared.
 *
 * Whatever a program under test wrote passes through here before it reaches a terminal: no control
 * character, escape code, direction mark or broken UTF-8 comes out of any of these functions,
 * except that bytes_escape_lines keeps newlines. Printable UTF-8 is kept. Nothing blocks, nothing
 * fails but bytes_from_hex; `data` may be NULL when len is 0.
 */
#ifndef SOCKLINGS_BASE_BYTES_H
#define SOCKLINGS_BASE_BYTES_H

#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/* What is shown as one: a printable character, or one byte as \n or \xNN. */
struct bytes_unit {
    char text[4]; /* not terminated */
    size_t len;
    size_t columns; /* of a terminal */
};

/* Makes the unit at the start of data (len at least 1) and returns how many bytes it stands for. */
size_t bytes_unit(const char *data, size_t len, struct bytes_unit *unit);

/* Adds the bytes as they would stand in a C string: \n \t \r \\ \" and \xNN for the rest. */
void bytes_escape(struct strbuf *out, const void *data, size_t len);

/* Adds them escaped and in double quotes. More than `max` bytes (0: no bound) are cut, and what was
 * cut is told: "hello\n"   or   "aaaaaaaa"… (1000 bytes). */
void bytes_quote(struct strbuf *out, const void *data, size_t len, size_t max);

/* Adds text of several lines, as a compiler or a program printed it, to be shown as it is: newlines
 * stay, a tab becomes spaces up to the next multiple of 8, "\r\n" is a newline, colour codes (ESC [
 * … m) are taken out, all other control bytes are escaped. Backslashes and quotes stay. */
void bytes_escape_lines(struct strbuf *out, const void *data, size_t len);

/* Adds what differs between two runs of bytes, as lines (the last one ends in a newline too):
 *
 *     expected 6 bytes: "hello\n"
 *     received 5 bytes: "hello"
 *                             ^
 *     the newline at the end is missing
 *
 * The caret stands below the first difference. Of long data a window around the difference is
 * shown, so that no line is wider than BYTES_DIFF_WIDTH columns but the sentence, which may be
 * wrapped. Equal runs give the two lines and "they are the same". */
void bytes_diff(struct strbuf *out, const void *expected, size_t expected_len, const void *received,
                size_t received_len);
#define BYTES_DIFF_WIDTH 72

/* Adds the bytes in which "00 ff 7f" or "00ff7f" is written; white space may stand between bytes,
 * not inside one. -1 and *err, with out as it was, when it is something else. */
int bytes_from_hex(struct strbuf *out, const char *text, struct error *err);

/* Adds "00ff7f". */
void bytes_to_hex(struct strbuf *out, const void *data, size_t len);

#endif
