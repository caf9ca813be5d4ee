/*
 * grade/intake_tree - what lies in a folder or an archive, as a list of paths. Private to
 * grade/intake.
 *
 * Links are listed and never followed; what systems leave behind (intake_is_junk) is left out.
 */
#ifndef SOCKLINGS_GRADE_INTAKE_TREE_H
#define SOCKLINGS_GRADE_INTAKE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"

enum intake_kind {
    INTAKE_FILE,
    INTAKE_FOLDER,
    INTAKE_LINK,    /* symbolic, or hard in an archive */
    INTAKE_SPECIAL, /* FIFO, device, socket */
    INTAKE_CLOSED,  /* a folder that may not be read; `problem` is the errno */
    INTAKE_CUT,     /* a folder that holds more than INTAKE_ENTRIES_MOST entries, or too deep */
};

enum intake_wanted {
    INTAKE_NOT_WANTED,
    INTAKE_AS_SOURCE,  /* at most INTAKE_FILE_MOST bytes of it */
    INTAKE_AS_ARCHIVE, /* at most INTAKE_ARCHIVE_MOST */
};

struct intake_tree;

struct intake_entry {
    char *path; /* "anna/05_udp_echo/udp_echo.c": no "." or doubled slash; any bytes but NUL */
    enum intake_kind kind;
    bool locked;          /* needs a password */
    bool escapes;         /* was absolute or had "..": stands here to be told, never to be used */
    unsigned char wanted; /* enum intake_wanted: for intake_tree_unpack */
    bool sniffed;         /* of a folder: begins as an archive does */
    int problem;
    int64_t size, mtime;
    size_t index; /* in the archive, from 0 */
    char *kept;   /* of an archive: the file it was unpacked to */
    const struct intake_tree *tree;
};

struct intake_tree {
    char *origin;                  /* for people: "class.zip" */
    int folder;                    /* descriptor; -1: an archive */
    int archive;                   /* descriptor; -1: a folder */
    struct intake_entry **entries; /* by path */
    size_t count;
};

/* Where unpacked files are put for the time of one intake(). */
struct intake_scratch {
    char *dir;
    unsigned next;
    dev_t out_dev; /* of the output folder, which is never walked into */
    ino_t out_ino;
    volatile const int *interrupted;
};

/* Makes OUT and a folder in it, and removes what killed runs have left there: under OUT's lock
 * (grade/journal.h). -1 and *err. */
int intake_scratch_open(struct intake_scratch *scratch, const char *out, struct error *err);
void intake_scratch_close(struct intake_scratch *scratch);

/* Opens and lists. `limits_class`: it may hold a whole class, so the bounds are wider. *stop is set
 * when the failure is not the archive's but ours (a full disk, interrupted). NULL and *err. */
struct intake_tree *intake_tree_open(int fd, const char *origin, bool limits_class,
                                     const struct intake_scratch *scratch, bool *stop,
                                     struct error *err);
void intake_tree_free(struct intake_tree *tree);

/* Unpacks the wanted entries of an archive; a folder's need nothing. A file that is too large stays
 * without `kept`, and its `size` says so. */
int intake_tree_unpack(struct intake_tree *tree, struct intake_scratch *scratch, bool limits_class,
                       bool *stop, struct error *err);

/* A descriptor of the entry's bytes, or -1 and *err with a sentence that names its path. */
int intake_entry_open(const struct intake_entry *entry, struct error *err);
/* Reads it; refuses more than `most` bytes. */
int intake_entry_read(const struct intake_entry *entry, size_t most, struct strbuf *out,
                      struct error *err);

/* --- of the parts (intake_walk.c, intake_unpack.c, intake_archive.c) --- */

struct intake_entry *intake_tree_add(struct intake_tree *tree, const char *path, size_t len);

/* True when the path was sound; else `escapes` is to be set. Writes at most strlen + 1 bytes. */
bool intake_path_clean(char *out, const char *path);
bool intake_path_is_junk(const char *path);

int intake_walk(struct intake_tree *tree, const struct intake_scratch *scratch, struct error *err);

struct intake_limits {
    size_t entries, names; /* names: bytes of all of them */
    uint64_t bytes;        /* that come out of it */
    unsigned seconds;      /* of processor; four times as much by the clock */
    volatile const int *interrupted;
};

/* The library that reads archives is there. -1 and *err. */
int intake_archive_ready(struct error *err);

/* Lists into the tree, or, when `want` is given (enum intake_wanted by index, `nwant` of them),
 * unpacks into `scratch`. 0; -1 and *err: the archive is refused, or *stop. */
int intake_unpack(struct intake_tree *tree, const unsigned char *want, size_t nwant,
                  struct intake_scratch *scratch, const struct intake_limits *limits, bool *stop,
                  struct error *err);

#endif
