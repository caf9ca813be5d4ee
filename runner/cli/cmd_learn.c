/* cli: lesson and hint - what helps with the lab at hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/lesson.h"
#include "cli/handlers.h"
#include "cli/pager.h"
#include "cli/step.h"
#include "report/markdown.h"

static int no_section(struct cli *cli, const struct lesson *lesson, const char *wanted)
{
    const char **anchors = mem_alloc((lesson->nheadings + 1) * sizeof *anchors);
    struct strbuf shown = STRBUF_INIT;
    for (unsigned i = 0; i < lesson->nheadings; i++)
        anchors[i] = lesson->headings[i].anchor;
    const char *near = text_nearest(wanted, anchors, lesson->nheadings);
    bytes_quote(&shown, wanted, strlen(wanted), 60);
    if (near)
        cli_error(cli, "The lesson has no section %s. Did you mean \"%s\"?", shown.data, near);
    else
        cli_error(cli, "The lesson has no section %s. It has these:", shown.data);
    for (unsigned i = 0; !near && i < lesson->nheadings; i++)
        fprintf(stderr, "  %s\n", anchors[i]);
    strbuf_free(&shown);
    free(anchors);
    return EXIT_USAGE;
}

int cmd_lesson(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (!lab)
        return EXIT_USAGE;
    struct lesson *lesson = lesson_load(cli->paths.lessons, cli->language, lab->id, &err);
    struct strbuf markdown = STRBUF_INIT, text = STRBUF_INIT;
    int status = EXIT_INTERNAL;
    if (!lesson || lesson_markdown(lesson, lab, &markdown, &err) < 0) {
        cli_error(cli, "%s", err.text);
    } else {
        if (strcmp(lesson->lang, cli->language) != 0)
            cli_error(cli, "This lesson is not there in \"%s\" yet; here it is in \"%s\".",
                      cli->language, lesson->lang);
        status = EXIT_PASS;
        if (!inv->args[1])
            markdown_text(markdown.data, markdown.len, &cli->term.look, &text);
        else if (markdown_section(markdown.data, markdown.len, inv->args[1], &cli->term.look, &text,
                                  &err) < 0)
            status = no_section(cli, lesson, inv->args[1]);
        pager_show(cli, &text);
    }
    strbuf_free(&markdown);
    strbuf_free(&text);
    lesson_free(lesson);
    return status;
}

/* --- hint --- */

static void show_hint(struct cli *cli, const struct lab *lab, const struct lab_step *step,
                      unsigned level)
{
    struct strbuf out = STRBUF_INIT;
    cli_heading(cli, "Step %u of %u: %s", (unsigned)(step - lab->steps) + 1, lab->nsteps,
                step->title);
    text_wrap(&out, step->goal, look_width(&cli->term.look), NULL, NULL);
    strbuf_printf(&out, "\nHint %u of %u:\n", level, step->nhints);
    text_wrap(&out, step->hints[level - 1], look_width(&cli->term.look), "  ", "  ");
    fputs(out.data, stdout);
    strbuf_free(&out);
}

int cmd_hint(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    unsigned seen = 0;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (!lab)
        return EXIT_USAGE;
    const struct lab_step *step = step_to_do(cli, lab, &seen);
    if (!step) {
        cli_say(cli, "Every step of %s passes; there is nothing left to hint at.", lab->id);
        return EXIT_PASS;
    }
    bool last = seen >= step->nhints;
    unsigned level = last ? step->nhints : seen + 1;
    show_hint(cli, lab, step, level);
    if (last)
        cli_say(cli,
                "\nThat was the last hint again. \"%slesson\" explains the matter; \"%ssolution %u "
                "--give-up\" shows one good program.",
                cli_prefix(cli), cli_prefix(cli), lab->number);
    else if (workspace_note_hint(cli->workspace, lab, step->id, level, &err) < 0)
        cli_error(cli, "That you have seen this hint could not be noted: %s", err.text);
    return EXIT_PASS;
}
