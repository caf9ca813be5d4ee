/*
 * judge/wire - assertions over packets and socket states ("packets", "states", "state" of a
 * script's "then"). Private to judge/.
 */
#ifndef SOCKLINGS_JUDGE_WIRE_H
#define SOCKLINGS_JUDGE_WIRE_H

#include "judge/assert.h"

bool wire_holds_packets(const struct facts *f, const struct assertion *a,
                        struct assert_failure *failure);
bool wire_holds_states(const struct facts *f, const struct assertion *a,
                       struct assert_failure *failure);
bool wire_holds_state(const struct facts *f, const struct assertion *a,
                      struct assert_failure *failure);

/* True when the text names the end of a socket that `address` is: "7000" any address with that
 * port, "127.0.0.1:7000" this one. `end` has its ${…} still. */
bool wire_is_end(const struct facts *f, const char *end, const char *address);

/* Fills the failure for what could not be recorded on this machine; returns false. */
bool wire_unknown(const struct facts *f, const char *what, struct assert_failure *failure);

/* How many lines of a list are shown before the difference, and behind it. */
enum { WIRE_BEFORE = 8, WIRE_BEHIND = 3 };

#endif
