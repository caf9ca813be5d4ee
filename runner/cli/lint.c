/* cli/lint - sources, lesson and mutants of a lab are there and fit together. */
#include "cli/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/lesson.h"
#include "cli/mutant.h"
#include "rules/rules.h"

enum { SOURCE_MAX = 1024 * 1024, MUTANTS_MIN = 4, RULES_MAX = 256 };

static void add_fault(struct strbuf *faults, const char *text)
{
    strbuf_printf(faults, "%s\n", text);
}

static void lint_source(const struct lab *lab, const char *folder, const char *source,
                        struct strbuf *faults)
{
    struct error err;
    struct strbuf text = STRBUF_INIT;
    char *path = mem_format("%s/%s/%s", lab->dir, folder, source);
    if (file_read(path, SOURCE_MAX, FILE_REGULAR | FILE_NO_FOLLOW, &text, &err) < 0) {
        add_fault(faults, err.text);
    } else if (text.len == 0) {
        char *fault = mem_format("%s is empty", path);
        add_fault(faults, fault);
        free(fault);
    }
    strbuf_free(&text);
    free(path);
}

/* The lesson in one language; only English must be there. */
static void lint_lesson(const struct cli_paths *paths, const struct lab *lab, const char *lang,
                        struct strbuf *faults)
{
    struct error err;
    char *path = mem_format("%s/%s/%s.md", paths->lessons, lang, lab->id);
    if (strcmp(lang, "en") != 0 && !file_exists(path)) {
        free(path);
        return;
    }
    struct lesson *lesson = lesson_load(paths->lessons, lang, lab->id, &err);
    if (!lesson || lesson_check(lesson, lab, &err) < 0)
        add_fault(faults, err.text);
    lesson_free(lesson);
    free(path);
}

/* An id that no rule can name would never be seen in a verdict. */
static void lint_mistake(const char *where, const char *id, struct strbuf *faults)
{
    const char *known[RULES_MAX];
    size_t count = 0;
    for (unsigned i = 0; rules_at(i) && count < RULES_MAX; i++) {
        known[count++] = rules_at(i)->id;
        if (strcmp(rules_at(i)->id, id) == 0)
            return;
    }
    const char *near = text_nearest(id, known, count);
    strbuf_printf(faults, "%s: no rule knows the mistake \"%s\"", where, id);
    if (near)
        strbuf_printf(faults, "; \"%s\" perhaps?", near);
    strbuf_putc(faults, '\n');
}

static void lint_mistakes(const struct lab *lab, struct strbuf *faults)
{
    char *where = mem_format("%s: $.mistakes", lab->file);
    for (unsigned i = 0; i < lab->nmistakes; i++)
        lint_mistake(where, lab->mistakes[i], faults);
    free(where);
}

static void lint_mutants(const struct lab *lab, struct strbuf *faults)
{
    struct error err;
    struct mutant_list list;
    if (mutants_load(lab, &list, &err) < 0) {
        add_fault(faults, err.text);
    } else if (list.count < MUTANTS_MIN) {
        char *fault = mem_format("%s/mutants: at least %d patches are needed, there are %u",
                                 lab->dir, MUTANTS_MIN, list.count);
        add_fault(faults, fault);
        free(fault);
    }
    for (unsigned i = 0; i < list.count; i++)
        if (list.mutants[i].mistake)
            lint_mistake(list.mutants[i].path, list.mutants[i].mistake, faults);
    mutants_free(&list);
}

unsigned lint_lab(const struct cli_paths *paths, const struct lab *lab, struct strbuf *faults)
{
    size_t before = faults->len;
    unsigned lines = 0;
    for (unsigned i = 0; i < lab->nprograms; i++) {
        lint_source(lab, "starter", lab->programs[i].source, faults);
        lint_source(lab, "solution", lab->programs[i].source, faults);
    }
    lint_lesson(paths, lab, "en", faults);
    lint_lesson(paths, lab, "zh", faults);
    lint_mistakes(lab, faults);
    lint_mutants(lab, faults);
    for (size_t i = before; i < faults->len; i++)
        lines += faults->data[i] == '\n';
    return lines;
}
