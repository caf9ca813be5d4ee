/* grade/fit: see fit.h. */
#include "grade/fit.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "scene/tier.h"

/* Is `path` the folder, or below it? Both exist. */
static bool lies_in(const char *path, const char *folder)
{
    char a[PATH_MAX], b[PATH_MAX];
    if (realpath(path, a) == NULL || realpath(folder, b) == NULL)
        return false;
    size_t len = strlen(b);
    return strncmp(a, b, len) == 0 && (a[len] == '/' || a[len] == '\0' || len == 1);
}

/* The nearest folder above that is there. The caller frees. */
static char *existing(const char *path)
{
    char *dir = mem_string(path);
    while (!file_exists(dir)) {
        char *up = file_folder(dir);
        free(dir);
        dir = up;
    }
    return dir;
}

int fit_paths(const struct grade_request *r, struct error *err)
{
    char *out = existing(r->out);
    int rc = 0;
    if (!file_is_dir(out))
        rc = error_set(err, "%s is no folder; --out names one for the results", out);
    for (size_t i = 0; rc == 0 && i < r->npaths; i++) {
        if (access(r->paths[i], R_OK) != 0)
            rc = error_errno(err, "cannot read %s", r->paths[i]);
        else if (file_is_dir(r->paths[i]) && lies_in(out, r->paths[i]) &&
                 (lies_in(r->out, r->paths[i]) || !file_exists(r->out)))
            rc = error_set(err,
                           "the results would go to %s, which lies within %s and would be taken "
                           "for a submission; name another folder with --out",
                           r->out, r->paths[i]);
        else if (file_exists(r->out) && lies_in(r->paths[i], r->out))
            rc =
                error_set(err, "%s lies within %s, the folder of the results", r->paths[i], r->out);
    }
    free(out);
    return rc;
}

/* The first thing that is missing, as doctor tells it. */
static int refuse_tier(struct error *err)
{
    struct tier_report report = {.tier = TIER_NONE};
    const char *name = "", *fix = "'socklings doctor' tells what is missing";
    scene_tier_report(&report);
    for (unsigned i = report.nprobes; i-- > 0;) {
        if (report.probes[i].works)
            continue;
        name = report.probes[i].name;
        if (report.probes[i].fix != NULL)
            fix = report.probes[i].fix;
    }
    error_set(err,
              "a class is not graded here: without \"%s\" students' programs would run beside your "
              "own files and each other. The fix: %s",
              name, fix);
    tier_report_free(&report);
    return -1;
}

int fit_tier(struct grade_request *r, struct error *err)
{
    enum scene_tier tier = scene_tier_probe();
    if (tier == TIER_C || tier == TIER_NONE)
        return refuse_tier(err);
    if (tier == TIER_B)
        r->jobs = 1; /* without networks of their own, two programs may want the same port */
    if (tier == TIER_B && r->notice != NULL)
        r->notice(r->progress_arg,
                  "There are no namespaces here (tier B): students' programs run as another user, "
                  "but on this machine's own network and files, so they run one at a time. "
                  "'socklings doctor' tells how to get tier A, which is what a class should be "
                  "graded with.");
    return 0;
}
