/* report/verdict_words: see verdict_words.h. */
#include "report/verdict_words.h"

#include <stdlib.h>
#include <string.h>

const char *verdict_step_name(const struct step_result *step)
{
    return step->title != NULL ? step->title : step->id != NULL ? step->id : "";
}

const struct step_result *verdict_first_failure(const struct verdict *v)
{
    for (unsigned i = 0; i < v->nsteps; i++)
        if (v->steps[i].status == STEP_FAIL)
            return &v->steps[i];
    return NULL;
}

static const char *limit_words(const char *limit)
{
    static const struct {
        const char *limit, *words;
    } table[] = {
        {"wall", "its time was over"},
        {"cpu", "it used up its processor time"},
        {"output", "it printed too much"},
        {"processes", "it started too many processes"},
        {"calls", "it made too many system calls"},
        {"memory", "it used too much memory"},
        {"files", "it opened too many files"},
        {"disk", "it wrote too much to the disk"},
    };
    for (size_t i = 0; limit != NULL && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(limit, table[i].limit) == 0)
            return table[i].words;
    return "it reached a limit";
}

bool verdict_is_bad_source(const struct step_result *step)
{
    static const char end[] = " cannot be compiled";
    size_t len = step->message != NULL ? strlen(step->message) : 0, n = sizeof end - 1;
    return step->stage == STAGE_BUILD && step->details != NULL && len > n &&
           strcmp(step->message + len - n, end) == 0;
}

bool verdict_is_missing(const struct step_result *step)
{
    return verdict_is_bad_source(step) && strncmp(step->details, "there is no ", 12) == 0;
}

const char *verdict_outcome_words(const struct verdict *v, const struct step_result *step)
{
    if (verdict_is_missing(step))
        return "its source is not there";
    if (verdict_is_bad_source(step))
        return "its source cannot be compiled";
    switch (v->outcome) {
    case OUTCOME_CRASH:
        return "it crashed";
    case OUTCOME_STALL:
        return "nothing moves any more";
    case OUTCOME_LIMIT:
        return limit_words(v->limit);
    case OUTCOME_BUILD_ERROR:
        return "it does not compile";
    default:
        return NULL;
    }
}

const char *verdict_details_label(const struct step_result *step)
{
    return step->stage == STAGE_BUILD    ? "The compiler says:"
           : step->stage == STAGE_MEMORY ? "The sanitizer says:"
                                         : "More about it:";
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

const char *verdict_error(const struct verdict *v, const struct step_result *step)
{
    bool told = step != NULL && (same(v->error, step->details) || same(v->error, step->message));
    return told ? NULL : v->error;
}

const char *verdict_warnings(const struct verdict *v, const struct step_result *step)
{
    bool told = same(v->warnings, v->error) || same(v->warnings, "") ||
                (step != NULL && same(v->warnings, step->details));
    return told ? NULL : v->warnings;
}

const char *verdict_error_label(const struct verdict *v)
{
    return v->outcome == OUTCOME_BUILD_ERROR ? "The compiler says:" : "An error:";
}

const char *verdict_question(const struct step_result *step)
{
    if (step->question == NULL && step->diagnosis != NULL)
        return step->diagnosis->question;
    return step->question;
}

const char *verdict_lesson(const struct step_result *step)
{
    if (step->lesson == NULL && step->diagnosis != NULL)
        return step->diagnosis->lesson;
    return step->lesson;
}

void verdict_lesson_command(struct strbuf *out, const char *where, const char *program)
{
    const char *anchor = strchr(where, '#');
    char *end;
    unsigned long number = strtoul(where, &end, 10);
    if (program == NULL)
        program = "socklings ";
    if (end > where && *end == '_')
        strbuf_printf(out, "%slesson %lu", program, number);
    else
        strbuf_printf(out, "%slesson %.*s", program, (int)strcspn(where, "#"), where);
    if (anchor != NULL && anchor[1] != '\0')
        strbuf_printf(out, " %s", anchor + 1);
}
