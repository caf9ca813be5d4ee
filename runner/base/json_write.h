/*
 * base/json_write - the pieces of which a JSON document is written, straight into a strbuf.
 *
 * What comes out is always valid JSON in valid UTF-8, whatever bytes go in. The brackets and commas
 * are the caller's; json_field writes the comma when one is needed, so that most callers never
 * think of it.
 */
#ifndef SOCKLINGS_BASE_JSON_WRITE_H
#define SOCKLINGS_BASE_JSON_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* `"name":`, after a comma unless the last byte written was a '{', '[' or nothing. The name is
 * plain ASCII. */
void json_field(struct strbuf *out, const char *name);
/* The comma between the items of a list, under the same condition. */
void json_comma(struct strbuf *out);

/* A string. Bytes that are not UTF-8 become U+FFFD. NULL gives null. */
void json_text(struct strbuf *out, const char *text);
void json_text_len(struct strbuf *out, const char *text, size_t len);

/* Bytes that can be read back exactly: a string when they are valid UTF-8 without a zero byte, else
 * {"hex":"00ff"}. */
void json_bytes(struct strbuf *out, const char *data, size_t len);

/* A whole number; beyond ±2^53, where many readers lose digits, as a string of its digits. */
void json_int(struct strbuf *out, int64_t value);
void json_uint(struct strbuf *out, uint64_t value);

#endif
