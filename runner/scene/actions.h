/*
 * scene/actions - private to scene/: what each action of a script does.
 *
 *  - An action is asked again and again until it is done or has failed; the first time, run->begun
 *    is false. It never waits by itself.
 *  - Its sentence is written when it begins, so that a failure can be told with it.
 */
#ifndef SOCKLINGS_SCENE_ACTIONS_H
#define SOCKLINGS_SCENE_ACTIONS_H

#include "scene/run.h"

/* One action, asked to go on. */
typedef enum progress action_fn(struct run *run, const struct action *action);

/* scene/actions_program.c */
action_fn action_wait, action_type, action_output, action_signal, action_fault;

/* scene/actions_peer.c */
action_fn action_open, action_connect, action_accept, action_close, action_send, action_expect,
    action_expect_end, action_expect_nothing, action_pause;

/* scene/actions_stream.c: an expect of a TCP peer, by the text that ends it, or by its length; and
 * its failure when nothing moves any more. */
enum progress expect_until(struct run *run, const struct action *action, struct peer *peer);
enum progress expect_count(struct run *run, const struct action *action, struct peer *peer);
void expect_gave_up(struct run *run, const char *kind, const struct peer *peer);

/* scene/actions_file.c */
action_fn action_file;

/* scene/actions.c: for all. Fill run->failure and return PROGRESS_FAILED. */
enum progress action_failed(struct run *run, const char *kind);
enum progress action_differs(struct run *run, const char *kind, const void *expected, size_t elen,
                             const void *received, size_t rlen);
/* Expands into run->bytes. -1 and run->err. */
int action_expand(struct run *run, const struct data *data);
/* BEFORE WHO AFTER and run->bytes, quoted or counted, into the sentence. */
void action_say_bytes(struct run *run, const char *before, const char *who, const char *after);

#endif
