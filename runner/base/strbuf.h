/*
 * base/strbuf - a string (or run of bytes) that grows.
 *
 * Invariant: data is never NULL after STRBUF_INIT or any call, data[len] is NUL, and bytes with
 * the value 0 may stand inside. Memory exhaustion aborts (base/mem.h).
 *
 *     struct strbuf sb = STRBUF_INIT;
 *     strbuf_printf(&sb, "port %d", port);
 *     puts(sb.data);
 *     strbuf_free(&sb);
 */
#ifndef SOCKLINGS_BASE_STRBUF_H
#define SOCKLINGS_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
    char *data;
    size_t len; /* bytes, without the final NUL */
    size_t cap; /* bytes allocated; 0 while data is the shared empty string */
};

extern char strbuf_empty[1];
#define STRBUF_INIT        \
    {                      \
        strbuf_empty, 0, 0 \
    }

void strbuf_init(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_puts(struct strbuf *sb, const char *text);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_pad(struct strbuf *sb, char c, size_t count); /* count times c */
void strbuf_printf(struct strbuf *sb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_reserve(struct strbuf *sb, size_t extra); /* room for extra more bytes, len as it was */
void strbuf_cut(struct strbuf *sb, size_t len);       /* shorten to len; longer is ignored */
void strbuf_drop(struct strbuf *sb, size_t count);    /* remove count bytes from the front */
char *strbuf_take(struct strbuf *sb);                 /* the caller frees; sb is empty again */
void strbuf_free(struct strbuf *sb);                  /* sb is empty and usable again */

#endif
