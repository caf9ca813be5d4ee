/* grade/lines: see lines.h. */
#include "grade/lines.h"

#include <string.h>

#include "base/json_write.h"
#include "grade/journal.h"

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    json_field(out, name);
    json_text(out, text);
}

static void put_uint(struct strbuf *out, const char *name, uint64_t value)
{
    json_field(out, name);
    json_uint(out, value);
}

void line_head(struct strbuf *out, uint64_t seed, const char *version)
{
    strbuf_putc(out, '{');
    put_uint(out, "journal", JOURNAL_VERSION);
    put_text(out, "socklings", version);
    put_uint(out, "seed", seed);
    strbuf_puts(out, "}\n");
}

void line_result(struct strbuf *out, const struct submission *s, const char *key,
                 const struct worker_answer *head, const char *verdict)
{
    strbuf_putc(out, '{');
    put_text(out, "student", s->student);
    if (s->name != NULL)
        put_text(out, "name", s->name);
    put_text(out, "folder", s->folder);
    put_uint(out, "attempt", s->attempt);
    json_field(out, "handed_in");
    json_int(out, s->handed_in);
    put_text(out, "submission", s->origin);
    put_text(out, "key", key);
    put_uint(out, "repeats", head->repeats);
    put_uint(out, "disagreed", head->disagreed);
    json_field(out, "hidden");
    strbuf_putc(out, '[');
    for (unsigned i = 0; i < s->lab->nsteps; i++) {
        if (s->lab->steps[i].hidden) {
            json_comma(out);
            json_text(out, s->lab->steps[i].id);
        }
    }
    strbuf_putc(out, ']');
    json_field(out, "verdict");
    strbuf_add(out, verdict, strcspn(verdict, "\n"));
    strbuf_puts(out, "}\n");
}

void line_refusal(struct strbuf *out, const char *submission, const char *student, const char *name,
                  const char *why)
{
    strbuf_putc(out, '{');
    put_text(out, "refused", submission);
    if (student != NULL)
        put_text(out, "student", student);
    if (name != NULL)
        put_text(out, "name", name);
    put_text(out, "why", why);
    strbuf_puts(out, "}\n");
}
