/*
 * workspace/progress - progress.json as a document: checked, read, changed, printed.
 *
 *     {"version": 1, "current": "05_udp_echo",
 *      "labs": {"05_udp_echo": {
 *          "started": true, "passed": false, "gave_up": false, "checks": 3,
 *          "first_at": 1760000000, "last_at": 1760000300, "passed_at": 0, "seconds": 300,
 *          "quiz_right": 3, "quiz_asked": 4,
 *          "steps": {"socket": {"passed": true, "hints": 1}}}}}
 *
 * Changes are made in the tree that was read, so whatever else stands in it is kept.
 */
#ifndef SOCKLINGS_WORKSPACE_PROGRESS_H
#define SOCKLINGS_WORKSPACE_PROGRESS_H

#include <stddef.h>

#include "base/error.h"
#include "workspace/workspace.h"

struct cJSON;

enum progress_state {
    PROGRESS_GOOD,
    PROGRESS_DAMAGED, /* no JSON, or not the shape above: *why says where */
    PROGRESS_NEWER,   /* of a later version: may be read as far as it goes, never written */
};

/* The tree is set unless DAMAGED; the caller frees it with cJSON_Delete. `name` is for *why. */
enum progress_state progress_parse(const char *text, size_t len, const char *name,
                                   struct cJSON **tree, struct error *why);
struct cJSON *progress_new(void);
char *progress_print(const struct cJSON *tree); /* the caller frees */

/* Fills *out; its steps are allocated, the caller frees them. */
void progress_read(const struct cJSON *tree, const struct lab *lab, struct progress *out);
const char *progress_current(const struct cJSON *tree); /* belongs to the tree; may be NULL */

/* Changes. `now` is in seconds since 1970. */
void progress_started(struct cJSON *tree, const struct lab *lab, int64_t now);
void progress_checked(struct cJSON *tree, const struct lab *lab, const bool *step_passed,
                      int64_t now);
void progress_hinted(struct cJSON *tree, const struct lab *lab, const char *step, unsigned levels);
void progress_quizzed(struct cJSON *tree, const struct lab *lab, unsigned right, unsigned asked);
void progress_gave_up(struct cJSON *tree, const struct lab *lab);
void progress_set_current(struct cJSON *tree, const struct lab *lab);

#endif
