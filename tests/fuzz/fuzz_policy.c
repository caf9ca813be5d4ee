/*
 * fuzz_policy - any bytes as a policy: an error with the file's name, or a policy whose marks are
 * between nothing and everything.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "grade/policy_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lab lab = {.id = "05_udp_echo", .number = 5, .title = "UDP echo", .points = 7};
static struct lab *all_labs[] = {&lab};
static const struct catalog catalog = {.labs = all_labs, .nlabs = 1};

static void judge(const struct policy *policy, int64_t handed_in)
{
    const struct terms *terms = policy_terms(policy, lab.id);
    struct lab_store *store = store_new();
    struct class_result r = {.attempt = 2, .handed_in = handed_in, .points = 5, .max_points = 7};
    struct judged judged = policy_judge(terms, policy_extension(policy, "anna", lab.id), &r, store);
    int64_t weight = terms->weight >= 0 ? terms->weight : 7 * WEIGHT_ONE;
    int64_t mark = policy_mark(policy, weight, weight, &r, judged);
    if (!(r.share >= 0 && r.share <= 1) || r.late_s < 0 || mark < 0 ||
        mark > policy_weight(policy, weight, weight))
        abort();
    store_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    struct policy *policy = policy_parse((const char *)data, size, "fuzz", &catalog, &err);
    if (policy == NULL) {
        if (strncmp(err.text, "fuzz:", 5) != 0)
            abort();
        return 0;
    }
    judge(policy, 0);
    judge(policy, 1);
    judge(policy, INT64_C(1795215541));
    judge(policy, INT64_C(9007199254740992));
    policy_free(policy);
    return 0;
}
