/*
 * grade/out - the reports of a class, below the output folder.
 */
#ifndef SOCKLINGS_GRADE_OUT_H
#define SOCKLINGS_GRADE_OUT_H

#include "base/error.h"
#include "grade/grade.h"
#include "gradebook/class.h"

/* Writes what `formats` (grade/pages.h) asks for, each file at once or not at all. */
int out_write(const struct class_book *book, const char *out, unsigned formats, struct error *err);
/* Takes away what a killed run has left half-written below the output folder. Under its lock. */
void out_sweep(const char *out);
/* The book's urgent notes, as notices. */
void out_tell_notes(const struct grade_request *request, const struct class_book *book);

#endif
