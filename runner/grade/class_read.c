/* grade/class_read: see class_read.h. */
#include "grade/class_read.h"

#include <string.h>

#include "report/verdict_json.h"

static const char *kept(struct lab_store *store, const char *text)
{
    return text != NULL ? store_string(store, text) : NULL;
}

static bool is_hidden(const struct json *line, const char *id)
{
    struct json list, item;
    const char *text;
    if (!json_get(line, "hidden", &list))
        return false;
    for (bool more = json_first(&list, &item); more; more = json_next(&item)) {
        if (json_get_text(&item, &text, NULL) == 0 && strcmp(text, id) == 0)
            return true;
    }
    return false;
}

static void take_step(const struct step_result *from, struct lab_store *store,
                      struct class_step *to)
{
    const struct diagnosis *d = from->diagnosis;
    to->id = store_string(store, from->id);
    to->title = store_string(store, from->title);
    to->status = from->status;
    to->points = from->points;
    to->message = kept(store, from->message);
    to->question = kept(store, from->question);
    to->lesson = kept(store, from->lesson);
    if (d == NULL)
        return;
    to->diagnosis = kept(store, d->id);
    to->certainty = d->certainty == CERTAINTY_FACT ? "fact" : "hint";
    to->diagnosis_message = kept(store, d->message);
    to->file = kept(store, d->file);
    to->line = (unsigned)d->line;
}

static void take_verdict(const struct verdict *v, const struct json *line, struct lab_store *store,
                         struct class_result *result)
{
    struct class_step *steps = store_alloc(store, (v->nsteps + 1) * sizeof *steps);
    for (unsigned i = 0; i < v->nsteps; i++) {
        take_step(&v->steps[i], store, &steps[i]);
        steps[i].hidden = is_hidden(line, v->steps[i].id);
    }
    result->steps = steps;
    result->nsteps = v->nsteps;
    result->outcome = v->outcome;
    result->error = kept(store, v->error);
    result->reproduce = v->reproduce != NULL ? store_string(store, v->reproduce) : "";
    result->seed = v->seed;
    result->points = v->points;
    result->max_points = v->max_points;
    result->ms_total = v->ms_total;
}

int class_read_result(const struct json *line, struct lab_store *store, struct class_result *result,
                      struct error *err)
{
    struct json at;
    struct verdict v;
    if (json_need(line, "verdict", &at, err) != 0)
        return -1;
    int rc = verdict_read(&at, &v, err);
    if (rc == 0)
        take_verdict(&v, line, store, result);
    verdict_free(&v);
    return rc;
}
