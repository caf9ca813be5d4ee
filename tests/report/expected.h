/* What a report looked like when a person last found it good. Each test program includes it once,
 * after cmocka.h. */
#ifndef SOCKLINGS_TESTS_EXPECTED_H
#define SOCKLINGS_TESTS_EXPECTED_H

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/strbuf.h"

/* Fails unless the file holds just that; SOCKLINGS_UPDATE=1 writes what it is now. */
static inline void expected(const char *path, const struct strbuf *now)
{
    struct strbuf then = STRBUF_INIT;
    struct error err;
    if (getenv("SOCKLINGS_UPDATE") != NULL) {
        if (file_write(path, now->data, now->len, 0666, 0, &err) < 0)
            fail_msg("%s", err.text);
    } else if (file_read(path, 8 << 20, 0, &then, &err) < 0) {
        fail_msg("%s", err.text);
    } else if (then.len != now->len || memcmp(then.data, now->data, now->len) != 0) {
        print_error("%s is different now:\n%s", path, now->len < 20000 ? now->data : "(long)");
        fail();
    }
    strbuf_free(&then);
}

#endif
