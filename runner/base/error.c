/* base/error: see error.h. Keeps errno as it was, so that a caller may still look at it. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void set_text(struct error *err, const char *format,
                                                           va_list args)
{
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    if (n >= (int)sizeof err->text)
        memcpy(err->text + sizeof err->text - 4, "...", 4);
}

int error_set(struct error *err, const char *format, ...)
{
    int saved = errno;
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        set_text(err, format, args);
        va_end(args);
    }
    errno = saved;
    return -1;
}

int error_errno(struct error *err, const char *format, ...)
{
    int saved = errno;
    if (err != NULL) {
        struct error context;
        va_list args;
        va_start(args, format);
        set_text(&context, format, args);
        va_end(args);
        error_set(err, "%s: %s", context.text, strerror(saved));
    }
    errno = saved;
    return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
    int saved = errno;
    if (err != NULL) {
        struct error context, old = *err;
        va_list args;
        va_start(args, format);
        set_text(&context, format, args);
        va_end(args);
        error_set(err, "%s: %s", context.text, old.text);
    }
    errno = saved;
    return -1;
}
