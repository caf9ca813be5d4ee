/*
 * workspace/lock - one runner at a time changes a workspace.
 */
#ifndef SOCKLINGS_WORKSPACE_LOCK_H
#define SOCKLINGS_WORKSPACE_LOCK_H

#include "base/error.h"

/* Locks dir/.lock (flock) and returns its descriptor, which lock_release gives back; -1 and *err
 * when the folder cannot be written, or somebody else has held the lock for three seconds. The lock
 * goes with the process that holds it, however that ends. */
int lock_take(const char *dir, struct error *err);
void lock_release(int lock);

#endif
