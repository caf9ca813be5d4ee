/* base/json_scan: see json_scan.h. A recursive descent that keeps nothing. */
#include "base/json_scan.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

struct scan {
    const char *text;
    size_t len, at;
    const char *name;
    struct error *err;
};

static int fault_at(struct scan *s, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fault_at(struct scan *s, size_t at, const char *format, ...)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < at; i++) {
        if (s->text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_set(s->err, "%s:%zu:%zu: %s", s->name, line, at - start + 1, message);
}

/* The byte at the place reached, or -1 at the end. */
static int peek(const struct scan *s)
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scan *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek(s))
        s->at++;
}

static int unexpected(struct scan *s, const char *wanted)
{
    int c = peek(s);
    if (c < 0)
        return fault_at(s, s->at, "the file ends where %s is needed", wanted);
    if (c >= 0x20 && c < 0x7f)
        return fault_at(s, s->at, "%s is needed here, not '%c'", wanted, c);
    return fault_at(s, s->at, "%s is needed here", wanted);
}

static int scan_hex4(struct scan *s, uint32_t *out)
{
    uint32_t code = 0;
    for (unsigned i = 0; i < 4; i++, s->at++) {
        int c = peek(s);
        const char *digits = "0123456789abcdef";
        const char *found = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
        if (found == NULL)
            return unexpected(s, "one of the four hex digits of \\u");
        code = code * 16 + (uint32_t)(found - digits);
    }
    *out = code;
    return 0;
}

/* Behind "\u". */
static int scan_unicode(struct scan *s)
{
    size_t start = s->at - 2;
    uint32_t code = 0, low = 0;
    if (scan_hex4(s, &code) != 0)
        return -1;
    if (code == 0)
        return fault_at(s, start,
                        "a NUL character cannot stand in a text; bytes can be given as hex");
    if (code < 0xd800 || code > 0xdfff)
        return 0;
    if (code > 0xdbff || s->len - s->at < 2 || memcmp(s->text + s->at, "\\u", 2) != 0)
        return fault_at(s, start, "half a surrogate pair");
    s->at += 2;
    if (scan_hex4(s, &low) != 0)
        return -1;
    return low >= 0xdc00 && low <= 0xdfff ? 0 : fault_at(s, start, "half a surrogate pair");
}

static int scan_text(struct scan *s)
{
    size_t start = s->at++;
    for (;;) {
        int c = peek(s);
        if (c < 0)
            return fault_at(s, start, "this text is not closed with '\"'");
        if (c == '\n' || c == '\r')
            return fault_at(s, start, "this text is not closed on its line; a newline is \\n");
        if (c < 0x20)
            return fault_at(s, s->at, "a control character must be written as \\u%04x", c);
        s->at++;
        if (c == '"')
            return 0;
        if (c != '\\')
            continue;
        c = peek(s);
        if (c < 0 || strchr("\"\\/bfnrtu", c) == NULL)
            return unexpected(s, "one of \" \\ / b f n r t u after \\");
        s->at++;
        if (c == 'u' && scan_unicode(s) != 0)
            return -1;
    }
}

static int scan_digits(struct scan *s)
{
    size_t start = s->at;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at > start ? 0 : unexpected(s, "a digit");
}

static int scan_number(struct scan *s)
{
    if (peek(s) == '-')
        s->at++;
    size_t start = s->at;
    if (scan_digits(s) != 0)
        return -1;
    if (s->text[start] == '0' && s->at > start + 1)
        return fault_at(s, start, "a number must not begin with a zero");
    if (peek(s) == '.') {
        s->at++;
        if (scan_digits(s) != 0)
            return -1;
    }
    if (peek(s) != 'e' && peek(s) != 'E')
        return 0;
    s->at++;
    if (peek(s) == '+' || peek(s) == '-')
        s->at++;
    return scan_digits(s);
}

static int scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (unsigned i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if (s->len - s->at >= n && memcmp(s->text + s->at, words[i], n) == 0) {
            s->at += n;
            return 0;
        }
    }
    return unexpected(s, "a value");
}

static int scan_value(struct scan *s, unsigned depth);

static int scan_member(struct scan *s, unsigned depth)
{
    if (peek(s) != '"')
        return unexpected(s, "a key in quotes");
    if (scan_text(s) != 0)
        return -1;
    skip_space(s);
    if (peek(s) != ':')
        return unexpected(s, "':'");
    s->at++;
    return scan_value(s, depth);
}

/* A list or an object, from its bracket to the one that closes it. */
static int scan_container(struct scan *s, unsigned depth, bool object)
{
    size_t start = s->at++;
    int close = object ? '}' : ']';
    if (depth >= JSON_MAX_DEPTH)
        return fault_at(s, start, "nested deeper than %d", JSON_MAX_DEPTH);
    skip_space(s);
    if (peek(s) == close) {
        s->at++;
        return 0;
    }
    for (unsigned count = 1;; count++) {
        if (object && count > JSON_MAX_MEMBERS)
            return fault_at(s, start, "an object with more than %d keys", JSON_MAX_MEMBERS);
        skip_space(s);
        if ((object ? scan_member(s, depth + 1) : scan_value(s, depth + 1)) != 0)
            return -1;
        skip_space(s);
        int c = peek(s);
        if (c != ',' && c != close)
            return unexpected(s, object ? "',' or '}'" : "',' or ']'");
        s->at++;
        if (c == close)
            return 0;
    }
}

static int scan_value(struct scan *s, unsigned depth)
{
    skip_space(s);
    switch (peek(s)) {
    case '{':
        return scan_container(s, depth, true);
    case '[':
        return scan_container(s, depth, false);
    case '"':
        return scan_text(s);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return scan_number(s);
    default:
        return scan_word(s);
    }
}

int json_scan(const char *text, size_t len, const char *name, struct error *err)
{
    struct scan s = {.text = text, .len = len, .name = name, .err = err};
    size_t valid = utf8_valid_prefix(text, len);
    if (valid < len)
        return fault_at(&s, valid, "not UTF-8: byte 0x%02x", (unsigned char)text[valid]);
    const char *nul = len > 0 ? memchr(text, 0, len) : NULL;
    if (nul != NULL)
        return fault_at(&s, (size_t)(nul - text), "a NUL byte");
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return fault_at(&s, 0, "a byte order mark; save the file as UTF-8 without one");
    if (scan_value(&s, 0) != 0)
        return -1;
    skip_space(&s);
    return s.at == len ? 0 : fault_at(&s, s.at, "something stands behind the end of the document");
}
