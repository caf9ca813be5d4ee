/* catalog/lesson_session: what a ```session fence says, line by line (README.md, lesson.h). */
#include <string.h>

#include "base/mem.h"
#include "catalog/lesson_parts.h"
#include "catalog/store.h"

#define GAP "\xe2\x80\xa6" /* … */
#define MAX_LINES 2000

struct reader {
    struct lesson *lesson;
    struct lesson_session *session;
    const char *terminal; /* whose output comes now; NULL before the first command */
};

static void add(struct reader *r, enum session_kind kind, const char *text, size_t len,
                unsigned line)
{
    r->session->lines[r->session->nlines++] = (struct session_line){
        .kind = kind,
        .terminal = r->terminal,
        .text = store_copy(r->lesson->store, text, len),
        .line = line,
    };
}

/* How long the name is that the line begins with; 0: none, which is the name of one terminal too.
 */
static size_t name_length(const char *line)
{
    if (strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == 0)
        return 0;
    return strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
}

/* The terminal of that name, if a command has opened it. */
static const char *find_terminal(const struct reader *r, const char *name, size_t len)
{
    for (unsigned i = 0; i < r->session->nlines; i++) {
        const char *terminal = r->session->lines[i].terminal;
        if (strlen(terminal) == len && memcmp(terminal, name, len) == 0)
            return terminal;
    }
    return NULL;
}

/* Behind "NAME>": what is typed. */
static int read_typed(struct reader *r, const char *text, size_t len, unsigned line,
                      struct error *err)
{
    if (len > 0) { /* the blank behind '>' */
        text++;
        len--;
    }
    if (len == 2 && text[0] == '^' && (text[1] == 'C' || text[1] == 'D')) {
        add(r, SESSION_KEY, text, len, line);
        return 0;
    }
    if (len == 2 && text[0] == '^' && text[1] >= 'A' && text[1] <= 'Z')
        return lesson_error(r->lesson, line, err, "the keys are ^C and ^D, not ^%c", text[1]);
    add(r, SESSION_TYPE, text, len, line);
    return 0;
}

static int read_command(struct reader *r, const char *text, size_t name, size_t len, unsigned line,
                        struct error *err)
{
    size_t skip = name + 1;
    while (skip < len && text[skip] == ' ')
        skip++;
    if (skip == len)
        return lesson_error(r->lesson, line, err, "no command behind \"%.*s$\"", (int)name, text);
    const char *terminal = find_terminal(r, text, name);
    r->terminal = terminal != NULL ? terminal : store_copy(r->lesson->store, text, name);
    add(r, SESSION_COMMAND, text + skip, len - skip, line);
    return 0;
}

static int read_line(struct reader *r, const char *text, size_t len, unsigned line,
                     struct error *err)
{
    size_t name = name_length(text);
    if (name < len && text[name] == '$' && (name + 1 == len || text[name + 1] == ' '))
        return read_command(r, text, name, len, line, err);
    if (r->terminal == NULL)
        return lesson_error(r->lesson, line, err,
                            "a session begins with a command: \"$ COMMAND\" or \"NAME$ COMMAND\"");
    const char *terminal = find_terminal(r, text, name);
    if (terminal != NULL && name > 0 && len == name + 1 && text[name] == ':') {
        r->terminal = terminal;
        return 0;
    }
    if (terminal != NULL && name < len && text[name] == '>' &&
        (name + 1 == len || text[name + 1] == ' ')) {
        r->terminal = terminal;
        return read_typed(r, text + name + 1, len - name - 1, line, err);
    }
    if (len == strlen(GAP) && memcmp(text, GAP, len) == 0)
        add(r, SESSION_GAP, "", 0, line);
    else
        add(r, SESSION_OUTPUT, text, len, line);
    return 0;
}

int session_read(struct lesson *lesson, const char *text, unsigned line,
                 struct lesson_session *session, struct error *err)
{
    unsigned count = 0;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == '\n';
    if (count == 0)
        return lesson_error(lesson, line, err, "this session is empty");
    if (count > MAX_LINES)
        return lesson_error(lesson, line, err, "a session of more than %d lines", MAX_LINES);
    session->line = line;
    session->lines = store_alloc(lesson->store, count * sizeof *session->lines);
    struct reader r = {.lesson = lesson, .session = session};
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
        if (read_line(&r, text, (size_t)(end - text), ++line, err) != 0)
            return -1;
    return 0;
}

bool session_matches(const char *pattern, const char *line)
{
    const char *gap = strstr(pattern, GAP);
    if (gap == NULL)
        return strcmp(pattern, line) == 0;
    size_t head = (size_t)(gap - pattern);
    if (strncmp(pattern, line, head) != 0)
        return false;
    line += head;
    for (pattern = gap + strlen(GAP); (gap = strstr(pattern, GAP)) != NULL;
         pattern = gap + strlen(GAP)) {
        /* The first place where the piece stands is as good as any later one. */
        size_t piece = (size_t)(gap - pattern);
        line = memmem(line, strlen(line), pattern, piece);
        if (line == NULL)
            return false;
        line += piece;
    }
    size_t tail = strlen(pattern), left = strlen(line);
    return left >= tail && strcmp(line + left - tail, pattern) == 0;
}
