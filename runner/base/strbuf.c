/* base/strbuf: see strbuf.h. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char strbuf_empty[1];

void strbuf_init(struct strbuf *sb)
{
    *sb = (struct strbuf)STRBUF_INIT;
}

void strbuf_reserve(struct strbuf *sb, size_t extra)
{
    size_t need = sb->len + extra + 1;
    if (need <= sb->cap)
        return;
    size_t cap = sb->cap < 64 ? 64 : sb->cap;
    while (cap < need)
        cap += cap / 2;
    sb->data = mem_resize(sb->cap != 0 ? sb->data : NULL, cap, 1);
    sb->cap = cap;
    sb->data[sb->len] = '\0';
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
    if (len == 0)
        return;
    strbuf_reserve(sb, len);
    memcpy(sb->data + sb->len, data, len);
    sb->len += len;
    sb->data[sb->len] = '\0';
}

void strbuf_puts(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_putc(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_pad(struct strbuf *sb, char c, size_t count)
{
    if (count == 0)
        return;
    strbuf_reserve(sb, count);
    memset(sb->data + sb->len, c, count);
    sb->len += count;
    sb->data[sb->len] = '\0';
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0) {
        strbuf_reserve(sb, (size_t)n);
        vsnprintf(sb->data + sb->len, (size_t)n + 1, format, again);
        sb->len += (size_t)n;
    }
    va_end(again);
}

void strbuf_cut(struct strbuf *sb, size_t len)
{
    if (len < sb->len) {
        sb->len = len;
        sb->data[len] = '\0';
    }
}

void strbuf_drop(struct strbuf *sb, size_t count)
{
    if (count == 0)
        return;
    if (count > sb->len)
        count = sb->len;
    sb->len -= count;
    memmove(sb->data, sb->data + count, sb->len);
    sb->data[sb->len] = '\0';
}

char *strbuf_take(struct strbuf *sb)
{
    char *data = sb->cap != 0 ? sb->data : mem_string("");
    strbuf_init(sb);
    return data;
}

void strbuf_free(struct strbuf *sb)
{
    if (sb->cap != 0)
        free(sb->data);
    strbuf_init(sb);
}
