/* judge/explain_action: see explain_action.h. */
#include "judge/explain_action.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "timeline/describe.h"

static const char *actor_of(const struct action *action)
{
    return action->actor != NULL ? action->actor : "the script";
}

static void add_address(const struct facts *f, const char *text, struct strbuf *out)
{
    struct strbuf address = STRBUF_INIT;
    if (facts_text(f, text, &address))
        describe_address(out, address.data);
    else
        bytes_escape(out, text, strlen(text));
    strbuf_free(&address);
}

/* The text with its variables, those that only the scene knew as "…"; quoted. */
static void add_text(const struct facts *f, const char *text, struct strbuf *out)
{
    struct strbuf value = STRBUF_INIT;
    facts_text_shown(f, text, &value);
    bytes_quote(out, value.data, value.len, 60);
    strbuf_free(&value);
}

/* One element of a regular expression, up to its quantifier: what a reader would write for it. */
static const char *pattern_element(const char *at, struct strbuf *out)
{
    const char *end = strchr(at, *at == '[' ? ']' : '}');
    if (*at == '\\' && at[1] != '\0') {
        strbuf_putc(out, at[1]);
        return at + 2;
    }
    if (*at == '[' && at[1] != '\0' && (end = strchr(at + 2, ']')) != NULL) {
        if (at[1] == '^' || end[1] == '*' || end[1] == '+')
            strbuf_puts(out, "…");
        else
            strbuf_putc(out, at[1]);
        return end + 1;
    }
    if (at[0] == '$' && at[1] == '{' && end != NULL) {
        strbuf_add(out, at, (size_t)(end + 1 - at));
        return end + 1;
    }
    if (*at == '.')
        strbuf_puts(out, "…");
    else if (strchr("^$()", *at) == NULL)
        strbuf_putc(out, *at);
    return at + 1;
}

/* A regular expression as a line that it would match, "…" for what may vary. */
static void add_pattern(const struct facts *f, const char *pattern, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    for (const char *at = pattern; *at != '\0';) {
        size_t before = line.len;
        bool literal = *at != '.' && *at != '[';
        at = pattern_element(at, &line);
        if (literal && (*at == '?' || *at == '*'))
            strbuf_cut(&line, before);
        at += *at == '?' || *at == '*' || *at == '+';
    }
    add_text(f, line.data, out);
    strbuf_free(&line);
}

static void add_printed(const struct facts *f, const struct action *action, struct strbuf *out)
{
    if (action->output.matches != NULL) {
        strbuf_puts(out, "a line like ");
        add_pattern(f, action->output.matches, out);
    } else {
        add_text(f,
                 action->output.contains != NULL ? action->output.contains : action->output.lacks,
                 out);
    }
}

/* "a stream up to "\r\n"", "120 bytes", "as many bytes as it was told". */
static void add_expected_stream(const struct facts *f, const struct action *action,
                                struct strbuf *out)
{
    struct strbuf count = STRBUF_INIT;
    if (action->expect.how == EXPECT_UNTIL) {
        strbuf_puts(out, "everything up to ");
        add_text(f, action->expect.until, out);
    } else if (facts_text(f, action->expect.count, &count)) {
        bytes_escape(out, count.data, count.len);
        strbuf_puts(out, strcmp(count.data, "1") == 0 ? " byte" : " bytes");
    } else {
        strbuf_puts(out, "as many bytes as were announced");
    }
    strbuf_free(&count);
}

/* "5 bytes", or "an answer" while the length is not known. */
static void add_expected_size(const struct facts *f, const struct action *action,
                              struct strbuf *out)
{
    struct strbuf data = STRBUF_INIT;
    if (action->expect.how != EXPECT_DATA)
        add_expected_stream(f, action, out);
    else if (!facts_data(f, &action->expect.data, &data))
        strbuf_puts(out, "an answer");
    else if (data.len == 0)
        strbuf_puts(out, "an empty datagram");
    else
        text_count(out, data.len, "byte", "bytes");
    strbuf_free(&data);
}

static void wanted_wait(const struct facts *f, const struct action *action, struct strbuf *out)
{
    const char *who = actor_of(action);
    static const char *const phrases[] = {
        [WAIT_BLOCKED] = "should wait in",
        [WAIT_LISTENING] = "should listen",
        [WAIT_BOUND] = "should have a UDP socket bound",
        [WAIT_EXIT] = "should have ended",
    };
    strbuf_printf(out, "%s %s", who, phrases[action->wait.what]);
    if (action->wait.what == WAIT_BLOCKED) {
        for (unsigned i = 0; i < action->wait.ncalls; i++)
            strbuf_printf(out, "%s%s()", i == 0 ? " " : " or ", action->wait.calls[i]);
        if (action->wait.ncalls == 0)
            strbuf_puts(out, " a call for what comes next");
    } else if (action->wait.port != NULL) {
        strbuf_puts(out, action->wait.what == WAIT_BOUND ? " to port " : " on port ");
        facts_text(f, action->wait.port, out);
    }
}

void explain_wanted(const struct facts *f, const struct action *action, struct strbuf *out)
{
    const char *who = actor_of(action), *to;
    switch (action->kind) {
    case ACTION_EXPECT:
        strbuf_printf(out, "%s waits for ", who);
        add_expected_size(f, action, out);
        to = facts_destination(f);
        if (to != NULL) {
            strbuf_puts(out, " and had sent to ");
            add_address(f, to, out);
        }
        break;
    case ACTION_EXPECT_END:
        strbuf_printf(out, "%s waits for the end of the stream", who);
        break;
    case ACTION_EXPECT_RESET:
        strbuf_printf(out, "%s waits for a reset", who);
        break;
    case ACTION_WAIT:
        wanted_wait(f, action, out);
        break;
    case ACTION_OUTPUT:
        strbuf_printf(out, "%s should have printed ", who);
        add_printed(f, action, out);
        break;
    case ACTION_ACCEPT:
        strbuf_printf(out, "%s waits for a connection", who);
        break;
    case ACTION_SEND:
        strbuf_printf(out, "%s has more to send", who);
        break;
    case ACTION_FILE:
        strbuf_puts(out, "a file is to be looked at when everything sleeps");
        break;
    default:
        strbuf_printf(out, "the script was at \"%s\" of %s", action_verb(action->kind), who);
        break;
    }
}

/* --- how it failed --- */

/* Why nothing more could come; false when the failure is not of that kind. */
static bool add_cause(const struct facts *f, const struct script_event *script, const char *program,
                      struct strbuf *out)
{
    const char *failure = script->failure != NULL ? script->failure : "";
    if (strcmp(failure, "end") == 0)
        strbuf_puts(out, "the connection was closed");
    else if (strcmp(failure, "reset") == 0)
        strbuf_puts(out, "the connection was reset");
    else if (strcmp(failure, "refused") == 0)
        strbuf_puts(out, "it was refused: nobody has that port");
    else if (strcmp(failure, "deadline") == 0 || strcmp(failure, "limit") == 0)
        strbuf_puts(out, "the time was up");
    else if (strcmp(failure, "stall") == 0)
        strbuf_puts(out, "nothing moved any more");
    else if (strcmp(failure, "exit") == 0) {
        for (size_t i = f->timeline->count; i-- > 0;) {
            const struct event *ev = &f->timeline->events[i];
            if (ev->kind == EVENT_EXIT && ev->exit.main && facts_learner(f, ev->program) &&
                !facts_former(f, ev) &&
                (program == NULL || ev->program == NULL || strcmp(program, ev->program) == 0)) {
                describe_event(out, &f->model, ev);
                return true;
            }
        }
        strbuf_puts(out, "the program ended");
    } else {
        return false;
    }
    return true;
}

bool explain_missing_datagram(const struct facts *f)
{
    if (f->failed_action == NULL || f->failed_action->kind != ACTION_EXPECT)
        return false;
    const struct script_event *script = &f->failed->script;
    static const char *const none[] = {"stall", "exit", "limit", "deadline", "refused", NULL};
    struct strbuf data = STRBUF_INIT;
    bool empty = f->failed_action->expect.how == EXPECT_DATA &&
                 facts_data(f, &f->failed_action->expect.data, &data) && data.len == 0;
    strbuf_free(&data);
    return empty && script->failure != NULL && model_one_of(script->failure, none);
}

/* What came up to the text, or was announced, is not as it should be. */
static void failed_stream(const struct facts *f, const struct action *action,
                          const struct script_event *script, struct strbuf *out)
{
    struct strbuf cause = STRBUF_INIT;
    bool unwanted = facts_failed_by(f, "silence-broken");
    strbuf_printf(out, "%s expected ", actor_of(action));
    if (facts_failed_by(f, "count"))
        strbuf_puts(out, "as many bytes as were announced");
    else
        add_expected_stream(f, action, out);
    if (add_cause(f, script, NULL, &cause)) {
        strbuf_printf(out, "; %s after ", cause.data);
        text_count(out, script->received.len, "byte", "bytes");
        strbuf_puts(out, script->received.len > 0 ? ": " : "");
    } else if (facts_failed_by(f, "count")) {
        strbuf_puts(out, "; that is no number of bytes: ");
    } else if (action->expect.how == EXPECT_COUNT) {
        strbuf_puts(out, ", and they begin otherwise");
    } else if (unwanted || action->expect.matches != NULL) {
        strbuf_puts(out, unwanted ? ", without " : ", with ");
        strbuf_puts(out, "a line like ");
        add_pattern(f, unwanted ? action->expect.lacks : action->expect.matches, out);
        strbuf_puts(out, "; it received ");
    }
    if (script->received.len > 0 && script->expected.data == NULL)
        bytes_quote(out, script->received.data, script->received.len, 200);
    strbuf_free(&cause);
}

static void failed_expect(const struct facts *f, const struct action *action,
                          const struct script_event *script, struct strbuf *out)
{
    size_t wanted = script->expected.len, came = script->received.len;
    if (action->expect.how != EXPECT_DATA) {
        failed_stream(f, action, script, out);
        return;
    }
    if (facts_failed_by(f, "source")) {
        strbuf_printf(out, "the answer that %s received should come from ", actor_of(action));
        describe_address(out, script->expected.data);
        strbuf_puts(out, " and came from ");
        describe_address(out, script->received.data);
        return;
    }
    if (explain_missing_datagram(f)) {
        struct strbuf why = STRBUF_INIT;
        strbuf_puts(out, "an empty datagram was expected; none came");
        if (add_cause(f, script, NULL, &why))
            strbuf_printf(out, ": %s", why.data);
        strbuf_free(&why);
        return;
    }
    strbuf_printf(out, "%s expected ", actor_of(action));
    if (script->expected.data != NULL && wanted > 0)
        text_count(out, wanted, "byte", "bytes");
    else
        add_expected_size(f, action, out);
    if (script->failure != NULL && strcmp(script->failure, "more") == 0) {
        strbuf_puts(out, " and received more: ");
        text_count(out, came, "byte", "bytes");
        return;
    }
    struct strbuf cause = STRBUF_INIT;
    if (add_cause(f, script, NULL, &cause)) {
        strbuf_printf(out, "; %s", cause.data);
        if (script->received.data != NULL) {
            strbuf_puts(out, " after ");
            text_count(out, came, "byte", "bytes");
        }
    } else if (came == wanted) {
        strbuf_puts(out, " and received as many, but not the same ones");
    } else if (came == 0) {
        strbuf_puts(out, " and received an empty datagram");
    } else {
        strbuf_puts(out, " and received ");
        text_count(out, came, "byte", "bytes");
    }
    strbuf_free(&cause);
}

static void failed_end(const struct facts *f, const struct action *action,
                       const struct script_event *script, struct strbuf *out)
{
    strbuf_printf(out, "%s expected %s", actor_of(action),
                  action->kind == ACTION_EXPECT_END ? "the end of the stream" : "a reset");
    if (script->received.data != NULL && script->received.len > 0) {
        strbuf_puts(out, " and received ");
        text_count(out, script->received.len, "more byte", "more bytes");
        return;
    }
    struct strbuf cause = STRBUF_INIT;
    if (add_cause(f, script, NULL, &cause))
        strbuf_printf(out, "; %s", cause.data);
    strbuf_free(&cause);
}

static void failed_wait(const struct facts *f, const struct action *action,
                        const struct script_event *script, struct strbuf *out)
{
    const char *failure = script->failure != NULL ? script->failure : "";
    if (action->wait.what != WAIT_EXIT || strcmp(failure, "stall") == 0 ||
        strcmp(failure, "not-exited") == 0 || strcmp(failure, "deadline") == 0) {
        struct strbuf cause = STRBUF_INIT;
        wanted_wait(f, action, out);
        if (add_cause(f, script, action->actor, &cause))
            strbuf_printf(out, "; %s", cause.data);
        else
            strbuf_puts(out, ", and has not");
        strbuf_free(&cause);
        return;
    }
    if (action->wait.signal != NULL)
        strbuf_printf(out, "%s should be ended by %s; ", actor_of(action), action->wait.signal);
    else if (action->wait.status >= 0)
        strbuf_printf(out, "%s should exit with status %d; ", actor_of(action),
                      action->wait.status);
    else
        strbuf_printf(out, "%s should exit by itself; ", actor_of(action));
    struct script_event as_exit = *script;
    as_exit.failure = "exit";
    add_cause(f, &as_exit, action->actor, out);
}

/* What the program printed instead. */
static void add_last_line(const struct facts *f, const struct action *action,
                          const struct script_event *script, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    if (facts_last_line(f, action->actor, action->output.stream, &line)) {
        strbuf_puts(out, "; its last line was ");
        bytes_quote(out, line.data, line.len, 100);
    } else if (script->received.data != NULL && script->received.len == 0) {
        strbuf_puts(out, ", and nothing was printed");
    }
    strbuf_free(&line);
}

static void failed_output(const struct facts *f, const struct action *action,
                          const struct script_event *script, struct strbuf *out)
{
    const char *who = actor_of(action);
    bool unwanted = action->output.lacks != NULL;
    strbuf_printf(out, unwanted ? "%s should not have printed " : "%s should have printed ", who);
    add_printed(f, action, out);
    if (action->output.stream != NULL)
        strbuf_printf(out, " on %s", action->output.stream);
    if (unwanted)
        return;
    struct strbuf cause = STRBUF_INIT;
    if (add_cause(f, script, action->actor, &cause))
        strbuf_printf(out, "; %s", cause.data);
    strbuf_free(&cause);
    add_last_line(f, action, script, out);
}

static void failed_connect(const struct facts *f, const struct action *action,
                           const struct script_event *script, struct strbuf *out)
{
    if (action->connect.refused) {
        strbuf_printf(out, "%s should be refused at ", actor_of(action));
        add_address(f, action->connect.to, out);
        strbuf_puts(out, ", and was connected");
        return;
    }
    strbuf_printf(out, "%s could not connect to ", actor_of(action));
    add_address(f, action->connect.to, out);
    struct strbuf cause = STRBUF_INIT;
    if (facts_failed_by(f, "refused"))
        strbuf_puts(out, ": connection refused, nobody listens there");
    else if (add_cause(f, script, NULL, &cause))
        strbuf_printf(out, "; %s", cause.data);
    strbuf_free(&cause);
}

/* The scene's sentence tells what should be and what is; only it knows where bytes differ. */
static void failed_file(const struct facts *f, const struct action *action,
                        const struct script_event *script, struct strbuf *out)
{
    struct strbuf cause = STRBUF_INIT;
    if (add_cause(f, script, NULL, &cause)) {
        explain_wanted(f, action, out);
        strbuf_printf(out, "; %s", cause.data);
    } else if (script->text != NULL) {
        bytes_escape_lines(out, script->text, strlen(script->text));
    }
    strbuf_free(&cause);
}

void explain_action(const struct facts *f, const struct action *action,
                    const struct script_event *script, struct strbuf *out)
{
    switch (action->kind) {
    case ACTION_START:
        strbuf_printf(out, "%s cannot be loaded by the kernel: %s", actor_of(action),
                      script->received.data != NULL ? script->received.data : "it is no program");
        return;
    case ACTION_EXPECT:
        failed_expect(f, action, script, out);
        return;
    case ACTION_EXPECT_END:
    case ACTION_EXPECT_RESET:
        failed_end(f, action, script, out);
        return;
    case ACTION_EXPECT_NOTHING:
        strbuf_printf(out, "nothing should come to %s, and ", actor_of(action));
        if (add_cause(f, script, NULL, out))
            return;
        text_count(out, script->received.len, "byte", "bytes");
        strbuf_puts(out, " came");
        return;
    case ACTION_WAIT:
        failed_wait(f, action, script, out);
        return;
    case ACTION_OUTPUT:
        failed_output(f, action, script, out);
        return;
    case ACTION_CONNECT:
        failed_connect(f, action, script, out);
        return;
    case ACTION_FILE:
        failed_file(f, action, script, out);
        return;
    default:
        break;
    }
    explain_wanted(f, action, out);
    struct strbuf cause = STRBUF_INIT;
    if (add_cause(f, script, NULL, &cause))
        strbuf_printf(out, "; %s", cause.data);
    strbuf_free(&cause);
}
