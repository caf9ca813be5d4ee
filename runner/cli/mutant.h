/*
 * cli/mutant - the patches of labs/NN_name/mutants/: the solution with one seeded mistake each.
 *
 * A patch begins with "mistake: ID" and a sentence; then stands a unified diff on solution/, with
 * paths a/FILE and b/FILE.
 */
#ifndef SOCKLINGS_CLI_MUTANT_H
#define SOCKLINGS_CLI_MUTANT_H

#include "base/error.h"
#include "catalog/lab.h"

struct mutant {
    char *name; /* "no-htons": the file's name without .patch */
    char *path;
    char *mistake;  /* the id that a verdict must name; NULL for "mistake: none" */
    char *sentence; /* what it seeds */
};

struct mutant_list {
    struct mutant *mutants; /* by name */
    unsigned count;
};

/* Reads all of a lab's. A patch that is not as above stands in *err, a line each; the others are in
 * the list all the same. Returns -1 when *err was set. Free with mutants_free. */
int mutants_load(const struct lab *lab, struct mutant_list *list, struct error *err);
void mutants_free(struct mutant_list *list);

/* Makes a folder that holds the solution with the patch applied by patch(1), without fuzz. The path
 * is in *dir, which the caller removes (file_remove_tree) and frees. */
int mutant_apply(const struct lab *lab, const struct mutant *mutant, char **dir, struct error *err);

#endif
