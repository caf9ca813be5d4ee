/*
 * cli/signals - what arrived while something was running: Ctrl-C, a request to end, a resize.
 *
 * The handlers set flags and restart nothing, so that every wait ends with EINTR and its caller
 * looks here. There is one set for the process, as signals are the process's.
 */
#ifndef SOCKLINGS_CLI_SIGNALS_H
#define SOCKLINGS_CLI_SIGNALS_H

#include <sys/types.h>

struct signals {
    volatile int interrupted; /* SIGINT, or the process is asked to end: stop what is running */
    volatile int terminated;  /* 0, or SIGTERM or SIGHUP: clean up, then end by it */
    volatile int resized;     /* SIGWINCH */
    volatile int suspended;   /* SIGTSTP (Ctrl-Z), caught only while the prompt waits */
};
extern struct signals signals;

/* Catches SIGINT, SIGTERM, SIGHUP and SIGWINCH from now on. */
void signals_catch(void);

/* While a program of the learner's has the terminal: SIGTERM and SIGHUP are passed on to its
 * process group, and it is left to it whether it ends. 0: to nobody. */
void signals_forward(pid_t group);

/* Ends this process by that signal, as whoever sent it expects. Does not return. */
void signals_die(int number) __attribute__((noreturn));

#endif
