/*
 * err - messages: see err.h. Each message is one write of one line, so that the lines of two
 * processes do not mix.
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status err_set(struct err *err, const char *format, ...)
{
    if (err != NULL) {
        int saved = errno;
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        errno = saved;
    }
    return STATUS_ERROR;
}

enum status err_call(struct err *err, const char *call, const char *subject)
{
    if (subject == NULL)
        return err_set(err, "%s: %s", call, strerror(errno));
    return err_set(err, "%s %s: %s", call, subject, strerror(errno));
}

void warn_call(const char *call, const char *subject)
{
    struct err err;
    err_call(&err, call, subject);
    warn("%s", err.text);
}

void die_call(const char *call, const char *subject)
{
    warn_call(call, subject);
    exit(1);
}

void die_usage(const char *usage)
{
    warn("usage: %s", usage);
    exit(2);
}

__attribute__((format(printf, 1, 0))) static void print_line(const char *format, va_list args)
{
    int saved = errno;
    char line[1024];
    vsnprintf(line, sizeof line, format, args);
    fprintf(stderr, "%s\n", line);
    errno = saved;
}

void warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
    exit(1);
}
