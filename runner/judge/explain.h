/*
 * judge/explain - what went wrong in a recording, as one sentence, and what went right before it.
 * Private to judge/.
 */
#ifndef SOCKLINGS_JUDGE_EXPLAIN_H
#define SOCKLINGS_JUDGE_EXPLAIN_H

#include "base/strbuf.h"
#include "judge/verdict.h"
#include "rules/facts.h"

/* A program of the learner's that ended by a signal which neither the script nor the end of the
 * scene sent. */
struct crash {
    const char *program;
    const char *signal;        /* "SIGSEGV" */
    const struct event *event; /* the signal where it is recorded (with its place), else the exit */
};

/* False: there was none. */
bool explain_find_crash(const struct facts *f, struct crash *crash);
/* "SIGSEGV: server crashed at udp_echo.c:41, it used memory that is not its own" */
void explain_crash(const struct facts *f, const struct crash *crash, struct strbuf *out);

/* The failed action of the script: what was expected and what came instead. For a stall, who waits
 * where for what. */
void explain_failure(const struct facts *f, struct strbuf *out);

/* A scene that came to a limit: which one, and what the program was doing. */
void explain_limit(const struct facts *f, struct strbuf *out);

/* Who waits in which call, one after the other, "; " between them; nothing when nobody does. True:
 * something was added. */
bool explain_waits(const struct facts *f, struct strbuf *out);

/* At what point of the exchange event n stands, for a failure of that action (NULL: none). */
enum stage explain_stage(const struct facts *f, const struct action *action, uint64_t n);

/* A question for a failure that no rule explains. Static. */
const char *explain_question(enum outcome outcome, enum stage stage, const struct facts *f);

#endif
