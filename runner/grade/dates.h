/*
 * grade/dates - moments and spans as people write them in a policy: "2026-11-20T23:59:00+01:00",
 * "15m". Pure; the machine's time zone plays no part.
 */
#ifndef SOCKLINGS_GRADE_DATES_H
#define SOCKLINGS_GRADE_DATES_H

#include <stdint.h>

#include "base/strbuf.h"

/* ISO 8601 with seconds or without, and always with an offset or Z: "2026-11-20T23:59+01:00". A
 * time without offset is refused: it would be another moment on another machine. Years 1970 to
 * 9999; *out is seconds since 1970. -1 and *why (static, "… is needed, …") when it is none. */
int date_parse(const char *text, int64_t *out, const char **why);

/* A whole number and a unit: s, m, h, d (24 hours), w. At most DATE_SPAN_MOST. *out in seconds. */
#define DATE_SPAN_MOST (INT64_C(3650) * 86400)
int date_parse_span(const char *text, int64_t *out, const char **why);

/* "2026-11-21 14:03 UTC". Beyond year 9999: "?". */
void date_text(int64_t seconds, struct strbuf *out);
/* The largest unit that is full, rounded down: "2 days", "1 hour", "40 seconds". */
void date_span_text(int64_t seconds, struct strbuf *out);

#endif
