/*
 * base/json_scan - is this text JSON, to the letter of RFC 8259? Only for json.c.
 *
 * cJSON takes more than the standard allows (control characters in texts, "01", "\u0000" as the end
 * of a text), so what it is given has been looked at first.
 */
#ifndef SOCKLINGS_BASE_JSON_SCAN_H
#define SOCKLINGS_BASE_JSON_SCAN_H

#include <stddef.h>

#include "base/error.h"

/* 0 when the text is one JSON value within the bounds of json.h and without NUL characters; else -1
 * and "NAME:LINE:COLUMN: …" (both from 1, columns in bytes). Recurses at most JSON_MAX_DEPTH deep.
 */
int json_scan(const char *text, size_t len, const char *name, struct error *err);

#endif
