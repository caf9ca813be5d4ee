/*
 * build/compiler - which compiler, with which flags.
 */
#ifndef SOCKLINGS_BUILD_COMPILER_H
#define SOCKLINGS_BUILD_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "build/build.h"
#include "build/hash.h"

struct compiler {
    char **words; /* "/usr/bin/ccache", "gcc": the command, its program as a full path */
    size_t count;
    char *linker; /* full path of ld.gold, or NULL: the compiler's own choice */
};

/* wanted (may hold arguments: "ccache gcc"); if NULL $CC, gcc, clang, cc: the first that is there.
 * -1 and *err, which tells how to install one. */
int compiler_find(struct compiler *compiler, const char *wanted, struct error *err);
void compiler_free(struct compiler *compiler);

/* Which compiler this is: path, size and time of its files. */
void compiler_hash(const struct compiler *compiler, struct hash *h);

/* How to install one here: "Install one: apt-get install -y gcc libc6-dev". */
void compiler_advice(struct strbuf *out);

/* A list of words for exec, NULL at the end. */
struct word_list {
    char **words;
    size_t count;
};
void word_add(struct word_list *list, const char *word);
void word_list_free(struct word_list *list);

/* The command that builds request->source, found in the current folder, as ./OUTPUT. `headers`: a
 * folder to look in for headers before the library's; NULL: none. */
void compiler_command(const struct compiler *compiler, const struct build_request *request,
                      const char *headers, const char *output, struct word_list *command);

/* The command that compiles the library's header of that name ahead, with the same flags, as
 * OUTPUT, and writes what went into it to DEPS; for sources that define `feature` before it
 * (source_feature; may be NULL). False: this compiler would not use it. */
bool compiler_header_command(const struct compiler *compiler, const struct build_request *request,
                             const char *header, const char *feature, const char *output,
                             const char *deps, struct word_list *command);

#endif
