/*
 * report/verdict_json - a verdict as one JSON document, stable and versioned: what `--json` prints
 * and the journal of a class keeps. runner/report/README.md lists the fields.
 */
#ifndef SOCKLINGS_REPORT_VERDICT_JSON_H
#define SOCKLINGS_REPORT_VERDICT_JSON_H

#include "judge/verdict.h"

/* Of the document. Adding a field does not change it; anything else does. */
#define VERDICT_VERSION 1

/* Adds the document as one line, newline included. Always valid JSON in valid UTF-8. */
void verdict_json(const struct verdict *v, struct strbuf *out);

#endif
