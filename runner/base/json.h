/*
 * base/json - reading JSON strictly, each value knowing where it stands.
 *
 * cJSON parses; this adds what a document that a person wrote needs: a refusal of everything that
 * RFC 8259 does not allow (cJSON is generous), of NUL characters, duplicate keys, non-UTF-8, and of
 * depth and size beyond bounds; and a cursor whose getters say where the fault is:
 *
 *     labs/05_udp_echo/lab.json: $.steps[1].points: a whole number from 1 to 100 is needed, not 0
 *
 *     struct json_doc *doc = json_load(path, JSON_MAX_BYTES, err);
 *     struct json root = json_root(doc), steps, step;
 *     if (json_need(&root, "steps", &steps, err) != 0) …
 *     for (bool more = json_first(&steps, &step); more; more = json_next(&step)) …
 *     json_free(doc);
 *
 * A cursor is a small value that points to the cursor it was taken from: that one must stay where
 * it is, unchanged, while the new one is in use. It is valid until json_free. Texts belong to the
 * document.
 */
#ifndef SOCKLINGS_BASE_JSON_H
#define SOCKLINGS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

struct cJSON;
struct json_doc;

#define JSON_MAX_BYTES ((size_t)1024 * 1024)
#define JSON_MAX_DEPTH 64    /* lists and objects inside each other */
#define JSON_MAX_MEMBERS 256 /* keys of one object */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    const struct json_doc *doc;
    const struct cJSON *node;
    const struct json *parent; /* NULL: the root */
    const char *key;           /* name in an object, NULL in a list */
    unsigned index;            /* place in a list, from 0 */
};

/* Parses a text of `len` bytes. `name` (a file name) begins every error text; copied. NULL and *err
 * on failure; a syntax error names line and column. */
struct json_doc *json_parse(const char *text, size_t len, const char *name, struct error *err);

/* The same from a file of at most max_bytes. */
struct json_doc *json_load(const char *path, size_t max_bytes, struct error *err);
void json_free(struct json_doc *doc); /* NULL is fine */

struct json json_root(const struct json_doc *doc);
enum json_type json_type(const struct json *at);
const char *json_type_name(enum json_type type); /* "a text", "a list", … as said in errors */

/* Appends the place: "$.steps[1].hints". */
void json_path(const struct json *at, struct strbuf *out);

/* Sets "FILE: PATH: …" and returns -1. */
int json_error(const struct json *at, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- objects and lists --- */

/* The member of that name. False: there is none, or `at` is no object. */
bool json_get(const struct json *at, const char *key, struct json *out);
/* The same; -1 and *err when it is missing or `at` is no object. */
int json_need(const struct json *at, const char *key, struct json *out, struct error *err);
/* Members of an object or items of a list, in the order of the file. json_first is false when there
 * is none (and for other types). */
bool json_first(const struct json *at, struct json *out);
bool json_next(struct json *item);
size_t json_count(const struct json *at); /* items or members; walks them */

/* -1 and *err unless it is an object all of whose keys are among the known ones; the error names
 * the nearest. */
int json_only_keys(const struct json *at, const char *const *known, size_t nknown,
                   struct error *err);

/* --- values: 0, or -1 and *err when the type or range is wrong --- */

int json_expect(const struct json *at, enum json_type type, struct error *err);
int json_get_bool(const struct json *at, bool *out, struct error *err);
int json_get_text(const struct json *at, const char **out, struct error *err); /* may be "" */
/* A whole number (1, 1.0 and 1e0 alike) from min to max; both within ±JSON_MAX_INT, up to which
 * cJSON keeps every whole number exactly. */
#define JSON_MAX_INT INT64_C(9007199254740992)
int json_get_int(const struct json *at, int64_t min, int64_t max, int64_t *out, struct error *err);
int json_get_double(const struct json *at, double *out, struct error *err);

#endif
