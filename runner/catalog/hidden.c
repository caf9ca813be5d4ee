/*
 * catalog/hidden: laying a folder of hidden labs over the public ones (lab.h).
 *
 * A hidden lab.json holds steps and nothing else. They are read into the store of the public lab,
 * whose programs, hosts and limits they share, so that what judges a lab need not know of two.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/form.h"
#include "catalog/lab.h"
#include "catalog/script_check.h"

struct overlay {
    const char *id;
    const struct lab_step *steps;
    unsigned nsteps;
};

/* Nobody reads hints of a step that nobody sees; the lesson is that of the lab's last step. */
static const struct field hidden_step_fields[] = {
    {"id", field_slug, .at = offsetof(struct lab_step, id), .required = true},
    {"title", field_text, .at = offsetof(struct lab_step, title), .required = true},
    {"goal", field_text, .at = offsetof(struct lab_step, goal)},
    {"lesson", field_slug, .at = offsetof(struct lab_step, lesson)},
    {"points", field_uint, .at = offsetof(struct lab_step, points), .min = 1, .max = 100,
     .fallback = 1},
    {"checks", field_list, .at = offsetof(struct lab_step, checks),
     .count_at = offsetof(struct lab_step, nchecks), .required = true, .min = 1, .max = 64,
     .set = &check_set},
};
const struct form hidden_step_form = {.name = "hidden_step",
                                      FORM_FIELDS(hidden_step_fields),
                                      .size = sizeof(struct lab_step)};

static const struct field hidden_lab_fields[] = {
    {"version", field_version, .required = true, .min = 1, .max = 1},
    {"id", field_text, .at = offsetof(struct overlay, id), .required = true},
    {"steps", field_list, .at = offsetof(struct overlay, steps),
     .count_at = offsetof(struct overlay, nsteps), .required = true, .min = 1, .max = 32,
     .form = &hidden_step_form},
};
const struct form hidden_lab_form = {.name = "hidden_lab",
                                     FORM_FIELDS(hidden_lab_fields),
                                     .size = sizeof(struct overlay)};

/* What only the two together can tell: names that are taken, scenes that make no sense. */
static int check_steps(const struct lab *lab, const struct overlay *over, const char *file,
                       struct error *err)
{
    struct lab shown = *lab; /* errors name the file that is wrong */
    shown.file = file;
    for (unsigned i = 0; i < over->nsteps; i++) {
        const struct lab_step *step = &over->steps[i];
        for (unsigned k = 0; k < lab->nsteps; k++)
            if (strcmp(step->id, lab->steps[k].id) == 0)
                return error_set(err, "%s: $.steps[%u].id: \"%s\" is already a step of %s", file, i,
                                 step->id, lab->file);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(step->id, over->steps[k].id) == 0)
                return error_set(err, "%s: $.steps[%u].id: \"%s\" is already the id of $.steps[%u]",
                                 file, i, step->id, k);
        for (unsigned c = 0; c < step->nchecks; c++)
            if (step->checks[c].kind == CHECK_SCENE &&
                script_check(&shown, step->checks[c].scene, step->checks[c].path, err) != 0)
                return -1;
    }
    return 0;
}

static void append_steps(struct lab *lab, const struct overlay *over, const char *file)
{
    unsigned n = lab->nsteps + over->nsteps;
    struct lab_step *steps = store_alloc(lab->store, n * sizeof *steps);
    memcpy(steps, lab->steps, lab->nsteps * sizeof *steps);
    for (unsigned i = 0; i < over->nsteps; i++) {
        struct lab_step *step = &steps[lab->nsteps + i];
        *step = over->steps[i];
        step->hidden = true;
        if (step->goal == NULL)
            step->goal = step->title;
        if (step->lesson == NULL)
            step->lesson = lab->steps[lab->nsteps - 1].lesson;
        lab->points += step->points;
    }
    lab->steps = steps;
    lab->nsteps = n;
    lab->hidden_file = store_string(lab->store, file);
}

static int read_overlay(struct lab *lab, const char *dir, const char *file, struct error *err)
{
    struct overlay over = {.id = NULL};
    struct json_doc *doc = json_load(file, JSON_MAX_BYTES, err);
    if (doc == NULL)
        return -1;
    store_keep(lab->store, doc);
    struct json root = json_root(doc), id;
    store_set_folder(lab->store, store_string(lab->store, dir)); /* its scenes' files */
    int rc = form_read(&hidden_lab_form, &root, lab->store, &over, err);
    store_set_folder(lab->store, lab->dir);
    if (rc == 0 && strcmp(over.id, lab->id) != 0) {
        json_get(&root, "id", &id);
        rc = json_error(&id, err, "it lies in the folder %s, and must be its name", lab->id);
    }
    if (rc == 0)
        rc = check_steps(lab, &over, file, err);
    if (rc == 0)
        append_steps(lab, &over, file);
    return rc;
}

static int no_such_lab(const struct catalog *cat, const char *dir, const char *name,
                       struct error *err)
{
    const char **known = mem_alloc(((size_t)cat->nlabs + 1) * sizeof *known);
    for (unsigned i = 0; i < cat->nlabs; i++)
        known[i] = cat->labs[i]->id;
    const char *near = text_nearest(name, known, cat->nlabs);
    if (near != NULL)
        error_set(err, "%s/%s: there is no public lab of that name; did you mean %s?", dir, name,
                  near);
    else
        error_set(err, "%s/%s: there is no public lab of that name; \"list\" shows which there are",
                  dir, name);
    free(known);
    return -1;
}

static int lay_lab(struct catalog *cat, const char *dir, const char *name, struct error *err)
{
    char *folder = file_join(dir, name), *file = file_join(folder, "lab.json");
    struct lab *lab = NULL;
    int rc = 0;
    for (unsigned i = 0; i < cat->nlabs; i++)
        if (strcmp(cat->labs[i]->id, name) == 0)
            lab = cat->labs[i];
    if (lab == NULL)
        rc = no_such_lab(cat, dir, name, err);
    else if (lab->hidden_file != NULL)
        rc = error_set(err, "%s: %s has hidden steps already, of %s", file, name, lab->hidden_file);
    else
        rc = read_overlay(lab, folder, file, err);
    free(file);
    free(folder);
    return rc;
}

int catalog_lay_over(struct catalog *cat, const char *dir, struct error *err)
{
    struct file_list list = {0};
    unsigned laid = 0;
    int rc = file_list(dir, &list, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        char *folder = file_join(dir, list.names[i]);
        if (list.names[i][0] != '.' && file_is_dir(folder)) {
            rc = lay_lab(cat, dir, list.names[i], err);
            laid++;
        }
        free(folder);
    }
    if (rc == 0 && laid == 0)
        rc = error_set(err,
                       "%s: there are no hidden labs in it, each in a folder of the public "
                       "lab's name with a lab.json",
                       dir);
    file_list_free(&list);
    return rc;
}
