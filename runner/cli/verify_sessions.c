/*
 * cli/verify: what a lesson shows as a session is what the programs print today.
 */
#include "base/strbuf.h"
#include "catalog/lesson.h"
#include "check/sessions.h"
#include "cli/signals.h"
#include "cli/verify.h"

/* Plays one. 1: as shown; 0: not, which is told; -1: it could not be played, which is told. */
static int play(struct verify *v, const struct lesson_session *session, const char *where,
                unsigned line)
{
    struct check_request request = verify_request(v, v->lab->dir);
    struct strbuf difference = STRBUF_INIT;
    struct error err = {""};
    int result = 1;
    switch (check_session(v->cli->loop, &request, session, &difference, &err)) {
    case SESSION_SAME:
        break;
    case SESSION_DIFFERS:
        verify_add(v, VERIFY_FAILED, "session", "%s:%u: %s", where, line, difference.data);
        result = 0;
        break;
    case SESSION_INTERNAL:
        verify_add(v, VERIFY_INTERNAL, "session", "%s:%u: %s", where, line, err.text);
        result = -1;
        break;
    }
    strbuf_free(&difference);
    return result;
}

/* The lines that the quiz asks to predict. */
static int play_question(struct verify *v, unsigned index)
{
    const struct lab_question *q = &v->lab->quiz[index];
    struct lesson *lesson =
        lesson_of_session(q->session, q->nsession, q->hosts, v->lab->file, NULL);
    int result = lesson != NULL ? play(v, &lesson->sessions[0], "question", index + 1) : 0;
    lesson_free(lesson);
    return result;
}

/* One row for all that came out as shown; one for each that did not. */
void verify_sessions(struct verify *v)
{
    /* A lesson that cannot be loaded is a fault of the description, which has been told. */
    struct lesson *lesson = lesson_load(v->cli->paths.lessons, "en", v->lab->id, NULL);
    unsigned same = 0, predicted = 0;
    int result = 0;
    for (unsigned i = 0; lesson != NULL && i < lesson->nsessions && !signals.interrupted; i++) {
        result = play(v, &lesson->sessions[i], lesson->path, lesson->sessions[i].line);
        if (result < 0)
            break;
        same += (unsigned)result;
    }
    for (unsigned i = 0; result >= 0 && i < v->lab->nquiz && !signals.interrupted; i++) {
        if (v->lab->quiz[i].nsession == 0)
            continue;
        result = play_question(v, i);
        predicted += result > 0 ? 1 : 0;
    }
    if (same > 0)
        verify_add(v, VERIFY_OK, "sessions", "%u of the lesson come out as shown", same);
    if (predicted > 0)
        verify_add(v, VERIFY_OK, "predictions", "%u of the quiz come true", predicted);
    lesson_free(lesson);
}
