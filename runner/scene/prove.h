/*
 * scene/prove - does each limit of a scene bite on this machine? Found out by reaching it: small
 * shell programs attack, in scenes like a lab's, with limits that are soon reached.
 */
#ifndef SOCKLINGS_SCENE_PROVE_H
#define SOCKLINGS_SCENE_PROVE_H

#include <stdbool.h>

#include "base/error.h"
#include "scene/tier.h"

struct limit_proof {
    const char *name; /* "processes"; static */
    bool holds;
    char what[160]; /* what happened instead; "" when it holds */
};

enum { LIMIT_PROOFS = 12 };

/* Tries all on that tier; well under a second. -1 and *err: the scenes themselves could not be run.
 */
int scene_prove_limits(enum scene_tier tier, struct limit_proof proofs[LIMIT_PROOFS],
                       struct error *err);

#endif
