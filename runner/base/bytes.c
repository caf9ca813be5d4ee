/*
 * bytes.c - escaping and quoting, one unit at a time: a printable character, or a byte that is not.
 */
#include "base/bytes.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* Characters that a terminal shows as nothing, or that change the order or the meaning of others.
 * A program under test could use them to make its output look like something else. */
static bool is_hidden(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x00ad, 0x00ad}, {0x034f, 0x034f},   {0x061c, 0x061c},    {0x115f, 0x1160},
        {0x180b, 0x180f}, {0x200b, 0x200f},   {0x2028, 0x202e},    {0x2060, 0x206f},
        {0x3164, 0x3164}, {0xe000, 0xf8ff},   {0xfeff, 0xfeff},    {0xffa0, 0xffa0},
        {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return (code & 0xfffe) == 0xfffe;
}

/* Spaces that look like ' ' or like nothing. */
static bool is_odd_space(uint32_t code)
{
    return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
           code == 0x205f || code == 0x3000;
}

size_t bytes_unit(const char *data, size_t len, struct bytes_unit *unit)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)data[0];
    static const char plain[] = "\n\t\r\\\"", letter[] = "ntr\\\"";
    const char *special = c != 0 ? strchr(plain, c) : NULL;
    if (special != NULL) {
        unit->text[0] = '\\';
        unit->text[1] = letter[special - plain];
        unit->len = unit->columns = 2;
        return 1;
    }
    uint32_t code;
    size_t size = utf8_decode(data, len, &code);
    int width = size > 0 ? utf8_width(code) : -1;
    if (width > 0 && !is_hidden(code) && !is_odd_space(code)) {
        memcpy(unit->text, data, size);
        unit->len = size;
        unit->columns = (size_t)width;
        return size;
    }
    unit->text[0] = '\\';
    unit->text[1] = 'x';
    unit->text[2] = hex[c >> 4];
    unit->text[3] = hex[c & 15];
    unit->len = unit->columns = 4;
    return 1;
}

void bytes_escape(struct strbuf *out, const void *data, size_t len)
{
    const char *bytes = data;
    for (size_t i = 0; i < len;) {
        struct bytes_unit unit;
        i += bytes_unit(bytes + i, len - i, &unit);
        strbuf_add(out, unit.text, unit.len);
    }
}

void bytes_quote(struct strbuf *out, const void *data, size_t len, size_t max)
{
    const char *bytes = data;
    size_t shown = max == 0 || len <= max ? len : max;
    /* Do not cut a character in two: its first bytes alone would be shown as rubbish. */
    for (size_t back = 0; shown < len && back < 3 && shown > 1; back++, shown--)
        if (((unsigned char)bytes[shown] & 0xc0) != 0x80)
            break;
    strbuf_putc(out, '"');
    bytes_escape(out, data, shown);
    strbuf_putc(out, '"');
    if (shown < len)
        strbuf_printf(out, "… (%zu bytes)", len);
}

/* The length of a sequence ESC [ … letter at the start of data, or 0. */
static size_t terminal_sequence(const char *data, size_t len)
{
    if (len < 3 || data[0] != '\033' || data[1] != '[')
        return 0;
    for (size_t i = 2; i < len && i < 32; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c == 'm' || c == 'K') /* colour, and the "erase to the end" that gcc puts after it */
            return i + 1;
        if (!isdigit(c) && c != ';')
            return 0;
    }
    return 0;
}

void bytes_escape_lines(struct strbuf *out, const void *data, size_t len)
{
    const char *bytes = data;
    size_t column = 0;
    for (size_t i = 0; i < len;) {
        size_t skip = terminal_sequence(bytes + i, len - i);
        if (skip == 0 && bytes[i] == '\r' && i + 1 < len && bytes[i + 1] == '\n')
            skip = 1;
        if (skip > 0) {
            i += skip;
            continue;
        }
        if (bytes[i] == '\n') {
            strbuf_putc(out, '\n');
            column = 0;
            i++;
            continue;
        }
        if (bytes[i] == '\t') {
            size_t spaces = 8 - column % 8;
            strbuf_pad(out, ' ', spaces);
            column += spaces;
            i++;
            continue;
        }
        uint32_t code;
        size_t size = utf8_decode(bytes + i, len - i, &code);
        int width = size > 0 ? utf8_width(code) : -1;
        if (width >= 0 && code != 0 && !is_hidden(code)) {
            strbuf_add(out, bytes + i, size);
            column += (size_t)width;
            i += size;
            continue;
        }
        struct bytes_unit unit;
        i += bytes_unit(bytes + i, len - i, &unit);
        strbuf_add(out, unit.text, unit.len);
        column += unit.columns;
    }
}

/* A table, since recordings are read by the megabyte. */
static int hex_value(char c)
{
    static const signed char values[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
        ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};
    return values[(unsigned char)c] - 1;
}

int bytes_from_hex(struct strbuf *out, const char *text, struct error *err)
{
    size_t before = out->len;
    strbuf_reserve(out, strlen(text) / 2);
    for (size_t i = 0; text[i] != '\0';) {
        int high = hex_value(text[i]);
        int low = high >= 0 ? hex_value(text[i + 1]) : -1;
        if (low >= 0) {
            out->data[out->len++] = (char)(unsigned char)(high << 4 | low);
            i += 2;
            continue;
        }
        if (isspace((unsigned char)text[i])) {
            i++;
            continue;
        }
        strbuf_cut(out, before);
        out->data[before] = '\0';
        size_t at = high >= 0 ? i + 1 : i;
        if (text[at] == '\0' || isspace((unsigned char)text[at]))
            return error_set(err,
                             "a byte is written with two hex digits: \"%c\" at place %zu is one",
                             text[i], i + 1);
        struct strbuf shown = STRBUF_INIT;
        size_t size = utf8_decode(text + at, strlen(text + at), NULL);
        bytes_quote(&shown, text + at, size > 0 ? size : 1, 0);
        error_set(err, "%s at place %zu is not a hex digit", shown.data, at + 1);
        strbuf_free(&shown);
        return -1;
    }
    out->data[out->len] = '\0';
    return 0;
}

void bytes_to_hex(struct strbuf *out, const void *data, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    strbuf_reserve(out, len * 2);
    char *at = out->data + out->len;
    for (size_t i = 0; i < len; i++) {
        *at++ = hex[bytes[i] >> 4];
        *at++ = hex[bytes[i] & 15];
    }
    *at = '\0';
    out->len += len * 2;
}
