/*
 * cli/foreground - runs another program in the foreground: the learner's own, a pager, patch(1).
 *
 * It gets a process group of its own and, on a terminal, the terminal, so that Ctrl-C reaches it
 * and not us. Ctrl-Z suspends us both together. Afterwards the terminal is ours again, in the state
 * it was in.
 */
#ifndef SOCKLINGS_CLI_FOREGROUND_H
#define SOCKLINGS_CLI_FOREGROUND_H

#include "base/error.h"
#include "base/strbuf.h"

struct foreground {
    char *const *argv;
    const char *path; /* the file to execute; NULL: argv[0], looked up in $PATH */
    const char *dir;  /* started there; NULL: here */
    int input;        /* becomes its standard input; -1: ours */
    int output;       /* becomes its standard output and error; -1: ours */
};

/* Blocks until it has ended. 0 and the wait status in *status; -1 and *err when it could not be
 * started (errno tells why). */
int foreground_run(const struct foreground *what, int *status, struct error *err);

/* "ended with exit status 0", "was ended by SIGINT (Ctrl-C)", "crashed: SIGSEGV (it used memory
 * that is not its own)", from a wait status. */
void foreground_tell(int status, struct strbuf *out);

#endif
