/*
 * sig - a clean end when somebody presses Ctrl-C (SIGINT) or asks politely (SIGTERM).
 *
 * The usual advice is a flag: the handler sets it, the loop tests it. That has a gap: a signal that
 * comes after the test and before the blocking call sets the flag, and then the call sleeps, for
 * ever if no peer says anything. This has no gap: the handler itself ends the program.
 */
#ifndef SOCKLINGS_SIG_H
#define SOCKLINGS_SIG_H

/* From now on SIGINT and SIGTERM end the program at once, with status 0. The kernel closes its
 * sockets and files. It ends with _exit(), which a signal handler may call, and not with
 * exit(), which it may not. So what stdio has not written yet is lost: call
 * setvbuf(stdout, NULL, _IOLBF, 0) first, or fflush() after a line that matters. A program that has
 * to tidy up (a temporary file, a goodbye to its peer) needs more than this. */
void sig_exit_on_stop(void);

#endif
