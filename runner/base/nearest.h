/*
 * base/nearest - "did you mean …?"
 */
#ifndef SOCKLINGS_BASE_NEAREST_H
#define SOCKLINGS_BASE_NEAREST_H

#include <stddef.h>

/* The candidate that is most like the word typed, or NULL when none is near enough to be worth
 * suggesting. Letters left out, added, changed or swapped count one each; upper and lower case are
 * alike; what only began right ("lis" for "list") is near. The first of equals wins. */
const char *nearest(const char *word, const char *const *candidates, size_t count);

#endif
