/* rules/sanitizer: see sanitizer.h. */
#include "rules/sanitizer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"

/* What one program printed, and where each piece of it came from. */
struct printed {
    struct strbuf text;
    struct piece {
        size_t end; /* of the piece in text */
        uint64_t n;
    } * pieces;
    size_t npieces;
};

static void collect(struct printed *p, const struct timeline *tl, const char *program)
{
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        if (ev->kind != EVENT_OUTPUT || ev->program == NULL || strcmp(ev->program, program) != 0 ||
            strcmp(ev->output.stream, "stdout") == 0)
            continue;
        for (size_t k = 0; k < ev->output.bytes.len; k++) {
            char c = ev->output.bytes.data[k];
            if (c != '\r' && c != '\0') /* a terminal turns \n into \r\n */
                strbuf_putc(&p->text, c);
        }
        p->pieces = mem_resize(p->pieces, p->npieces + 1, sizeof *p->pieces);
        p->pieces[p->npieces++] = (struct piece){p->text.len, ev->n};
    }
}

static uint64_t event_of(const struct printed *p, size_t at)
{
    for (size_t i = 0; i < p->npieces; i++)
        if (at < p->pieces[i].end)
            return p->pieces[i].n;
    return 0;
}

static char *copy(const char *from, size_t len)
{
    char *text = mem_alloc(len + 1);
    memcpy(text, from, len);
    return text;
}

static const char *line_begin(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

/* "…/udp_echo.c:41:9" up to `end`: the base name and the line, when it is a C source. */
static bool read_place(struct sanitizer_report *r, const char *line, const char *end)
{
    const char *dot = NULL;
    for (const char *at = line; at + 3 < end; at++)
        if (at[0] == '.' && at[1] == 'c' && at[2] == ':' && isdigit((unsigned char)at[3]))
            dot = at;
    if (dot == NULL)
        return false;
    const char *name = dot;
    while (name > line && (isalnum((unsigned char)name[-1]) || strchr("_-.", name[-1]) != NULL))
        name--;
    r->file = copy(name, (size_t)(dot + 2 - name));
    r->line = atoi(dot + 3);
    return true;
}

/* The first frame of the report that is a C source: the sanitizer's own are C++. */
static void read_frames(struct sanitizer_report *r)
{
    for (const char *at = r->text; (at = strstr(at, "\n    #")) != NULL; at++) {
        const char *end = strchr(at + 1, '\n');
        if (end == NULL)
            end = at + strlen(at);
        char *frame = copy(at + 1, (size_t)(end - at - 1));
        bool found = read_place(r, frame, frame + strlen(frame));
        if (r->file == NULL && (strstr(frame, "strlen") != NULL || strstr(frame, "printf") != NULL))
            r->in_strlen = true;
        free(frame);
        if (found)
            return;
    }
}

static void read_address_report(struct sanitizer_report *r, const char *at)
{
    const char *kind = strstr(at, "AddressSanitizer: ") + strlen("AddressSanitizer: ");
    r->summary = copy(kind, strcspn(kind, " \n"));
    const char *access = strstr(r->text, "WRITE of size ");
    r->write = access != NULL;
    if (access == NULL)
        access = strstr(r->text, "READ of size ");
    if (access != NULL)
        r->size = (unsigned)strtoul(strstr(access, "size ") + 5, NULL, 10);
    read_frames(r);
}

static void read_undefined_report(struct sanitizer_report *r, const char *at)
{
    static const char mark[] = "runtime error: ";
    const char *words = strstr(at, mark) + sizeof mark - 1;
    r->undefined = true;
    r->summary = copy(words, strcspn(words, "\n"));
    read_place(r, at, words);
}

/* The line where a report begins, or NULL. UBSan's: "udp_echo.c:41:9: runtime error: …". */
static const char *find_report(const char *text, bool *undefined)
{
    const char *address = strstr(text, "ERROR: AddressSanitizer: ");
    const char *other = strstr(text, ": runtime error: ");
    while (other != NULL && (other == text || !isdigit((unsigned char)other[-1])))
        other = strstr(other + 1, ": runtime error: ");
    *undefined = other != NULL && (address == NULL || other < address);
    const char *at = *undefined ? other : address;
    return at == NULL ? NULL : line_begin(text, at);
}

static bool read_program(struct sanitizer_report *r, const struct facts *f, const char *program)
{
    struct printed p = {.text = STRBUF_INIT};
    collect(&p, f->timeline, program);
    bool undefined;
    const char *at = find_report(p.text.data, &undefined);
    if (at != NULL) {
        r->text = mem_string(at);
        r->program = program;
        r->n = event_of(&p, (size_t)(at - p.text.data));
        if (undefined)
            read_undefined_report(r, r->text);
        else
            read_address_report(r, r->text);
    }
    strbuf_free(&p.text);
    free(p.pieces);
    return at != NULL;
}

void sanitizer_read(struct sanitizer_report *report, const struct facts *f)
{
    const struct scene_event *scene = timeline_scene(f->timeline);
    if (scene == NULL || scene->variant == NULL || strcmp(scene->variant, "sanitized") != 0)
        return;
    const char *last = NULL;
    for (size_t i = 0; i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        if (ev->kind != EVENT_OUTPUT || ev->program == NULL || ev->program == last)
            continue;
        last = ev->program;
        if (facts_learner(f, last) && read_program(report, f, last))
            return;
    }
}

void sanitizer_sentence(const struct sanitizer_report *report, struct strbuf *out)
{
    strbuf_puts(out, report->undefined ? "UndefinedBehaviorSanitizer: " : "AddressSanitizer: ");
    bytes_escape(out, report->summary, strlen(report->summary));
    if (!report->undefined && report->size > 0) {
        strbuf_puts(out, report->write ? ", a write of " : ", a read of ");
        text_count(out, report->size, "byte", "bytes");
    }
    if (report->file != NULL)
        strbuf_printf(out, " at %s:%d", report->file, report->line);
}

void sanitizer_free(struct sanitizer_report *report)
{
    free(report->text);
    free(report->summary);
    free(report->file);
    *report = (struct sanitizer_report){0};
}
