/*
 * scene/session - plays a session of a lesson in a private network and holds what it shows against
 * what the programs print today (runner/catalog/README.md).
 */
#ifndef SOCKLINGS_SCENE_SESSION_H
#define SOCKLINGS_SCENE_SESSION_H

#include "base/strbuf.h"
#include "catalog/lesson.h"
#include "scene/scene.h"

enum session_result { SESSION_SAME, SESSION_DIFFERS, SESSION_INTERNAL };

/* setup: programs (the solution's, as they shall be called), limits, tier; of its script
 * only the network and the files.
 * A session that differs: *difference says at which line of the lesson, what was expected and what
 * came. An internal error: *err. Takes as long as the commands themselves. */
enum session_result session_play(struct loop *loop, const struct scene_setup *setup,
                                 const struct lesson_session *session, struct strbuf *difference,
                                 struct error *err);

#endif
