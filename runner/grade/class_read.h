/*
 * grade/class_read - a line of a journal as a result of the book. Only for class.c.
 */
#ifndef SOCKLINGS_GRADE_CLASS_READ_H
#define SOCKLINGS_GRADE_CLASS_READ_H

#include "base/json.h"
#include "catalog/store.h"
#include "gradebook/class.h"

/* Fills what the verdict tells: outcome, points, steps …; the rest of *result stays as it is. Texts
 * go into the store. -1 and *err, with file, line and JSON path, when it holds no verdict that this
 * version can read. */
int class_read_result(const struct json *line, struct lab_store *store, struct class_result *result,
                      struct error *err);

#endif
