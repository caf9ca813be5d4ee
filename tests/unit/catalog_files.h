/* Helpers of the catalog's tests: a folder of their own, and files in it. */
#ifndef TESTS_CATALOG_FILES_H
#define TESTS_CATALOG_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

/* The folder the tree is in: tests are run from there, or told by SOCKLINGS_TOP. */
static inline const char *top(void)
{
    const char *dir = getenv("SOCKLINGS_TOP");
    return dir != NULL && dir[0] != '\0' ? dir : ".";
}

/* A new folder; the caller removes it with scratch_remove. */
static inline char *scratch_new(void)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = mem_format("%s/socklings-test-XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    return dir;
}

static inline void scratch_remove(char *dir)
{
    struct error err;
    assert_int_equal(file_remove_tree(dir, &err), 0);
    free(dir);
}

/* Writes dir/folder/name and returns its path, which the caller frees. */
static inline char *scratch_write(const char *dir, const char *folder, const char *name,
                                  const void *data, size_t len)
{
    struct error err;
    char *sub = file_join(dir, folder);
    char *path = file_join(sub, name);
    assert_int_equal(file_make_dirs(sub, 0700, &err), 0);
    if (file_write(path, data, len, 0600, 0, &err) != 0)
        fail_msg("%s", err.text);
    free(sub);
    return path;
}

static inline void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

#endif
