/* build/messages: see messages.h. */
#include "build/messages.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "ccXyZ012.o", the name gcc and clang ("udp_echo-1a2b3c.o") give a temporary object; how long it
 * is, 0 if text does not begin with one. */
static size_t temporary_object(const char *text, const char *program)
{
    size_t len = 0, stem = strlen(program);
    if (strncmp(text, "cc", 2) == 0)
        len = 2;
    else if (strncmp(text, program, stem) == 0 && text[stem] == '-')
        len = stem + 1;
    else
        return 0;
    size_t random = 0;
    while (isalnum((unsigned char)text[len + random]))
        random++;
    len += random;
    if (random != 6 || strncmp(text + len, ".o", 2) != 0)
        return 0;
    return len + 2;
}

void messages_clean(const struct strbuf *raw, const char *folder, const char *program,
                    struct strbuf *out)
{
    char *prefix = mem_format("%s/", folder);
    size_t prefix_len = strlen(prefix);
    const char *at = raw->data, *found;
    /* A message may hold a NUL byte only if the source did, and those are refused. */
    while ((found = strstr(at, prefix)) != NULL) {
        strbuf_add(out, at, (size_t)(found - at));
        at = found + prefix_len;
        size_t object = temporary_object(at, program);
        if (object > 0) {
            strbuf_printf(out, "%s.o", program);
            at += object;
        }
    }
    strbuf_puts(out, at);
    free(prefix);
}

unsigned messages_count_warnings(const char *messages)
{
    unsigned count = 0;
    const char *at = messages;
    while ((at = strstr(at, ": warning: ")) != NULL) {
        count++;
        at += strlen(": warning: ");
    }
    return count;
}

static const struct {
    const char *text;
    enum messages_trouble trouble;
} signs[] = {
    {"File size limit exceeded", TROUBLE_SIZE},    {"File too large", TROUBLE_SIZE},
    {"out of memory allocating", TROUBLE_SIZE},    {"virtual memory exhausted", TROUBLE_SIZE},
    {"CPU time limit exceeded", TROUBLE_TIME},     {"memory exhausted", TROUBLE_SIZE},
    {"No space left on device", TROUBLE_NO_SPACE}, {"Disk quota exceeded", TROUBLE_NO_SPACE},
    {"cannot find -lasan", TROUBLE_NO_RUNTIME},    {"cannot find -lubsan", TROUBLE_NO_RUNTIME},
    {"libclang_rt.asan", TROUBLE_NO_RUNTIME},      {"cannot execute 'cc1'", TROUBLE_NO_RUNTIME},
    {"cannot execute 'as'", TROUBLE_NO_RUNTIME},   {"cannot find 'ld'", TROUBLE_NO_RUNTIME},
    {"cannot find crt1.o", TROUBLE_NO_RUNTIME},    {"cannot find Scrt1.o", TROUBLE_NO_RUNTIME},
};

/* The lines of source that a compiler quotes below a message may hold anything: they begin with a
 * blank, or the sign stands in a string. */
static bool said_by_compiler(const char *messages, const char *sign)
{
    const char *line = sign;
    while (line > messages && line[-1] != '\n')
        line--;
    return *line != ' ' && *line != '\t' && memchr(line, '"', (size_t)(sign - line)) == NULL;
}

enum messages_trouble messages_trouble(const char *messages)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *sign = messages;
        while ((sign = strstr(sign, signs[i].text)) != NULL) {
            if (said_by_compiler(messages, sign))
                return signs[i].trouble;
            sign++;
        }
    }
    return TROUBLE_NONE;
}
