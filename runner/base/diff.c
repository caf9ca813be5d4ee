/*
 * diff.c - bytes_diff: two runs of bytes above each other, a caret, and the difference in words.
 *
 * Both lines show the same stretch, a window around the first difference, so that one caret fits
 * both. The sentence prefers what a learner can act on ("the newline at the end is missing") to
 * what is merely true ("byte 6 differs").
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/text.h"

enum {
    LEAD_ALL = 32, /* so many columns before the difference are shown in full */
    LEAD_CUT = 20, /* if there are more, only so many of them */
};

struct run {
    const char *data;
    size_t len;
};

static size_t common_prefix(struct run a, struct run b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.data[i] == b.data[i])
        i++;
    return i;
}

static size_t common_suffix(struct run a, struct run b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.data[a.len - 1 - i] == b.data[b.len - 1 - i])
        i++;
    return i;
}

/* Where the unit begins that holds byte `at`; earlier units lie wholly before it. */
static size_t unit_start(struct run run, size_t at)
{
    struct bytes_unit unit;
    for (size_t i = 0; i < run.len;) {
        size_t size = bytes_unit(run.data + i, run.len - i, &unit);
        if (i + size > at)
            return i;
        i += size;
    }
    return run.len;
}

/* The start of the window for a caret at byte `at`, and the columns between the two. */
static size_t window_start(struct run run, size_t at, size_t *columns)
{
    struct bytes_unit unit;
    size_t total = 0;
    for (size_t i = 0; i < at; total += unit.columns)
        i += bytes_unit(run.data + i, run.len - i, &unit);
    *columns = total;
    if (total <= LEAD_ALL)
        return 0;
    size_t start = 0;
    while (*columns > LEAD_CUT) {
        start += bytes_unit(run.data + start, run.len - start, &unit);
        *columns -= unit.columns;
    }
    return start;
}

static void add_window(struct strbuf *out, struct run run, size_t start, size_t room)
{
    strbuf_puts(out, start > 0 ? "…\"" : "\"");
    size_t i = start;
    for (size_t used = 0; i < run.len;) {
        struct bytes_unit unit;
        size_t size = bytes_unit(run.data + i, run.len - i, &unit);
        used += unit.columns;
        if (used > room)
            break;
        strbuf_add(out, unit.text, unit.len);
        i += size;
    }
    strbuf_puts(out, i < run.len ? "\"…\n" : "\"\n");
}

/* "expected   6 bytes: ", both labels equally wide. */
static size_t add_label(struct strbuf *out, const char *what, size_t len, size_t other)
{
    struct strbuf number = STRBUF_INIT;
    strbuf_printf(&number, "%zu", len > other ? len : other);
    size_t before = out->len;
    strbuf_printf(out, "%s %*zu %s", what, (int)number.len, len,
                  text_plural(len, "byte: ", "bytes:"));
    strbuf_putc(out, ' ');
    strbuf_free(&number);
    return out->len - before;
}

static bool is(struct run run, size_t from, const char *text, size_t len)
{
    return run.len - from == len && memcmp(run.data + from, text, len) == 0;
}

static bool all_zero(struct run run, size_t from)
{
    for (size_t i = from; i < run.len; i++)
        if (run.data[i] != 0)
            return false;
    return true;
}

/* Everything arrived as it should, but it stopped early. */
static void say_missing(struct strbuf *out, struct run expected, size_t at)
{
    size_t missing = expected.len - at;
    if (is(expected, at, "\n", 1))
        strbuf_puts(out, "the newline at the end is missing");
    else if (is(expected, at, "\r\n", 2))
        strbuf_puts(out, "the end of the line, \\r\\n, is missing");
    else if (expected.data[at] == 0 && memchr(expected.data, 0, at) == NULL)
        strbuf_printf(out, "it was cut at the first zero byte: %zu of %zu bytes came", at,
                      expected.len);
    else if (missing == 1)
        strbuf_puts(out, "the last byte is missing");
    else
        strbuf_printf(out, "only the first %zu of %zu bytes came", at, expected.len);
}

/* Everything arrived as it should, and more. */
static void say_extra(struct strbuf *out, struct run received, size_t at)
{
    size_t extra = received.len - at;
    if (is(received, at, "\n", 1)) {
        strbuf_puts(out, "there is a newline too many at the end");
    } else if (extra == at && memcmp(received.data, received.data + at, at) == 0) {
        strbuf_puts(out, "the same bytes came twice");
    } else if (all_zero(received, at)) {
        strbuf_puts(out, extra == 1 ? "there is " : "there are ");
        if (extra == 1)
            strbuf_puts(out, "a zero byte too many at the end");
        else
            strbuf_printf(out, "%zu zero bytes too many at the end", extra);
    } else {
        strbuf_puts(out, extra == 1 ? "there is " : "there are ");
        text_count(out, extra, "byte too many at the end", "bytes too many at the end");
    }
}

/* Equal when every "\r\n" of `with` is read as "\n". */
static bool same_without_cr(struct run with, struct run without)
{
    size_t j = 0;
    for (size_t i = 0; i < with.len; i++) {
        if (with.data[i] == '\r' && i + 1 < with.len && with.data[i + 1] == '\n')
            continue;
        if (j == without.len || without.data[j++] != with.data[i])
            return false;
    }
    return j == without.len;
}

/* A number of 2, 4 or 8 bytes around the difference that came the wrong way round; 0: none. */
static size_t reversed_number(struct run a, struct run b, size_t at)
{
    if (a.len != b.len)
        return 0;
    size_t end = a.len - common_suffix(a, b);
    for (size_t size = 2; size <= 8; size *= 2) {
        if (end - at > size || at + size > a.len)
            continue;
        bool reversed = true;
        for (size_t i = 0; i < size && reversed; i++)
            reversed = a.data[at + i] == b.data[at + size - 1 - i];
        if (reversed)
            return size;
    }
    return 0;
}

static void say_byte(struct strbuf *out, unsigned char byte)
{
    if (byte >= 0x80) {
        strbuf_printf(out, "0x%02x", byte);
        return;
    }
    char c = (char)byte;
    bytes_quote(out, &c, 1, 0);
    if (byte > ' ' && byte < 0x7f)
        strbuf_printf(out, " (0x%02x)", byte);
}

static void say_other(struct strbuf *out, struct run expected, struct run received, size_t at)
{
    size_t reversed = reversed_number(expected, received, at);
    if (same_without_cr(expected, received)) {
        strbuf_puts(out, "\\n came where \\r\\n was expected");
    } else if (same_without_cr(received, expected)) {
        strbuf_puts(out, "\\r\\n came where \\n was expected");
    } else if (received.len < expected.len && common_suffix(expected, received) == received.len) {
        size_t missing = expected.len - received.len;
        if (missing == 1)
            strbuf_puts(out, "the first byte is missing");
        else
            strbuf_printf(out, "the first %zu bytes are missing", missing);
    } else if (received.len > expected.len && common_suffix(expected, received) == expected.len) {
        size_t extra = received.len - expected.len;
        strbuf_puts(out, extra == 1 ? "there is " : "there are ");
        text_count(out, extra, "byte too many at the beginning", "bytes too many at the beginning");
    } else if (reversed > 0) {
        strbuf_printf(out, "the %zu bytes from byte %zu on came in reverse order", reversed,
                      at + 1);
    } else {
        strbuf_printf(out, "byte %zu is ", at + 1);
        say_byte(out, (unsigned char)received.data[at]);
        strbuf_puts(out, " instead of ");
        say_byte(out, (unsigned char)expected.data[at]);
        if (expected.len == received.len && memchr(expected.data, 0, expected.len) == NULL &&
            strncasecmp(expected.data, received.data, expected.len) == 0)
            strbuf_puts(out, ": only upper and lower case differ");
    }
}

static void say(struct strbuf *out, struct run expected, struct run received, size_t at)
{
    if (at == expected.len && at == received.len)
        strbuf_puts(out, "they are the same");
    else if (received.len == 0)
        strbuf_puts(out, "nothing came");
    else if (expected.len == 0)
        strbuf_puts(out, "nothing was expected");
    else if (at == received.len)
        say_missing(out, expected, at);
    else if (at == expected.len)
        say_extra(out, received, at);
    else
        say_other(out, expected, received, at);
    strbuf_putc(out, '\n');
}

void bytes_diff(struct strbuf *out, const void *expected, size_t expected_len, const void *received,
                size_t received_len)
{
    struct run e = {expected_len > 0 ? expected : "", expected_len};
    struct run r = {received_len > 0 ? received : "", received_len};
    size_t at = common_prefix(e, r);
    bool same = at == e.len && at == r.len;
    size_t caret = unit_start(e, at), other = unit_start(r, at);
    if (other < caret)
        caret = other;
    size_t lead;
    size_t start = window_start(e, caret, &lead);

    size_t label = add_label(out, "expected", e.len, r.len);
    size_t room = BYTES_DIFF_WIDTH - label - 4; /* two quotes and two ellipses */
    add_window(out, e, start, room);
    add_label(out, "received", r.len, e.len);
    add_window(out, r, start, room);
    if (!same && e.len > 0 && r.len > 0) {
        strbuf_pad(out, ' ', label + (start > 0 ? 2 : 1) + lead);
        strbuf_puts(out, "^\n");
    }
    say(out, e, r, at);
}
