/*
 * cli/verify - the author's gate: a lab does what it says.
 *
 * Each thing that is proved is a row: printed as it is known, kept for --json and the exit status.
 * verify.c holds the rows and judges starter and solution; verify_mutants.c and verify_sessions.c
 * the rest.
 */
#ifndef SOCKLINGS_CLI_VERIFY_H
#define SOCKLINGS_CLI_VERIFY_H

#include "check/check.h"
#include "cli/cli.h"

enum verify_status {
    VERIFY_OK,
    VERIFY_FAILED,   /* the lab's fault */
    VERIFY_INTERNAL, /* ours: nothing is known of the lab */
};

struct verify_row {
    enum verify_status status;
    char *what;   /* "starter", "mutant no-htons" */
    char *detail; /* what was found, one line or several */
    double ms;
};

struct verify {
    struct cli *cli;
    const struct lab *lab;
    unsigned repeat;
    bool quiet;    /* no rows on stdout: --json */
    int64_t since; /* when the row under way began */
    struct verify_row *rows;
    unsigned nrows;
};

/* Everything about one lab; v is filled by the caller but for the rows. Stops early on Ctrl-C. The
 * worst status. */
enum verify_status verify_lab(struct verify *v);
void verify_free(struct verify *v); /* the rows */

/* --- for the parts of verify --- */

/* Adds a row; its time is that since the row before. */
void verify_add(struct verify *v, enum verify_status status, const char *what, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

/* A request for this lab with the given sources and nothing else set. */
struct check_request verify_request(const struct verify *v, const char *source_dir);

/* Judges v->repeat times, each with its own seed. The first verdict is left in *out (verdict_free).
 * VERIFY_OK: all agree; otherwise *why says how they differ, or what went wrong in the runner, or
 * that Ctrl-C came. */
enum verify_status verify_judge(struct verify *v, const struct check_request *request,
                                struct verdict *out, struct strbuf *why);

/* The first failed step, or NULL. */
const struct step_result *verify_failed_step(const struct verdict *v);
/* "step bind (exchange): MESSAGE [mistake-id]": what a verdict says, in a line. */
void verify_describe(const struct verdict *v, struct strbuf *out);

void verify_mutants(struct verify *v);
void verify_sessions(struct verify *v);

#endif
