/* Any bytes as a lesson: headings, sessions and excerpts, or an error; never a crash. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "catalog/lesson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_session(const struct lesson_session *session)
{
    unsigned first = 0;
    while (first < session->nlines && session->lines[first].kind == SESSION_WIRE)
        first++;
    if (first == session->nlines || session->lines[first].kind != SESSION_COMMAND)
        abort();
    for (unsigned i = 0; i < session->nlines; i++) {
        const struct session_line *line = &session->lines[i];
        if (line->line <= session->line || strchr(line->text, '\n') != NULL)
            abort();
        /* Without a gap a line matches itself. */
        if (line->kind == SESSION_OUTPUT && !session_matches(line->text, line->text) &&
            strstr(line->text, "\xe2\x80\xa6") == NULL)
            abort();
    }
}

static void use(const struct lesson *lesson)
{
    struct strbuf section = STRBUF_INIT;
    for (unsigned i = 0; i < lesson->nheadings && i < 4; i++) {
        const char *anchor = lesson->headings[i].anchor;
        if (anchor[0] != '\0' &&
            lesson_section(lesson->text, lesson->len, anchor, &section, NULL) != 0)
            abort();
    }
    for (unsigned i = 0; i < lesson->nsessions; i++)
        use_session(&lesson->sessions[i]);
    for (unsigned i = 0; i < lesson->nexcerpts; i++) {
        const struct lesson_excerpt *excerpt = &lesson->excerpts[i];
        if (strchr(excerpt->file, '/') != NULL || excerpt->end_line <= excerpt->line)
            abort();
        free(lesson_cut(lesson->text, lesson->len, excerpt->name, NULL));
    }
    strbuf_free(&section);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {""};
    struct lesson *lesson = lesson_parse((const char *)data, size, "lesson.md", &err);
    if (lesson != NULL)
        use(lesson);
    else if (strncmp(err.text, "lesson.md", 9) != 0)
        abort();
    lesson_free(lesson);
    return 0;
}
