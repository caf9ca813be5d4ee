/* catalog/lesson_excerpt: code in a lesson that is cut from the solution's source by marks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "catalog/lesson_parts.h"
#include "catalog/store.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_-"
#define MAX_SOURCE ((size_t)1024 * 1024)

/* --- the fence --- */

int excerpt_read(struct lesson *lesson, const char *info, unsigned line,
                 struct lesson_excerpt *excerpt, struct error *err)
{
    const char *at = strstr(info, "excerpt=");
    if (at == NULL || (at != info && at[-1] != ' '))
        return 1;
    at += strlen("excerpt=");
    size_t file = strspn(at, NAME_CHARS ".");
    size_t name = at[file] == '#' ? strspn(at + file + 1, NAME_CHARS) : 0;
    const char *end = at + file + 1 + name;
    if (file == 0 || at[0] == '.' || name == 0 || (*end != '\0' && *end != ' '))
        return lesson_error(lesson, line, err,
                            "an excerpt is named FILE#MARK, as in excerpt=udp_echo.c#loop");
    excerpt->file = store_copy(lesson->store, at, file);
    excerpt->name = store_copy(lesson->store, at + file + 1, name);
    return 0;
}

/* --- marks --- */

enum mark { MARK_NONE, MARK_OTHER, MARK_START, MARK_END };

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

static bool take(const char **at, const char *end, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(end - *at) < len || memcmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

/* Is the line a mark, and of this name? A mark is alone on its line: slash-star [name] star-slash.
 */
static enum mark mark_of(const char *at, const char *end, const char *name)
{
    at = skip_blanks(at, end);
    if (!take(&at, end, "/*"))
        return MARK_NONE;
    at = skip_blanks(at, end);
    if (!take(&at, end, "["))
        return MARK_NONE;
    bool closes = take(&at, end, "/");
    const char *start = at;
    while (at < end && strchr(NAME_CHARS, *at) != NULL && *at != '\0')
        at++;
    size_t len = (size_t)(at - start);
    if (len == 0 || !take(&at, end, "]"))
        return MARK_NONE;
    at = skip_blanks(at, end);
    if (!take(&at, end, "*/"))
        return MARK_NONE;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    if (at != end)
        return MARK_NONE;
    if (strlen(name) != len || memcmp(name, start, len) != 0)
        return MARK_OTHER;
    return closes ? MARK_END : MARK_START;
}

/* --- cutting --- */

struct cut {
    const char *name;
    bool open, done;
    struct strbuf lines;
};

static int cut_line(struct cut *cut, const char *line, const char *end, struct error *err)
{
    switch (mark_of(line, end, cut->name)) {
    case MARK_START:
        if (cut->open || cut->done)
            return error_set(err, "the mark [%s] stands twice", cut->name);
        cut->open = true;
        return 0;
    case MARK_END:
        if (!cut->open)
            return error_set(err, "the mark [/%s] stands without [%s] before it", cut->name,
                             cut->name);
        cut->open = false;
        cut->done = true;
        return 0;
    case MARK_NONE:
        if (cut->open) {
            strbuf_add(&cut->lines, line, (size_t)(end - line));
            strbuf_putc(&cut->lines, '\n');
        }
        return 0;
    default:
        return 0;
    }
}

/* The blanks that all lines begin with; lines of blanks only do not count. */
static size_t common_indent(const struct strbuf *lines)
{
    const char *first = NULL;
    size_t common = 0;
    for (const char *at = lines->data; *at != '\0'; at = strchr(at, '\n') + 1) {
        size_t blanks = strspn(at, " \t");
        if (at[blanks] == '\n')
            continue;
        if (first == NULL) {
            first = at;
            common = blanks;
        }
        size_t same = 0;
        while (same < common && same < blanks && at[same] == first[same])
            same++;
        common = same;
    }
    return common;
}

static char *without_indent(const struct strbuf *lines)
{
    struct strbuf out = STRBUF_INIT;
    size_t indent = common_indent(lines);
    for (const char *at = lines->data; *at != '\0';) {
        const char *end = strchr(at, '\n') + 1;
        size_t blanks = strspn(at, " \t");
        size_t skip = blanks < indent || at[blanks] == '\n' ? blanks : indent;
        strbuf_add(&out, at + skip, (size_t)(end - at) - skip);
        at = end;
    }
    return strbuf_take(&out);
}

char *lesson_cut(const char *source, size_t len, const char *name, struct error *err)
{
    struct cut cut = {.name = name, .lines = STRBUF_INIT};
    const char *end = source + len, *next;
    int result = memchr(source, 0, len) == NULL ? 0 : error_set(err, "the source holds a NUL byte");
    for (const char *line = source; line < end && result == 0; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        next = stop != NULL ? stop + 1 : end;
        result = cut_line(&cut, line, stop != NULL ? stop : end, err);
    }
    if (result == 0 && cut.open)
        result = error_set(err, "the mark [%s] is not closed by [/%s]", name, name);
    else if (result == 0 && !cut.done)
        result = error_set(err, "there is no mark [%s]", name);
    else if (result == 0 && cut.lines.len == 0)
        result = error_set(err, "nothing stands between [%s] and [/%s]", name, name);
    char *text = result == 0 ? without_indent(&cut.lines) : NULL;
    strbuf_free(&cut.lines);
    return text;
}

/* --- a lesson with its sources --- */

static char *excerpt_source(const struct lab *lab, const struct lesson_excerpt *excerpt,
                            struct error *err)
{
    char *folder = file_join(lab->dir, "solution");
    char *path = file_join(folder, excerpt->file);
    struct strbuf source = STRBUF_INIT;
    char *text = NULL;
    if (file_read(path, MAX_SOURCE, FILE_REGULAR, &source, err) == 0) {
        text = lesson_cut(source.data, source.len, excerpt->name, err);
        if (text == NULL)
            error_prefix(err, "%s", path);
        else if (strncmp(text, "```", 3) == 0 || strstr(text, "\n```") != NULL) {
            error_set(err, "%s: what [%s] marks would close the fence it is shown in", path,
                      excerpt->name);
            free(text);
            text = NULL;
        }
    }
    strbuf_free(&source);
    free(path);
    free(folder);
    return text;
}

static const char *skip_lines(const char *at, unsigned count)
{
    while (count > 0 && *at != '\0') {
        const char *end = strchr(at, '\n');
        at = end != NULL ? end + 1 : at + strlen(at);
        count--;
    }
    return at;
}

int lesson_markdown(const struct lesson *lesson, const struct lab *lab, struct strbuf *out,
                    struct error *err)
{
    size_t before = out->len;
    const char *at = lesson->text;
    unsigned line = 1; /* the one that `at` begins */
    for (unsigned i = 0; i < lesson->nexcerpts; i++) {
        const struct lesson_excerpt *excerpt = &lesson->excerpts[i];
        struct error why;
        char *text = excerpt_source(lab, excerpt, &why);
        if (text == NULL) {
            strbuf_cut(out, before);
            return lesson_error(lesson, excerpt->line, err, "%s", why.text);
        }
        const char *body = skip_lines(at, excerpt->line + 1 - line);
        strbuf_add(out, at, (size_t)(body - at));
        strbuf_puts(out, text);
        at = skip_lines(body, excerpt->end_line - excerpt->line - 1);
        line = excerpt->end_line;
        free(text);
    }
    strbuf_puts(out, at);
    return 0;
}

/* --- for lint --- */

static void check_excerpt(const struct lesson *lesson, const struct lab *lab,
                          const struct lesson_excerpt *excerpt, struct strbuf *faults)
{
    struct error why;
    char *text = excerpt_source(lab, excerpt, &why);
    if (text == NULL)
        strbuf_printf(faults, "%s:%u: %s\n", lesson->path, excerpt->line, why.text);
    else if (excerpt->text[0] != '\0' && strcmp(excerpt->text, text) != 0)
        strbuf_printf(
            faults,
            "%s:%u: this excerpt is not what %s/solution/%s holds at [%s]; it may be left "
            "empty\n",
            lesson->path, excerpt->line, lab->dir, excerpt->file, excerpt->name);
    free(text);
}

int lesson_check(const struct lesson *lesson, const struct lab *lab, struct error *err)
{
    struct strbuf faults = STRBUF_INIT;
    for (unsigned i = 0; i < lab->nsteps; i++)
        if (lesson_anchor(lesson, lab->steps[i].lesson) == NULL)
            strbuf_printf(&faults, "%s: $.steps[%u].lesson: %s has no heading \"%s\"\n", lab->file,
                          i, lesson->path, lab->steps[i].lesson);
    for (unsigned i = 0; i < lesson->nexcerpts; i++)
        check_excerpt(lesson, lab, &lesson->excerpts[i], &faults);
    for (unsigned i = 0; i < lesson->nsessions; i++) {
        const struct lesson_session *session = &lesson->sessions[i];
        struct error why;
        if (session_check_wire(lesson, session, session_network(session, lab), &why) != 0)
            strbuf_printf(&faults, "%s\n", why.text);
    }
    int result = 0;
    if (faults.len > 0) {
        strbuf_cut(&faults, faults.len - 1);
        result = error_set(err, "%s", faults.data);
    }
    strbuf_free(&faults);
    return result;
}
