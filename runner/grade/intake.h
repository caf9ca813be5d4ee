/*
 * grade/intake - takes submissions in: folders, flat files, zip and tar, as Moodle, Canvas,
 * Gradescope and GitHub Classroom export them.
 *
 * Nothing of what is handed in is believed: names are cleaned, links, devices and FIFOs refused,
 * sizes and counts bounded, archives unpacked by libarchive in a process of its own that can write
 * to its one folder only. A submission that is refused names itself and why; the rest of the class
 * is taken. runner/grade/README.md tells how files find their student and lab.
 */
#ifndef SOCKLINGS_GRADE_INTAKE_H
#define SOCKLINGS_GRADE_INTAKE_H

#include <stdbool.h>

#include "grade/submission.h"

struct intake_request {
    char *const *paths; /* of folders and archives, as given on the command line */
    size_t npaths;
    const struct lab *const *labs; /* that are graded: NULL-free list */
    size_t nlabs;
    const char *out; /* the files are put below OUT/submissions/STUDENT/ATTEMPT/NN_name/ */
    bool may_come;   /* a class without anybody is no refusal: something may still come */
    volatile const int *interrupted; /* may be NULL */
};

enum {
    INTAKE_FILE_MOST = 1024 * 1024, /* bytes of a source that is kept (build refuses more) */
    INTAKE_ARCHIVE_MOST = 64 * 1024 * 1024, /* bytes unpacked of one submission */
    INTAKE_ENTRIES_MOST = 4096,             /* entries looked at of one submission */
    INTAKE_CLASS_ENTRIES_MOST = 200000,     /* entries of it */
};
/* Bytes unpacked of an archive with a whole class. */
#define INTAKE_CLASS_MOST (UINT64_C(8) << 30)

/* Fills *all (freed by the caller with submissions_free, also on failure). Taking the same again
 * puts the same files into the same places and changes nothing else. -1 and *err only for what
 * stops the whole run: a path that is not there, an output folder that cannot be written, a full
 * disk, "interrupted". */
int intake(const struct intake_request *request, struct submissions *all, struct error *err);

#endif
