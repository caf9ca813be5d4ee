/*
 * grade/pages - the files of one result below the output folder: feedback and recording.
 *
 *     OUT/students/STUDENT/NN_name[-ATTEMPT].{txt,html,jsonl}     "-2" from the second attempt on
 */
#ifndef SOCKLINGS_GRADE_PAGES_H
#define SOCKLINGS_GRADE_PAGES_H

#include <stdbool.h>

#include "base/error.h"
#include "catalog/lab.h"
#include "grade/submission.h"
#include "judge/verdict.h"
#include "timeline/timeline.h"

/* Outputs that may be asked for. */
enum { FORMAT_TEXT = 1, FORMAT_HTML = 2, FORMAT_CSV = 4, FORMAT_JUNIT = 8, FORMAT_GRADESCOPE = 16 };

/* "csv,html" as a set; NULL: all of them. -1 and *err, which names the nearest. */
int pages_formats(const char *list, unsigned *formats, struct error *err);

/* Whose result it is. */
struct page_of {
    const char *out; /* the output folder */
    const struct submission *submission;
    unsigned repeats, disagreed;
    bool renewed; /* its recording is there already, and stays as it is */
};

/* The path without its ending; the caller frees. */
char *pages_path(const char *out, const char *folder, const char *lab, unsigned attempt);

/* Whether all that `formats` asks for is there, and nothing is empty (after a power cut). */
bool pages_exist(const char *out, const char *folder, const char *lab, unsigned attempt,
                 unsigned formats);

/* Whether there is a recording beside them: none of a build, nor of a scene that is hidden. */
bool pages_have_recording(const struct lab *lab, const struct verdict *v);

/* Writes them: at once or not at all, each. tl: of a scene that may be shown; empty or NULL: no
 * recording. */
int pages_write(const struct page_of *of, const struct verdict *v, const struct timeline *tl,
                unsigned formats, struct error *err);

#endif
