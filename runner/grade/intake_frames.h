/*
 * grade/intake_frames - what the process that reads an archive tells the one that asked for it:
 * frames through a pipe. Private to grade/intake_unpack.c (which asks) and grade/intake_reader.c
 * (which reads, and is believed in nothing).
 */
#ifndef SOCKLINGS_GRADE_INTAKE_FRAMES_H
#define SOCKLINGS_GRADE_INTAKE_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "grade/intake_tree.h"

enum { FRAME_PATH_MOST = 4096, FRAME_MOST = 64 * 1024 };

enum frame_type {
    FRAME_ENTRY = 1, /* a struct entry_frame and its path */
    FRAME_FILE,      /* the index of the entry whose bytes follow */
    FRAME_DATA,      /* some of them */
    FRAME_BIG,       /* there are too many: it is not taken */
    FRAME_ERROR,     /* a sentence; the last one */
    FRAME_END,       /* all has been told */
};

struct frame {
    uint32_t type, len; /* of what follows */
};
struct entry_frame {
    int64_t size, mtime;
    uint64_t index;
    uint32_t kind;
    uint8_t locked, escapes, spare[2];
};

/* How much of a wanted file (enum intake_wanted) is taken. */
uint64_t intake_most_of(unsigned char want);

/* What the forked child does, and nothing after it: reads the archive from `input` and writes its
 * frames to `output`, confined. `want` and `nwant` as for intake_unpack. */
_Noreturn void intake_reader_main(int input, int output, pid_t parent, const unsigned char *want,
                                  size_t nwant, const struct intake_limits *limits);

#endif
