/* Books and verdicts made by hand for the tests of a class's reports, and what they are held
 * against. Each test program includes it once. */
#ifndef SOCKLINGS_TESTS_CLASS_HELP_H
#define SOCKLINGS_TESTS_CLASS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../report/expected.h"
#include "base/file.h"
#include "base/mem.h"
#include "gradebook/class_out.h"

/* Something that no page may run, show or fetch, in every form that has worked somewhere. */
#define SCRIPT "<script>window.broken=1;alert(1)</script>"
#define IMAGE "\"><img src=http://127.0.0.1:9/x onerror=window.broken=2>"
#define ENDS "]]></script></style></textarea><svg onload=window.broken=3>&amp;-->"
#define RIGHT_TO_LEFT "abc\xe2\x80\xaeprt\xe2\x81\xa6.c"
#define BROKEN "\xff\xfe\xc0\x80\xed\xa0\x80|\x01\x02\x1b[31mred\x7f\xc2\x9b"
#define EMOJI "Zo\xc3\xab \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"
/* What of a hidden step must never come out. */
#define CANARY "canary-7d1f"

/* Against tests/gradebook/expected/NAME; SOCKLINGS_UPDATE=1 writes what it is now. */
static inline void compare(const char *name, const struct strbuf *now)
{
    char *path = mem_format("tests/gradebook/expected/%s", name);
    expected(path, now);
    free(path);
}

/* For class_page.sh, which looks at them in a browser: the page goes to $CLASS_PAGES/NAME. */
static inline void keep(const char *name, const struct strbuf *page)
{
    const char *folder = getenv("CLASS_PAGES");
    struct error err;
    if (folder == NULL)
        return;
    char *path = file_join(folder, name), *parent = file_folder(path);
    if (file_make_dirs(parent, 0777, &err) < 0 ||
        file_write(path, page->data, page->len, 0666, 0, &err) < 0)
        fail_msg("%s", err.text);
    free(parent);
    free(path);
}

static inline bool has(const struct strbuf *text, const char *part)
{
    return memmem(text->data, text->len, part, strlen(part)) != NULL;
}

static inline unsigned times(const struct strbuf *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text->data; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

#define assert_has(text, part)                                                                  \
    do {                                                                                        \
        if (!has(text, part))                                                                   \
            fail_msg("%s is not in:\n%s", part, (text)->len < 20000 ? (text)->data : "(long)"); \
    } while (0)
#define assert_has_not(text, part)                                                          \
    do {                                                                                    \
        if (has(text, part))                                                                \
            fail_msg("%s is in:\n%s", part, (text)->len < 20000 ? (text)->data : "(long)"); \
    } while (0)

#endif
