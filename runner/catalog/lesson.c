/*
 * catalog/lesson: see lesson.h. cmark reads the Markdown; this keeps of it the headings and the
 * fences that mean something here.
 */
#include "catalog/lesson.h"

#include <cmark.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "catalog/lesson_parts.h"
#include "catalog/store.h"

int lesson_error(const struct lesson *lesson, unsigned line, struct error *err, const char *format,
                 ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_set(err, "%s:%u: %s", lesson->path, line, message);
}

/* --- headings --- */

/* Punctuation and blanks beyond ASCII, roughly: the blocks that texts use. */
static bool is_punctuation(uint32_t code)
{
    return (code >= 0x80 && code < 0xc0) || code == 0xd7 || code == 0xf7 ||
           (code >= 0x2000 && code < 0x2070) || (code >= 0x2190 && code < 0x2c00) ||
           (code >= 0x3000 && code < 0x3004) || (code >= 0x3008 && code < 0x3021) ||
           (code >= 0xff00 && code < 0xff10) || (code >= 0xff1a && code < 0xff21) ||
           (code >= 0xff3b && code < 0xff41) || (code >= 0xff5b && code < 0xff66);
}

void lesson_slug(struct strbuf *out, const char *title)
{
    size_t start = out->len, len = strlen(title), n;
    bool gap = false;
    for (size_t at = 0; at < len; at += n) {
        uint32_t code;
        n = utf8_decode(title + at, len - at, &code);
        if (n == 0) {
            n = 1;
            continue;
        }
        unsigned char c = (unsigned char)title[at];
        if (c == ' ' || c == '\t' || c == '-' || code == 0xa0 || code == 0x3000)
            gap = true;
        if (n == 1 ? !isalnum(c) && c != '_' : is_punctuation(code))
            continue;
        if (gap && out->len > start)
            strbuf_putc(out, '-');
        gap = false;
        if (n == 1)
            strbuf_putc(out, (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
        else
            strbuf_add(out, title + at, n);
    }
}

static void add_inline_text(cmark_node *heading, struct strbuf *out)
{
    cmark_iter *iter = cmark_iter_new(heading);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (event != CMARK_EVENT_ENTER)
            continue;
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
            strbuf_puts(out, cmark_node_get_literal(node));
        else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
            strbuf_putc(out, ' ');
    }
    cmark_iter_free(iter);
}

/* Anchors by the headings in their order: the second of the same name gets "-2". */
struct anchors {
    char **slugs; /* without numbers */
    size_t count;
};

static char *next_anchor(struct anchors *anchors, const char *title)
{
    struct strbuf slug = STRBUF_INIT;
    lesson_slug(&slug, title);
    unsigned same = 1;
    for (size_t i = 0; i < anchors->count; i++)
        same += strcmp(anchors->slugs[i], slug.data) == 0;
    anchors->slugs = mem_resize(anchors->slugs, anchors->count + 1, sizeof(char *));
    anchors->slugs[anchors->count++] = mem_string(slug.data);
    if (same > 1 && slug.len > 0)
        strbuf_printf(&slug, "-%u", same);
    return strbuf_take(&slug);
}

static void anchors_free(struct anchors *anchors)
{
    for (size_t i = 0; i < anchors->count; i++)
        free(anchors->slugs[i]);
    free(anchors->slugs);
}

#define MAX_HEADINGS 1000 /* bounds the search for equal names */

static int add_heading(struct lesson *lesson, cmark_node *node, struct anchors *anchors,
                       struct error *err)
{
    unsigned line = (unsigned)cmark_node_get_start_line(node);
    if (lesson->nheadings == MAX_HEADINGS)
        return lesson_error(lesson, line, err, "more than %d headings", MAX_HEADINGS);
    struct strbuf title = STRBUF_INIT;
    add_inline_text(node, &title);
    char *anchor = next_anchor(anchors, title.data);
    lesson->headings[lesson->nheadings++] = (struct lesson_heading){
        .title = store_string(lesson->store, title.data),
        .anchor = store_string(lesson->store, anchor),
        .level = (unsigned)cmark_node_get_heading_level(node),
        .line = line,
    };
    free(anchor);
    strbuf_free(&title);
    return 0;
}

/* --- fences --- */

#define MAX_FENCES 500 /* of a kind */

/* The line of that number, from 1, without its end; its length in *len. */
static const char *line_at(const struct lesson *lesson, unsigned number, size_t *len)
{
    const char *at = lesson->text;
    while (number > 1 && at != NULL) {
        at = strchr(at, '\n');
        if (at != NULL)
            at++;
        number--;
    }
    *len = at != NULL ? strcspn(at, "\n") : 0;
    return at;
}

static size_t fence_length(const char *line, size_t len)
{
    size_t blanks = strspn(line, " "), marks = 0;
    while (blanks + marks < len && line[blanks + marks] == line[blanks])
        marks++;
    return marks;
}

/* cmark takes a fence that the end of the file closes; an author who forgot to close it wants to
 * know. */
static bool is_closed(const struct lesson *lesson, unsigned first, unsigned last)
{
    size_t open_len, close_len;
    const char *open = line_at(lesson, first, &open_len);
    const char *close = line_at(lesson, last, &close_len);
    if (open == NULL || close == NULL || last <= first)
        return false;
    return open[strspn(open, " ")] == close[strspn(close, " ")] &&
           fence_length(close, close_len) >= fence_length(open, open_len);
}

static int check_fence(const struct lesson *lesson, cmark_node *node, struct error *err)
{
    unsigned first = (unsigned)cmark_node_get_start_line(node);
    if (cmark_node_get_start_column(node) != 1)
        return lesson_error(lesson, first, err, "this fence must begin at the start of its line");
    if (!is_closed(lesson, first, (unsigned)cmark_node_get_end_line(node)))
        return lesson_error(lesson, first, err, "this fence is not closed");
    return 0;
}

static int add_session(struct lesson *lesson, cmark_node *node, struct error *err)
{
    unsigned line = (unsigned)cmark_node_get_start_line(node);
    if (lesson->nsessions == MAX_FENCES)
        return lesson_error(lesson, line, err, "more than %d sessions", MAX_FENCES);
    if (check_fence(lesson, node, err) != 0)
        return -1;
    return session_read(lesson, cmark_node_get_fence_info(node), cmark_node_get_literal(node), line,
                        &lesson->sessions[lesson->nsessions++], err);
}

static int add_excerpt(struct lesson *lesson, cmark_node *node, struct error *err)
{
    unsigned line = (unsigned)cmark_node_get_start_line(node);
    struct lesson_excerpt excerpt = {.line = line};
    int result = excerpt_read(lesson, cmark_node_get_fence_info(node), line, &excerpt, err);
    if (result != 0)
        return result > 0 ? 0 : -1;
    if (lesson->nexcerpts == MAX_FENCES)
        return lesson_error(lesson, line, err, "more than %d excerpts", MAX_FENCES);
    if (check_fence(lesson, node, err) != 0)
        return -1;
    excerpt.end_line = (unsigned)cmark_node_get_end_line(node);
    excerpt.text = store_string(lesson->store, cmark_node_get_literal(node));
    lesson->excerpts[lesson->nexcerpts++] = excerpt;
    return 0;
}

static int add_node(struct lesson *lesson, cmark_node *node, struct anchors *anchors,
                    struct error *err)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HEADING:
        return add_heading(lesson, node, anchors, err);
    case CMARK_NODE_CODE_BLOCK:
        if (session_is(cmark_node_get_fence_info(node)))
            return add_session(lesson, node, err);
        return add_excerpt(lesson, node, err);
    default:
        return 0;
    }
}

static int read_document(struct lesson *lesson, cmark_node *document, struct error *err)
{
    struct anchors anchors = {NULL, 0};
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    int result = 0;
    while (result == 0 && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        if (event == CMARK_EVENT_ENTER)
            result = add_node(lesson, cmark_iter_get_node(iter), &anchors, err);
    cmark_iter_free(iter);
    anchors_free(&anchors);
    return result;
}

/* --- loading --- */

static struct lesson *new_lesson(const char *text, size_t len, const char *path)
{
    struct lab_store *store = store_new();
    struct lesson *lesson = store_alloc(store, sizeof *lesson);
    lesson->store = store;
    lesson->path = store_string(store, path);
    lesson->lang = "";
    lesson->text = store_copy(store, text, len);
    lesson->len = len;
    lesson->headings = store_alloc(store, MAX_HEADINGS * sizeof *lesson->headings);
    lesson->excerpts = store_alloc(store, MAX_FENCES * sizeof *lesson->excerpts);
    lesson->sessions = store_alloc(store, MAX_FENCES * sizeof *lesson->sessions);
    return lesson;
}

static int check_bytes(const char *text, size_t len, const char *path, struct error *err)
{
    size_t valid = utf8_valid_prefix(text, len);
    const char *nul = memchr(text, 0, valid), *cr = memchr(text, '\r', valid);
    size_t end = nul != NULL ? (size_t)(nul - text) : cr != NULL ? (size_t)(cr - text) : valid;
    unsigned line = 1;
    for (size_t i = 0; i < end; i++)
        line += text[i] == '\n';
    if (len > LESSON_MAX_BYTES)
        return error_set(err, "%s: longer than %zu bytes", path, LESSON_MAX_BYTES);
    if (nul != NULL)
        return error_set(err, "%s:%u: a NUL byte", path, line);
    if (cr != NULL)
        return error_set(err, "%s:%u: a carriage return; lines end in a newline alone", path, line);
    if (valid < len)
        return error_set(err, "%s:%u: not UTF-8: byte 0x%02x", path, line,
                         (unsigned char)text[valid]);
    return 0;
}

struct lesson *lesson_parse(const char *text, size_t len, const char *path, struct error *err)
{
    if (check_bytes(text, len, path, err) != 0)
        return NULL;
    struct lesson *lesson = new_lesson(text, len, path);
    cmark_node *document = cmark_parse_document(text, len, CMARK_OPT_DEFAULT);
    int result = read_document(lesson, document, err);
    cmark_node_free(document);
    if (result == 0)
        return lesson;
    lesson_free(lesson);
    return NULL;
}

static char *lesson_path(const char *lessons_dir, const char *lang, const char *id)
{
    char *folder = file_join(lessons_dir, lang);
    char *name = mem_format("%s.md", id);
    char *path = file_join(folder, name);
    free(folder);
    free(name);
    return path;
}

static struct lesson *load_from(const char *lessons_dir, const char *lang, const char *id,
                                struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    struct lesson *lesson = NULL;
    char *path = lesson_path(lessons_dir, lang, id);
    if (file_read(path, LESSON_MAX_BYTES, FILE_REGULAR, &text, err) == 0) {
        lesson = lesson_parse(text.data, text.len, path, err);
        if (lesson != NULL)
            lesson->lang = store_string(lesson->store, lang);
        else
            errno = EINVAL;
    }
    int saved = errno;
    strbuf_free(&text);
    free(path);
    errno = saved;
    return lesson;
}

struct lesson *lesson_load(const char *lessons_dir, const char *lang, const char *id,
                           struct error *err)
{
    /* A language names a folder; it must not lead out of lessons/. */
    bool is_name =
        lang != NULL && lang[0] != '\0' &&
        lang[strspn(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-")] == '\0';
    struct lesson *lesson = NULL;
    errno = ENOENT;
    if (is_name)
        lesson = load_from(lessons_dir, lang, id, err);
    if (lesson == NULL && errno == ENOENT)
        lesson = load_from(lessons_dir, "en", id, err);
    if (lesson == NULL && errno == ENOENT)
        error_set(err, "%s/en/%s.md: the lesson of this lab is missing", lessons_dir, id);
    return lesson;
}

struct lesson *lesson_of_session(const char *const *lines, unsigned nlines, const char *hosts,
                                 const char *path, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, "```session");
    if (hosts != NULL)
        strbuf_printf(&text, " hosts=%s", hosts);
    strbuf_putc(&text, '\n');
    for (unsigned i = 0; i < nlines; i++)
        strbuf_printf(&text, "%s\n", lines[i]);
    strbuf_puts(&text, "…\n```\n");
    struct lesson *lesson = lesson_parse(text.data, text.len, path, err);
    strbuf_free(&text);
    return lesson;
}

void lesson_free(struct lesson *lesson)
{
    if (lesson != NULL)
        store_free(lesson->store);
}

const struct lesson_heading *lesson_anchor(const struct lesson *lesson, const char *anchor)
{
    for (unsigned i = 0; i < lesson->nheadings && anchor[0] != '\0'; i++)
        if (strcmp(lesson->headings[i].anchor, anchor) == 0)
            return &lesson->headings[i];
    return NULL;
}

/* The byte at which a line begins, from 1; the end of the text when there is no such line. */
static size_t line_start(const char *text, size_t len, unsigned line)
{
    size_t at = 0;
    while (line > 1 && at < len) {
        const char *end = memchr(text + at, '\n', len - at);
        at = end != NULL ? (size_t)(end - text) + 1 : len;
        line--;
    }
    return at;
}

int lesson_section(const char *text, size_t len, const char *anchor, struct strbuf *out,
                   struct error *err)
{
    struct lesson *lesson = lesson_parse(text, len, "lesson", err);
    if (lesson == NULL)
        return -1;
    const struct lesson_heading *heading = lesson_anchor(lesson, anchor);
    int result = -1;
    if (heading != NULL) {
        size_t start = line_start(text, len, heading->line), end = len;
        for (const struct lesson_heading *next = heading + 1;
             next < lesson->headings + lesson->nheadings && end == len; next++)
            if (next->level <= heading->level)
                end = line_start(text, len, next->line);
        strbuf_add(out, text + start, end - start);
        result = 0;
    } else {
        error_set(err, "the lesson has no section \"%s\"", anchor);
    }
    lesson_free(lesson);
    return result;
}
