/*
 * file.c - a recording as a file: written whole or not at all, written and read in pieces.
 */
#include "timeline/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "timeline/read.h"

enum { PIECE = 1 << 20 }; /* of a file, that is in memory at a time */

/* How far the recording has been written. */
struct saving {
    const struct timeline *timeline;
    size_t next;
};

static bool next_piece(void *arg, struct strbuf *piece)
{
    struct saving *s = arg;
    while (s->next < s->timeline->count && piece->len < PIECE)
        timeline_event_json(&s->timeline->events[s->next++], piece);
    return piece->len > 0;
}

int timeline_save_with(const struct timeline *tl, const char *path, unsigned flags,
                       struct error *err)
{
    struct saving saving = {.timeline = tl};
    return file_write_pieces(path, next_piece, &saving, 0644, flags, err);
}

int timeline_save(const struct timeline *tl, const char *path, struct error *err)
{
    return timeline_save_with(tl, path, 0, err);
}

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

/* Reads lines; *number is that of the first, and becomes that of the next. */
static int read_lines(struct timeline *tl, const char *data, size_t len, const char *name,
                      size_t *number, struct error *err)
{
    for (size_t start = 0; start < len; ++*number) {
        const char *line = data + start;
        const char *newline = memchr(line, '\n', len - start);
        size_t length = newline != NULL ? (size_t)(newline - line) : len - start;
        start += length + 1;
        if (!is_blank(line, length) && timeline_read_line(tl, line, length, err) != 0)
            return error_prefix(err, "%s:%zu", name, *number);
    }
    return 0;
}

static int finish(struct timeline *tl, int result, const char *name, struct error *err)
{
    if (result != 0)
        timeline_free(tl);
    else if (tl->count == 0)
        result = error_set(err, "%s: there is no event in it", name);
    return result;
}

int timeline_parse(struct timeline *tl, const char *data, size_t len, const char *name,
                   struct error *err)
{
    size_t number = 1;
    timeline_init(tl);
    return finish(tl, read_lines(tl, data, len, name, &number, err), name, err);
}

/* Never holds more of the file than a piece of it and the line that goes beyond. */
static int read_pieces(struct timeline *tl, int fd, const char *path, struct strbuf *text,
                       struct error *err)
{
    size_t number = 1, total = 0;
    for (;;) {
        strbuf_reserve(text, PIECE);
        ssize_t n = read(fd, text->data + text->len, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "cannot read %s", path);
        if (n == 0)
            return read_lines(tl, text->data, text->len, path, &number, err);
        total += (size_t)n;
        if (total > TIMELINE_FILE_MAX)
            return error_set(err, "%s is larger than %zu bytes", path, TIMELINE_FILE_MAX);
        text->len += (size_t)n;
        const char *last = memrchr(text->data + text->len - n, '\n', (size_t)n);
        size_t whole = last != NULL ? (size_t)(last - text->data) + 1 : 0;
        if (read_lines(tl, text->data, whole, path, &number, err) != 0)
            return -1;
        strbuf_drop(text, whole);
    }
}

int timeline_load(struct timeline *tl, const char *path, struct error *err)
{
    timeline_init(tl);
    int fd = file_open_at(AT_FDCWD, path, FILE_REGULAR, err);
    if (fd < 0)
        return -1;
    struct strbuf text = STRBUF_INIT;
    int result = read_pieces(tl, fd, path, &text, err);
    strbuf_free(&text);
    close(fd);
    return finish(tl, result, path, err);
}
