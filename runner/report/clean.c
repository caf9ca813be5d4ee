/* report/clean: see clean.h. */
#include "report/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Characters that would change how other text is read, or that no document may hold. The joiners
 * U+200C and U+200D stay: names in Persian, and many emoji, are written with them. */
static bool is_unfit(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},       {0x061c, 0x061c},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x206f},   {0xfdd0, 0xfdef},
        {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return (code & 0xfffe) == 0xfffe;
}

static void add(struct strbuf *out, const char *text, bool one_line)
{
    size_t len = text != NULL ? strlen(text) : 0;
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + i, len - i, &code);
        if (text[i] == '\r' || text[i] == '\n' || text[i] == '\t') {
            i += text[i] == '\r' && text[i + 1] == '\n';
            strbuf_putc(out, one_line ? ' ' : text[i] == '\r' ? '\n' : text[i]);
        } else if (size == 0 || is_unfit(code)) {
            strbuf_puts(out, REPLACEMENT);
        } else {
            strbuf_add(out, text + i, size);
        }
        i += size == 0 ? 1 : size;
    }
}

void clean_text(struct strbuf *out, const char *text)
{
    add(out, text, false);
}

void clean_line(struct strbuf *out, const char *text)
{
    add(out, text, true);
}
