/*
 * workspace - the learner's files and progress.
 *
 *     work/05_udp_echo/udp_echo.c     the learner's file
 *     work/05_udp_echo/udp_echo.c.1   backups that reset made, numbered
 *     work/compile_flags.txt          so that clangd-based editors find lab.h
 *     work/progress.json              written atomically, progress.json.bak is the one before
 *
 * Never overwrites or removes what the learner wrote. Two runners in one workspace are safe:
 * progress is read again, changed and written under a lock (flock on work/.lock).
 */
#ifndef SOCKLINGS_WORKSPACE_WORKSPACE_H
#define SOCKLINGS_WORKSPACE_WORKSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "catalog/lab.h"

struct workspace;

/* Opens (does not create) the workspace at `dir`. Fails only when memory of what is there cannot be
 * read at all; a damaged progress file is set aside as progress.json.damaged-N and
 * told in *notice (one or more lines to show; "" if nothing), never lost; one of a newer version is
 * left alone, told, and the workspace is read-only for progress. */
struct workspace *workspace_open(const char *dir, struct strbuf *notice, struct error *err);
void workspace_free(struct workspace *ws);

/* The same kind of notice for what was found since, while noting something; then it is forgotten.
 * Worth a look after a workspace_note_ call. */
void workspace_notice(struct workspace *ws, struct strbuf *out);
const char *workspace_dir(const struct workspace *ws);

/* The folder of a lab in the workspace ("work/05_udp_echo"), whether it exists or not. The text
 * belongs to the workspace and lives until it is freed. */
const char *workspace_lab_dir(struct workspace *ws, const struct lab *lab);

/* Puts the starter's files into the workspace; a file that is there already is kept. Creates
 * the workspace and compile_flags.txt (with lib_dir) if need be. *created counts new files. */
int workspace_start(struct workspace *ws, const struct lab *lab, const char *lib_dir,
                    unsigned *created, struct error *err);

/* Puts the starter back. Each learner's file that differs becomes FILE.N with the next free
 * N; *backups gets a line each: "udp_echo.c kept as udp_echo.c.2". */
int workspace_reset(struct workspace *ws, const struct lab *lab, struct strbuf *backups,
                    struct error *err);

/* --- progress: what is remembered of a lab --- */

struct progress_step {
    char id[64];
    bool passed;    /* at the last check */
    unsigned hints; /* levels seen */
};

struct progress {
    bool started;
    bool passed;                          /* all steps, at the last check or before: it stays */
    bool gave_up;                         /* looked at the solution before passing */
    unsigned checks;                      /* how many */
    int64_t first_at, last_at, passed_at; /* seconds since 1970; 0: never */
    int64_t seconds; /* time worked: gaps of more than 10 minutes between checks do not count */
    unsigned quiz_right, quiz_asked;
    struct progress_step *steps; /* those that are known of, in the lab's order */
    unsigned nsteps;
};

/* What is known; all zero for a lab never touched. Belongs to the workspace; valid until the next
 * call. */
const struct progress *workspace_progress(struct workspace *ws, const struct lab *lab);

/* Each of these reads the file anew, changes one thing, and writes it. On failure nothing changed.
 */
int workspace_note_check(struct workspace *ws, const struct lab *lab, const bool *step_passed,
                         int64_t now, struct error *err); /* lab->nsteps flags */
int workspace_note_hint(struct workspace *ws, const struct lab *lab, const char *step,
                        unsigned levels, struct error *err);
int workspace_note_quiz(struct workspace *ws, const struct lab *lab, unsigned right, unsigned asked,
                        struct error *err);
int workspace_note_gave_up(struct workspace *ws, const struct lab *lab, struct error *err);

/* The lab worked on last ("05_udp_echo"), or NULL: what commands without a number mean. */
const char *workspace_current(struct workspace *ws);
int workspace_set_current(struct workspace *ws, const struct lab *lab, struct error *err);

#endif
