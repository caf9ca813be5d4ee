/*
 * build/spawn - starts a compiler where it can do no harm.
 *
 *  - In a process group of its own (its number is the pid), with no signal ignored or blocked.
 *  - With PATH and nothing else of our environment: the same source gives the same messages. They
 *    are in English, and hold no path of the folder it runs in (-ffile-prefix-map); temporary files
 *    lie there too.
 *  - Its input is empty; its files are at most 64 MiB each, its memory 4 GiB, its processor time
 *    a second more than it is given in all; it leaves no core.
 */
#ifndef SOCKLINGS_BUILD_SPAWN_H
#define SOCKLINGS_BUILD_SPAWN_H

#include <sys/types.h>

#include "build/compiler.h"

/* Runs a command in the folder `work`; all it prints goes to the descriptor `output`, which stays
 * the caller's. Does not wait for its end: the caller kills it after limit_ms, and reaps it. 0, and
 * *pid; or an errno, and *pid is 0. */
int spawn_limited(const struct word_list *command, const char *work, int output, unsigned limit_ms,
                  pid_t *pid);

#endif
