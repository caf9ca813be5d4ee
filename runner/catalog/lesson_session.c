/* catalog/lesson_session: what a ```session fence says, line by line (README.md, lesson.h). */
#include <string.h>

#include "base/mem.h"
#include "catalog/lesson_parts.h"
#include "catalog/network.h"
#include "catalog/store.h"
#include "catalog/wire_rule.h"

#define GAP "\xe2\x80\xa6" /* … */
#define MAX_LINES 2000
#define WIRE "wire"
#define SESSION "session"
#define HOSTS "hosts="

struct reader {
    struct lesson *lesson;
    struct lesson_session *session;
    const char *terminal; /* whose output comes now; NULL before the first command */
};

/* --- hosts and the wire --- */

bool session_is(const char *info)
{
    size_t len = strlen(SESSION);
    return strncmp(info, SESSION, len) == 0 && (info[len] == '\0' || info[len] == ' ');
}

/* What stands behind "session": nothing, or "hosts=…". */
static int read_hosts(struct lesson *lesson, const char *info, unsigned line,
                      struct lesson_session *session, struct error *err)
{
    struct error why;
    const char *rest = info + strlen(SESSION);
    rest += strspn(rest, " ");
    if (*rest == '\0')
        return 0;
    if (strncmp(rest, HOSTS, strlen(HOSTS)) != 0)
        return lesson_error(lesson, line, err,
                            "behind \"session\" stands nothing, or its hosts: hosts=alice,bob");
    struct network *net = store_alloc(lesson->store, sizeof *net);
    if (network_parse(net, rest + strlen(HOSTS), &why) != 0)
        return lesson_error(lesson, line, err, "hosts: %s", why.text);
    session->network = net;
    return 0;
}

static int check_wire(const struct lesson *lesson, const struct session_line *line,
                      const struct network *net, struct error *err)
{
    struct wire_rule rule;
    struct error why;
    static const char release[] = "release ";
    if (strcmp(line->text, "clear") == 0 || strncmp(line->text, release, strlen(release)) == 0)
        return 0;
    if (wire_rule_parse(&rule, line->text, net, &why) != 0)
        return lesson_error(lesson, line->line, err, "%s", why.text);
    wire_rule_free(&rule);
    return 0;
}

int session_check_wire(const struct lesson *lesson, const struct lesson_session *session,
                       const struct network *net, struct error *err)
{
    for (unsigned i = 0; i < session->nlines; i++) {
        const struct session_line *line = &session->lines[i];
        if (line->kind != SESSION_WIRE)
            continue;
        if (net == NULL)
            return lesson_error(lesson, line->line, err,
                                "neither the session nor the lab has hosts, so there is no wire: "
                                "```session hosts=alice,bob");
        if (check_wire(lesson, line, net, err) != 0)
            return -1;
    }
    return 0;
}

const struct network *session_network(const struct lesson_session *session, const struct lab *lab)
{
    return session->network != NULL ? session->network : lab->network;
}

unsigned session_host(const struct network *net, const char *terminal)
{
    unsigned found = 0;
    size_t longest = 0;
    for (unsigned i = 0; i < net->nhosts; i++) {
        size_t len = strlen(net->hosts[i].name);
        if (len > longest && strncmp(terminal, net->hosts[i].name, len) == 0 &&
            (terminal[len] == '\0' || terminal[len] == '-')) {
            found = i;
            longest = len;
        }
    }
    return found;
}

/* --- lines --- */

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
        if (r->session->lines[i].kind == SESSION_WIRE)
            continue;
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

/* Behind "wire$". Output that follows is still that of the terminal before. */
static int read_wire(struct reader *r, const char *text, size_t len, unsigned line,
                     struct error *err)
{
    const char *terminal = r->terminal;
    if (read_command(r, text, strlen(WIRE), len, line, err) != 0)
        return -1;
    struct session_line *added = &r->session->lines[r->session->nlines - 1];
    added->kind = SESSION_WIRE;
    added->terminal = WIRE;
    r->terminal = terminal;
    return r->session->network == NULL ? 0 : check_wire(r->lesson, added, r->session->network, err);
}

static int read_line(struct reader *r, const char *text, size_t len, unsigned line,
                     struct error *err)
{
    size_t name = name_length(text);
    bool prompt = name < len && text[name] == '$' && (name + 1 == len || text[name + 1] == ' ');
    if (prompt && name == strlen(WIRE) && memcmp(text, WIRE, name) == 0)
        return read_wire(r, text, len, line, err);
    if (prompt)
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

int session_read(struct lesson *lesson, const char *info, const char *text, unsigned line,
                 struct lesson_session *session, struct error *err)
{
    unsigned count = 0;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == '\n';
    if (count == 0)
        return lesson_error(lesson, line, err, "this session is empty");
    if (count > MAX_LINES)
        return lesson_error(lesson, line, err, "a session of more than %d lines", MAX_LINES);
    if (read_hosts(lesson, info, line, session, err) != 0)
        return -1;
    session->line = line;
    session->lines = store_alloc(lesson->store, count * sizeof *session->lines);
    struct reader r = {.lesson = lesson, .session = session};
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
        if (read_line(&r, text, (size_t)(end - text), ++line, err) != 0)
            return -1;
    if (r.terminal == NULL)
        return lesson_error(lesson, session->line, err, "this session holds no command");
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
