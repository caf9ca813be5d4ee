/*
 * grade/class_refused - what could not be graded, in the book. Only for class.c.
 */
#ifndef SOCKLINGS_GRADE_CLASS_REFUSED_H
#define SOCKLINGS_GRADE_CLASS_REFUSED_H

#include "catalog/store.h"
#include "grade/journal.h"
#include "gradebook/class.h"

/* The journal's refusals, each once, in order; and those students of them who have handed in
 * nothing else, without a result. */
void class_add_refusals(struct class_book *book, struct lab_store *memory,
                        const struct journal *journal);

/* -1 and *err when two students would have the same folder: pages would replace each other. */
int class_check_folders(const struct class_book *book, struct error *err);

#endif
