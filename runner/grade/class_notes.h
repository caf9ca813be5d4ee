/*
 * grade/class_notes - what the rules come to and may not be meant, in the book. Only for class.c.
 *
 *  - An extension for nobody in the book: a name that is misspelt must not be lost. Who has handed
 *    in nothing yet is no mistake, so only a name near somebody's is urgent.
 *  - A lab that counts for everybody although nobody has said so: the policy names labs, and not
 *    this one; or there is no policy, and most have not handed it in. One student's further lab
 *    would take marks from all others without a word.
 */
#ifndef SOCKLINGS_GRADE_CLASS_NOTES_H
#define SOCKLINGS_GRADE_CLASS_NOTES_H

#include "catalog/store.h"
#include "grade/policy.h"
#include "gradebook/class.h"

/* When all students and the points of labs are known. */
void class_add_notes(struct class_book *book, struct lab_store *memory,
                     const struct policy *policy);

#endif
