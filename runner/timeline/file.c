/*
 * file.c - a recording as a file: written whole or not at all, read line by line.
 */
#include "timeline/file.h"

#include <string.h>

#include "base/file.h"
#include "timeline/read.h"

int timeline_save(const struct timeline *tl, const char *path, struct error *err)
{
    struct strbuf out = STRBUF_INIT;
    for (size_t i = 0; i < tl->count; i++)
        timeline_event_json(&tl->events[i], &out);
    int result = file_write(path, out.data, out.len, 0644, 0, err);
    strbuf_free(&out);
    return result;
}

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

int timeline_parse(struct timeline *tl, const char *data, size_t len, const char *name,
                   struct error *err)
{
    timeline_init(tl);
    size_t number = 1;
    for (size_t start = 0; start < len; number++) {
        const char *line = data + start;
        const char *newline = memchr(line, '\n', len - start);
        size_t length = newline != NULL ? (size_t)(newline - line) : len - start;
        start += length + 1;
        if (is_blank(line, length))
            continue;
        if (timeline_read_line(tl, line, length, err) != 0) {
            timeline_free(tl);
            return error_prefix(err, "%s:%zu", name, number);
        }
    }
    if (tl->count == 0)
        return error_set(err, "%s: there is no event in it", name);
    return 0;
}

int timeline_load(struct timeline *tl, const char *path, struct error *err)
{
    timeline_init(tl);
    struct strbuf text = STRBUF_INIT;
    int result = file_read(path, TIMELINE_FILE_MAX, FILE_REGULAR, &text, err);
    if (result == 0)
        result = timeline_parse(tl, text.data, text.len, path, err);
    strbuf_free(&text);
    return result;
}
