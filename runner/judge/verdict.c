/* judge/verdict: see verdict.h. The names are part of the verdict document: stable. */
#include "judge/verdict.h"

#include <stdlib.h>

const char *outcome_name(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_PASS:
        return "pass";
    case OUTCOME_FAIL:
        return "fail";
    case OUTCOME_CRASH:
        return "crash";
    case OUTCOME_STALL:
        return "stall";
    case OUTCOME_LIMIT:
        return "limit";
    case OUTCOME_BUILD_ERROR:
        return "build-error";
    case OUTCOME_INTERNAL_ERROR:
        break;
    }
    return "internal-error";
}

const char *step_status_name(enum step_status status)
{
    switch (status) {
    case STEP_PASS:
        return "pass";
    case STEP_FAIL:
        return "fail";
    case STEP_NOT_REACHED:
        break;
    }
    return "not-reached";
}

const char *stage_name(enum stage stage)
{
    switch (stage) {
    case STAGE_BUILD:
        return "build";
    case STAGE_START:
        return "start";
    case STAGE_EXCHANGE:
        return "exchange";
    case STAGE_WIRE:
        return "wire";
    case STAGE_CLOSE:
        return "close";
    case STAGE_LEFTOVERS:
        return "leftovers";
    case STAGE_MEMORY:
        return "memory";
    case STAGE_NONE:
        break;
    }
    return "none";
}

static void lines_free(char **lines, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
}

static void step_result_free(struct step_result *step)
{
    free(step->trying);
    free(step->message);
    free(step->because);
    free(step->diff);
    free(step->details);
    lines_free(step->evidence, step->nevidence);
    lines_free(step->worked, step->nworked);
    diagnosis_free(step->diagnosis);
    free(step->question);
    free(step->lesson);
}

void verdict_free(struct verdict *v)
{
    for (unsigned i = 0; i < v->nsteps; i++)
        step_result_free(&v->steps[i]);
    free(v->steps);
    free(v->limit);
    free(v->error);
    free(v->warnings);
    free(v->reproduce);
    *v = (struct verdict){0};
}

int verdict_exit_status(const struct verdict *v)
{
    switch (v->outcome) {
    case OUTCOME_PASS:
        return 0;
    case OUTCOME_INTERNAL_ERROR:
        return 3;
    default:
        return 1;
    }
}
