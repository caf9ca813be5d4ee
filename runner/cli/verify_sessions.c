/*
 * cli/verify: what a lesson shows as a session is what the programs print today.
 *
 * The seam: whoever can run a lesson_session in a scene replaces tell_skipped() by a call that
 * does, and adds a row per session with what differs. Until then the row says plainly that they
 * were not run.
 */
#include "catalog/lesson.h"
#include "cli/verify.h"

static void tell_skipped(struct verify *v, const struct lesson *lesson)
{
    if (lesson->nsessions)
        verify_add(v, VERIFY_SKIPPED, "sessions", "%s shows %u; they are not run yet", lesson->path,
                   lesson->nsessions);
}

void verify_sessions(struct verify *v)
{
    /* A lesson that cannot be loaded is a fault of the description, which has been told. */
    struct lesson *lesson = lesson_load(v->cli->paths.lessons, "en", v->lab->id, NULL);
    if (!lesson)
        return;
    tell_skipped(v, lesson);
    lesson_free(lesson);
}
