/*
 * build/messages - what a compiler printed.
 */
#ifndef SOCKLINGS_BUILD_MESSAGES_H
#define SOCKLINGS_BUILD_MESSAGES_H

#include "base/strbuf.h"

/* The messages as the learner shall see them: paths of the folder it ran in are taken off, and the
 * object file's random name becomes PROGRAM.o, so that the same source gives the same text. */
void messages_clean(const struct strbuf *raw, const char *folder, const char *program,
                    struct strbuf *out);

/* How many warnings there are. */
unsigned messages_count_warnings(const char *messages);

/* A failure that says nothing about the source. */
enum messages_trouble {
    TROUBLE_NONE,
    TROUBLE_SIZE,       /* the file or memory limit */
    TROUBLE_TIME,       /* the limit of processor time */
    TROUBLE_NO_SPACE,   /* the disk is full */
    TROUBLE_NO_RUNTIME, /* a part of the compiler is not installed */
};
enum messages_trouble messages_trouble(const char *messages);

#endif
