/*
 * text.c - the nearest name; wrapping by words where there are spaces, between letters where there
 * are none.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

enum {
    TEXT_COLUMNS_MIN = 8,
    DISTANCE_MAX = 64, /* bytes of a word that are compared */
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b)
{
    size_t rows[3][DISTANCE_MAX + 1];
    size_t la = strnlen(a, DISTANCE_MAX), lb = strnlen(b, DISTANCE_MAX);
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            now[j] = least(before[j - 1] + (x != y), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                now[j] = least(now[j], earlier[j - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

static bool begins_with(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++)
        if (lower(*text) != lower(*word))
            return false;
    return true;
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t len = strnlen(word, DISTANCE_MAX);
    size_t allowed = len < 2 ? 0 : len < 6 ? 1 : len / 3;
    size_t best = allowed + 1;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(word, candidates[i]);
        if (distance < best) {
            best = distance;
            found = candidates[i];
        }
    }
    for (size_t i = 0; found == NULL && len >= 2 && i < count; i++)
        if (begins_with(candidates[i], word))
            found = candidates[i];
    return found;
}

/* The length of a colour sequence at the start of text, or 0. */
static size_t colour_sequence(const char *text, size_t len)
{
    if (len < 3 || text[0] != '\033' || text[1] != '[')
        return 0;
    for (size_t i = 2; i < len; i++) {
        if (text[i] == 'm')
            return i + 1;
        if ((text[i] < '0' || text[i] > '9') && text[i] != ';')
            return 0;
    }
    return 0;
}

/* One piece that is never cut: a colour sequence, or a character with what combines with it. */
static size_t piece(const char *text, size_t len, size_t *columns, uint32_t *code)
{
    *columns = 0;
    *code = 0;
    size_t size = colour_sequence(text, len);
    if (size > 0)
        return size;
    size = utf8_decode(text, len, code);
    if (size == 0) {
        *columns = 1;
        return 1;
    }
    int width = utf8_width(*code);
    *columns = width > 0 ? (size_t)width : 0;
    return size;
}

size_t text_columns(const char *text, size_t len)
{
    size_t total = 0;
    for (size_t i = 0, columns; i < len;) {
        uint32_t code;
        i += piece(text + i, len - i, &columns, &code);
        total += columns;
    }
    return total;
}

/* A line may end after a wide character, unless punctuation that closes follows it. */
static bool closes(uint32_t code)
{
    static const uint32_t closing[] = {0x3001, 0x3002, 0x300d, 0x300f, 0x3011, 0xff01, 0xff09,
                                       0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, 0x201d, 0x2019};
    for (size_t i = 0; i < sizeof closing / sizeof closing[0]; i++)
        if (code == closing[i])
            return true;
    return code == '.' || code == ',' || code == ')' || code == ':' || code == ';' || code == '!' ||
           code == '?';
}

/* The next run of text without a place to break, at most `room` columns wide unless a single
 * character is wider. */
static size_t word(const char *text, size_t len, size_t room, size_t *columns)
{
    size_t i = 0, total = 0;
    bool wide = false;
    while (i < len && text[i] != ' ') {
        size_t c;
        uint32_t code;
        size_t size = piece(text + i, len - i, &c, &code);
        bool starts_new = total > 0 && c > 0 && (wide || c == 2) && !closes(code);
        if (starts_new || (total > 0 && total + c > room))
            break;
        wide = c == 2 || (wide && c == 0);
        total += c;
        i += size;
    }
    *columns = total;
    return i;
}

static void end_line(struct strbuf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        strbuf_cut(out, out->len - 1);
    strbuf_putc(out, '\n');
}

/* Wraps one line of the text (without newline). Its own indentation, up to half of the width, is
 * that of all lines it becomes. */
static void wrap_line(struct strbuf *out, const char *text, size_t len, size_t width,
                      const char *first, const char *rest)
{
    const char *lead = first;
    size_t i = 0, own = 0;
    while (i < len && text[i] == ' ')
        i++;
    own = least(i, width / 2);
    do {
        size_t indent = text_columns(lead, strlen(lead)) + own;
        size_t room = width > indent + TEXT_COLUMNS_MIN ? width - indent : TEXT_COLUMNS_MIN;
        size_t used = 0;
        strbuf_puts(out, lead);
        strbuf_pad(out, ' ', own);
        while (i < len) {
            size_t spaces = 0, columns;
            while (i + spaces < len && text[i + spaces] == ' ')
                spaces++;
            size_t size = word(text + i + spaces, len - i - spaces, room, &columns);
            size_t gap = used > 0 ? spaces : 0;
            if (used > 0 && used + gap + columns > room)
                break;
            strbuf_pad(out, ' ', size > 0 ? gap : 0);
            strbuf_add(out, text + i + spaces, size);
            used += gap + columns;
            i += spaces + size;
        }
        end_line(out);
        lead = rest;
    } while (i < len);
}

void text_wrap(struct strbuf *out, const char *text, size_t width, const char *first,
               const char *rest)
{
    const char *lead = first != NULL ? first : "";
    const char *hang = rest != NULL ? rest : "";
    for (;;) {
        size_t len = strcspn(text, "\n");
        wrap_line(out, text, len, width, lead, hang);
        if (text[len] == '\0' || text[len + 1] == '\0')
            return;
        text += len + 1;
        lead = hang;
    }
}

const char *text_plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

void text_count(struct strbuf *out, uint64_t count, const char *one, const char *many)
{
    strbuf_printf(out, "%" PRIu64 " %s", count, text_plural(count, one, many));
}

void text_shell_word(struct strbuf *out, const char *word)
{
    if (*word != '\0' && strpbrk(word, " \t\n\"'\\$&;|<>()*?[]#~`!{}") == NULL) {
        strbuf_puts(out, word);
        return;
    }
    strbuf_putc(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            strbuf_puts(out, "'\\''");
        else
            strbuf_putc(out, *word);
    }
    strbuf_putc(out, '\'');
}
