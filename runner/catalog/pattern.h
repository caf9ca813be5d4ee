/*
 * catalog/pattern - regular expressions of a lab: are they sound, and cheap enough to compile?
 */
#ifndef SOCKLINGS_CATALOG_PATTERN_H
#define SOCKLINGS_CATALOG_PATTERN_H

#include "base/error.h"

/* 0 when the text is a POSIX extended regular expression that regcomp(3) takes and that stays
 * small; else -1 and *err, a phrase without a place. glibc unfolds "(x{100}){100}" and "x++++" into
 * copies, and would use up the memory for a short text; so what a text unfolds to is bounded first.
 */
int pattern_check(const char *regex, struct error *err);

/* How many groups such an expression has. */
unsigned pattern_groups(const char *regex);

#endif
