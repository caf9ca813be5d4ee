/* judge/assert: see assert.h. */
#include "judge/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/wire.h"
#include "rules/rules.h"
#include "rules/sanitizer.h"
#include "timeline/describe.h"

void assert_failure_free(struct assert_failure *failure)
{
    strbuf_free(&failure->message);
    free(failure->details);
    diagnosis_free(failure->diagnosis);
    *failure = (struct assert_failure)ASSERT_FAILURE_INIT;
}

/* --- patterns --- */

/* One word of "A|B|C". */
static bool has_word(const char *flags, const char *word, size_t len)
{
    for (const char *at = flags; *at != '\0'; at += strspn(at, "|")) {
        size_t n = strcspn(at, "|");
        if (n == len && memcmp(at, word, len) == 0)
            return true;
        at += n;
    }
    return false;
}

static bool has_words(const char *flags, const char *words)
{
    for (const char *at = words; *at != '\0'; at += strspn(at, "|")) {
        size_t n = strcspn(at, "|");
        if (!has_word(flags, at, n))
            return false;
        at += n;
    }
    return true;
}

static bool arg_is(const struct arg *arg, const struct strbuf *wanted)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, arg->value);
    if (arg->has_value && strcmp(number, wanted->data) == 0)
        return true;
    if (arg->bytes.data != NULL)
        return arg->bytes.len == wanted->len &&
               memcmp(arg->bytes.data, wanted->data, wanted->len) == 0;
    return arg->text != NULL && wanted->len > 0 && has_words(arg->text, wanted->data);
}

static bool args_match(const struct facts *f, const struct call_pattern *pattern,
                       const struct call_event *call)
{
    bool match = true;
    for (unsigned i = 0; match && i < pattern->nargs; i++) {
        const struct arg *arg = call_arg(call, pattern->args[i].name);
        struct strbuf wanted = STRBUF_INIT;
        match =
            arg != NULL && facts_text(f, pattern->args[i].text, &wanted) && arg_is(arg, &wanted);
        strbuf_free(&wanted);
    }
    return match;
}

static bool result_matches(const struct call_pattern *pattern, const struct call_event *call)
{
    switch (pattern->result) {
    case RESULT_ANY:
        return true;
    case RESULT_OK:
        return call_succeeded(call);
    case RESULT_FAILS:
        return call->returned && !call_succeeded(call) &&
               (pattern->errname == NULL ||
                (call->error != NULL && strcmp(call->error, pattern->errname) == 0));
    case RESULT_VALUE:
        return call->returned && call->result == pattern->value;
    }
    return false;
}

static bool is_about(const struct facts *f, const struct call_pattern *pattern,
                     const struct model_call *c)
{
    const char *program = c->event->program;
    if (pattern->program != NULL ? program == NULL || strcmp(program, pattern->program) != 0
                                 : !facts_learner(f, program))
        return false;
    return model_call_named(c, pattern->name);
}

bool assert_matches(const struct facts *f, const struct call_pattern *pattern,
                    const struct model_call *c)
{
    return is_about(f, pattern, c) && args_match(f, pattern, &c->event->call) &&
           result_matches(pattern, &c->event->call);
}

/* The first matching call after event `after`; MODEL_NEVER there: from the beginning. */
static const struct model_call *find(const struct facts *f, const struct call_pattern *pattern,
                                     uint64_t after)
{
    for (uint64_t n = after == MODEL_NEVER ? 0 : after + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && assert_matches(f, pattern, c))
            return c;
    }
    return NULL;
}

/* A call of that name which is not quite it: what the program did instead. */
static const struct model_call *find_near(const struct facts *f, const struct call_pattern *pattern)
{
    for (uint64_t n = f->model.ncalls; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && is_about(f, pattern, c))
            return c;
    }
    return NULL;
}

/* `bind() with port 7000`, `connect() that fails with ECONNREFUSED` */
static void add_pattern(const struct facts *f, const struct call_pattern *pattern,
                        struct strbuf *out)
{
    strbuf_printf(out, "%s()", pattern->name);
    for (unsigned i = 0; i < pattern->nargs; i++) {
        struct strbuf value = STRBUF_INIT;
        facts_text(f, pattern->args[i].text, &value);
        strbuf_printf(out, "%s%s ", i == 0 ? " with " : " and ", pattern->args[i].name);
        bytes_escape(out, value.data, value.len);
        strbuf_free(&value);
    }
    if (pattern->result == RESULT_OK)
        strbuf_puts(out, " that succeeds");
    else if (pattern->result == RESULT_FAILS && pattern->errname != NULL)
        strbuf_printf(out, " that fails with %s", pattern->errname);
    else if (pattern->result == RESULT_FAILS)
        strbuf_puts(out, " that fails");
    else if (pattern->result == RESULT_VALUE)
        strbuf_printf(out, " that returns %" PRId64, pattern->value);
}

static enum stage stage_of(const char *call)
{
    static const struct {
        const char *call;
        enum stage stage;
    } stages[] = {
        {"socket", STAGE_START},   {"bind", STAGE_START},       {"listen", STAGE_START},
        {"connect", STAGE_START},  {"setsockopt", STAGE_START}, {"close", STAGE_CLOSE},
        {"shutdown", STAGE_CLOSE},
    };
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (strcmp(stages[i].call, call) == 0)
            return stages[i].stage;
    return STAGE_EXCHANGE;
}

static void show(struct assert_failure *failure, const struct model_call *c)
{
    if (c != NULL && failure->nevents < 4)
        failure->events[failure->nevents++] = c->event->n;
}

/* "udp_echo.c:31  bind(3, 0.0.0.0(22555)) = 0" */
static void add_call(const struct facts *f, struct strbuf *out, const struct model_call *c)
{
    describe_where(out, c->event);
    strbuf_putc(out, ' ');
    describe_call(out, &f->model, c->event);
}

/* --- one function for each kind --- */

static bool holds_call(const struct facts *f, const struct assertion *a,
                       struct assert_failure *failure)
{
    const struct call_pattern *pattern = &a->calls[0];
    unsigned min = a->count_min == 0 && a->count_max == 0 ? 1 : a->count_min, count = 0;
    const struct model_call *last = NULL, *c = find(f, pattern, MODEL_NEVER);
    for (; c != NULL; c = find(f, pattern, c->event->n)) {
        last = c;
        count++;
    }
    if (count >= min && (a->count_max == 0 || count <= a->count_max))
        return true;
    struct strbuf *out = &failure->message;
    failure->stage = stage_of(pattern->name);
    if (count == 0) {
        const struct model_call *near = find_near(f, pattern);
        strbuf_puts(out, "there was no ");
        add_pattern(f, pattern, out);
        if (near != NULL) {
            strbuf_puts(out, "; the program did ");
            add_call(f, out, near);
        }
        show(failure, near);
        return false;
    }
    strbuf_puts(out, "there ");
    strbuf_puts(out, count == 1 ? "was " : "were ");
    text_count(out, count, "call", "calls");
    strbuf_puts(out, " of ");
    add_pattern(f, pattern, out);
    if (count < min)
        strbuf_printf(out, ", and %u are needed", min);
    else
        strbuf_printf(out, ", and at most %u should be made", a->count_max);
    show(failure, last);
    return false;
}

static bool holds_order(const struct facts *f, const struct assertion *a,
                        struct assert_failure *failure)
{
    const struct model_call *before = NULL;
    for (unsigned i = 0; i < a->ncalls; i++) {
        const struct call_pattern *pattern = &a->calls[i];
        const struct model_call *c =
            find(f, pattern, before == NULL ? MODEL_NEVER : before->event->n);
        if (c != NULL) {
            before = c;
            continue;
        }
        struct strbuf *out = &failure->message;
        const struct model_call *early = before == NULL ? NULL : find(f, pattern, MODEL_NEVER);
        failure->stage = stage_of(pattern->name);
        if (early != NULL) {
            add_call(f, out, early);
            strbuf_puts(out, " came before ");
            add_call(f, out, before);
            strbuf_puts(out, ", and should come after it");
        } else {
            strbuf_puts(out, "there was no ");
            add_pattern(f, pattern, out);
            if (before != NULL) {
                strbuf_puts(out, " after ");
                add_call(f, out, before);
            }
        }
        show(failure, early);
        show(failure, before);
        return false;
    }
    return true;
}

static bool holds_never(const struct facts *f, const struct assertion *a,
                        struct assert_failure *failure)
{
    const struct model_call *c = find(f, &a->calls[0], MODEL_NEVER);
    if (c == NULL)
        return true;
    failure->stage = stage_of(a->calls[0].name);
    add_call(f, &failure->message, c);
    strbuf_puts(&failure->message, " should not be there");
    show(failure, c);
    return false;
}

static bool is_of(const struct facts *f, const struct model_process *p, const char *program)
{
    if (program == NULL)
        return facts_learner(f, p->program);
    return p->program != NULL && strcmp(p->program, program) == 0;
}

/* A child that was alive when its program's first process ended by itself or by the script. */
static bool left_behind(const struct facts *f, const struct model_process *child)
{
    const struct model_process *root = model_root(child);
    if (child == root || root->exited == MODEL_NEVER || child->exited < root->exited)
        return false;
    const struct event *exit = &f->timeline->events[root->exited];
    return exit->exit.signal == NULL || strcmp(exit->exit.signal, "SIGKILL") != 0;
}

static bool holds_leftovers(const struct facts *f, const struct assertion *a,
                            struct assert_failure *failure)
{
    for (unsigned i = 0; i < f->model.nprocesses; i++) {
        const struct model_process *p = f->model.processes[i];
        if (!is_of(f, p, a->program))
            continue;
        const char *name = p->program != NULL ? p->program : "the program";
        failure->stage = STAGE_LEFTOVERS;
        if (left_behind(f, p)) {
            strbuf_printf(&failure->message, "%s ended and left its child %d behind", name, p->pid);
            return false;
        }
        if (a->max_fds > 0 && p->peak_fds > a->max_fds) {
            strbuf_printf(&failure->message,
                          "%s had %u descriptors open at a time, and should need at most %u", name,
                          p->peak_fds, a->max_fds);
            return false;
        }
    }
    return true;
}

static bool holds_sanitizers(const struct facts *f, const struct assertion *a,
                             struct assert_failure *failure)
{
    (void)a;
    const struct sanitizer_report *r = &f->sanitizer;
    if (r->text == NULL)
        return true;
    struct strbuf details = STRBUF_INIT;
    bytes_escape_lines(&details, r->text, strlen(r->text));
    failure->details = strbuf_take(&details);
    failure->stage = STAGE_MEMORY;
    sanitizer_sentence(r, &failure->message);
    return false;
}

static bool holds_no_mistake(const struct facts *f, const struct assertion *a,
                             struct assert_failure *failure)
{
    const char **only = mem_alloc((a->nmistakes + 1) * sizeof *only);
    for (unsigned i = 0; i < a->nmistakes; i++)
        only[i] = a->mistakes[i];
    struct diagnosis *d = rules_diagnose(f, a->nmistakes == 0 ? NULL : only);
    free(only);
    if (d == NULL || d->certainty != CERTAINTY_FACT) {
        diagnosis_free(d);
        return true;
    }
    failure->stage = STAGE_EXCHANGE;
    strbuf_puts(&failure->message,
                "everything came out right here, and there is a mistake all the same "
                "that will show on another day");
    failure->diagnosis = d;
    return false;
}

bool assert_holds(const struct facts *f, const struct assertion *a, struct assert_failure *failure)
{
    static bool (*const holds[])(const struct facts *, const struct assertion *,
                                 struct assert_failure *) = {
        [ASSERT_CALL] = holds_call,
        [ASSERT_ORDER] = holds_order,
        [ASSERT_NEVER] = holds_never,
        [ASSERT_NO_LEFTOVER] = holds_leftovers,
        [ASSERT_SANITIZERS] = holds_sanitizers,
        [ASSERT_NO_MISTAKE] = holds_no_mistake,
        [ASSERT_PACKETS] = wire_holds_packets,
        [ASSERT_STATES] = wire_holds_states,
        [ASSERT_STATE] = wire_holds_state,
    };
    return holds[a->kind](f, a, failure);
}
