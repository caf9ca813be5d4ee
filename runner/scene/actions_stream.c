/*
 * scene/actions_stream: what a TCP peer expects of which not every byte is known before: up to a
 * text, or so many bytes.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "scene/actions.h"

enum { COUNT_MOST = 256 << 20, SHOWN = 60 };

/* What came is told; there are no bytes to hold it against. */
static enum progress failed_with(struct run *run, const char *kind, const char *data, size_t len)
{
    strbuf_cut(&run->failure.received, 0);
    strbuf_add(&run->failure.received, data, len);
    run->failure.tells = true;
    return action_failed(run, kind);
}

/* The stream has ended before what is waited for; or it may still come. */
static enum progress not_yet(struct run *run, const struct peer *peer)
{
    if (!peer->end && !peer->reset)
        return PROGRESS_WAIT;
    return failed_with(run, peer->reset ? "reset" : "end", peer->in.data, peer->in.len);
}

/* --- saving --- */

static void save(struct run *run, const char *name, const char *data, size_t len)
{
    struct drawn_vars *saved = &run->saved;
    struct drawn_var *var = NULL;
    for (unsigned i = 0; i < saved->nvars; i++)
        if (strcmp(saved->vars[i].name, name) == 0)
            var = &saved->vars[i];
    if (var == NULL) {
        saved->vars = mem_resize(saved->vars, saved->nvars + 1, sizeof *saved->vars);
        var = &saved->vars[saved->nvars++];
        *var = (struct drawn_var){.name = name};
    }
    free(var->data);
    var->data = mem_alloc(len + 1);
    memcpy(var->data, data, len);
    var->len = len;
}

/* --- up to a text --- */

enum match { MATCHES, DIFFERS, BROKEN };

static enum match match(struct run *run, const char *pattern, const char *data, size_t len,
                        regmatch_t groups[2])
{
    struct strbuf text = STRBUF_INIT;
    regex_t regex;
    bool usable = vars_expand_regex(&text, pattern, run_lookup, run, run->err) == 0;
    bool compiled = usable && regcomp(&regex, text.data, REG_EXTENDED | REG_NEWLINE) == 0;
    if (usable && !compiled)
        error_set(run->err, "%s cannot be used as a regular expression", text.data);
    strbuf_free(&text);
    if (!compiled)
        return BROKEN;
    /* With its length, so that a zero byte does not end it. */
    groups[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)len};
    enum match result = regexec(&regex, data, 2, groups, REG_STARTEND) == 0 ? MATCHES : DIFFERS;
    regfree(&regex);
    return result;
}

/* Is what came up to the text as it should be? */
static enum progress judge_text(struct run *run, const struct action *action, const char *data,
                                size_t len)
{
    regmatch_t groups[2] = {{0, 0}, {-1, -1}};
    enum match result = MATCHES;
    if (action->expect.lacks != NULL) {
        result = match(run, action->expect.lacks, data, len, groups);
        if (result == MATCHES)
            return failed_with(run, "silence-broken", data, len);
    }
    if (action->expect.matches != NULL && result != BROKEN) {
        result = match(run, action->expect.matches, data, len, groups);
        if (result == DIFFERS)
            return failed_with(run, "mismatch", data, len);
    }
    if (result == BROKEN)
        return PROGRESS_INTERNAL;
    if (action->expect.save == NULL)
        return PROGRESS_DONE;
    const char *group = data + (groups[1].rm_so >= 0 ? groups[1].rm_so : 0);
    size_t size = groups[1].rm_so >= 0 ? (size_t)(groups[1].rm_eo - groups[1].rm_so) : 0;
    if (memchr(group, 0, size) != NULL) /* no text has one, where the script uses it again */
        return failed_with(run, "mismatch", data, len);
    save(run, action->expect.save, group, size);
    strbuf_printf(&run->sentence, "; %s is ", action->expect.save);
    bytes_quote(&run->sentence, group, size, SHOWN);
    return PROGRESS_DONE;
}

enum progress expect_until(struct run *run, const struct action *action, struct peer *peer)
{
    struct strbuf *in = &peer->in, *end = &run->bytes;
    if (!run->begun) {
        strbuf_cut(end, 0);
        if (vars_expand(end, action->expect.until, run_lookup, run, run->err) != 0)
            return PROGRESS_INTERNAL;
        run->sent = 0;
        strbuf_printf(&run->sentence, "%s received everything up to ", action->actor);
        bytes_quote(&run->sentence, end->data, end->len, SHOWN);
    }
    /* What has been searched already holds at most its beginning. */
    size_t from = run->sent > end->len ? run->sent - end->len : 0;
    const char *found = memmem(in->data + from, in->len - from, end->data, end->len);
    run->sent = in->len;
    if (found == NULL)
        return not_yet(run, peer);
    size_t len = (size_t)(found - in->data) + end->len;
    enum progress result = judge_text(run, action, in->data, len);
    strbuf_drop(in, len);
    return result;
}

/* --- so many bytes --- */

/* False when it is no number of bytes that could come. */
static bool read_count(const char *text, size_t *count)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0' || digits > 18)
        return false;
    *count = (size_t)strtoull(text, NULL, 10);
    return *count <= COUNT_MOST;
}

static enum progress begin_count(struct run *run, const struct action *action)
{
    char *count = run_expand(run, action->expect.count);
    enum progress result = PROGRESS_WAIT;
    if (count == NULL || action_expand(run, &action->expect.starts) != 0) {
        result = PROGRESS_INTERNAL;
    } else if (!read_count(count, &run->count)) {
        strbuf_printf(&run->sentence, "%s should receive as many bytes as was said", action->actor);
        result = failed_with(run, "count", count, strlen(count));
    } else {
        strbuf_printf(&run->sentence, "%s received %zu byte%s", action->actor, run->count,
                      run->count == 1 ? "" : "s");
    }
    free(count);
    return result;
}

enum progress expect_count(struct run *run, const struct action *action, struct peer *peer)
{
    struct strbuf *in = &peer->in, *starts = &run->bytes;
    enum progress result = run->begun ? PROGRESS_WAIT : begin_count(run, action);
    if (result != PROGRESS_WAIT)
        return result;
    if (in->len < run->count)
        return not_yet(run, peer);
    size_t shown = run->count < starts->len ? run->count : starts->len;
    if (shown < starts->len || memcmp(in->data, starts->data, shown) != 0)
        return action_differs(run, "mismatch", starts->data, starts->len, in->data, shown);
    strbuf_drop(in, run->count);
    return PROGRESS_DONE;
}

void expect_gave_up(struct run *run, const char *kind, const struct peer *peer)
{
    failed_with(run, kind, peer->in.data, peer->in.len);
}
