/* judge/explain_action - sentences about one action of a script. Private to judge/. */
#ifndef SOCKLINGS_JUDGE_EXPLAIN_ACTION_H
#define SOCKLINGS_JUDGE_EXPLAIN_ACTION_H

#include "base/strbuf.h"
#include "rules/facts.h"

/* What the action wants, while it is not there: "ann waits for 5 bytes; ann sent to
 * 127.0.0.1(7788)". */
void explain_wanted(const struct facts *f, const struct action *action, struct strbuf *out);

/* How it failed: "ann expected 5 bytes, and the connection was closed after 3". */
void explain_action(const struct facts *f, const struct action *action,
                    const struct script_event *script, struct strbuf *out);

/* The failed action waited for an empty datagram, and none came: there is nothing to compare. */
bool explain_missing_datagram(const struct facts *f);

#endif
