/*
 * grade/journal_line: see journal_line.h.
 *
 * - A line is scanned once to the letter of RFC 8259. A tree is made only of its few small fields:
 *   of the verdict, which may be megabytes, only "lab" and "outcome" are taken along.
 */
#include "grade/journal_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_scan.h"
#include "base/mem.h"

/* --- stepping through a text that json_scan has found right --- */

struct span {
    size_t at, end;
};

static size_t skip_space(const char *text, size_t at)
{
    while (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')
        at++;
    return at;
}

static size_t skip_text(const char *text, size_t at)
{
    for (at++; text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return at + 1;
}

static size_t skip_value(const char *text, size_t at, size_t len)
{
    unsigned depth = 0;
    while (at < len) {
        char c = text[at];
        if (c == '"') {
            at = skip_text(text, at);
        } else if (c == '{' || c == '[') {
            depth++;
            at++;
        } else if (c == '}' || c == ']') {
            depth--;
            at++;
        } else if (depth == 0) {
            return at + strcspn(text + at, ",]} \t\r\n");
        } else {
            at++;
            continue;
        }
        if (depth == 0)
            return at;
    }
    return at;
}

/* The next member of an object; *at stands behind its '{' or behind the member before. */
static bool next_member(const char *text, size_t len, size_t *at, struct span *key,
                        struct span *value)
{
    *at = skip_space(text, *at);
    if (text[*at] == ',')
        *at = skip_space(text, *at + 1);
    if (text[*at] != '"')
        return false;
    key->at = *at;
    key->end = skip_text(text, *at);
    value->at = skip_space(text, skip_space(text, key->end) + 1);
    value->end = skip_value(text, value->at, len);
    *at = value->end;
    return true;
}

static bool is_key(const char *text, struct span key, const char *name)
{
    size_t len = strlen(name);
    return key.end - key.at == len + 2 && memcmp(text + key.at + 1, name, len) == 0;
}

static void add_member(struct strbuf *out, const char *text, struct span key, struct span value)
{
    if (out->data[out->len - 1] != '{')
        strbuf_putc(out, ',');
    strbuf_add(out, text + key.at, key.end - key.at);
    strbuf_putc(out, ':');
    strbuf_add(out, text + value.at, value.end - value.at);
}

/* The line without what is large in it. `text` is an object, and ends in NUL or a newline. */
static void shorten(const char *text, size_t len, struct strbuf *out)
{
    struct span key, value, inner_key, inner;
    strbuf_putc(out, '{');
    for (size_t at = skip_space(text, 0) + 1; next_member(text, len, &at, &key, &value);) {
        if (is_key(text, key, "hidden"))
            continue;
        if (!is_key(text, key, "verdict") || text[value.at] != '{') {
            add_member(out, text, key, value);
            continue;
        }
        add_member(out, text, key, (struct span){value.at, value.at + 1});
        for (size_t in = value.at + 1; next_member(text, len, &in, &inner_key, &inner);) {
            if (is_key(text, inner_key, "lab") || is_key(text, inner_key, "outcome"))
                add_member(out, text, inner_key, inner);
        }
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, '}');
}

/* --- fields --- */

static int get_text(const struct json *object, const char *key, const char **out, struct error *err)
{
    struct json at;
    if (json_need(object, key, &at, err) != 0 || json_get_text(&at, out, err) != 0)
        return -1;
    return **out != '\0' ? 0 : json_error(&at, err, "a text that is not empty is needed");
}

static int get_text_or(const struct json *object, const char *key, const char *fallback,
                       const char **out, struct error *err)
{
    struct json at;
    *out = fallback;
    if (!json_get(object, key, &at) || json_type(&at) == JSON_NULL)
        return 0;
    return get_text(object, key, out, err);
}

static int get_count(const struct json *object, const char *key, unsigned min, unsigned fallback,
                     unsigned *out, struct error *err)
{
    struct json at;
    int64_t value = fallback;
    if (json_get(object, key, &at) && json_get_int(&at, min, INT32_MAX, &value, err) != 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

/* A folder below OUT/students: a journal from elsewhere must not lead a report out of it. */
static int get_folder(const struct json *object, const char **out, struct error *err)
{
    struct json at;
    if (get_text(object, "folder", out, err) != 0)
        return -1;
    json_get(object, "folder", &at);
    if ((*out)[0] == '.' || strchr(*out, '/') != NULL || strlen(*out) > 255)
        return json_error(&at, err, "a plain folder name is needed, without '/' or a '.' in front");
    return 0;
}

/* --- copies in one block --- */

static void *copy(const void *fields, size_t size, const char **const *texts, size_t count)
{
    size_t all = size;
    for (size_t i = 0; i < count; i++)
        all += *texts[i] == NULL ? 0 : strlen(*texts[i]) + 1;
    char *block = mem_alloc(all), *to = block + size;
    for (size_t i = 0; i < count; i++) {
        if (*texts[i] == NULL)
            continue;
        size_t bytes = strlen(*texts[i]) + 1;
        memcpy(to, *texts[i], bytes);
        *texts[i] = to;
        to += bytes;
    }
    memcpy(block, fields, size);
    return block;
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int read_entry(const struct json *root, struct journal_line *line, struct error *err)
{
    struct journal_entry e = {0};
    struct json verdict, at;
    if (get_text(root, "student", &e.student, err) != 0 ||
        get_text_or(root, "name", e.student, &e.name, err) != 0 ||
        get_folder(root, &e.folder, err) != 0 ||
        get_text(root, "submission", &e.submission, err) != 0 ||
        get_text(root, "key", &e.key, err) != 0 ||
        get_count(root, "attempt", 1, 1, &e.attempt, err) != 0 ||
        get_count(root, "repeats", 1, 1, &e.repeats, err) != 0 ||
        get_count(root, "disagreed", 0, 0, &e.disagreed, err) != 0 ||
        json_need(root, "verdict", &verdict, err) != 0 ||
        get_text(&verdict, "lab", &e.lab, err) != 0 ||
        get_text(&verdict, "outcome", &e.outcome, err) != 0)
        return -1;
    if (json_get(root, "handed_in", &at) &&
        json_get_int(&at, 0, JSON_MAX_INT, &e.handed_in, err) != 0)
        return -1;
    const char **const texts[] = {&e.student, &e.name, &e.folder, &e.submission,
                                  &e.key,     &e.lab,  &e.outcome};
    line->kind = LINE_ENTRY;
    line->entry = copy(&e, sizeof e, texts, COUNT(texts));
    return 0;
}

static int read_refusal(const struct json *root, struct journal_line *line, struct error *err)
{
    struct journal_refusal r = {0};
    if (get_text(root, "refused", &r.submission, err) != 0 ||
        get_text_or(root, "student", NULL, &r.student, err) != 0 ||
        get_text_or(root, "name", NULL, &r.name, err) != 0 ||
        get_text(root, "why", &r.why, err) != 0)
        return -1;
    const char **const texts[] = {&r.submission, &r.student, &r.name, &r.why};
    line->kind = LINE_REFUSAL;
    line->refusal = copy(&r, sizeof r, texts, COUNT(texts));
    return 0;
}

/* Beyond 2^53, where JSON readers lose digits, it is a text of its digits. */
static int read_seed(const struct json *at, uint64_t *out, struct error *err)
{
    int64_t whole;
    if (json_type(at) != JSON_TEXT) {
        if (json_get_int(at, 1, JSON_MAX_INT, &whole, err) != 0)
            return -1;
        *out = (uint64_t)whole;
        return 0;
    }
    const char *text = "";
    char again[24];
    json_get_text(at, &text, NULL);
    *out = strtoull(text, NULL, 10);
    snprintf(again, sizeof again, "%llu", (unsigned long long)*out);
    if (*out == 0 || strcmp(again, text) != 0)
        return json_error(at, err, "the digits of a seed are needed, above 0 and below 2^64");
    return 0;
}

static int read_head(const struct json *root, struct journal_line *line, struct error *err)
{
    struct json at;
    int64_t version = 0;
    const char *socklings;
    json_get(root, "journal", &at);
    if (json_get_int(&at, 1, JSON_MAX_INT, &version, err) != 0)
        return -1;
    if (version > JOURNAL_VERSION)
        return json_error(&at, err,
                          "this journal is from a newer socklings (format %lld; this one reads %d):"
                          " update socklings, or grade into another folder",
                          (long long)version, JOURNAL_VERSION);
    if (get_text(root, "socklings", &socklings, err) != 0 ||
        json_need(root, "seed", &at, err) != 0 || read_seed(&at, &line->seed, err) != 0)
        return -1;
    line->kind = LINE_HEAD;
    line->version = mem_string(socklings);
    return 0;
}

static int read_line(const struct json *root, struct journal_line *line, struct error *err)
{
    struct json at;
    const char *what;
    if (json_expect(root, JSON_OBJECT, err) != 0)
        return -1;
    if (json_get(root, "journal", &at))
        return read_head(root, line, err);
    if (json_get(root, "refused", &at))
        return read_refusal(root, line, err);
    if (!json_get(root, "forget", &at))
        return read_entry(root, line, err);
    line->kind = LINE_FORGET;
    if (json_get_text(&at, &what, err) != 0)
        return -1;
    return strcmp(what, "refusals") == 0 ? 0 : json_error(&at, err, "\"refusals\" is needed");
}

/* json_scan counts lines of its own text: ":1:COLUMN: …". */
static int scan(const char *text, size_t len, const char *name, size_t number, struct error *err)
{
    struct error why;
    size_t column = 0;
    int rest = 0;
    if (json_scan(text, len, "", &why) == 0)
        return 0;
    sscanf(why.text, ":1:%zu: %n", &column, &rest);
    return error_set(err, "%s:%zu:%zu: %s", name, number, column, why.text + rest);
}

int journal_line_read(const char *text, size_t len, const char *name, size_t number,
                      struct journal_line *line, struct error *err)
{
    *line = (struct journal_line){0};
    if (scan(text, len, name, number, err) != 0)
        return -1;
    struct strbuf small = STRBUF_INIT;
    if (text[skip_space(text, 0)] == '{')
        shorten(text, len, &small);
    else
        strbuf_add(&small, text, len);
    char *place = mem_format("%s:%zu", name, number);
    struct json_doc *doc = json_parse(small.data, small.len, place, err);
    int rc = -1;
    if (doc != NULL) {
        struct json root = json_root(doc);
        rc = read_line(&root, line, err);
    }
    json_free(doc);
    free(place);
    strbuf_free(&small);
    return rc;
}

void journal_line_free(struct journal_line *line)
{
    free(line->entry);
    free(line->refusal);
    free(line->version);
    *line = (struct journal_line){0};
}
