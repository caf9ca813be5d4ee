/* grade/dates: see dates.h. Days are counted in the proleptic Gregorian calendar (ISO 8601). */
#include "grade/dates.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 604800 };

/* Exactly `count` digits. */
static bool digits(const char **at, unsigned count, int *out)
{
    *out = 0;
    for (unsigned i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool literal(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* From 1970-01-01 to the first of that year. */
static int64_t days_before(int year)
{
    int64_t y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static bool parse_day(const char **at, int64_t *days, bool *exists)
{
    int year, month, day;
    if (!digits(at, 4, &year) || !literal(at, '-') || !digits(at, 2, &month) || !literal(at, '-') ||
        !digits(at, 2, &day))
        return false;
    *exists = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
    if (!*exists)
        return true;
    *days = days_before(year) + day - 1;
    for (int m = 1; m < month; m++)
        *days += days_in(year, m);
    return true;
}

static bool parse_clock(const char **at, int64_t *seconds, bool *exists)
{
    int hour, minute, second = 0;
    if (!digits(at, 2, &hour) || !literal(at, ':') || !digits(at, 2, &minute))
        return false;
    if (literal(at, ':') && !digits(at, 2, &second))
        return false;
    *exists = hour <= 23 && minute <= 59 && second <= 59;
    *seconds = (int64_t)hour * HOUR + (int64_t)minute * MINUTE + second;
    return true;
}

static bool parse_offset(const char **at, int64_t *seconds, bool *exists)
{
    int hour, minute;
    *seconds = 0;
    *exists = true;
    if (literal(at, 'Z'))
        return true;
    bool west = **at == '-';
    if (!literal(at, '+') && !literal(at, '-'))
        return false;
    if (!digits(at, 2, &hour) || !literal(at, ':') || !digits(at, 2, &minute))
        return false;
    *exists = hour <= 14 && minute <= 59;
    *seconds = ((int64_t)hour * HOUR + (int64_t)minute * MINUTE) * (west ? -1 : 1);
    return true;
}

int date_parse(const char *text, int64_t *out, const char **why)
{
    int64_t days = 0, clock = 0, offset = 0;
    bool day_exists = false, clock_exists = false, offset_exists = false;
    const char *at = text;
    if (!parse_day(&at, &days, &day_exists) || !literal(&at, 'T') ||
        !parse_clock(&at, &clock, &clock_exists)) {
        *why = "a time like \"2026-11-20T23:59:00+01:00\" is needed";
        return -1;
    }
    if (*at == '\0') {
        *why = "an offset from UTC is needed behind the time, as in \"2026-11-20T23:59:00+01:00\","
               " or \"Z\" for UTC: without it the time is another one on another machine";
        return -1;
    }
    if (!parse_offset(&at, &offset, &offset_exists) || *at != '\0') {
        *why = "only an offset like \"+01:00\", or \"Z\", may stand behind the time";
        return -1;
    }
    if (!day_exists || !clock_exists || !offset_exists) {
        *why = !day_exists     ? "there is no such day (years from 1970 to 9999)"
               : !clock_exists ? "there is no such time of day"
                               : "there is no such offset";
        return -1;
    }
    *out = days * DAY + clock - offset;
    return 0;
}

int date_parse_span(const char *text, int64_t *out, const char **why)
{
    static const struct {
        char letter;
        int seconds;
    } units[] = {{'s', 1}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}, {'w', WEEK}};
    size_t count = strspn(text, "0123456789");
    int64_t value = 0;
    *why = "a number and a unit are needed: \"90s\", \"15m\", \"36h\", \"2d\" or \"1w\"";
    if (count == 0 || text[count] == '\0' || text[count + 1] != '\0')
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].letter != text[count])
            continue;
        for (size_t d = 0; d < count && value <= DATE_SPAN_MOST; d++)
            value = value * 10 + (text[d] - '0');
        if (value > DATE_SPAN_MOST / units[i].seconds) {
            *why = "that is longer than ten years";
            return -1;
        }
        *out = value * units[i].seconds;
        return 0;
    }
    return -1;
}

void date_text(int64_t seconds, struct strbuf *out)
{
    if (seconds < 0 || seconds >= days_before(10000) * DAY) {
        strbuf_puts(out, "?");
        return;
    }
    int64_t days = seconds / DAY, rest = seconds % DAY;
    int year = 1970 + (int)(days / 366), month = 1;
    while (days_before(year + 1) <= days)
        year++;
    days -= days_before(year);
    while (days >= days_in(year, month))
        days -= days_in(year, month++);
    strbuf_printf(out, "%04d-%02d-%02d %02d:%02d UTC", year, month, (int)days + 1,
                  (int)(rest / HOUR), (int)(rest % HOUR / MINUTE));
}

void date_span_text(int64_t seconds, struct strbuf *out)
{
    uint64_t s = seconds > 0 ? (uint64_t)seconds : 0;
    if (s >= DAY)
        text_count(out, s / DAY, "day", "days");
    else if (s >= HOUR)
        text_count(out, s / HOUR, "hour", "hours");
    else if (s >= MINUTE)
        text_count(out, s / MINUTE, "minute", "minutes");
    else
        text_count(out, s, "second", "seconds");
}
