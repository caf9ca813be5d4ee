/*
 * rules/diagnosis - a mistake that a rule has recognised in a recording: plain data.
 */
#ifndef SOCKLINGS_RULES_DIAGNOSIS_H
#define SOCKLINGS_RULES_DIAGNOSIS_H

#include <stdint.h>

enum certainty { CERTAINTY_HINT, CERTAINTY_FACT };

/* A mistake that was recognised. Strings are owned by the diagnosis. */
struct diagnosis {
    const char *id;           /* "eof-ignored": a name of the rule table; static */
    enum certainty certainty; /* fact: two layers agree, or one is conclusive */
    char *message;            /* what the program did and what the kernel did with it */
    char *question;           /* one question that leads to the answer */
    char *file;               /* NULL if unknown */
    int line;
    char *lesson;     /* "05_udp_echo#byte-order" */
    uint64_t *events; /* the events that show it, by n */
    unsigned nevents;
};

void diagnosis_free(struct diagnosis *d); /* frees d itself too; NULL is fine */

#endif
