/*
 * scene/actions: what each action of a script does: the table, and what all of them need.
 */
#include "scene/actions.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { QUOTED = 40 };

enum progress action_failed(struct run *run, const char *kind)
{
    run->failure.kind = kind;
    return PROGRESS_FAILED;
}

enum progress action_differs(struct run *run, const char *kind, const void *expected, size_t elen,
                             const void *received, size_t rlen)
{
    strbuf_cut(&run->failure.expected, 0);
    strbuf_cut(&run->failure.received, 0);
    strbuf_add(&run->failure.expected, expected, elen);
    strbuf_add(&run->failure.received, received, rlen);
    run->failure.compares = true;
    return action_failed(run, kind);
}

int action_expand(struct run *run, const struct data *data)
{
    strbuf_cut(&run->bytes, 0);
    return vars_expand_data(&run->bytes, data, run_lookup, run, run->err);
}

/* "BEFORE WHO AFTER "hello\n"" */
void action_say_bytes(struct run *run, const char *before, const char *who, const char *after)
{
    strbuf_printf(&run->sentence, "%s%s%s ", before, who, after);
    if (run->bytes.len <= QUOTED)
        bytes_quote(&run->sentence, run->bytes.data, run->bytes.len, QUOTED);
    else
        strbuf_printf(&run->sentence, "%zu bytes", run->bytes.len);
}

static enum progress action_wire(struct run *run, const struct action *action)
{
    if (action->wire.rule == NULL) {
        strbuf_puts(&run->sentence, "the wire does nothing special any more");
        wire_clear(run);
        return PROGRESS_DONE;
    }
    char *rule = run_expand(run, action->wire.rule);
    if (rule == NULL || wire_add_rule(run, action->wire.rule) != 0) {
        free(rule);
        return PROGRESS_INTERNAL;
    }
    strbuf_printf(&run->sentence, "the wire got the rule: %s", rule);
    free(rule);
    return PROGRESS_DONE;
}

static enum progress action_release(struct run *run, const struct action *action)
{
    strbuf_puts(&run->sentence, "the wire let go of what it held");
    return wire_release(run, action->release.rule) == 0 ? PROGRESS_DONE : PROGRESS_INTERNAL;
}

enum progress action_step(struct run *run, const struct action *action)
{
    static action_fn *const steps[ACTION_KINDS] = {
        [ACTION_START] = program_start,
        [ACTION_WAIT] = action_wait,
        [ACTION_TYPE] = action_type,
        [ACTION_END_INPUT] = action_type,
        [ACTION_OUTPUT] = action_output,
        [ACTION_SIGNAL] = action_signal,
        [ACTION_UDP] = action_open,
        [ACTION_CONNECT] = action_connect,
        [ACTION_LISTEN] = action_open,
        [ACTION_ACCEPT] = action_accept,
        [ACTION_SEND] = action_send,
        [ACTION_EXPECT] = action_expect,
        [ACTION_EXPECT_END] = action_expect_end,
        [ACTION_EXPECT_RESET] = action_expect_end,
        [ACTION_EXPECT_NOTHING] = action_expect_nothing,
        [ACTION_HALF_CLOSE] = action_close,
        [ACTION_CLOSE] = action_close,
        [ACTION_RESET] = action_close,
        [ACTION_FAULT] = action_fault,
        [ACTION_WIRE] = action_wire,
        [ACTION_PAUSE] = action_pause,
        [ACTION_RESUME] = action_pause,
        [ACTION_RELEASE] = action_release,
        [ACTION_FILE] = action_file,
    };
    return steps[action->kind](run, action);
}

void action_give_up(struct run *run, const struct action *action, bool alive, const char *kind)
{
    const struct peer *peer = action->actor != NULL && action->kind == ACTION_EXPECT
                                  ? find_peer(run, action->actor)
                                  : NULL;
    action_failed(run, kind != NULL ? kind : alive ? "stall" : "exit");
    if (peer != NULL && action->expect.how != EXPECT_DATA)
        expect_gave_up(run, run->failure.kind, peer);
    else if (peer != NULL)
        action_differs(run, run->failure.kind, run->bytes.data, run->bytes.len,
                       peer->kind == PEER_UDP ? "" : peer->in.data,
                       peer->kind == PEER_UDP ? 0 : peer->in.len);
}
