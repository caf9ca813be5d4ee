/*
 * build/source - the learner's file and the headers beside it, read once and checked.
 *
 * What was read here is what is hashed and what is compiled, so a file that changes in between, or
 * a link that is bent elsewhere, makes no difference.
 */
#ifndef SOCKLINGS_BUILD_SOURCE_H
#define SOCKLINGS_BUILD_SOURCE_H

#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

struct source_file {
    char *name; /* "udp_echo.c" */
    struct strbuf bytes;
};

struct source {
    struct source_file *files; /* the learner's file first, then NAME.h files, sorted */
    size_t count;
    struct strbuf notes; /* a line for each header that was left out, and why */
};

enum {
    SOURCE_MAX = 1024 * 1024, /* bytes of one file */
    SOURCE_NAME_MAX = 128,    /* bytes of a header's name; a longer one is left out and noted */
    SOURCE_HEADERS_MAX = 64,  /* headers beside it; what is beyond is left out and noted */
};

/* Reads dir/name. -1 and *err, worded for the learner, when it is missing, no regular file,
 * empty, larger than SOURCE_MAX, not text (a NUL byte), or a symlink that leads out of dir. Headers
 * (*.h, in the same folder) come along; one that breaks a rule is left out and noted. */
int source_read(struct source *source, const char *dir, const char *name, struct error *err);

/* Puts the files into the folder `to`, which exists. */
int source_write(const struct source *source, const char *to, struct error *err);

/* What the learner's file defines before it includes anything, if that is _GNU_SOURCE
 * (feature_test_macros(7)), as one tells a compiler by -D: "_GNU_SOURCE=", "_GNU_SOURCE=1"; else
 * NULL. Static text. */
const char *source_feature(const struct source *source);

void source_free(struct source *source);

#endif
