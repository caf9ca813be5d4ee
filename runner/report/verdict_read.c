/*
 * verdict_read.c - the document of verdict_json.c, read again. What is not there is NULL or 0, as
 * in a verdict that never had it; a word that is unknown is an error, since a newer version may
 * mean by it what this one cannot tell.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/verdict_json.h"

/* --- members that may be missing --- */

/* A text that lives as long as the document. */
static int borrow(const struct json *object, const char *key, const char **out, struct error *err)
{
    struct json at;
    return json_get(object, key, &at) ? json_get_text(&at, out, err) : 0;
}

static int read_text(const struct json *object, const char *key, char **out, struct error *err)
{
    const char *text = NULL;
    if (borrow(object, key, &text, err) != 0)
        return -1;
    *out = mem_string(text);
    return 0;
}

static int read_points(const struct json *object, const char *key, unsigned *out, struct error *err)
{
    struct json at;
    int64_t value = 0;
    if (json_get(object, key, &at) && json_get_int(&at, 0, VERDICT_POINTS_MOST, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int read_ms(const struct json *object, const char *key, double *out, struct error *err)
{
    struct json at;
    return json_get(object, key, &at) ? json_get_double(&at, out, err) : 0;
}

/* One of the names, as its place among them. */
static int read_word(const struct json *at, const char *(*name)(unsigned), unsigned count,
                     unsigned *out, struct error *err)
{
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    for (*out = 0; *out < count; (*out)++) {
        if (strcmp(text, name(*out)) == 0)
            return 0;
    }
    return json_error(at, err, "\"%s\" is unknown: is it from a newer socklings?", text);
}

static const char *outcome_at(unsigned i)
{
    return outcome_name((enum outcome)i);
}

static const char *status_at(unsigned i)
{
    return step_status_name((enum step_status)i);
}

static const char *stage_at(unsigned i)
{
    return stage_name((enum stage)(i + 1)); /* STAGE_NONE is not written */
}

static const char *certainty_at(unsigned i)
{
    return i == CERTAINTY_FACT ? "fact" : "hint";
}

static int read_list(const struct json *object, const char *key, char ***out, unsigned *count,
                     struct error *err)
{
    struct json list, item;
    if (!json_get(object, key, &list))
        return 0;
    if (json_expect(&list, JSON_LIST, err) != 0)
        return -1;
    *out = mem_alloc((json_count(&list) + 1) * sizeof **out);
    for (bool more = json_first(&list, &item); more; more = json_next(&item)) {
        const char *text;
        if (json_get_text(&item, &text, err) != 0)
            return -1;
        (*out)[(*count)++] = mem_string(text);
    }
    return 0;
}

/* --- steps --- */

static int read_events(const struct json *object, struct diagnosis *d, struct error *err)
{
    struct json list, item;
    if (!json_get(object, "events", &list))
        return 0;
    if (json_expect(&list, JSON_LIST, err) != 0)
        return -1;
    d->events = mem_alloc((json_count(&list) + 1) * sizeof *d->events);
    for (bool more = json_first(&list, &item); more; more = json_next(&item)) {
        int64_t event = 0;
        if (json_get_int(&item, 0, JSON_MAX_INT, &event, err) != 0)
            return -1;
        d->events[d->nevents++] = (uint64_t)event;
    }
    return 0;
}

static int read_diagnosis(const struct json *step, struct step_result *out, struct error *err)
{
    struct json at, word;
    unsigned certainty = CERTAINTY_HINT;
    int64_t line = 0;
    if (!json_get(step, "diagnosis", &at))
        return 0;
    if (json_expect(&at, JSON_OBJECT, err) != 0)
        return -1;
    struct diagnosis *d = out->diagnosis = mem_alloc(sizeof *d);
    *d = (struct diagnosis){.id = NULL};
    if (borrow(&at, "id", &d->id, err) != 0 || read_text(&at, "message", &d->message, err) != 0 ||
        read_text(&at, "question", &d->question, err) != 0 ||
        read_text(&at, "file", &d->file, err) != 0 ||
        read_text(&at, "lesson", &d->lesson, err) != 0 || read_events(&at, d, err) != 0 ||
        (json_get(&at, "certainty", &word) &&
         read_word(&word, certainty_at, CERTAINTY_FACT + 1, &certainty, err) != 0) ||
        (json_get(&at, "line", &word) && json_get_int(&word, 0, INT32_MAX, &line, err) != 0))
        return -1;
    d->certainty = (enum certainty)certainty;
    d->line = (int)line;
    return 0;
}

static int read_failure(const struct json *at, struct step_result *step, struct error *err)
{
    struct json word;
    unsigned stage = 0;
    if (json_get(at, "stage", &word)) {
        if (read_word(&word, stage_at, STAGE_MEMORY, &stage, err) != 0)
            return -1;
        step->stage = (enum stage)(stage + 1);
    }
    if (read_text(at, "trying", &step->trying, err) != 0 ||
        read_text(at, "message", &step->message, err) != 0 ||
        read_text(at, "because", &step->because, err) != 0 ||
        read_text(at, "diff", &step->diff, err) != 0 ||
        read_text(at, "details", &step->details, err) != 0 ||
        read_text(at, "question", &step->question, err) != 0 ||
        read_text(at, "lesson", &step->lesson, err) != 0 ||
        read_list(at, "evidence", &step->evidence, &step->nevidence, err) != 0 ||
        read_list(at, "worked", &step->worked, &step->nworked, err) != 0)
        return -1;
    return read_diagnosis(at, step, err);
}

static int read_step(const struct json *at, struct step_result *step, struct error *err)
{
    struct json id, word;
    unsigned status;
    if (json_expect(at, JSON_OBJECT, err) != 0 || json_need(at, "id", &id, err) != 0 ||
        json_get_text(&id, &step->id, err) != 0 || borrow(at, "title", &step->title, err) != 0 ||
        json_need(at, "status", &word, err) != 0 ||
        read_word(&word, status_at, STEP_NOT_REACHED + 1, &status, err) != 0 ||
        read_points(at, "points", &step->points, err) != 0)
        return -1;
    if (step->title == NULL)
        step->title = step->id;
    step->status = (enum step_status)status;
    return status == STEP_FAIL ? read_failure(at, step, err) : 0;
}

static int read_steps(const struct json *doc, struct verdict *v, struct error *err)
{
    struct json list, item;
    if (json_need(doc, "steps", &list, err) != 0 || json_expect(&list, JSON_LIST, err) != 0)
        return -1;
    v->steps = mem_alloc((json_count(&list) + 1) * sizeof *v->steps);
    for (bool more = json_first(&list, &item); more; more = json_next(&item)) {
        struct step_result *step = &v->steps[v->nsteps++];
        *step = (struct step_result){.id = NULL};
        if (read_step(&item, step, err) != 0)
            return -1;
    }
    return 0;
}

/* --- the whole --- */

/* Beyond 2^53 it is a text of its digits. */
static void read_seed(const struct json *doc, struct verdict *v)
{
    struct json at;
    int64_t whole = 0;
    const char *text;
    if (!json_get(doc, "seed", &at))
        return;
    if (json_get_int(&at, 0, JSON_MAX_INT, &whole, NULL) == 0)
        v->seed = (uint64_t)whole;
    else if (json_get_text(&at, &text, NULL) == 0)
        v->seed = strtoull(text, NULL, 10);
}

static int check_version(const struct json *doc, struct error *err)
{
    struct json at;
    int64_t version;
    if (json_need(doc, "version", &at, err) != 0 ||
        json_get_int(&at, 1, JSON_MAX_INT, &version, err) != 0)
        return -1;
    return version <= VERDICT_VERSION
               ? 0
               : json_error(&at, err, "this verdict is from a newer socklings");
}

static int read_times(const struct json *doc, struct verdict *v, struct error *err)
{
    struct json ms;
    if (!json_get(doc, "ms", &ms))
        return 0;
    if (read_ms(&ms, "build", &v->ms_build, err) != 0 ||
        read_ms(&ms, "scene", &v->ms_scene, err) != 0)
        return -1;
    return read_ms(&ms, "total", &v->ms_total, err);
}

static int read_sum(const struct json *doc, struct verdict *v, struct error *err)
{
    struct json at;
    if (json_need(doc, "points", &at, err) != 0 ||
        read_points(doc, "points", &v->points, err) != 0 ||
        read_points(doc, "max_points", &v->max_points, err) != 0)
        return -1;
    if (v->points > v->max_points)
        return json_error(&at, err, "%u points of %u cannot be", v->points, v->max_points);
    return 0;
}

int verdict_read(const struct json *doc, struct verdict *v, struct error *err)
{
    struct json word;
    unsigned outcome;
    const char *tier = "";
    *v = (struct verdict){.lab = NULL};
    if (json_expect(doc, JSON_OBJECT, err) != 0 || check_version(doc, err) != 0 ||
        borrow(doc, "lab", &v->lab, err) != 0 || json_need(doc, "outcome", &word, err) != 0 ||
        read_word(&word, outcome_at, OUTCOME_INTERNAL_ERROR + 1, &outcome, err) != 0 ||
        read_text(doc, "limit", &v->limit, err) != 0 ||
        read_text(doc, "error", &v->error, err) != 0 ||
        read_text(doc, "warnings", &v->warnings, err) != 0 ||
        read_text(doc, "reproduce", &v->reproduce, err) != 0 ||
        borrow(doc, "tier", &tier, err) != 0 || read_sum(doc, v, err) != 0 ||
        read_times(doc, v, err) != 0 || read_steps(doc, v, err) != 0)
        return -1;
    v->outcome = (enum outcome)outcome;
    v->tier = tier[0];
    read_seed(doc, v);
    return 0;
}
