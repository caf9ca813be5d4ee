/*
 * catalog/lesson - a lab's lesson: Markdown (CommonMark) in lessons/LANG/ID.md.
 *
 * What the rest needs of it: its headings as anchors, code that is cut from the solution's source,
 * and the sessions that `verify` runs. runner/catalog/README.md says how an author writes them.
 */
#ifndef SOCKLINGS_CATALOG_LESSON_H
#define SOCKLINGS_CATALOG_LESSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "catalog/lab.h"

struct lesson_heading {
    const char *title;  /* its text without marks: "What recv() returns" */
    const char *anchor; /* "what-recv-returns"; a second one of the same name gets "-2"
                         */
    unsigned level;     /* 1 to 6 */
    unsigned line;      /* in the lesson, from 1 */
};

/* ```c excerpt=udp_echo.c#loop */
struct lesson_excerpt {
    const char *file; /* "udp_echo.c", in the lab's solution */
    const char *name; /* "loop" */
    const char
        *text; /* what the fence holds in the lesson: usually nothing, since the source fills it */
    unsigned line;     /* of the fence */
    unsigned end_line; /* of the closing fence */
};

enum session_kind {
    SESSION_COMMAND, /* NAME$ COMMAND: run in a terminal of that name */
    SESSION_TYPE,    /* NAME> TEXT: typed, followed by Enter */
    SESSION_KEY,     /* NAME> ^C, NAME> ^D: text is "^C" or "^D" */
    SESSION_OUTPUT,  /* a line that terminal prints; `…` inside stands for any text */
    SESSION_GAP,     /* a line `…`: any lines, or none */
    SESSION_WIRE,    /* wire$ RULE: text is a rule (catalog/wire_rule.h), "clear", "release all" or
                        "release BEGINNING" of a hold rule */
};

struct session_line {
    enum session_kind kind;
    const char *terminal; /* "" for the one without a name; "wire" for a rule */
    const char *text;     /* command, typed text or line; "" for a gap */
    unsigned line;        /* in the lesson, from 1 */
};

/* A ```session fence. Its first line that is no rule of the wire is a command. */
struct lesson_session {
    struct session_line *lines;
    unsigned nlines;
    const struct network
        *network;  /* ```session hosts=alice,bob; NULL: the lab's, if it has hosts */
    unsigned line; /* of the fence */
};

struct lesson {
    const char *path; /* "lessons/en/05_udp_echo.md" */
    const char *lang; /* the language it was found in */
    const char *text; /* as in the file: valid UTF-8, no NUL */
    size_t len;
    struct lesson_heading *headings;
    unsigned nheadings;
    struct lesson_excerpt *excerpts;
    unsigned nexcerpts;
    struct lesson_session *sessions;
    unsigned nsessions;
    struct lab_store *store; /* owns all of the above; private */
};

#define LESSON_MAX_BYTES ((size_t)1024 * 1024)

/* Loads LESSONS_DIR/LANG/ID.md, or, where there is none in that language, the English one (then
 * lang says "en"). NULL and *err when there is neither, or what is there is too long, not UTF-8, or
 * has a broken session or excerpt fence: "lessons/en/05_udp_echo.md:41: …". */
struct lesson *lesson_load(const char *lessons_dir, const char *lang, const char *id,
                           struct error *err);
/* The same from memory; `path` is for errors. */
struct lesson *lesson_parse(const char *text, size_t len, const char *path, struct error *err);
/* A lesson that holds nothing but one session of these lines, with a gap behind them. `hosts` is
 * what stands behind "hosts=", or NULL. */
struct lesson *lesson_of_session(const char *const *lines, unsigned nlines, const char *hosts,
                                 const char *path, struct error *err);
void lesson_free(struct lesson *lesson);

/* The heading of that anchor, or NULL. */
const struct lesson_heading *lesson_anchor(const struct lesson *lesson, const char *anchor);

/* Adds the anchor of a heading's text: ASCII letters in lower case, words (letters, digits and '_',
 * of any script) joined by one '-' where blanks or '-' stand between them, punctuation dropped:
 * "What recv() == 0 says" gives "what-recv-0-says". Nothing is added for a title without a word. */
void lesson_slug(struct strbuf *out, const char *title);

/* What stands between the lines that hold the marks [name] and [/name] (each in a comment of its
 * own) of a source text, marks of other excerpts left out, common indentation removed. NULL and
 * *err when a mark is missing, doubled or out of order. The caller frees. */
char *lesson_cut(const char *source, size_t len, const char *name, struct error *err);

/* The lesson as it is read: every excerpt fence holds what its mark encloses in the lab's solution.
 * -1 and *err when a source or mark is missing. */
int lesson_markdown(const struct lesson *lesson, const struct lab *lab, struct strbuf *out,
                    struct error *err);

/* Part of the lesson: the section of that anchor, its heading included, up to the next heading of
 * the same or a higher level. `text` is the lesson's text or what lesson_markdown gave. -1 when
 * there is no such anchor. */
int lesson_section(const char *text, size_t len, const char *anchor, struct strbuf *out,
                   struct error *err);

/* For lint: every step's anchor exists, every excerpt's source and mark exist, an excerpt fence
 * that holds text in the lesson holds the same as the source, and rules of the wire make sense. -1
 * and *err with a line for each fault. */
int lesson_check(const struct lesson *lesson, const struct lab *lab, struct error *err);

/* The hosts that a session is played on: its own, else the lab's. NULL: there is one machine. */
const struct network *session_network(const struct lesson_session *session, const struct lab *lab);
/* The host of a terminal, by index: that of its name, or of what stands before a '-' in it
 * ("alice", "alice-2"; the longest such name); the first host for all others. */
unsigned session_host(const struct network *net, const char *terminal);

/* One line of a terminal against a SESSION_OUTPUT line: `…` inside matches any text. */
bool session_matches(const char *pattern, const char *line);

#endif
