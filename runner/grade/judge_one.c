/* grade/judge_one: see judge_one.h. */
#include "grade/judge_one.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "check/check.h"
#include "grade/worker.h"

/* What was said, and how often. */
struct saying {
    char *gist;
    unsigned times;
    struct verdict verdict;
    struct timeline tl;
};

/* All of a verdict that a student or a mark depends on. */
static char *gist_of(const struct verdict *v)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_printf(&out, "%s %s %u", outcome_name(v->outcome), v->limit ? v->limit : "", v->points);
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        strbuf_printf(&out, "\n%s", step_status_name(step->status));
        if (step->status == STEP_FAIL)
            strbuf_printf(&out, " %s %s", stage_name(step->stage),
                          step->diagnosis != NULL ? step->diagnosis->id : "");
    }
    return strbuf_take(&out);
}

static void check_once(struct loop *loop, const struct grade_request *request,
                       const struct submission *submission, uint64_t seed, struct saying *saying)
{
    char *reproduce = worker_reproduce(request, submission, seed);
    struct check_request check = {.lab = submission->lab,
                                  .source_dir = submission->dir,
                                  .lib_dir = request->lib_dir,
                                  .lib_archive = request->lib_archive,
                                  .seed = seed,
                                  .alone = true,
                                  .confine = true,
                                  .hide = true,
                                  .reproduce = reproduce};
    timeline_init(&saying->tl);
    check_run(loop, &check, &saying->verdict, &saying->tl);
    saying->gist = gist_of(&saying->verdict);
    saying->times = 1;
    free(reproduce);
}

static void forget(struct saying *saying)
{
    free(saying->gist);
    verdict_free(&saying->verdict);
    timeline_free(&saying->tl);
}

/* The saying with the same gist, which may be the last itself. */
static unsigned find_gist(const struct saying *said, unsigned last)
{
    unsigned k = 0;
    while (strcmp(said[k].gist, said[last].gist) != 0)
        k++;
    return k;
}

/* Which of them counts. No majority makes up for a failure of ours: it is tried again. */
static unsigned choose(const struct saying *said, unsigned nsaid)
{
    unsigned best = 0;
    for (unsigned k = 0; k < nsaid; k++)
        if (said[k].verdict.outcome == OUTCOME_INTERNAL_ERROR)
            return k;
    for (unsigned k = 1; k < nsaid; k++)
        if (said[k].times > said[best].times)
            best = k;
    return best;
}

static void keep(struct judged *judged, struct saying *said, unsigned nsaid)
{
    unsigned best = choose(said, nsaid);
    for (unsigned k = 0; k < nsaid; k++) {
        judged->repeats += said[k].times;
        if (k == best) {
            judged->verdict = said[k].verdict;
            judged->tl = said[k].tl;
            free(said[k].gist);
        } else {
            judged->disagreed += said[k].times;
            forget(&said[k]);
        }
    }
}

void judge_submission(struct loop *loop, const struct grade_request *request,
                      const struct submission *submission, uint64_t seed, struct judged *judged)
{
    unsigned repeat = request->repeat > 0 ? request->repeat : 1, nsaid = 0;
    struct saying *said = mem_alloc(repeat * sizeof *said);
    bool ours = false;
    *judged = (struct judged){.repeats = 0};
    for (unsigned i = 0; i < repeat && !ours; i++) {
        check_once(loop, request, submission, seed, &said[nsaid]);
        ours = said[nsaid].verdict.outcome == OUTCOME_INTERNAL_ERROR;
        unsigned k = find_gist(said, nsaid);
        if (k == nsaid) {
            nsaid++;
        } else {
            said[k].times++;
            forget(&said[nsaid]);
        }
    }
    keep(judged, said, nsaid);
    free(said);
}

void judged_free(struct judged *judged)
{
    verdict_free(&judged->verdict);
    timeline_free(&judged->tl);
}
