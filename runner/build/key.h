/*
 * build/key - names what is in the cache by the content of all that went into it.
 */
#ifndef SOCKLINGS_BUILD_KEY_H
#define SOCKLINGS_BUILD_KEY_H

#include "base/error.h"
#include "build/build.h"
#include "build/compiler.h"
#include "build/hash.h"
#include "build/source.h"

/* Of a program: compiler, flags, source, library. -1 and *err when the library is not complete. */
int key_of_build(const struct compiler *compiler, const struct build_request *request,
                 const struct source *source, char key[HASH_TEXT], struct error *err);

/* Of the library's header compiled ahead (prepared.h) for sources of that feature (source.h). -1:
 * with this compiler there is none. */
int key_of_headers(const struct compiler *compiler, const struct build_request *request,
                   const char *feature, char key[HASH_TEXT]);

#endif
