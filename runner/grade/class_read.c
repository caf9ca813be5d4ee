/* grade/class_read: see class_read.h. The document is that of runner/report/README.md. */
#include "grade/class_read.h"

#include <stdlib.h>
#include <string.h>

#include "grade/policy_parts.h"
#include "report/verdict_json.h"

/* --- members that may be missing --- */

static int text_of(const struct json *object, const char *key, struct lab_store *store,
                   const char **out, struct error *err)
{
    struct json at;
    const char *text;
    *out = NULL;
    if (!json_get(object, key, &at))
        return 0;
    if (json_get_text(&at, &text, err) != 0)
        return -1;
    *out = store_string(store, text);
    return 0;
}

static int whole_of(const struct json *object, const char *key, int64_t most, unsigned *out,
                    struct error *err)
{
    struct json at;
    int64_t value = 0;
    if (json_get(object, key, &at) && json_get_int(&at, 0, most, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int double_of(const struct json *object, const char *key, double *out, struct error *err)
{
    struct json at;
    *out = 0;
    return json_get(object, key, &at) ? json_get_double(&at, out, err) : 0;
}

/* One of the names, as its place among them. */
static int word_of(const struct json *object, const char *key, const char *(*name)(unsigned),
                   unsigned count, unsigned *out, struct error *err)
{
    struct json at;
    const char *text;
    if (json_need(object, key, &at, err) != 0 || json_get_text(&at, &text, err) != 0)
        return -1;
    for (*out = 0; *out < count; (*out)++) {
        if (strcmp(text, name(*out)) == 0)
            return 0;
    }
    return json_error(&at, err, "\"%s\" is unknown: is it from a newer socklings?", text);
}

static const char *outcome_at(unsigned i)
{
    return outcome_name((enum outcome)i);
}

static const char *status_at(unsigned i)
{
    return step_status_name((enum step_status)i);
}

/* --- steps --- */

static int read_diagnosis(const struct json *step, struct lab_store *store, struct class_step *out,
                          struct error *err)
{
    struct json at;
    if (!json_get(step, "diagnosis", &at))
        return 0;
    if (json_expect(&at, JSON_OBJECT, err) != 0 ||
        text_of(&at, "id", store, &out->diagnosis, err) != 0 ||
        text_of(&at, "certainty", store, &out->certainty, err) != 0 ||
        text_of(&at, "message", store, &out->diagnosis_message, err) != 0 ||
        text_of(&at, "file", store, &out->file, err) != 0 ||
        whole_of(&at, "line", INT32_MAX, &out->line, err) != 0)
        return -1;
    return 0;
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

static int read_step(const struct json *line, const struct json *at, struct lab_store *store,
                     struct class_step *step, struct error *err)
{
    struct json id;
    unsigned status;
    if (json_need(at, "id", &id, err) != 0 || text_of(at, "id", store, &step->id, err) != 0 ||
        text_of(at, "title", store, &step->title, err) != 0 ||
        word_of(at, "status", status_at, STEP_NOT_REACHED + 1, &status, err) != 0 ||
        whole_of(at, "points", POINTS_MOST, &step->points, err) != 0 ||
        text_of(at, "stage", store, &step->stage, err) != 0 ||
        text_of(at, "message", store, &step->message, err) != 0 ||
        text_of(at, "question", store, &step->question, err) != 0 ||
        text_of(at, "lesson", store, &step->lesson, err) != 0 ||
        read_diagnosis(at, store, step, err) != 0)
        return -1;
    if (step->title == NULL)
        step->title = step->id;
    step->status = (enum step_status)status;
    step->hidden = is_hidden(line, step->id);
    return 0;
}

static int read_steps(const struct json *line, const struct json *verdict, struct lab_store *store,
                      struct class_result *result, struct error *err)
{
    struct json list, item;
    if (json_need(verdict, "steps", &list, err) != 0 || json_expect(&list, JSON_LIST, err) != 0)
        return -1;
    struct class_step *steps = store_alloc(store, (json_count(&list) + 1) * sizeof *steps);
    for (bool more = json_first(&list, &item); more; more = json_next(&item)) {
        if (json_expect(&item, JSON_OBJECT, err) != 0 ||
            read_step(line, &item, store, &steps[result->nsteps++], err) != 0)
            return -1;
    }
    result->steps = steps;
    return 0;
}

/* --- the whole --- */

/* Beyond 2^53 it is a text of its digits. */
static void read_seed(const struct json *verdict, struct class_result *result)
{
    struct json at;
    int64_t whole = 0;
    const char *text;
    result->seed = 0;
    if (!json_get(verdict, "seed", &at))
        return;
    if (json_get_int(&at, 0, JSON_MAX_INT, &whole, NULL) == 0)
        result->seed = (uint64_t)whole;
    else if (json_get_text(&at, &text, NULL) == 0)
        result->seed = strtoull(text, NULL, 10);
}

static int check_version(const struct json *verdict, struct error *err)
{
    struct json at;
    int64_t version;
    if (json_need(verdict, "version", &at, err) != 0 ||
        json_get_int(&at, 1, JSON_MAX_INT, &version, err) != 0)
        return -1;
    return version <= VERDICT_VERSION
               ? 0
               : json_error(&at, err, "this verdict is from a newer socklings");
}

static int read_times(const struct json *verdict, struct class_result *result, struct error *err)
{
    struct json ms;
    if (!json_get(verdict, "ms", &ms))
        return 0;
    if (double_of(&ms, "build", &result->ms_build, err) != 0 ||
        double_of(&ms, "scene", &result->ms_scene, err) != 0 ||
        double_of(&ms, "total", &result->ms_total, err) != 0)
        return -1;
    return 0;
}

static int read_points(const struct json *verdict, struct class_result *result, struct error *err)
{
    struct json at;
    if (json_need(verdict, "points", &at, err) != 0 ||
        whole_of(verdict, "points", POINTS_MOST, &result->points, err) != 0 ||
        whole_of(verdict, "max_points", POINTS_MOST, &result->max_points, err) != 0)
        return -1;
    if (result->points > result->max_points)
        return json_error(&at, err, "%u points of %u cannot be", result->points,
                          result->max_points);
    return 0;
}

int class_read_result(const struct json *line, struct lab_store *store, struct class_result *result,
                      struct error *err)
{
    struct json verdict;
    unsigned outcome;
    const char *tier;
    if (json_need(line, "verdict", &verdict, err) != 0 ||
        json_expect(&verdict, JSON_OBJECT, err) != 0 || check_version(&verdict, err) != 0 ||
        word_of(&verdict, "outcome", outcome_at, OUTCOME_INTERNAL_ERROR + 1, &outcome, err) != 0 ||
        text_of(&verdict, "limit", store, &result->limit, err) != 0 ||
        text_of(&verdict, "error", store, &result->error, err) != 0 ||
        text_of(&verdict, "reproduce", store, &result->reproduce, err) != 0 ||
        text_of(&verdict, "tier", store, &tier, err) != 0 ||
        read_points(&verdict, result, err) != 0 || read_times(&verdict, result, err) != 0 ||
        read_steps(line, &verdict, store, result, err) != 0)
        return -1;
    result->outcome = (enum outcome)outcome;
    result->tier = tier != NULL ? tier[0] : '\0';
    if (result->reproduce == NULL)
        result->reproduce = "";
    read_seed(&verdict, result);
    return 0;
}
