/*
 * workspace/files - the learner's files: put, kept, backed up; never overwritten, never removed.
 */
#ifndef SOCKLINGS_WORKSPACE_FILES_H
#define SOCKLINGS_WORKSPACE_FILES_H

#include "base/error.h"
#include "base/strbuf.h"
#include "catalog/lab.h"

/* Puts the lab's starter/ into lab_dir, and compile_flags.txt into dir. A file that is there is
 * kept; *created counts those that were not. */
int files_start(const char *dir, const char *lab_dir, const struct lab *lab, const char *lib_dir,
                unsigned *created, struct error *err);

/* Puts the starter back. A learner's file that differs stays under the next free FILE.N, told in
 * *backups, a line each. At no moment is its content without a name. */
int files_reset(const char *lab_dir, const struct lab *lab, struct strbuf *backups,
                struct error *err);

#endif
