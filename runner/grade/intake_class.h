/*
 * grade/intake_class - from a list of paths to students, and from a student's files to labs.
 * Private to grade/intake.
 *
 * intake_group looks at names only; intake_pick reads files where two have one name.
 */
#ifndef SOCKLINGS_GRADE_INTAKE_CLASS_H
#define SOCKLINGS_GRADE_INTAKE_CLASS_H

#include "grade/intake_name.h"
#include "grade/intake_tree.h"
#include "grade/submission.h"

struct intake_item {
    struct intake_entry *entry;
    char *path;       /* in the submission: "05_udp_echo/udp_echo.c" */
    unsigned attempt; /* the -N of Canvas; 0: none */
};

struct intake_student {
    enum intake_scheme scheme;
    char *id, *name;   /* name: NULL */
    char *origin;      /* "class.zip: anna" */
    int64_t handed_in; /* as the LMS tells it; 0: by the files */
    bool flat;         /* made of loose files: further ones of the same id belong to it */
    struct intake_item *items;
    size_t nitems;
};

struct intake_class {
    struct intake_student *list;
    size_t count;
};

/* A lab's files of one student, before attempts are numbered. */
struct intake_handin {
    enum intake_scheme scheme;
    char *id, *name, *origin;
    const struct lab *lab;
    int64_t handed_in;
    unsigned attempt; /* the LMS's, to sort by */
    struct intake_file {
        char *name; /* "udp_echo.c", "proto.h" */
        const struct intake_entry *entry;
    } * files;
    size_t nfiles;
};

struct intake_handins {
    struct intake_handin *list;
    size_t count;
};

/* The labs that are graded, and where refusals go. */
struct intake_context {
    const struct lab *const *labs;
    size_t nlabs;
    struct submissions *all;
};

/* Notes that something cannot be taken; student and name: NULL when nobody knows. */
void intake_refuse(struct intake_context *c, const char *origin, const char *student,
                   const char *name, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* True for the file name of a program of a graded lab. */
bool intake_is_source(const struct intake_context *c, const char *name);

/* submission_metadata.yml at the top of a class, or NULL. */
struct intake_entry *intake_find_people(const struct intake_tree *tree);

/* The students of a tree are added to *class. `name`: what the argument is called. */
void intake_group(struct intake_context *c, struct intake_class *class, struct intake_tree *tree,
                  const char *name, const struct intake_people *people);
void intake_class_free(struct intake_class *class);

/* Adds what an archive in a submission holds, below the archive's own path. */
void intake_student_add(struct intake_student *student, struct intake_entry *entry,
                        const char *path, unsigned attempt);

/* Marks what intake_pick will read as wanted. True when a lab's file is among it. */
bool intake_want(struct intake_context *c, struct intake_student *student);
/* Is the item an archive, by its name or its beginning? */
bool intake_is_archive(const struct intake_item *item);

/* Adds the student's hand-ins; what cannot be taken is refused. */
void intake_pick(struct intake_context *c, const struct intake_student *student,
                 struct intake_handins *handins);
void intake_handins_free(struct intake_handins *handins);

/* Says that nothing was found, and what was meant. */
void intake_refuse_nothing(struct intake_context *c, const struct intake_student *student);

/* Two files of one content? 1, 0, or -1 and *err. */
int intake_same(const struct intake_entry *a, const struct intake_entry *b, struct error *err);

#endif
