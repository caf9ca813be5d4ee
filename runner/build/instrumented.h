/*
 * build/instrumented - whether the sanitizers are really in a sanitized program, and free to speak.
 *
 * A program can switch them off for a function (attributes), give them options of its own, take
 * their reports away, or let memory pass that they guard. The attributes are made void by the
 * compiler's command (compiler.c), also where they are put together by the preprocessor; what is
 * left is looked for here, in the source and among the symbols of the program.
 */
#ifndef SOCKLINGS_BUILD_INSTRUMENTED_H
#define SOCKLINGS_BUILD_INSTRUMENTED_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "build/source.h"

/* True: nothing was found. Else *why gets a line for the learner, which names the place. */
bool instrumented_source(const struct source *source, struct strbuf *why);

/* The same of the linked program. Where the sanitizers are a shared library (gcc's way), symbols
 * tell of all that a program wants of them; where it holds them itself (clang's), of what it puts
 * in the place of theirs: what it calls is for the options it is started with (scene/init.c). */
bool instrumented_program(const char *path, struct strbuf *why);

#endif
