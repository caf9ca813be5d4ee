/*
 * catalog/vars - the variables of a scene: drawing their values from a seed, and expanding ${name}
 * in texts and data.
 *
 * Names are looked up through a callback, so that a scene can add what only it knows ("ann.port",
 * "i") and a judge can look into a recording.
 */
#ifndef SOCKLINGS_CATALOG_VARS_H
#define SOCKLINGS_CATALOG_VARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "catalog/script.h"

/* --- drawing --- */

struct drawn_var {
    const char *name; /* the specification's */
    char *data;       /* data[len] is NUL */
    size_t len;
};

struct drawn_vars {
    struct drawn_var *vars; /* one for each specification, in its order */
    unsigned nvars;
};

/* Draws all from the seed. A value depends on the seed and the variable's name, not on its place.
 * A port p (as decimal text) is from 20000–29999; its two bytes differ, and p with its bytes
 * swapped is at least 1024; no two ports of one scene are equal, nor equal when one is swapped (the
 * later one is drawn again). The caller frees with vars_free. */
void vars_draw(struct drawn_vars *out, const struct var_spec *specs, unsigned nspecs,
               uint64_t seed);
void vars_free(struct drawn_vars *drawn);

/* --- expanding --- */

/* True, and the value in *data, *len; or false when there is no variable of that name. `name` is
 * what stood between ${ and }. */
typedef bool vars_lookup_fn(void *arg, const char *name, const char **data, size_t *len);

/* A lookup in drawn variables: arg is a `struct drawn_vars *`. */
bool vars_lookup(void *drawn, const char *name, const char **data, size_t *len);

/* Appends the text with every ${name} replaced. A `$` that no `{` follows stands for itself. -1 and
 * *err when a name is unknown or a ${ is not closed; *out is then as it was. */
int vars_expand(struct strbuf *out, const char *text, vars_lookup_fn *lookup, void *arg,
                struct error *err);

/* The same for a POSIX extended regular expression: the values are quoted, so that they match
 * themselves. A value with a zero byte is an error. */
int vars_expand_regex(struct strbuf *out, const char *text, vars_lookup_fn *lookup, void *arg,
                      struct error *err);

/* The same for DATA of a script. Of a variable shorter than the bytes wanted of it, there are
 * fewer. */
int vars_expand_data(struct strbuf *out, const struct data *data, vars_lookup_fn *lookup, void *arg,
                     struct error *err);

/* Appends the bytes so that a POSIX extended regular expression matches exactly them. */
void vars_quote_regex(struct strbuf *out, const char *data, size_t len);

/* Calls fn for each ${name} of the text, in order; stops when it returns non-zero and returns that.
 * -1 and *err for a ${ that is not closed or holds no proper name (a letter, then letters, digits,
 * '_' and '-', and at most two times a '.' with a further name). */
typedef int vars_name_fn(void *arg, const char *name, struct error *err);
int vars_each(const char *text, vars_name_fn *fn, void *arg, struct error *err);

#endif
