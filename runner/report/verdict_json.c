/*
 * verdict_json.c - every field of judge/verdict.h, in the order in which a reader wants them. A
 * field without a value is left out; the lists are always there.
 */
#include "report/verdict_json.h"

#include <inttypes.h>
#include <math.h>

#include "base/json_write.h"

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    json_field(out, name);
    json_text(out, text);
}

static void put_uint(struct strbuf *out, const char *name, uint64_t value)
{
    json_field(out, name);
    strbuf_printf(out, "%" PRIu64, value);
}

/* Milliseconds with a microsecond's precision at most, without the locale's decimal point. */
static void put_ms(struct strbuf *out, const char *name, double ms)
{
    json_field(out, name);
    double micro = isfinite(ms) && ms > 0 && ms < 1e12 ? round(ms * 1000) : 0;
    uint64_t whole = (uint64_t)micro / 1000, part = (uint64_t)micro % 1000;
    strbuf_printf(out, part > 0 ? "%" PRIu64 ".%03" PRIu64 : "%" PRIu64, whole, part);
}

static void put_list(struct strbuf *out, const char *name, char *const *texts, unsigned count)
{
    json_field(out, name);
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < count; i++) {
        json_comma(out);
        json_text(out, texts[i]);
    }
    strbuf_putc(out, ']');
}

static void put_diagnosis(struct strbuf *out, const struct diagnosis *d)
{
    json_field(out, "diagnosis");
    strbuf_putc(out, '{');
    put_text(out, "id", d->id);
    put_text(out, "certainty", d->certainty == CERTAINTY_FACT ? "fact" : "hint");
    put_text(out, "message", d->message);
    put_text(out, "question", d->question);
    put_text(out, "file", d->file);
    if (d->line > 0)
        put_uint(out, "line", (unsigned)d->line);
    put_text(out, "lesson", d->lesson);
    json_field(out, "events");
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < d->nevents; i++) {
        json_comma(out);
        strbuf_printf(out, "%" PRIu64, d->events[i]);
    }
    strbuf_puts(out, "]}");
}

static void put_step(struct strbuf *out, const struct step_result *step)
{
    json_comma(out);
    strbuf_putc(out, '{');
    put_text(out, "id", step->id);
    put_text(out, "title", step->title);
    put_text(out, "status", step_status_name(step->status));
    put_uint(out, "points", step->points);
    if (step->status == STEP_FAIL) {
        if (step->stage != STAGE_NONE)
            put_text(out, "stage", stage_name(step->stage));
        put_text(out, "trying", step->trying);
        put_text(out, "message", step->message);
        put_text(out, "because", step->because);
        put_text(out, "diff", step->diff);
        put_text(out, "details", step->details);
        put_list(out, "evidence", step->evidence, step->nevidence);
        put_list(out, "worked", step->worked, step->nworked);
        if (step->diagnosis != NULL)
            put_diagnosis(out, step->diagnosis);
        put_text(out, "question", step->question);
        put_text(out, "lesson", step->lesson);
    }
    strbuf_putc(out, '}');
}

void verdict_json(const struct verdict *v, struct strbuf *out)
{
    char tier[2] = {v->tier, '\0'};
    strbuf_putc(out, '{');
    put_uint(out, "version", VERDICT_VERSION);
    put_text(out, "lab", v->lab);
    put_text(out, "outcome", outcome_name(v->outcome));
    put_text(out, "limit", v->limit);
    put_text(out, "error", v->error);
    put_text(out, "tier", v->tier != '\0' ? tier : NULL);
    json_field(out, "seed");
    json_uint(out, v->seed);
    put_uint(out, "points", v->points);
    put_uint(out, "max_points", v->max_points);
    json_field(out, "ms");
    strbuf_putc(out, '{');
    put_ms(out, "build", v->ms_build);
    put_ms(out, "scene", v->ms_scene);
    put_ms(out, "total", v->ms_total);
    strbuf_putc(out, '}');
    put_text(out, "warnings", v->warnings);
    put_text(out, "reproduce", v->reproduce);
    json_field(out, "steps");
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < v->nsteps; i++)
        put_step(out, &v->steps[i]);
    strbuf_puts(out, "]}\n");
}
