/*
 * The programs of tests/rules, run: each mistake is named as its folder says, and no near miss is.
 * One TAP line a program.
 *
 *     test_rules_live [PART-OF-A-NAME…]
 *
 * With RECORD=1 in the environment the recordings beside the programs are written anew.
 */
#include <fcntl.h>

#include "base/error.h"
#include "base/loop.h"
#include "check/check.h"
#include "rule_case.h"
#include "scene/tier.h"
#include "timeline/file.h"

static bool wanted(const struct rule_case *c, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(c->dir, argv[i]) != NULL || strstr(c->name, argv[i]) != NULL)
            return true;
    return argc == 1;
}

static void say_verdict(const struct verdict *v)
{
    printf("# outcome %s\n", outcome_name(v->outcome));
    if (v->error != NULL)
        printf("# error %s\n", v->error);
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        if (step->message != NULL)
            printf("# %s\n", step->message);
        if (step->diagnosis != NULL)
            printf("# %s: %s\n", step->diagnosis->id, step->diagnosis->message);
        for (unsigned k = 0; k < step->nevidence; k++)
            printf("#   %s\n", step->evidence[k]);
    }
}

static bool record(const struct rule_case *c, const struct timeline *tl)
{
    char *path = rule_path(c, ".jsonl");
    struct error err;
    bool done = timeline_save(tl, path, &err) == 0;
    if (!done)
        printf("# %s\n", err.text);
    free(path);
    return done;
}

/* NULL: as it should be. */
static const char *judge_live(struct loop *loop, const struct rule_case *c, const char *tmp,
                              const char *build)
{
    struct error err;
    struct timeline tl;
    struct verdict v = {0};
    struct lab *lab = rule_lab(c, tmp, &err);
    if (lab == NULL) {
        printf("# %s\n", err.text);
        return "its scene cannot be loaded";
    }
    char *archive = mem_format("%s/libsocklings.a", build), *cache = mem_format("%s/cache", tmp);
    struct check_request request = {
        .lab = lab,
        .source_dir = c->dir,
        .lib_dir = "lib",
        .lib_archive = archive,
        .cache_dir = cache,
        .seed = 4711,
    };
    timeline_init(&tl);
    check_run(loop, &request, &v, &tl);
    const struct diagnosis *d = v.nsteps > 0 ? v.steps[0].diagnosis : NULL;
    const char *wrong = v.outcome == OUTCOME_INTERNAL_ERROR       ? "the check itself failed"
                        : v.outcome == OUTCOME_BUILD_ERROR        ? "it does not compile"
                        : c->mistake && v.outcome == OUTCOME_PASS ? "it was not rejected"
                                                                  : rule_wrong(c, d);
    if (wrong != NULL)
        say_verdict(&v);
    else if (getenv("RECORD") != NULL && !record(c, &tl))
        wrong = "its recording cannot be written";
    verdict_free(&v);
    timeline_free(&tl);
    lab_free(lab);
    free(archive);
    free(cache);
    return wrong;
}

int main(int argc, char **argv)
{
    char tmp[] = "/tmp/socklings-rules-XXXXXX";
    struct rule_cases all = {0};
    struct error err;
    const char *build = getenv("BUILD");
    unsigned failed = 0, count = 0;
    if (scene_tier_probe() != TIER_A) {
        puts("1..0 # SKIP no private network here");
        return 0;
    }
    struct loop *loop = loop_new(&err);
    if (mkdtemp(tmp) == NULL || loop == NULL) {
        puts("Bail out! no temporary folder, or no event loop");
        return 1;
    }
    rule_cases_find(&all, "tests/rules");
    for (unsigned i = 0; i < all.count; i++) {
        const struct rule_case *c = &all.of[i];
        if (!wanted(c, argc, argv))
            continue;
        const char *wrong = judge_live(loop, c, tmp, build != NULL ? build : "build");
        failed += wrong != NULL;
        printf("%sok %u - %s/%s%s%s\n", wrong != NULL ? "not " : "", ++count,
               strrchr(c->dir, '/') + 1, c->name, wrong != NULL ? ": " : "",
               wrong != NULL ? wrong : "");
        fflush(stdout);
    }
    printf("1..%u\n", count);
    rule_cases_free(&all);
    loop_free(loop);
    file_remove_tree(tmp, NULL);
    return failed > 0;
}
