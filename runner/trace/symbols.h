/*
 * trace/symbols - the name of the function at an address of a library.
 *
 * libdw searches a library's symbol table from its beginning for every address. Here the table is
 * sorted once, and remembered for the file: programs come and go, the C library stays.
 */
#ifndef SOCKLINGS_TRACE_SYMBOLS_H
#define SOCKLINGS_TRACE_SYMBOLS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Which file a module is of. */
struct symbols_file {
    dev_t dev; /* all zero: unknown, nothing is remembered for it */
    ino_t ino;
    off_t size;
    struct timespec changed;
};

struct symbols_file symbols_file_of(const struct stat *st);

/* Sets *name to the symbol that covers `pc` in the module, NULL when none does; the text stays
 * until the next call. False: that cannot be told from here (libdw may know). */
bool symbols_find(Dwfl_Module *mod, const struct symbols_file *file, Dwarf_Addr pc,
                  const char **name);

/* Drops what is remembered (for leak checks). */
void symbols_forget_all(void);

#endif
