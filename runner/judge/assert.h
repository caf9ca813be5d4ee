/*
 * judge/assert - the assertions of a script ("then") over a recording.
 */
#ifndef SOCKLINGS_JUDGE_ASSERT_H
#define SOCKLINGS_JUDGE_ASSERT_H

#include "base/strbuf.h"
#include "judge/verdict.h"
#include "rules/facts.h"

/* Why an assertion does not hold. Strings are owned. */
struct assert_failure {
    enum stage stage;
    struct strbuf message;       /* one sentence */
    char *details;               /* a sanitizer's report, escaped; what came on the wire; or NULL */
    struct diagnosis *diagnosis; /* ASSERT_NO_MISTAKE: the one that was found */
    uint64_t events[4];          /* that show it */
    unsigned nevents;
    bool unknown; /* what it speaks of could not be recorded here: no failure of the program */
};
#define ASSERT_FAILURE_INIT    \
    {                          \
        .message = STRBUF_INIT \
    }

/* True: it holds, *failure is untouched. */
bool assert_holds(const struct facts *f, const struct assertion *a, struct assert_failure *failure);
void assert_failure_free(struct assert_failure *failure);

/* Whether a call is one that the pattern speaks of. Without a program in the pattern only the
 * learner's programs count. */
bool assert_matches(const struct facts *f, const struct call_pattern *pattern,
                    const struct model_call *c);

#endif
