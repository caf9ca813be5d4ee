/*
 * catalog/names - signals and errors by the names a lab may use. lab.schema.json lists the same; a
 * test compares.
 */
#ifndef SOCKLINGS_CATALOG_NAMES_H
#define SOCKLINGS_CATALOG_NAMES_H

/* NULL-terminated. */
extern const char *const signal_names[];
extern const char *const errno_names[];

/* The number, or 0 when the name is not in the list. */
int signal_number(const char *name);
int errno_number(const char *name);

#endif
