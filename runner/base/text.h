/*
 * base/text - words and sentences: the nearest name, lines of a given width, things counted.
 *
 * (The slug of a heading is lesson_slug, catalog/lesson.)
 */
#ifndef SOCKLINGS_BASE_TEXT_H
#define SOCKLINGS_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* How many letters must be added, taken out, changed or swapped with their neighbour to make b of a
 * (restricted Damerau-Levenshtein distance, ASCII case ignored). Only the first 64 bytes are looked
 * at. */
size_t text_distance(const char *a, const char *b);

/* The candidate that was probably meant by `word`, or NULL when none is near enough (a third of the
 * word's letters may be wrong, at least one; a word of one letter is near nothing). A candidate of
 * which `word` is the beginning (two letters or more) counts when nothing is nearer. The first of
 * equals wins. `word` itself is found too. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* Adds `text` in lines of at most `width` columns, broken at white space; the first line begins
 * with `first`, the others with `rest` (either may be NULL: nothing). A newline in the text ends
 * the line; an empty line stays; spaces at the start of a line indent all that becomes of it. A
 * word too wide for a line is broken between letters; East Asian text may be broken between any
 * two. There are at least 8 columns for the text, whatever the width. Every line ends in a newline;
 * text "" gives one line. Trailing spaces are not written. A colour sequence (ESC [ … m) has no
 * width and is kept. */
void text_wrap(struct strbuf *out, const char *text, size_t width, const char *first,
               const char *rest);

/* Adds the word so that a shell, and our prompt, take it as one word. */
void text_shell_word(struct strbuf *out, const char *word);

/* How many columns a terminal needs for it; colour sequences count nothing. */
size_t text_columns(const char *text, size_t len);

/* "1 byte", "3 bytes": `one` for 1, else `many`. */
const char *text_plural(uint64_t count, const char *one, const char *many);
void text_count(struct strbuf *out, uint64_t count, const char *one, const char *many);

#endif
