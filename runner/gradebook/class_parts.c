/* gradebook/class_parts: see class_parts.h. */
#include "gradebook/class_parts.h"
#include "report/clean.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void class_number(struct strbuf *out, double value)
{
    double size = isfinite(value) && fabs(value) < 1e15 ? round(fabs(value) * 100) : 0;
    uint64_t cents = (uint64_t)size, part = cents % 100;
    if (value < 0 && cents > 0)
        strbuf_putc(out, '-');
    strbuf_printf(out, "%" PRIu64, cents / 100);
    if (part > 0)
        strbuf_printf(out, part % 10 == 0 ? ".%" PRIu64 : ".%02" PRIu64,
                      part % 10 == 0 ? part / 10 : part);
}

void class_duration(struct strbuf *out, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *one, *many;
    } units[] = {{86400, "day", "days"},
                 {3600, "hour", "hours"},
                 {60, "minute", "minutes"},
                 {1, "second", "seconds"}};
    size_t i = 0;
    if (seconds < 0)
        seconds = 0;
    while (i < 3 && seconds < units[i].seconds)
        i++;
    text_count(out, (uint64_t)(seconds / units[i].seconds), units[i].one, units[i].many);
    int64_t rest = seconds % units[i].seconds;
    if (i < 3 && rest >= units[i + 1].seconds) {
        strbuf_putc(out, ' ');
        text_count(out, (uint64_t)(rest / units[i + 1].seconds), units[i + 1].one,
                   units[i + 1].many);
    }
}

void class_lab_name(struct strbuf *out, const struct class_lab *lab)
{
    size_t digits = strspn(lab->id, "0123456789");
    if (digits > 0 && lab->id[digits] == '_') {
        strbuf_add(out, lab->id, digits);
        strbuf_putc(out, ' ');
    }
    clean_line(out, *lab->title != '\0' ? lab->title : lab->id);
}

void class_home_command(struct strbuf *out, const char *lab, uint64_t seed)
{
    char *end;
    unsigned long number = strtoul(lab, &end, 10);
    strbuf_puts(out, "socklings check ");
    if (end > lab && *end == '_')
        strbuf_printf(out, "%lu", number);
    else
        clean_line(out, lab);
    strbuf_printf(out, " --seed %" PRIu64, seed);
}

const struct class_step *class_failure(const struct class_result *result)
{
    for (unsigned i = 0; i < result->nsteps; i++)
        if (result->steps[i].status == STEP_FAIL)
            return &result->steps[i];
    return NULL;
}

void class_step_name(struct strbuf *out, const struct class_result *result, unsigned step)
{
    unsigned number = 1;
    if (!result->steps[step].hidden) {
        clean_line(out, *result->steps[step].title != '\0' ? result->steps[step].title
                                                           : result->steps[step].id);
        return;
    }
    for (unsigned i = 0; i < step; i++)
        number += result->steps[i].hidden;
    strbuf_printf(out, "hidden step %u", number);
}

enum outcome class_outcome_told(const struct class_result *result)
{
    const struct class_step *failure = class_failure(result);
    bool own = result->outcome == OUTCOME_PASS || result->outcome == OUTCOME_INTERNAL_ERROR;
    return failure != NULL && failure->hidden && !own ? OUTCOME_FAIL : result->outcome;
}

const struct class_result *class_result_of(const struct class_student *student, unsigned lab)
{
    const struct class_result *last = NULL;
    for (unsigned i = 0; i < student->nresults; i++) {
        const struct class_result *result = &student->results[i];
        if (result->lab != lab)
            continue;
        if (result->counts)
            return result;
        last = result;
    }
    return last;
}

bool class_is_weak(const struct class_student *student)
{
    return student->nresults > 0 && !student->error && isfinite(student->mark) &&
           student->mark < student->most / 2;
}

const char *class_status_words(enum step_status status)
{
    return status == STEP_PASS ? "passed" : status == STEP_FAIL ? "not passed" : "not reached";
}

const char *class_outcome_words(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_PASS:
        return "passed";
    case OUTCOME_FAIL:
        return "failed";
    case OUTCOME_CRASH:
        return "crashed";
    case OUTCOME_STALL:
        return "stalled";
    case OUTCOME_LIMIT:
        return "hit a limit";
    case OUTCOME_BUILD_ERROR:
        return "did not compile";
    case OUTCOME_INTERNAL_ERROR:
        break;
    }
    return "could not be judged";
}
