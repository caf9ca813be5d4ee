/*
 * check/sessions - a lesson's sessions, run with the programs of the lab's solution.
 */
#ifndef SOCKLINGS_CHECK_SESSIONS_H
#define SOCKLINGS_CHECK_SESSIONS_H

#include "catalog/lesson.h"
#include "check/check.h"
#include "scene/session.h"

/* Plays one session. Of the request lab, lib_dir, lib_archive, cache_dir and interrupted count.
 * Results as for session_play; a solution that does not compile is an internal error. Blocks for as
 * long as the session's commands take. */
enum session_result check_session(struct loop *loop, const struct check_request *request,
                                  const struct lesson_session *session, struct strbuf *difference,
                                  struct error *err);

#endif
