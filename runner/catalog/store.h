/*
 * catalog/store - the memory of a loaded lab: given out piece by piece, freed at once.
 */
#ifndef SOCKLINGS_CATALOG_STORE_H
#define SOCKLINGS_CATALOG_STORE_H

#include <stddef.h>

struct json_doc;
struct lab_store;

struct lab_store *store_new(void);
void store_free(struct lab_store *store); /* and all that came from it; NULL is fine */

void *store_alloc(struct lab_store *store, size_t size); /* zeroed, aligned for anything */
void *store_copy(struct lab_store *store, const void *data, size_t len); /* a NUL behind it */
char *store_string(struct lab_store *store, const char *text);
char *store_format(struct lab_store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The lab's folder, for paths that are given below it. "." when it was not set. */
void store_set_folder(struct lab_store *store, const char *folder);
const char *store_folder(const struct lab_store *store);

/* The network of the lab (catalog/network.h), which its scenes take when they have none of their
 * own; NULL until it is set. The store owns it already. */
struct network;
void store_set_network(struct lab_store *store, const struct network *network);
const struct network *store_network(const struct lab_store *store);

/* Hands the document over: it lives as long as the store, and with it the texts read from it. */
void store_keep(struct lab_store *store, struct json_doc *doc);

#endif
