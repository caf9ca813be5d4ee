/*
 * diff_text.c - lines of a diff are cut at the same columns, so that the caret stays where it
 * points.
 */
#include "report/diff_text.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

struct line {
    const char *text;
    size_t len;
};

static struct line next_line(const char **at)
{
    struct line line = {*at, strcspn(*at, "\n")};
    *at += line.len;
    if (**at == '\n')
        (*at)++;
    return line;
}

/* Spaces and one '^'. */
static bool is_caret(struct line line)
{
    size_t spaces = 0;
    while (spaces < line.len && line.text[spaces] == ' ')
        spaces++;
    return spaces + 1 == line.len && line.text[spaces] == '^';
}

/* Where the bytes begin in `expected 5 bytes: "hello"`; 0 when the line is none of these. */
static size_t content(struct line line, const char *label)
{
    size_t len = strlen(label);
    if (line.len < len || memcmp(line.text, label, len) != 0)
        return 0;
    const char *colon = memchr(line.text, ':', line.len);
    if (colon == NULL)
        return 0;
    size_t at = (size_t)(colon - line.text) + 1;
    while (at < line.len && line.text[at] == ' ')
        at++;
    return at;
}

/* The columns from `from` on, at most `room`. A wide letter cut in two is a space. */
static void add_columns(struct strbuf *out, struct line line, size_t from, size_t room)
{
    size_t skipped = utf8_fit(line.text, line.len, from);
    size_t lost = from - utf8_columns(line.text, skipped);
    const char *text = line.text + skipped;
    size_t len = line.len - skipped;
    if (lost > 0 && len > 0) {
        uint32_t code;
        size_t size = utf8_decode(text, len, &code);
        text += size;
        len -= size;
        strbuf_putc(out, ' ');
        room--;
    }
    strbuf_add(out, text, utf8_fit(text, len, room));
}

/* Labels above, and a window of the bytes around the caret. */
static void narrow(struct line expected, struct line received, size_t start, size_t caret,
                   bool has_caret, size_t room, const char *indent, struct strbuf *out)
{
    struct line both[] = {expected, received};
    size_t column = caret - start;
    size_t from = has_caret && column >= room - 2 ? column - room / 2 : 0;
    size_t widest = utf8_columns(expected.text + start, expected.len - start);
    size_t other = utf8_columns(received.text + start, received.len - start);
    widest = other > widest ? other : widest;
    if (from + room > widest) /* the end is in sight: use the whole width */
        from = widest > room ? widest - room : 0;
    for (size_t i = 0; i < 2; i++) {
        struct line bytes = {both[i].text + start, both[i].len - start};
        const char *colon = memchr(both[i].text, ':', both[i].len);
        strbuf_puts(out, indent);
        strbuf_add(out, both[i].text, (size_t)(colon - both[i].text) + 1);
        strbuf_putc(out, '\n');
        strbuf_puts(out, indent);
        add_columns(out, bytes, from, room);
        strbuf_putc(out, '\n');
    }
    if (has_caret) {
        strbuf_puts(out, indent);
        strbuf_pad(out, ' ', column - from);
        strbuf_puts(out, "^\n");
    }
}

static void wrapped(struct line line, size_t width, const char *indent, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add(&text, line.text, line.len);
    text_wrap(out, text.data, width, indent, indent);
    strbuf_free(&text);
}

/* The line made fit for the terminal; *mark, a column in it, follows what stands before it. */
static void clean_line(struct strbuf *out, struct line line, const struct look *look, size_t *mark)
{
    struct strbuf raw = STRBUF_INIT;
    size_t before = utf8_fit(line.text, line.len, *mark);
    strbuf_add(&raw, line.text, before);
    look_clean(look, out, raw.data);
    *mark = utf8_columns(out->data, out->len);
    strbuf_cut(&raw, 0);
    strbuf_add(&raw, line.text + before, line.len - before);
    look_clean(look, out, raw.data);
    strbuf_free(&raw);
}

/* The two lines of bytes and the caret, if they are what the diff begins with; returns how many
 * lines were taken. */
static size_t head(struct line lines[3], const struct look *look, const char *indent, size_t width,
                   struct strbuf *out)
{
    size_t start = content(lines[0], "expected ");
    bool has_caret = is_caret(lines[2]) && lines[2].len > start;
    if (start == 0 || start != content(lines[1], "received "))
        return 0;
    size_t room = width - strlen(indent);
    size_t caret = has_caret ? lines[2].len - 1 : start, same_caret = caret;
    struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
    clean_line(&first, lines[0], look, &caret);
    clean_line(&second, lines[1], look, &same_caret);
    struct line expected = {first.data, first.len}, received = {second.data, second.len};
    if (utf8_columns(first.data, first.len) <= room && caret < room &&
        utf8_columns(second.data, second.len) <= room) {
        strbuf_printf(out, "%s%s\n%s%s\n", indent, first.data, indent, second.data);
        if (has_caret)
            strbuf_printf(out, "%s%*s^\n", indent, (int)caret, "");
    } else {
        narrow(expected, received, start, caret, has_caret, room, indent, out);
    }
    strbuf_free(&first);
    strbuf_free(&second);
    return has_caret ? 3 : 2;
}

void diff_text(const char *diff, const struct look *look, const char *indent, struct strbuf *out)
{
    size_t width = look_width(look);
    const char *at = diff, *after[3];
    struct line lines[3];
    for (size_t i = 0; i < 3; i++) {
        lines[i] = next_line(&at);
        after[i] = at;
    }
    size_t taken = head(lines, look, indent, width, out);
    struct strbuf clean = STRBUF_INIT;
    look_clean(look, &clean, taken > 0 ? after[taken - 1] : diff);
    for (at = clean.data; *at != '\0';)
        wrapped(next_line(&at), width, indent, out);
    strbuf_free(&clean);
}
