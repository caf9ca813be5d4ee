/*
 * grade/policy: see policy.h. Reading the file; policy_mark.c has the arithmetic.
 *
 * - Defaults are filled in while reading: from the outside in, field by field.
 */
#include "grade/policy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "grade/dates.h"
#include "grade/policy_parts.h"

enum { POLICY_VERSION = 1, WEIGHT_MOST = 100000, TOTAL_MOST = 1000000, ATTEMPTS_MOST = 1000 };

static const struct terms unspoken = {
    .weight = -1,
    .late = {.most = SHARE_ONE, .until = -1},
    .count = COUNT_BEST,
};

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* --- values --- */

/* A number from 0 to most, as a whole number of 1/one. */
static int read_fixed(const struct json *at, int64_t most, int64_t one, int64_t *out,
                      struct error *err)
{
    double value;
    if (json_get_double(at, &value, err) != 0)
        return -1;
    double whole = round(value * (double)one);
    if (!(value >= 0 && value <= (double)most))
        return json_error(at, err, "a number from 0 to %lld is needed, not %.15g", (long long)most,
                          value);
    if (fabs(value * (double)one - whole) > 1e-5)
        return json_error(at, err, "%.15g has too many decimals: %d are kept", value,
                          one == SHARE_ONE ? 4 : 3);
    *out = (int64_t)whole;
    return 0;
}

static int read_share(const struct json *at, unsigned *out, struct error *err)
{
    int64_t value = 0;
    if (read_fixed(at, 1, SHARE_ONE, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int read_span(const struct json *at, int64_t *out, struct error *err)
{
    const char *text, *why;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    return date_parse_span(text, out, &why) == 0 ? 0 : json_error(at, err, "%s", why);
}

static int read_due(const struct json *at, struct policy *policy, struct terms *terms,
                    struct error *err)
{
    const char *text, *why;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    if (date_parse(text, &terms->due, &why) != 0)
        return json_error(at, err, "%s", why);
    terms->has_due = true;
    terms->due_text = store_string(policy->store, text);
    return 0;
}

static int read_late(const struct json *at, struct late_rule *late, struct error *err)
{
    static const char *const keys[] = {"grace", "per", "off", "most", "until"};
    struct json value, per;
    *late = unspoken.late;
    if (json_only_keys(at, keys, COUNT_OF(keys), err) != 0)
        return -1;
    if ((json_get(at, "grace", &value) && read_span(&value, &late->grace, err) != 0) ||
        (json_get(at, "off", &value) && read_share(&value, &late->off, err) != 0) ||
        (json_get(at, "most", &value) && read_share(&value, &late->most, err) != 0) ||
        (json_get(at, "until", &value) && read_span(&value, &late->until, err) != 0))
        return -1;
    if (!json_get(at, "per", &per))
        return 0;
    if (read_span(&per, &late->per, err) != 0)
        return -1;
    if (late->per == 0)
        return json_error(&per, err,
                          "a span above 0 is needed; without \"per\" it is taken off"
                          " once");
    if (!json_get(at, "off", &value))
        return json_error(at, err, "\"per\" needs \"off\": the share that is taken off each time");
    return 0;
}

static int read_attempts(const struct json *at, unsigned *out, struct error *err)
{
    int64_t value;
    if (json_get_int(at, 1, ATTEMPTS_MOST, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int read_count(const struct json *at, enum counting *out, struct error *err)
{
    static const char *const words[] = {"best", "last", "first"};
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = (enum counting)i;
            return 0;
        }
    }
    return json_error(at, err, "\"best\", \"last\" or \"first\" is needed");
}

/* --- terms --- */

/* What may stand at the top as well as with a lab. */
static int read_common(const struct json *at, struct terms *terms, struct error *err)
{
    struct json value;
    if ((json_get(at, "late", &value) && read_late(&value, &terms->late, err) != 0) ||
        (json_get(at, "attempts", &value) && read_attempts(&value, &terms->attempts, err) != 0) ||
        (json_get(at, "count", &value) && read_count(&value, &terms->count, err) != 0))
        return -1;
    return 0;
}

static int read_terms(const struct json *at, struct policy *policy, struct terms *terms,
                      struct error *err)
{
    static const char *const keys[] = {"weight", "due", "late", "attempts", "count", "pass"};
    struct json value;
    if (json_only_keys(at, keys, COUNT_OF(keys), err) != 0 || read_common(at, terms, err) != 0)
        return -1;
    if ((json_get(at, "weight", &value) &&
         read_fixed(&value, WEIGHT_MOST, WEIGHT_ONE, &terms->weight, err) != 0) ||
        (json_get(at, "due", &value) && read_due(&value, policy, terms, err) != 0) ||
        (json_get(at, "pass", &value) && read_share(&value, &terms->pass, err) != 0))
        return -1;
    return 0;
}

/* The key of `at` must be the id of a lab. */
static int check_lab(const struct json *at, const struct catalog *catalog, struct error *err)
{
    struct error why;
    const struct lab *lab = catalog_find(catalog, at->key, &why);
    if (lab == NULL)
        return json_error(at, err, "%s", why.text);
    if (strcmp(lab->id, at->key) != 0)
        return json_error(at, err, "a lab is given by its whole id here: \"%s\"", lab->id);
    return 0;
}

static int read_labs(const struct json *at, struct policy *policy, const struct catalog *catalog,
                     struct error *err)
{
    struct json item;
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    policy->labs = store_alloc(policy->store, (json_count(at) + 1) * sizeof *policy->labs);
    for (bool more = json_first(at, &item); more; more = json_next(&item)) {
        struct policy_lab *lab = &policy->labs[policy->nlabs++];
        if (check_lab(&item, catalog, err) != 0)
            return -1;
        lab->id = store_string(policy->store, item.key);
        lab->terms = policy->rest;
        if (read_terms(&item, policy, &lab->terms, err) != 0)
            return -1;
    }
    return 0;
}

/* --- extensions --- */

static int add_extension(const struct json *at, const char *student, const char *lab,
                         struct policy *policy, struct error *err)
{
    struct extension *list = policy->extensions;
    if ((policy->nextensions & (policy->nextensions - 1)) == 0) { /* doubled when it is full */
        size_t room = policy->nextensions == 0 ? 1 : (size_t)policy->nextensions * 2;
        list = store_alloc(policy->store, room * sizeof *list);
        if (policy->nextensions > 0)
            memcpy(list, policy->extensions, policy->nextensions * sizeof *list);
        policy->extensions = list;
    }
    struct extension *e = &list[policy->nextensions];
    e->student = store_string(policy->store, student);
    e->lab = lab != NULL ? store_string(policy->store, lab) : NULL;
    if (read_span(at, &e->seconds, err) != 0)
        return -1;
    policy->nextensions++;
    return 0;
}

static int read_extensions(const struct json *at, struct policy *policy,
                           const struct catalog *catalog, struct error *err)
{
    struct json student, lab;
    if (json_expect(at, JSON_OBJECT, err) != 0)
        return -1;
    for (bool more = json_first(at, &student); more; more = json_next(&student)) {
        if (student.key[0] == '\0')
            return json_error(&student, err, "a student's name is needed");
        if (json_type(&student) == JSON_TEXT) {
            if (add_extension(&student, student.key, NULL, policy, err) != 0)
                return -1;
            continue;
        }
        if (json_type(&student) != JSON_OBJECT)
            return json_error(&student, err,
                              "a span like \"2d\" is needed, or an object with one for each lab");
        for (bool m = json_first(&student, &lab); m; m = json_next(&lab)) {
            if (check_lab(&lab, catalog, err) != 0 ||
                add_extension(&lab, student.key, lab.key, policy, err) != 0)
                return -1;
        }
    }
    return 0;
}

/* --- the file --- */

static int check_version(const struct json *root, struct error *err)
{
    struct json at;
    int64_t version;
    if (json_need(root, "version", &at, err) != 0 ||
        json_get_int(&at, 1, JSON_MAX_INT, &version, err) != 0)
        return -1;
    if (version > POLICY_VERSION)
        return json_error(&at, err,
                          "this policy is for a newer socklings; this one reads version"
                          " %d",
                          POLICY_VERSION);
    return 0;
}

static int read_title(const struct json *at, struct policy *policy, struct error *err)
{
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    if (text[0] == '\0')
        return json_error(at, err, "a title is needed here, or no \"title\" at all");
    policy->title = store_string(policy->store, text);
    return 0;
}

static int read_policy(const struct json *root, struct policy *policy,
                       const struct catalog *catalog, struct error *err)
{
    static const char *const keys[] = {"$schema", "version", "title",    "total", "labs",
                                       "default", "late",    "attempts", "count", "extensions"};
    struct json value;
    const char *schema;
    if (json_only_keys(root, keys, COUNT_OF(keys), err) != 0 || check_version(root, err) != 0)
        return -1;
    if ((json_get(root, "$schema", &value) && json_get_text(&value, &schema, err) != 0) ||
        (json_get(root, "title", &value) && read_title(&value, policy, err) != 0) ||
        (json_get(root, "total", &value) &&
         read_fixed(&value, TOTAL_MOST, WEIGHT_ONE, &policy->total, err) != 0) ||
        read_common(root, &policy->rest, err) != 0 ||
        (json_get(root, "default", &value) &&
         read_terms(&value, policy, &policy->rest, err) != 0) ||
        (json_get(root, "labs", &value) && read_labs(&value, policy, catalog, err) != 0) ||
        (json_get(root, "extensions", &value) &&
         read_extensions(&value, policy, catalog, err) != 0))
        return -1;
    return 0;
}

static struct policy *new_policy(const char *path)
{
    struct lab_store *store = store_new();
    struct policy *policy = store_alloc(store, sizeof *policy);
    policy->store = store;
    policy->path = path != NULL ? store_string(store, path) : NULL;
    policy->total = -1;
    policy->rest = unspoken;
    return policy;
}

static struct policy *from_document(struct json_doc *doc, const char *path,
                                    const struct catalog *catalog, struct error *err)
{
    if (doc == NULL)
        return NULL;
    struct policy *policy = new_policy(path);
    struct json root = json_root(doc);
    if (read_policy(&root, policy, catalog, err) != 0) {
        policy_free(policy);
        policy = NULL;
    }
    json_free(doc);
    return policy;
}

struct policy *policy_parse(const char *text, size_t len, const char *path,
                            const struct catalog *catalog, struct error *err)
{
    return from_document(json_parse(text, len, path, err), path, catalog, err);
}

struct policy *policy_load(const char *path, const struct catalog *catalog, struct error *err)
{
    if (path == NULL)
        return new_policy(NULL);
    return from_document(json_load(path, JSON_MAX_BYTES, err), path, catalog, err);
}

void policy_free(struct policy *policy)
{
    if (policy != NULL)
        store_free(policy->store); /* the policy itself came from it */
}

/* --- looking --- */

const struct terms *policy_terms(const struct policy *policy, const char *lab)
{
    for (unsigned i = 0; i < policy->nlabs; i++) {
        if (strcmp(policy->labs[i].id, lab) == 0)
            return &policy->labs[i].terms;
    }
    return &policy->rest;
}

int64_t policy_extension(const struct policy *policy, const char *student, const char *lab)
{
    int64_t general = 0;
    for (unsigned i = 0; i < policy->nextensions; i++) {
        const struct extension *e = &policy->extensions[i];
        if (strcmp(e->student, student) != 0)
            continue;
        if (e->lab != NULL && strcmp(e->lab, lab) == 0)
            return e->seconds;
        if (e->lab == NULL)
            general = e->seconds;
    }
    return general;
}
