/*
 * catalog/lab - a lab as data, loaded from labs/NN_name/lab.json.
 *
 * The loader accepts exactly what runner/catalog/lab.schema.json describes. Everything wrong is an
 * error with the file and the JSON path ("labs/05_udp_echo/lab.json: $.steps[1].hints: at least 3
 * hints are needed, 2 given"); unknown keys are errors with the nearest known key; no input crashes
 * it. A file larger than 1 MiB, nested deeper than 64, or not valid UTF-8 is refused as such.
 */
#ifndef SOCKLINGS_CATALOG_LAB_H
#define SOCKLINGS_CATALOG_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "catalog/script.h"

struct lab_program {
    const char *role;   /* "server", "client", or the program's name when there is one only */
    const char *source; /* "udp_echo.c": in starter/, solution/ and the learner's folder */
    const char *usage;  /* "udp_echo PORT" */
    const char *const *example; /* arguments for `run` when none are given; may be empty */
    unsigned nexample;
};

enum check_kind { CHECK_BUILD, CHECK_SCENE };

struct lab_check {
    enum check_kind kind;             /* BUILD: every program compiles without a warning */
    const struct scene_script *scene; /* SCENE */
    const char *path;                 /* "$.steps[2].checks[0]" */
};

struct lab_step {
    const char *id; /* "socket", "bind", "eof": stable, in verdicts and progress */
    const char *title;
    const char *goal;         /* one sentence */
    const char *lesson;       /* anchor in the lesson: "recv-zero" */
    unsigned points;          /* 1 or more; default 1 */
    const char *const *hints; /* 3 or more, the last nearly the code */
    unsigned nhints;
    const struct lab_check *checks; /* 1 or more */
    unsigned nchecks;
    bool hidden; /* of a folder laid over (catalog_lay_over): its mark is told to a student, and
                    nothing else of it */
};

struct lab_question {
    const char *question;
    const char *const *choices; /* 2 to 6 */
    unsigned nchoices;
    unsigned answer; /* index into choices */
    const char *explain;
    /* "Predict the next line": lines of a session (lesson.h) whose last one, an output line, is to
     * be predicted, and is shown from a real run afterwards. nsession 0: an ordinary question. */
    const char *const *session;
    unsigned nsession;
    const char *hosts; /* of the session, as behind "hosts=" in a lesson; NULL: the lab's */
};

struct lab_limits {      /* of one scene; defaults in brackets */
    unsigned wall_ms;    /* backstop deadline [10000] */
    unsigned cpu_ms;     /* all processes together [2000] */
    unsigned processes;  /* [64] */
    size_t output_bytes; /* [1 MiB] */
    size_t file_bytes;   /* a file it writes [64 MiB] */
    unsigned calls;      /* traced calls [200000] */
    size_t memory_bytes; /* all processes together, whatever kind of memory [1 GiB] */
    size_t disk_bytes;   /* /work, /tmp and /dev/shm together [256 MiB] */
    unsigned inodes;     /* … files and folders in them [16384] */
};

struct lab {
    const char *id;  /* "05_udp_echo", equal to the folder's name */
    unsigned number; /* 5 */
    const char *title;
    const char *summary; /* one sentence for `list` */
    unsigned part;       /* 1 to 4 */
    const char *dir;     /* folder of lab.json */
    const char *file;    /* path of lab.json itself */
    const struct lab_program *programs;
    unsigned nprograms;
    struct lab_limits limits;
    const struct network
        *network;                /* `hosts`: of all its scenes but those that say otherwise; NULL */
    bool needs_packets;          /* its programs read raw packets (AF_PACKET) themselves */
    const char *const *mistakes; /* ids aimed at */
    unsigned nmistakes;
    const struct lab_step *steps;
    unsigned nsteps;
    const struct lab_question *quiz;
    unsigned nquiz;
    unsigned points;         /* sum of the steps' */
    const char *hidden_file; /* lab.json of the folder laid over it; NULL */
    struct lab_store *store; /* owns all of the above; private */
};

/* Loads one lab.json. NULL and *err on failure. The caller frees with lab_free. */
struct lab *lab_load(const char *path, struct error *err);
/* The same from memory; `path` is where it would lie, and stands in errors. */
struct lab *lab_parse(const char *text, size_t len, const char *path, struct error *err);
void lab_free(struct lab *lab);

/* The program of that role, or NULL. */
const struct lab_program *lab_program(const struct lab *lab, const char *role);

/* All labs below a folder (`labs/`), by number. A lab that cannot be loaded does not hide the
 * others: it stands in `broken` with its error. -1 only when the folder itself cannot be read. */
struct catalog {
    struct lab **labs;
    unsigned nlabs;
    struct broken_lab {
        char *name;
        struct error err;
    } * broken;
    unsigned nbroken;
};
int catalog_load(struct catalog *cat, const char *labs_dir, struct error *err);
void catalog_free(struct catalog *cat);

/* Lays a folder of hidden labs over the public ones: DIR/NN_name/lab.json holds {"version": 1,
 * "id": "NN_name", "steps": […]}, and its steps come behind the public lab's, `hidden`, and count
 * with their points. Files that its scenes name lie beside it. -1 and *err, with file and JSON
 * path, or with the nearest name for a folder of no public lab; the catalog may be half changed
 * then, and is good for catalog_free only. */
int catalog_lay_over(struct catalog *cat, const char *dir, struct error *err);

/* Finds by number ("5", "05"), id ("05_udp_echo") or name ("udp_echo"). NULL and *err, which names
 * the nearest lab or repeats why a broken one could not be loaded. */
const struct lab *catalog_find(const struct catalog *cat, const char *name, struct error *err);

#endif
