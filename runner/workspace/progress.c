/*
 * workspace/progress: see progress.h.
 *
 * - One table lists the members of a lab, with their types: checking walks it.
 */
#include "workspace/progress.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum { VERSION = 1, LONGEST_PAUSE_S = 600 };
#define WHOLE_MAX 9007199254740992.0 /* the largest run of whole numbers that a double holds */

enum kind { FLAG, WHOLE };

static const struct {
    const char *name;
    enum kind kind;
} members[] = {
    {"started", FLAG},     {"passed", FLAG},      {"gave_up", FLAG},    {"checks", WHOLE},
    {"first_at", WHOLE},   {"last_at", WHOLE},    {"passed_at", WHOLE}, {"seconds", WHOLE},
    {"quiz_right", WHOLE}, {"quiz_asked", WHOLE},
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* --- checking --- */

static int check_flag(const cJSON *object, const char *name, const char *where, struct error *why)
{
    const cJSON *item = member(object, name);
    if (item == NULL || cJSON_IsBool(item))
        return 0;
    return error_set(why, "%s: \"%s\" must be true or false", where, name);
}

static int check_whole(const cJSON *object, const char *name, const char *where, struct error *why)
{
    const cJSON *item = member(object, name);
    if (item == NULL ||
        (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < WHOLE_MAX &&
         trunc(item->valuedouble) == item->valuedouble))
        return 0;
    return error_set(why, "%s: \"%s\" must be a whole number, 0 or more", where, name);
}

static int check_steps(const cJSON *steps, const char *where, struct error *why)
{
    if (steps != NULL && !cJSON_IsObject(steps))
        return error_set(why, "%s: \"steps\" must be an object", where);
    const cJSON *step;
    cJSON_ArrayForEach(step, steps)
    {
        if (!cJSON_IsObject(step))
            return error_set(why, "%s: step \"%s\" must be an object", where, step->string);
        if (check_flag(step, "passed", where, why) < 0 ||
            check_whole(step, "hints", where, why) < 0)
            return -1;
    }
    return 0;
}

static int check_lab(const cJSON *lab, struct error *why)
{
    const char *where = lab->string;
    if (!cJSON_IsObject(lab))
        return error_set(why, "lab \"%s\" must be an object", where);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        int rc = members[i].kind == FLAG ? check_flag(lab, members[i].name, where, why)
                                         : check_whole(lab, members[i].name, where, why);
        if (rc < 0)
            return -1;
    }
    return check_steps(member(lab, "steps"), where, why);
}

static int check_tree(const cJSON *tree, struct error *why)
{
    const cJSON *current = member(tree, "current"), *labs = member(tree, "labs"), *lab;
    if (current != NULL && !cJSON_IsString(current) && !cJSON_IsNull(current))
        return error_set(why, "\"current\" must be a text");
    if (!cJSON_IsObject(labs))
        return error_set(why, "\"labs\" must be an object");
    cJSON_ArrayForEach(lab, labs)
    {
        if (check_lab(lab, why) < 0)
            return -1;
    }
    return 0;
}

enum progress_state progress_parse(const char *text, size_t len, const char *name, cJSON **tree,
                                   struct error *why)
{
    /* The strict reader refuses what cJSON would let pass; cJSON then makes a tree to change. */
    struct json_doc *doc = json_parse(text, len, name, why);
    if (doc == NULL)
        return PROGRESS_DAMAGED;
    json_free(doc);
    *tree = cJSON_ParseWithLength(text, len);
    const cJSON *version = member(*tree, "version");
    if (!cJSON_IsObject(*tree) || !cJSON_IsNumber(version) || version->valuedouble < 1)
        error_set(why, "%s: there is no \"version\"", name);
    else if (version->valuedouble > VERSION)
        return PROGRESS_NEWER;
    else if (check_tree(*tree, why) == 0)
        return PROGRESS_GOOD;
    else
        error_prefix(why, "%s", name);
    cJSON_Delete(*tree);
    *tree = NULL;
    return PROGRESS_DAMAGED;
}

cJSON *progress_new(void)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddNumberToObject(tree, "version", VERSION);
    cJSON_AddObjectToObject(tree, "labs");
    return tree;
}

char *progress_print(const cJSON *tree)
{
    char *text = cJSON_Print(tree);
    char *lines = mem_format("%s\n", text == NULL ? "" : text);
    free(text);
    return lines;
}

/* --- reading: of a newer version anything may have changed, so types are looked at again --- */

static bool flag(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(member(object, name));
}

static int64_t whole(const cJSON *object, const char *name)
{
    const cJSON *item = member(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < WHOLE_MAX))
        return 0;
    return (int64_t)item->valuedouble;
}

static unsigned small(const cJSON *object, const char *name)
{
    int64_t value = whole(object, name);
    return value > UINT32_MAX ? UINT32_MAX : (unsigned)value;
}

static void read_steps(const cJSON *steps, const struct lab *lab, struct progress *out)
{
    out->steps = mem_alloc(lab->nsteps * sizeof *out->steps);
    for (unsigned i = 0; i < lab->nsteps; i++) {
        const cJSON *step = member(steps, lab->steps[i].id);
        if (step == NULL)
            continue;
        struct progress_step *to = &out->steps[out->nsteps++];
        strncpy(to->id, lab->steps[i].id, sizeof to->id - 1);
        to->passed = flag(step, "passed");
        to->hints = small(step, "hints");
    }
}

void progress_read(const cJSON *tree, const struct lab *lab, struct progress *out)
{
    const cJSON *from = member(member(tree, "labs"), lab->id);
    *out = (struct progress){
        .started = flag(from, "started"),
        .passed = flag(from, "passed"),
        .gave_up = flag(from, "gave_up"),
        .checks = small(from, "checks"),
        .first_at = whole(from, "first_at"),
        .last_at = whole(from, "last_at"),
        .passed_at = whole(from, "passed_at"),
        .seconds = whole(from, "seconds"),
        .quiz_right = small(from, "quiz_right"),
        .quiz_asked = small(from, "quiz_asked"),
    };
    read_steps(member(from, "steps"), lab, out);
}

const char *progress_current(const cJSON *tree)
{
    const cJSON *current = member(tree, "current");
    return cJSON_IsString(current) ? current->valuestring : NULL;
}

/* --- changing --- */

static cJSON *object_in(cJSON *parent, const char *name)
{
    cJSON *object = cJSON_GetObjectItemCaseSensitive(parent, name);
    return object != NULL ? object : cJSON_AddObjectToObject(parent, name);
}

static cJSON *lab_in(cJSON *tree, const struct lab *lab)
{
    return object_in(object_in(tree, "labs"), lab->id);
}

static void set(cJSON *object, const char *name, cJSON *value)
{
    if (member(object, name) != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(object, name, value);
    else
        cJSON_AddItemToObject(object, name, value);
}

static void set_flag(cJSON *object, const char *name, bool value)
{
    set(object, name, cJSON_CreateBool(value));
}

static void set_whole(cJSON *object, const char *name, int64_t value)
{
    set(object, name, cJSON_CreateNumber((double)value));
}

/* Counts the time since the learner was last seen, unless that was a pause. */
static void seen(cJSON *at, int64_t now)
{
    int64_t last = whole(at, "last_at");
    if (whole(at, "first_at") == 0)
        set_whole(at, "first_at", now);
    if (last != 0 && now > last && now - last <= LONGEST_PAUSE_S)
        set_whole(at, "seconds", whole(at, "seconds") + now - last);
    set_whole(at, "last_at", now);
    set_flag(at, "started", true);
}

void progress_started(cJSON *tree, const struct lab *lab, int64_t now)
{
    seen(lab_in(tree, lab), now);
}

void progress_checked(cJSON *tree, const struct lab *lab, const bool *step_passed, int64_t now)
{
    cJSON *at = lab_in(tree, lab);
    cJSON *steps = object_in(at, "steps");
    bool all = true;
    for (unsigned i = 0; i < lab->nsteps; i++) {
        set_flag(object_in(steps, lab->steps[i].id), "passed", step_passed[i]);
        all = all && step_passed[i];
    }
    seen(at, now);
    set_whole(at, "checks", whole(at, "checks") + 1);
    if (all && !flag(at, "passed")) {
        set_flag(at, "passed", true);
        set_whole(at, "passed_at", now);
    }
}

void progress_hinted(cJSON *tree, const struct lab *lab, const char *step, unsigned levels)
{
    cJSON *at = object_in(object_in(lab_in(tree, lab), "steps"), step);
    if (levels > small(at, "hints"))
        set_whole(at, "hints", levels);
}

void progress_quizzed(cJSON *tree, const struct lab *lab, unsigned right, unsigned asked)
{
    cJSON *at = lab_in(tree, lab);
    set_whole(at, "quiz_right", right);
    set_whole(at, "quiz_asked", asked);
}

void progress_gave_up(cJSON *tree, const struct lab *lab)
{
    cJSON *at = lab_in(tree, lab);
    if (!flag(at, "passed"))
        set_flag(at, "gave_up", true);
}

void progress_set_current(cJSON *tree, const struct lab *lab)
{
    set(tree, "current", cJSON_CreateString(lab->id));
}
