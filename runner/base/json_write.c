/*
 * json_write.c - runs of ordinary characters are copied at once; what JSON wants escaped is
 * escaped.
 */
#include "base/json_write.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define EXACT_MAX (INT64_C(1) << 53)

void json_comma(struct strbuf *out)
{
    char last = out->len > 0 ? out->data[out->len - 1] : '{';
    if (last != '{' && last != '[' && last != '\n')
        strbuf_putc(out, ',');
}

void json_field(struct strbuf *out, const char *name)
{
    json_comma(out);
    strbuf_putc(out, '"');
    strbuf_puts(out, name);
    strbuf_add(out, "\":", 2);
}

static void add_escaped(struct strbuf *out, uint32_t c)
{
    static const char plain[] = "\"\\\n\t\r", letter[] = "\"\\ntr";
    const char *special = c != 0 && c < 0x80 ? strchr(plain, (int)c) : NULL;
    if (special != NULL) {
        strbuf_putc(out, '\\');
        strbuf_putc(out, letter[special - plain]);
    } else {
        strbuf_printf(out, "\\u%04x", (unsigned)c);
    }
}

/* A document may be printed on a terminal: second controls and marks of direction go escaped. */
static bool is_plain(uint32_t code)
{
    return code >= ' ' && code != '"' && code != '\\' && !(code >= 0x7f && code < 0xa0) &&
           !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

void json_text_len(struct strbuf *out, const char *text, size_t len)
{
    strbuf_putc(out, '"');
    size_t run = 0; /* start of what is copied as it is */
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + i, len - i, &code);
        if (size == 0 || !is_plain(code)) {
            strbuf_add(out, text + run, i - run);
            if (size == 0)
                strbuf_puts(out, "\xef\xbf\xbd");
            else
                add_escaped(out, code);
            run = i + (size > 0 ? size : 1);
        }
        i += size > 0 ? size : 1;
    }
    strbuf_add(out, text + run, len - run);
    strbuf_putc(out, '"');
}

void json_text(struct strbuf *out, const char *text)
{
    if (text == NULL)
        strbuf_puts(out, "null");
    else
        json_text_len(out, text, strlen(text));
}

void json_bytes(struct strbuf *out, const char *data, size_t len)
{
    if (len == 0 || (memchr(data, 0, len) == NULL && utf8_valid(data, len))) {
        json_text_len(out, len > 0 ? data : "", len);
        return;
    }
    strbuf_puts(out, "{\"hex\":\"");
    bytes_to_hex(out, data, len);
    strbuf_puts(out, "\"}");
}

void json_uint(struct strbuf *out, uint64_t value)
{
    char digits[24]; /* a recording has a million numbers: printf would take half the time of all */
    size_t at = sizeof digits;
    bool quoted = value > EXACT_MAX;
    if (quoted)
        digits[--at] = '"';
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    if (quoted)
        digits[--at] = '"';
    strbuf_add(out, digits + at, sizeof digits - at);
}

void json_int(struct strbuf *out, int64_t value)
{
    if (value >= 0) {
        json_uint(out, (uint64_t)value);
        return;
    }
    const char *quote = value < -EXACT_MAX ? "\"" : "";
    strbuf_printf(out, "%s%" PRId64 "%s", quote, value, quote);
}
