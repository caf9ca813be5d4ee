/*
 * Right programs in many styles, and the labs' own solutions, are never accused: every check of
 * their lab is run with one assertion more, that no rule finds a mistake with certainty. One TAP
 * line a program.
 *
 * A program stands in tests/rules/right/NN_style/, NN being the lab's number.
 */
#include <errno.h>

#include "base/loop.h"
#include "check/check.h"
#include "rule_case.h"
#include "scene/tier.h"

/* The lab's description with {"mistakes": "none"} added to each scene; the caller frees. */
static char *stricter(const char *text)
{
    cJSON *lab = cJSON_Parse(text), *step, *check;
    cJSON_ArrayForEach(step, cJSON_GetObjectItem(lab, "steps"))
    {
        cJSON_ArrayForEach(check, cJSON_GetObjectItem(step, "checks"))
        {
            cJSON *then = cJSON_GetObjectItem(check, "then"), *none = cJSON_CreateObject();
            if (cJSON_GetObjectItem(check, "scene") == NULL) {
                cJSON_Delete(none);
                continue;
            }
            if (then == NULL)
                then = cJSON_AddArrayToObject(check, "then");
            cJSON_AddStringToObject(none, "mistakes", "none");
            cJSON_AddItemToArray(then, none);
        }
    }
    char *changed = cJSON_PrintUnformatted(lab);
    cJSON_Delete(lab);
    return changed;
}

/* What a lab has beside its description, its data for one, is found from the copy too. */
static void link_rest(const char *from, const char *to)
{
    struct dirent **names;
    char *whole = realpath(from, NULL);
    int n = scandir(from, &names, NULL, rule_by_name);
    for (int i = 0; i < n; i++) {
        char *target = mem_format("%s/%s", whole, names[i]->d_name);
        char *link = mem_format("%s/%s", to, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && strcmp(names[i]->d_name, "lab.json") != 0 &&
            symlink(target, link) != 0 && errno != EEXIST)
            printf("# %s: %s\n", link, strerror(errno));
        free(target);
        free(link);
        free(names[i]);
    }
    free(n >= 0 ? names : NULL);
    free(whole);
}

static struct lab *load_stricter(const char *tmp, const struct lab *lab, struct error *err)
{
    char *text = rule_read(lab->file), *changed = text != NULL ? stricter(text) : NULL;
    char *dir = mem_format("%s/%s", tmp, lab->id), *path = mem_format("%s/lab.json", dir);
    struct lab *loaded = NULL;
    mkdir(dir, 0755);
    link_rest(lab->dir, dir);
    FILE *file = fopen(path, "we");
    if (file != NULL && changed != NULL) {
        fputs(changed, file);
        fclose(file);
        loaded = lab_load(path, err);
    } else {
        error_set(err, "%s: cannot be read or written", path);
    }
    free(text);
    free(changed);
    free(dir);
    free(path);
    return loaded;
}

static void say_failure(const struct verdict *v)
{
    printf("# outcome %s %s\n", outcome_name(v->outcome), v->error != NULL ? v->error : "");
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        if (step->status != STEP_FAIL)
            continue;
        printf("# %s: %s\n", step->id, step->message);
        if (step->diagnosis != NULL)
            printf("# %s: %s\n", step->diagnosis->id, step->diagnosis->message);
    }
}

static bool passes(struct loop *loop, const struct lab *lab, const char *dir, const char *tmp)
{
    struct error err;
    struct verdict v = {0};
    struct lab *strict = load_stricter(tmp, lab, &err);
    if (strict == NULL) {
        printf("# %s\n", err.text);
        return false;
    }
    const char *build = getenv("BUILD");
    char *archive = mem_format("%s/libsocklings.a", build != NULL ? build : "build");
    char *cache = mem_format("%s/cache", tmp);
    struct check_request request = {
        .lab = strict,
        .source_dir = dir,
        .lib_dir = "lib",
        .lib_archive = archive,
        .cache_dir = cache,
        .seed = 4711,
    };
    check_run(loop, &request, &v, NULL);
    bool right = v.outcome == OUTCOME_PASS;
    if (!right)
        say_failure(&v);
    verdict_free(&v);
    lab_free(strict);
    free(archive);
    free(cache);
    return right;
}

struct tally {
    unsigned count, failed;
};

static void try_one(struct tally *t, struct loop *loop, const struct lab *lab, const char *dir,
                    const char *tmp)
{
    bool right = passes(loop, lab, dir, tmp);
    t->failed += !right;
    printf("%sok %u - %s passes and is accused of nothing\n", right ? "" : "not ", ++t->count, dir);
    fflush(stdout);
}

static void try_all(struct tally *t, struct loop *loop, const struct catalog *labs, const char *tmp)
{
    struct dirent **dirs;
    int n = scandir("tests/rules/right", &dirs, NULL, rule_by_name);
    for (unsigned i = 0; i < labs->nlabs; i++) {
        char *solution = mem_format("%s/solution", labs->labs[i]->dir);
        try_one(t, loop, labs->labs[i], solution, tmp);
        free(solution);
        for (int k = 0; k < n; k++) {
            char *dir = mem_format("tests/rules/right/%s", dirs[k]->d_name);
            if (dirs[k]->d_name[0] != '.' &&
                (unsigned)atoi(dirs[k]->d_name) == labs->labs[i]->number)
                try_one(t, loop, labs->labs[i], dir, tmp);
            free(dir);
        }
    }
    for (int k = 0; k < n; k++)
        free(dirs[k]);
    free(n >= 0 ? dirs : NULL);
}

int main(void)
{
    char tmp[] = "/tmp/socklings-right-XXXXXX";
    struct catalog labs = {0};
    struct tally t = {0};
    struct error err;
    if (scene_tier_probe() != TIER_A) {
        puts("1..0 # SKIP no private network here");
        return 0;
    }
    struct loop *loop = loop_new(&err);
    if (mkdtemp(tmp) == NULL || loop == NULL || catalog_load(&labs, "labs", &err) != 0) {
        puts("Bail out! no temporary folder, no event loop or no labs");
        return 1;
    }
    try_all(&t, loop, &labs, tmp);
    printf("1..%u\n", t.count);
    catalog_free(&labs);
    loop_free(loop);
    file_remove_tree(tmp, NULL);
    return t.failed > 0;
}
