/*
 * look.c - paints, and text made fit for the terminal at hand.
 */
#include "report/look.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define PAINT_OFF "\033[0m"

size_t look_width(const struct look *look)
{
    if (look->width < LOOK_WIDTH_MIN)
        return LOOK_WIDTH_MIN;
    return look->width > LOOK_WIDTH_MAX ? LOOK_WIDTH_MAX : (size_t)look->width;
}

const char *look_on(const struct look *look, enum look_paint paint)
{
    static const char *const paints[] = {
        [LOOK_BOLD] = "\033[0;1m", [LOOK_DIM] = "\033[0;2m",   [LOOK_GOOD] = "\033[0;32m",
        [LOOK_BAD] = "\033[0;31m", [LOOK_NOTE] = "\033[0;36m",
    };
    return look->colour ? paints[paint] : "";
}

const char *look_off(const struct look *look)
{
    return look->colour ? PAINT_OFF : "";
}

/* The ASCII form of punctuation that lessons and messages use, or NULL. */
static const char *ascii_form(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *ascii;
    } forms[] = {
        {0x00a0, " "},  {0x00a7, "section "}, {0x00ab, "\""}, {0x00b5, "u"},   {0x00b7, "-"},
        {0x00bb, "\""}, {0x00d7, "x"},        {0x2010, "-"},  {0x2011, "-"},   {0x2012, "-"},
        {0x2013, "-"},  {0x2014, "-"},        {0x2018, "'"},  {0x2019, "'"},   {0x201c, "\""},
        {0x201d, "\""}, {0x201e, "\""},       {0x2022, "-"},  {0x2026, "..."}, {0x2032, "'"},
        {0x2190, "<-"}, {0x2191, "^"},        {0x2192, "->"}, {0x2193, "v"},   {0x2194, "<->"},
        {0x2212, "-"},  {0x2248, "~"},        {0x2260, "!="}, {0x2264, "<="},  {0x2265, ">="},
        {0x2500, "-"},  {0x2502, "|"},        {0x250c, "+"},  {0x2510, "+"},   {0x2514, "+"},
        {0x2518, "+"},  {0x251c, "+"},        {0x2524, "+"},  {0x252c, "+"},   {0x2534, "+"},
        {0x253c, "+"},  {0x2550, "="},        {0x25a0, "*"},  {0x25b6, ">"},   {0x25c0, "<"},
        {0x25ba, ">"},  {0x25c4, "<"},        {0x25cf, "*"},  {0x2713, "+"},   {0x2717, "x"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (forms[i].code == code)
            return forms[i].ascii;
    return NULL;
}

/* As it is, or in ASCII; what has no ASCII form is escaped, or kept. */
static void add_ascii(struct strbuf *out, const char *text, size_t len, bool keep)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + i, len - i, &code);
        if (size == 0)
            size = code = 1;
        const char *form = size > 1 ? ascii_form(code) : NULL;
        if (form != NULL)
            strbuf_puts(out, form);
        else if (size == 1 || keep)
            strbuf_add(out, text + i, size);
        else
            for (size_t k = 0; k < size; k++)
                strbuf_printf(out, "\\x%02x", (unsigned char)text[i + k]);
        i += size;
    }
}

void look_clean(const struct look *look, struct strbuf *out, const char *text)
{
    if (look->utf8) {
        bytes_escape_lines(out, text, strlen(text));
        return;
    }
    struct strbuf clean = STRBUF_INIT;
    bytes_escape_lines(&clean, text, strlen(text));
    add_ascii(out, clean.data, clean.len, false);
    strbuf_free(&clean);
}

void look_ascii(const struct look *look, struct strbuf *out, size_t start)
{
    if (look->utf8)
        return;
    struct strbuf rest = STRBUF_INIT;
    strbuf_add(&rest, out->data + start, out->len - start);
    strbuf_cut(out, start);
    add_ascii(out, rest.data, rest.len, true);
    strbuf_free(&rest);
}

void look_close_lines(struct strbuf *out, size_t start)
{
    struct strbuf rest = STRBUF_INIT;
    strbuf_add(&rest, out->data + start, out->len - start);
    strbuf_cut(out, start);
    const char *active = NULL; /* the sequence in force, inside rest; NULL: none */
    size_t active_len = 0;
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.data[i];
        const char *end = c == '\033' ? memchr(rest.data + i, 'm', rest.len - i) : NULL;
        if (end != NULL) {
            size_t len = (size_t)(end - (rest.data + i)) + 1;
            active = strncmp(rest.data + i, PAINT_OFF, len) == 0 ? NULL : rest.data + i;
            active_len = len;
            strbuf_add(out, rest.data + i, len);
            i += len - 1;
            continue;
        }
        if (c == '\n' && active != NULL)
            strbuf_puts(out, PAINT_OFF);
        strbuf_putc(out, c);
        if (c == '\n' && active != NULL && i + 1 < rest.len)
            strbuf_add(out, active, active_len);
    }
    strbuf_free(&rest);
}
