/*
 * report/verdict_json - a verdict as one JSON document, stable and versioned: what `--json` prints
 * and the journal of a class keeps. runner/report/README.md lists the fields.
 */
#ifndef SOCKLINGS_REPORT_VERDICT_JSON_H
#define SOCKLINGS_REPORT_VERDICT_JSON_H

#include "base/error.h"
#include "base/json.h"
#include "judge/verdict.h"

/* Of the document. Adding a field does not change it; anything else does. */
#define VERDICT_VERSION 1

enum { VERDICT_POINTS_MOST = 1000000 }; /* that are read: who calculates with them knows a bound */

/* Adds the document as one line, newline included. Always valid JSON in valid UTF-8. */
void verdict_json(const struct verdict *v, struct strbuf *out);

/* Reads such a document. -1 and *err, with file and JSON path, when it is none that this version
 * can read. Freed with verdict_free, also after a failure. The lab, the ids and titles of steps and
 * the ids of diagnoses are the document's, and go with it. */
int verdict_read(const struct json *doc, struct verdict *v, struct error *err);

#endif
