/*
 * cli/verify: what a lesson shows as a session is what the programs print today.
 */
#include "base/strbuf.h"
#include "catalog/lesson.h"
#include "check/sessions.h"
#include "cli/signals.h"
#include "cli/verify.h"

/* One row for all that came out as shown; one for each that did not. */
void verify_sessions(struct verify *v)
{
    /* A lesson that cannot be loaded is a fault of the description, which has been told. */
    struct lesson *lesson = lesson_load(v->cli->paths.lessons, "en", v->lab->id, NULL);
    struct check_request request = verify_request(v, v->lab->dir);
    unsigned same = 0;
    for (unsigned i = 0; lesson != NULL && i < lesson->nsessions && !signals.interrupted; i++) {
        const struct lesson_session *session = &lesson->sessions[i];
        struct strbuf difference = STRBUF_INIT;
        struct error err = {""};
        switch (check_session(v->cli->loop, &request, session, &difference, &err)) {
        case SESSION_SAME:
            same++;
            break;
        case SESSION_DIFFERS:
            verify_add(v, VERIFY_FAILED, "session", "%s:%u: %s", lesson->path, session->line,
                       difference.data);
            break;
        case SESSION_INTERNAL:
            verify_add(v, VERIFY_INTERNAL, "session", "%s:%u: %s", lesson->path, session->line,
                       err.text);
            i = lesson->nsessions;
            break;
        }
        strbuf_free(&difference);
    }
    if (same > 0)
        verify_add(v, VERIFY_OK, "sessions", "%u of the lesson come out as shown", same);
    lesson_free(lesson);
}
