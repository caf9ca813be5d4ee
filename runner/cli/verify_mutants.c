/* cli/verify: every seeded mistake is rejected, and named. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/mutant.h"
#include "cli/signals.h"
#include "cli/verify.h"

/* What is wrong with a mutant's verdict, or NULL. */
static const char *fault_of(const struct mutant *mutant, const struct verdict *verdict)
{
    const struct step_result *step = verify_failed_step(verdict);
    const struct diagnosis *named = step ? step->diagnosis : NULL;
    if (verdict->outcome == OUTCOME_PASS)
        return "it passes";
    if (verdict->outcome == OUTCOME_BUILD_ERROR)
        return "it does not compile, so it shows nothing";
    if (!mutant->mistake)
        return NULL;
    if (!named)
        return "it is rejected, but its mistake is not named";
    if (strcmp(named->id, mutant->mistake) != 0)
        return "another mistake is named";
    return NULL;
}

static void verify_mutant(struct verify *v, const struct mutant *mutant)
{
    struct error err;
    struct verdict verdict;
    struct strbuf why = STRBUF_INIT;
    char *dir = NULL, *what = mem_format("mutant %s", mutant->name);
    if (mutant_apply(v->lab, mutant, &dir, &err) < 0) {
        verify_add(v, VERIFY_FAILED, what, "%s", err.text);
        free(what);
        return;
    }
    struct check_request request = verify_request(v, dir);
    memset(&verdict, 0, sizeof verdict);
    enum verify_status status = verify_judge(v, &request, &verdict, &why);
    const char *fault = status == VERIFY_OK ? fault_of(mutant, &verdict) : NULL;
    if (fault) {
        strbuf_printf(&why, "%s (seeded: %s); the verdict: ", fault,
                      mutant->mistake ? mutant->mistake : "none");
        verify_describe(&verdict, &why);
    } else if (status == VERIFY_OK) {
        const struct step_result *step = verify_failed_step(&verdict);
        bool fact = step && step->diagnosis && step->diagnosis->certainty == CERTAINTY_FACT;
        strbuf_printf(&why, "%s%s at step %s",
                      mutant->mistake ? mutant->mistake : "rejected, as a mistake without a name",
                      !mutant->mistake || fact ? "" : " (asked, not told)", step ? step->id : "?");
    }
    verify_add(v, fault ? VERIFY_FAILED : status, what, "%s", why.data);
    file_remove_tree(dir, NULL);
    verdict_free(&verdict);
    strbuf_free(&why);
    free(dir);
    free(what);
}

void verify_mutants(struct verify *v)
{
    struct mutant_list list;
    /* A patch that cannot be read is a fault of the description, which has been told. */
    mutants_load(v->lab, &list, NULL);
    for (unsigned i = 0; i < list.count && !signals.interrupted; i++)
        verify_mutant(v, &list.mutants[i]);
    mutants_free(&list);
}
