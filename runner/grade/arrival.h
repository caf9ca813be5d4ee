/*
 * grade/arrival - notices what is put into the folders of a class, and when it is whole.
 *
 * A file counts as whole when its writer has closed it or moved it into place, and a submission
 * when nothing has happened for a moment: so a folder that is being copied is not taken by halves.
 * A file that was opened and then left alone for a minute keeps nobody waiting any longer; when it
 * is closed after all, that is noticed as well.
 */
#ifndef SOCKLINGS_GRADE_ARRIVAL_H
#define SOCKLINGS_GRADE_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"

struct arrival;

/* Watches folders with all that is in them, and files. NULL and *err. */
struct arrival *arrival_watch(struct loop *loop, char *const *paths, size_t npaths,
                              struct error *err);

/* Blocks until something has arrived since the last time, and is whole: true. False: interrupted.
 */
bool arrival_wait(struct arrival *arrival, volatile const int *interrupted);

void arrival_free(struct arrival *arrival); /* NULL is fine */

#endif
