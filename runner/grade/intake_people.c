/*
 * grade/intake_people - submission_metadata.yml of a Gradescope export:
 *
 *     submission_123456:
 *       :submitters:
 *       - :name: Anna Li
 *         :sid: '30123'
 *         :email: anna@example.org
 *       :created_at: 2026-05-15 10:20:30.123456000 Z
 *       :history: …
 *
 * Only these lines are looked for, each by its own shape: a whole YAML reader would bring more ways
 * to fail than facts. What stands deeper (the history) has more blanks before it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "grade/intake_name.h"

enum { PEOPLE_MOST = 20000, LINE_MOST = 1024 };

int64_t intake_time(const char *text)
{
    struct tm tm = {0};
    int took = 0, hours = 0, minutes = 0;
    if (sscanf(text, "%4d-%2d-%2d%*[T ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &took) != 6 ||
        took == 0)
        return 0;
    if (tm.tm_year < 1970 || tm.tm_year > 9999 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
        tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
        tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60)
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    const char *zone = text + took;
    if (*zone == '.')
        zone += 1 + strspn(zone + 1, "0123456789");
    zone += strspn(zone, " ");
    int64_t offset = 0;
    if ((*zone == '+' || *zone == '-') && isdigit((unsigned char)zone[1]) &&
        (sscanf(zone + 1, "%2d:%2d", &hours, &minutes) == 2 ||
         sscanf(zone + 1, "%2d%2d", &hours, &minutes) == 2))
        offset = (*zone == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return (int64_t)timegm(&tm) - offset;
}

/* The value behind "KEY:", without quotes; NULL when the line is another. */
static char *value_of(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0)
        return NULL;
    line += n + strspn(line + n, " ");
    size_t len = strlen(line);
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    if (len >= 2 && (line[0] == '\'' || line[0] == '"') && line[len - 1] == line[0]) {
        line++;
        len -= 2;
    }
    if (len == 0 || (len == 4 && strncmp(line, "null", 4) == 0) || (len == 1 && *line == '~'))
        return NULL;
    return intake_clean(line, len);
}

static void set_once(char **field, char *value)
{
    if (*field == NULL)
        *field = value;
    else
        free(value);
}

static struct intake_person *add_person(struct intake_people *people, const char *folder)
{
    if (people->count >= PEOPLE_MOST)
        return NULL;
    people->list = mem_resize(people->list, people->count + 1, sizeof *people->list);
    people->list[people->count] = (struct intake_person){mem_string(folder), NULL, NULL, 0};
    return &people->list[people->count++];
}

struct reader {
    struct intake_people *people;
    size_t first; /* of the folder that is read */
    char folder[LINE_MOST];
    bool open;    /* the last person has no further line yet */
    bool emailed; /* its id is only an e-mail address, which a sid replaces */
};

static void read_person_line(struct reader *r, const char *line)
{
    struct intake_person *p = &r->people->list[r->people->count - 1];
    char *value = value_of(line, ":name:");
    if (value != NULL)
        set_once(&p->name, value);
    else if ((value = value_of(line, ":sid:")) != NULL) {
        if (r->emailed) {
            free(p->id);
            p->id = NULL;
            r->emailed = false;
        }
        set_once(&p->id, value);
    } else if ((value = value_of(line, ":email:")) != NULL) {
        r->emailed = p->id == NULL;
        set_once(&p->id, value);
    }
}

static void read_line(struct reader *r, const char *line)
{
    size_t blanks = strspn(line, " ");
    size_t len = strlen(line);
    if (blanks == 0 && strncmp(line, "- :", 3) != 0) {
        size_t name = strcspn(line, ":");
        r->folder[0] = '\0';
        r->open = false;
        r->first = r->people->count;
        if (name > 0 && name < len && len < sizeof r->folder)
            snprintf(r->folder, sizeof r->folder, "%.*s", (int)name, line);
        return;
    }
    if (r->folder[0] == '\0')
        return;
    if (blanks <= 2 && strncmp(line + blanks, "- :", 3) == 0) {
        r->open = add_person(r->people, r->folder) != NULL;
        r->emailed = false;
        if (r->open)
            read_person_line(r, line + blanks + 2);
    } else if (blanks == 4 && r->open) {
        read_person_line(r, line + blanks);
    } else if (blanks == 2) {
        char *value = value_of(line + blanks, ":created_at:");
        r->open = false;
        for (size_t i = r->first; value != NULL && i < r->people->count; i++) {
            if (r->people->list[i].created_at == 0)
                r->people->list[i].created_at = intake_time(value);
        }
        free(value);
    }
}

void intake_people_read(struct intake_people *people, const char *text, size_t len)
{
    struct reader r = {.people = people};
    *people = (struct intake_people){NULL, 0};
    const char *end = text + len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((newline != NULL ? newline : end) - text);
        char line[LINE_MOST];
        size_t kept = n < sizeof line ? n : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = '\0';
        line[strcspn(line, "\r")] = '\0';
        if (line[strspn(line, " ")] != '\0')
            read_line(&r, line);
        text += n + 1;
    }
}

void intake_people_free(struct intake_people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        free(people->list[i].folder);
        free(people->list[i].id);
        free(people->list[i].name);
    }
    free(people->list);
    *people = (struct intake_people){NULL, 0};
}
